"""What every test gets: an Airflow home of its own, set before anything imports Airflow."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Iterator

    from tests.saving.buckets import S3Bucket
    from tests.saving.servers import Maker
    from tests.support.running.home import AirflowHome
    from tests.support.standin import StandIn

AIRFLOW_TIMEOUT = 400
BROWSER_TIMEOUT = 600  # of the first test, which waits for all that the others look at too
BYTECODE = ROOT / ".venv" / "bytecode"
#: What takes long and is about sockets, bytes and tools, not about Airflow: once on the checkout is enough.
THOROUGH = (
    "tests/stress/faults/",
    "tests/stress/leaks/",
    "tests/plugins/test_getting_out.py",
    "tests/saving/test_thumbnail",
    "tests/saving/test_save_at_once.py",
    "tests/saving/test_save_stores.py",
    "tests/support/running/",
    "tests/support/test_conftest.py",
    "tests/support/test_standin/",
    "tests/test_hatch_build.py",
)
UNIT_SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "NO_PROXY": "*",
}


def keep_bytecode_apart() -> None:
    """Where none is to stand beside the sources, keep it in `.venv`: to compile Airflow takes seconds.

    In the environment too: otherwise each process that the tests start would compile it anew.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(BYTECODE)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)


def leave_alone_what_is_the_person_s() -> Path:
    """Forget the Airflow settings of the person running the tests, and point Airflow at an empty home."""
    for name in [name for name in os.environ if name.startswith(("AIRFLOW_", "AIRFLOW__"))]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="modelslab-tests-")
    os.environ.update(UNIT_SETTINGS, AIRFLOW_HOME=home)
    return Path(home)


pytest_plugins = ["tests.support.pauses", "tests.support.order"]
# Now: the conftest of a folder may import Airflow before any hook runs.
keep_bytecode_apart()
HOME = leave_alone_what_is_the_person_s()


def pytest_configure(config: pytest.Config) -> None:
    """See to it that fixtures end what they started and that nothing is left, and set up hypothesis."""
    from hypothesis import HealthCheck, settings  # late, for its bytecode to be kept

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs do not heed it
    config.add_cleanup(lambda: shutil.rmtree(HOME, ignore_errors=True))
    # How long an example takes says more about the machine than about us. Most of them are thorough.
    count = 25 if leaves_out_what_is_thorough(config) else 100
    untimed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("untimed", max_examples=count, **untimed)
    settings.load_profile("untimed")


def leaves_out_what_is_thorough(config: pytest.Config) -> bool:
    """Whether the selection says so."""
    return "not thorough" in (config.getoption("-m") or "")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read the files of what is left out: there are many, and each process would."""
    if not leaves_out_what_is_thorough(config) or not collection_path.is_relative_to(ROOT):
        return None
    return collection_path.relative_to(ROOT).as_posix().startswith(THOROUGH) or None


def pytest_report_header() -> list[str]:
    """Say what is under test, and from where: the checkout or an installed wheel."""
    from importlib.metadata import version
    from importlib.util import find_spec

    package = find_spec("airflow_provider_modelslab")
    return [f"airflow {version('apache-airflow')}; package: {package.origin if package else 'not installed'}"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give tests with a real Airflow the time that it takes to start, and mark those that are thorough."""
    leave_out_browser_tests(config, items)
    for item in items:
        if item.nodeid.startswith(THOROUGH):
            item.add_marker(pytest.mark.thorough)
        for marker, seconds in (("airflow", AIRFLOW_TIMEOUT), ("browser", BROWSER_TIMEOUT)):
            if item.get_closest_marker(marker) and not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(seconds))


def leave_out_browser_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out of selections like "not airflow", which say nothing of them."""
    selection = config.getoption("-m")
    if not selection or "browser" in selection:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep all that is imported out of garbage collections, each of which looks through Airflow."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def no_thumbnails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare what saves the process that makes thumbnails; the tests of these take it back."""
    from airflow_provider_modelslab.saving import thumbnail_process

    monkeypatch.setattr(thumbnail_process, "is_possible", lambda: False)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A ModelsLab stand-in server on loopback, fresh for this test."""
    from tests.support.standin import StandIn

    with StandIn() as server:
        yield server


@pytest.fixture
def connected(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in, with the connection `modelslab_default` leading to it."""
    from tests.support.connections import connection_json

    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, standin.key))
    return standin


@pytest.fixture(scope="session")
def ssl_context() -> ssl.SSLContext:
    """The real one, made once, since that takes longer than most of the tests."""
    from airflow_provider_modelslab.http.environment import make_ssl_context

    return make_ssl_context()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Maker]:
    from tests.saving import servers

    with servers.s3() as maker:
        yield maker


@pytest.fixture
def s3_bucket(s3_server: Maker) -> S3Bucket:
    """An empty bucket on the S3 server."""
    from tests.saving.servers import unique_name

    return s3_server(unique_name())  # type: ignore[return-value]


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database, made once for the session and copied by `airflow_home`."""
    from tests.support.running.home import AirflowHome

    return AirflowHome(tmp_path_factory.mktemp("airflow-template")).migrate().path


@pytest.fixture
def airflow_home(migrated_home: Path, tmp_path: Path) -> AirflowHome:
    """A fresh real Airflow home with a migrated database and an empty dags folder."""
    from tests.support.running.home import AirflowHome

    return AirflowHome(tmp_path / "airflow", template=migrated_home)
