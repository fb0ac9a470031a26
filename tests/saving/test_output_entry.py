from __future__ import annotations

from base64 import b64encode

import pytest

from airflow_provider_modelslab.saving.output_entry import shown_entry, without_files
from tests.support.standin.media import Media

JPEG = b64encode(Media("jpg", 3000).whole()).decode()


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("https://user:s3cret@h.example/a.jpg?token=s3cret", "https://h.example/a.jpg"),
        ("data:image/png;base64,iVBORw0KGgo", "data:image/png;base64,…"),
        (JPEG, "data:image/jpeg;base64,…"),
        ("s3cret" * 8, "(not a URL)"),
    ],
)
def test_of_an_entry_only_what_holds_no_token_is_shown(entry: str, text: str) -> None:
    assert shown_entry(entry) == text


def test_of_entries_that_carry_files_only_the_type_is_kept() -> None:
    signed = "https://h.example/a.jpg?token=1"
    assert without_files([signed, JPEG, "A" * 5000]) == [signed, "data:image/jpeg;base64,…", "(not a URL)"]
