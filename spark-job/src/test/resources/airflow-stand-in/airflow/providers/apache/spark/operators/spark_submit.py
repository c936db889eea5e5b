# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""The operator's signature in apache-airflow-providers-apache-spark 5, with what every operator takes."""
from airflow import DAG


class SparkSubmitOperator:
    template_fields = ("application", "conf", "name", "application_args")

    def __init__(self, *, application="", conf=None, conn_id="spark_default", files=None, py_files=None, archives=None,
                 driver_class_path=None, jars=None, java_class=None, packages=None, exclude_packages=None,
                 repositories=None, total_executor_cores=None, executor_cores=None, executor_memory=None,
                 driver_memory=None, keytab=None, principal=None, proxy_user=None, name="arrow-spark",
                 num_executors=None, status_poll_interval=1, application_args=None, env_vars=None, verbose=False,
                 spark_binary=None, properties_file=None, yarn_queue=None, deploy_mode=None, use_krb5ccache=False,
                 task_id, retries=None, retry_delay=None, execution_timeout=None, pool=None):
        self.task_id, self.application, self.java_class = task_id, application, java_class
        self.name, self.conf, self.application_args = name, conf or {}, application_args or []
        self.retries = DAG.current.default_args.get("retries", 0) if retries is None else retries
        self.execution_timeout, self.pool, self.downstream = execution_timeout, pool, []
        DAG.current.tasks.append(self)

    def __rshift__(self, other):
        self.downstream.append(other.task_id)
        return other
