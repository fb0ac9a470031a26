from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_modelslab.protocol.fields import without_secret

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
