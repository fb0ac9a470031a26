"""Where the items of a batch come from: a folder, a sequence, or dicts; one after the other, each once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.picture_files import PictureFolder, Versions
from airflow_provider_modelslab.client.pictures import read_picture
from airflow_provider_modelslab.exceptions import InvalidSwapError
from airflow_provider_modelslab.protocol.face_swap import FaceSwap, check_face_swap
from airflow_provider_modelslab.protocol.picture_source import (
    SourceKind,
    is_storage,
    source_kind_of,
    text_of,
)

_ARGUMENTS = frozenset(each.name for each in fields(FaceSwap)) - {"track_id", "webhook"}


@dataclass
class Sources:
    """The items, in a stable order. Iterating reads what they are made of, and counts duplicates.

    :param swaps: dicts of arguments of ``FaceSwapOperator``, or None
    :param face: the face of every swap, where ``swaps`` is None
    :param images: a folder, or pictures, or results whose files they are
    :param videos: URLs of clips, or results likewise
    :param common: further arguments of every swap
    """

    swaps: Iterable[Mapping[str, Any]] | None = None
    face: Any = None
    images: Any = None
    videos: Any = None
    common: Mapping[str, Any] = field(default_factory=dict)
    duplicates: int = 0
    _versions: Versions = field(default_factory=Versions)

    def check(self) -> None:
        """Refuse what can be seen to be wrong before anything is paid for: arguments, the face, the folder.

        :raises InvalidSwapError: if something is; the text says what
        :raises ModelsLabError: if the folder cannot be listed
        """
        if self.swaps is None and source_kind_of("face", self.face) is SourceKind.PATH:
            read_picture("face", self.face)
        if isinstance(self._pictures, Iterator) or isinstance(self.swaps, Iterator):
            return  # can be read once only
        for position, arguments in enumerate(self._without_files()):
            self._checked(position, FaceSwap(**arguments))

    @property
    def most(self) -> int | None:
        """How many items there are at the most; None where that is not known."""
        given = [self.swaps, self.videos, self._pictures]
        counts = [0 if each is None else len(each) if hasattr(each, "__len__") else None for each in given]
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
        return PictureFolder(text_of(self.images)) if is_folder else self.images

    def _arguments(self) -> Iterator[tuple[Mapping[str, Any], dict[str, str]]]:
        """Give the arguments of each swap, and what is known of the versions of its files."""
        for arguments in self._without_files():
            yield arguments, {}
        if isinstance(self._pictures, PictureFolder):
            for image, version in self._pictures:
                yield {**self.common, "face": self.face, "image": image}, {"image": version}

    def _without_files(self) -> Iterator[Mapping[str, Any]]:
        """Give the arguments of each swap that no folder has to be read for."""
        for each in self.swaps if self.swaps is not None else ():
            yield {**self.common, **_known_arguments(each)}
        images = () if isinstance(self._pictures, PictureFolder) else self._pictures
        for name, given in (("video", self.videos), ("image", images)):
            for each in _uris(name, given):
                yield {**self.common, "face": self.face, name: each}

    def _item(self, position: int, arguments: Mapping[str, Any], known: dict[str, str]) -> Item:
        swap = FaceSwap(**arguments)
        kinds = self._checked(position, swap)
        versions = {
            name: known.get(name) or self._versions.of(getattr(swap, name))
            for name, kind in kinds.items()
            if kind is SourceKind.PATH
        }
        return Item(swap, versions)

    @staticmethod
    def _checked(position: int, swap: FaceSwap) -> Mapping[str, SourceKind]:
        try:
            kinds = check_face_swap(swap)
            unknown = [name for name, kind in kinds.items() if kind is SourceKind.UNKNOWN]
            if unknown:
                raise ValueError(f"{unknown[0]} was not rendered")
        except ValueError as error:
            raise InvalidSwapError(
                f"Swap {position + 1} of the batch cannot be submitted: {error}."
            ) from None
        return kinds


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
    :param given: a sequence of URIs and results, or one result
    """
    for each in [given] if isinstance(given, (str, Mapping)) else given or ():
        if not isinstance(each, Mapping):
            yield each
            continue
        for file in each.get("files") or ():
            if str(file["content_type"]).startswith(f"{name}/"):
                yield file["uri"]
        if "files" not in each:
            yield from each.get("output") or ()
