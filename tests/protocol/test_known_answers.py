"""Every answer that the API is known to give is read rightly."""

from __future__ import annotations

import json

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from tests.protocol import read_payload
from tests.support.standin.payloads import PAYLOADS

COMPLETE = {
    "success",
    "success_image",
    "success_video_meta",
    "success_several",
    "success_bare",
    "success_no_id",
    "success_proxy_links_null",
    "success_proxy_links_missing",
    "success_meta_null",
    "success_tip",
    "success_message",
    "success_output_string",
    "success_output_dict",
    "success_output_dict_url",
    "success_links",
    "success_links_beside_empty_output",
    "success_task_id",
    "success_request_id",
    "success_string_id",
    "success_double_slash",
    "success_no_extension",
    "success_data_uri",
    "success_base64",
    "success_entry_dicts",
    "success_entry_null",
    "success_output_relative",
    "success_nsfw_boolean",
    "success_nsfw_list",
    "success_nsfw_null",
    "success_webhook",
    "ready_with_output",
}
NO_FILES_YET = {
    "success_output_empty_list",
    "success_output_empty_string",
    "success_output_null",
    "success_output_missing",
    "ready_without_output",
}
WAITING = {
    "processing": InProgress("processing", 605),
    "processing_bare": InProgress("processing"),
    "processing_no_id": InProgress("processing", 12),
    "processing_eta_zero": InProgress("processing", 0),
    "processing_eta_fraction": InProgress("processing", 2.5),
    "processing_eta_string": InProgress("processing", 20),
    "processing_eta_null": InProgress("processing"),
    "processing_eta_negative": InProgress("processing"),
    "processing_eta_nonsense": InProgress("processing"),
    "processing_string_id": InProgress("processing", 12),
    "processing_output_null": InProgress("processing"),
    "no_status_eta": InProgress("processing", 7),
    "no_status_link": InProgress("processing"),
    "queued": InProgress("queued", 30),
    "pending": InProgress("pending"),
}
SLOW_DOWN = {
    "rate_limit": 30,
    "rate_limit_retry_after_header": 17,
    "rate_limit_reset_header": 21,
    "rate_limit_html": None,
    "rate_limit_empty": None,
    "rate_limit_http_200": 30,
    "code_rate_limited": 12,
    "unavailable_retry_after_header": 5,
}
TRY_AGAIN = {
    "server_error",
    "unavailable",
    "code_upstream_unavailable",
    "html_500",
    "html_502",
    "html_503",
    "html_504",
    "html_524",
    "html_200",
    "html_404",
    "text_200",
    "empty_200",
    "empty_502",
    "json_cut",
    "json_null",
    "json_list",
    "json_string",
    "json_empty_object",
    "not_utf8",
    "text_nowhere",
    "text_in_tip",
    "text_in_tips",
    "wait_in_tips",
    "no_healthy_upstream",
    "premium_servers_away",
    "key_cache_broken",
    "gateway_limits",
    "balancer_config",
    "unknown_word",
    "empty_400",
    "html_401",
    "html_403",
    "wallet",
    "wallet_owing",
    "system_details_success",
    "wallet_top_level",
    "system_details",
}
UNKNOWN_ID = {"not_found", "not_found_http_200", "code_not_found", "empty_404", "json_null_404"}
FAILED = {
    "failed": "Failed, Try Again",
    "failed_webhook": "No face detected",
    "code_provider_error": "No face found in the image",
    "error_code_provider_error": "The model has crashed",
    "failed_refunded": "No face detected. Your credits have been refunded.",
    "failed_for_credits": "Insufficient credits",
}
PICTURES_AT_FAULT = {
    "no_face",
    "no_face_400",
    "no_face_refunded",
    "face_not_found",
    "not_fetched",
    "dimensions",
}
REFUSED = {
    "invalid_key": Refusal.KEY,
    "invalid_key_http_200": Refusal.KEY,
    "code_invalid_api_key": Refusal.KEY,
    "code_unauthenticated": Refusal.KEY,
    "text_in_messege": Refusal.KEY,
    "text_in_error": Refusal.KEY,
    "text_in_error_message": Refusal.KEY,
    "text_in_error_with_code": Refusal.KEY,
    "empty_401": Refusal.KEY,
    "forbidden_key": Refusal.KEY,
    "error_code_invalid_key": Refusal.KEY,
    "code_as_text": Refusal.KEY,
    "wallet_error": Refusal.KEY,
    "no_credits": Refusal.CREDITS,
    "code_insufficient_balance": Refusal.CREDITS,
    "blank_402": Refusal.CREDITS,
    "code_outweighs_500": Refusal.CREDITS,
    "code_as_number": Refusal.CREDITS,
    "no_subscription": Refusal.PLAN,
    "json_list_403": Refusal.PLAN,
    "code_no_subscription": Refusal.PLAN,
    "code_forbidden": Refusal.PLAN,
    "model_not_found": Refusal.INVALID,
    "laravel_422": Refusal.INVALID,
    "laravel_errors_only": Refusal.INVALID,
    "bad_request": Refusal.INVALID,
    "message_object": Refusal.INVALID,
    "message_object_400": Refusal.INVALID,
    "code_validation_error": Refusal.INVALID,
}


