"""The hook saves as the operator does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import (
    DestinationExistsError,
    FileTooLargeError,
    InvalidDestinationError,
    ModelsLabError,
    UnsafeUrlError,
)
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator
from airflow_provider_modelslab.protocol.outcome import Done
from airflow_provider_modelslab.saving.store import Store
from tests.support.connections import connection_json
from tests.support.deferring import run_task

if TYPE_CHECKING:
    from tests.support.standin import StandIn


def test_it_returns_and_leaves_what_the_operator_does(connected: StandIn, tmp_path: Path) -> None:
    job, hook = connected.add_job(files=["jpg", "mp4:50000"]), ModelsLabHook()
    saved = hook.save(hook.get_result(job), tmp_path / "hook")
    operated = run_task(
        FaceSwapResultOperator(task_id="get", request_id=job, destination=str(tmp_path / "operator"))
    )
    assert saved.keys() == operated.keys()
    for name in ("id", "output", "meta", "generationTime"):
        assert saved[name] == operated[name]
    for index, (ours, theirs) in enumerate(zip(saved["files"], operated["files"], strict=True)):
        assert {**ours, "uri": ""} == {**theirs, "uri": ""}
        assert Path(ours["uri"].removeprefix("file://")).read_bytes() == connected.content(job, index)


def test_a_result_may_be_an_object_or_come_from_an_xcom_and_is_saved_once(
    connected: StandIn, tmp_path: Path
) -> None:
    job, hook = connected.add_job(), ModelsLabHook()
    outcome = hook.fetch(job)
    assert isinstance(outcome, Done)
    first = hook.save(outcome.result, str(tmp_path))
    assert hook.save(first, str(tmp_path)) == first
    assert connected.stats()["file"] == 1
    with pytest.raises(DestinationExistsError):
        hook.save(first, str(tmp_path), if_exists="fail")
    hook.save(first, str(tmp_path), if_exists="overwrite", download_timeout=timedelta(minutes=1))
    assert connected.stats()["file"] == 2


def test_the_consent_that_a_result_has_stands_in_the_manifest(connected: StandIn, tmp_path: Path) -> None:
    hook = ModelsLabHook()
    saved = hook.save({**hook.get_result(connected.add_job()), "consent_reference": "form 12"}, tmp_path)
    assert saved["consent_reference"] == "form 12"
    assert "form 12" in Path(saved["manifest"].removeprefix("file://")).read_text()


def test_its_limits_are_the_operator_s_and_the_connection_s(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    strict = connection_json(standin.url, standin.key, allow_private_downloads=False)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", strict)
    hook = ModelsLabHook()
    result = hook.get_result(standin.add_job(files=["jpg:5000"]))
    with pytest.raises(UnsafeUrlError):
        hook.save(result, tmp_path)
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, standin.key))
    with pytest.raises(FileTooLargeError):
        ModelsLabHook().save(result, tmp_path, max_file_size=4999)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"id": "7", "status": "processing", "output": []}, "request 7 names no files: wait for it"),
        ({"id": "7"}, "names no files"),
        ({"output": ["https://h/x.jpg"]}, "not NoneType"),
        ({"id": "../7", "output": ["https://h/x.jpg"]}, "characters that no id has"),
        ([{"id": "7"}], "a list is no result: .*one result at a time"),
        ("7", "a str is no result"),
    ],
)
def test_what_is_no_finished_result_is_refused_with_what_to_pass(
    connected: StandIn, tmp_path: Path, result: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ModelsLabHook().save(result, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [{"if_exists": "maybe"}, {"max_file_size": 0}, {"download_timeout": -1}], ids=str
)
def test_an_option_that_makes_no_sense_is_refused(
    connected: StandIn, tmp_path: Path, options: dict[str, Any]
) -> None:
    result = ModelsLabHook().get_result(connected.add_job())
    with pytest.raises(ValueError, match=next(iter(options))):
        ModelsLabHook().save(result, tmp_path, **options)


def test_a_destination_that_is_none_is_refused(connected: StandIn) -> None:
    with pytest.raises(InvalidDestinationError):
        ModelsLabHook().save(ModelsLabHook().get_result(connected.add_job()), "relative/folder")


def test_a_store_that_is_met_without_a_connection_is_told_with_the_way_to_name_one(
    connected: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError("no")

    hook = ModelsLabHook()
    result = hook.get_result(connected.add_job())
    monkeypatch.setattr(Store, "read", refuse)
    with pytest.raises(ModelsLabError, match=r"names no Airflow connection.* write s3://conn_id@bucket/x/\."):
        hook.save(result, "s3://bucket/x/")
