"""`python -m tests.docs.site FOLDER`: every link within a built site leads to a file, and a place in it."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ATTRIBUTES = {"a": "href", "img": "src", "link": "href", "script": "src"}


class Page(HTMLParser):
    """The links of a page, and the places in it that links can lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places = {"", "top"}
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        given = dict(attrs)
        self.places |= {value for name in ("id", "name") if (value := given.get(name))}
        if target := given.get(ATTRIBUTES.get(tag, "")):
            self.links.append(target)


def broken_links(site: Path) -> list[str]:
    """The links within a site that lead nowhere, each with the page that it stands on.

    :param site: the folder
    """
    pages = {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site.resolve())}: {link}"
        for path, page in pages.items()
        for link in page.links
        if not _leads_somewhere(path, link, pages)
    ]


def _leads_somewhere(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True  # out of the site, which is not asked about here
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in pages:
        return target.is_file() and not parts.fragment
    return unquote(parts.fragment) in pages[target].places


def main() -> None:
    """Print the broken links, and fail where there are any."""
    site = Path(sys.argv[1])
    found = broken_links(site)
    sys.exit("\n".join(found) if found else 0 if (site / "index.html").is_file() else f"{site} is no site")


if __name__ == "__main__":
    main()
