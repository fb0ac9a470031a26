"""What Airflow knows of the earlier runs of a sensor that is rescheduled between its looks."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    from airflow.sdk.exceptions import AirflowRescheduleException
except ImportError:  # before Airflow 3.2
    from airflow.exceptions import AirflowRescheduleException

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseSensorOperator, Context


__all__ = ["AirflowRescheduleException", "began_rescheduling"]


def began_rescheduling(sensor: BaseSensorOperator, context: Context) -> float | None:
    """Return when a sensor in reschedule mode looked first, in seconds since the epoch.

    It is what Airflow counts the sensor's ``timeout`` from.

    :param sensor: the sensor
    :param context: the task's context
    :return: None where this is the first look, or in another mode
    """
    if not sensor.reschedule:
        return None
    ti: Any = context["ti"]
    if hasattr(ti, "get_first_reschedule_date"):
        began: datetime | None = ti.get_first_reschedule_date(context)
    else:
        began = _ask_database(sensor, ti)
    return began.timestamp() if began else None


def _ask_database(sensor: BaseSensorOperator, ti: Any) -> datetime | None:
    """Ask as Airflow 2 itself does, which has no public way."""
    base: Any = import_module("airflow.sensors.base")
    first_try = (ti.max_tries or 0) - (sensor.retries or 0) + 1
    began: datetime | None = base._orig_start_date(
        dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id, map_index=ti.map_index, try_number=first_try
    )
    return began
