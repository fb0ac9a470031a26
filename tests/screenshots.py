"""`python3 -m tests.screenshots`: make the pictures in docs/images anew, of the newest Airflow's pages.

Needs a Chromium; see `tests.browser.chromium`.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests import ROOT
from tests.nox import ENVIRONMENTS, add_python, environment

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.stage import Stage
    from tests.browser.visitor import Visitor

FOLDER = ROOT / "docs" / "images"
PEOPLE = ("anna", "carla", "hugo", "emma", "david", "grace")
#: Of the window, then of the picture: text stays sharp, and the picture fits a page.
WINDOW, WIDTH = (1360, 980), 1200
LARGEST = 120_000  # bytes
QUALITIES = range(90, 30, -5)


def main() -> None:
    """Take them, in an environment that has Airflow and Playwright."""
    parser = argparse.ArgumentParser("python3 -m tests.screenshots", description=__doc__)
    add_python(parser)
    options = parser.parse_args()
    if ENVIRONMENTS not in Path(sys.prefix).parents:
        python = environment(f"tests-{options.python}")
        os.chdir(ROOT)
        os.execv(python, [str(python), "-m", "tests.screenshots", *sys.argv[1:]])
    take_all()


def take_all() -> None:
    """Take all of them."""
    from tests.browser.chromium import chromium, missing
    from tests.browser.stage import ADMIN, stage
    from tests.browser.visitor import Visitor

    if why := missing():
        sys.exit(why)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="modelslab-") as folder,
        chromium() as browser,
        stage(Path(folder).resolve(), None, PEOPLE) as running,
        Visitor(browser, running, size=WINDOW) as visitor,
    ):
        take(running, visitor.log_in(ADMIN))


def take(stage: Stage, visitor: Visitor) -> None:
    """Run a catalogue up to the question which pictures are good, and take a picture of each page."""
    from tests.browser.stage import ASKING, Task, run_path
    from tests.browser.visitor import natural_sizes

    run = stage.begin("catalogue")
    stage.wait(run, choose=ASKING)
    natural_sizes(visitor.open_tab(Task(run, "swap", 0).path, "Face swap"))
    save(visitor.page, "tab")
    natural_sizes(visitor.open_tab(run_path(run), "Face swaps"))
    save(visitor.page, "contact-sheet")
    visitor.open(f"{Task(run, 'choose').path}/required_actions")
    natural_sizes(visitor.page, "td img")
    save(visitor.page, "approval")


def save(page: Page, name: str) -> None:
    """Save what is seen from the top on, as well as it fits into a small file."""
    from PIL import Image

    for frame in page.frames:  # to have all pictures loaded, all was scrolled through
        frame.evaluate("document.querySelectorAll('*').forEach(each => each.scrollTo(0, 0))")
    page.mouse.move(1, 1)  # off everything that a pointer would colour
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = whole.resize((WIDTH, whole.height * WIDTH // whole.width), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        file = io.BytesIO()
        small.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= LARGEST:
            break
    path = FOLDER / f"{name}.webp"
    path.write_bytes(file.getvalue())
    print(f"{path.relative_to(ROOT)}: {file.tell():,} bytes, quality {quality}")


if __name__ == "__main__":
    main()
