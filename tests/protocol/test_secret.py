"""The key is blotted out however an answer spells it, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.secret import without_secret

KEYS = ["plain-key/with/slashes", 'a "quoted" \\ key', "ключ-из-букв", "\U0001f600" * 8, "\ud83d-half-a-pair"]

texts = (
    st.text() | st.sampled_from(KEYS) | st.tuples(st.text(), st.sampled_from(KEYS), st.text()).map("".join)
)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


def holds(value: Any, secret: str) -> bool:
    if isinstance(value, dict):
        return any(holds(part, secret) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(holds(part, secret) for part in value)
    return isinstance(value, str) and secret in value


@given(values, st.sampled_from(KEYS))
def test_nothing_with_the_secret_in_it_remains(value: Any, key: str) -> None:
    cleaned = without_secret(value, key)
    assert not holds(cleaned, key)
    assert holds(value, key) or cleaned is value


@pytest.mark.parametrize("key", KEYS)
def test_a_secret_is_found_however_the_answer_escapes_it(key: str) -> None:
    body = json.dumps({"message": f"bad {key}!"}).replace("/", r"\/")
    assert without_secret(json.loads(body), key) == {"message": "bad ***!"}


SPELLINGS: dict[str, Callable[[str], str]] = {
    "in a URL": lambda key: quote(key.encode(errors="surrogatepass"), safe=""),
    "in a path": lambda key: quote(key.encode(errors="surrogatepass")),
    "in a form": lambda key: quote_plus(key.encode(errors="surrogatepass")).replace("+", "%20"),
    "in a URL, in lower case": lambda key: quote(key.encode(errors="surrogatepass")).replace("%C3", "%c3"),
    "in a URL in a URL": lambda key: quote(quote(key.encode(errors="surrogatepass"), safe=""), safe=""),
    "in JSON": json.dumps,
    "in JSON in JSON": lambda key: json.dumps(json.dumps(key)),
    "as PHP writes it": lambda key: json.dumps({"key": key}).replace("/", r"\/"),
    "in HTML": html.escape,
    "in a header": lambda key: key.encode(errors="surrogatepass").decode("latin-1"),
    "in base64": lambda key: base64.b64encode(key.encode(errors="surrogatepass")).decode(),
    "in base64 after a colon": lambda key: base64.b64encode(
        b":" + key.encode(errors="surrogatepass") + b"!"
    ).decode(),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(
        b"::" + key.encode(errors="surrogatepass") + b"!"
    ).decode(),
}


@pytest.mark.parametrize("key", [*KEYS, "LEAK+/???~canary=é", "plainlettersanddigits42"])
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_however_it_is_spelled(spell: Callable[[str], str], key: str) -> None:
    spelled = spell(key)
    cleaned = without_secret({"message": f"bad {spelled}!", "meta": {spelled: [spelled]}}, key)
    assert cleaned["message"].startswith("bad ")
    left = cleaned["message"].removeprefix("bad ").removesuffix("!")
    assert "***" in left
    assert len(left.replace("***", "")) <= len(spelled) - len(key) + 4  # what is around it, such as quotes
    assert spelled not in json.dumps(cleaned, ensure_ascii=False)


@pytest.mark.parametrize("text", ["plainlettersanddigits", "PLAINLETTERSANDDIGITS42", "%70lainletters", ""])
def test_what_is_not_the_secret_stays(text: str) -> None:
    value = {"message": text, text: [text, 1, None]}
    assert without_secret(value, "plainlettersanddigits42") is value


def test_a_short_secret_would_be_found_in_innocent_words() -> None:
    value = {"message": "seven is a number"}
    assert without_secret(value, "seven") is value


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "key", [*KEYS, "plainlettersanddigits42", "\\" * 8 + "a" + "\\" * 8, "%" * 12, "&" * 12]
)
@pytest.mark.parametrize("end", ["", "x"])
def test_no_text_holds_the_search_up(key: str, end: str) -> None:
    hostile = ["\\" * 200_000, "%25" * 100_000, "&#0000000" * 30_000, key[:-1] * 10_000, "&amp;" * 50_000]
    for text in hostile:
        without_secret({"message": text + end}, key)
