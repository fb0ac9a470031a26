"""What a page must be for everybody: readable, fit for a phone, and in order for who cannot see it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

#: The least contrast of text (WCAG 2.1, AA).
CONTRAST = 4.5

# All texts with their colours, each colour drawn over those behind it, as the browser computed them.
_TEXTS = """
() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colours => {
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = element => {
    const found = [];
    for (let each = element; each; each = each.parentElement)
      found.unshift(getComputedStyle(each).backgroundColor);
    return [getComputedStyle(document.documentElement).colorScheme.includes('dark') &&
            matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#fff', ...found];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const all = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.getClientRects().length) continue;
    const back = behind(element);
    all.push([texts.currentNode.data.trim().slice(0, 40), rgb([...back, getComputedStyle(element).color]),
              rgb(back)]);
  }
  return all;
}
"""
_OUTLINE = """
() => ({
  lang: document.documentElement.lang,
  title: document.title,
  mains: document.querySelectorAll('main').length,
  headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(each => Number(each.tagName[1])),
  unnamed: [...document.querySelectorAll('img:not([alt]), img[alt=""], video:not([aria-label]), a, button')]
    .filter(each => !(each.innerText || each.getAttribute('aria-label') || each.querySelector('img[alt]')))
    .map(each => each.outerHTML),
  ids: [...document.querySelectorAll('[id]')].map(each => each.id),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})
"""


def faint_texts(page: Page | Frame) -> list[str]:
    """Texts whose contrast is too low, each with what it is."""
    measured = [(text, contrast(front, back)) for text, front, back in page.evaluate(_TEXTS)]
    return [f"{text!r}: {found:.1f}" for text, found in measured if found < CONTRAST]


def contrast(one: list[int], other: list[int]) -> float:
    """The contrast of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: list[int]) -> float:
    parts = (value / 255 for value in colour)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def faults(page: Page | Frame) -> list[str]:
    """What is wrong with a page of ours for a person who uses a screen reader, a keyboard, or a phone."""
    found: dict[str, Any] = page.evaluate(_OUTLINE)
    levels = found["headings"]
    checks = {
        "has no language": not found["lang"],
        "has no title": not found["title"],
        "has no main part, or several": found["mains"] != 1,
        "does not begin with its only first heading": levels[:1] != [1] or levels.count(1) != 1,
        "leaves out a level of headings": any(b - a > 1 for a, b in pairwise(levels)),
        f"has parts without a name: {found['unnamed']}": bool(found["unnamed"]),
        "uses an id twice": len(set(found["ids"])) < len(found["ids"]),
        f"is {found['wide']} pixels too wide": found["wide"] > 0,
    }
    return [what for what, is_so in checks.items() if is_so] + faint_texts(page)
