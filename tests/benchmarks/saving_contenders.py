"""One way to save files, in a process of its own: JSON on standard input says what; JSON is the answer."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

CONN_ID = "saving_benchmark"


def curl(urls: Sequence[str], target: str) -> None:
    """All files by one curl, which keeps its connection."""
    outputs = [part for url in urls for part in ("-o", f"{target}/{_name(url)}", url)]
    subprocess.run(["curl", "--silent", "--fail", *outputs], check=True)


def requests_loop(urls: Sequence[str], target: str) -> None:
    """What people write: no check, no retry, and the final name from the first byte on."""
    import requests

    for url in urls:
        with requests.get(url, stream=True, timeout=60) as response:
            response.raise_for_status()
            with open(f"{target}/{_name(url)}", "wb") as file:
                file.writelines(response.iter_content(chunk_size=8192))


def http_to_s3(urls: Sequence[str], target: str) -> None:
    """The Amazon provider's operator, once for each file."""
    from airflow.providers.amazon.aws.transfers.http_to_s3 import HttpToS3Operator

    bucket, _, prefix = target.partition("@")[2].partition("/")
    for url in urls:
        HttpToS3Operator(
            task_id="save",
            http_conn_id=f"{CONN_ID}_http",
            endpoint=url.split("/", 3)[3],
            s3_bucket=bucket,
            s3_key=f"{prefix}/{_name(url)}",
            aws_conn_id=CONN_ID,
            replace=True,
        ).execute({})


def boto3_from_memory(urls: Sequence[str], target: str) -> None:
    """The floor that the server sets: so many bytes that are there already, sent by Amazon's own library."""
    from io import BytesIO

    import requests
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    bucket, _, prefix = target.partition("@")[2].partition("/")
    client = S3Hook(aws_conn_id=CONN_ID).get_conn()
    for url in urls:
        with requests.get(url, stream=True, timeout=60) as response:
            size = int(response.headers["Content-Length"])
        client.upload_fileobj(BytesIO(bytes(size)), bucket, f"{prefix}/{_name(url)}")


def provider(urls: Sequence[str], target: str) -> None:
    """This package: checked, hashed, atomic, with a manifest."""
    from airflow_provider_modelslab.protocol.result import FaceSwapResult
    from airflow_provider_modelslab.saving.options import SaveOptions
    from airflow_provider_modelslab.saving.save_result import save_result

    options = SaveOptions(allow_private=True, url_patience=0.0, if_exists="overwrite", thumbnails=False)
    save_result(FaceSwapResult("1", tuple(urls)), target, options, log=logging.getLogger("saving"))


CONTENDERS: dict[str, Callable[[Sequence[str], str], None]] = {
    "curl": curl,
    "requests loop": requests_loop,
    "HttpToS3Operator": http_to_s3,
    "boto3 from memory": boto3_from_memory,
    "provider": provider,
}


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def forget_peak() -> int:
    """Let the process's peak of memory begin now, and return what it has now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> int:
    """Return the most memory that the process has had, in bytes."""
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line
    )
    return int(status["VmHWM"].split()[0]) * 1024


def cpu() -> float:
    """Return the seconds that this process and its ended children have computed."""
    return sum(os.times()[:4])


def run(name: str, given: dict[str, Any]) -> dict[str, float]:
    """Warm up on a small file, then save."""
    save = CONTENDERS[name]
    save(given["warm_up"], given["target"])
    before, computed, begun = forget_peak(), cpu(), time.monotonic()
    save(given["urls"], given["target"])
    return {"seconds": time.monotonic() - begun, "cpu": cpu() - computed, "peak": peak() - before}


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    answer = run(sys.argv[1], json.load(sys.stdin))
    print(json.dumps(answer), flush=True)
