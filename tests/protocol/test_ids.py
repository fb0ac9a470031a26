"""What may be asked for, and under which URL."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from airflow_provider_modelslab.protocol.ids import is_many, parse_request_id, parse_request_ids


class OwnInteger:
    """An integer of another library, such as NumPy's."""

    def __index__(self) -> int:
        return 901

    def __repr__(self) -> str:
        return "OwnInteger()"


@pytest.mark.parametrize("value", [263, "263", "abc123-def456", "a_b.c~d", 118409305, "1.5", "a.0", "0.0.0"])
def test_a_documented_id_is_taken_as_text(value: int | str) -> None:
    assert parse_request_id(value) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        *(901.0, "901.0", "901.00", Decimal(901), Decimal("901.00"), Fraction(901), OwnInteger()),
        *("901\n", " 901", "\t901.0\r\n", "901\u3000"),
    ],
    ids=repr,
)
def test_a_whole_number_is_an_id_whatever_has_made_it_and_white_space_is_not_part_of_it(value: Any) -> None:
    assert parse_request_id(value) == "901"


def test_what_pandas_and_numpy_make_of_ids_are_ids() -> None:
    pandas = pytest.importorskip("pandas")
    with_a_gap = pandas.DataFrame({"id": [901, None]})  # the whole column is of floats then
    assert parse_request_id(with_a_gap["id"][0]) == "901"
    assert parse_request_ids(pandas.Series([901, 902])) == ["901", "902"]
    assert parse_request_ids(pandas.Series([901, 902]).to_numpy()) == ["901", "902"]
    with pytest.raises(ValueError, match="entry 1: the request id nan"):
        parse_request_ids(with_a_gap["id"])
    numpy = pytest.importorskip("numpy")
    assert parse_request_id(numpy.int64(901)) == parse_request_id(numpy.float32(901)) == "901"
    for value in (numpy.float32(118409305), numpy.bool_(True)):
        with pytest.raises(ValueError, match="request id"):
            parse_request_id(value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -float("inf"), 901.5, 2.0**53, 1e300]
    + [Decimal(each) for each in ("NaN", "sNaN", "Infinity", "901.5", "1E+400")]
    + [Fraction(1, 2)],
    ids=repr,
)
def test_a_number_that_is_not_whole_or_not_exact_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no whole number, or is too large to be exact"):
        parse_request_id(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("9 01", "' '"),
        ("9\n01", r"'\\n'"),
        ("a/b?c", "'/', '\\?'"),
        ("-1", "'-'"),
        ("é1", "'é'"),
        ('"1"', "'\"'"),
    ],
)
def test_the_characters_at_fault_are_named(value: str, shown: str) -> None:
    with pytest.raises(ValueError, match=f"has {shown}: characters"):
        parse_request_id(value)


@pytest.mark.parametrize(
    ("value", "expression"),
    [
        ({"id": 263, "status": "processing"}, "task.output['id']"),
        (MappingProxyType({"request_id": 263}), "task.output['request_id']"),
        ("{'id': 263, 'output': []}", "{{ ti.xcom_pull(task_ids='…')['id'] }}"),
        ('{"status": "processing", "taskId": 7}', "{{ ti.xcom_pull(task_ids='…')['taskId'] }}"),
        ("{}", "['id']"),
    ],
)
def test_a_whole_answer_is_told_from_its_id_with_the_way_to_it(value: Any, expression: str) -> None:
    with pytest.raises(ValueError, match="whole answer") as caught:
        parse_request_ids(value)
    assert expression in str(caught.value)
    assert "263" not in str(caught.value)


@pytest.mark.parametrize("value", [True, False, "True", "false", " TRUE "])
def test_a_boolean_is_named_as_what_it_is(value: object) -> None:
    with pytest.raises(ValueError, match=r"boolean.*pass the id") as caught:
        parse_request_id(value)
    assert "rendered to nothing" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (-1, "characters that no id has; letters, .* the first a letter or digit$"),
        ("-1", "characters"),
        ("a/b", "characters"),
        ("../wallet_balance", "characters"),
        ("..", "characters"),
        ("26\n3", "characters"),
        ("263?x=1", "characters"),
        ("263#", "characters"),
        ("%2e%2e", "characters"),
        ("\uff12\uff16\uff13", "characters"),  # digits, but not ASCII
        ("x" * 129, "characters"),
        ("None", "rendered to nothing"),
        ("null", "rendered to nothing"),
        ("{{ params.id }}", "not rendered"),
        ("[1, 2]", r"output\), or set render_template_as_native_obj=True on the DAG$"),
        ("nan", "rendered to nothing"),
        (None, "NoneType"),
        (True, "bool"),
        (2.5, "float"),
        (object(), "object"),
        (b"263", "bytes"),
        ({"id": 263}, "dict"),
    ],
)
def test_what_cannot_be_an_id_is_refused_and_the_reason_said(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_request_id(value)


@pytest.mark.parametrize("start", ["{{ ", "[", "/"])
def test_of_what_cannot_be_an_id_eighty_characters_are_shown(start: str) -> None:
    text = start + "x" * 200
    with pytest.raises(ValueError, match=re.escape(repr(text[:80]))):
        parse_request_id(text)


def test_a_sequence_names_several_requests_in_order() -> None:
    assert parse_request_ids([3, "1", 2]) == ["3", "1", "2"]
    assert parse_request_ids("7") == ["7"]
    assert parse_request_ids([]) == []


def test_a_bad_entry_is_named_by_its_position() -> None:
    with pytest.raises(ValueError, match="entry 1: the request id is empty"):
        parse_request_ids([1, ""])


def test_texts_and_dicts_are_not_sequences_of_ids() -> None:
    assert all(is_many(value) for value in ([1], (1,), []))
    assert not any(is_many(value) for value in ("12", 12, {"id": 1}))
