"""The submit call: what a person means by a face swap, and which of the API's four calls says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from airflow_provider_modelslab.protocol.ids import is_nothing
from airflow_provider_modelslab.protocol.picture_encoding import Picture
from airflow_provider_modelslab.protocol.picture_source import (
    TEMPLATE,
    SourceKind,
    check_kinds,
    check_link,
    shown_uri,
    source_kind_of,
    text_of,
)
from airflow_provider_modelslab.protocol.redact import without_signature
from airflow_provider_modelslab.protocol.result import INPUTS, Notes
from airflow_provider_modelslab.protocol.uri import as_uri
from airflow_provider_modelslab.protocol.whole_number import as_whole_number

_WAYS = (
    "Give face and image for a picture, or face and video for a clip; "
    "with reference_image only the face that it shows is replaced, without it all faces are."
)
_LINKS = ("watermark_image", "webhook")
_LARGEST_TRACK_ID = 2**31  # documented as an integer; whoever keeps it may keep 32 bits


@dataclass(frozen=True)
class Call:
    """One of the API's calls: its name, and the argument that each of its files comes from."""

    name: str
    files: Mapping[str, str]


# Source: docs.modelslab.com, "Face Swap". By whether it is a video, and whether one face is chosen.
CALLS: dict[tuple[bool, bool], Call] = {
    (False, False): Call("multiple_face_swap", {"init_image": "image", "target_image": "face"}),
    (False, True): Call(
        "single_face_swap",
        {"init_image": "image", "target_image": "face", "reference_image": "reference_image"},
    ),
    (True, False): Call("single_video_swap", {"init_image": "face", "init_video": "video"}),
    (True, True): Call(
        "specific_video_swap",
        {"init_image": "face", "init_video": "video", "reference_image": "reference_image"},
    ),
}


