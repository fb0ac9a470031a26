"""The table: place by place, what was searched and what was found."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.measuring import table
from tests.stress.leaks.findings import Findings, is_leak
from tests.stress.leaks.searching import Search

MOST_SHOWN = 40


def report(name: str, findings: Findings) -> str:
    """The table, then every leak and everything else that is wrong."""
    rows = [_row(place, found, findings) for place, found in findings.searches.items()]
    lines = [f"{name}:", table(rows)]
    leaks = findings.leaks()
    lines += [f"LEAK {leak}" for leak in leaks[:MOST_SHOWN]]
    if len(leaks) > MOST_SHOWN:
        lines.append(f"and {len(leaks) - MOST_SHOWN} more leaks")
    lines += [f"NOT SEARCHED {place}: what was put there is not found" for place in findings.blind_spots()]
    lines += [f"WRONG {problem}" for problem in findings.problems]
    lines.append("bad" if findings.bad() else "good: the key was found nowhere")
    return "\n".join(lines)


def _row(place: str, found: Search, findings: Findings) -> dict[str, Any]:
    return {
        "place": place,
        "pieces": found.pieces,
        "bytes": f"{found.size:,}",
        "hits": sum(map(is_leak, found.hits)),
        "put there and found": sum(hit.canary == place for hit in found.hits),
        "set aside": found.set_aside,
    }
