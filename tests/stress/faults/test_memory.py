"""No answer and no file, however large it is or becomes, takes much memory. In a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.client.pictures import LARGEST
from tests.stress.faults import faults
from tests.stress.faults.appetite import eater
from tests.stress.faults.proxy import Fault, Proxy
from tests.stress.faults.test_waiting import name_of
from tests.support.connections import connection_json
from tests.support.standin import Media, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is Linux's to tell")
MOST = 100 * 2**20
MOST_OF_A_PICTURE = 5.0  # of its size, for each of the three: docs/arguments.md says 300 MiB for 3 x 20 MiB
HUGE = [
    faults.gigabyte,
    faults.gzip_bomb,
    faults.nested_gzip_bomb,
    faults.many_values,
    faults.endless_redirect,
    faults.endless_continue,
    faults.endless_headers,
    faults.endless_header,
    faults.endless_chunk_size,
    faults.endless_trailers,
]


@pytest.fixture(scope="module")
def plain() -> Iterator[StandIn]:
    """A server that refuses the pictures as they are sent first."""
    with StandIn(takes="plain") as standin:
        yield standin


@pytest.fixture(scope="module")
def eating(plain: StandIn) -> Iterator[tuple[Proxy, Callable[..., dict[str, Any]]]]:
    with StandIn() as standin, Proxy(standin.url) as proxy:
        connection = connection_json(proxy.url, standin.key, request_timeout=0.5)
        to_plain = connection_json(plain.url, plain.key, request_timeout=60)
        connections = {"AIRFLOW_CONN_MODELSLAB_DEFAULT": connection, "AIRFLOW_CONN_PLAIN": to_plain}
        with eater(**os.environ, **connections) as do:
            yield proxy, do
    assert proxy.outlasted == 0


def test_three_pictures_are_sent_in_bounds_also_where_they_are_sent_again_in_another_way(
    eating: tuple[Proxy, Callable[..., dict[str, Any]]], plain: StandIn, tmp_path: Path
) -> None:
    """The first one: memory that others have left to the process would be found again."""
    picture, size = tmp_path / "face.jpg", LARGEST // 2
    picture.write_bytes(Media("jpg", size).whole())
    _, do = eating
    do("submit", picture="/nowhere", conn_id="plain")  # loads what there is to load
    answer = do("submit", picture=str(picture), conn_id="plain")
    assert answer["outcome"] == "Accepted"
    assert plain.stats()["submit"] == 2
    assert answer["grown"] < 3 * size * MOST_OF_A_PICTURE


@pytest.mark.parametrize("fault", HUGE, ids=name_of)
@pytest.mark.parametrize("caller", ["hook", "trigger"])
def test_an_answer_is_not_taken_into_memory(
    eating: tuple[Proxy, Callable[..., dict[str, Any]]], fault: Fault, caller: str
) -> None:
    proxy, do = eating
    proxy.meet(then=fault)
    answer = do(caller)
    assert answer["outcome"] == "TransientFailure"
    assert answer["grown"] < MOST


@pytest.mark.parametrize("fault", [faults.gigabyte, faults.gzip_bomb, faults.nested_gzip_bomb], ids=name_of)
def test_a_file_is_not_taken_into_memory(
    eating: tuple[Proxy, Callable[..., dict[str, Any]]], tmp_path: Path, fault: Fault
) -> None:
    proxy, do = eating
    proxy.meet(then=fault)
    answer = do("save", url=f"{proxy.url}/files/1/x.mp4", destination=str(tmp_path))
    assert answer["outcome"] in ("InvalidContentError", "FileTooLargeError")
    assert answer["grown"] < MOST
