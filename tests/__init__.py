"""The tests, the stand-in server and the demo; `python3 -m tests` runs the tests."""

import sys
from pathlib import Path

if sys.version_info < (3, 10):  # noqa: UP036 - a person may well start it with an older one
    sys.exit(
        "This needs Python 3.10 to 3.13, not {}.{}; try python3.13 instead.".format(*sys.version_info[:2])
    )

ROOT = Path(__file__).resolve().parents[1]
