"""Uploads to S3 in parts that are sent beside each other."""

from __future__ import annotations

import json
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import pytest

from airflow_provider_modelslab.saving.destination import as_path
from airflow_provider_modelslab.saving.store import PARTS_AT_ONCE, Store
from airflow_provider_modelslab.saving.writers import MIB, PART
from tests.saving.dropping_s3 import DroppingHandler, serving
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.saving.buckets import S3Bucket


@contextmanager
def store_on(
    handler: type[DroppingHandler], monkeypatch: pytest.MonkeyPatch, **settings: object
) -> Iterator[Store]:
    """A folder of a store that such a server is, with more settings of the connection."""
    with serving(handler) as url:
        extra = {"endpoint_url": url, "region_name": "us-east-1", **settings}
        connection = {"conn_type": "aws", "login": "key", "password": "word", "extra": extra}
        conn_id = unique_name().replace("-", "_")  # file systems are kept by their connection's name
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield Store(as_path(f"s3://{conn_id}@bucket/faces"))


def write(store: Store, size: int) -> None:
    with store.writing("a.mp4", "video/mp4") as file:
        for _ in range(0, size, MIB):
            file.write(bytes(MIB))


def test_parts_are_sent_beside_each_other_and_never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    class Crowds(DroppingHandler):
        """Answers as many parts at a time as may be: each waits for all others to have been sent."""

        crowd = threading.Barrier(PARTS_AT_ONCE["s3"], timeout=30)
        lock = threading.Lock()
        at_once: ClassVar[list[int]] = [0]
        most: ClassVar[list[int]] = [0]

        def took(self, part: int, size: int) -> bool:
            if not part:
                return True
            with self.lock:
                self.at_once[0] += 1
                self.most[0] = max(*self.at_once, *self.most)
            self.crowd.wait()
            with self.lock:
                self.at_once[0] -= 1
            return True

    with store_on(Crowds, monkeypatch) as store:
        write(store, 2 * PARTS_AT_ONCE["s3"] * PART)
    assert Crowds.most == [PARTS_AT_ONCE["s3"]]


def test_a_part_that_is_tried_again_is_sent_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Busy(DroppingHandler):
        """Is too busy for the first part at first, for longer than Amazon's library tries by itself."""

        def took(self, part: int, size: int) -> bool:
            if part == 1:
                sizes.append(size)
            return part != 1 or len(sizes) > 2

        refusal = (
            503,
            "<Error><Code>SlowDown</Code><Message>Please reduce your request rate</Message></Error>",
        )

    with store_on(Busy, monkeypatch, config_kwargs={"retries": {"total_max_attempts": 1}}) as store:
        write(store, 2 * PART)
    assert sizes == [PART] * 3


def test_a_part_that_is_refused_ends_the_upload_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    arrived: list[int] = []

    class Refusing(DroppingHandler):
        def took(self, part: int, size: int) -> bool:
            arrived.append(part)
            return part != 2

        def do_POST(self) -> None:
            asked.append("complete" if "uploadId" in self.path else "begin")
            super().do_POST()

        def do_DELETE(self) -> None:
            asked.append(f"abort after {len(arrived)}")
            super().do_DELETE()

    with store_on(Refusing, monkeypatch) as store, pytest.raises(PermissionError, match="Access Denied"):
        write(store, 100 * PART)
    assert asked == ["begin", f"abort after {len(arrived)}"]  # and no part comes later
    assert len(arrived) < 20


def test_the_last_part_that_is_refused_keeps_the_file_away(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Refusing(DroppingHandler):
        def took(self, part: int, size: int) -> bool:
            return size == PART

        def do_POST(self) -> None:
            asked.append("complete" if "uploadId" in self.path else "begin")
            super().do_POST()

    with store_on(Refusing, monkeypatch) as store, pytest.raises(PermissionError, match="Access Denied"):
        write(store, PART + MIB)
    assert asked == ["begin"]


def test_s3_checks_the_parts_and_the_whole(s3_bucket: S3Bucket) -> None:
    data = os.urandom(2 * PART + 1)
    with Store(as_path(s3_bucket.uri)).writing("a.mp4", "video/mp4") as file:
        file.write(data)
    found = s3_bucket.client.get_object(Bucket=s3_bucket.name, Key="a.mp4", ChecksumMode="ENABLED")
    assert found["Body"].read() == data
    assert found["ChecksumCRC32"].endswith("-3")
    assert found["ContentType"] == "video/mp4"


def test_an_upload_that_is_given_up_takes_its_parts_with_it(s3_bucket: S3Bucket) -> None:
    def given_up() -> None:
        with Store(as_path(s3_bucket.uri)).writing("a.mp4") as file:
            file.write(bytes(9 * PART))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        given_up()
    assert s3_bucket.keys() == []
    assert s3_bucket.unfinished_uploads() == []
