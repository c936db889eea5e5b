# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Fathom every day: prepare, train, embed, measure, and hold the day to the day before.

One task a stage, each a spark-submit on the Spark provider's operator. Every stage recognises its own finished work and
goes on with what was cut off, so a task that is tried again, or a day that is cleared and run again, loses and repeats
nothing. The last task fails, and is not tried again, where the dimension or the retrieval has moved too far (exit code 5).

Set the variables below by Airflow's variables of the same names, or edit them here. The connection `spark_default` names
the master; the pool `fathom` should have as many slots as the cluster can train models at once.
"""
from __future__ import annotations

from datetime import datetime, timedelta

from airflow import DAG
from airflow.models import Variable
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

JAR = Variable.get("fathom_jar", default_var="/opt/fathom/fathom.jar")
INPUT = Variable.get("fathom_input", default_var="s3a://lake/pairs")
OUTPUT = Variable.get("fathom_output", default_var="s3a://lake/fathom")
SETTINGS = Variable.get("fathom_settings", default_var="")
POOL = Variable.get("fathom_pool", default_var="fathom")

OPENED = [
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
    "sun.util.calendar",
]
JAVA_OPTIONS = " ".join(
    ["-XX:+IgnoreUnrecognizedVMOptions"] + [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
)
CONF = {
    "spark.driver.extraJavaOptions": JAVA_OPTIONS,
    "spark.executor.extraJavaOptions": JAVA_OPTIONS,
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
}

DAY = "dt={{ ds }}"
DAY_BEFORE = "dt={{ macros.ds_add(ds, -1) }}"


def stage(name: str, arguments: list[str], timeout: timedelta, **more) -> SparkSubmitOperator:
    """A stage as a task: a command of Fathom with its arguments."""
    settings = [part for setting in SETTINGS.split() for part in ("--set", setting)]
    return SparkSubmitOperator(
        task_id=name,
        name=f"fathom {name} {DAY}",
        application=JAR,
        java_class="dev.fathom.cli.Fathom",
        application_args=[name, *arguments, *([] if name == "compare" else settings)],
        conf=CONF,
        execution_timeout=timeout,
        pool=POOL,
        **more,
    )


with DAG(
    dag_id="fathom",
    description=__doc__.splitlines()[0],
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=2),
        "retry_exponential_backoff": True,
        "depends_on_past": False,
    },
    tags=["fathom"],
) as dag:
    data, model = f"{OUTPUT}/data/{DAY}", f"{OUTPUT}/model/{DAY}"
    embeddings, report = f"{OUTPUT}/embeddings/{DAY}", f"{OUTPUT}/report/{DAY}"

    prepare = stage("prepare", ["--input", f"{INPUT}/{DAY}", "--output", data], timedelta(hours=6))
    train = stage("train", ["--data", data, "--output", model], timedelta(hours=12))
    embed = stage(
        "embed", ["--model", f"{model}/model", "--data", data, "--output", embeddings], timedelta(hours=3)
    )
    measure = stage(
        "measure", ["--embeddings", embeddings, "--data", data, "--output", report], timedelta(hours=3)
    )
    compare = stage(
        "compare",
        ["--before", f"{OUTPUT}/report/{DAY_BEFORE}", "--after", report, "--first-passes"],
        timedelta(minutes=15),
        retries=0,
    )

    prepare >> train >> embed >> measure >> compare
