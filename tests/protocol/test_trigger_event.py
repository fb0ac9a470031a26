"""The trigger's event."""

from __future__ import annotations

import json

from airflow_provider_modelslab.protocol.deadline import Deadline, WaitWindow
from airflow_provider_modelslab.protocol.outcome import Refusal
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.trigger_event import ids_of, read_event, read_rest, write_event

DONE = Ending(EndingKind.DONE, result=FaceSwapResult("1", ("https://example.com/secret?token=x",)))
REFUSED = Ending(EndingKind.REFUSED, "bad key", Refusal.KEY)
TIMEOUT = Ending(EndingKind.TIMEOUT, "processing")


def test_an_event_carries_ids_and_endings_but_no_result() -> None:
    text = json.dumps(write_event({"1": DONE, "2": REFUSED}))
    assert json.loads(text) == {
        "status": "ended",
        "done": ["1"],
        "not_done": {"2": {"kind": "refused", "refusal": "key", "message": "bad key"}},
        "error": "",
    }


def test_what_was_written_is_read_back() -> None:
    event = json.loads(json.dumps(write_event({"1": DONE, "2": REFUSED, "3": TIMEOUT})))
    assert read_event(event) == ({"2": REFUSED, "3": TIMEOUT}, "")


def test_an_error_travels_instead_of_endings() -> None:
    event = write_event({}, error="no key")
    assert event == {"status": "error", "done": [], "not_done": {}, "error": "no key"}
    assert read_event(event) == ({}, "no key")


def test_words_of_another_version_come_to_the_nearest_known_and_what_is_missing_to_nothing() -> None:
    event = {"not_done": {"1": {"kind": "paused"}, "2": {"kind": "refused", "refusal": "region"}}}
    assert read_event(event) == (
        {"1": Ending(EndingKind.UNAVAILABLE), "2": Ending(EndingKind.REFUSED, "", Refusal.INVALID)},
        "",
    )
    assert read_event({}) == ({}, "")


def test_the_event_of_the_first_release_is_still_read() -> None:
    event = {
        "status": "ended",
        "done": ["7"],
        "not_done": {"8": {"kind": "failed", "refusal": None, "message": "no face"}},
        "error": "",
    }
    assert read_event(event) == ({"8": Ending(EndingKind.FAILED, "no face")}, "")


def test_an_event_tells_which_requests_it_is_about() -> None:
    endings = {"1": Ending(EndingKind.DONE), "2": Ending(EndingKind.FAILED, "no face")}
    assert ids_of(write_event(endings)) == ["1", "2"]
    assert ids_of(write_event({}, error="no connection")) == []


def test_an_event_of_some_is_told_apart_from_the_last_and_carries_the_wait_for_the_others() -> None:
    rest = WaitWindow(5.0, Deadline.earliest(100.0, 50.0))
    earlier = {"1": {"kind": "failed", "refusal": None, "message": "No face"}}
    some = write_event({"2": Ending(EndingKind.DONE)}, not_done=earlier, rest=rest)
    assert some["status"] == "some_ended"
    assert read_rest(json.loads(json.dumps(some))) == rest
    assert read_event(some)[0] == {"1": Ending(EndingKind.FAILED, "No face")}
    last = write_event({"3": Ending(EndingKind.TIMEOUT, "processing")}, not_done=earlier)
    assert last["status"] == "ended"
    assert read_rest(last) is None
    assert read_event(last)[0].keys() == {"1", "3"}
