"""Which Airflow asks people: human-in-the-loop came with 3.1."""

from __future__ import annotations

from importlib.metadata import version

import pytest

HAS_HITL = tuple(map(int, version("apache-airflow").split(".")[:2])) >= (3, 1)
needs_hitl = pytest.mark.skipif(not HAS_HITL, reason="human-in-the-loop came with Airflow 3.1")
#: Those that ask a person, whom tests/system/one_airflow/test_approval.py plays.
EXAMPLES = {"swap_and_approve"}
