"""Every answer that the API is known to give, literally, in groups of what a reader ought to make of it.

``PAYLOADS`` has them all by name; a fault can answer with any of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

VIDEO = "https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/generations/4c9126d6-1d4b.mp4"
VIDEO_PROXY = "https://cdn2.stablediffusionapi.com/generations/4c9126d6-1d4b.mp4"
IMAGE = "https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/generations/9f2c-0.jpg"
IMAGE_PROXY = "https://cdn2.stablediffusionapi.com/generations/9f2c-0.jpg"

IMAGE_META: dict[str, Any] = {
    "init_image": "https://example.com/init.jpg",
    "target_image": "https://example.com/target.jpg",
    "reference_image": None,
    "seed": 123,
    "temp": "no",
    "file_prefix": "0a1b2c3d",
    "model_save_format": "jpg",
    "watermark": "yes",
    "watermark_image": None,
}
VIDEO_META: dict[str, Any] = {
    "file_prefix": "0a1b2c3d.mp4",
    "outdir": "out",
    "output_format": "mp4",
    "reference_image": None,
    "seed": 123,
    "source_image": "https://example.com/face.jpg",
    "target_video_url": "https://example.com/clip.mp4",
    "watermark": "yes",
    "watermark_image": None,
}


@dataclass(frozen=True)
class Payload:
    """An answer: a dict or list goes out as JSON, text and bytes as they are."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as it goes over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    @property
    def content_type(self) -> str:
        if not isinstance(self.body, (str, bytes)):
            return "application/json"
        page = self.body.lstrip()[:1] in ("<", b"<")
        return "text/html; charset=utf-8" if page else "text/plain; charset=utf-8"


def _done(**fields: Any) -> Payload:
    return Payload(200, {"status": "success", **fields})


def _error(status: int, message: Any, **fields: Any) -> Payload:
    return Payload(status, {"status": "error", "message": message, **fields})


