"""The invented persons: what makes a face theirs. Their hair, clothes and scenes are drawn by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Face:
    """What a swap takes along.

    :param skin: its colour
    :param shade: the skin in the shadow, also of the neck and the ears below it
    :param iris: the colour of the eyes
    :param hair: the colour of brows, moustache and beard
    :param eyes: ``open``, ``lashes`` or ``happy``
    :param brows: ``thin``, ``thick``, ``bushy`` or ``arched``
    :param nose: ``button``, ``long``, ``broad``, ``round`` or ``cat``
    :param mouth: ``smile``, ``beam``, ``grin``, ``lips``, ``gap`` or ``little``
    :param marks: what else is in it; see ``features.MARKS``
    """

    skin: str
    shade: str
    iris: str
    hair: str
    eyes: str = "open"
    brows: str = "thin"
    nose: str = "button"
    mouth: str = "smile"
    marks: tuple[str, ...] = ()


PEOPLE: dict[str, Face] = {
    "anna": Face(
        "#fbd7bd", "#eab596", "#3f8f5b", "#b4531f", "lashes", "thin", "button", "grin", ("blush", "freckles")
    ),
    "ben": Face(
        "#8a5434",
        "#6f4026",
        "#3a2418",
        "#24160f",
        "open",
        "thick",
        "broad",
        "beam",
        ("goatee", "round_glasses"),
    ),
    "carla": Face(
        "#e9b88f", "#cf966b", "#5b3a1e", "#2a1a16", "lashes", "arched", "long", "lips", ("shadowed", "mole")
    ),
    "david": Face(
        "#f6c9ae", "#dd9f80", "#4a86b8", "#e9e6df", "open", "bushy", "round", "little", ("wrinkles", "walrus")
    ),
    "emma": Face(
        "#c98a5e", "#aa6c43", "#4b2c17", "#3a2113", "lashes", "thin", "cat", "gap", ("blush", "whiskers")
    ),
    "farid": Face(
        "#d9a06f",
        "#bb7f50",
        "#3d2b1c",
        "#1f1a1a",
        "open",
        "bushy",
        "long",
        "smile",
        ("beard", "square_glasses"),
    ),
    "grace": Face(
        "#6e4630", "#573321", "#20120c", "#1a0f0b", "happy", "arched", "broad", "grin", ("cheeks",)
    ),
    "hugo": Face(
        "#f9cfc0",
        "#e3a58f",
        "#2f7fc1",
        "#d9922e",
        "open",
        "thick",
        "long",
        "little",
        ("handlebar", "monocle"),
    ),
}
