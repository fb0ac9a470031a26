"""Whether a file is whole, by what its own format says. Pure; told while it streams, and in a few bytes."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_modelslab.exceptions import InvalidContentError
from airflow_provider_modelslab.saving.formats.images import Gif, Jpeg, Png, WebP
from airflow_provider_modelslab.saving.formats.videos import Mp4, WebM
from airflow_provider_modelslab.saving.formats.walker import UNKNOWN, State, Verdict, Walker
from airflow_provider_modelslab.saving.media_type import HEAD, Base64Decoder, MediaType, identify

_WALKERS: dict[str, type[Walker]] = {
    "jpg": Jpeg,
    "png": Png,
    "gif": Gif,
    "webp": WebP,
    "mp4": Mp4,
    "mov": Mp4,
    "webm": WebM,
}
#: How files begin, with any byte for a dot: shorter ones than these cannot be recognised yet.
_BEGINNINGS = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF",
    b"RIFF....WEBPVP",
    b"\x1a\x45\xdf\xa3".ljust(40, b"."),  # the name of the kind is among the first fields
    *(b"\0\0.." + kind for kind in (b"ftyp....", b"free", b"skip", b"wide", b"moov")),
)


class Completeness:
    """Follows one file, as it comes or as base64 text.

    ::

        completeness = Completeness()
        for chunk in chunks:
            completeness.feed(chunk)
        if completeness.verdict().state is State.CUT: ...

    What is none of the formats that are saved is ``UNKNOWN``; refusing it is not decided here.
    """

    def __init__(self) -> None:
        self._head: bytes = b""
        self._file: _File | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, as many as came."""
        if self._file is None:
            self._head += chunk
            if len(self._head) < HEAD:
                return
            chunk, self._file = self._head, _File(self._head[:HEAD])
        self._file.feed(chunk)

    @property
    def resumable(self) -> bool:
        """Whether more may be fed after a verdict; base64 text has to be read from its beginning again."""
        return self._file is None or not self._file.is_text

    def verdict(self) -> Verdict:
        """Say whether the bytes so far are a whole file."""
        if self._file is not None:
            return self._file.verdict()
        short = _File(self._head)
        short.feed(self._head)
        return short.verdict()


class _File:
    """The walker for a kind of file, told from its head, and what base64 text has to go through before."""

    def __init__(self, head: bytes) -> None:
        kind = _kind_of(head)
        self._walker = _WALKERS[kind.extension]() if kind else None
        self._decoder = Base64Decoder(kind.base64_prefix) if kind and kind.base64_prefix is not None else None
        self._short = kind is None and _begins(head)

    @property
    def is_text(self) -> bool:
        return self._decoder is not None

    def feed(self, chunk: bytes) -> None:
        if self._decoder is None:
            self._walk(chunk)
        else:
            self._decode(self._decoder.feed, chunk)

    def verdict(self) -> Verdict:
        if self._decoder is not None:
            self._decode(self._decoder.end)
        if self._walker is not None:
            return self._walker.verdict()
        return Verdict(State.TRUNCATED, "ends within its first bytes") if self._short else UNKNOWN

    def _decode(self, decode: Callable[..., bytes], *text: bytes) -> None:
        try:
            self._walk(decode(*text))
        except InvalidContentError:  # whoever decodes the text to save it says so
            self._walker = None

    def _walk(self, chunk: bytes) -> None:
        if self._walker is not None:
            self._walker.feed(chunk)


def _kind_of(head: bytes) -> MediaType | None:
    try:
        return identify(head)
    except InvalidContentError:
        return None


def _begins(head: bytes) -> bool:
    """Say whether bytes that were not recognised may be the beginning of a file that would be."""
    return any(
        0 < len(head) < len(form) and all(a in (b, 0x2E) for a, b in zip(form, head, strict=False))
        for form in _BEGINNINGS
    )
