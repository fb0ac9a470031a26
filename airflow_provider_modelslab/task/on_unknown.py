"""What a task does about a submit call of which nobody can know whether it was queued."""

from __future__ import annotations

from typing import Literal, get_args

OnUnknown = Literal["fail", "submit"]


def check_on_unknown(choice: str) -> None:
    """Refuse what is no choice.

    :param choice: what to do where nobody can know whether a lost call was queued
    :raises ValueError: if it is none
    """
    if choice not in get_args(OnUnknown):
        raise ValueError(f"on_unknown is one of {get_args(OnUnknown)}, not {choice!r}")
