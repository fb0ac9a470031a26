"""What to do where the API refuses a call, and who is told.

In what to do, ``{connection}`` is the Airflow connection and ``{again}`` how to try again: by clearing the
task, or by calling the hook again where there is no task that could be cleared.
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_modelslab.exceptions import (
    InsufficientCreditsError,
    InvalidConnectionError,
    InvalidKeyError,
    InvalidRequestError,
    ModelsLabError,
    SubscriptionRequiredError,
)
from airflow_provider_modelslab.protocol.outcome import Refusal

NO_ROUTE = "nothing answers at the api_path"
REFUSALS: dict[Refusal, tuple[type[ModelsLabError], str]] = {
    Refusal.KEY: (
        InvalidKeyError,
        "Correct the API key in the password field of {connection}, and test it there.",
    ),
    Refusal.CREDITS: (
        InsufficientCreditsError,
        "Add credits to the ModelsLab account of {connection}, then {again}.",
    ),
    Refusal.PLAN: (
        SubscriptionRequiredError,
        (
            "The account's plan does not include this call: upgrade it, or use another account than that of "
            "{connection}."
        ),
    ),
    Refusal.INVALID: (
        InvalidRequestError,
        "Check that the id came from a face swap, and the api_path of {connection}.",
    ),
    Refusal.PATH: (
        InvalidConnectionError,
        "No retry mends that: check api_path and host of {connection}.",
    ),
}


@dataclass(frozen=True)
class Caller:
    """Who asked the API, and is to be told what to do.

    :param conn_id: id of the Airflow connection
    :param again: how to try again
    """

    conn_id: str | None = None
    again: str = "clear this task"

    def advise(self, advice: str) -> str:
        """Return what to do, with this connection and this way to try again."""
        connection = f"the Airflow connection {self.conn_id!r}" if self.conn_id else "the Airflow connection"
        return advice.format(connection=connection, again=self.again)


ANY_CALLER = Caller()
