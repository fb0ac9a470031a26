"""Draws what ``tests.benchmarks.schedule`` found, in colours that can be read on white and on black."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from tests.benchmarks.schedule import BASELINE, DURATIONS

Found = dict[str, dict[Any, dict[str, float]]]

GREY = "#858b93"
COLOURS = {
    "eta exact": "#2da44e",
    "eta within 30 %": "#3d8bfd",
    "eta absurd": "#d9559e",
    "no eta": "#e8820c",
}
FIXED_STYLES = ("-", "--", ":")
NAMED = {10: "10 s", 60: "1 min", 600: "10 min", 1800: "30 min"}
STYLE = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": GREY,
    "font.size": 9.0,
    "legend.labelcolor": GREY,
    "svg.fonttype": "none",  # text stays text: small, and sharp at any size
    "svg.hashsalt": "schedule",  # the same figures give the same file
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def draw(found: Found, target: Path) -> None:
    """Draw both panels into a file; its ending decides the format."""
    with mpl.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")
        _looks_against_delay(left, found)
        _products(right, found)
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=7, frameon=False)
        figure.savefig(target, transparent=True, metadata={"Date": None} if target.suffix == ".svg" else None)


def _looks_against_delay(axes: Axes, found: Found) -> None:
    """Each schedule a line through four durations; good is below and to the left."""
    for name, figures in found.items():
        delays, looks = ([figures[each][what] for each in NAMED] for what in ("delay", "looks"))
        axes.plot(delays, looks, marker="o", markersize=4, label=name, **_style(name, found))
    for name, offset, side in (
        ("no eta", 7, "left"),
        ("eta within 30 %", 7, "left"),
        (BASELINE, -7, "right"),
    ):
        for duration, text in NAMED.items():
            at = found[name][duration]["delay"], found[name][duration]["looks"]
            axes.annotate(text, at, (offset, -3), textcoords="offset points", fontsize=8, ha=side)
    axes.set(xscale="log", yscale="log", xlim=(0.5, 70), ylim=(1.5, 600))
    axes.set(xlabel="seconds from done to seen", ylabel="looks per job", title="Jobs of 10 s to 30 min")
    _plain_ticks(axes)


def _products(axes: Axes, found: Found) -> None:
    """The product by duration: what counts when one is traded for the other."""
    for name, figures in found.items():
        axes.plot(
            DURATIONS, [figures[each]["product x"] for each in DURATIONS], marker=".", **_style(name, found)
        )
    axes.set(xscale="log", yscale="log", ylim=(0.015, 25), xlabel="duration of the job")
    axes.set_title(f"Looks times delay, beside {BASELINE}")
    _plain_ticks(axes)
    axes.set_xticks([1, *NAMED], ["1 s", *NAMED.values()])


def _style(name: str, found: Found) -> dict[str, Any]:
    if name in COLOURS:
        return {"color": COLOURS[name], "linewidth": 1.8}
    fixed = [each for each in found if each not in COLOURS]
    return {"color": GREY, "linewidth": 1.1, "linestyle": FIXED_STYLES[fixed.index(name)]}


def _plain_ticks(axes: Axes) -> None:
    axes.grid(True, color=GREY, alpha=0.25, linewidth=0.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
