"""The worker, the triggerer and the downloads trust the same servers: what requests documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.client.aio import shared_client
from airflow_provider_modelslab.http.environment import Route, route_to
from airflow_provider_modelslab.protocol.outcome import Done
from tests.http.faces import Going, all_of
from tests.saving.certificates import hashed_folder, self_signed
from tests.support.connections import connection_json

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.standin import StandIn


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, False),
        ({"REQUESTS_CA_BUNDLE": "file"}, True),
        ({"REQUESTS_CA_BUNDLE": "folder"}, True),
        ({"CURL_CA_BUNDLE": "file"}, True),
        ({"CURL_CA_BUNDLE": "folder"}, True),
        ({"REQUESTS_CA_BUNDLE": "other", "CURL_CA_BUNDLE": "file"}, False),
        ({"REQUESTS_CA_BUNDLE": "file", "CURL_CA_BUNDLE": "nowhere"}, True),
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "folder"}, True),
        ({"REQUESTS_CA_BUNDLE": ""}, False),
        ({"requests_ca_bundle": "file"}, False),  # only proxies' names may be in lower case
        ({"SSL_CERT_FILE": "file", "SSL_CERT_DIR": "folder"}, False),
    ],
    ids=str,
)
def test_the_certificates_that_the_environment_names_are_trusted(
    *,
    go: Going,
    tls: str,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    trusted: bool,
) -> None:
    places = {
        "file": certificate,
        "folder": hashed_folder(tmp_path / "certificates", certificate),
        "other": self_signed(tmp_path, ["127.0.0.1"], []),
        "nowhere": tmp_path / "nowhere",
    }
    for name, place in settings.items():
        monkeypatch.setenv(name, str(places.get(place, "")))
    assert go.to(f"https://{tls}") == all_of("done" if trusted else "trouble")


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "which is not there"),
        ("notes.txt", "in which is no certificate"),
        ("empty", "a folder in which no file is named as 'openssl rehash' does"),
        ("unnamed", "a folder in which no file is named as 'openssl rehash' does"),
        ("notes.txt/x", r"which cannot be read (NotADirectoryError)"),
    ],
)
def test_certificates_that_nobody_can_read_are_the_same_error_for_all(
    *,
    go: Going,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    place: str,
    said: str,
) -> None:
    (tmp_path / "notes.txt").write_text("not a certificate")
    for folder in ("empty", "unnamed"):
        (tmp_path / folder).mkdir()
    (tmp_path / "unnamed/ca.pem").write_bytes(certificate.read_bytes())
    monkeypatch.setenv(name, str(tmp_path / place))
    found = go.to("https://127.0.0.1:9")
    (message,) = set(found.values())
    assert f"as the environment says: {name} names {tmp_path / place}, {said}. Set it to a file" in message


def test_certificates_are_nothing_to_a_server_without_tls(
    go: Going, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert go.to(standin.url) == all_of("done")
    assert route_to(standin.url) == Route()


async def test_a_way_that_changes_with_the_connection_is_gone_at_once(
    go: Going, standin: StandIn, tls: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a key is rotated, and the server has got TLS with it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", connection_json(standin.url, "an-older-key"))
    async with shared_client("modelslab_default") as client:
        before = connection_json(standin.url, standin.key)
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", before)
        assert isinstance(await client.fetch(go.job), Done)
        standin.rotate_key("the-key-after-rotation")
        after = connection_json(f"https://{tls}", "the-key-after-rotation")
        monkeypatch.setenv("AIRFLOW_CONN_MODELSLAB_DEFAULT", after)
        assert isinstance(await client.fetch(go.job), Done)
