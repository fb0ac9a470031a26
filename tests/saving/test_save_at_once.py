"""Several tasks that save one result to one place at the same time leave one whole set."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from tests.saving.helpers import content, tree
from tests.saving.saver_process import all_at_once, savers
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from tests.saving.servers import Maker
    from tests.support.standin import StandIn

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
    """Fail unless a manifest stands beside just the files that it names, byte for byte, and thumbnails."""
    entries = json.loads(files[f"{job}/manifest.json"])["files"]
    named = {f"{job}/{each['name']}": each["sha256"] for each in entries}
    found = {name: sha256(data).hexdigest() for name, data in files.items()}
    others = [f"{job}/{name}" for name in ("manifest.json", *(each["thumbnail"] for each in entries))]
    assert found == {**named, **{name: found[name] for name in others}}