def test_no_known_payload_is_left_out() -> None:
    groups = (COMPLETE, NO_FILES_YET, WAITING, SLOW_DOWN, TRY_AGAIN, UNKNOWN_ID, FAILED, REFUSED)
    groups += (PICTURES_AT_FAULT,)
    assert set().union(*groups) == set(PAYLOADS)
    assert sum(map(len, groups)) == len(PAYLOADS)


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_complete_job_is_done_under_the_id_that_was_asked_for(name: str) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, Done)
    assert outcome.result.id == "263"
    assert outcome.result.output
    assert json.loads(json.dumps(outcome.result.as_xcom()))["status"] == "success"


@pytest.mark.parametrize("name", sorted(NO_FILES_YET))
def test_success_without_files_is_asked_again(name: str) -> None:
    assert isinstance(read_payload(name), TransientFailure)


@pytest.mark.parametrize(("name", "expected"), WAITING.items())
def test_a_job_that_runs_is_waited_for_with_its_eta_where_that_is_a_number(
    name: str, expected: InProgress
) -> None:
    assert read_payload(name) == expected


@pytest.mark.parametrize(("name", "seconds"), SLOW_DOWN.items())
def test_a_rate_limit_is_no_failure_and_says_how_long_to_keep_away(name: str, seconds: float | None) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, RateLimited)
    assert outcome.retry_after == seconds


@pytest.mark.parametrize("name", sorted(TRY_AGAIN))
def test_what_passes_is_tried_again(name: str) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, TransientFailure)
    assert not outcome.unknown_id
    assert outcome.message


@pytest.mark.parametrize("name", sorted(UNKNOWN_ID))
def test_an_unknown_id_may_be_a_passing_404_and_is_told_apart(name: str) -> None:
    body = PAYLOADS[name].body
    text = body["message"] if isinstance(body, dict) else "HTTP 404 without a message"
    assert read_payload(name) == TransientFailure(text, unknown_id=True)


@pytest.mark.parametrize(("name", "message"), FAILED.items())
def test_a_failed_job_is_failed_in_the_api_s_own_words(name: str, message: str) -> None:
    assert read_payload(name) == JobFailed(message)


@pytest.mark.parametrize("name", sorted(PICTURES_AT_FAULT))
def test_a_job_whose_pictures_are_at_fault_has_failed_also_where_it_is_called_an_error(name: str) -> None:
    assert read_payload(name) == JobFailed(PAYLOADS[name].body["message"])


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_a_refused_call_says_why(name: str, reason: Refusal) -> None:
    outcome = read_payload(name)
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert outcome.message
