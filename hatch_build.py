"""The README as the package's description: links and pictures that work on an index page, too.

A relative one leads into the repository at the tag, once [project.urls] of pyproject.toml has `Source`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r"(!?)(\[[^\]]*\])\((?!\w+:|#)([^)\s]+)\)")


class DescriptionHook(MetadataHookInterface):
    """What hatchling asks for the description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README to the metadata."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source")
        text = with_addresses(text, source, metadata["version"]) if source else text
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_addresses(text: str, source: str, version: str) -> str:
    """The text with addresses in place of relative links; those of pictures give the bytes, not a page."""

    def absolute(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        return f"{picture}{words}({source.rstrip('/')}/{'raw' if picture else 'blob'}/v{version}/{path})"

    return RELATIVE.sub(absolute, text)
