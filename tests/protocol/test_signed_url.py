"""Which URLs name the same picture."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.protocol.signed_url import unsigned

PICTURE = "https://example.com/face.jpg"
SIGNED = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Date=2&X-Amz-Expires=60&X-Amz-Signature=c",
    "AWSAccessKeyId=a&Signature=b&Expires=60",
    "X-Goog-Algorithm=GOOG4&X-Goog-Signature=b",
    "GoogleAccessId=a&Expires=60&Signature=b",
    "Policy=a&Signature=b&Key-Pair-Id=c",
    "sv=2024-11-04&st=2026&se=2027&sr=b&sp=r&spr=https&sip=10.0.0.1&sig=x%3D",
    "skoid=a&sktid=b&skt=c&ske=d&sks=b&skv=e&sdd=1&ses=f&ss=b&srt=o&si=policy&sig=x",
    "token=a",
]


@pytest.mark.parametrize("query", SIGNED)
def test_a_url_names_the_same_however_it_is_signed(query: str) -> None:
    assert unsigned(f"{PICTURE}?{query}") == PICTURE
    assert unsigned(f"{PICTURE}?{query.lower()}&size=big") == unsigned(f"{PICTURE}?size=big")


@pytest.mark.parametrize("name", ["id", "size", "s", "page", "signed", "key", "version", "skip"])
def test_what_does_not_sign_names(name: str) -> None:
    assert unsigned(f"{PICTURE}?{name}=1") != unsigned(f"{PICTURE}?{name}=2")


def test_a_path_is_what_it_is() -> None:
    assert unsigned("/folder/what?token=1") == "/folder/what?token=1"
