"""What holds for all tests from the moment that pytest looks for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT


def test_the_airflow_of_the_person_running_the_tests_is_left_alone_before_anything_can_import_it(
    tmp_path: Path,
) -> None:
    script = "import os, tests.conftest; print(os.environ['AIRFLOW_HOME'])"
    env = os.environ | {
        "AIRFLOW_HOME": "/theirs",
        "AIRFLOW__CORE__XCOM_BACKEND": "theirs",
        "TMPDIR": str(tmp_path),
    }
    home = subprocess.check_output([sys.executable, "-c", script], env=env, cwd=ROOT, text=True)
    assert Path(home.strip()).parent == tmp_path


BROWSER_TESTS = """
import pytest

@pytest.mark.browser
def test_looks(): ...

def test_quick(): ...
"""


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        ((), 2),
        (("-m", "not airflow"), 1),
        (("-m", "not (airflow or thorough) or smoke"), 1),
        (("-m", "airflow and not smoke", "-m", "browser"), 1),
        (("-m", "(airflow or browser) and not smoke"), 1),
    ],
)
def test_tests_with_a_browser_are_left_out_where_a_selection_does_not_name_them(
    tmp_path: Path, selection: tuple[str, ...], chosen: int
) -> None:
    (tmp_path / "test_it.py").write_text(BROWSER_TESTS)
    options = ("-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"), "--collect-only", "-q")
    command = [sys.executable, "-m", "pytest", *options, *selection, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(found) == chosen, done.stdout + done.stderr
    assert any("test_looks" in line for line in found) == (not selection or "browser" in selection[-1])
