"""What the benchmarks share: printing figures, summing them up, and the environment of a clean process."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def report(name: str, figures: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the line of JSON, then the rows as a table for people."""
    print(json.dumps({"benchmark": name, "machine": machine(), **figures}), flush=True)
    print(table(rows), flush=True)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {"cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of the same keys as aligned text, the keys being the heading."""
    cells = [list(rows[0]), *([shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells
    )


def shown(value: Any) -> str:
    """Return a figure with as many digits as mean something."""
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of those there are."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def medians(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return for each figure its median over runs alike; text stays as it is."""
    first = runs[0]
    return {
        name: value if isinstance(value, str) else median(run[name] for run in runs)
        for name, value in first.items()
    }


def rounded(figures: Any) -> Any:
    """Return figures, however nested, with four significant digits."""
    if isinstance(figures, float):
        return float(f"{figures:.4g}")
    if isinstance(figures, Mapping):
        return {name: rounded(value) for name, value in figures.items()}
    return [rounded(value) for value in figures] if isinstance(figures, list) else figures


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment without the caller's Airflow settings and proxies."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AIRFLOW_") and name.lower() not in PROXIES
    }
    return {**kept, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", **more}
