"""What holds for all tests from the moment that pytest looks for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
