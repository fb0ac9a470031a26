"""`python .ci/contents.py DIST...`: what the wheel and the sdist must hold, and must not."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGE = "airflow_provider_modelslab"
ROOT = Path(__file__).resolve().parents[1]
IN_SDIST = (
    *("CONTRIBUTING.md", "LICENSE", "README.md", "pyproject.toml", "hatch_build.py"),
    *("docs/conf.py", "docs/index.md", "tests/conftest.py", "dags_examples/wait_and_save.py"),
)


def main(paths: list[str]) -> None:
    """Check each file; the first that is wrong ends the program with a word about it."""
    kinds = {Path(path).suffix: Path(path) for path in paths}
    if set(kinds) != {".whl", ".gz"}:
        sys.exit(f"expected a wheel and a sdist, not {paths}")
    _check_wheel(kinds[".whl"])
    _check_sdist(kinds[".gz"])


def _check_wheel(path: Path) -> None:
    names = zipfile.ZipFile(path).namelist()
    stray = [name for name in names if name.split("/")[0] != PACKAGE and ".dist-info/" not in name]
    missing = sorted(_sources() - set(names))
    if stray or missing or f"{PACKAGE}/py.typed" not in names:
        sys.exit(f"{path.name}: stray {stray}, missing {missing or 'py.typed'}")
    entry_points = zipfile.Path(path) / next(name for name in names if name.endswith("entry_points.txt"))
    if "apache_airflow_provider" not in entry_points.read_text():
        sys.exit(f"{path.name}: no entry point apache_airflow_provider")


def _check_sdist(path: Path) -> None:
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    missing = sorted({*_sources(), *IN_SDIST} - names)
    stray = [name for name in names if name.startswith((".venv", ".airflow", ".ci-out", "docs/_build"))]
    if missing or stray:
        sys.exit(f"{path.name}: missing {missing}, stray {stray}")


def _sources() -> set[str]:
    return {str(path.relative_to(ROOT)) for path in (ROOT / PACKAGE).rglob("*.py")}


if __name__ == "__main__":
    main(sys.argv[1:])
