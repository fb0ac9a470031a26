"""What must hold of each reader, whatever it is given; an ``AssertionError`` says that it does not."""

from __future__ import annotations

import json
import ntpath
import posixpath
import re
import string
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest, RequestException

from airflow_provider_modelslab.client.calls import NoAnswer, ServerVariant, fetch
from airflow_provider_modelslab.error_messages.submissions import error_of_submission
from airflow_provider_modelslab.error_messages.waits import error_of
from airflow_provider_modelslab.exceptions import InvalidRequestIdError, ModelsLabError, UnsafeUrlError
from airflow_provider_modelslab.protocol.answer import Answer
from airflow_provider_modelslab.protocol.endpoint import fetch_path
from airflow_provider_modelslab.protocol.error_answer import codes_of
from airflow_provider_modelslab.protocol.ids import parse_request_id
from airflow_provider_modelslab.protocol.outcome import (
    Done,
    InProgress,
    JobFailed,
    Outcome,
    RateLimited,
    Refused,
    TransientFailure,
)
from airflow_provider_modelslab.protocol.poll_answer import parse_body, read_answer
from airflow_provider_modelslab.protocol.poll_state import Ending, EndingKind, PollState, describe
from airflow_provider_modelslab.protocol.redact import is_data, shown
from airflow_provider_modelslab.protocol.result import FaceSwapResult
from airflow_provider_modelslab.protocol.submit_answer import Accepted, Submission, read_submission
from airflow_provider_modelslab.protocol.trigger_event import read_event, write_event
from airflow_provider_modelslab.protocol.uri import as_uri
from airflow_provider_modelslab.saving import manifest
from airflow_provider_modelslab.saving.completeness import Completeness
from airflow_provider_modelslab.saving.file_names import folder_name, is_plain, plan_stems
from airflow_provider_modelslab.saving.formats.walker import State, Verdict
from airflow_provider_modelslab.saving.output_entry import is_inline, shown_entry, without_files
from airflow_provider_modelslab.saving.public_address import check_address, safe_url

