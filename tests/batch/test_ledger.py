"""The destination as the ledger of a batch, on a disk and on S3."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.batch.item import Item, Version
from airflow_provider_modelslab.batch.item_record import ItemRecord, record_name
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.batch.report import Report
from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.protocol.face_swap import FaceSwap

if TYPE_CHECKING:
    from tests.saving.buckets import S3Bucket

ITEM = Item(FaceSwap(face="/f.jpg", image="/a.jpg"), {"image": Version(1, "x")})
CHANGED = Item(FaceSwap(face="/f.jpg", image="/a.jpg"), {"image": Version(2, "y")})
RECORD = ItemRecord("announced", 7, "modelslab_default", submitted=1.0)


@pytest.fixture(params=["disk", "s3"])
def destination(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "disk":
        return str(tmp_path / "out")
    bucket: S3Bucket = request.getfixturevalue("s3_bucket")
    return f"{bucket.uri}/out"


def scanned(destination: str) -> Ledger:
    ledger = Ledger(destination, "batch.jsonl")
    ledger.scan()
    return ledger


def test_what_one_run_keeps_the_next_finds(destination: str) -> None:
    assert scanned(destination).record(ITEM) is None
    for record in (RECORD, RECORD.queued("101"), RECORD.queued("101").failed("No face")):
        scanned(destination).keep(ITEM, record)
        assert scanned(destination).record(ITEM) == record
    scanned(destination).forget(ITEM)
    assert scanned(destination).record(ITEM) is None


def test_an_item_is_done_once_its_files_and_the_note_stand(destination: str) -> None:
    ledger = scanned(destination)
    ledger.keep(ITEM, RECORD.queued("101"))
    assert not scanned(destination).is_done(ITEM)
    for name in ("manifest.json", "a.jpg"):
        ledger.store(ITEM).write(name, b"{}")
    assert not scanned(destination).is_done(ITEM)
    line = Report().add(ITEM, "saved", files=[f"{ledger.uri}/{ITEM.name}/a.jpg"])
    scanned(destination).settle(ITEM, line)

    found = scanned(destination)
    assert found.is_done(ITEM)
    assert found.settled_lines([ITEM]) == {ITEM.name: line}
    assert found.record(ITEM) is None
    assert not found.is_done(CHANGED)
    found.settle(CHANGED, line)
    assert not scanned(destination).is_done(ITEM)
    assert scanned(destination).is_done(CHANGED)


def test_the_report_of_an_earlier_run_is_found(destination: str) -> None:
    ledger = scanned(destination)
    assert ledger.read_report() is None
    ledger.write_report(b"{}\n")
    assert ledger.report_uri == f"{ledger.uri}/batch.jsonl"
    assert scanned(destination).read_report() == b"{}\n"


def test_other_files_in_the_destination_are_let_alone(tmp_path: Path) -> None:
    for path in ("a.jpg", "101/manifest.json", "101/deep/er.txt", ".hidden/swap-0123456789abcdef.done"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")

    assert not scanned(str(tmp_path)).is_done(ITEM)


def test_a_damaged_record_is_not_taken_for_none(tmp_path: Path) -> None:
    ledger = scanned(str(tmp_path))
    ledger.keep(ITEM, RECORD)
    (tmp_path / ITEM.name / record_name(ITEM.fingerprint)).write_text("half of it")

    with pytest.raises(SubmissionUnknownError):
        scanned(str(tmp_path)).record(ITEM)


def test_what_cannot_be_read_is_not_taken_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = scanned(str(tmp_path))
    ledger.keep(ITEM, RECORD)
    os.remove(path := tmp_path / ITEM.name / record_name(ITEM.fingerprint))
    path.mkdir()  # which cannot be read as a file
    (path / "x").write_text("x")
    (tmp_path / ITEM.name / "manifest.json").write_text("{}")
    ledger._standing[ITEM.name] = ledger._standing.get(ITEM.name) or _standing_with_record()

    with pytest.raises(ModelsLabError, match=r"could not be read: IsADirectoryError"):
        ledger.record(ITEM)


def _standing_with_record() -> Any:
    from airflow_provider_modelslab.batch.standing import Standing

    return Standing(records={ITEM.fingerprint})


def test_where_a_record_cannot_be_kept_that_is_told(s3_bucket: S3Bucket) -> None:
    s3_bucket.drop()
    ledger = Ledger(f"{s3_bucket.uri}/out", "batch.jsonl")
    with pytest.raises(ModelsLabError, match=r"could not be written: FileNotFoundError"):
        ledger.keep(ITEM, RECORD)
