"""What the task's author says of how each item is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_provider_modelslab.batch.item_record import Attempt
from airflow_provider_modelslab.protocol.poll_intervals import MAX_FAILURES


@dataclass(frozen=True)
class SwapOptions:
    """How each item is done.

    :param timeout: seconds that one face swap may take, from its submission on
    :param max_failed_looks: how many looks in a row may fail; None tolerates any number
    :param resubmits_unknown: whether to submit, and maybe pay for, again what may be queued already
    :param retry_failed: whether to submit again what has failed for good
    :param fail_on_nsfw: take for failed what was found not safe for work
    :param attempt: who does it
    """

    timeout: float
    max_failed_looks: int | None = MAX_FAILURES
    resubmits_unknown: bool = False
    retry_failed: bool = False
    fail_on_nsfw: bool = False
    attempt: Attempt = field(default_factory=Attempt)
