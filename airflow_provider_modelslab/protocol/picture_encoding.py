"""A picture that is sent with the call, and the two ways in which the API is said to take one.

The v6 schema (docs.modelslab.com, "Face Swap") has ``format: uri`` for these fields, and its sibling
documents spell base64 as ``data:image/png;base64,…``; other clients of the API send the base64 text alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    """A picture as base64 text.

    :param content_type: such as ``image/jpeg``
    :param base64: its bytes; not shown by ``repr``
    """

    content_type: str
    base64: str = field(repr=False)


def as_data_uri(picture: Picture) -> str:
    """Return the text that is a URI."""
    return f"data:{picture.content_type};base64,{picture.base64}"


def as_plain_base64(picture: Picture) -> str:
    """Return the base64 text alone."""
    return picture.base64


#: One of the two above.
Form = Callable[[Picture], str]


def other_form(form: Form) -> Form:
    """Return the other way of the two."""
    return as_data_uri if form is as_plain_base64 else as_plain_base64
