"""How a try has ended, for what shows it: the pages, and OpenLineage. Airflow keeps errors in logs only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from airflow_provider_modelslab.exceptions import ModelsLabError
from airflow_provider_modelslab.protocol.page_paths import ERROR_XCOM

log = logging.getLogger(__name__)
_Execute = TypeVar("_Execute", bound=Callable[..., Any])
_LONGEST = 4000  # characters


def error_to_xcom(execute: _Execute) -> _Execute:
    """Wrap a method that Airflow calls with a ``context``, so that its error is an XCom of the task too.

    Only this provider's errors: their texts are known to hold no secret. The error, or the value, is also
    kept for ``OpenLineageMethods``.

    :param execute: the method
    """

    @wraps(execute)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            self.ended_with = execute(self, *args, **kwargs)
            return self.ended_with
        except ModelsLabError as error:
            self.ended_with = error
            _push(kwargs["context"] if "context" in kwargs else args[-1], str(error))
            raise

    return wrapped  # type: ignore[return-value]


def _push(context: Any, text: str) -> None:
    try:
        context["ti"].xcom_push(key=ERROR_XCOM, value=text[:_LONGEST])
    except Exception:
        log.debug("The error could not be kept as an XCom.", exc_info=True)
