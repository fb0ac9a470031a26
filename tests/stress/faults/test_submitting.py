"""Every fault under a submission that the API got: it is not made again, as it may be paid for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.exceptions import SubmissionUnknownError
from airflow_provider_modelslab.hooks.modelslab import ModelsLabHook
from tests.stress.faults import faults
from tests.stress.faults.faults import SLOW
from tests.stress.faults.proxy import Exchange, Fault, Proxy
from tests.stress.faults.test_waiting import CHEAP, LARGE, name_of

if TYPE_CHECKING:
    from tests.support.standin import StandIn

FACE, IMAGE = "https://example.com/face.jpg", "https://example.com/group.jpg"
LOSING = [fault for fault in CHEAP + LARGE + SLOW if fault is not faults.endless_redirect]


def after_the_call(fault: Fault) -> Fault:
    """Return the fault as it is where the API got the call before."""

    def late(exchange: Exchange) -> bool:
        answer = exchange.ask()
        return fault(replace(exchange, ask=lambda: answer))

    return late


@pytest.mark.parametrize("fault", LOSING, ids=name_of)
def test_a_submission_whose_answer_is_lost_is_made_once(proxy: Proxy, behind: StandIn, fault: Fault) -> None:
    proxy.meet(then=after_the_call(fault))
    with pytest.raises(SubmissionUnknownError, match="track_id 7 may have been queued"):
        ModelsLabHook().swap_faces_in_image(image=IMAGE, face=FACE, track_id=7)
    assert len(behind.submits(accepted=True)) == proxy.exchanges == 1


def test_a_submission_comes_by_a_connection_of_its_own(proxy: Proxy, behind: StandIn) -> None:
    """A kept one may end just as it is used again, and then nobody knows."""
    hook = ModelsLabHook()
    hook.fetch(behind.add_job())
    for _ in range(2):
        hook.swap_faces_in_image(image=IMAGE, face=FACE)
    assert proxy.connections == proxy.exchanges == 3
