"""What counts as a broken link of a built site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.site import broken_links

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "guides").mkdir()
    (tmp_path / "index.html").write_text('<h1 id="begin">Begin</h1>')
    (tmp_path / "picture.png").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    ["../index.html", "../index.html#begin", "#here", "#", "../picture.png", "https://example.com/none"],
)
def test_a_link_to_what_is_there_is_not_broken(site: Path, link: str) -> None:
    (site / "guides" / "page.html").write_text(f'<p id="here"><a href="{link}">go</a></p>')
    assert broken_links(site) == []


@pytest.mark.parametrize("link", ["index.html", "../index.html#end", "#there", "../none.png", "../guides"])
def test_a_link_to_what_is_not_there_is_told_with_its_page(site: Path, link: str) -> None:
    (site / "guides" / "page.html").write_text(f'<p id="here"><a href="{link}">go</a></p>')
    assert broken_links(site) == [f"guides/page.html: {link}"]


@pytest.mark.parametrize("tag", ['<img src="none.png">', '<link href="none.css">', '<script src="none.js">'])
def test_pictures_styles_and_scripts_have_to_be_there_too(site: Path, tag: str) -> None:
    (site / "page.html").write_text(tag)
    assert len(broken_links(site)) == 1
