# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""The session of the JVM that PYSPARK_GATEWAY_PORT names, which goes on where Python ends."""
import os

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession


def session():
    gateway = launch_gateway()
    theirs = gateway.jvm.SparkSession.builder().getOrCreate()
    conf = SparkConf(_jvm=gateway.jvm, _jconf=theirs.sparkContext().conf())
    context = SparkContext(gateway=gateway, jsc=gateway.jvm.JavaSparkContext(theirs.sparkContext()), conf=conf)
    context.environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    return SparkSession(context, theirs)
