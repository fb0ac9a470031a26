"""An S3 server in a process of its own, reached by an Airflow connection; and short pauses."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.saving.buckets import Bucket

S3_CONN_ID = "saving_tests_s3"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again after hundredths of a second instead of seconds."""
    from airflow_provider_modelslab.saving import budget

    monkeypatch.setattr(budget, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(budget, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(budget, "LONGEST_WISH", 0.2)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The URL of a moto server; the connection `saving_tests_s3` leads to it."""
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        endpoint = f"http://127.0.0.1:{port}"
        os.environ[f"AIRFLOW_CONN_{S3_CONN_ID.upper()}"] = json.dumps(
            {
                "conn_type": "aws",
                "login": "access-key-of-the-test",
                "password": "secret-key-of-the-test",
                "extra": {"endpoint_url": endpoint, "region_name": "us-east-1"},
            }
        )
        yield endpoint
    finally:
        os.environ.pop(f"AIRFLOW_CONN_{S3_CONN_ID.upper()}", None)
        server.terminate()
        server.wait(10)


@pytest.fixture
def bucket(s3_endpoint: str) -> Bucket:
    """An empty bucket of this test's own."""
    from tests.saving.buckets import Bucket

    return Bucket.create(s3_endpoint, f"test-{uuid.uuid4().hex[:12]}", S3_CONN_ID)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:  # noqa: PERF203 - waits
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the S3 server did not start")
