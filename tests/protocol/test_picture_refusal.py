"""Which refusals may be about the way in which pictures were sent."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.outcome import (
    JobFailed,
    RateLimited,
    Refusal,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.picture_refusal import both_refused, may_be_the_form
from airflow_provider_modelslab.protocol.submit_answer import Unknown


def invalid(message: str) -> Refused:
    return Refused(Refusal.INVALID, message)


@pytest.mark.parametrize(
    "message",
    [
        "Unable to fetch image from provided URL",
        "init_image: The init image field must be a valid URL.",
        "Invalid base64 image",
        "The face image is invalid",
        "validation error",
        "Invalid request for multiple_face_swap",
    ],
)
def test_a_call_that_is_invalid_may_be_so_for_the_form(message: str) -> None:
    assert may_be_the_form(invalid(message))


@pytest.mark.parametrize(
    "message",
    [
        "No face detected in the image",
        "Face not found in target_image",
        "We could not find any faces.",
        "Could not detect a face",
        "Multiple faces found, use an image with one face",
        "Faces must be clearly visible: face not visible",
        "NSFW content detected",
        "The image is too large",
        "the pictures are too large for the server: HTTP 413 with 0 bytes",
        "Image resolution must be at least 256x256",
    ],
)
def test_a_refusal_of_what_a_picture_shows_is_not_about_the_form(message: str) -> None:
    assert not may_be_the_form(invalid(message))


@pytest.mark.parametrize(
    "other",
    [
        Refused(Refusal.KEY, "Invalid API key"),
        Refused(Refusal.CREDITS, "invalid"),
        *(JobFailed("invalid"), TransientFailure("invalid"), RateLimited("invalid"), Unknown("invalid")),
    ],
)
def test_whatever_else_came_of_a_call_is_not_about_the_form(other: Refused) -> None:
    assert not may_be_the_form(other)


def test_where_both_are_refused_both_reasons_are_told_once() -> None:
    assert both_refused(invalid("a"), invalid("a")) == invalid("a")
    assert both_refused(invalid("a"), invalid("b")) == invalid("a (sent in another way: b)")
