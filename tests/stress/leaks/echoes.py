"""What a server says that repeats the key wherever it can, in each way that one might write it there."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote


class Echo:
    """The parts of such answers.

    :param key: the key
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.in_url = quote(key, safe="")
        self.in_json = json.dumps({"key": key}).replace("/", r"\/")  # as PHP writes it
        self.in_base64 = base64.b64encode(
            f":{key}".encode()
        ).decode()  # as HTTP's basic authentication has it

    @property
    def headers(self) -> dict[str, str]:
        """Headers."""
        return {
            "ETag": f'"{self.key}"',
            "Location": f"/elsewhere/{self.in_url}?key={self.in_url}",
            "Retry-After": f"1{self.key}",
            "Set-Cookie": f"key={self.in_url}; Path=/",
            "WWW-Authenticate": f'Basic realm="{self.key}"',
            "X-Api-Key": self.key,
        }

    def page(self, status: int = 502) -> dict[str, Any]:
        """A page in place of JSON or of a picture."""
        text = f"<html><title>{html.escape(self.key)}</title>{self.key} {self.in_url} {self.in_base64}</html>"
        return self.answer(status, text) | {"content_type": f"text/{self.key}; key={self.in_url}"}

    def answer(self, status: int, body: Any) -> dict[str, Any]:
        """A fault of the stand-in that gives this answer, with all those headers."""
        headers = {name: value for name, value in self.headers.items() if name != "Location"}
        return {"status": status, "body": body, "headers": headers}

    def error(self, status: int, words: str, **fields: Any) -> dict[str, Any]:
        """An error of the API."""
        return self.answer(status, {"status": "error", **self.said(words), **fields})

    def success(self, urls: list[str]) -> dict[str, Any]:
        """A result whose files' addresses have the key in their query."""
        return self.answer(200, {"status": "success", **self.said(""), "output": self.urls(urls)})

    def urls(self, urls: list[str]) -> list[str]:
        """The addresses with the key."""
        return [f"{url}?key={each}" for url in urls for each in (self.in_url, self.key)]

    def said(self, words: str) -> dict[str, Any]:
        """The fields that an answer may have beside its status."""
        return {
            "message": f"{words} (key {self.key}, sent as {self.in_json})",
            "tip": f"see https://example.com/?key={self.in_url}",
            "tips": [self.in_base64, html.escape(self.key)],
            "eta": self.key,
            "fetch_result": f"https://example.com/{self.in_url}",
            "future_links": [f"https://example.com/{self.in_url}"],
            "generationTime": self.key,
            "proxy_links": [f"https://{self.in_url}:{self.in_url}@127.0.0.1:9/{self.in_url}"],
            "meta": {
                "init_image": f"https://example.com/{self.in_url}.jpg?key={self.in_url}",
                "sent": self.in_json,
                self.key: {self.in_url: [self.in_base64]},
                "headers": [f"Authorization: Basic {self.in_base64}", html.escape(self.key)],
            },
        }
