"""A call that carries the key anywhere but in its body makes a hunt bad."""

from __future__ import annotations

import pytest
import requests

from tests.stress.leaks.hunt import wrong_calls
from tests.support.standin import StandIn, world

KEY = "a-key-of-some-length"
CALLS = ("/api/v6/faceswap/multiple_face_swap", "/api/v6/faceswap/fetch/1", "/api/wallet_balance")


@pytest.mark.parametrize("path", CALLS)
def test_a_call_must_have_the_key_in_its_body_alone(path: str) -> None:
    with StandIn(KEY) as server:
        requests.post(server.url + path, json={"key": KEY}, timeout=5)
        assert not list(wrong_calls(server))
        requests.post(server.url + path, json={"key": KEY}, headers={"X-Key": KEY}, timeout=5)
        requests.post(f"{server.url}{path}?key={KEY}", json={}, timeout=5)
        requests.post(server.url + path, json={"image": "without"}, timeout=5)
        assert len(list(wrong_calls(server))) == 3


def test_a_call_that_the_server_has_forgotten_was_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "REMEMBERED", 2)
    with StandIn(KEY) as server:
        for _ in range(3):
            requests.post(server.url + CALLS[0], json={"key": KEY}, timeout=5)
        assert ["remembers" in each for each in wrong_calls(server)] == [True]
