"""A finished face swap, made regular: the API's answers differ in shape, this does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from airflow_provider_modelslab.protocol.ids import parse_request_id


@dataclass(frozen=True)
class FaceSwapResult:
    """What the fetch call says of a job that is done.

    :param id: the request id, always a string
    :param output: URLs (or data URIs) of the files
    :param proxy_links: alternates of ``output``, entry by entry: other addresses of the same files; an empty
        one is none
    :param generation_time: how long the job ran, in seconds, where the API says it
    :param meta: the parameters of the job as the API repeats them
    :param nsfw_content_detected: whether each file of ``output`` was found not safe for work, in which case a
        picture is black as a rule; None where the API says nothing of it. Sibling APIs document a boolean,
        which is then that of every file, and send a list of them
    :param consent_reference: where the consent of the persons shown is kept, as the DAG's author says
    :param inputs: the URIs of the pictures and the clip that it was made of, by argument
    """

    id: str
    output: tuple[str, ...]
    proxy_links: tuple[str, ...] = ()
    generation_time: float | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    consent_reference: str | None = None
    nsfw_content_detected: tuple[bool, ...] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def flagged(self) -> tuple[int, ...]:
        """The positions in ``output`` of what was found not safe for work."""
        return tuple(at for at, flag in enumerate(self.nsfw_content_detected or ()) if flag)

    def as_xcom(self) -> dict[str, Any]:
        """Return the documented field names with plain JSON values, as the sensor and operator push them."""
        more = {
            "nsfw_content_detected": None
            if self.nsfw_content_detected is None
            else list(self.nsfw_content_detected),
            "consent_reference": self.consent_reference,
            "inputs": dict(self.inputs) or None,
        }
        return {
            "id": self.id,
            "status": "success",
            "generationTime": self.generation_time,
            "output": list(self.output),
            "proxy_links": list(self.proxy_links),
            "meta": self.meta,
            **{name: value for name, value in more.items() if value is not None},
        }

    @classmethod
    def from_xcom(cls, value: Any) -> FaceSwapResult:
        """Return the result of which ``as_xcom`` gave the value, from an XCom say; other fields may be in it.

        :param value: of one result
        :raises ValueError: when it is none, or has no files
        """
        if not isinstance(value, Mapping):
            kind = type(value).__name__
            raise ValueError(f"a {kind} is no result: pass what get_result returned, one result at a time")
        request_id, output = parse_request_id(value.get("id")), value.get("output")
        if not isinstance(output, (list, tuple)) or not output:
            raise ValueError(
                f"what was given of request {request_id} names no files: wait for it, with get_result, the "
                "sensor or an operator, and pass what that returns"
            )
        flags = value.get("nsfw_content_detected")
        return cls(
            id=request_id,
            output=tuple(output),
            proxy_links=tuple(value.get("proxy_links") or ()),
            generation_time=value.get("generationTime"),
            meta=dict(value.get("meta") or {}),
            consent_reference=value.get("consent_reference"),
            inputs=dict(value.get("inputs") or {}),
            nsfw_content_detected=None if flags is None else tuple(map(bool, flags)),
        )


#: The arguments that name what a face swap is made of, in the order in which they are told.
INPUTS = ("face", "image", "video", "reference_image")


@dataclass(frozen=True)
class Notes:
    """What a result is to say that the API does not know, but the task that submitted.

    :param consent_reference: as in the result
    :param inputs: as in the result
    """

    consent_reference: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def added_to(self, result: FaceSwapResult) -> FaceSwapResult:
        """Return a result that says it."""
        return replace(result, consent_reference=self.consent_reference, inputs=self.inputs)
