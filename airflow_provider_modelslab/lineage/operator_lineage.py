"""From a task's values to what OpenLineage's provider wants, whose classes are imported when it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airflow_provider_modelslab.lineage.dataset_names import dataset_name
from airflow_provider_modelslab.protocol.redact import without_tokens

SOURCE = "modelslab"  # of the ids, where OpenLineage calls them external queries


def results_in(value: Any) -> list[Mapping[str, Any]]:
    """Return the results in a task's value: one, those of a list, or none.

    :param value: what the task has returned
    """
    values = value if isinstance(value, (list, tuple)) else [value]
    return [each for each in values if isinstance(each, Mapping) and "id" in each]


def operator_lineage(
    results: Iterable[Mapping[str, Any]],
    *,
    request_ids: Iterable[str] = (),
    inputs: Mapping[str, str] | None = None,
    outputs: Iterable[str] = (),
    error: str | None = None,
) -> Any:
    """Return an ``OperatorLineage``.

    :param results: what the task has, as it goes to XCom
    :param request_ids: the requests that are known beside those of the results
    :param inputs: what the face swap is made of, where no result says it, by argument
    :param outputs: the URIs of what was written beside the files of results
    :param error: what went wrong, in words
    """
    from airflow.providers.common.compat.openlineage.facet import InputDataset, OutputDataset
    from airflow.providers.openlineage.extractors import OperatorLineage

    found = list(results)
    made_of = [*(result.get("inputs") or {} for result in found), inputs or {}]
    uris = [uri for each in made_of for uri in each.values()]
    return OperatorLineage(
        inputs=[InputDataset(namespace=namespace, name=name) for namespace, name in _names(uris)],
        outputs=[
            *_saved(found),
            *(OutputDataset(namespace=namespace, name=name) for namespace, name in _names(outputs)),
        ],
        run_facets=_run_facets([*(str(result.get("id")) for result in found), *request_ids], error),
    )


def _names(uris: Iterable[str]) -> list[tuple[str, str]]:
    """Return each dataset once, in order."""
    return list(dict.fromkeys(name for uri in uris if (name := dataset_name(uri))))


def _saved(results: Iterable[Mapping[str, Any]]) -> Iterable[Any]:
    """Yield the saved files with their sizes, and the manifest that names them."""
    from airflow.providers.common.compat.openlineage.facet import (
        OutputDataset,
        OutputStatisticsOutputDatasetFacet,
    )

    for result in results:
        for file in result.get("files") or ():
            for namespace, name in _names([file["uri"]]):
                size = OutputStatisticsOutputDatasetFacet(size=file["size"])
                yield OutputDataset(namespace=namespace, name=name, outputFacets={"outputStatistics": size})
        for namespace, name in _names(filter(None, [result.get("manifest")])):
            yield OutputDataset(namespace=namespace, name=name)


def _run_facets(request_ids: Iterable[str], error: str | None) -> dict[str, Any]:
    from airflow.providers.common.compat.openlineage.facet import ErrorMessageRunFacet, ExternalQueryRunFacet

    facets: dict[str, Any] = {}
    if ids := ",".join(dict.fromkeys(request_ids)):
        facets["externalQuery"] = ExternalQueryRunFacet(externalQueryId=ids, source=SOURCE)
    if error:
        message = without_tokens(error)
        facets["errorMessage"] = ErrorMessageRunFacet(message=message, programmingLanguage="python")
    return facets
