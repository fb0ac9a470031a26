"""The text of the form in which Airflow's UI asks a person about face swaps: Markdown, with their pictures.

Pure: results in, text out. The pictures are links to the pages of the task that asks, on the API server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_provider_modelslab.protocol import markdown
from airflow_provider_modelslab.protocol.page_paths import TaskPages
from airflow_provider_modelslab.protocol.preview_roots import is_below, root_for
from airflow_provider_modelslab.settings import PREVIEW_ROOTS, SECTION
from airflow_provider_modelslab.task.selection_options import last_part, target_of

MOST = 20  # results in a form; more would load more than a person looks at
#: Airflow makes each picture 300 pixels wide, and cuts off what a narrow window has no room for.
_HEADS = ("Face swap", "Result", "Target", "Face")
_UNKNOWN = "–"  # noqa: RUF001 - a dash, as people write it
_MOST_FILES = 4  # of a result
_MOST_ROOTS = 5  # roots that are proposed


@dataclass(frozen=True)
class ApprovalForm:
    """What a person is shown.

    :param results: in the order of the task's XCom
    :param names: what each is called
    :param pages: of the task that asks
    :param roots: below which files may be shown
    """

    results: Sequence[Mapping[str, Any]]
    names: Sequence[str]
    pages: TaskPages
    roots: Sequence[str] = ()

    def text(self, body: str | None = None) -> str:
        """Return the whole text.

        :param body: the author's own, which stands above the table
        """
        parts = (body, self._more(), markdown.table(_HEADS, self._rows()), *self._why_no_pictures())
        return "\n\n".join(part for part in parts if part)

    def _more(self) -> str:
        count = len(self.results)
        if count <= MOST:
            return ""
        all_of_them = markdown.link(f"All {count} of them", self.pages.task)
        sheet = markdown.link("the contact sheet of this run", self.pages.run)
        return f"The first {MOST} of {count} face swaps. {all_of_them}, and {sheet}."

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for at, result in enumerate(self.results[:MOST]):
            yield self._name(at, result), self._files(at), self._target(at, result), self._face(at, result)

    def _name(self, at: int, result: Mapping[str, Any]) -> str:
        said = [f"**{markdown.plain(self.names[at])}**", _flagged(result)]
        if consent := result.get("consent_reference"):
            said.append(f"consent: {markdown.plain(consent)}")
        return " · ".join(filter(None, said))

    def _face(self, at: int, result: Mapping[str, Any]) -> str:
        uri = (result.get("inputs") or {}).get("face")
        return self._input(at, "face", str(uri)) if uri else _UNKNOWN

    def _target(self, at: int, result: Mapping[str, Any]) -> str:
        target = target_of(result)
        return self._input(at, *target) if target else _UNKNOWN

    def _input(self, at: int, name: str, uri: str) -> str:
        if not (self._is_shown(self.results[at]) and is_below(uri, self.roots)):
            return markdown.plain(last_part(uri))
        url = self.pages.input(at, name)
        if name == "video":
            return markdown.link(markdown.plain(last_part(uri)), url)
        return markdown.picture(last_part(uri), url, url)

    def _files(self, at: int) -> str:
        result = self.results[at]
        files = result.get("files") or ()
        if not files:
            return "not saved"
        if not self._is_shown(result):
            return " · ".join(map(_in_words, files[:_MOST_FILES]))
        shown = [self._file(at, position, file) for position, file in enumerate(files[:_MOST_FILES])]
        more = len(files) - len(shown)
        return " ".join([*shown, *([markdown.link(f"{more} more", self.pages.task)] if more else [])])

    def _file(self, at: int, position: int, file: Mapping[str, Any]) -> str:
        name, url = last_part(str(file.get("uri"))), self.pages.file(at, position)
        shown = markdown.picture(name, self.pages.thumbnail(at, position), url)
        if not str(file.get("content_type")).startswith("video/"):
            return shown
        return f"{shown} {markdown.link(f'Play {markdown.plain(name)}', url)}"

    def _is_shown(self, result: Mapping[str, Any]) -> bool:
        return is_below(str(result.get("manifest")), self.roots)

    def _why_no_pictures(self) -> Iterator[str]:
        shown = self.results[:MOST]
        if unsaved := sum(not result.get("manifest") for result in shown):
            yield (
                f"Without pictures: {unsaved} of {len(shown)}, whose files were not saved. "
                "Give the task that swaps the faces a `destination`."
            )
        manifests = [str(each["manifest"]) for each in shown if each.get("manifest")]
        if hidden := [manifest for manifest in manifests if not is_below(manifest, self.roots)]:
            yield (
                f"Without pictures: {len(hidden)} of {len(shown)}, which lie below none of the roots whose "
                f"files may be shown. {self._setting(list(dict.fromkeys(map(root_for, hidden))))}"
            )

    def _setting(self, missing: Sequence[str]) -> str:
        """Say what to set for pictures."""
        section = markdown.code(f"[{SECTION}]", in_table=False)
        others = ["…"] if self.roots else []  # which ones is nothing to whoever reads this
        entries = ", ".join([*others, *missing[:_MOST_ROOTS]])
        line = markdown.code(f"{PREVIEW_ROOTS} = {entries}", in_table=False)
        return f"Set in the section {section} of airflow.cfg, for the workers and the API server: {line}"


def _flagged(result: Mapping[str, Any]) -> str:
    flags = result.get("nsfw_content_detected") or ()
    which = ", ".join(str(at + 1) for at, flag in enumerate(flags) if flag)
    return f"**not safe for work, says the API (file {which} of {len(flags)})**" if which else ""


def _in_words(file: Mapping[str, Any]) -> str:
    size = file.get("size")
    parts = [
        markdown.code(file.get("uri")),
        f"{size:,} bytes" if isinstance(size, int) else "",
        markdown.plain(file.get("content_type") or ""),
        f"sha256 {markdown.code(file['sha256'])}" if file.get("sha256") else "",
    ]
    return ", ".join(filter(None, parts))
