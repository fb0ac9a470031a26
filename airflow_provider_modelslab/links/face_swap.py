"""The button that leads from a task to its tab with what was saved."""

from __future__ import annotations

from typing import Any

from airflow.providers.common.compat.sdk import BaseOperatorLink, conf

from airflow_provider_modelslab.protocol.page_paths import LINK_XCOM, TaskPages
from airflow_provider_modelslab.settings import has_preview_tab


class FaceSwapLink(BaseOperatorLink):
    """Leads to the tab "Face swap" of a task instance, while it is deferred too."""

    name = "Face swap"

    @property
    def xcom_key(self) -> str:
        """The XCom that Airflow keeps the link as; no other class of this name shares it."""
        return LINK_XCOM

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address.

        :param operator: the task
        :param ti_key: says which task instance
        """
        base = conf.get("api", "base_url", fallback="").rstrip("/")
        pages = TaskPages(ti_key.dag_id, ti_key.run_id, ti_key.task_id, ti_key.map_index)
        return f"{base}/{pages.tab}"


#: For ``operator_extra_links``: none where there is no tab.
FACE_SWAP_LINKS = (FaceSwapLink(),) if has_preview_tab() else ()
