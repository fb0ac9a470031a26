from __future__ import annotations

import logging

import pytest

from airflow_provider_modelslab.saving.progress import Progress, line, readable


def test_a_line_says_bytes_percent_and_speed() -> None:
    assert line(120 * 2**20, 500 * 2**20, 5.0) == "120.0 MiB of 500.0 MiB (24 %), 24.0 MiB/s"


def test_an_unknown_total_is_left_out() -> None:
    assert line(2**20, None, 2.0) == "1.0 MiB, 512.0 KiB/s"


def test_bytes_are_readable() -> None:
    assert [readable(n) for n in (0, 1023, 1024, 5 * 2**30)] == ["0 B", "1023 B", "1.0 KiB", "5.0 GiB"]


def test_a_long_transfer_is_heard_of_every_five_seconds_and_a_quick_one_never(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    caplog.set_level(logging.INFO)
    it = Progress(logging.getLogger("test"), "swap.mp4")
    for second in range(13):
        now[0] = 100.0 + second
        it.update(second * 2**20, 20 * 2**20)
    assert [record.getMessage() for record in caplog.records] == [
        "swap.mp4: 5.0 MiB of 20.0 MiB (25 %), 1.0 MiB/s",
        "swap.mp4: 10.0 MiB of 20.0 MiB (50 %), 1.0 MiB/s",
    ]
