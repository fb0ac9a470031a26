"""``python -m tests.benchmarks.schedule``: when the provider looks, simulated without any I/O.

Drives the real state machine, ``Wait.after``, through jobs of 1 s to 30 min and counts two things: how
often a job is looked at, and how long it stands done before that is seen. The two trade against each
other, so their product is what a schedule is judged by, beside fixed intervals of 5, 10 and 60 s. One more
mix is of jobs as swaps are: of 3 to 60 s, with a median of 15.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from airflow_provider_modelslab.protocol.outcome import Done, InProgress
from airflow_provider_modelslab.protocol.poll_state import Ending, PollState
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from tests.benchmarks.measuring import report, rounded

DURATIONS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800)  # seconds
MIXES = {"all": 1, "10 s up": 10}  # by name the shortest job that is part of it
SWAPS = "3-60 s"
SWAP_MEDIAN, SWAP_SIGMA = (
    15.0,
    0.7,
)  # of a lognormal distribution, of which what is shorter or longer is left out
SPREAD = 0.1  # share by which jobs of one duration differ
ROUGH = 0.3
ABSURD_ETA = 605.0
FIXED = (5, 10, 60)
BASELINE = "fixed 5 s"
FOREVER = 1e9
SVG = Path(__file__).with_name("schedule.svg")

Looks = Iterator[float]


@dataclass(frozen=True)
class Job:
    """One job; ``rough`` is the factor by which its rough eta is wrong."""

    duration: float
    rough: float


Eta = Callable[[Job, float], float | None]  # of the job and the seconds that remain
ETAS: dict[str, Eta] = {
    "eta exact": lambda job, left: math.ceil(left),
    "eta within 30 %": lambda job, left: math.ceil(left * job.rough),
    "eta absurd": lambda job, left: ABSURD_ETA,
    "no eta": lambda job, left: None,
}


def provider_looks(job: Job, eta: Eta) -> Looks:
    """The moments at which the provider looks at a job, the one that sees it done being the last."""
    wait: PollState | Ending = PollState(started=0.0, deadline=FOREVER)
    while isinstance(wait, PollState):
        now = wait.next_poll
        yield now
        left = job.duration - now
        seen = InProgress("processing", eta(job, left)) if left > 0 else Done(FaceSwapResult("1", ()))
        wait = wait.after(seen, now, random.random())


def fixed_looks(job: Job, interval: float) -> Looks:
    """The moments at which a loop with a fixed interval looks, the first one at once."""
    return (count * interval for count in range(math.ceil(job.duration / interval) + 1))


def schedules() -> dict[str, Callable[[Job], Looks]]:
    """All that are compared, by name."""
    ours = {name: lambda job, eta=eta: provider_looks(job, eta) for name, eta in ETAS.items()}
    fixed = {f"fixed {seconds} s": lambda job, n=seconds: fixed_looks(job, n) for seconds in FIXED}
    return {**ours, **fixed}


def jobs_of(durations: Iterator[float], count: int) -> list[Job]:
    """Return that many jobs."""
    return [Job(next(durations), random.uniform(1 - ROUGH, 1 + ROUGH)) for _ in range(count)]


def about(duration: float) -> Iterator[float]:
    """Durations that hardly differ."""
    while True:
        yield duration * random.uniform(1 - SPREAD, 1 + SPREAD)


def of_swaps() -> Iterator[float]:
    """Durations as those of swaps are."""
    while True:
        duration = SWAP_MEDIAN * random.lognormvariate(0, SWAP_SIGMA)
        if 3 <= duration <= 60:
            yield duration


def simulate(looks_of: Callable[[Job], Looks], jobs: list[Job]) -> dict[str, float]:
    """Return the mean looks and delay of jobs."""
    looks, delays = [], []
    for job in jobs:
        moments = list(looks_of(job))
        looks.append(len(moments))
        delays.append(moments[-1] - job.duration)
    return {"looks": fmean(looks), "delay": fmean(delays)}


def beside(figures: dict[str, float], base: dict[str, float]) -> dict[str, float]:
    """Return figures with their product and the ratios to the baseline's."""
    looks, delay = figures["looks"] / base["looks"], figures["delay"] / base["delay"]
    product = figures["looks"] * figures["delay"]
    return {**figures, "product": product, "looks x": looks, "delay x": delay, "product x": looks * delay}


def mix_of(figures: dict[Any, dict[str, float]], shortest: float) -> dict[str, float]:
    """Return the means over all durations from the shortest one on, each as frequent as the others."""
    chosen = [figures[duration] for duration in DURATIONS if duration >= shortest]
    return {name: fmean(each[name] for each in chosen) for name in ("looks", "delay")}


def compare(count: int) -> dict[str, dict[Any, dict[str, float]]]:
    """Return for each schedule the figures of each duration and of the mix."""
    found: dict[str, dict[Any, dict[str, float]]] = {}
    for name, looks_of in schedules().items():
        random.seed(1)  # the same jobs for all
        found[name] = {each: simulate(looks_of, jobs_of(about(each), count)) for each in DURATIONS}
        found[name][SWAPS] = simulate(looks_of, jobs_of(of_swaps(), 4 * count))
        found[name] |= {mix: mix_of(found[name], shortest) for mix, shortest in MIXES.items()}
    base = found[BASELINE]
    return {
        name: {key: beside(each, base[key]) for key, each in figures.items()}
        for name, figures in found.items()
    }


def rows_of(found: dict[str, dict[Any, dict[str, float]]], every: bool) -> list[dict[str, Any]]:
    """Return the table: the mixes, and with ``every`` each duration as well."""
    wanted = [*DURATIONS, SWAPS, *MIXES] if every else [SWAPS, *MIXES]
    return [
        {"schedule": name, "job, s": key, **figures[key]} for name, figures in found.items() for key in wanted
    ]


def main() -> None:
    options = argparse.ArgumentParser("python -m tests.benchmarks.schedule", description=__doc__)
    options.add_argument("--jobs", type=int, default=500, help="jobs of each duration")
    options.add_argument("--mix", action="store_true", help="show only the mixes, not each duration")
    options.add_argument("--plot", action="store_true", help=f"draw {SVG.name} beside this file")
    chosen = options.parse_args()
    found = compare(chosen.jobs)
    report("schedule", {"baseline": BASELINE, "schedules": rounded(found)}, rows_of(found, not chosen.mix))
    if chosen.plot:
        from tests.benchmarks.schedule_plot import draw

        draw(found, SVG)


if __name__ == "__main__":
    main()
