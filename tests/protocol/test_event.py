"""The trigger's event."""

from __future__ import annotations

import json

from airflow_provider_modelslab.protocol.event import read_event, write_event
from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.wait import Ending, EndingKind

DONE = Ending(EndingKind.DONE, result=FaceSwapResult("1", ("https://example.com/secret?token=x",)))
REFUSED = Ending(EndingKind.REFUSED, "bad key", Refusal.KEY)
TIMEOUT = Ending(EndingKind.TIMEOUT, "processing")


def test_an_event_carries_ids_and_endings_but_no_result() -> None:
    text = json.dumps(write_event({"1": DONE, "2": REFUSED}))
    assert "token" not in text
    assert json.loads(text)["done"] == ["1"]


def test_what_was_written_is_read_back() -> None:
    event = json.loads(json.dumps(write_event({"1": DONE, "2": REFUSED, "3": TIMEOUT})))
    assert read_event(event) == ({"2": REFUSED, "3": TIMEOUT}, "")


def test_an_error_travels_instead_of_endings() -> None:
    assert read_event(write_event({}, error="no key")) == ({}, "no key")


def test_the_event_of_the_first_release_is_still_read() -> None:
    event = {
        "status": "ended",
        "done": ["7"],
        "not_done": {"8": {"kind": "failed", "refusal": None, "message": "no face"}},
        "error": "",
    }
    assert read_event(event) == ({"8": Ending(EndingKind.FAILED, "no face")}, "")
