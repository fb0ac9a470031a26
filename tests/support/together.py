"""Which tests one worker of pytest-xdist gets together, where several run them."""

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute by file, and to one worker what is to be together."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrTogether(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((name for name, paths in TOGETHER.items() if file.startswith(paths)), file)

    return ByFileOrTogether(config, log) if config.getoption("dist") == "loadfile" else None