@dataclass(frozen=True)
class FaceSwap:
    """What a person means. Pictures are public URLs or paths, the clip is a public URL.

    :param face: the picture of the face that is put in
    :param image: the picture whose faces are replaced
    :param video: the clip whose faces are replaced
    :param reference_image: shows which one of the faces is replaced; without it, all are
    :param output_format: of a clip
    :param watermark: whether the result bears one; None leaves it to the API
    :param watermark_image: URL of the watermark, on enterprise servers
    :param webhook: public https URL that ModelsLab tells of the end
    :param track_id: a name of one's own for the request: an integer, on enterprise servers a string
    :param consent_reference: where the consent to use the faces is kept; not sent
    """

    face: Any
    image: Any = None
    video: Any = None
    reference_image: Any = None
    output_format: str | None = None
    watermark: bool | None = None
    watermark_image: str | None = None
    webhook: str | None = None
    track_id: int | str | None = None
    consent_reference: str | None = None

    @property
    def call(self) -> Call:
        """The API's call for it."""
        return CALLS[self.video is not None, self.reference_image is not None]

    def files(self) -> dict[str, Any]:
        """Return the pictures and the clip by the names of the arguments."""
        return {name: getattr(self, name) for name in self.call.files.values()}

    def notes(self) -> Notes:
        """Return what a result of it is to say of it."""
        uris = {name: shown_uri(getattr(self, name)) for name in INPUTS}
        return Notes(self.consent_reference, {name: uri for name, uri in uris.items() if uri})

    def fingerprint(self) -> str:
        """Return what is the same for the same result, even where its URLs have been signed anew."""
        files = {name: without_signature(text_of(value)) for name, value in self.files().items()}
        looks = [self.output_format, self.watermark, without_signature(str(self.watermark_image))]
        return sha256(json.dumps([self.call.name, files, looks]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class SubmitRequest:
    """A submit call, without the key.

    :param call: the API's name for it
    :param parameters: its body, with a ``Picture`` for each that is sent; not shown by ``repr``, as it may
        hold signed URLs
    """

    call: str
    parameters: dict[str, Any] = field(repr=False)

    @property
    def has_pictures(self) -> bool:
        """Whether pictures are sent with it, and not only where to find them."""
        return any(isinstance(value, Picture) for value in self.parameters.values())

    @property
    def track_id(self) -> int | str:
        """The name by which a person finds the request again."""
        track_id: int | str = self.parameters["track_id"]
        return track_id


def submit_path(api_path: str, request: SubmitRequest) -> str:
    """Return the path of the submit call.

    :param api_path: path of the face swap calls
    :param request: the call
    """
    return f"{api_path}/{request.call}"


def check_face_swap(swap: FaceSwap) -> dict[str, SourceKind]:
    """Return how the files are given, if the API can do with them what is meant.

    Templates and the results of other tasks are not known yet where a DAG is parsed, and pass.

    :param swap: what is meant
    :raises ValueError: when it cannot; the text says what would work
    """
    if (swap.image is None) == (swap.video is None):
        given = "neither image nor video" if swap.image is None else "both image and video"
        raise ValueError(f"it has {given}. {_WAYS}")
    if swap.face is None:
        raise ValueError(f"it has no face. {_WAYS}")
    if swap.image is not None and swap.output_format is not None:
        raise ValueError("output_format is for clips: leave it out, or give video in place of image")
    if not (swap.watermark is None or isinstance(swap.watermark, bool)):
        raise ValueError(f"watermark is True, False or None, and not templated, not {swap.watermark!r:.40}")
    for name in _LINKS:
        check_link(name, getattr(swap, name))
    kinds = {name: source_kind_of(name, value) for name, value in swap.files().items()}
    check_kinds(kinds, is_video=swap.video is not None)
    return kinds


def submit_request(
    swap: FaceSwap, *, seed: str, enterprise: bool = False, encoded: Mapping[str, Picture] | None = None
) -> SubmitRequest:
    """Return the call for what is meant, when everything about it is known.

    :param swap: what is meant
    :param seed: what a ``track_id`` is made of where none is given; the same text gives the same one
    :param enterprise: whether the server is an enterprise one
    :param encoded: the pictures that were given as paths, by argument
    :raises ValueError: when there is no such call; the text says what would work
    """
    unknown = [name for name, kind in check_face_swap(swap).items() if kind is SourceKind.UNKNOWN]
    if unknown:
        what = type(getattr(swap, unknown[0])).__name__
        raise ValueError(f"{unknown[0]} is neither a URL nor a path: it is a {what} that was not rendered")
    for name in ("output_format", *_LINKS):
        _check_rendered(name, getattr(swap, name))
    if swap.watermark_image is not None and not enterprise:
        raise ValueError(
            "watermark_image is for enterprise servers: leave it out, or set the connection's api_path to "
            "/api/v1/enterprise/faceswap"
        )
    parameters = _parameters(swap, encoded or {})
    parameters["track_id"] = _track_id(swap.track_id, seed, enterprise)
    return SubmitRequest(swap.call.name, parameters)


def _parameters(swap: FaceSwap, encoded: Mapping[str, Picture]) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        name: encoded.get(argument) or as_uri(getattr(swap, argument).strip())
        for name, argument in swap.call.files.items()
    }
    if encoded:
        parameters["base64"] = True
    asked = {name: getattr(swap, name) for name in ("output_format", "watermark", *_LINKS)}
    for name, value in asked.items():
        if value is not None:
            parameters[name] = as_uri(value.strip()) if name in _LINKS else value
    return parameters


def _track_id(given: Any, seed: str, enterprise: bool) -> int | str:
    """Documented as an integer for v6, as a string for enterprise servers."""
    if given is None:
        number = int.from_bytes(sha256(seed.encode()).digest()[:8], "big") % _LARGEST_TRACK_ID
        return f"airflow-{number}" if enterprise else number
    whole = as_whole_number(given)
    text = given if whole is None else str(whole)
    if not isinstance(text, str) or is_nothing(text):
        raise ValueError(f"track_id is {given!r:.80}; it must be an integer, on enterprise servers a string")
    if enterprise:
        return text
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"track_id is {given!r:.80}; this API takes an integer") from None


def _check_rendered(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str) or TEMPLATE.search(value) or is_nothing(value):
        raise ValueError(f"{name} is {value!r:.40}, and no text: leave it out, or give one")
