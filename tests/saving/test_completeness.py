"""Every beginning of real files, and the files themselves in every wrapping."""

from __future__ import annotations

import base64

import pytest

from airflow_provider_modelslab.saving.completeness import Completeness
from airflow_provider_modelslab.saving.formats.walker import State
from tests.saving.real_files import LIVE, NAMES, real_file
from tests.support.standin.media import CONTENT_TYPES, Media


def state_of(data: bytes, step: int = 10**9) -> State:
    completeness = Completeness()
    for at in range(0, len(data), step):
        completeness.feed(data[at : at + step])
    return completeness.verdict().state


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("fragmented.mp4", "dash.mp4")])
def test_every_beginning_of_a_file_is_cut(name: str) -> None:
    whole = real_file(name)
    assert [cut for cut in range(1, len(whole)) if state_of(whole[:cut]) is not State.TRUNCATED] == []


@pytest.mark.parametrize("step", [1, 1000, 4096, 10**9])
@pytest.mark.parametrize("name", NAMES)
def test_a_whole_file_is_whole_in_pieces_of_any_size(name: str, step: int) -> None:
    assert state_of(real_file(name), step) is State.COMPLETE
    assert state_of(real_file(name) + b"behind", step) is State.COMPLETE
    assert state_of(real_file(name)[:-1], step) is State.TRUNCATED


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("step", [1000, 4097])
def test_base64_text_is_judged_by_what_it_holds(name: str, step: int) -> None:
    whole = real_file(name)
    for prefix in (b"", b"data:image/png;base64,"):
        for padded in (
            base64.b64encode(whole),
            base64.encodebytes(whole),
            base64.b64encode(whole).rstrip(b"="),
        ):
            assert state_of(prefix + padded, step) is State.COMPLETE
        assert state_of(prefix + base64.b64encode(whole[:-1]), step) is State.TRUNCATED


@pytest.mark.parametrize("size", [None, 100_000])
@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_the_stand_in_s_files_are_whole(kind: str, size: int | None) -> None:
    assert state_of(Media(kind, size).whole()) is State.COMPLETE


@pytest.mark.parametrize("data", [b"", b"<html>", b"text " * 2000, b"PK\x03\x04", bytes(100)])
def test_what_is_none_of_the_formats_is_not_judged(data: bytes) -> None:
    assert state_of(data) is State.UNKNOWN


@pytest.mark.parametrize("name", ["baseline.jpg", LIVE])
def test_more_may_come_after_a_verdict(name: str) -> None:
    whole, completeness = real_file(name), Completeness()
    for at in range(0, len(whole), 700):
        completeness.feed(whole[at : at + 700])
        completeness.verdict()
        assert completeness.resumable
    assert completeness.verdict().state is state_of(whole)
