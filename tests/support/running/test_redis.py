"""The Redis server that tests start answers, and is gone afterwards."""

from __future__ import annotations

import pytest

from tests.support.running.redis import Redis, missing


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_it_answers_and_is_gone_afterwards() -> None:
    with Redis() as server:
        assert server.ping()
    assert not server.ping()


def test_where_it_is_missing_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert missing() == "no redis-server is installed (Debian: apt-get install redis-server)"
    with pytest.raises(RuntimeError, match="apt-get install redis-server"), Redis():
        pass
