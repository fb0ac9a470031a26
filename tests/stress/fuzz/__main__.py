"""``python -m tests.stress.fuzz --runs 1000000``: that many hostile inputs for each of the four readers.

Guided by coverage where atheris is installed (dependency group ``fuzz``), else made by hypothesis. An input
that breaks a property is printed, and the status is 1.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests import ROOT

TARGETS = ("answer", "names", "address", "file")
LONGEST = 2048  # bytes of an input; the longest seed is about half of that
_DONE = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)
_PROGRESS = re.compile(r"#\d+\s|INFO: Instrumenting")


def main() -> int:
    options = _options()
    if options.inside:
        return _fuzz(options.inside, options.runs, Path(options.corpus))
    results = [_run(target, options.runs) for target in options.target or TARGETS]
    print(f"total: {sum(done for done, _ in results)} inputs")
    return 0 if all(well for _, well in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.stress.fuzz", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=100_000, help="inputs for each reader (default: %(default)s)"
    )
    parser.add_argument(
        "--target", choices=TARGETS, action="append", help="this reader only; may be repeated"
    )
    parser.add_argument("--corpus", default="", help=argparse.SUPPRESS)
    parser.add_argument("--inside", choices=TARGETS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(target: str, runs: int) -> tuple[int, bool]:
    """Fuzz one reader in a process of its own: libFuzzer ends the process that it ran in."""
    with tempfile.TemporaryDirectory(prefix="modelslab-fuzz-") as folder:
        command = [
            sys.executable,
            "-m",
            "tests.stress.fuzz",
            "--inside",
            target,
            "--runs",
            str(runs),
            "--corpus",
            folder,
        ]
        environment = {**os.environ, "AIRFLOW_HOME": f"{folder}/airflow"}
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        said = ended.stdout + ended.stderr
        broken = [path.read_bytes() for path in Path(folder).glob("crash-*")]
    done, seconds = next(((int(n), int(s)) for n, s in _DONE.findall(said)), (0, 0))
    how = "guided by coverage" if find_spec("atheris") else "by hypothesis"
    print(f"{target}: {done} inputs {how}, {done / max(seconds, 1):.0f} a second", flush=True)
    if ended.returncode:
        print("\n".join(line for line in said.splitlines() if not _PROGRESS.match(line)), *broken, sep="\n")
    return done, not ended.returncode


def _fuzz(target: str, runs: int, folder: Path) -> int:
    if not find_spec("atheris"):
        return _fuzz_by_hypothesis(target, runs)
    import atheris

    with atheris.instrument_imports(include=["airflow_provider_modelslab", "email", "urllib.parse"]):
        from tests.stress.fuzz import targets
    _write_beginnings(folder, targets, target)
    libfuzzer = [
        f"-runs={runs}",
        f"-max_len={LONGEST}",
        f"-dict={folder}/words",
        "-timeout=10",
        "-rss_limit_mb=2048",
    ]
    arguments = [
        sys.argv[0],
        *libfuzzer,
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        f"{folder}/seeds",
    ]
    atheris.Setup(arguments, targets.TARGETS[target])
    atheris.Fuzz()
    return 0


def _write_beginnings(folder: Path, targets: Any, target: str) -> None:
    (folder / "seeds").mkdir()
    for number, seed in enumerate(targets.seeds(target)):
        (folder / "seeds" / str(number)).write_bytes(seed)
    words = (word.encode("unicode_escape") for word in targets.WORDS[target])
    lines = (b'"' + word.replace(b'"', b'\\"') + b'"' for word in words)
    (folder / "words").write_bytes(b"\n".join(lines) + b"\n")


def _fuzz_by_hypothesis(target: str, runs: int) -> int:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    from tests.stress.fuzz import targets

    seeds = list(targets.seeds(target))
    spliced = st.tuples(st.sampled_from(seeds), st.integers(0, LONGEST), st.binary(max_size=20)).map(_splice)
    count = 0

    @settings(
        max_examples=runs,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(st.sampled_from(seeds) | spliced | st.binary(max_size=LONGEST) | st.text().map(_encoded))
    def fuzz(data: bytes) -> None:
        nonlocal count
        count += 1
        targets.TARGETS[target](data)

    begun = time.monotonic()
    fuzz()
    print(f"Done {count} runs in {time.monotonic() - begun:.0f} second(s)")
    return 0


def _splice(parts: tuple[bytes, int, bytes]) -> bytes:
    seed, at, other = parts
    at %= len(seed) + 1
    return seed[:at] + other + seed[at + len(other) :]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


if __name__ == "__main__":
    sys.exit(main())
