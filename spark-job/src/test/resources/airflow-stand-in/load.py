# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Loads a DAG and prints, as JSON, what its tasks would submit on a day: load.py FILE DAY."""
import datetime
import json
import runpy
import sys

file, day = sys.argv[1:3]
before = str(datetime.date.fromisoformat(day) - datetime.timedelta(days=1))
dag = runpy.run_path(file)["dag"]


def rendered(text):
    text = text.replace("{{ ds }}", day).replace("{{ macros.ds_add(ds, -1) }}", before)
    assert "{{" not in text, text
    return text


print(json.dumps([
    {
        "task": task.task_id, "main": task.java_class, "application": task.application, "name": rendered(task.name),
        "arguments": [rendered(argument) for argument in task.application_args], "conf": task.conf,
        "retries": task.retries, "timeout": task.execution_timeout.total_seconds(), "pool": task.pool,
        "downstream": task.downstream,
    }
    for task in dag.tasks
]))
