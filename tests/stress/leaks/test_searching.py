"""The search finds a planted key in every disguise and wrapping, also where it cannot tell whose it is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import pickle
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from tests.stress.leaks.canary import Canary, Flock
from tests.stress.leaks.searching import Search, search
from tests.stress.leaks.vault import Vault

DISGUISES: dict[str, Callable[[str], str | bytes]] = {
    "plain": str,
    "base64, first": lambda key: base64.b64encode(key.encode()),
    "base64, second": lambda key: base64.b64encode(b"a" + key.encode() + b"z"),
    "base64, third": lambda key: base64.b64encode(b"ab" + key.encode() + b"yz"),
    "base64 for URLs": lambda key: base64.urlsafe_b64encode(f":{key}".encode()),
    "base64 without the first character": lambda key: base64.b64encode(key[1:].encode()),
    "base64 of JSON": lambda key: base64.b64encode(json.dumps({"key": key}).encode()),
    "percent": lambda key: quote(key, safe=""),
    "percent in lower case": lambda key: quote(key, safe="").lower(),
    "percent but for slashes": quote,
    "percent as forms do": quote_plus,
    "percent twice": lambda key: quote(quote(key)),
    "JSON": json.dumps,
    "JSON in JSON": lambda key: json.dumps(json.dumps(key)),
    "JSON as PHP writes it": lambda key: json.dumps(key).replace("/", r"\/"),
    "HTML": html.escape,
    "repr": lambda key: repr(key.encode()),
    "hex": lambda key: key.encode().hex(),
    "pickle": pickle.dumps,
    "UTF-16": lambda key: key.encode("utf-16"),
    "cut at its beginning": lambda key: key[12:],
    "cut at its end": lambda key: key[:-12],
}
WRAPPINGS: dict[str, Callable[[bytes, Vault], bytes]] = {
    "gzip": lambda data, vault: gzip.compress(data),
    "zlib": lambda data, vault: zlib.compress(data),
    "gzip in gzip": lambda data, vault: gzip.compress(gzip.compress(data)),
    "encrypted": lambda data, vault: b'{"kept": "' + vault.lock(data) + b'"}',
    "encrypted in zlib": lambda data, vault: zlib.compress(vault.lock(data)),
}


def hunted() -> tuple[Flock, Canary]:
    flock = Flock()
    return flock, flock.add("the key")


def look(flock: Flock, data: str | bytes, vault: Vault | None = None) -> Search:
    data = data if isinstance(data, bytes) else data.encode()
    return search(
        [("somewhere", b"one line\nbefore " + data + b" after\none line")], flock, (vault or Vault()).unlock
    )


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_key_is_found_in_disguise(disguise: Callable[[str], str | bytes]) -> None:
    flock, canary = hunted()
    other = flock.add("another")
    (hit,) = look(flock, disguise(canary.key)).hits
    assert hit.canary == "the key"
    assert [hit.canary for hit in look(flock, disguise(other.key)).hits] == ["another"]


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_key_is_found_in_a_wrapping(wrap: Callable[[bytes, Vault], bytes]) -> None:
    flock, canary = hunted()
    vault = Vault()
    found = search([("somewhere", wrap(canary.key.encode(), vault))], flock, vault.unlock)
    assert [hit.canary for hit in found.hits] == ["the key"]


def test_what_is_encrypted_with_another_key_stays_so() -> None:
    flock, canary = hunted()
    assert not look(flock, Vault().lock(canary.key.encode()), Vault()).hits


def test_a_part_that_could_be_of_several_keys_is_a_hit_all_the_same() -> None:
    flock, _ = hunted()
    flock.add("another")
    assert [hit.canary for hit in look(flock, flock.mark).hits] == ["unknown"]


def test_nothing_is_found_where_nothing_is() -> None:
    flock, _ = hunted()
    found = look(flock, Flock().add("of another hunt").key * 100)
    assert not found.hits
    assert found.size > 0


def test_only_the_line_with_airflow_s_own_message_is_set_aside() -> None:
    flock, canary = hunted()
    found = look(flock, f"Sending MaskSecret(value='{canary.key}')\nasking with {canary.key}")
    assert (found.set_aside, len(found.hits)) == (1, 1)
