"""Markdown that shows any text as it is. Pure.

Airflow's UI strips raw HTML and knows tables; what stands in a cell must neither end it nor begin anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_{}\[\]<>|~!&#$])")


def plain(value: object) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _MARKS.sub(r"\\\1", _one_line(value))


def code(value: object) -> str:
    """Return a text in a code span, also within a table's cell."""
    text = _one_line(value)
    marks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{marks}{space}{text}{space}{marks}".replace("|", r"\|")


def link(words: str, url: str) -> str:
    """Return a link.

    :param words: Markdown, such as of ``plain`` or ``picture``
    :param url: percent-encoded
    """
    return f"[{words}]({url})"


def picture(name: str, url: str, target: str) -> str:
    """Return a picture that leads to a page of its own.

    :param name: said where the picture cannot be shown
    :param url: of the picture, percent-encoded
    :param target: where it leads to
    """
    return link(f"!{link(plain(name), url)}", target)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table.

    :param heads: of the columns, in Markdown
    :param rows: of each the cells, in Markdown
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _one_line(value: object) -> str:
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return " ".join(text.split())
