"""`python .ci/release.py WHEEL`: what keeps a wheel from being released, all of it, line by line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from sbom import metadata_of

ROOT = Path(__file__).resolve().parents[1]
ADDRESSES = ("Source", "Documentation", "Changelog", "Issues")
RELATIVE = re.compile(r"\]\((?!\w+:|#)([^)\s]+)\)")


def main(wheel: str) -> None:
    """Say what is wrong, and end in failure, or say nothing."""
    wrong = [*faults(metadata_of(Path(wheel)), (ROOT / "CHANGELOG.md").read_text()), *_uncommitted()]
    if wrong:
        sys.exit("\n".join(["not to be released:", *wrong]))


def faults(metadata: Message, changelog: str) -> Iterator[str]:
    """What of the metadata and the changelog is not ready.

    :param metadata: the wheel's, with the description as its payload
    :param changelog: the text of CHANGELOG.md
    """
    urls = dict(url.split(", ", 1) for url in metadata.get_all("Project-URL", []))
    for name in ADDRESSES:
        if not urls.get(name, "").startswith("https://"):
            yield f"- pyproject.toml has no address under [project.urls] for {name}"
    relative = RELATIVE.findall(metadata.get_payload())
    if relative:
        yield f"- links of the README lead nowhere on an index page: {', '.join(relative[:3])}"
    heading = f"## {metadata['Version']} - "
    if not re.search(rf"^{re.escape(heading)}\d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        yield f"- CHANGELOG.md has no heading '{heading}YYYY-MM-DD'"


def _uncommitted() -> Iterator[str]:
    command = ("git", "status", "--porcelain")
    changed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if changed:
        yield f"- not committed: {', '.join(line[3:] for line in changed.splitlines())}"


if __name__ == "__main__":
    main(*sys.argv[1:])
