"""Finding a Chromium, and starting it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

VARIABLE = "MODELSLAB_TESTS_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """The path of a Chromium of this machine, or None."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str:
    """What a browser test lacks here and how to have it; empty where nothing is."""
    if not find_spec("playwright"):
        return "playwright is not installed: pip install playwright"
    if not executable():
        return f"there is no Chromium: apt-get install chromium, or set {VARIABLE} to the path of one"
    return ""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; without its sandbox, which needs rights that containers and root lack."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield browser
        browser.close()
