"""Each way to write, against a real store: whole under its name, or not at all."""

from __future__ import annotations

import gc
import os
import resource
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from airflow_provider_modelslab.saving.destination import as_path
from airflow_provider_modelslab.saving.store import Store
from airflow_provider_modelslab.saving.writers import PART, RenamingWriter, is_part, part_size
from tests.saving.helpers import tree
from tests.saving.servers import unique_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.saving.buckets import Bucket, S3Bucket
    from tests.saving.servers import Maker

MIB = 2**20


def write(store: Store, name: str, *pieces: bytes, fail: bool = False) -> None:
    with store.writing(name) as file:
        for piece in pieces:
            file.write(piece)
        if fail:
            raise ValueError("on purpose")


@pytest.mark.parametrize("pieces", [[], [b""], [b"a"], [b"abc", b"", b"def"], [bytes(3 * MIB), b"x"]])
def test_a_local_file_appears_whole_and_alone(tmp_path: Path, pieces: list[bytes]) -> None:
    write(Store(as_path(tmp_path / "new" / "folder")), "a.jpg", *pieces)
    assert (tmp_path / "new" / "folder" / "a.jpg").read_bytes() == b"".join(pieces)
    assert tree(tmp_path) == ["new/folder/a.jpg"]


def test_a_local_file_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    store = Store(as_path(tmp_path))
    with store.writing("a.jpg") as file:
        file.write(b"abc")
        assert not (tmp_path / "a.jpg").exists()
        assert [os.path.dirname(each) for each in tree(tmp_path)] == [""]  # beside it, not in /tmp


def test_a_failure_leaves_nothing_on_a_local_disk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="on purpose"):
        write(Store(as_path(tmp_path)), "a.jpg", bytes(MIB), fail=True)
    assert tree(tmp_path) == []


def test_a_failure_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"old")
    with pytest.raises(ValueError, match="on purpose"):
        write(Store(as_path(tmp_path)), "a.jpg", b"new", fail=True)
    assert (tmp_path / "a.jpg").read_bytes() == b"old"
    write(Store(as_path(tmp_path)), "a.jpg", b"new")
    assert (tmp_path / "a.jpg").read_bytes() == b"new"


def test_a_local_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    write(Store(as_path(tmp_path)), "a.jpg", b"abc")
    (tmp_path / "b").touch()
    assert (tmp_path / "a.jpg").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("pieces", [[], [b"a"], [bytes(5 * MIB)] * 3])
def test_an_object_appears_whole_and_alone(bucket: Bucket, pieces: list[bytes]) -> None:
    write(Store(as_path(f"{bucket.uri}/prefix")), "a.jpg", *pieces)
    assert bucket.read("prefix/a.jpg") == b"".join(pieces)
    assert bucket.keys() == ["prefix/a.jpg"]
    assert bucket.unfinished_uploads() == []


def test_an_object_is_not_there_before_it_is_whole(bucket: Bucket) -> None:
    with Store(as_path(bucket.uri)).writing("a.jpg") as file:
        file.write(bytes(9 * MIB))
        assert bucket.keys() == []


@pytest.mark.parametrize("size", [1, 9 * MIB])
def test_a_failure_leaves_nothing_in_a_bucket(bucket: Bucket, size: int) -> None:
    gc.freeze()  # so that only what comes now is looked through, and not all of Airflow
    with pytest.raises(ValueError, match="on purpose"):
        write(Store(as_path(bucket.uri)), "a.jpg", bytes(size), fail=True)
    gc.collect()  # a file that is closed by the garbage collector would be uploaded
    assert bucket.keys() == []
    assert bucket.unfinished_uploads() == []


@pytest.mark.parametrize("size", [9 * MIB, 8 * MIB])
def test_an_upload_that_another_overtakes_is_done_where_the_same_stands(
    azure_server: Maker, size: int
) -> None:
    """Azure drops the blocks of one upload when another one of the same file is completed."""
    bucket = azure_server(unique_name())
    store = Store(as_path(bucket.uri))
    told = nullcontext() if size == 9 * MIB else pytest.raises(Exception, match="InvalidBlockList")
    with told, store.writing("a.mp4") as slow:
        slow.write(bytes(9 * MIB))
        write(store, "a.mp4", bytes(size))
    assert bucket.sizes() == {"a.mp4": size}


