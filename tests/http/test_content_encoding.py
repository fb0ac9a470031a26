from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Iterator

import pytest

from airflow_provider_modelslab.http.content_encoding import (
    BrokenBodyError,
    UnknownCodingError,
    codings,
    decoded,
    is_encoded,
)

DATA = random.Random(1).randbytes(5000) + bytes(20_000) + b"end"

GZIP = {"Content-Encoding": "gzip"}


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize("most", [1, 100, 10**6])
@pytest.mark.parametrize("packed", [gzip.compress(DATA), zlib.compress(DATA)], ids=["gzip", "zlib"])
def test_what_was_compressed_comes_back_in_pieces_of_any_size(packed: bytes, size: int, most: int) -> None:
    found = list(decoded(pieces(packed, size), GZIP, most))
    assert b"".join(found) == DATA
    assert max(map(len, found)) <= max(most, 1000)


@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_several_members_are_one_file(size: int) -> None:
    packed = gzip.compress(DATA[:100]) + gzip.compress(DATA[100:])
    assert b"".join(decoded(pieces(packed, size), GZIP, 50)) == DATA


def test_a_bomb_goes_off_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    assert len(bomb) < 12_000
    sizes = [len(piece) for piece in decoded(iter([bomb]), GZIP, 2**18)]
    assert sum(sizes) == 10_000_000
    assert max(sizes) <= 2**18


@pytest.mark.parametrize("length", [0, 1, 10, 3000, -9, -1])
def test_an_early_end_is_an_error(length: int) -> None:
    packed = gzip.compress(DATA)[:length]
    with pytest.raises(BrokenBodyError):
        list(decoded(pieces(packed, 100), GZIP, 100))


def test_what_is_not_compressed_is_an_error() -> None:
    with pytest.raises(BrokenBodyError):
        list(decoded(iter([b"<html>"]), GZIP, 100))


def test_what_does_not_say_that_it_is_compressed_is_passed_on_as_it_is() -> None:
    assert list(decoded(pieces(gzip.compress(DATA), 1000), {}, 1)) == list(pieces(gzip.compress(DATA), 1000))


@pytest.mark.parametrize("value", ["gzip", "GZIP", "br", "gzip, gzip", " deflate "])
def test_any_coding_but_identity_counts(value: str) -> None:
    assert is_encoded({"Content-Encoding": value})
    assert not any(map(is_encoded, ({}, {"Content-Encoding": ""}, {"Content-Encoding": " Identity "})))


@pytest.mark.parametrize(
    "value", ["aws-chunked", "UTF-8", "binary", "none", "null", "base64", "image/jpeg", ",", "*"]
)
def test_what_is_no_http_coding_is_no_coding(value: str) -> None:
    headers = {"Content-Encoding": value}
    assert not is_encoded(headers)
    assert list(decoded([DATA], headers, 10)) == [DATA]


@pytest.mark.parametrize(
    "value", ["aws-chunked,gzip", "gzip, aws-chunked", "X-GZIP", "gzip, gzip", "UTF-8, gzip;q=1"]
)
def test_the_one_real_coding_among_others_is_undone(value: str) -> None:
    assert b"".join(decoded([gzip.compress(DATA)], {"Content-Encoding": value}, 1000)) == DATA


@pytest.mark.parametrize("size", [1, 2, 10**6])
@pytest.mark.parametrize("window", [-15, 15, 31], ids=["bare", "zlib", "gzip"])
def test_deflate_is_undone_in_each_form_that_servers_send(window: int, size: int) -> None:
    packer = zlib.compressobj(wbits=window)
    packed = packer.compress(DATA) + packer.flush()
    headers = {"Content-Encoding": "deflate"}
    assert b"".join(decoded(pieces(packed, size), headers, 1000)) == DATA
    with pytest.raises(BrokenBodyError):
        list(decoded(pieces(packed[:-3], size), headers, 1000))


@pytest.mark.parametrize(
    "value", ["br", "ZSTD", "compress", "x-compress", "dcb", "dcz", "exi", "deflate, gzip"]
)
def test_a_coding_that_cannot_be_undone_is_named_before_anything_is_read(value: str) -> None:
    def unread() -> Iterator[bytes]:
        raise AssertionError
        yield b""

    with pytest.raises(UnknownCodingError, match=f"Content-Encoding {value.lower()}, which"):
        list(decoded(unread(), {"Content-Encoding": value}, 10))


@pytest.mark.parametrize("size", [1, 100])
def test_what_is_said_to_be_gzip_and_is_not_is_called_so(size: int) -> None:
    with pytest.raises(BrokenBodyError, match="said to be gzip, and is not"):
        list(decoded(pieces(DATA, size), GZIP, 100))


def test_codings_stand_in_the_order_of_their_application() -> None:
    assert codings({"Content-Encoding": "deflate , utf-8, X-Gzip,br"}) == ["deflate", "x-gzip", "br"]
