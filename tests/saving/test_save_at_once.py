"""Several tasks that save one result to one place at the same time leave one whole set."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import ExpiredUrlError, ModelsLabError
from tests.running.processes import wait_until
from tests.saving.helpers import content, result_of, save, tree
from tests.saving.saver_process import all_at_once, savers
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from multiprocessing.connection import Connection
    from pathlib import Path

    from tests.saving.servers import Maker
    from tests.standin import StandIn

    Files = dict[str, bytes]

ORDERS = ("skip", "overwrite", "overwrite")
KINDS = ("jpg", "png", "gif", "webp")
ROUNDS = {"local": 10, "s3": 3}


@pytest.fixture(scope="module")
def processes(s3_server: Maker) -> Iterator[list[Connection]]:
    """Processes that save; the S3 server is there first, so that they know the connection."""
    with savers(len(ORDERS)) as processes:
        yield processes


@pytest.fixture(params=["local", "s3"])
def place(
    request: pytest.FixtureRequest, s3_server: Maker, tmp_path: Path
) -> tuple[str, Callable[[], Files]]:
    """A destination, and what shows all that stands in it."""
    if request.param == "local":
        return str(tmp_path), lambda: {name: (tmp_path / name).read_bytes() for name in tree(tmp_path)}
    bucket = s3_server(unique_name())
    return bucket.uri, lambda: {name: bucket.read(name) for name in bucket.keys()}  # noqa: SIM118


def test_processes_that_save_the_same_at_once_leave_one_whole_set_each_time(
    standin: StandIn,
    processes: list[Connection],
    place: tuple[str, Callable[[], Files]],
    request: pytest.FixtureRequest,
) -> None:
    destination, standing = place
    for _ in range(ROUNDS[request.node.callspec.params["place"]]):
        job = standin.add_job(files=KINDS)
        order = {"id": str(job), "output": standin.urls(job), "destination": destination}
        for _ in ("where nothing stands", "where all stands"):
            saved = all_at_once(processes, [{**order, "if_exists": each} for each in ORDERS])
            assert saved == saved[:1] * len(ORDERS)
            files = {name: data for name, data in standing().items() if name.startswith(f"{job}/")}
            assert_whole(files, job)
            assert [files[f"{job}/{job}-{at}.{kind}"] for at, kind in enumerate(KINDS)] == [
                content(standin, job, at) for at in range(len(KINDS))
            ]


def assert_whole(files: Files, job: Any) -> None:
    """Fail unless a manifest stands beside just the files that it names, byte for byte."""
    named = {
        f"{job}/{each['name']}": each["sha256"] for each in json.loads(files[f"{job}/manifest.json"])["files"]
    }
    found = {name: sha256(data).hexdigest() for name, data in files.items()}
    assert found == {**named, f"{job}/manifest.json": found[f"{job}/manifest.json"]}


def save_slowly_and_quickly(standin: StandIn, folder: Path) -> tuple[Any, Any, Future[Any]]:
    """Let a quick task replace a slow one's first file by another version, before the slow one ends."""
    job = standin.add_job(files=["jpg", "png"])
    standin.fault("file", name=f"{job}-1.png", delay=1.0)
    standin.fault("file", name=f"{job}-0.jpg", skip=1, replaced=True, times="always")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(save, result_of(standin, job), folder)
        wait_until((folder / str(job) / f"{job}-0.jpg").exists, 10, "the slow task's first file")
        quick = save(result_of(standin, job), folder)
        assert not slow.done()
    return job, quick, slow


def test_tasks_that_are_served_different_versions_leave_a_set_of_one(
    standin: StandIn, tmp_path: Path
) -> None:
    job, quick, slow = save_slowly_and_quickly(standin, tmp_path)
    assert slow.result()["files"][0]["sha256"] != quick["files"][0]["sha256"]
    assert_whole({name: (tmp_path / name).read_bytes() for name in tree(tmp_path)}, job)


def test_a_task_that_others_do_not_let_finish_gives_up_and_leaves_no_manifest(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_modelslab.saving import save as module

    monkeypatch.setattr(module, "_STARTS", 1)
    job, _, slow = save_slowly_and_quickly(standin, tmp_path)
    with pytest.raises(ModelsLabError, match=rf"Request {job}.*Let one task save it"):
        slow.result()
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg", f"{job}/{job}-1.png"]


def test_a_task_that_fails_leaves_no_manifest_beside_a_file_that_it_replaced(
    standin: StandIn, tmp_path: Path
) -> None:
    """The other task completes before this one replaces a file by a newer version and fails at the next."""
    job = standin.add_job(files=["jpg", "png"])
    standin.fault("file", name=f"{job}-0.jpg", delay=1.0, replaced=True)
    standin.fault("file", name=f"{job}-1.png", delay=1.5, status=410)
    result = result_of(standin, job, proxy_links=())
    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(save, result, tmp_path)
        wait_until(lambda: len(standin.requests("file")) == 2, 10, "the first requests")
        save(result, tmp_path)
        assert (tmp_path / str(job) / "manifest.json").exists()
        with pytest.raises(ExpiredUrlError):
            failing.result()
    assert tree(tmp_path) == [f"{job}/{job}-0.jpg", f"{job}/{job}-1.png"]
