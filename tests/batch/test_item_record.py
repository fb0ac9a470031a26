"""What stands in an item's folder of its submission."""

from __future__ import annotations

import json

import pytest

from airflow_provider_modelslab.batch.item_record import (
    ItemRecord,
    done_name,
    fingerprint_of,
    record_name,
)

RECORD = ItemRecord("announced", 7, "modelslab_default", submitted=12.5)


def test_a_record_is_read_as_it_was_written() -> None:
    for record in (RECORD, RECORD.queued("101"), RECORD.queued("101").failed("No face")):
        assert ItemRecord.from_stored(json.loads(json.dumps(record.as_stored()))) == record


def test_what_a_later_release_has_added_is_left_out() -> None:
    assert ItemRecord.from_stored({**RECORD.as_stored(), "more": 1}) == RECORD


@pytest.mark.parametrize(
    "kept", [None, {}, [], 7, "queued", {"state": "x"}, {"state": None}, {"track_id": 7}], ids=str
)
def test_what_is_no_record_is_not_taken_for_one(kept: object) -> None:
    with pytest.raises(ValueError, match=r"no record"):
        ItemRecord.from_stored(kept)


def test_names_tell_of_which_swap_and_how_far_it_came() -> None:
    fingerprint = "0123456789abcdef"
    assert fingerprint_of(record_name(fingerprint)) == (fingerprint, False)
    assert fingerprint_of(done_name(fingerprint)) == (fingerprint, True)
    assert [fingerprint_of(name) for name in ("manifest.json", "a.jpg", "swap-x.json")] == [None] * 3
