"""What holds for all tests from the moment that pytest looks for them."""

from __future__ import annotations

import json
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


SELECTIONS = {
    (): 2,
    ("-m", "not airflow"): 1,
    ("-m", "(not airflow and not thorough) or smoke"): 1,
    ("-m", "airflow and not smoke", "-m", "browser"): 1,
    ("-m", "(airflow or browser) and not smoke"): 1,
}
COLLECTING = """
import json, sys, pytest

for selection in json.loads(sys.argv[1]):
    print("SELECTION", flush=True)
    pytest.main([*sys.argv[2:], *selection])
"""


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What pytest finds with each selection; in one process, whose start takes longer than all of them."""
    file = tmp_path_factory.mktemp("tests") / "test_it.py"
    file.write_text(BROWSER_TESTS)
    options = ("-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"), "--collect-only", "-q", str(file))
    command = [sys.executable, "-c", COLLECTING, json.dumps(list(SELECTIONS)), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.count("SELECTION") == len(SELECTIONS), done.stdout + done.stderr
    return done.stdout.split("SELECTION")[1:]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_tests_with_a_browser_are_left_out_where_a_selection_does_not_name_them(
    collected: list[str], selection: tuple[str, ...]
) -> None:
    output = collected[list(SELECTIONS).index(selection)]
    found = [line for line in output.splitlines() if "::" in line]
    assert len(found) == SELECTIONS[selection], output
    assert any("test_looks" in line for line in found) == (not selection or "browser" in selection[-1])