def _page(status: int, title: str) -> Payload:
    return Payload(status, f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")


DONE: dict[str, Payload] = {
    "success": _done(generationTime=2.71, id=263, output=[VIDEO], proxy_links=[VIDEO_PROXY], meta=IMAGE_META),
    "success_image": _done(
        generationTime=0.83, id=263, output=[IMAGE], proxy_links=[IMAGE_PROXY], meta=IMAGE_META
    ),
    "success_video_meta": _done(
        generationTime=34.2, id=278, output=[VIDEO], proxy_links=[VIDEO_PROXY], meta=VIDEO_META
    ),
    "success_several": _done(
        generationTime=3, id=263, output=[IMAGE, VIDEO], proxy_links=[IMAGE_PROXY, VIDEO_PROXY], meta={}
    ),
    "success_bare": _done(id=118409305, output=[VIDEO], proxy_links=[VIDEO_PROXY]),
    "success_no_id": _done(output=[VIDEO]),
    "success_proxy_links_null": _done(id=263, output=[IMAGE], proxy_links=None),
    "success_proxy_links_missing": _done(id=263, generationTime=1.5, output=[IMAGE], meta=IMAGE_META),
    "success_meta_null": _done(id=263, generationTime=None, output=[IMAGE], proxy_links=[], meta=None),
    "success_tip": _done(id=263, tip="Get faster results with an enterprise plan", output=[IMAGE]),
    "success_message": _done(id=263, message="", messege="", output=[IMAGE]),
    "success_output_string": _done(id=263, output=IMAGE, proxy_links=IMAGE_PROXY),
    "success_output_dict": _done(id=263, output={"0": IMAGE, "1": VIDEO}),
    "success_output_dict_url": _done(id=263, output={"url": IMAGE}),
    "success_links": _done(id=263, links=[IMAGE], proxy_links=[IMAGE_PROXY]),
    "success_links_beside_empty_output": _done(id=263, output=[], links=[IMAGE]),
    "success_task_id": _done(taskId=263, output=[IMAGE]),
    "success_request_id": _done(request_id="abc123-def456", output=[IMAGE]),
    "success_string_id": _done(id="abc123-def456", output=[IMAGE]),
    "success_double_slash": _done(id=263, output=["https://cdn.modelslab.com//generations//9f2c-0.jpg"]),
    "success_no_extension": _done(id=263, output=["https://assets.modelslab.ai/generations/9f2c"]),
    "success_data_uri": _done(id=263, output=["data:image/png;base64,iVBORw0KGgo="]),
    "success_base64": _done(id=263, output=["/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5u"]),
    "success_entry_dicts": _done(
        id=263,
        output=[{"url": IMAGE, "content_type": "image/jpeg"}, {"url": VIDEO, "content_type": "video/mp4"}],
        proxy_links=[{"url": IMAGE_PROXY}, {"url": VIDEO_PROXY}],
    ),
    "success_entry_null": _done(id=263, output=[None, VIDEO], proxy_links=[IMAGE_PROXY, None]),
    "success_output_relative": _done(id=263, output=["generations/9f2c-0.jpg"], proxy_links=[IMAGE_PROXY]),
    "success_nsfw_boolean": _done(id=263, output=[IMAGE], nsfw_content_detected=False),
    "success_nsfw_list": _done(id=263, output=[IMAGE], nsfw_content_detected=[True]),
    "success_nsfw_null": _done(id=263, output=[IMAGE], nsfw_content_detected=None),
    "success_webhook": _done(id="abc123-def456", output=[IMAGE], generationTime=2.1, track_id=7, meta={}),
}

#: ``success`` without a file; what that means is the reader's to say, but it is no result.
DONE_WITHOUT_FILES: dict[str, Payload] = {
    "success_output_empty_list": _done(id=263, output=[], proxy_links=[]),
    "success_output_empty_string": _done(id=263, output=""),
    "success_output_null": _done(id=263, output=None),
    "success_output_missing": _done(id=263),
}

WAITING: dict[str, Payload] = {
    "processing": Payload(
        200,
        {
            "status": "processing",
            "tip": "Your request is processing in background",
            "eta": 605,
            "message": "Try to fetch request after seconds estimated",
            "fetch_result": "https://modelslab.com/api/v6/deepfake/fetch/278",
            "id": 278,
            "output": [],
            "meta": VIDEO_META,
            "future_links": [VIDEO],
        },
    ),
    "processing_bare": Payload(200, {"status": "processing", "message": "Try Again", "output": ""}),
    "processing_no_id": Payload(200, {"status": "processing", "eta": 12, "output": []}),
    "processing_eta_zero": Payload(200, {"status": "processing", "id": 278, "eta": 0, "output": []}),
    "processing_eta_fraction": Payload(200, {"status": "processing", "id": 278, "eta": 2.5}),
    "processing_eta_string": Payload(200, {"status": "processing", "id": 278, "eta": "20"}),
    "processing_eta_null": Payload(200, {"status": "processing", "id": 278, "eta": None}),
    "processing_eta_negative": Payload(200, {"status": "processing", "id": 278, "eta": -3}),
    "processing_eta_nonsense": Payload(200, {"status": "processing", "id": 278, "eta": "soon"}),
    "processing_string_id": Payload(200, {"status": "processing", "id": "abc123-def456", "eta": 12}),
    "processing_output_null": Payload(200, {"status": "processing", "id": 278, "output": None}),
    "no_status_eta": Payload(200, {"id": 278, "eta": 7, "output": []}),
    "no_status_link": Payload(
        200, {"eta": None, "fetch_result": "https://modelslab.com/api/v6/realtime/fetch/278", "output": ""}
    ),
    "queued": Payload(200, {"status": "queued", "id": 278, "eta": 30, "output": []}),
    "pending": Payload(200, {"status": "pending", "id": 278}),
}

#: Seen in webhooks only: the result is there, and with no URLs a fetch is to get it.
READY: dict[str, Payload] = {
    "ready_with_output": Payload(200, {"status": "ready", "id": 263, "output": [IMAGE]}),
    "ready_without_output": Payload(200, {"status": "ready", "id": 263}),
}

SLOW_DOWN: dict[str, Payload] = {
    "rate_limit": _error(429, "Rate limit exceeded. Maximum 5 queued requests allowed.", retry_after=30),
    "rate_limit_retry_after_header": Payload(429, {"status": "error"}, {"Retry-After": "17"}),
    "rate_limit_reset_header": Payload(429, "Too Many Requests", {"X-RateLimit-Reset": "21"}),
    "rate_limit_html": _page(429, "429 Too Many Requests"),
    "rate_limit_empty": Payload(429, ""),
    "rate_limit_http_200": Payload(
        200,
        {
            "status": "error",
            "messege": "Rate limit exceeded",
            "tips": "The spam filter is enabled, please wait for 30 seconds and try again",
        },
    ),
    "code_rate_limited": _error(200, "Too many requests", code="rate_limited", retry_after=12),
}

TRY_AGAIN: dict[str, Payload] = {
    "server_error": _error(500, "Internal server error. Please try again."),
    "unavailable": _error(503, "Service temporarily unavailable. Please try again later."),
    "unavailable_retry_after_header": Payload(503, "", {"Retry-After": "5"}),
    "code_upstream_unavailable": _error(200, "Upstream is not available", code="upstream_unavailable"),
    "html_500": _page(500, "Server Error"),
    "html_502": _page(502, "502 Bad Gateway"),
    "html_503": _page(503, "503 Service Temporarily Unavailable"),
    "html_504": _page(504, "504 Gateway Time-out"),
    "html_524": _page(524, "A timeout occurred"),
    "html_200": _page(200, "Just a moment..."),
    "text_200": Payload(200, "upstream connect error or disconnect/reset before headers"),
    "empty_200": Payload(200, ""),
    "empty_502": Payload(502, ""),
    "json_cut": Payload(200, '{"status": "succ', {"Content-Type": "application/json"}),
    "json_null": Payload(200, "null", {"Content-Type": "application/json"}),
    "json_list": Payload(200, []),
    "json_string": Payload(200, '"ok"', {"Content-Type": "application/json"}),
    "json_empty_object": Payload(200, {}),
    # Words of what passes are no words about the caller, whatever they contain.
    "no_healthy_upstream": _error(503, "Load balancer: no healthy upstream"),
    "premium_servers_away": _error(503, "The premium servers are being restarted"),
    "key_cache_broken": _error(500, "Invalid api key cache"),
    "gateway_limits": Payload(502, {"message": "Too many requests"}),
    "balancer_config": _error(200, "Failed to load balancer config"),
    "unknown_word": Payload(200, {"status": "Starting", "message": "The GPU is being deployed"}),
    "empty_400": Payload(400, ""),
    "html_401": _page(401, "401 Authorization Required"),
    "html_403": _page(403, "403 Forbidden"),
    "not_utf8": Payload(200, b"\xff\xfe\x00{", {"Content-Type": "application/json"}),
    "html_404": _page(404, "Not Found"),
}

#: A brief one passes, a lasting one is an unknown id.
NOT_FOUND: dict[str, Payload] = {
    "empty_404": Payload(404, ""),
    "json_null_404": Payload(404, "null", {"Content-Type": "application/json"}),
    "not_found": _error(404, "Request not found"),
    "not_found_http_200": _error(200, "Request not found"),
    "code_not_found": _error(200, "No such request", code="not_found"),
}

FAILED: dict[str, Payload] = {
    "failed": Payload(200, {"status": "failed", "id": "", "message": "Failed, Try Again", "output": ""}),
    "failed_webhook": Payload(
        200, {"status": "failed", "id": "abc123-def456", "message": "No face detected", "track_id": 7}
    ),
    "code_provider_error": _error(200, "No face found in the image", code="provider_error"),
    "error_code_provider_error": _error(200, "The model has crashed", error_code="provider_error"),
    "failed_refunded": Payload(
        200,
        {"status": "failed", "id": 263, "message": "No face detected. Your credits have been refunded."},
    ),
    "failed_for_credits": Payload(200, {"status": "failed", "message": "Insufficient credits"}),
}

#: Told as an error of the call, and the pictures' fault: the job has failed, or the submit call is refused.
PICTURES_AT_FAULT: dict[str, Payload] = {
    "no_face": _error(200, "No face detected in the image"),
    "no_face_400": _error(400, "Could not detect any face in target_image"),
    "no_face_refunded": _error(200, "No faces were found. Your credits have been refunded."),
    "face_not_found": _error(200, "Face not found in the image, please try again with another one"),
    "not_fetched": _error(200, "Unable to fetch image from provided URL"),
    "dimensions": _error(200, "Processing failed: Invalid input dimensions"),
}

REFUSED: dict[str, Payload] = {
    "invalid_key": _error(401, "Invalid API key"),
    "invalid_key_http_200": _error(200, "Invalid Api Key", tip="Get your key from the dashboard"),
    "no_credits": _error(402, "Insufficient credits. Please add more credits to continue."),
    "no_subscription": _error(403, "This feature requires a premium subscription"),
    "empty_401": Payload(401, ""),
    "blank_402": Payload(402, " \r\n"),
    "json_list_403": Payload(403, []),
    "forbidden_key": _error(403, "Invalid API key"),
    "error_code_invalid_key": _error(200, "No", error_code="invalid_api_key"),
    "code_outweighs_500": _error(500, "No", code="insufficient_balance"),
    "code_as_number": _error(200, "No", code=402),
    "code_as_text": _error(200, "No", code="401"),
    "model_not_found": _error(400, "Model not found: invalid_model_name"),
    "laravel_422": Payload(
        422, {"message": "The given data was invalid.", "errors": {"init_image": ["It could not be found."]}}
    ),
    "laravel_errors_only": Payload(422, {"errors": {"track_id": ["The track id must be an integer."]}}),
    "bad_request": _error(400, "The id field is required."),
    "message_object": _error(200, {"prompt": ["The prompt field is required."]}),
    "message_object_400": _error(400, {"init_image": ["The init image field is required."]}),
    "code_validation_error": _error(200, "The id is not valid", code="validation_error"),
    "code_invalid_api_key": _error(200, "The key is not valid", code="invalid_api_key"),
    "code_unauthenticated": _error(200, "Unauthenticated.", code="unauthenticated"),
    "code_insufficient_balance": _error(200, "Your balance is too low", code="insufficient_balance"),
    "code_no_subscription": _error(200, "You have no subscription", code="no_subscription"),
    "code_forbidden": _error(200, "Forbidden", code="forbidden"),
}

#: Errors whose text stands in one of the other places; the text alone says what they are.
TEXT_ELSEWHERE: dict[str, Payload] = {
    "text_in_messege": Payload(200, {"status": "error", "messege": "Invalid Api Key"}),
    "text_in_error": Payload(401, {"error": "Invalid API key"}),
    "text_in_error_message": Payload(401, {"status": "error", "error": {"message": "Invalid API key"}}),
    "text_in_error_with_code": Payload(
        200, {"status": "error", "error": {"code": "invalid_api_key", "message": "The key is not valid"}}
    ),
    # A tip explains, and decides nothing.
    "text_in_tip": Payload(200, {"status": "error", "tip": "Invalid Api Key"}),
    "text_in_tips": Payload(200, {"status": "error", "tips": "Insufficient credits"}),
    "wait_in_tips": Payload(200, {"status": "error", "tips": "You may wait for 30 seconds"}),
    "text_nowhere": Payload(200, {"status": "error"}),
}

WALLET: dict[str, Payload] = {
    "wallet": _done(data={"balance": 43.6, "currency": "USD"}),
    "wallet_top_level": _done(balance=43.6),
    "wallet_error": _error(400, "Invalid API key"),
    "system_details": Payload(200, {"model_count": 0, "queue_time": 0, "status": "ok"}),
    "wallet_owing": _done(data={"balance": "-3.25", "currency": "USD"}),
    "system_details_success": _done(message="Operation completed successfully"),
}

PAYLOADS: dict[str, Payload] = {
    **DONE,
    **DONE_WITHOUT_FILES,
    **WAITING,
    **READY,
    **SLOW_DOWN,
    **TRY_AGAIN,
    **NOT_FOUND,
    **FAILED,
    **PICTURES_AT_FAULT,
    **REFUSED,
    **TEXT_ELSEWHERE,
    **WALLET,
}
