from __future__ import annotations

import hashlib
import threading

import pytest

from airflow_provider_modelslab.saving.digest import Sha256


@pytest.mark.parametrize("size", [0, 1, 2**18, 2**23 + 7])
def test_the_digest_is_that_of_all_bytes_in_order(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    with Sha256() as digest:
        for at in range(0, size, 2**18):
            digest.update(data[at : at + 2**18])
        assert digest.hexdigest() == hashlib.sha256(data).hexdigest()


def test_its_thread_ends_when_the_block_is_left_by_an_error() -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="on purpose"):
        _hash_and_fail(before)
    assert threading.active_count() == before


def _hash_and_fail(threads: int) -> None:
    with Sha256() as digest:
        for _ in range(40):
            digest.update(bytes(2**18))
        assert threading.active_count() == threads + 1
        raise ValueError("on purpose")
