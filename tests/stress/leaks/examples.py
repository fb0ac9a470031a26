"""Every example DAG with every kind; varied only to wait less than half an hour, or by another connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.stress.leaks.kinds import KINDS, Kind, Stage
from tests.stress.leaks.submissions import AT_SUBMISSION, SUBMITTED, error_of_batch, picture_of, url_of
from tests.support import hitl
from tests.support.running import AirflowHome

FOLDER = ROOT / "dags_examples"
WAIT = "timeout=1800"
SHORT, BROKEN = "timeout=6", f'{WAIT}, modelslab_conn_id="broken_path"'
PATIENT = {"away", "elsewhere", "unknown", "submit-elsewhere"}  # given up after two minutes of trouble
SUBMITS = "swap_"  # what an example that submits its request itself begins with
MAPPED = {"many_at_once", "swap_catalogue"}
BATCH = "swap_batch"
POOL = "modelslab"  # of one of them


@dataclass(frozen=True)
class Example:
    """A run of an example DAG.

    :param stem: the name of its file
    :param name: the request's id
    :param kind: what is to happen to the request; none where it is never made
    :param error: the exception that its log must name; none for a success
    :param varied: what stands in place of its `timeout`
    """

    stem: str
    name: str
    kind: Kind | None
    error: str
    varied: str = WAIT

    @property
    def dag_id(self) -> str:
        """Of the example, or of its variant."""
        return self.dag_id_of(self.varied)

    def dag_id_of(self, varied: str) -> str:
        """Of the example where that stands in it."""
        return {WAIT: "", SHORT: "short_", BROKEN: "broken_"}[varied] + f"modelslab_{self.stem}"

    @property
    def task(self) -> tuple[str, int]:
        """The task that waits, and its map index."""
        other = "swap_faces" if self.stem.startswith(SUBMITS) else "save_face_swap"
        task_id = "wait_for_face_swap" if self.stem == "wait_and_pass_on" else other
        return task_id, 0 if self.stem in MAPPED else -1

    def conf(self, saved: Path) -> dict[str, Any]:
        """What the run is given."""
        request = self._request(saved)
        own = f"/{self.name}" if self.stem == BATCH else ""  # whose report another's would replace
        destination = {"destination": f"{saved.as_uri()}{own}"}
        return request if self.stem == "wait_and_pass_on" else {**request, **destination}

    def _request(self, saved: Path) -> dict[str, Any]:
        picture = self._picture(saved)
        return {
            "many_at_once": {"request_ids": [self.name]},
            "swap_and_publish": {
                "video": url_of(self.name, "mp4"),
                "publish_as": (saved / f"{self.name}-published.mp4").as_uri(),
            },
            "swap_and_save": {"image": url_of(self.name)},
            "swap_catalogue": {"face": picture.as_uri(), "folder": picture.parent.as_uri()},
            BATCH: {"face": picture.as_uri(), "folder": picture.parent.as_uri()},
        }.get(self.stem, {"request_id": self.name})

    def _picture(self, saved: Path) -> Path:
        """The one that is sent, alone in its folder."""
        return saved.parent / "pictures" / self.name / "picture.jpg"

    def prepare(self, stage: Stage) -> None:
        """Let its kind happen to its request, and make the picture that it sends."""
        if self.kind:
            self.kind.prepare(stage, self.name)
        if self.stem in ("swap_catalogue", BATCH):
            picture = self._picture(stage.saved)
            picture.parent.mkdir(parents=True)
            picture.write_bytes(picture_of(self.name))

    def add_to(self, home: AirflowHome) -> None:
        """Put its file into the dags folder."""
        text = (FOLDER / f"{self.stem}.py").read_text()
        prefix = self.dag_id.removesuffix(self.dag_id_of(WAIT))
        renamed = text.replace('dag_id="', f'dag_id="{prefix}')
        home.add_dag(renamed.replace(WAIT, self.varied), f"{self.dag_id}.py")


def all_examples() -> list[Example]:
    """Every example with every kind that it can meet, save those that wait for a person."""
    stems = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in hitl.EXAMPLES)
    return [each for stem in stems for each in _of(stem)]


def _of(stem: str) -> Iterator[Example]:
    for kind in SUBMITTED if stem.startswith(SUBMITS) else KINDS:
        if kind.saving and stem == "wait_and_pass_on":
            continue
        varied = SHORT if kind.arguments else WAIT
        error = _error_in_batch(kind) if stem == BATCH else kind.error
        yield Example(stem, f"{kind.name}-{stem}", kind, error, varied)
    yield Example(stem, "any", None, "InvalidConnectionError", BROKEN)


def _error_in_batch(kind: Kind) -> str:
    alone = next((each.error for each in KINDS if each.name == kind.name), kind.error)
    return error_of_batch(alone, submits=kind in AT_SUBMISSION)


def some_examples() -> list[Example]:
    """Every example with success, told with the key in every field, and with one failure, none of minutes."""
    quick = [each for each in all_examples() if each.kind and each.kind.name not in PATIENT]
    successes = [each for each in quick if each.kind and each.kind.name == "told"]
    failures = [each for each in quick if each.error]
    stems = sorted({each.stem for each in failures})
    of = {stem: [each for each in failures if each.stem == stem] for stem in stems}
    return successes + [of[stem][at % len(of[stem])] for at, stem in enumerate(stems)]
