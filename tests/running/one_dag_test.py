"""`python -m tests.running.one_dag_test DAG_ID CONF`: `airflow dags reserialize`, then `airflow dags test`.

In one process, since starting Airflow takes seconds.
"""

from __future__ import annotations

import sys


def main(dag_id: str, conf: str) -> None:
    """Serialize the dags folder (Airflow 3 wants that first) and run the DAG."""
    from airflow.cli.cli_parser import get_parser

    for command in (["dags", "reserialize"], ["dags", "test", dag_id, "--conf", conf]):
        arguments = get_parser().parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
