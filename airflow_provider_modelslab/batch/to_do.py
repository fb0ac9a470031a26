"""What a batch has to do: its items without those that stand, each with its place in the report."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_modelslab.batch.item import Item
from airflow_provider_modelslab.batch.ledger import Ledger
from airflow_provider_modelslab.batch.picture_files import Versions
from airflow_provider_modelslab.batch.report import Report, SavedLine, report_name, saved_lines
from airflow_provider_modelslab.batch.sources import Sources
from airflow_provider_modelslab.exceptions import ModelsLabError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath


log = logging.getLogger(__name__)


@dataclass
class ToDo:
    """The items of one run.

    :param sources: all of them
    :param ledger: tells what stands
    :param report: takes what became of each
    :param lines: what the report of an earlier run says, by the item's name and fingerprint
    """

    sources: Sources
    ledger: Ledger
    report: Report
    lines: dict[tuple[str, str], SavedLine] = field(default_factory=dict)
    _untold: list[Item] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """Yield what is left to do: what is on its way before what is new, since links expire."""
        new: list[Item] = []
        takes_up = self.ledger.has_records
        for item in self.sources:
            self.report.expect(item)
            if self._is_done(item):
                continue
            if takes_up and not self.ledger.has_record(item):
                new.append(item)
            else:
                yield item
        yield from new

    def left(self) -> int | None:
        """Return how many items have not ended, where that is known."""
        most = self.sources.most
        return None if most is None else most - self.sources.duplicates - self.report.ended()

    def keep_report(self) -> None:
        """Write the report as far as it goes, so that the next run need not read the note of each item."""
        names = self.report.ended_names()
        earlier = [saved.line for (name, _), saved in self.lines.items() if name not in names]
        try:
            self.ledger.write_report(self.report.content(earlier))
        except ModelsLabError as error:  # the notes are there
            log.info("%s", error)

    def finish(self) -> None:
        """Read what stands with items of which no report has told: a run was killed before its own."""
        lines = self.ledger.settled_lines(self._untold)
        for item in self._untold:
            if line := lines.get(item.name):
                self.report.add_line(item, "saved", line)
            else:
                self.report.add(item, "saved", earlier=True, files=[])
        self._untold.clear()

    def _is_done(self, item: Item) -> bool:
        if item.error is not None:
            self.report.add(item, "failed", error=item.error)
            return True
        if not self.ledger.is_done(item):
            return False
        told = self.lines.get((item.name, item.fingerprint))
        self.report.add_line(item, "saved", told.line if told else b"")
        if told is None:
            self._untold.append(item)
        return True


def look(destination: str | ObjectStoragePath, map_index: int, **sources: Any) -> ToDo:
    """Look what there is to do, and refuse what is wrong before anything is paid for.

    :param destination: of the batch
    :param map_index: of the task, for the name of its report
    :param sources: arguments of ``Sources``
    :raises InvalidSwapError: if something is wrong
    :raises ModelsLabError: if the destination or the folder of pictures cannot be read
    """
    ledger = Ledger(destination, report_name(map_index))
    ledger.scan()
    lines = saved_lines(ledger.read_report())
    known = {uri: version for each in lines.values() for uri, version in each.made_of.items()}
    given = Sources(**sources, versions=Versions(known))
    given.check()
    return ToDo(given, ledger, Report(), lines)
