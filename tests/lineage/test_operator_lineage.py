"""What OpenLineage's provider is given, made of the values that tasks return."""

from __future__ import annotations

import pytest

from airflow_provider_modelslab.lineage.operator_lineage import operator_lineage, results_in
from tests.task.face_swaps import face_swap, without

pytest.importorskip("airflow.providers.openlineage", reason="OpenLineage's provider is not installed")


def test_what_a_swap_was_made_of_and_its_files_with_their_sizes_are_told() -> None:
    lineage = operator_lineage([face_swap()])
    assert [(each.namespace, each.name) for each in lineage.inputs] == [
        ("s3://bucket", "face-swaps/in/face.jpg"),
        ("s3://bucket", "face-swaps/in/group.jpg"),
    ]
    file, manifest = lineage.outputs
    assert (file.namespace, file.name) == ("s3://bucket", "face-swaps/7/0.jpg")
    assert file.outputFacets["outputStatistics"].size == 34211
    assert (manifest.namespace, manifest.name) == ("s3://bucket", "face-swaps/7/manifest.json")
    assert lineage.run_facets["externalQuery"].externalQueryId == "7"
    assert lineage.run_facets["externalQuery"].source == "modelslab"


def test_what_several_were_made_of_is_told_once_and_all_requests_are_named() -> None:
    lineage = operator_lineage([face_swap("7"), face_swap("8")])
    assert len(lineage.inputs) == 2
    assert len(lineage.outputs) == 4
    assert lineage.run_facets["externalQuery"].externalQueryId == "7,8"


def test_a_result_that_was_not_saved_has_no_outputs() -> None:
    lineage = operator_lineage([without(face_swap(), "files", "manifest")])
    assert lineage.outputs == []


def test_an_error_is_told_without_the_tokens_in_it() -> None:
    error = "Request 7: https://example.com/a.jpg?token=secret is gone."
    lineage = operator_lineage([], request_ids=["7"], inputs={"face": "s3://b/face.jpg"}, error=error)
    assert lineage.run_facets["errorMessage"].message == "Request 7: https://example.com/a.jpg is gone."
    assert lineage.run_facets["externalQuery"].externalQueryId == "7"
    assert [each.name for each in lineage.inputs] == ["face.jpg"]


def test_where_nothing_is_known_nothing_is_told() -> None:
    lineage = operator_lineage(results_in(None))
    assert (lineage.inputs, lineage.outputs, lineage.run_facets) == ([], [], {})


def test_the_results_in_a_value_are_one_several_or_none() -> None:
    one = face_swap()
    assert results_in(one) == [one]
    assert results_in([one, one]) == [one, one]
    assert results_in("text") == results_in(None) == []
