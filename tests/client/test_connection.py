"""What the fields of an Airflow connection mean."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import BaseHook, Connection

from airflow_provider_modelslab.client.connection import ConnectionSettings, read_settings, unknown_extras


def connection(**fields: Any) -> Connection:
    return Connection(**{"conn_id": "c", "conn_type": "modelslab", "password": "k", **fields})


def test_a_key_is_all_that_a_connection_needs() -> None:
    assert read_settings(connection()) == ConnectionSettings("https://modelslab.com", "k")


def test_every_field_is_read() -> None:
    extra = {"api_path": "/api/v6/deepfake", "request_timeout": 5, "allow_private_downloads": True}
    settings = read_settings(
        connection(host="gpu.example.com", schema="http", port=8080, extra=json.dumps(extra))
    )
    assert settings == ConnectionSettings("http://gpu.example.com:8080", "k", "/api/v6/deepfake", 5.0, True)


def test_a_uri_carries_extras_as_text_and_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = (
        "modelslab://:a%2Fkey@gpu.example.com:8080/https?api_path=%2Fapi%2Fv6%2Fdeepfake"
        "&request_timeout=5.5&allow_private_downloads=true"
    )
    monkeypatch.setenv("AIRFLOW_CONN_FROM_URI", uri)
    settings = read_settings(BaseHook.get_connection("from_uri"))
    assert settings == ConnectionSettings(
        "https://gpu.example.com:8080", "a/key", "/api/v6/deepfake", 5.5, True
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"conn_type": "http"}, "its type is 'http'"),
        ({"password": None}, "no key"),
        ({"password": "  "}, "no key"),
        ({"host": "not a host"}, "host"),
        ({"extra": "[1]"}, "not a JSON object"),
        ({"extra": '{"request_timeout": 0}'}, "request_timeout"),
        ({"extra": '{"request_timeout": "soon"}'}, "request_timeout"),
        ({"extra": '{"request_timeout": 1e9}'}, "request_timeout"),
        ({"extra": '{"api_path": 7}'}, "api_path"),
        ({"extra": '{"api_path": "/../x"}'}, "api_path"),
        ({"extra": '{"allow_private_downloads": "maybe"}'}, "allow_private_downloads"),
        ({"extra": '{"require_consent": 1.5}'}, "require_consent"),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused_with_the_field_at_fault(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_settings(connection(**fields))


def test_an_extra_that_is_not_json_is_refused() -> None:
    broken = connection()
    object.__setattr__(broken, "_extra" if hasattr(broken, "_extra") else "extra", "{")
    with pytest.raises(ValueError, match="not JSON"):
        read_settings(broken)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *(("reqest_timeout", "request_timeout"), ("timeout", "request_timeout"), ("path", "api_path")),
        *(("apiPath", "api_path"), ("API-PATH", "api_path"), (" api_path ", "api_path")),
        *(("extra__modelslab__api_path", "api_path"), ("allow_private_download", "allow_private_downloads")),
        *(("requires_consent", "require_consent"), ("consent", "require_consent")),
    ],
)
def test_a_misspelt_extra_field_is_told_with_the_nearest_right_one(name: str, meant: str) -> None:
    (told,) = unknown_extras(connection(extra=json.dumps({name: 1, "api_path": "/x"})))
    assert told == f"the extra field {name!r}, which means nothing here: did you mean {meant!r}?"


def test_an_extra_field_that_is_like_none_is_told_with_all_that_there_are() -> None:
    (told,) = unknown_extras(connection(extra='{"team": "vision"}'))
    assert told.startswith("the extra field 'team', which means nothing here: there are api_path, request_t")
    assert "vision" not in told


def test_neither_the_key_nor_a_long_name_is_told_with_an_extra_field() -> None:
    told = unknown_extras(
        connection(password="a-secret-key", extra='{"a-secret-key": 1, "%s": 2}' % ("x" * 999))
    )
    assert "secret" not in told[0]
    assert len(told[1]) < 200


def test_an_extra_that_airflow_has_read_already_is_taken_as_it_is() -> None:
    already = SimpleNamespace(
        conn_type="modelslab", password="k", host=None, schema=None, port=None, extra={"request_timeout": 5}
    )
    assert read_settings(already).request_timeout == 5


@pytest.mark.parametrize("word", [None, "", False, "false", "0", "No", "off"])
def test_private_downloads_stay_closed_unless_opened(word: object) -> None:
    extra = json.dumps({"allow_private_downloads": word})
    assert read_settings(connection(extra=extra)).allow_private_downloads is False


def test_consent_is_required_where_the_connection_says_so() -> None:
    assert read_settings(connection(extra='{"require_consent": true}')).require_consent
    assert not read_settings(connection()).require_consent


def test_the_key_is_not_shown() -> None:
    assert "a-secret-key" not in repr(read_settings(connection(password="a-secret-key")))


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "http://h:a-secret/key"},
        {"host": "http://h:a-secret-key"},
        {"host": "a-secret-key://h"},
        {"host": "http://:a-secret-key@h"},
        {"host": "h/a-secret-key"},
        {"conn_type": "a-secret-key"},
        {"extra": json.dumps({"api_path": "/api?key=a-secret-key"})},
        {"extra": json.dumps({"api_path": f"/{'long/' * 14}?a-secret-key"})},
        {"extra": json.dumps({"api_path": "/api?key=a%2Dsecret%2Dkey"})},
        {"extra": json.dumps({"request_timeout": "a-secret-key"})},
        {"extra": json.dumps({"allow_private_downloads": "a-secret-key"})},
    ],
)
def test_the_key_is_not_shown_where_it_stands_in_another_field_too(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_settings(connection(**{"password": "a-secret-key", **fields}))
    assert "secret" not in str(caught.value)
