"""`python .ci/sbom.py SBOM WHEEL`: whether a CycloneDX file has the wheel, and all that it asks for."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import Message


def main(sbom: str, wheel: str) -> None:
    """Compare the two; what is missing ends the program with a word about it."""
    told = json.loads(Path(sbom).read_text())
    metadata = metadata_of(Path(wheel))
    _check_package(told["metadata"]["component"], metadata)
    _check_dependencies(told, metadata)
    print(f"{Path(sbom).name}: {len(told['components'])} packages")


def metadata_of(wheel: Path) -> Message:
    """The metadata of a wheel, and its description as the payload."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def _check_package(component: dict[str, Any], metadata: Message) -> None:
    licenses = [each.get("expression") or each["license"].get("id") for each in component["licenses"]]
    told = (component["name"], component["version"], licenses)
    expected = (metadata["Name"], metadata["Version"], [metadata["License-Expression"]])
    if told != expected:
        sys.exit(f"the SBOM is of {told}, the wheel is {expected}")


def _check_dependencies(told: dict[str, Any], metadata: Message) -> None:
    root = told["metadata"]["component"]["bom-ref"]
    (direct,) = (each["dependsOn"] for each in told["dependencies"] if each["ref"] == root)
    names = {each["bom-ref"]: each["name"] for each in told["components"] if each.get("version")}
    asked = {_name(line) for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line}
    found = {_name(names[ref]) for ref in direct}
    if found != asked:
        sys.exit(f"the wheel asks for {sorted(asked)}, the SBOM has {sorted(found)}")


def _name(requirement: str) -> str:
    """The normal form of a package's name, of the beginning of a requirement."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()  # type: ignore[index]


if __name__ == "__main__":
    main(*sys.argv[1:])
