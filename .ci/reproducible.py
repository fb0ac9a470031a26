"""`python .ci/reproducible.py DIST...`: whether wheel and sdist come out with the same bytes again.

They are built again from the unpacked sdist, with other times and permissions than the checkout has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

EARLIER = 1_000_000_000  # seconds; any time but that of the checkout's files
BUILD = (sys.executable, "-m", "hatchling", "build", "--directory")


def main(paths: list[str]) -> None:
    """Build again and compare; a difference ends the program with a word about it."""
    files = [Path(path) for path in paths]
    (sdist,) = (file for file in files if file.suffix == ".gz")
    with tempfile.TemporaryDirectory() as name:
        again = Path(name, "again")
        _build(_unpacked(sdist, Path(name, "copy")), again)
        differing = [file.name for file in files if file.read_bytes() != (again / file.name).read_bytes()]
    if differing:
        sys.exit(f"built again, other bytes came out: {', '.join(differing)}")


def _unpacked(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (EARLIER, EARLIER))
    return next(folder.iterdir())


def _build(checkout: Path, folder: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(
        [*BUILD, folder], cwd=checkout, env=env, umask=0o077, stdout=subprocess.DEVNULL, check=True
    )


if __name__ == "__main__":
    main(sys.argv[1:])
