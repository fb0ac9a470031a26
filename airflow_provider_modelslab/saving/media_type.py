"""What the bytes are, told from their beginning. Pure.

The server's Content-Type is not asked: it is known to be wrong (text/plain for a JPEG), and files of
base64 jobs may be base64 text. The signatures are those of the ``filetype`` library, except for MP4 and MOV,
which it tells from a list of brands that is never complete.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.saving.formats.brands import sniff_boxes

HEAD = 4096
_WANTED = ("jpg", "png", "webp", "gif", "webm")
_FILMS = {"mp4": "video/mp4", "mov": "video/quicktime"}
_BASE64_TEXT = re.compile(rb"\s*[A-Za-z0-9+/_-][A-Za-z0-9+/_=\s-]*")
_DATA_URI = re.compile(rb"\s*data:[^,]{0,200};base64,", re.IGNORECASE)


@dataclass(frozen=True)
class MediaType:
    """A kind of picture or video, and how it was wrapped.

    :param extension: without the dot
    :param content_type: the media type
    :param base64_prefix: length of what precedes the base64 text, or None if the bytes are plain
    """

    extension: str
    content_type: str
    base64_prefix: int | None = None


def split_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, enough to tell the kind, and an iterator over all bytes from the first."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    return head[:HEAD], chain([head], chunks)


def identify(head: bytes) -> MediaType:
    """Tell the kind of picture or video from the first bytes.

    :param head: the first 4096 bytes, or all if there are fewer
    :raises InvalidContentError: if it is none of JPEG, PNG, WebP, GIF, MP4, WebM and MOV, saying what it
        looks like
    """
    kind = _by_signature(head) or _in_base64(head)
    if kind is not None:
        return kind
    boxes = sniff_boxes(head)
    if boxes is not None:
        raise InvalidContentError(
            f"it is {boxes.what}, which is not one of JPEG, PNG, WebP, GIF, MP4, WebM and MOV"
        )
    raise InvalidContentError(f"it is {describe(head)}, not a picture or video")


def describe(head: bytes) -> str:
    """Say in a few words what unwanted bytes look like, without repeating them."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "empty"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "an HTML page"
    if text.startswith(b"<"):
        return "an XML or HTML document"
    if text.startswith((b"{", b"[")):
        return "JSON"
    return "text" if _is_text(head) else "a file of an unknown kind"


def _is_text(head: bytes) -> bool:
    try:  # incremental, since the head may end within a character
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)


def _by_signature(head: bytes, base64_prefix: int | None = None) -> MediaType | None:
    from filetype.match import match

    boxes = sniff_boxes(head)
    if boxes is not None:
        return MediaType(boxes.extension, _FILMS[boxes.extension], base64_prefix) if boxes.extension else None
    found = match(head, _wanted_types()) if head else None
    return MediaType(found.extension, found.mime, base64_prefix) if found else None


@cache
def _wanted_types() -> list[Any]:
    from filetype import get_type

    return [get_type(ext=extension) for extension in _WANTED]


def _in_base64(head: bytes) -> MediaType | None:
    prefix = _DATA_URI.match(head)
    start = prefix.end() if prefix else 0
    if not _BASE64_TEXT.fullmatch(head, start):
        return None
    try:
        decoded = b"".join(decode_base64(iter([head]), start, whole=len(head) < HEAD))
    except InvalidContentError:
        return None
    return _by_signature(decoded, base64_prefix=start)


def decode_base64(chunks: Iterator[bytes], skip: int = 0, *, whole: bool = True) -> Iterator[bytes]:
    """Decode base64 text as it streams by; whitespace and missing padding are forgiven, nothing else.

    :param chunks: the text
    :param skip: how many bytes to leave out at the beginning; they are in the first chunk
    :param whole: whether the text's end is its real end, so that the last bytes are decoded as well
    :raises InvalidContentError: if something is not base64, or follows its padding
    """
    decoder = Base64Decoder(skip)
    yield from filter(None, map(decoder.feed, chunks))
    if whole:
        yield from filter(None, [decoder.end()])


class Base64Decoder:
    """The same for text that is handed over chunk by chunk."""

    def __init__(self, skip: int = 0) -> None:
        self._skip = skip
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return what the text up to here holds, but for what was returned before."""
        text = self._rest + chunk[self._skip :].translate(_TO_STANDARD, b" \t\r\n\f\v")
        self._skip = 0
        end = text.find(b"=")
        usable = (len(text) if end < 0 else end) // 4 * 4
        self._rest = text[usable:]
        if len(self._rest) > 4:
            raise InvalidContentError("it goes on after the end of its base64 text")
        return _decoded(text[:usable])

    def end(self) -> bytes:
        """Return what is left when all of the text is there."""
        rest, self._rest = self._rest.rstrip(b"="), b""
        return _decoded(rest)


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _decoded(text: bytes) -> bytes:
    if text.translate(None, _ALPHABET):
        raise InvalidContentError("its base64 text has characters that are not base64")
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise InvalidContentError("its base64 text is cut short") from None
