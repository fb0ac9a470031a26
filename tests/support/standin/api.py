"""What the API answers to each call: pure functions of the world and of what was asked."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from tests.support.standin.answers import answer
from tests.support.standin.faces import swap
from tests.support.standin.jobs import Job
from tests.support.standin.payloads import NOT_FOUND, REFUSED, WALLET, Payload
from tests.support.standin.world import World

API_PATHS = (
    "/api/v6/faceswap",
    "/api/v6/deepfake",
    "/api/v1/enterprise/faceswap",
    "/api/v1/enterprise/deepfake",
)
REQUIRED = {
    "multiple_face_swap": ("init_image", "target_image"),
    "single_face_swap": ("init_image", "target_image", "reference_image"),
    "single_video_swap": ("init_image", "init_video"),
    "specific_video_swap": ("init_image", "init_video", "reference_image"),
}
# A URI has no other characters, whatever browsers make of them.
_URL = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\])?[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]+")
_DATA_URI = re.compile(r"data:image/(jpeg|png|webp|gif);base64,")
VIDEO_FORMATS = ("mp4",)


@dataclass(frozen=True)
class Ask:
    """A call: the id it is about, its JSON body, and where it came in."""

    id: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    api_path: str = API_PATHS[0]
    action: str = ""


def wrong_key(world: World, ask: Ask) -> Payload | None:
    """Return the refusal of a call whose key is not the right one."""
    if ask.body.get("key") == world.settings.key:
        return None
    return REFUSED["invalid_key" if world.settings.wrong_key == "401" else "invalid_key_http_200"]


def fetch(world: World, ask: Ask) -> Payload:
    form = "body" if "id" in ask.body else "path"
    if "/enterprise/" in ask.api_path and world.settings.enterprise_fetch not in (form, "both"):
        return NOT_FOUND["empty_404"]
    if refused := wrong_key(world, ask):
        return refused
    if (job := world.look(ask.id)) is None:
        return NOT_FOUND["not_found"]
    now = world.clock()
    if job.done(now):
        world.saw(job)
    return Payload(200, answer(job, now, world.url))


def wallet(world: World, ask: Ask) -> Payload:
    if wrong_key(world, ask):
        return WALLET["wallet_error"]
    return Payload(200, {"status": "success", "data": {"balance": world.settings.balance, "currency": "USD"}})


def system_details(world: World, ask: Ask) -> Payload:
    return wrong_key(world, ask) or WALLET["system_details"]


def submit(world: World, ask: Ask) -> Payload:
    if refusal := wrong_key(world, ask) or _invalid(world, ask) or _too_many(world):
        world.submitted(ask.action, ask.body, None)
        return refusal
    job = _new_job(world, ask)
    world.submitted(ask.action, ask.body, job.id)
    return Payload(200, answer(job, world.clock(), world.url))


def _invalid(world: World, ask: Ask) -> Payload | None:
    missing = [name for name in REQUIRED[ask.action] if not ask.body.get(name)]
    if missing:
        words = {name: [f"The {name.replace('_', ' ')} field is required."] for name in missing}
        return Payload(400, {"status": "error", "message": words})
    for name in REQUIRED[ask.action]:
        if fault := _unusable(world.settings.takes, ask, name):
            return fault
    if ask.body.get("output_format", "mp4") not in VIDEO_FORMATS:
        return _wrong("output_format", "is invalid")
    track_id = ask.body.get("track_id")
    if track_id is not None and not isinstance(track_id, str) and "/enterprise/" in ask.api_path:
        return _wrong("track_id", "must be a string")
    return None


def _wrong(name: str, what: str) -> Payload:
    words = f"The {name.replace('_', ' ')} {what}."
    return Payload(400, {"status": "error", "message": {name: [words]}})


def _unusable(takes: str, ask: Ask, name: str) -> Payload | None:
    """A picture is a public URL, or with ``base64`` its text in a way that is taken; a clip is a URL."""
    value = str(ask.body[name])
    if not ask.body.get("base64") or "video" in ask.action:
        if _URL.fullmatch(value):
            return None
        return Payload(400, {"status": "error", "message": "Unable to fetch image from provided URL"})
    uri = _DATA_URI.match(value)
    if takes not in ("any", "data_uri" if uri else "plain"):
        return _wrong(name, "must be a valid URL" if takes == "data_uri" else "must be valid base64")
    if not _is_base64(value[uri.end() if uri else 0 :]):
        return _wrong(name, "must be valid base64")
    return None


def _is_base64(text: str) -> bool:
    try:
        return bool(b64decode(text, validate=True))
    except ValueError:
        return False


def _too_many(world: World) -> Payload | None:
    limit = world.settings.queue_limit
    if limit is None or world.jobs.running(world.clock()) < limit:
        return None
    message = f"Rate limit exceeded. Maximum {limit} queued requests allowed."
    return Payload(429, {"status": "error", "message": message, "retry_after": world.settings.retry_after})


def _new_job(world: World, ask: Ask) -> Job:
    kind = "mp4" if "video" in ask.action else "jpg"
    file = {"kind": kind, "encoding": "base64" if ask.body.get("base64") else None}
    draws = swap(ask.body, world.settings.draw)
    settings = {"files": [file], "draws": draws, "api_path": ask.api_path, **world.settings.submit}
    return world.job(world.add_job(**settings))
