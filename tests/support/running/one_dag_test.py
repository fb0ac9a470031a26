"""`python -m tests.support.running.one_dag_test DAG_ID CONF`: `airflow dags reserialize`, then `test`.

In one process, since starting Airflow takes seconds.
"""

from __future__ import annotations

import os
import secrets
import sys

from tests.support.running.api import AIRFLOW_3


def main(dag_id: str, conf: str) -> None:
    """Serialize the dags folder (Airflow 3 wants that first) and run the DAG."""
    if AIRFLOW_3:
        # Without it the API in this process fails to start, which Airflow before 3.3 does not even say.
        os.environ.setdefault("AIRFLOW__API_AUTH__JWT_SECRET", secrets.token_urlsafe(48))
    from airflow.cli.cli_parser import get_parser

    for command in (["dags", "reserialize"], ["dags", "test", dag_id, "--conf", conf]):
        arguments = get_parser().parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
