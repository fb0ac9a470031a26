"""The judge of the distributed run: what is right passes, and whatever is wrong is found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.stress.distributed.checks import check
from tests.stress.distributed.running import Options, Stage
from tests.support.running import Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.saving.buckets import S3Bucket
    from tests.support.standin import StandIn

FEW = Options(waits=1, saves=1, swaps=0, pictures=0)
KEY = "saved/save-0/save-0-0.jpg"
# The columns of Airflow's tables that are read, with the records of a run in which all went well.
RECORDS = """
create table dag_run (dag_id, run_id, state);
create table task_instance (dag_id, run_id, task_id, map_index, state, try_number, start_date, end_date);
create table xcom (dag_id, run_id, task_id, map_index, key, value);
insert into dag_run values ('distributed', 'r', 'success');
insert into task_instance (dag_id, run_id, task_id, map_index, state, try_number) values
    ('distributed', 'r', 'wait', 0, 'success', 1), ('distributed', 'r', 'save', 0, 'success', 2);
"""


@pytest.fixture
def stage(standin: StandIn, s3_bucket: S3Bucket, tmp_path: Path) -> Stage:
    standin.add_job("save-0", files=["jpg"])
    body = standin.content("save-0", 0)
    s3_bucket.client.put_object(Bucket=s3_bucket.name, Key=KEY, Body=body)
    value = json.dumps({"id": "save-0", "files": [{"uri": f"{s3_bucket.uri}/{KEY}"}]})
    with closing(sqlite3.connect(tmp_path / "airflow.db")) as database:
        database.executescript(RECORDS)
        xcom = ("distributed", "r", "save", 0, "return_value", value)
        database.execute("insert into xcom values (?, ?, ?, ?, ?, ?)", xcom)
        database.commit()
    nowhere: Any = None  # no Airflow is asked
    return Stage(FEW, nowhere, standin, s3_bucket, Run(tmp_path, "distributed", "r"))  # type: ignore[arg-type]


def test_a_run_in_which_all_went_well_has_no_problems(stage: Stage) -> None:
    rows = {row.kind: row for row in check(stage)}
    assert stage.problems == []
    assert (rows["save"].succeeded, rows["save"].retried, rows["save"].whole) == (1, 1, "1/1")
    assert (rows["wait"].succeeded, rows["wait"].retried, rows["wait"].whole) == (1, 0, "-")


def test_a_file_that_is_not_what_the_server_has_is_found(stage: Stage) -> None:
    stage.bucket.client.put_object(Bucket=stage.bucket.name, Key=KEY, Body=b"half")
    check(stage)
    assert stage.problems == ["save: - submitted, 0/1 whole, of 1"]


def test_a_run_that_failed_is_found(stage: Stage) -> None:
    with closing(sqlite3.connect(stage.run.home / "airflow.db")) as database:
        database.executescript(
            "update dag_run set state = 'failed'; "
            "update task_instance set state = 'failed' where task_id = 'wait'"
        )
    check(stage)
    assert stage.problems == ["the run is failed: {'wait[0]': 'failed'}"]


def test_a_submission_too_many_is_found(stage: Stage) -> None:
    pictures = {"init_image": "https://example.com/1.jpg", "target_image": "https://example.com/2.jpg"}
    with requests.Session() as session:
        session.trust_env = False
        url, body = f"{stage.server.url}/api/v6/faceswap/multiple_face_swap", {"key": stage.server.key}
        assert session.post(url, json=body | pictures, timeout=10).ok
    check(stage)
    assert stage.problems == ["1 submissions were accepted for 0 face swaps"]


def test_an_upload_that_was_left_unfinished_is_found(stage: Stage) -> None:
    stage.bucket.client.create_multipart_upload(Bucket=stage.bucket.name, Key="saved/part.mp4")
    check(stage)
    assert stage.problems == ["uploads are left unfinished: ['saved/part.mp4']"]
