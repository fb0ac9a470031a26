"""The part of a file that a request asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.plugins.byte_range import PIECE, ByteRange, UnsatisfiableError, parse_range


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(1, 10**10))
def test_a_part_lies_within_the_file_and_is_small(first: int, last: int, size: int) -> None:
    try:
        part = parse_range(f"bytes={first}-{last}", size)
    except UnsatisfiableError:
        assert first >= size
        return
    assert (part is None) == (last < first)
    if part:
        assert first == part.start < part.end <= min(size, last + 1)
        assert part.end - part.start <= PIECE


@given(st.text(max_size=40))
def test_no_header_makes_it_fail(header: str) -> None:
    assert parse_range(header, 100) is None or header


@pytest.mark.parametrize(
    ("header", "expected"), [("bytes=0-", (0, 10)), ("bytes=-3", (7, 10)), ("bytes=-99", (0, 10))]
)
def test_open_ends_are_those_of_the_file(header: str, expected: tuple[int, int]) -> None:
    assert parse_range(header, 10) == ByteRange(*expected)


def test_an_empty_file_has_no_part() -> None:
    for header in ("bytes=0-", "bytes=-1"):
        with pytest.raises(UnsatisfiableError):
            parse_range(header, 0)
