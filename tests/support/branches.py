"""`python -m tests.support.branches`: fail where tests with `--cov` took too few branches.

Coverage's own `fail_under` counts lines and branches together, among which branches can hide.
"""

from __future__ import annotations

import json
import sys
import tempfile

LEAST = 95.0  # per cent


def main() -> None:
    from coverage import Coverage

    coverage = Coverage()
    coverage.load()
    with tempfile.NamedTemporaryFile("r") as report:
        coverage.json_report(outfile=report.name)
        totals = json.load(report)["totals"]
    taken, there = totals["covered_branches"], totals["num_branches"]
    print(f"{taken} of {there} branches taken, {100 * taken / there:.1f} %; the least is {LEAST:.0f} %")
    sys.exit(100 * taken < LEAST * there)


if __name__ == "__main__":
    main()
