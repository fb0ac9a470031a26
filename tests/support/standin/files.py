"""Serves result files as an object store does: Range, If-Range, ETag, Content-Length, HEAD."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace

from tests.support.standin.faults import Fault
from tests.support.standin.jobs import Job
from tests.support.standin.media import Media
from tests.support.standin.payloads import Payload
from tests.support.standin.sending import Reply
from tests.support.standin.world import World

NOT_THERE = Payload(404, "<html><head><title>404 Not Found</title></head></html>")


def file_reply(
    world: World, job_id: str, name: str, headers: Mapping[str, str], fault: Fault | None
) -> Reply | Payload:
    """Return a file, a part of it, or the page that says that it is not there (yet)."""
    job = world.jobs.get(job_id)
    index = job.find(name) if job else None
    if job is None or index is None or not job.files_there(world.clock()):
        return NOT_THERE
    if job.files[index].encoding == "base64":
        return Payload(200, b64encode(job.media(index).whole()))
    media = _version(job, index, fault)
    return _whole(media) if fault and fault.no_range else _ranged(media, headers)


def people_reply(people: str, kind: str, headers: Mapping[str, str]) -> Reply | Payload:
    """Return a picture or clip of persons, as a submit call may name it."""
    try:
        return _ranged(Media(kind, None, people, people), headers)
    except ValueError:
        return NOT_THERE


def _version(job: Job, index: int, fault: Fault | None) -> Media:
    media = job.media(index)
    if fault is None or not fault.replaced:
        return media
    return replace(media, seed=f"{media.seed}#{fault.hits}")


def _whole(media: Media) -> Reply:
    return Reply(200, {"Content-Type": media.content_type, "ETag": media.etag}, len(media), media.read())


def _ranged(media: Media, headers: Mapping[str, str]) -> Reply | Payload:
    whole = _whole(media)
    whole.headers["Accept-Ranges"] = "bytes"
    wanted = parse_range(headers.get("Range", ""), len(media))
    if wanted is None or headers.get("If-Range", media.etag) != media.etag:
        return whole
    start, stop = wanted
    if start >= stop:
        return Payload(416, "", {"Content-Range": f"bytes */{len(media)}"})
    span = {"Content-Range": f"bytes {start}-{stop - 1}/{len(media)}"}
    return Reply(206, {**whole.headers, **span}, stop - start, media.read(start, stop))


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return start and stop of a Range header; none means to ignore it, as for what is not one range."""
    if not (match := re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())) or match[0].endswith("=-"):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
