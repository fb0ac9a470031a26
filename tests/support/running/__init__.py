"""Runs the real Airflow of this environment in a home of its own, for the tests and the demo.

`AirflowHome` is a folder with a database, a dags folder and the settings that make Airflow quick and quiet;
`AirflowHome.run_dag_test` runs one DAG in one process; `Standalone` runs scheduler, triggerer, DAG processor
and web server; so does `Components`, each by itself, so that one can be killed. All answer with a `Run`:
states, XComs and logs, read from the database and the log files, which are the same on Airflow 2.11 and 3.
"""

from __future__ import annotations

from tests.support.running.components import Components
from tests.support.running.home import AirflowHome
from tests.support.running.processes import NotInTimeError
from tests.support.running.records import Run
from tests.support.running.standalone import Standalone

__all__ = ["AirflowHome", "Components", "NotInTimeError", "Run", "Standalone"]
