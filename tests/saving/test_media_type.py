from __future__ import annotations

import base64
import struct

import pytest

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.saving.media_type import decode_base64, identify, split_head
from tests.support.standin.media import Media


def ftyp(brand: bytes, *compatible: bytes) -> bytes:
    brands = b"".join(compatible)
    return struct.pack(">I", 16 + len(brands)) + b"ftyp" + brand + b"\0\0\2\0" + brands + b"\0\0\0\x08free"


def ebml(doctype: bytes) -> bytes:
    head = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282")
    return (
        head
        + bytes([0x80 + len(doctype)])
        + doctype
        + bytes.fromhex("4287810442858102")
        + b"\x18\x53\x80\x67"
    )


KINDS = {
    "jpg": [b"\xff\xd8\xff\xe0\x00\x10JFIF\0", b"\xff\xd8\xff\xe1\x00\x18Exif\0\0", b"\xff\xd8\xff\xdb\0C"],
    "png": [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    "webp": [b"RIFF\x24\1\0\0WEBPVP8 ", b"RIFF\x24\1\0\0WEBPVP8X", b"RIFF\x24\1\0\0WEBPVP8L"],
    "gif": [b"GIF87a\1\0\1\0", b"GIF89a\1\0\1\0"],
    "mp4": [
        ftyp(b"isom", b"isom", b"iso2", b"avc1", b"mp41"),
        ftyp(b"mp42", b"mp42"),
        ftyp(b"iso5", b"iso5", b"iso6", b"mp41"),
        ftyp(b"avc1", b"isom"),
        *(ftyp(brand, brand) for brand in (b"iso5", b"iso6", b"dash", b"M4V ", b"3gp5", b"MSNV", b"new1")),
        ftyp(b"M4V ", b"M4V ", b"M4A ", b"mp42"),
        ftyp(b"mp42"),
        struct.pack(">I4s8x", 16, b"free") + ftyp(b"iso9", b"isom"),
    ],
    "mov": [
        ftyp(b"qt  ", b"qt  "),
        ftyp(b"qt  ", b"isom", b"mp41"),
        *(b"\0\0\0\x08" + padding + b"\0\1\0\0mdat" for padding in (b"free", b"skip", b"wide")),
        b"\0\0\0\x08wide\0\0\0\0mdat",
        b"\0\0\0\1mdat\0\0\0\0\0\0\1\0",
        b"\0\0\2\0moov\0\0\0\x6cmvhd",
        b"\0\0\x80\0free",
    ],
    "webm": [ebml(b"webm")],
}


@pytest.mark.parametrize(
    ("extension", "head"), [(kind, head) for kind, all_ in KINDS.items() for head in all_]
)
def test_each_kind_is_told_from_its_first_bytes(extension: str, head: bytes) -> None:
    assert identify(head + bytes(200)).extension == extension
    assert identify(head + bytes(200)).base64_prefix is None


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif", "mp4"])
def test_real_files_are_recognised_as_they_are_and_as_base64_text(kind: str) -> None:
    data = b"".join(Media(kind).read())
    plain, text = identify(data[:4096]), identify(base64.b64encode(data)[:4096])
    assert plain.extension == text.extension == kind
    assert plain.content_type == text.content_type == Media(kind).content_type
    assert (plain.base64_prefix, text.base64_prefix) == (None, 0)


def test_a_data_uri_served_as_text_is_recognised() -> None:
    uri = b"data:image/png;base64," + base64.b64encode(b"".join(Media("jpg").read()))
    assert identify(uri[:4096]).extension == "jpg"
    assert identify(uri[:4096]).base64_prefix == len(b"data:image/png;base64,")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><title>Not found</title>", "an HTML page"),
        (b"<html>", "an HTML page"),
        (b"<?xml version='1.0'?><Error/>", "an XML"),
        (b' {"status": "error"}', "JSON"),
        (b"Not found", "text"),
        (b"aGVsbG8gd29ybGQ=", "text"),
        (b"PK\x03\x04\0\0", "unknown"),
        (ebml(b"matroska"), "unknown"),
        (b"\xff\xd8", "unknown"),
        (b"\x89PN", "unknown"),
        (ftyp(b"M4A ", b"M4A ", b"mp42", b"isom"), "it is audio"),
        (ftyp(b"M4B ", b"M4B ", b"mp42"), "it is audio"),
        (ftyp(b"dash", b"M4A "), "it is audio"),
        (ftyp(b"heic", b"mif1", b"heic"), "it is a HEIC, AVIF or raw picture"),
        (ftyp(b"avif", b"avif", b"mif1", b"miaf"), "it is a HEIC, AVIF or raw picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "unknown"),
        (b"The free trial has ended.", "text"),
        (b"The wide world, skip it.", "text"),
    ],
)
def test_anything_else_is_refused_and_named(head: bytes, word: str) -> None:
    with pytest.raises(InvalidContentError, match=word):
        identify(head)


@pytest.mark.parametrize("step", [1, 3, 4, 5, 1000])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 3000])
def test_base64_is_decoded_in_pieces_of_any_size(step: int, size: int) -> None:
    data = (bytes(range(256)) * 12)[:size]
    text = base64.encodebytes(data)
    pieces = (text[at : at + step] for at in range(0, len(text), step))
    assert b"".join(decode_base64(pieces)) == data


def test_url_safe_base64_and_missing_padding_are_forgiven() -> None:
    data = b"\xfb\xff\xfe\xfa"
    text = base64.urlsafe_b64encode(data).rstrip(b"=")
    assert b"".join(decode_base64(iter([text]))) == data


@pytest.mark.parametrize("text", [b"AAAA!AAA", b"AA==AAAA", b"A", b"AAAA<html>"])
def test_what_is_not_base64_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidContentError):
        list(decode_base64(iter([text])))


def test_splitting_the_head_loses_nothing() -> None:
    chunks = [b"a" * 1000] * 10
    head, whole = split_head(iter(chunks))
    assert (len(head), b"".join(whole)) == (4096, b"a" * 10000)
