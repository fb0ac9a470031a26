"""What Airflow's API server does around a plugin's application, and a client with users."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin

import requests


def make_host() -> Any:
    """An application with Airflow's auth manager and compression, and the plugin mounted as in Airflow."""
    from airflow.api_fastapi.app import init_auth_manager, init_config
    from fastapi import FastAPI
    from fastapi.middleware.gzip import GZipMiddleware

    from airflow_provider_modelslab.plugins.face_swap import FaceSwapPlugin

    host = FastAPI()
    init_auth_manager(host)
    for app in FaceSwapPlugin.fastapi_apps:
        host.mount(app["url_prefix"], app["app"])
    host.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    init_config(host)
    return host


class Pages:
    """A client of the server: users by role, `admin` or one that may nothing."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()

    def get(self, path: str, user: str | None = "reader", **headers: str) -> requests.Response:
        """Send a request with a path exactly as it is given."""
        token = {"Authorization": f"Bearer {_token(user)}"} if user else {}
        request = requests.Request("GET", self.url, headers={**token, **headers}).prepare()
        request.url = f"{self.url}{path}"  # past the tidying of requests
        return self._session.send(request, timeout=30, allow_redirects=False)

    def links(self, path: str, text: str) -> list[str]:
        """The addresses of a page's links, pictures and films, as a browser makes them of its own."""
        found = re.findall(r"""\b(?:href|src|poster)="([^"]+)\"""", text)
        return [urljoin(path, html.unescape(each)) for each in found]


def _token(user: str) -> str:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    role = {"reader": "VIEWER", "stranger": None}[user]
    return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=user, role=role))
