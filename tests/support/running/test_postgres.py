"""The PostgreSQL server that tests start answers, and is gone afterwards."""

from __future__ import annotations

import socket

import pytest

from tests.support.running.postgres import Postgres, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


def test_it_answers_and_is_gone_afterwards() -> None:
    with Postgres() as server:
        assert server.rows("select ?, 2", 1) == [(1, 2)]
        assert {"datname", "oid"} < server.columns("pg_database")
        assert "PostgreSQL" in server.rows("select version()")[0][0]
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", server.port)) != 0
