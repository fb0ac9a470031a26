from __future__ import annotations

import gzip
import json

import pytest

from airflow_provider_modelslab.http.body import LONGEST, AnswerTooLargeError, collect, json_file
from airflow_provider_modelslab.http.content_encoding import BrokenBodyError

GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("more", [{}, {"picture": b"bytes"}], ids=["at once", "piece by piece"])
def test_a_call_s_body_is_a_file_of_json(more: dict[str, bytes]) -> None:
    file = json_file({"key": 'a "quoted" é', **more}, default=bytes.decode)
    assert json.loads(file.read()) == {"key": 'a "quoted" é', **dict.fromkeys(more, "bytes")}


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_a_body_is_collected_and_decompressed(headers: dict[str, str]) -> None:
    sent = gzip.compress(b'{"a": 1}') if headers else b'{"a": 1}'
    assert collect([sent[:3], sent[3:]], headers) == b'{"a": 1}'


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_it_may_be_as_large_as_the_limit_and_no_larger(headers: dict[str, str]) -> None:
    for size in (LONGEST, LONGEST + 1):
        sent = bytes(size)
        try:
            assert collect([gzip.compress(sent, 1) if headers else sent], headers) == sent
        except AnswerTooLargeError:
            assert size > LONGEST
        else:
            assert size == LONGEST


def test_what_is_cut_or_compressed_in_another_way_is_broken() -> None:
    with pytest.raises(BrokenBodyError, match="Content-Encoding br"):
        collect([b"\x0b\x02\x80hello\x03"], {"Content-Encoding": "br"})
    with pytest.raises(BrokenBodyError):
        collect([gzip.compress(b"x")[:-1]], GZIP)
