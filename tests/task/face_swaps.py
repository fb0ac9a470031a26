"""Results as tasks return them, for a person to look at."""

from __future__ import annotations

from typing import Any

ROOT = "s3://aws_default@bucket/face-swaps/"


def face_swap(
    request_id: str = "7", *, target: str = "group.jpg", file: str = "0.jpg", **more: Any
) -> dict[str, Any]:
    """A result whose file is saved below the root, swapped of pictures that are there too."""
    folder = f"{ROOT}{request_id}/"
    kind = "video" if file.endswith(".mp4") else "image"
    return {
        "id": request_id,
        "status": "success",
        "generationTime": 1.5,
        "output": [f"https://example.com/{file}?token=secret"],
        "proxy_links": [],
        "meta": {"large": "value"},
        "manifest": f"{folder}manifest.json",
        "files": [
            {
                "uri": f"{folder}{file}",
                "size": 34211,
                "sha256": "ab" * 32,
                "content_type": f"{kind}/{file[-3:]}",
            }
        ],
        "inputs": {"face": f"{ROOT}in/face.jpg", kind: f"{ROOT}in/{target}"},
        **more,
    }


def without(result: dict[str, Any], *names: str) -> dict[str, Any]:
    """A result that lacks some fields."""
    return {name: value for name, value in result.items() if name not in names}
