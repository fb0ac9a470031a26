"""Markdown that shows any text as it is. Pure.

Airflow's UI strips raw HTML and knows tables; what stands in a cell must neither end it nor begin anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_LONGEST = 500  # characters of any one text
_JOINER = "\N{WORD JOINER}"  # not seen, and it keeps an address from becoming a link
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_MARKS = re.compile(r"([\\`*_{}\[\]<>|~!&#$])")


def plain(value: object) -> str:
    """Return a text that Markdown shows as it is, on one line, and of which it makes no link."""
    text = _LINKS.sub(_JOINER, _one_line(value))
    return _MARKS.sub(r"\\\1", text)


def code(value: object, *, in_table: bool = True) -> str:
    """Return a text in a code span, or where that could be broken out of, as ``plain`` does.

    :param value: the text
    :param in_table: whether it stands in a table's cell, which a bar would end
    """
    text = _one_line(value)
    if in_table and ("\\" in text or "`" in text):
        return plain(text)
    marks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    span = f"{marks}{space}{text}{space}{marks}"
    return span.replace("|", r"\|") if in_table else span


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
    text = str(value)[:_LONGEST]
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())
