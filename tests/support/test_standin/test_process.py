"""The server as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from tests.support.standin import StandIn, StandInProcess
from tests.support.standin.__main__ import parse_job
from tests.support.standin.control import ROOT
from tests.support.test_standin import KEY, fetch


def test_it_runs_by_itself_with_jobs_from_the_command_line() -> None:
    options = ["--job", "id=101,duration=60,eta=6,kind=jpg+mp4:70000", "--jobs", '[{"id": "abc"}]']
    with StandInProcess(key=KEY, options=options) as server:
        assert fetch(server, 101).json()["eta"] == 6
        assert len(server.urls(101)) == 2
        assert len(server.content(101, 1)) == 70000
        assert fetch(server, "abc").json()["status"] == "success"


def test_a_job_option_is_read() -> None:
    read = parse_job("id=abc,duration=1.5,eta=exact,shape=tip+links,starts=first_look")
    assert read == {
        "id": "abc",
        "duration": 1.5,
        "eta": "exact",
        "shape": ["tip", "links"],
        "starts": "first_look",
    }


def test_a_bad_option_is_told_on_one_line() -> None:
    command = [sys.executable, "-m", "tests.support.standin", "--job", "eta=soon"]
    ended = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "soon" in ended.stderr


def test_ctrl_c_ends_it_without_a_word() -> None:
    command = [sys.executable, "-m", "tests.support.standin", "--until-stdin-ends"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
        assert server.communicate() == ("", "")


def test_the_ready_line_is_json(process: StandInProcess) -> None:
    assert json.loads(json.dumps({"url": process.url, "pid": process.pid}))["url"].startswith(
        "http://127.0.0.1:"
    )
    assert process.pid > 0


def test_a_taken_port_is_an_error_at_once(server: StandIn) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), StandIn(port=port):
        pass
    with pytest.raises(RuntimeError, match="ended with status"), StandInProcess(port=port):
        pass
