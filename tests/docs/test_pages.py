"""The README and the pages: their code is Python, their links lead somewhere, and no example is forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from airflow_provider_modelslab.provider_info import get_provider_info
from tests import ROOT
from tests.docs import DOCS, FENCED, PAGES, README, code_of, name_of

WRITTEN = [README, *PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
MOST_LINES_OF_README = 120


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_every_block_of_python_compiles(path: Path) -> None:
    for code in code_of(path):
        compile(code, name_of(path), "exec")


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = [urlsplit(link) for link in LINK.findall(FENCED.sub("", path.read_text()))]
    wrong = [
        link.geturl()
        for link in links
        if not link.scheme and not (path.parent / (link.path or path.name)).exists()
    ]
    assert wrong == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_every_link_to_a_heading_leads_to_one(path: Path) -> None:
    links = [urlsplit(link) for link in LINK.findall(FENCED.sub("", path.read_text()))]
    wrong = [
        link.geturl()
        for link in links
        if not link.scheme
        and link.fragment
        and link.fragment not in anchors(path.parent / (link.path or path.name))
    ]
    assert wrong == []


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site both make them of plain words."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_example_is_included_in_full_among_the_examples() -> None:
    included = re.findall(
        r"^```\{literalinclude\} \.\./dags_examples/(\w+\.py)\n:language: python\n```$",
        (DOCS / "examples.md").read_text(),
        re.MULTILINE,
    )
    assert sorted(included) == sorted(path.name for path in (ROOT / "dags_examples").glob("*.py"))


def test_no_page_repeats_an_example_that_it_could_include() -> None:
    examples = [path.read_text() for path in (ROOT / "dags_examples").glob("*.py")]
    assert not [code for path in WRITTEN for code in code_of(path) for text in examples if code in text]


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {
        (path.parent / f"{name}.md").resolve()
        for path in PAGES
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
        for name in block.splitlines()
        if name and not name.startswith(":")
    }
    assert listed == {path.resolve() for path in PAGES} - {DOCS / "index.md"}


def test_the_readme_is_short_and_its_first_dag_too() -> None:
    assert len(README.read_text().splitlines()) <= MOST_LINES_OF_README
    (first,) = code_of(README)
    assert len(first.splitlines()) < 20


def test_airflow_is_told_of_every_guide() -> None:
    (integration,) = get_provider_info()["integrations"]
    guides = {f"/{name_of(path)}" for path in (DOCS / "guides").glob("*.md")}
    assert set(integration["how-to-guide"]) == guides
