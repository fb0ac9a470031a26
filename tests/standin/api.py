"""What the API answers to each call: pure functions of the world and of what was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.standin.answers import answer
from tests.standin.payloads import NOT_FOUND, REFUSED, WALLET, Payload
from tests.standin.world import World

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
    return wrong_key(world, ask) or _invalid(ask) or _too_many(world) or _accepted(world, ask)


def _invalid(ask: Ask) -> Payload | None:
    missing = [name for name in REQUIRED[ask.action] if not ask.body.get(name)]
    if missing:
        words = {name: [f"The {name.replace('_', ' ')} field is required."] for name in missing}
        return Payload(400, {"status": "error", "message": words})
    if not all(_usable(ask, name) for name in REQUIRED[ask.action]):
        return Payload(400, {"status": "error", "message": "Unable to fetch image from provided URL"})
    if ask.body.get("output_format", "mp4") not in VIDEO_FORMATS:
        return Payload(
            400, {"status": "error", "message": {"output_format": ["The output format is invalid."]}}
        )
    return None


def _usable(ask: Ask, name: str) -> bool:
    """A picture is a public URL, or with ``base64`` its text."""
    return bool(ask.body.get("base64")) or str(ask.body[name]).startswith(("http://", "https://"))


def _too_many(world: World) -> Payload | None:
    limit = world.settings.queue_limit
    if limit is None or world.jobs.running(world.clock()) < limit:
        return None
    message = f"Rate limit exceeded. Maximum {limit} queued requests allowed."
    return Payload(429, {"status": "error", "message": message, "retry_after": 30})


def _accepted(world: World, ask: Ask) -> Payload:
    kind = "mp4" if "video" in ask.action else "jpg"
    file = {"kind": kind, "encoding": "base64" if ask.body.get("base64") else None}
    settings = {"files": [file], "api_path": ask.api_path, **world.settings.submit}
    job = world.job(world.add_job(**settings))
    return Payload(200, answer(job, world.clock(), world.url))
