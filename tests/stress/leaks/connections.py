"""The connections that hold the key: as JSON, as URI, in the database; and some that cannot be used."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.support.running import AirflowHome

JSON, URI, DATABASE = "modelslab_default", "modelslab_uri", "modelslab_db"
USABLE = (JSON, URI, DATABASE)
BROKEN = ("broken_extra", "broken_path", "broken_timeout", "broken_flag", "broken_host", "broken_user")
EXTRA = {"allow_private_downloads": True, "request_timeout": 5}


def connect(home: AirflowHome, url: str, key: str) -> None:
    """Define those that come from the environment; each has the key, most of them in the wrong place too."""
    server = urlsplit(url)
    home.connect(JSON, host=url, password=key, extra=EXTRA)
    home.env[f"AIRFLOW_CONN_{URI.upper()}"] = (
        f"modelslab://:{quote(key, safe='')}@{server.hostname}:{server.port}/http?{urlencode(EXTRA)}"
    )
    broken: dict[str, dict[str, Any]] = {
        "broken_extra": {"host": url, "extra": '{"api_key": ' + json.dumps(key)},
        "broken_path": {"host": url, "extra": {"api_path": f"/api?key={key}"}},
        "broken_timeout": {"host": url, "extra": {"request_timeout": key}},
        "broken_flag": {"host": url, "extra": {"allow_private_downloads": key}},
        "broken_host": {"host": f"http://127.0.0.1:{key}"},
        "broken_user": {"host": f"http://:{quote(key, safe='')}@127.0.0.1:9"},
    }
    for conn_id, fields in broken.items():
        home.connect(conn_id, password=key, **fields)


def fields_of(url: str, key: str) -> dict[str, Any]:
    """The fields as Airflow's API takes them. 3.3.1 and 3.3.2 test no connection without a port."""
    server = urlsplit(url)
    host = f"{server.scheme}://{server.hostname}"
    return {"host": host, "port": server.port, "password": key, "extra": EXTRA}