def test_parts_are_of_equal_size_whatever_the_chunks(s3_bucket: S3Bucket) -> None:
    data = os.urandom(16 * MIB)
    pieces = [data[at : at + 3_000_001] for at in range(0, len(data), 3_000_001)]
    write(Store(as_path(s3_bucket.uri)), "a.mp4", *pieces)
    assert s3_bucket.read("a.mp4") == data
    assert s3_bucket.part_sizes("a.mp4") == [5 * MIB] * 3


def test_parts_grow_with_the_largest_file_that_is_allowed() -> None:
    assert part_size(5 * 2**30) == PART
    assert part_size(2**40) * 10_000 > 2**40
    assert part_size(2**40) % 2**18 == 0  # as Google wants it


@pytest.fixture(params=["local", "memory"])
def renaming(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], RenamingWriter]:
    """Makes writers on a file system where what is whole is renamed; they know it as `_fs`."""
    if request.param == "local":
        return lambda name: RenamingWriter(LocalFileSystem(), f"{tmp_path}/{name}", os.replace)
    fs, folder = MemoryFileSystem(), f"/{unique_name()}"
    return lambda name: RenamingWriter(fs, f"{folder}/{name}", fs.mv)


def standing(writer: RenamingWriter) -> dict[str, bytes]:
    """All that stands beside what a writer writes."""
    folder = writer._path.rpartition("/")[0]
    return {path.rpartition("/")[2]: writer._fs.cat(path) for path in writer._fs.find(folder)}


def test_a_file_is_written_under_a_hidden_name_first(renaming: Callable[[str], RenamingWriter]) -> None:
    writer = renaming("a.jpg")
    writer.write(b"abc")
    (name,) = standing(writer)
    assert name.startswith(".a.jpg.")
    assert is_part(name)
    writer.commit()
    assert standing(writer) == {"a.jpg": b"abc"}
    failed = renaming("a.jpg")
    failed.write(b"def")
    failed.discard()
    assert standing(writer) == {"a.jpg": b"abc"}


def test_writers_of_the_same_file_do_not_disturb_each_other(
    renaming: Callable[[str], RenamingWriter],
) -> None:
    first, second = renaming("a.jpg"), renaming("a.jpg")
    first.write(b"first")
    second.write(b"second")
    second.commit()
    assert standing(first)["a.jpg"] == b"second"
    first.commit()
    assert standing(first) == {"a.jpg": b"first"}


def test_a_part_that_is_tidied_up_where_its_file_stands_is_no_loss(
    renaming: Callable[[str], RenamingWriter],
) -> None:
    slow, quick = renaming("a.jpg"), renaming("a.jpg")
    for writer in (slow, quick):
        writer.write(b"abc")
    quick.commit()
    slow._fs.rm_file(slow._part)
    slow.commit()
    assert standing(slow) == {"a.jpg": b"abc"}


def test_a_part_that_vanishes_where_no_file_stands_is_an_error(
    renaming: Callable[[str], RenamingWriter],
) -> None:
    writer = renaming("a.jpg")
    writer._fs.rm_file(writer._part)
    with pytest.raises(FileNotFoundError):
        writer.commit()


def test_a_disk_that_is_full_when_a_file_is_closed_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    store, open_before = Store(as_path(tmp_path)), os.listdir("/proc/self/fd")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            write(store, "a.jpg", bytes(MIB), b"few enough to wait in a buffer")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert tree(tmp_path) == []
    assert os.listdir("/proc/self/fd") == open_before


def test_a_local_file_is_never_copied_to_its_name(tmp_path: Path) -> None:
    """Where a file cannot be renamed, as over a folder, that is an error."""
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(OSError, match="directory"):
        write(Store(as_path(tmp_path)), "a.jpg", b"abc")
    assert tree(tmp_path) == []
