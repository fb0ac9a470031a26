"""How the tests of the protocol have an answer read."""

from __future__ import annotations

import json

from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.outcome import Outcome
from airflow_provider_modelslab.protocol.poll_answer import read_answer
from tests.support.standin.payloads import PAYLOADS, Payload

KEY = "a-key-of-some-length"
NOW = 1_700_000_000.0


def answer_with(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers or {}, data, NOW)


def answer_of(payload: Payload) -> Answer:
    headers = {key.lower(): value for key, value in payload.headers.items()}
    headers.setdefault("content-type", payload.content_type)
    return answer_with(payload.status, payload.encoded(), headers)


def read(status: int, body: object, headers: dict[str, str] | None = None) -> Outcome:
    return read_answer(answer_with(status, body, headers), "263", KEY)


def read_payload(name: str) -> Outcome:
    return read_answer(answer_of(PAYLOADS[name]), "263", KEY)
