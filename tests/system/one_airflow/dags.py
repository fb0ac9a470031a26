"""The DAG files of the one Airflow that the tests of this folder share, by the names of the files."""

from __future__ import annotations

import re

from tests import ROOT
from tests.docs import PAGES, code_of
from tests.support.hitl import EXAMPLES as ASK_A_PERSON
from tests.support.hitl import HAS_HITL
from tests.task.face_swaps import face_swap

EXAMPLES = {path.stem: path.read_text() for path in (ROOT / "dags_examples").glob("*.py")}
RECIPES = {
    match[1]: block
    for page in PAGES
    for block in code_of(page)
    if (match := re.search(r"with DAG\(\s*\"(\w+)\"", block))
}
#: That are nobody's: they are read, and not run.
IN_BUCKETS = {"save_one", "swap_new_pictures", "swap_one", "swap_pairs"}
ASKING_RECIPES = {"approve_faces"}
RESULTS = [face_swap("1"), face_swap("2", target="a|b.jpg"), face_swap("3")]
ASKING = """
from datetime import timedelta
from airflow.providers.common.compat.sdk import DAG, task
from airflow_provider_modelslab.operators.approval import FaceSwapApprovalOperator, FaceSwapSelectionOperator

RESULTS = {results!r}

with DAG("asking", schedule=None, default_args={{"subject": "Good?"}}):

    @task
    def swap(result):
        return result

    @task
    def ids(results):
        return [result["id"] for result in results]

    @task
    def publish():
        return "published"

    swapped = swap.expand(result=RESULTS)
    for name, fails in (("approve", False), ("reject", False), ("fail", True)):
        asked = FaceSwapApprovalOperator(task_id=name, results=swapped, body="Look.", fail_on_reject=fails)
        asked >> publish.override(task_id=f"after_{{name}}")()
    FaceSwapApprovalOperator.partial(task_id="each").expand(results=swapped)
    ids.override(task_id="chosen")(FaceSwapSelectionOperator(task_id="select", results=swapped).output)
    late = dict(defaults=[], response_timeout=timedelta(seconds=3))
    ids.override(task_id="none")(FaceSwapSelectionOperator(task_id="late", results=swapped, **late).output)
    ids.override(task_id="empty")(FaceSwapSelectionOperator(task_id="nothing", results=[]).output)
"""


PRODUCE = """
from airflow.providers.common.compat.sdk import DAG, Asset, AssetAlias

from airflow_provider_modelslab.operators.face_swap import FaceSwapResultOperator

with DAG(dag_id="produce", schedule=None, params={"request_ids": [], "destination": ""}):
    FaceSwapResultOperator(
        task_id="save",
        request_id="{{ params.request_ids }}",
        destination="{{ params.destination }}",
        deferrable=True,
        linger=0,
        outlets=[Asset("s3://bucket/swaps"), AssetAlias("nothing is added to this alias")],
    )
"""


def files() -> dict[str, str]:
    """The text of each file that this Airflow can read."""
    recipes = {name: RECIPES[name] for name in RECIPES.keys() - IN_BUCKETS - ASKING_RECIPES}
    found = EXAMPLES | {name: _in_short(text) for name, text in recipes.items()} | {"produce": PRODUCE}
    if not HAS_HITL:
        return {name: text for name, text in found.items() if name not in ASK_A_PERSON}
    return found | {"asking": ASKING.format(results=RESULTS)}


def _in_short(recipe: str) -> str:
    """A recipe that gives up after seconds, where it has retries."""
    return recipe.replace("retries=3,", "retries=3, timeout=5,")
