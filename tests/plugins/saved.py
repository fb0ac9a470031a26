"""Results as a worker saves them, and the XCom values that name them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.support.standin.media import CONTENT_TYPES, Media

if TYPE_CHECKING:
    from pathlib import Path


def picture(kind: str = "jpg", size: int | None = None, seed: str = "") -> bytes:
    """A whole picture or film."""
    return Media(kind, size, seed).whole()


def save(root: Path, request_id: str, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    """Save files with a manifest below a root, and return the task's value; `more` goes into the manifest."""
    folder = root / request_id
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        entries.append(
            {
                "name": name,
                "uri": f"{folder.as_uri()}/{name}",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "content_type": CONTENT_TYPES.get(name.rpartition(".")[2], "image/jpeg"),
            }
        )
    manifest = {"version": 1, "id": request_id, "generationTime": 2.5, "meta": {}, **more}
    for entry, extra in zip(entries, manifest.pop("extras", []), strict=False):
        entry.update(extra)
    (folder / "manifest.json").write_text(json.dumps({"files": entries} | manifest))
    return value_of(request_id, f"{folder.as_uri()}/manifest.json", len(files))


def value_of(request_id: str, manifest: str, count: int = 1) -> dict[str, Any]:
    """What a task passes on of a result whose manifest stands there."""
    return {
        "id": request_id,
        "status": "success",
        "output": ["https://pub.example/x.jpg"] * count,
        "proxy_links": [],
        "manifest": manifest,
        "files": [{"uri": f"{manifest.rpartition('/')[0]}/{at}.jpg", "size": 1} for at in range(count)],
    }
