"""What a failed try has said, for the pages."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_modelslab.exceptions import FaceSwapFailedError
from airflow_provider_modelslab.protocol.page_paths import ERROR_XCOM
from airflow_provider_modelslab.task.error_to_xcom import error_to_xcom


class TaskInstance:
    def __init__(self) -> None:
        self.xcoms: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value


class Task:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    @error_to_xcom
    def execute(self, context: Any) -> str:
        if self.error:
            raise self.error
        return "done"


def test_an_error_of_this_provider_is_kept_and_raised() -> None:
    ti, error = TaskInstance(), FaceSwapFailedError("Request 1: the job failed.")

    with pytest.raises(FaceSwapFailedError) as caught:
        Task(error).execute({"ti": ti})
    assert caught.value is error
    assert ti.xcoms == {ERROR_XCOM: "Request 1: the job failed."}


def test_others_are_not_kept_since_nobody_knows_what_they_hold() -> None:
    ti = TaskInstance()

    with pytest.raises(RuntimeError):
        Task(RuntimeError("password=…")).execute(context={"ti": ti})
    assert ti.xcoms == {}


def test_an_error_that_cannot_be_kept_is_still_raised() -> None:
    with pytest.raises(FaceSwapFailedError):
        Task(FaceSwapFailedError("x")).execute(context={})


def test_a_task_that_ends_well_keeps_nothing() -> None:
    ti = TaskInstance()

    assert Task().execute({"ti": ti}) == "done"
    assert ti.xcoms == {}
