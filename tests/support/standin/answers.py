"""The JSON that the fetch and submit calls say of a job, in its documented shape and the others."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.support.standin.jobs import Job, eta_of
from tests.support.standin.payloads import IMAGE_META, VIDEO_META


def answer(job: Job, now: float, base: str) -> dict[str, Any]:
    """Return what the API says of the job now; ``base`` is the server's URL without a slash at its end."""
    if not job.done(now):
        return _waiting(job, now, base)
    if job.ending == "failed":
        return {"status": "failed", "id": "", "message": job.message, "output": ""}
    if job.ending == "error":
        return {"status": "error", "id": job.id, "message": job.message, "code": "provider_error"}
    return _success(job, base)


def _waiting(job: Job, now: float, base: str) -> dict[str, Any]:
    if "bare_waiting" in job.shape:
        return {"status": job.waiting, "message": "Try Again", "output": ""}
    said = {
        "status": job.waiting,
        "tip": "Your request is processing in background",
        "eta": eta_of(job, now),
        "message": "Try to fetch request after seconds estimated",
        "fetch_result": job.fetch_result or f"{base}{job.api_path}/fetch/{job.id}",
        **_id(job),
        "output": [],
        "meta": _meta(job),
        "future_links": job.urls(base),
    }
    without = {"eta"} if said["eta"] is None else set()
    without |= {"id", "taskId", "request_id"} if {"no_id", "id_in_link"} & set(job.shape) else set()
    without |= {"fetch_result"} if "no_id" in job.shape else set()
    return {name: value for name, value in said.items() if name not in without}


def _success(job: Job, base: str) -> dict[str, Any]:
    said = {
        "status": "success",
        "generationTime": round(job.duration, 2),
        **_id(job),
        "links" if "links" in job.shape else "output": _output(job, base),
        "proxy_links": _proxy_links(job, base),
        "meta": _meta(job),
        "tip": "Get faster results with an enterprise plan",
        "nsfw_content_detected": [True] if job.nsfw is None else job.nsfw,
    }
    return {name: value for name, value in said.items() if name not in _left_out(job)}


def _left_out(job: Job) -> set[str]:
    out = {"no_generation_time": "generationTime", "no_meta": "meta", "no_proxy": "proxy_links"}
    left_out = {name for shape, name in out.items() if shape in job.shape}
    extras = {"tip": "tip", "nsfw": "nsfw_content_detected"}
    shapes = {*job.shape, *(["nsfw"] if job.nsfw is not None else [])}
    return left_out | {name for shape, name in extras.items() if shape not in shapes}


def _id(job: Job) -> dict[str, Any]:
    name = "taskId" if "task_id" in job.shape else "request_id" if "request_id" in job.shape else "id"
    return {name: str(job.id) if "string_id" in job.shape else job.id}


def _output(job: Job, base: str) -> Any:
    if job.output is not None:
        return job.output
    links: list[Any] = job.urls(base)
    if {"data_uri", "base64"} & set(job.shape):
        links = _data_uris(job)
    if "base64" in job.shape:
        links = [link.partition(",")[2] for link in links]
    if "entry_dicts" in job.shape:
        types = [job.media(index).content_type for index in range(len(links))]
        links = [{"url": link, "content_type": kind} for link, kind in zip(links, types, strict=True)]
    if "output_string" in job.shape:
        return links[0]
    return {str(index): link for index, link in enumerate(links)} if "output_dict" in job.shape else links


def _proxy_links(job: Job, base: str) -> Any:
    if "proxy_null" in job.shape:
        return None
    return job.urls(base, "proxy") if job.proxy_links is None else job.proxy_links


def _data_uris(job: Job) -> list[str]:
    files = [job.media(index) for index in range(len(job.files))]
    return [f"data:{each.content_type};base64,{b64encode(each.whole()).decode()}" for each in files]


def _meta(job: Job) -> dict[str, Any]:
    return dict(VIDEO_META if job.files and job.files[0].kind == "mp4" else IMAGE_META)
