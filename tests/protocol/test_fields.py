"""The fields of an answer, whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.fields import (
    as_number,
    find_message,
    find_text,
    one_line,
    read_result,
)
from tests.support.standin.payloads import IMAGE


def nested(value: object, levels: int, name: str | None = None) -> Any:
    for _ in range(levels):
        value = [value] if name is None else {name: value}
    return value


def meta_of(meta: dict[str, Any]) -> dict[str, Any]:
    return read_result({"output": IMAGE, "meta": meta}, "263").meta


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0.0),
        (2.5, 2.5),
        (" 20 ", 20.0),
        (1e15, 1e15),
        (1.1e15, None),
        (10**400, None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        ("soon", None),
        (True, None),
        (None, None),
        ([5], None),
    ],
)
def test_a_number_is_finite_and_not_negative_and_may_come_as_text(
    value: object, number: float | None
) -> None:
    assert as_number(value) == number


def test_a_number_may_be_negative_where_that_is_allowed() -> None:
    assert as_number("-2.5", least=-5) == -2.5
    assert as_number(-6, least=-5) is None


def test_a_line_is_cut_at_three_hundred_characters_and_shows_that_it_was() -> None:
    assert one_line("x" * 300) == "x" * 300
    assert one_line("x" * 301) == "x" * 299 + "…"


def test_a_line_has_no_breaks_and_no_control_characters() -> None:
    assert one_line(" a\r\n\tb\x1b[0m\x00c\u2028d ") == "a b [0m c d"


def test_a_tip_follows_the_message_and_is_not_told_twice() -> None:
    assert find_text({"message": "Too fast", "tip": "wait", "tips": "a bit"}) == "Too fast wait a bit"
    assert find_text({"message": "Too fast", "tips": "Too fast"}) == "Too fast"
    assert find_text({"tip": "wait"}) == "wait"
    assert find_text({}) == ""


def test_the_message_is_what_is_said_without_tips() -> None:
    assert find_message({"message": "Too fast", "tip": "wait", "tips": "a bit"}) == "Too fast"
    assert find_message({"tip": "wait"}) == ""


def test_the_faults_of_fields_follow_the_message() -> None:
    body = {"message": "Bad.", "errors": {"id": ["is odd"]}, "tip": "see the documentation"}
    assert find_message(body) == "Bad. id: is odd"
    assert find_text(body) == "Bad. id: is odd see the documentation"
    assert find_message({"errors": ["one", "two"]}) == "one two"


def test_the_first_name_that_has_words_is_taken() -> None:
    assert find_text({"message": " ", "messege": "sic", "error": "later"}) == "sic"
    assert find_text({"message": None, "error": {"message": "inner", "code": "x"}}) == "inner"


def test_a_message_may_be_a_list_or_name_fields() -> None:
    assert find_text({"message": ["one", "", "two"]}) == "one two"
    fields = {"prompt": ["is required", "is short"], "id": "is odd", "x": ""}
    assert find_text({"message": fields}) == "prompt: is required is short id: is odd"


@pytest.mark.parametrize("name", [None, "a"])
def test_words_are_looked_for_three_levels_down_and_no_deeper(name: str | None) -> None:
    assert find_text({"message": nested("word", 3, name)}).endswith("word")
    assert find_text({"message": nested("word", 4, name)}) == ""


def test_of_many_messages_ten_are_told() -> None:
    words = [str(number) for number in range(20)]
    assert find_text({"message": words}) == "0 1 2 3 4 5 6 7 8 9"
    assert find_text({"message": {word: word for word in words}}).endswith("8: 8 9: 9")


@pytest.mark.parametrize("name", [None, "a"])
def test_files_are_looked_for_three_levels_down_and_no_deeper(name: str | None) -> None:
    assert read_result({"output": nested(IMAGE, 3, name)}, "263").output == (IMAGE,)
    assert read_result({"output": nested(IMAGE, 4, name)}, "263").output == ()


def test_files_keep_their_order_and_what_is_none_is_left_out() -> None:
    output = [" b ", "", None, 7, {"url": "a", "more": ["c"]}]
    assert read_result({"output": output}, "263").output == ("b", "a")


def test_meta_keeps_its_values_and_loses_what_no_database_takes() -> None:
    meta = json.loads(
        '{"seed": 123, "scale": 0.5, "on": true, "none": null, "nan": NaN, "most": [Infinity, 1.5, "a"],'
        ' "nul": "a\\u0000b", "half": "\\ud83d", "in\\u0000name": {"x": "y"}}'
    )
    assert meta_of(meta) == {
        "seed": 123,
        "scale": 0.5,
        "on": True,
        "none": None,
        "nan": None,
        "most": [None, 1.5, "a"],
        "nul": "a\ufffdb",
        "half": "?",
        "in\ufffdname": {"x": "y"},
    }


@pytest.mark.parametrize("name", [None, "a"])
def test_meta_is_kept_twenty_levels_deep_and_cut_below(name: str | None) -> None:
    assert meta_of({"m": nested("word", 19, name)}) == {"m": nested("word", 19, name)}
    assert meta_of({"m": nested("word", 20, name)}) == {"m": nested(None, 19, name)}


@pytest.mark.parametrize("name", ["key", "Api_Key", "apikey", "TOKEN", "authorization"])
def test_a_field_of_meta_that_is_named_like_a_key_is_dropped(name: str) -> None:
    assert meta_of({name: "x", "keys": 1}) == {"keys": 1}
    assert meta_of({"sent": [{name: "x", "keys": 1}]}) == {"sent": [{"keys": 1}]}
