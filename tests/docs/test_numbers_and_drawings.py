"""Plots are of the numbers that a page tells, drawings name what is there, and versions are those tested."""

from __future__ import annotations

import ast
import re

import pytest

from airflow_provider_modelslab.protocol.outcome import Outcome
from tests import ROOT
from tests.benchmarks.measured_plots import figures, in_words, made_of, path_of
from tests.docs import DOCS, rows, sections
from tests.test_arrows import ARROWS

PERFORMANCE = (DOCS / "performance.md").read_text()
FIGURES = {figure["name"]: figure for figure in figures()}


@pytest.mark.parametrize("name", FIGURES)
def test_a_plot_is_of_the_numbers_that_were_measured(name: str) -> None:
    assert made_of(FIGURES[name]) in path_of(FIGURES[name]).read_text()
    assert f"(images/{path_of(FIGURES[name]).name})" in PERFORMANCE


@pytest.mark.parametrize("name", FIGURES)
def test_the_page_tells_the_same_numbers_with_their_command_and_date(name: str) -> None:
    figure = FIGURES[name]
    assert all(in_words(bar) in PERFORMANCE for bar in figure["bars"])
    module = figure["command"].removeprefix("python -m ")
    assert f"`{module}`" in PERFORMANCE
    assert (ROOT / (module.replace(".", "/") + ".py")).is_file()
    assert figure["date"] in PERFORMANCE


def test_the_drawing_of_the_house_has_every_room() -> None:
    drawn = (DOCS / "images" / "house.svg").read_text()
    assert [room for room in ARROWS if not re.search(rf"\b{room}\b", drawn)] == []


def test_the_drawing_of_a_wait_has_every_outcome() -> None:
    drawn = (DOCS / "images" / "wait.svg").read_text()
    assert [outcome.__name__ for outcome in Outcome.__args__ if f">{outcome.__name__}<" not in drawn] == []


def test_the_versions_are_those_that_are_tested() -> None:
    tree = ast.parse((ROOT / "noxfile.py").read_text())
    (pythons,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PYTHONS"
    )
    table = rows(sections(DOCS / "compatibility.md")["Airflow and Python"])
    assert {row[0]: tuple(row[1].split(", ")) for row in table} == pythons
