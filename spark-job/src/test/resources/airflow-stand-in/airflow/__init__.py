# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""As much of Airflow as a DAG of Fathom needs to be loaded."""


class DAG:
    current = None

    def __init__(self, dag_id, description=None, schedule=None, start_date=None, catchup=True, max_active_runs=16,
                 default_args=None, tags=None):
        self.dag_id, self.schedule, self.default_args, self.tasks = dag_id, schedule, default_args or {}, []

    def __enter__(self):
        DAG.current = self
        return self

    def __exit__(self, *error):
        DAG.current = None
