"""Object stores on loopback, each a server in a process of its own that an Airflow connection leads to."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.saving.buckets import AzureContainer, Bucket, GcsBucket, S3Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    #: Makes an empty bucket of the name given.
    Maker = Callable[[str], Bucket]

MOTO = ("moto.server", "-H", "127.0.0.1", "-p")
AZURITE = ROOT / ".venv" / "azurite"
AZURITE_PACKAGE = "azurite@3"
#: The account that Microsoft documents for its emulator.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def unique_name() -> str:
    """A bucket's name that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@contextmanager
def s3_process(server: Sequence[str] = MOTO) -> Iterator[str]:
    """An S3 server, of a module that takes its port as the last argument; gives its URL."""
    port = free_port()
    with _serving([sys.executable, "-m", *server, str(port)], port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def s3() -> Iterator[Maker]:
    """An S3 server, and the connection `saving_tests_s3`."""
    with s3_process() as endpoint:
        connection = {
            "conn_type": "aws",
            "login": "access-key-of-the-test",
            "password": "secret-key-of-the-test",
            "extra": {"endpoint_url": endpoint, "region_name": "us-east-1"},
        }
        with _connection("saving_tests_s3", connection) as conn_id:
            yield lambda name: S3Bucket(endpoint, conn_id, name)


@contextmanager
def azure() -> Iterator[Maker]:
    """An Azure Blob Storage server (Azurite), and the connection `saving_tests_azure`."""
    _need("adlfs", "airflow.providers.microsoft.azure")
    port = free_port()
    command = [_azurite(), "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]
    account = f"http://127.0.0.1:{port}/{AZURE_ACCOUNT}"
    text = (
        f"DefaultEndpointsProtocol=http;AccountName={AZURE_ACCOUNT};AccountKey={AZURE_KEY};"
        f"BlobEndpoint={account};"
    )
    connection = {"conn_type": "wasb", "extra": {"connection_string": text}}
    with (
        _serving([*command, "--blobPort", str(port)], port),
        _connection("saving_tests_azure", connection) as conn_id,
    ):
        yield lambda name: AzureContainer(text, conn_id, name)


@contextmanager
def gcs() -> Iterator[Maker]:
    """A Google Cloud Storage server (gcp-storage-emulator), and the connection `saving_tests_gcs`."""
    _need("gcsfs", "gcp_storage_emulator", "airflow.providers.google")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    extra = {"is_anonymous": True, "project": "project-of-the-test", "gcs.endpoint": endpoint}
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    command = [sys.executable, "-m", "tests.saving.gcs_server", str(port)]
    with (
        _environment("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false"),  # asks Google over gRPC first
        _serving(command, port),
        _connection("saving_tests_gcs", connection) as conn_id,
    ):
        yield lambda name: GcsBucket(endpoint, conn_id, name)


def _need(*modules: str) -> None:
    missing = [name for name in modules if not _is_there(name)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: install the dependency group 'stores'")


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of the package above
        return False


def _azurite() -> str:
    """Azurite's program: the one on PATH, or npm's, installed beside the tests' environments."""
    found = shutil.which("azurite-blob")
    if found:
        return found
    program = AZURITE / "node_modules" / ".bin" / "azurite-blob"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            pytest.skip("needs Azurite, Microsoft's storage emulator: install Node.js with npm")
        command = [npm, "install", "--prefix", str(AZURITE), "--no-audit", "--no-fund", AZURITE_PACKAGE]
        with _alone(AZURITE):  # another worker of the tests may be at it
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"needs Azurite, which npm could not install: {done.stderr[-300:]}")
    return str(program)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _serving(command: Sequence[str], port: int) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=ROOT)
    try:
        _wait_for(port, server)
        yield
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def _connection(conn_id: str, connection: dict[str, object]) -> Iterator[str]:
    with _environment(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection)):
        yield conn_id


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)


def free_port() -> int:
    """A port that nobody listens on just now."""
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
    raise RuntimeError("the store's server did not start")
