from __future__ import annotations

import pytest

from airflow_provider_modelslab.saving.urls import shown, without_tokens


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://h.example:8443/a/b.jpg?token=s3cret#x", "https://h.example:8443/a/b.jpg"),
        ("https://user:s3cret@h.example/a.jpg", "https://h.example/a.jpg"),
        ("data:image/png;base64,iVBORw0KGgo", "data:image/png;base64,…"),
        ("https://[broken", "(a malformed URL)"),
        ("not a url s3cret", "(not a URL)"),
    ],
)
def test_only_what_holds_no_token_is_shown(url: str, text: str) -> None:
    assert shown(url) == text


def test_urls_within_a_text_lose_their_tokens() -> None:
    assert without_tokens("see https://u:p@h/x?sig=1 and http://h/y#z.") == "see https://h/x and http://h/y"
