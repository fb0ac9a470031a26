"""What the tests of the sensor share."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from typing import Any

import pytest

from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor
from tests.support.deferring import Pushed

# Airflow 2 asks its database for the first look; there the tests with a whole Airflow have to do.
AIRFLOW_3 = pytest.mark.skipif(version("apache-airflow") < "3", reason="needs a database on Airflow 2")
BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["poke", "deferrable"])


def sensor(request_id: Any, **kwargs: Any) -> FaceSwapResultSensor:
    return FaceSwapResultSensor(
        task_id="wait", request_id=request_id, **{"poke_interval": 0.005, "timeout": 20, **kwargs}
    )


class Rescheduled(Pushed):
    """Stands for the task instance of a sensor whose first look was so many seconds ago (Airflow 3)."""

    def __init__(self, ago: float | None = None) -> None:
        super().__init__()
        self._ago = ago

    def get_first_reschedule_date(self, _: Any) -> datetime | None:
        return None if self._ago is None else datetime.now(timezone.utc) - timedelta(seconds=self._ago)
