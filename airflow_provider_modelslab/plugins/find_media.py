"""Which file an address means: one that a manifest names, or one that its result was made of."""

from __future__ import annotations

from airflow_provider_modelslab.plugins.media_response import Media
from airflow_provider_modelslab.plugins.places import NotShownError, Reason, place_of
from airflow_provider_modelslab.plugins.stored_result import StoredFile, StoredResult


def file(result: StoredResult, at: int) -> Media:
    """Return a file of a result.

    :param result: what its manifest says
    :param at: the file's position
    :raises NotShownError: if there is none
    """
    found = _at(result, at)
    return Media(result.place, found.name, found.size, found.sha256)


def thumbnail(result: StoredResult, at: int) -> Media:
    """Return a small picture of a file, or a picture itself where it has none; as ``file``."""
    found = _at(result, at)
    try:
        if found.thumbnail:
            return Media(result.place, found.thumbnail, result.place.size(found.thumbnail))
    except NotShownError:
        pass  # it may have been removed
    if found.is_film:
        raise NotShownError(Reason.GONE, "the film has no poster")
    return file(result, at)


def submitted(result: StoredResult, name: str) -> Media:
    """Return a picture that was submitted.

    :param result: what its manifest says
    :param name: the argument that it was given as
    :raises NotShownError: if it was not, or does not lie below a root
    """
    if name not in result.inputs:
        raise NotShownError(Reason.GONE, name)
    place, file_name = place_of(result.inputs[name])
    return Media(place, file_name, place.size(file_name))


def _at(result: StoredResult, at: int) -> StoredFile:
    if at >= len(result.files):
        raise NotShownError(Reason.GONE, f"file {at}")
    return result.files[at]
