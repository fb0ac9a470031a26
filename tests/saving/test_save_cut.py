"""Real pictures and films from a server over TLS that ends them too early, and calls that whole."""

from __future__ import annotations

import base64
import gzip
import logging
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_modelslab.exceptions import DownloadError, InvalidContentError
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.saving import download, retry_budget, save_file
from airflow_provider_modelslab.saving.media_type import HEAD
from tests.saving.certificates import self_signed
from tests.saving.cutting_server import ENDINGS, cutting_server
from tests.saving.helpers import save, tree
from tests.saving.real_files import NAMES, is_jpeg, real_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.saving.cutting_server import CuttingServer

PLACES = 11
BEHIND = (b"\r\n", bytes(16), b"trailing bytes of another program")
CODINGS = [
    "aws-chunked",
    "UTF-8",
    "binary",
    "none",
    "null",
    "base64",
    "image/jpeg",
    "identity",
    "aws-chunked,",
]


@pytest.fixture(autouse=True)
def hasty(fewer_starts: None, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(retry_budget, "FIRST_PAUSE", 0.0)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, CuttingServer]]:
    certificate = self_signed(tmp_path_factory.mktemp("tls"), ["127.0.0.1"], [])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with pytest.MonkeyPatch.context() as patch, cutting_server(context) as served:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield served


@pytest.fixture
def server(served: tuple[str, CuttingServer]) -> CuttingServer:
    return served[1]


@pytest.fixture
def result(served: tuple[str, CuttingServer]) -> FaceSwapResult:
    return FaceSwapResult("7", (f"{served[0]}/swap.x",))


def saved(folder: Path) -> bytes:
    """The one file that stands, with its manifest."""
    name, manifest = sorted(tree(folder), key=lambda each: each.endswith("manifest.json"))
    assert manifest == "7/manifest.json"
    return (folder / name).read_bytes()


