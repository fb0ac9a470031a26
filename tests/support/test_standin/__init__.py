"""Tests of the stand-in server itself, over real sockets; here is how they talk to it."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.standin import Controls

KEY = "key-of-the-tests"


def post(
    server: Controls, path: str, *, key: str = KEY, timeout: float = 5, **body: Any
) -> requests.Response:
    body = {"key": key, **body}
    return requests.post(server.url + path, json=body, timeout=timeout, allow_redirects=False)


def fetch(server: Controls, job: object, **more: Any) -> requests.Response:
    return post(server, f"/api/v6/faceswap/fetch/{job}", **more)


def get(url: str, timeout: float = 5, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(url, headers=named, timeout=timeout, allow_redirects=False)
