"""What an error says stands in its attributes too, for callbacks, and survives pickling."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from airflow_provider_modelslab import exceptions
from airflow_provider_modelslab.exceptions import DownloadError, ExpiredUrlError, ModelsLabError

FACTS = {
    "request_id": "263",
    "track_id": 7,
    "conn_id": "modelslab_default",
    "api_message": "No.",
    "http_status": 403,
    "host": "files.example.com",
}
CLASSES = [
    cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if cls.__module__ == exceptions.__name__
]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("travel", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_what_an_error_knows_survives_pickling_and_copying(cls: type[ModelsLabError], travel: object) -> None:
    arrived = travel(cls("Words.", **FACTS))  # type: ignore[operator]
    assert type(arrived) is cls
    assert str(arrived) == "Words."
    assert {name: getattr(arrived, name) for name in FACTS} == FACTS


@pytest.mark.parametrize("cls", CLASSES)
def test_what_is_not_known_is_none(cls: type[ModelsLabError]) -> None:
    assert {getattr(cls("Words."), name) for name in FACTS} == {None}


def test_what_is_learned_later_fills_in_and_replaces_nothing() -> None:
    error = DownloadError("Words.", request_id="1").knowing(request_id="2", host="files.example.com")
    assert (error.request_id, error.host) == ("1", "files.example.com")


def test_an_error_with_other_words_is_of_the_same_class_and_knows_the_same() -> None:
    error = ExpiredUrlError("short", **FACTS).reworded("long")
    assert type(error) is ExpiredUrlError
    assert str(error) == "long"
    assert {name: getattr(error, name) for name in FACTS} == FACTS
