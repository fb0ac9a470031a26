"""How the tests of the protocol have an answer read."""

from __future__ import annotations

import json

from airflow_provider_modelslab.protocol.answer import Answer, read_answer
from airflow_provider_modelslab.protocol.outcome import Outcome
from tests.standin.payloads import PAYLOADS

KEY = "a-key-of-some-length"
NOW = 1_700_000_000.0


def read(status: int, body: object, headers: dict[str, str] | None = None) -> Outcome:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(Answer(status, headers or {}, data, NOW), "263", KEY)


def read_payload(name: str) -> Outcome:
    payload = PAYLOADS[name]
    headers = {key.lower(): value for key, value in payload.headers.items()}
    headers.setdefault("content-type", payload.content_type)
    return read_answer(Answer(payload.status, headers, payload.encoded(), NOW), "263", KEY)
