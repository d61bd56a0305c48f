"""README and docs: "links checked", without a network."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docs_pages import DOCS, ROOT, anchors, code_spans, linked_pages, links, pages

import beatport_match

PACKAGE = Path(beatport_match.__file__).parents[1]
every_page = pytest.mark.parametrize(
    "page", linked_pages(), ids=lambda page: str(page.relative_to(ROOT))
)
# A path of ours in running text; what is after the last of these is a place in the file.
OURS = re.compile(r"(?:beatport_match|docs|examples|tests)/[\w./-]+|\.ci/\w+|\.mkdocs\.yml")


@every_page
def test_a_link_leads_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and a heading that is in it."""
    broken = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / parts.path).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


@every_page
def test_a_link_to_elsewhere_is_an_address(page: Path) -> None:
    """What leaves the repository is at least well-formed, and not readable by others on the way."""
    elsewhere = [urlsplit(link) for link in links(page) if urlsplit(link).scheme]
    assert [one for one in elsewhere if one.scheme != "https" or "." not in one.netloc] == []


@every_page
def test_a_page_of_the_docs_links_within_the_docs(page: Path) -> None:
    """The site has the pages of `docs/` alone: a link out of there works on a code host only, so
    other files are named by their path."""
    out = [
        link
        for link in links(page)
        if not urlsplit(link).scheme and not (page.parent / link).resolve().is_relative_to(DOCS)
    ]
    assert out == [] or not page.is_relative_to(DOCS)


@every_page
def test_a_path_in_the_text_is_there(page: Path) -> None:
    """Files that are named in running text exist: an example, a test, a module."""
    named = {path for span in code_spans(page) for path in OURS.findall(span)}
    assert {path for path in named if not (place_of(path) / path).exists()} == set()


def place_of(path: str) -> Path:
    """The folder that a path is within: the package may be installed, and not beside the docs."""
    return PACKAGE if path.startswith("beatport_match/") else ROOT


def test_something_is_looked_at() -> None:
    """A guard that finds no link would pass for ever."""
    assert sum(len(links(page)) for page in pages()) > 50
    assert sum(len(OURS.findall(" ".join(code_spans(page)))) for page in pages()) > 20
    assert len(anchors(DOCS / "metrics.md")) > 5
