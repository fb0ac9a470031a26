"""Where the items of a batch come from: a folder, a sequence, or dicts; one after the other, each once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.picture_files import PictureFolder, Versions
from airflow_provider_modelslab.client.pictures import read_picture
from airflow_provider_modelslab.exceptions import InvalidSwapError
from airflow_provider_modelslab.protocol.face_swap import FaceSwap, check_face_swap
from airflow_provider_modelslab.protocol.picture_source import (
    SourceKind,
    is_storage,
    shown_uri,
    source_kind_of,
    text_of,
)
from airflow_provider_modelslab.protocol.result import INPUTS

_ARGUMENTS = frozenset(each.name for each in fields(FaceSwap)) - {"track_id", "webhook"}

_Known = Mapping[str, Mapping[str, Any]]  # by argument, what a folder says of a file


@dataclass
class Sources:
    """The items, in a stable order. Iterating reads what they are made of, and counts duplicates.

    :param swaps: dicts of arguments of ``FaceSwapOperator``, or None
    :param face: the face of every swap, where ``swaps`` is None
    :param images: a folder, or pictures, or results whose files they are
    :param videos: URLs of clips, or results likewise
    :param common: further arguments of every swap
    :param versions: tells what changes where a file does
    """

    swaps: Iterable[Mapping[str, Any]] | None = None
    face: Any = None
    images: Any = None
    videos: Any = None
    common: Mapping[str, Any] = field(default_factory=dict)
    versions: Versions = field(default_factory=Versions)
    duplicates: int = 0

    def check(self) -> None:
        """Refuse what can be seen to be wrong before anything is paid for: arguments, the face, the folder.

        :raises InvalidSwapError: if something is; the text says what
        :raises ModelsLabError: if the folder cannot be listed
        """
        if self.swaps is None and self.images is None and self.videos is None:
            raise InvalidSwapError(
                "The batch was given None for swaps, images or videos: check the task that passes them on."
            )
        if self.swaps is None and source_kind_of("face", self.face) is SourceKind.PATH:
            read_picture("face", self.face)
        if any(isinstance(each, Iterator) for each in (self._pictures, self.swaps, self.videos)):
            return  # can be read once only
        for position, arguments in enumerate(self._without_files()):
            _checked(position, FaceSwap(**arguments))

    @cached_property
    def most(self) -> int | None:
        """How many items there are at the most; None where that is not known."""
        counts = [_count("image", self._pictures), _count("video", self.videos), _count("swap", self.swaps)]
        return None if None in counts else sum(counts)  # type: ignore[arg-type]

    @property
    def left_out(self) -> int:
        """How many files of the folder are no pictures."""
        return self._pictures.left_out if isinstance(self._pictures, PictureFolder) else 0

    def __iter__(self) -> Iterator[Item]:
        seen: set[str] = set()
        for position, (arguments, known) in enumerate(self._arguments()):
            item = self._item(position, arguments, known)
            if item.name in seen:
                self.duplicates += 1
                continue
            seen.add(item.name)
            yield item

    @cached_property
    def _pictures(self) -> Any:
        """The folder, listed once, or what else was given."""
        is_folder = isinstance(self.images, (str, os.PathLike)) or is_storage(self.images)
        return PictureFolder(text_of(self.images).strip()) if is_folder else self.images

    def _arguments(self) -> Iterator[tuple[Mapping[str, Any], _Known]]:
        """Give the arguments of each swap, and what is known of its files."""
        for arguments in self._without_files():
            yield arguments, {}
        if isinstance(self._pictures, PictureFolder):
            for image, info in self._pictures:
                yield {**self.common, "face": self.face, "image": image}, {"image": info}

    def _without_files(self) -> Iterator[Mapping[str, Any]]:
        """Give the arguments of each swap that no folder has to be read for."""
        for each in self.swaps if self.swaps is not None else ():
            yield {**self.common, **_known_arguments(each)}
        images = () if isinstance(self._pictures, PictureFolder) else self._pictures
        for name, given in (("video", self.videos), ("image", images)):
            for each in _uris(name, given):
                yield {**self.common, "face": self.face, name: each}

    def _item(self, position: int, arguments: Mapping[str, Any], known: _Known) -> Item:
        swap = FaceSwap(**{name: _one_text(name, value) for name, value in arguments.items()})
        try:
            kinds = _checked(position, swap)
        except InvalidSwapError as error:
            return Item(swap, error=error)
        paths = [name for name, kind in kinds.items() if kind is SourceKind.PATH]
        try:
            versions = {name: self.versions.of(getattr(swap, name), known.get(name)) for name in paths}
        except AirflowFailException as error:  # a name that is no path
            return Item(swap, error=error)
        return Item(swap, versions)


def _checked(position: int, swap: FaceSwap) -> Mapping[str, SourceKind]:
    try:
        kinds = check_face_swap(swap)
        unknown = [name for name, kind in kinds.items() if kind is SourceKind.UNKNOWN]
        if unknown:
            raise ValueError(f"{unknown[0]} was not rendered")
    except ValueError as error:
        what = f"Swap {position + 1} of the batch cannot be submitted"
        raise InvalidSwapError(f"{what}: {error}.") from None
    return kinds


def _one_text(name: str, value: Any) -> Any:
    """Return a local file by one name, however it was written, since what was paid for is found by it."""
    if name not in INPUTS or not isinstance(value, str):
        return value
    text = value.strip()
    return (shown_uri(text) or text) if text.lower().startswith(("/", "file://", "local://")) else text


def _known_arguments(swap: Any) -> Mapping[str, Any]:
    if not isinstance(swap, Mapping):
        raise InvalidSwapError(f"swaps must be a sequence of dicts; {type(swap).__name__} is none.")
    if wrong := sorted(set(swap) - _ARGUMENTS):
        raise InvalidSwapError(
            f"swaps has {wrong[0]!r}, which is no argument of a swap: use {', '.join(sorted(_ARGUMENTS))}."
        )
    return swap


def _uris(name: str, given: Any) -> Iterator[Any]:
    """Give pictures or clips one by one; of a task's results those of the kind that they have saved.

    :param name: ``image`` or ``video``
    :param given: a sequence of URIs and results, or one of either
    """
    for each in [given] if isinstance(given, (str, Mapping)) else given or ():
        if not isinstance(each, Mapping):
            yield each
        elif "files" in each:
            files = each["files"] or ()
            yield from (file["uri"] for file in files if str(file["content_type"]).startswith(f"{name}/"))
        elif "output" in each:
            yield from each["output"] or ()
        else:
            raise InvalidSwapError(
                f"{name}s was given a dict that is no result of a face swap. A batch's files are named in "
                "its report: read that, and pass the URIs."
            )


def _count(name: str, given: Any) -> int | None:
    if given is None:
        return 0
    if name == "swap" or isinstance(given, PictureFolder):
        return len(given) if hasattr(given, "__len__") else None
    return sum(1 for _ in _uris(name, given)) if isinstance(given, (str, Mapping, list, tuple)) else None
