"""One whole Airflow for all tests of this folder, since to start one takes longer than most of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import AirflowHome, Standalone
from tests.task.face_swaps import ROOT as PREVIEW_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.standin import StandIn


def dag_files() -> dict[str, str]:
    """What the files of this folder have as `DAGS`: the text of each DAG file by its name."""
    tests = Path(__file__).parent.glob("test_*.py")
    modules = [import_module(f"{__package__}.{path.stem}") for path in tests]
    return {name: text for module in modules for name, text in getattr(module, "DAGS", {}).items()}


@pytest.fixture(scope="package")
def one_airflow(tmp_path_factory: pytest.TempPathFactory, migrated_home: Path) -> Iterator[Standalone]:
    """The Airflow, with all DAGs and no connection to ModelsLab."""
    home = AirflowHome(tmp_path_factory.mktemp("airflow"), template=migrated_home)
    for name, text in dag_files().items():
        home.add_dag(text, f"{name}.py")
    saved = tmp_path_factory.getbasetemp().resolve().as_uri()
    home.env["AIRFLOW__MODELSLAB__PREVIEW_ROOTS"] = f"{PREVIEW_ROOT},{saved}/"
    with Standalone(home, timeout=180) as airflow:
        yield airflow


@pytest.fixture
def airflow(one_airflow: Standalone, standin: StandIn) -> Standalone:
    """The Airflow, connected to the stand-in of this test."""
    private = {"allow_private_downloads": True}
    one_airflow.api.connect("modelslab_default", host=standin.url, password=standin.key, extra=private)
    return one_airflow
