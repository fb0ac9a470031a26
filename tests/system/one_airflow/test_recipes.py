"""The recipes in the guides, each a whole DAG file, do in a real Airflow what is said of them."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.settings import airflow_is
from tests.docs import PAGES, code_of
from tests.support.hitl import needs_hitl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import Standalone
    from tests.support.standin import StandIn


RECIPES = {
    match[1]: block
    for page in PAGES
    for block in code_of(page)
    if (match := re.search(r"with DAG\(\s*\"(\w+)\"", block))
}
IN_BUCKETS = {
    "save_one",
    "swap_new_pictures",
    "swap_one",
    "swap_pairs",
}  # that are nobody's: they are read, and not run
ASKING = "approve_faces"  # is run in test_approval
DAGS = {
    name: text.replace("retries=3,", "retries=3, timeout=5,")
    for name, text in RECIPES.items()
    if name not in {*IN_BUCKETS, ASKING}
}


def test_there_is_a_recipe_for_each_question() -> None:
    assert set(RECIPES) - IN_BUCKETS == {
        ASKING,
        "choose_retries",
        "id_from_http",
        "map_over_queued",
        "read_completed",
        "tell_of_failures",
        "wait_for_one",
    }


@pytest.mark.parametrize("name", sorted(IN_BUCKETS))
def test_what_saves_into_a_bucket_is_a_dag_of_one_task(name: str) -> None:
    found: dict[str, Any] = {}
    exec(RECIPES[name], found)
    (task,) = found["dag"].tasks
    assert task.destination.startswith("s3://")


@needs_hitl
def test_the_recipe_that_asks_a_person_is_a_dag() -> None:
    found: dict[str, Any] = {}
    exec(RECIPES[ASKING], found)

    dag = found["swap"].dag
    assert dag.task_dict["swap"].downstream_task_ids == {"approve", "select"}


@pytest.fixture
def service(standin: StandIn) -> Iterator[str]:
    """An HTTP service that queues a face swap and answers with its id, in JSON."""
    answer = json.dumps({"id": standin.add_job("in-json", duration=1)}).encode()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.airflow
def test_the_recipes_work(airflow: Standalone, standin: StandIn, service: str, tmp_path: Path) -> None:
    has_policies = airflow_is((3, 3))
    destination = tmp_path / "files"
    standin.add_job("good", duration=1)
    standin.add_job("bad", duration=1, ending="failed")
    runs = {
        "read_completed": {"ids": ["good", "bad"]},
        "map_over_queued": {},
        "id_from_http": {},
        "tell_of_failures": {"request_id": "bad"},
        "wait_for_one": {"request_id": "good"},
        **({"choose_retries": {"request_id": "nobody-s"}} if has_policies else {}),
    }
    airflow.api.connect("our_service", conn_type="http", host=service)
    begun = {
        name: airflow.trigger(name, {"destination": str(destination), **conf}) for name, conf in runs.items()
    }
    ended = {name: airflow.wait(run, timeout=300) for name, run in begun.items()}

    completed = ended["read_completed"]
    assert completed.task_states() == {"save": "failed", "list_files": "success"}
    (saved,) = completed.xcom("list_files")
    assert Path(saved.removeprefix("file://")).read_bytes() == standin.content("good")

    assert set(ended["map_over_queued"].task_states().values()) == {"success"}
    assert len(standin.submits(accepted=True)) == 2

    assert ended["id_from_http"].xcom("save")["id"] == "in-json"

    assert ended["wait_for_one"].xcom("wait")["id"] == "good"

    told = ended["tell_of_failures"].task_log("get")
    assert "Tell the team: FaceSwapFailedError, request bad, ModelsLab says" in told
    assert "ModelsLab says None" not in told

    if has_policies:
        assert ended["choose_retries"].task_states() == {"get": "failed"}
        assert "Retry policy decision" in ended["choose_retries"].task_log("get")
