"""The two ways to send a picture."""

from __future__ import annotations

from airflow_provider_modelslab.protocol.picture_encoding import (
    Picture,
    as_data_uri,
    as_plain_base64,
    other_form,
)


def test_a_picture_has_two_forms_and_is_not_shown() -> None:
    picture = Picture("image/png", "iVBOR")
    assert as_data_uri(picture) == "data:image/png;base64,iVBOR"
    assert as_plain_base64(picture) == "iVBOR"
    assert other_form(as_data_uri) is as_plain_base64
    assert other_form(as_plain_base64) is as_data_uri
    assert "iVBOR" not in repr(picture)
