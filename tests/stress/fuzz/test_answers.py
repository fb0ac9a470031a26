"""Any answer is read as one of the outcomes, and whatever follows of it is fit to be told and stored."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airflow_provider_modelslab.client.calls import NoAnswer
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.fields import read_result
from airflow_provider_modelslab.protocol.outcome import Refusal, TransientFailure
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.retry_after import read_retry_after
from airflow_provider_modelslab.saving.range_resume import (
    ResumePoint,
    classify,
    continued,
    resume_point_of,
    tells_length,
)
from tests.stress.fuzz import properties, strategies
from tests.stress.fuzz.properties import KEY, NOW

pytestmark = pytest.mark.thorough
statuses = st.integers(100, 599)


@example(200, {}, b'{"output": "x", "meta": {"text": "\\ud800 \\u0000"}}')
@example(200, {}, b'{"output": "https://h/\\ud800", "meta": {"seed": NaN, "low": -Infinity}}')
@example(200, {}, b'{"status": "processing", "eta": 1e300}')
@example(502, {"content-type": f"text/{KEY}"}, b"<html>")
@given(statuses, strategies.headers, strategies.bodies)
def test_any_answer_is_an_outcome(status: int, headers: dict[str, str], body: bytes) -> None:
    properties.check_answer(Answer(status, headers, body, NOW))


words = st.sampled_from(strategies.SENTENCES)
sentences = st.fixed_dictionaries(
    {"status": st.sampled_from(["error", "failed", "starting", "processing", ""]), "message": words},
    optional={"tip": words, "tips": words, "errors": st.dictionaries(words, words, max_size=2)},
).map(lambda body: json.dumps(body).encode())


@given(statuses, strategies.headers, sentences)
def test_whatever_sentences_an_error_has_each_kind_of_evidence_counts_for_what_it_is(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = Answer(status, headers, body, NOW)
    properties.check_answer(answer)
    properties.check_submission(answer)


answers = st.builds(
    Answer,
    st.sampled_from([404, 200, 401, 405, 500]),
    st.just({}),
    strategies.bodies | sentences,
    st.just(NOW),
)


@given(
    st.sampled_from(["/api/v6/faceswap", "/api/v1/enterprise/faceswap"]),
    st.lists(answers | st.just(NoAnswer("reset")), min_size=2, max_size=2),
)
def test_whatever_a_dedicated_server_answers_a_look_is_one_or_two_calls(
    api_path: str, answers: list[Answer | NoAnswer]
) -> None:
    properties.check_look(api_path, answers)


@pytest.mark.parametrize("depth", [20, 21, 400, 900, 3000])
def test_no_depth_of_an_answer_is_too_much(depth: int) -> None:
    body = b'{"output": "x", "meta": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    properties.check_answer(Answer(200, {}, body, NOW))


def test_an_answer_of_more_values_than_the_api_ever_gives_is_not_parsed() -> None:
    body = b'{"status": "processing", "output": [' + b"{}," * 200_000 + b"{}]}"
    assert isinstance(properties.check_answer(Answer(200, {}, body, NOW)), TransientFailure)


@given(strategies.objects, strategies.headers)
def test_a_wish_to_wait_is_a_number_of_seconds_or_none(
    body: dict[str, object], headers: dict[str, str]
) -> None:
    seconds = read_retry_after(body, headers, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@example({"Last-Modified": "x", "Date": "Tue, 14 Nov 2147483648 22:13:20 GMT"})
@example({"Content-Length": "1" + "0" * 5000, "Content-Range": "bytes 5-9/1" + "0" * 5000})
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "Content-Length": strategies.waits,
            "Content-Range": strategies.waits.map("bytes 5-9/{}".format) | strategies.any_text,
            "Content-Encoding": strategies.any_text,
            "Last-Modified": strategies.waits,
            "Date": strategies.waits,
            "ETag": strategies.any_text.map('"{}"'.format) | strategies.any_text,
        },
    )
)
def test_any_headers_of_a_file_are_judged(headers: dict[str, str]) -> None:
    for status in (200, 206):
        mark = resume_point_of(headers)
        classify(status, headers, mark, offset=5)
        assert mark.total is None or mark.total >= 0
        assert continued(ResumePoint(None, 7), headers).total is not None
        assert isinstance(tells_length(headers), bool)


_sparse = st.lists(st.none() | st.sampled_from(["https://h/a", "a/b.jpg", "ftp://h/b", ""]), max_size=6)


@given(_sparse, _sparse)
def test_entries_and_their_alternates_stay_side_by_side(
    output: list[str | None], links: list[str | None]
) -> None:
    numbered = [[text and f"{text}#{at}" for at, text in enumerate(texts)] for texts in (output, links)]
    result = read_result(dict(zip(("output", "proxy_links"), numbered, strict=True)), "263")
    positions = [entry.partition("#")[2] for entry in result.output]
    assert positions == sorted(set(positions))
    for position, link in zip(positions, result.proxy_links, strict=False):
        assert link.partition("#")[2] in ("", position)


endings = st.builds(
    Ending,
    st.sampled_from([kind for kind in EndingKind if kind is not EndingKind.DONE]),
    strategies.any_text.filter(str.isprintable),
    st.none() | st.sampled_from(list(Refusal)),
)


@given(endings)
def test_any_ending_comes_out_of_an_event_as_it_went_in(ending: Ending) -> None:
    properties.check_event(ending)
