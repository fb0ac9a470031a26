"""The results that a person is asked about."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.exceptions import InvalidResultsError
from airflow_provider_modelslab.task.results_to_show import read_results
from tests.task.face_swaps import face_swap


@pytest.mark.parametrize(
    "odd",
    [{"inputs": "face"}, {"inputs": ["face"]}, {"files": "x"}, {"files": {"a": 1}}, {"files": [{}]},
     {"files": [7]}, {"nsfw_content_detected": True}, {"nsfw_content_detected": "yes"}],
    ids=str,
)  # fmt: skip
def test_a_result_of_odd_parts_is_refused_and_not_stumbled_over(odd: dict[str, Any]) -> None:
    with pytest.raises(InvalidResultsError, match=r"not as a task returns them"):
        read_results(face_swap("1") | odd)
