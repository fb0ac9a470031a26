"""The plugin that Airflow finds by its entry point. Every Airflow process imports it, so it loads nothing."""

from __future__ import annotations

from typing import Any

from airflow.providers.common.compat.sdk import AirflowPlugin

from airflow_provider_modelslab.protocol.page_paths import OPERATORS, PREFIX, RUN_TAB, TASK_TAB
from airflow_provider_modelslab.settings import FIRST_WITH_TABS, airflow_is, has_preview_tab

_RUN = f"{PREFIX}/dags/{{DAG_ID}}/runs/{{RUN_ID}}"  # Airflow fills these in
_TASK = f"{_RUN}/tasks/{{TASK_ID}}/{{MAP_INDEX}}"


class _LateApp:
    """The application behind the pages, made when the first request comes.

    The path goes to it as it was sent: once an id is decoded, a slash in it ends the id.
    """

    _app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._app is None:
            from anyio import to_thread

            self._app = await to_thread.run_sync(_made)  # what it imports would hold the server's loop
        raw = scope.get("raw_path")
        await self._app({**scope, "path": raw.decode("ascii")} if raw else scope, receive, send)


def _made() -> Any:
    from airflow_provider_modelslab.plugins.app import make_app

    return make_app()


class FaceSwapPlugin(AirflowPlugin):
    """Adds a tab to task instances and Dag runs, on Airflow versions that have such tabs."""

    name = "modelslab"
    fastapi_apps: list[Any] = (
        [{"app": _LateApp(), "url_prefix": f"/{PREFIX}", "name": "ModelsLab face swaps"}]
        if airflow_is(FIRST_WITH_TABS)
        else []
    )
    external_views: list[Any] = (
        [
            {
                "name": "Face swap",
                "href": _TASK,
                "destination": "task_instance",
                "url_route": TASK_TAB,
                "applies_to": {"operator_name": list(OPERATORS)},  # heeded from Airflow 3.4 on
            },
            {"name": "Face swaps", "href": _RUN, "destination": "dag_run", "url_route": RUN_TAB},
        ]
        if has_preview_tab()
        else []
    )
