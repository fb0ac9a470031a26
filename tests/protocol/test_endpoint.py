"""Where the calls go, and what is no place for the key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.endpoint import fetch_path, parse_api_path, parse_base_url


def test_the_fetch_call_names_the_id_below_the_api_s_path() -> None:
    assert fetch_path("/api/v6/faceswap", "abc123") == "/api/v6/faceswap/fetch/abc123"


@given(st.text())
def test_no_text_gets_out_of_the_path_of_the_fetch_call(value: str) -> None:
    try:
        path = fetch_path("/api/v6/faceswap", value)
    except ValueError:
        return
    prefix, _, last = path.rpartition("/")
    assert prefix == "/api/v6/faceswap/fetch"
    assert last.strip(".")
    assert last.isascii()
    assert last.isprintable()
    assert not set(last) & set("/\\?#% :@")


@pytest.mark.parametrize(
    ("given_", "url"),
    [
        ((None, None, None), "https://modelslab.com"),
        (("", None, None), "https://modelslab.com"),
        (("modelslab.com", None, None), "https://modelslab.com"),
        (("https://modelslab.com/", None, None), "https://modelslab.com"),
        (("gpu.example.com", "http", 8080), "http://gpu.example.com:8080"),
        (("http://gpu.example.com:81", "https", 8080), "http://gpu.example.com:81"),
        (("models_lab", "http", 8000), "http://models_lab:8000"),  # Docker's names
        (("http://models_lab:8000", None, None), "http://models_lab:8000"),
        (("modelslab.com", None, 0), "https://modelslab.com"),  # what Airflow's form makes of an empty port
        (("10.0.0.7", "HTTPS", None), "https://10.0.0.7"),
        (("http://[::1]:9", None, None), "http://[::1]:9"),
        (("HTTPS://GPU.example.com", None, None), "https://gpu.example.com"),
        (("http://[FE80::A]", None, None), "http://[fe80::a]"),
    ],
)
def test_host_schema_and_port_make_the_url_that_an_airflow_user_expects(
    given_: tuple[str | None, str | None, int | None], url: str
) -> None:
    assert parse_base_url(*given_) == url


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("ftp://modelslab.com", "scheme"),
        ("not a host", "not the name"),
        ("https://", "not the name"),
        ("https://user:pw@modelslab.com", "user name"),
        ("https://user@modelslab.com", "user name"),
        ("https://:pw@modelslab.com", "user name"),
        ("https://@modelslab.com", "user name"),
        ("https://modelslab.com/api/v6", "api_path"),
        ("https://modelslab.com/X", "api_path"),
        ("https://modelslab.com?x=1", "api_path"),
        ("https://modelslab.com:port", "not a URL"),
        ("https://[::1", "not a URL"),
    ],
)
def test_a_host_that_is_not_a_url_is_refused_and_the_reason_said(host: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^the host.*{said}"):
        parse_base_url(host)


def test_api_paths_in_use_are_taken_with_or_without_slashes() -> None:
    assert parse_api_path(None) == "/api/v6/faceswap"
    assert parse_api_path("api/v6/deepfake/") == "/api/v6/deepfake"
    assert parse_api_path("/API/X") == "/API/X"
    assert parse_api_path("/api/v1/enterprise/faceswap") == "/api/v1/enterprise/faceswap"


@pytest.mark.parametrize("path", ["/api/../x", "/a?b", "/a b", "https://evil.example/x"])
def test_an_api_path_that_is_not_a_plain_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a plain path"):
        parse_api_path(path)