@pytest.fixture
def one_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the many tests of this kind the second beginning."""
    monkeypatch.setattr(save_file, "STARTS", 1)


def places_of(ending: str) -> list[int]:
    """Its share of the places; the last for all. That each beginning is cut shows without a server."""
    last = PLACES - 1
    return [*range(ENDINGS.index(ending), last, len(ENDINGS)), last]


def turn(name: str, ending: str) -> int:
    """Let files and endings take turns: each file meets every case and each ending too, not each pair."""
    return NAMES.index(name) + ENDINGS.index(ending)


@pytest.mark.thorough
@pytest.mark.usefixtures("one_start")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_its_format_calls_cut_is_never_saved(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, name: str, ending: str
) -> None:
    whole = real_file(name)
    for place in places_of(ending):
        cut = 40 + (len(whole) - 41) * place // (PLACES - 1)  # up to the last byte but one
        server.serve(file=whole, ending=ending, cut=cut, resumable=bool(place % 2))
        if is_jpeg(name) and ending == "length" and cut > whole.index(b"\xff\xda", -2600) + 20:
            continue  # may lack its end marker only
        with pytest.raises(DownloadError, match=r"in vain.*the file (ends|has no|is shorter)") as caught:
            save(result, tmp_path)
        assert ("the source itself is cut" in str(caught.value)) == (ending == "length")
        assert tree(tmp_path) == []
        assert len(server.requests) <= 2


def test_a_source_that_stays_cut_is_given_up_after_as_many_beginnings_as_any_other(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_file, "STARTS", 5)
    for ending in ENDINGS:
        server.serve(file=real_file("plain.mp4"), ending=ending, cut=9000, resumable=True)
        with pytest.raises(DownloadError, match=r"begun 5 times in vain, .*ends within its mdat box"):
            save(result, tmp_path)
        assert len(server.requests) == (5 if ending == "length" else 10)


@pytest.mark.thorough
@pytest.mark.parametrize("resumable", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_source_that_heals_is_saved_whole(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, *, name: str, ending: str, resumable: bool
) -> None:
    whole = real_file(name)
    cuts = [2, len(whole) // 20, len(whole) * 3 // 5, len(whole) - 1]
    if is_jpeg(name) and ending == "length":
        cuts = [cut for cut in cuts if cut <= 1400]  # from there on it may lack its end marker only
    cut = cuts[(turn(name, ending) + resumable) % len(cuts)]
    server.serve(file=whole, ending=ending, cut=cut, times=1, resumable=resumable)
    save(result, tmp_path)
    assert saved(tmp_path) == whole
    ranged = b"\r\nRange: bytes=%d-" % cut in server.requests[1]
    assert ranged == (resumable and ending != "length")
    assert len(server.requests) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_bytes_behind_the_end_may_come_or_be_missing(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, name: str, ending: str
) -> None:
    whole, behind = real_file(name), BEHIND[turn(name, ending) % len(BEHIND)]
    server.serve(file=whole + behind, ending=ending, cut=len(whole), times=1)
    for expected in (whole, whole + behind):
        save(result, tmp_path, if_exists="overwrite")
        assert saved(tmp_path) == expected


@pytest.mark.parametrize("name", [name for name in NAMES if is_jpeg(name)])
def test_a_jpeg_without_its_end_marker_is_saved_with_one_warning(
    server: CuttingServer,
    result: FaceSwapResult,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    server.serve(file=real_file(name)[:-2])
    with caplog.at_level(logging.INFO):
        save(result, tmp_path)
    assert saved(tmp_path) == real_file(name)[:-2]
    (warning,) = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "7/swap.jpg ends before its end-of-image marker" in warning.getMessage()
    assert len(server.requests) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_base64_text_that_is_cut_is_begun_again(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, ending: str
) -> None:
    whole = real_file("truecolor.png")
    text = base64.b64encode(whole).rstrip(b"=")
    for cut in (100, 9000, len(text) - 4):
        server.serve(file=text, ending=ending, cut=cut, times=1, resumable=True)
        save(result, tmp_path, if_exists="overwrite")
        assert saved(tmp_path) == whole
        ranged = any(b"\r\nRange:" in request for request in server.requests)
        assert ranged == (cut < HEAD and ending != "length")  # not decoded yet


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_cut_file_that_was_compressed_whole_is_cut(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, ending: str
) -> None:
    gzipped = gzip.compress(real_file("plain.mp4")[:-1])
    server.serve(file=gzipped, ending=ending, headers=("Content-Encoding: gzip",))
    with pytest.raises(DownloadError, match="ends within its moov box"):
        save(result, tmp_path)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("name", ["baseline.jpg", "truecolor.png", "plain.mp4"])
@pytest.mark.parametrize("form", ["data:image/png;base64,{}", "data:;base64,{}"])
def test_a_data_uri_that_is_cut_is_a_clear_error(tmp_path: Path, name: str, form: str) -> None:
    whole = real_file(name)
    for cut in (50, len(whole) // 2, len(whole) - 1):
        uri = form.format(base64.b64encode(whole[:cut]).decode())
        with pytest.raises(InvalidContentError, match=r"data:.* was refused: it (ends|has no)"):
            save(FaceSwapResult("7", (uri,)), tmp_path)
        assert tree(tmp_path) == []


def test_the_proxy_link_stands_in_for_a_source_that_is_cut(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path
) -> None:
    whole = real_file("palette.gif")
    server.serve(file=whole, cut=300, times=2)  # as often as a source is begun here
    save(FaceSwapResult("7", result.output, proxy_links=(f"{result.output[0]}?again",)), tmp_path)
    assert saved(tmp_path) == whole


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_content_coding_changes_nothing(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, coding: str, ending: str
) -> None:
    whole, headers = real_file("plain.mp4"), (f"Content-Encoding: {coding}",)
    server.serve(file=whole, ending=ending, cut=9000, times=1, resumable=True, headers=headers)
    save(result, tmp_path)
    assert saved(tmp_path) == whole
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "dcb", "dcz", "aws-chunked, br", "deflate, gzip"]
)
def test_a_coding_that_cannot_be_undone_is_named_at_once(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, coding: str
) -> None:
    server.serve(file=bytes(100), headers=(f"Content-Encoding: {coding}",))
    named = coding.removeprefix("aws-chunked, ")
    with pytest.raises(DownloadError, match=f"Content-Encoding {named}, which cannot be decoded"):
        save(result, tmp_path)
    assert len(server.requests) == 1
    assert tree(tmp_path) == []


def test_what_is_said_to_be_gzip_and_is_not_is_called_so(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path
) -> None:
    server.serve(file=real_file("baseline.jpg"), headers=("Content-Encoding: gzip",))
    with pytest.raises(DownloadError, match="said to be gzip, and is not"):
        save(result, tmp_path)


def test_a_manifest_of_a_file_that_would_be_called_cut_now_stays_valid(
    server: CuttingServer, result: FaceSwapResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve(file=real_file("truecolor.png")[:5000])
    with monkeypatch.context() as patch:
        patch.setattr(download.Download, "_check_format", lambda _: None)  # as it was before
        before: dict[str, Any] = save(result, tmp_path)
    server.requests.clear()
    assert save(result, tmp_path) == before
    assert server.requests == []