KEY = "A-key-of-s0me-length"
TOKEN = "t0ken-of-a-signed-url"
NOW = 1_700_000_000.0
ID = "263"
FOLDER = "/destination/263"
_OF_A_URI = set(string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%")
_DEVICE = re.compile(
    r"(con|prn|aux|nul|(com|lpt)[0-9])\.", re.IGNORECASE
)  # no files on Windows, whatever the extension
LONGEST_MESSAGE = 400  # characters: the API's words are cut at 300, and ours stand around them
MOST_SECONDS = 1e15
LONGEST_SHOWN = 300
LONGEST_NAME = 230  # characters: with what is put around them while they are written, below the usual 255

# Kept apart from the package's own tables on purpose: IANA's special-purpose registries.
_REGISTRIES = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/29 192.0.2.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/16 100::/64 2001::/32 2001:2::/48 2001:10::/28 2001:db8::/32 5f00::/16 fc00::/7 fe80::/10 fec0::/10
    ff00::/8
"""
NOT_PUBLIC = [ip_network(each) for each in _REGISTRIES.split()]
NEVER = [ip_network(each) for each in ("169.254.0.0/16", "224.0.0.0/4", "fe80::/10", "ff00::/8")]
#: Where an IPv6 address holds an IPv4 address, and how far from its end.
EMBEDDING = {
    IPv6Network("::ffff:0:0/96"): 0,
    IPv6Network("64:ff9b::/96"): 0,
    IPv6Network("2002::/16"): 80,
}


def check_answer(answer: Answer) -> Outcome:
    """Any answer is one of the outcomes, without the key in it, and what follows of it can be told."""
    outcome = read_answer(answer, ID, KEY)
    assert isinstance(outcome, (Done, InProgress, RateLimited, TransientFailure, JobFailed, Refused))
    assert KEY not in repr(outcome)
    check_message(describe(outcome))
    for seconds in (getattr(outcome, "eta", None), getattr(outcome, "retry_after", None)):
        assert seconds is None or 0 <= seconds <= MOST_SECONDS
    if isinstance(outcome, Done):
        check_result(outcome.result)
    _check_what_follows(outcome)
    _check_evidence(answer, outcome)
    return outcome


def _check_evidence(answer: Answer, outcome: Outcome) -> None:
    """A fault of the server refuses nothing unless a code says so, and a tip changes nothing."""
    body = _object_in(answer.body)
    if answer.status >= 500 and not codes_of(body):
        assert isinstance(outcome, (TransientFailure, RateLimited))
        assert not getattr(outcome, "unknown_id", False)
    untold = _without_tips(answer, body)
    assert _kind(read_answer(untold, ID, KEY)) == _kind(outcome)
    assert type(read_submission(untold, KEY)) is type(read_submission(answer, KEY))


def _kind(outcome: Outcome) -> tuple[Any, ...]:
    return type(outcome), getattr(outcome, "reason", None), getattr(outcome, "unknown_id", None)


def _without_tips(answer: Answer, body: dict[str, Any]) -> Answer:
    if not {"tip", "tips"} & set(body):
        return answer
    without = {name: value for name, value in body.items() if name not in ("tip", "tips")}
    return replace(answer, body=json.dumps(without).encode())


def _object_in(body: bytes) -> dict[str, Any]:
    return parse_body(body, KEY) or {}


def check_look(api_path: str, answers: list[Answer | NoAnswer]) -> None:
    """A look ends after one call, on a dedicated server after two, and its outcome is one of those seen."""
    server = ServerVariant()
    outcome, paths, seen = _look(fetch(server, api_path, ID), answers)
    assert len(set(paths)) == len(paths) == (1 if _is_last(api_path, answers[0]) else 2)
    assert outcome in seen
    found = [isinstance(each, (Done, InProgress, JobFailed)) for each in seen]
    assert not any(found) or isinstance(outcome, (Done, InProgress, JobFailed))
    assert server.id_in_body == (found == [False, True])


def _look(look: Any, answers: list[Answer | NoAnswer]) -> tuple[Outcome, list[str], list[Outcome]]:
    call, paths, seen = next(look), [], []
    for answer in answers:
        paths.append(call.path)
        seen.append(call.meaning_of(answer, KEY))
        try:
            call = look.send(seen[-1])
        except StopIteration as end:
            return end.value, paths, seen
    raise AssertionError("a look has no more than two calls")


def _is_last(api_path: str, answer: Answer | NoAnswer) -> bool:
    return "/enterprise/" not in api_path or not (isinstance(answer, Answer) and answer.status == 404)


def check_submission(answer: Answer) -> Submission:
    """Any answer to a submit call is a swap with an id, or an error that can be told."""
    submission = read_submission(answer, KEY)
    assert KEY not in repr(submission)
    if not isinstance(submission, Accepted):
        check_message(submission.message)
        assert isinstance(error_of_submission(submission, 7), ModelsLabError)
        return submission
    assert parse_request_id(submission.request_id) == submission.request_id
    if isinstance(submission.outcome, Done):
        check_result(submission.outcome.result)
        assert submission.outcome.result.id == submission.request_id
    return submission


def check_message(text: str) -> None:
    assert text.isprintable()
    assert 0 < len(text) <= LONGEST_MESSAGE


def check_result(result: FaceSwapResult) -> None:
    """A result is plain JSON that every database takes, and so is its manifest."""
    assert result.output
    assert all(result.output)
    assert not result.proxy_links or result.proxy_links[-1]
    assert all(at < len(result.output) for at in result.flagged)
    assert all(len(text) <= LONGEST_SHOWN for text in without_files(result.output) if is_inline(text))
    text = json.dumps(result.as_xcom(), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text.replace("\\\\", "")  # a backslash of the text's own is written as two
    assert json.loads(text.encode()) == result.as_xcom()
    files = [manifest.SavedFile(f"{at}.jpg", "", 1, "", "") for at in range(len(result.output))]
    written = manifest.build(result, files)
    assert KEY.encode() not in written
    assert manifest.read(written, result, lambda _: "") == files


def _check_what_follows(outcome: Outcome) -> None:
    step = PollState(NOW, NOW + 60, max_failures=1).after(outcome, NOW + 1, 0.5)
    if isinstance(step, PollState):
        assert NOW < step.next_poll <= step.deadline
        return
    if step.kind is not EndingKind.DONE:
        check_event(step)
        assert isinstance(error_of(ID, step), ModelsLabError)


def check_event(ending: Ending) -> None:
    """An ending other than done travels through the database as it is."""
    event = json.loads(json.dumps(write_event({ID: ending})).encode())
    assert read_event(event) == ({ID: ending}, "")


def check_names(urls: list[str]) -> None:
    """Every file has a name of its own, right in the folder, on every file system."""
    stems = plan_stems(urls)
    assert len(stems) == len(urls)
    assert len({stem.casefold() for stem in stems}) == len(stems)
    for name in (f"{stem}.webp" for stem in stems):
        assert is_plain(name)
        assert name.isascii()
        assert len(name) <= LONGEST_NAME
        assert posixpath.dirname(posixpath.normpath(f"{FOLDER}/{name}")) == FOLDER
        assert ntpath.basename(name) == name
        assert not _DEVICE.match(name)
        assert name.casefold() != manifest.NAME


def check_id(text: str) -> None:
    """An id is refused, or it is one segment of a URL's path and one folder."""
    with suppress(ValueError):
        request_id = parse_request_id(text)
        assert parse_request_id(request_id) == request_id
        path = fetch_path("/api/v6/faceswap", request_id)
        url = urlsplit(_prepared(f"https://host{path}"))
        assert (url.netloc, url.path, url.query, url.fragment) == ("host", path, "", "")
        assert posixpath.normpath(path) == path
    with suppress(InvalidRequestIdError):
        folder = folder_name(text)
        assert posixpath.dirname(posixpath.normpath(f"/destination/{folder}/x")) == f"/destination/{text}"
        assert ntpath.basename(folder) == folder


def check_number(value: Any) -> None:
    """A number is refused as an id, or the id is that very number, however it is told."""
    with suppress(ValueError):
        found = parse_request_id(value)
        assert found == str(int(value))
        assert found == parse_request_id(found) == parse_request_id(f" {found}.0\n")
        assert not isinstance(value, bool)


def check_uri(url: str) -> None:
    """A URL is refused, or a URI that is its own URI; and nothing of it is lost."""
    with suppress(ValueError):
        uri = as_uri(url)
        assert as_uri(uri) == uri
        assert not set(uri) - _OF_A_URI
        assert not re.search("%(?![0-9A-Fa-f]{2})", uri)
        assert uri == url or set(url) - _OF_A_URI or re.search(r"%|\[|\]|#", url)
        given, sent = urlsplit(url), urlsplit(uri)
        for part in ("path", "query", "fragment", "username", "password"):
            assert unquote(getattr(given, part) or "") == unquote(getattr(sent, part) or "")
        assert given.port == sent.port


def check_url(url: str, *, allow_private: bool) -> None:
    """A URL is refused, or what requests makes of it has an allowed scheme and nobody's password."""
    with suppress(UnsafeUrlError, RequestException):
        prepared = urlsplit(_prepared(safe_url(url, allow_private=allow_private)))
        assert prepared.scheme in (("https", "http") if allow_private else ("https",))
        assert prepared.hostname
        assert "@" not in prepared.netloc


def check_shown(url: str) -> None:
    """The query and the user of a URL are not shown."""
    if TOKEN in re.sub(r"[\t\r\n]", "", url):  # a fuzzer that is guided by comparisons finds the word itself
        return
    for show in (shown, shown_entry):
        if not is_data(url):
            assert TOKEN not in show(f"{url}?{TOKEN}")
        assert TOKEN not in show(f"https://me:{TOKEN}@{url}")


def check_ip(ip: IPv4Address | IPv6Address) -> None:
    """An address that is let through is public by the registries, or at least none that never may pass."""
    for allow_private, refused in ((False, NOT_PUBLIC), (True, NEVER)):
        with suppress(UnsafeUrlError):
            check_address(str(ip), "host", allow_private=allow_private)
            found = _meant(ip)
            assert not any(found in network for network in refused if found.version == network.version)


def _meant(ip: Any) -> Any:
    """Return the IPv4 address that an IPv6 address is a spelling of, or the address itself."""
    for network, bits in EMBEDDING.items():
        if ip in network:
            return IPv4Address(int(ip) >> bits & 0xFFFFFFFF)
    return ip


def check_completeness(data: bytes, sizes: list[int]) -> Verdict:
    """Any bytes are whole, cut or not judged, whatever pieces they come in and whoever asks meanwhile."""
    verdict = _fed([data]).verdict()
    assert verdict.state in State
    assert bool(verdict.missing) == (verdict.state is State.TRUNCATED)
    assert verdict.missing.isprintable()
    ends = [at % (len(data) + 1) for at in accumulate(sizes)]
    pieces = [data[start:end] for start, end in pairwise([0, *sorted(ends), len(data)])]
    piecewise = _fed(pieces)
    assert piecewise.verdict() == verdict
    assert piecewise.verdict() == verdict
    return verdict


def _fed(pieces: list[bytes]) -> Completeness:
    completeness = Completeness()
    for piece in pieces:
        completeness.feed(piece)
        if completeness.resumable:
            completeness.verdict()
    return completeness


def _prepared(url: str) -> str:
    request = PreparedRequest()
    request.prepare_url(url, None)
    return request.url or ""
