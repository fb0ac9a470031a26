"""Three names for what is read of Airflow's tables, alike on all its versions.

They are put before a query: `tasks` has the last try of each task instance, `earlier_tries` those before it,
`xcoms` what the last tries have passed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.running.database import Database

BEFORE_3_4 = """
with tasks as (
    select dag_id, run_id, task_id, map_index, state, try_number, start_date, end_date from task_instance
),
earlier_tries as (select dag_id, run_id, task_id, map_index from task_instance_history),
xcoms as (select dag_id, run_id, task_id, map_index, "key", value from xcom)
"""
# Each try is a row of its own and has its own XComs; the last is marked.
SINCE_3_4 = """
with tasks as (
    select dag_id, run_id, task_id, region_index as map_index, state, try_number, start_date, end_date, id
    from task_instance where working_set
),
earlier_tries as (
    select dag_id, run_id, task_id, region_index as map_index from task_instance where working_set is null
),
xcoms as (
    select dag_id, run_id, task_id, map_index, "key", value
    from xcom_v2 join tasks on tasks.id = xcom_v2.task_instance_id
)
"""


def named_tables(database: Database) -> str:
    """What stands before a query, for the tables of this database."""
    return SINCE_3_4 if "region_index" in database.columns("task_instance") else BEFORE_3_4
