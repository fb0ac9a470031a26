"""Answers to Airflow's questions, given in its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.visitor import natural_sizes

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.stage import Task
    from tests.browser.visitor import Visitor

Sizes = list[tuple[int, int]]
_PICTURES = "td img"


def approve(visitor: Visitor, task: Task) -> Sizes:
    """Click on Approve; gives the sizes of the pictures in the form."""
    return _click(visitor, task, "Approve")


def reject(visitor: Visitor, task: Task) -> Sizes:
    """Click on Reject; gives the same."""
    return _click(visitor, task, "Reject")


def choose(visitor: Visitor, task: Task, *options: str) -> Sizes:
    """Choose options by a part of their names; gives the same."""
    page, shown = _form(visitor, task)
    for option in options:
        page.locator("input[aria-autocomplete=list]").fill(option)
        page.get_by_role("option", name=option).click()
    page.get_by_role("button", name="Respond").click()
    return shown


def _click(visitor: Visitor, task: Task, button: str) -> Sizes:
    page, shown = _form(visitor, task)
    page.get_by_role("button", name=button, exact=True).click()
    return shown


def _form(visitor: Visitor, task: Task) -> tuple[Page, Sizes]:
    page = visitor.open(f"{task.path}/required_actions")
    page.locator(_PICTURES).first.wait_for()
    return page, natural_sizes(page, _PICTURES)
