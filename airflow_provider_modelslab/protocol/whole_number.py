"""Whole numbers, whatever type they come as."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from operator import index
from typing import Any


def as_whole_number(value: Any) -> int | None:
    """Return the integer that a number is, or None where it is none, or too large to be exact.

    NumPy has integers of its own, and pandas makes a float of an integer where others of its column are
    missing. Beyond some size the last digits of a float are not those of the number that it was made of.

    :param value: anything; what is true or false is no number
    """
    if isinstance(value, bool):
        return None
    with suppress(TypeError):
        return index(value)
    if not hasattr(value, "as_integer_ratio"):
        return None
    try:
        is_whole = -inf < value < inf and value % 1 == 0 and value + 1 - value == 1
    except ArithmeticError:  # so do decimals say that they cannot
        return None
    return int(value) if is_whole else None
