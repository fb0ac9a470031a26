"""Which tests come first, and which one worker of pytest-xdist gets together, where several run them."""

from __future__ import annotations

from typing import Any

import pytest

#: What needs the same servers, and the large libraries that speak to them: to start these takes each worker
#: seconds. All else is distributed by file.
TOGETHER = {
    "the pages on Airflow's API server": ("tests/plugins/",),
    "the object stores": (
        "tests/batch/test_ledger.py",
        "tests/client/test_pictures.py",
        "tests/saving/test_destination.py",
        "tests/saving/test_records.py",
        "tests/saving/test_s3_upload.py",
        "tests/saving/test_store.py",
        "tests/saving/test_writers.py",
        "tests/stress/distributed/test_checks.py",
        "tests/task/test_local_folder.py",
        "tests/task/test_submission_place.py",
    ),
}


def name_of(nodeid: str) -> str | None:
    """What a test is together with others for; None where it is not."""
    return next((name for name, paths in TOGETHER.items() if nodeid.startswith(paths)), None)


def is_long(item: pytest.Item) -> bool:
    """Whether a test, or what one worker gets together with it, takes many seconds."""
    marked = any(item.get_closest_marker(name) for name in ("airflow", "browser", "thorough"))
    return marked or name_of(item.nodeid) is not None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker waits for another at the end.

    Of this with what shares an Airflow, which `--dist=worksteal` then gives to the worker of the first half.
    """
    items.sort(key=lambda item: (not is_long(item), not item.nodeid.startswith("tests/system/")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute by file, and to one worker what is to be together."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrTogether(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return name_of(nodeid) or super()._split_scope(nodeid)

    return ByFileOrTogether(config, log) if config.getoption("dist") == "loadfile" else None
