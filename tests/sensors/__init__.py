"""What the tests of the sensor share."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.sensors.face_swap import FaceSwapResultSensor

BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["poke", "deferrable"])


def sensor(request_id: Any, **kwargs: Any) -> FaceSwapResultSensor:
    return FaceSwapResultSensor(
        task_id="wait", request_id=request_id, **{"poke_interval": 0.05, "timeout": 20, **kwargs}
    )
