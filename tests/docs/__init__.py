"""What the documentation says, held against the code: its pages, their code, and their tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    """What a test calls a file."""
    return str(path.relative_to(ROOT))


def code_of(path: Path) -> list[str]:
    """The Python of a page, block by block."""
    return CODE.findall(path.read_text())


def sections(path: Path) -> dict[str, str]:
    """What stands under each heading of a page, up to the next one of any level."""
    parts = re.split(r"^#+ (.+)\n", FENCED.sub("", path.read_text()), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    headings = [at for at, row in enumerate(cells) if set("".join(row)) <= set("-:")]
    return [row for at, row in enumerate(cells) if at not in headings and at + 1 not in headings]
