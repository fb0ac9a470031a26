"""``python -m tests.benchmarks.measured_plots``: draws what ``measured.json`` has, for the documentation.

The numbers are what the benchmarks said when they were last run on a quiet machine; nothing is measured here.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests import ROOT

NUMBERS = Path(__file__).with_name("measured.json")
FOLDER = ROOT / "docs" / "images"
OURS, OTHERS = "#3d8bfd", "#9aa0a8"
WIDTH, BAR, REST = 5.4, 0.34, 1.0  # inches


def figures() -> list[dict[str, Any]]:
    """Return what is drawn, a figure for each question."""
    found: list[dict[str, Any]] = json.loads(NUMBERS.read_text())["figures"]
    return found


def path_of(figure: dict[str, Any]) -> Path:
    """Return the drawing of a figure."""
    return FOLDER / f"measured-{figure['name']}.svg"


def made_of(figure: dict[str, Any]) -> str:
    """Return what tells the numbers of a figure from others: it stands in the drawing."""
    return hashlib.sha256(json.dumps(figure, sort_keys=True).encode()).hexdigest()


def in_words(bar: dict[str, Any]) -> str:
    """Return the range of a bar as the documentation writes it."""
    low, high = bar["low"], bar["high"]
    return f"{low}" if low == high else f"{low}\N{EN DASH}{high}"


def draw(figure: dict[str, Any]) -> None:
    """Draw a figure into its file, in colours that can be read on white and on black."""
    import matplotlib as mpl

    from tests.benchmarks.schedule_plot import STYLE

    look = {**STYLE, "font.size": 10.0, "axes.titlesize": 10.5, "svg.hashsalt": figure["name"]}
    with mpl.rc_context({**look, "axes.spines.left": False, "ytick.left": False}):
        from matplotlib import pyplot as plt

        height = REST + BAR * len(figure["bars"])
        drawing, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
        _bars(axes, figure)
        about = {"Date": None, "Title": figure["title"], "Description": made_of(figure)}
        drawing.savefig(path_of(figure), transparent=True, metadata=about)
        plt.close(drawing)


def _bars(axes: Any, figure: dict[str, Any]) -> None:
    """One bar for each contender, to the lower number; the range up to the higher one is paler."""
    bars = figure["bars"]
    for at, bar in enumerate(bars):
        colour = OURS if bar.get("ours") else OTHERS
        axes.barh(at, bar["low"], color=colour, height=0.6)
        axes.barh(at, bar["high"] - bar["low"], left=bar["low"], color=colour, alpha=0.45, height=0.6)
        axes.annotate(in_words(bar), (bar["high"], at), (5, -3.5), textcoords="offset points")
    if "baseline" in figure:
        axes.axvline(figure["baseline"], color=OTHERS, linewidth=1.0, linestyle="--")
    axes.set_yticks(range(len(bars)), [bar["label"] for bar in bars])
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.15 * max(bar["high"] for bar in bars)), xlabel=figure["unit"])


def main() -> None:
    """Draw them all."""
    for figure in figures():
        draw(figure)
        print(path_of(figure).relative_to(ROOT))


if __name__ == "__main__":
    main()
