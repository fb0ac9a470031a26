"""What the tests of the operator that submits share."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowTaskTimeout

from airflow_provider_modelslab.operators.face_swap import FaceSwapOperator
from tests.support.deferring import Pushed, Store
from tests.support.running.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.standin import StandIn


class Terminated(BaseException):
    """As Airflow 2.11's own, which it raises on SIGTERM and retries."""


BOTH = pytest.mark.parametrize("deferrable", [False, True], ids=["waiting", "deferrable"])
WITH_AND_WITHOUT_STORE = pytest.mark.parametrize("store", [True, False], ids=["store", "no_store"])
ENDED = pytest.mark.parametrize("ended", [AirflowTaskTimeout, Terminated])
FACE = "https://example.com/face.jpg"
IMAGE = "https://example.com/group.jpg"
VIDEO = "https://example.com/clip.mp4"


def swapper(**kwargs: Any) -> FaceSwapOperator:
    target = {} if "video" in kwargs else {"image": IMAGE}
    defaults = {"face": FACE, "poke_interval": 0.005, "timeout": 20, **target}
    return FaceSwapOperator(task_id="swap", **{**defaults, **kwargs})


def clear(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the next try, after a person has cleared the task."""
    context["ti"].max_tries += 1
    return context


def first_try(store: bool) -> dict[str, Any]:
    """Return the context of a task whose other tries know what this one keeps, or do not."""
    return {"ti": Pushed(), **({"task_state_store": Store()} if store else {})}


@contextmanager
def ending_once_refused(standin: StandIn) -> Iterator[None]:
    """Fill the account's queue with a job that ends as soon as a submission was refused for it."""
    job = standin.add_job(duration=600)

    def end() -> None:
        wait_until(lambda: standin.submits(accepted=False), 20, "a refusal", every=0.01)
        standin.finish(job)

    thread = Thread(target=end)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def raising(error: type[BaseException]) -> Any:
    """Return a function that raises it, whatever it is called with."""

    def raise_it(*_: Any, **__: Any) -> None:
        raise error

    return raise_it
