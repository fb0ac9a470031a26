"""A record is there whole or not at all, and one that cannot be read is never taken for a missing one."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import ModelsLabError, SubmissionUnknownError
from airflow_provider_modelslab.saving.records import DestinationRecords
from airflow_provider_modelslab.saving.store import Store
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "dag_run_task-0123.json"
VALUE = {"track_id": 7, "request_id": None}


@pytest.fixture(params=["local", "s3", "azure", "gcs"])
def destination(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    return f"{request.getfixturevalue(f'{request.param}_server')(unique_name()).uri}/prefix/"


def test_what_one_process_writes_another_finds_at_once(destination: str) -> None:
    writer, reader = (DestinationRecords(destination, ".modelslab/submissions") for _ in range(2))
    assert reader.get(NAME) is None
    writer.set(NAME, VALUE)
    assert reader.get(NAME) == VALUE
    writer.set(NAME, {**VALUE, "request_id": "1"})
    assert reader.get(NAME) == {**VALUE, "request_id": "1"}
    writer.delete(NAME)
    assert reader.get(NAME) is None
    writer.delete(NAME)


def test_each_thing_can_have_its_record_in_a_folder_of_its_own(destination: str) -> None:
    records = DestinationRecords(destination)
    records.set("item-1/record.json", 1)
    records.set("item-2/record.json", 2)
    assert [records.get(f"item-{number}/record.json") for number in (1, 2, 3)] == [1, 2, None]


@pytest.mark.parametrize("name", ["", "/x", "../x", "a/../x", ".hidden", "a//b", "a\\b", "x/"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    for act in (DestinationRecords.get, DestinationRecords.delete, lambda *it: it[0].set(it[1], 1)):
        with pytest.raises(ValueError, match="not a name"):
            act(DestinationRecords(str(tmp_path / "in")), name)
    assert list(tmp_path.iterdir()) == []


def test_who_may_write_and_not_delete_lets_a_record_say_that_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: Any) -> None:
        raise PermissionError(13, "no right to delete")

    monkeypatch.setattr(Store, "remove", refusing)
    records = DestinationRecords(str(tmp_path))
    records.set(NAME, VALUE)
    records.delete(NAME)
    assert records.get(NAME) is None


def test_nothing_else_stands_beside_a_record(tmp_path: Path) -> None:
    DestinationRecords(str(tmp_path)).set(NAME, VALUE)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"version": 1, "name": "that-of-another-task.json", "value": VALUE}).encode(),
        json.dumps({"version": 2, "name": NAME, "value": VALUE}).encode(),
    ],
)
def test_a_damaged_record_is_for_a_person_to_judge(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / NAME).write_bytes(damaged)
    with pytest.raises(
        SubmissionUnknownError, match=rf"file://{tmp_path}/{NAME} is damaged.*remove that file"
    ):
        DestinationRecords(str(tmp_path)).get(NAME)


def test_a_folder_in_place_of_the_record_is_not_a_record_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / NAME / "x").mkdir(parents=True)
    with pytest.raises(ModelsLabError, match=rf"{NAME}.*could not be read"):
        DestinationRecords(str(tmp_path)).get(NAME)
    with pytest.raises(ModelsLabError, match=rf"{NAME}.*could not be written"):
        DestinationRecords(str(tmp_path)).set(NAME, VALUE)


def test_a_file_in_place_of_the_folder_is_not_a_record_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / ".modelslab").write_text("")
    for act in (lambda records: records.get(NAME), lambda records: records.set(NAME, VALUE)):
        with pytest.raises(ModelsLabError, match="See to the store and run the task again"):
            act(DestinationRecords(str(tmp_path), ".modelslab/submissions"))


class Forbidding(BaseHTTPRequestHandler):
    """An S3 server that lets nobody do anything."""

    protocol_version = "HTTP/1.1"  # with which a client may ask before it sends a body

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Forbidding)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    fields: dict[str, Any] = {"conn_type": "aws", "login": "a", "password": "b"}
    fields["extra"] = {"endpoint_url": f"http://127.0.0.1:{server.server_port}", "region_name": "us-east-1"}
    monkeypatch.setenv("AIRFLOW_CONN_FORBIDDEN_S3", json.dumps(fields))
    yield "s3://forbidden_s3@bucket/prefix"
    server.shutdown()
    server.server_close()


def test_what_one_may_not_read_is_not_a_record_that_is_not_there(forbidden: str) -> None:
    records = DestinationRecords(forbidden)
    with pytest.raises(
        ModelsLabError, match=r"forbidden_s3@bucket/prefix/.*could not be read: PermissionError"
    ):
        records.get(NAME)
    with pytest.raises(ModelsLabError, match="could not be written"):
        records.set(NAME, VALUE)
    with pytest.raises(ModelsLabError, match="could not be written"):
        records.delete(NAME)
