"""What became of everything: states, submissions and files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.stress.distributed.dags import BATCH, KINDS, SAVES, SWAPS, WAITS

if TYPE_CHECKING:
    from tests.stress.distributed.running import Options, Stage

NOTHING_SAVED = "-"


@dataclass(frozen=True)
class Row:
    """What became of the tasks of one kind."""

    kind: str
    tasks: int
    succeeded: int
    retried: int
    submitted: str
    whole: str

    def cells(self) -> dict[str, Any]:
        """The row of the table."""
        return {
            "work": self.kind,
            "tasks": self.tasks,
            "succeeded": self.succeeded,
            "retried": self.retried,
            "accepted submissions": self.submitted,
            "whole files": self.whole,
        }


def check(stage: Stage) -> list[Row]:
    """Say what became of each kind, and note as the stage's problems what is not as it should be."""
    rows = [_row(stage, kind) for kind in KINDS]
    stage.problems += _problems(stage, rows)
    return rows


def _row(stage: Stage, kind: str) -> Row:
    assert stage.run is not None
    query = "select state, try_number from task_instance where dag_id = ? and run_id = ? and task_id = ?"
    found = stage.run.rows(query, stage.run.dag_id, stage.run.run_id, kind)
    saved = dict(_saved(stage, kind))
    submitted = len(saved.keys() & set(map(str, stage.submitted()))) if kind in (SWAPS, BATCH) else None
    wanted = _wanted(stage.options)[kind]
    whole = sum(_is_whole(stage, each, uris) for each, uris in saved.items())
    return Row(
        kind,
        len(found),
        sum(state == "success" for state, _ in found),
        sum(tries > 1 for _, tries in found),
        NOTHING_SAVED if submitted is None else f"{submitted}/{wanted}",
        NOTHING_SAVED if kind == WAITS else f"{whole}/{wanted}",
    )


def _wanted(options: Options) -> dict[str, int]:
    return {WAITS: options.waits, SAVES: options.saves, SWAPS: options.swaps, BATCH: options.pictures}


def _saved(stage: Stage, kind: str) -> Iterator[tuple[str, list[str]]]:
    """The ids of what was saved, with the URIs of their files."""
    assert stage.run is not None
    if kind == BATCH:
        for line in _lines(stage):
            yield str(line["id"]), line.get("files") or []
    for index in range(_wanted(stage.options)[kind] if kind in (SAVES, SWAPS) else 0):
        if value := stage.run.xcom(kind, map_index=index):
            yield str(value["id"]), [file["uri"] for file in value["files"]]


def _lines(stage: Stage) -> list[dict[str, Any]]:
    """The report of the batch; empty where it has none."""
    report = "catalogue/batch.jsonl"
    if report not in stage.bucket.sizes():
        return []
    return [json.loads(line) for line in stage.bucket.read(report).splitlines()]


def _is_whole(stage: Stage, request_id: str, uris: Iterable[str]) -> bool:
    """Whether the bucket has for a result what the server has, and nothing else."""
    keys = [uri.removeprefix(f"{stage.bucket.uri}/") for uri in uris]
    found = [hashlib.sha256(stage.bucket.read(key)).hexdigest() for key in keys]
    return found == [stage.server.sha256(_as_sent(request_id), 0)]


def _as_sent(request_id: str) -> int | str:
    return int(request_id) if request_id.isdecimal() else request_id


def _problems(stage: Stage, rows: list[Row]) -> Iterator[str]:
    assert stage.run is not None
    if stage.run.state != "success":
        bad = {name: state for name, state in stage.run.task_states().items() if state != "success"}
        yield f"the run is {stage.run.state}: {bad}"
    for row in rows:
        wanted = _wanted(stage.options)[row.kind]
        full = {NOTHING_SAVED, f"{wanted}/{wanted}"}
        if {row.submitted, row.whole} - full:
            yield f"{row.kind}: {row.submitted} submitted, {row.whole} whole, of {wanted}"
    accepted, swaps = len(stage.submitted()), stage.options.swaps + stage.options.pictures
    if accepted != swaps:
        yield f"{accepted} submissions were accepted for {swaps} face swaps"
    if leaks := stage.server.stats()["key_leaks"]:
        yield f"the key went where it must not, {leaks} times"
    if unfinished := stage.bucket.unfinished_uploads():
        yield f"uploads are left unfinished: {unfinished}"
