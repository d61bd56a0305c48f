"""The links in README and docs are valid; checked without a network."""

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
# A path of this repository in running text.
OURS = re.compile(r"(?:beatport_match|docs|examples|tests)/[\w./-]+|\.ci/\w+|\.mkdocs\.yml")


@every_page
def test_relative_links_name_existing_files_and_headings(page: Path) -> None:
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
def test_external_links_use_https_and_have_a_host(page: Path) -> None:
    external = [urlsplit(link) for link in links(page) if urlsplit(link).scheme]
    assert [one for one in external if one.scheme != "https" or "." not in one.netloc] == []


@every_page
def test_docs_pages_link_only_to_docs_pages(page: Path) -> None:
    """The docs site contains only `docs/`: a link to another file would work only on a code host.

    Pages name other files by their path instead.
    """
    outside = [
        link
        for link in links(page)
        if not urlsplit(link).scheme and not (page.parent / link).resolve().is_relative_to(DOCS)
    ]
    assert outside == [] or not page.is_relative_to(DOCS)


@every_page
def test_paths_in_the_text_exist(page: Path) -> None:
    """Examples, tests and modules that a page names exist."""
    named = {path for span in code_spans(page) for path in OURS.findall(span)}
    assert {path for path in named if not (parent_of(path) / path).exists()} == set()


@pytest.mark.parametrize("page", ["architecture.md", "contributing.md"])
def test_module_paths_in_the_text_exist(page: str) -> None:
    """A module is named by its path in the package folder or the repository, or by its file name.

    `NAME` in a path is a name that the reader chooses.
    """
    named = {span for span in code_spans(DOCS / page) if re.fullmatch(r"[\w./-]+\.py", span)}
    assert named
    assert {path for path in named if "NAME" not in path and not module_exists(path)} == set()


def module_exists(path: str) -> bool:
    """Return whether a path or a bare file name is one of the package or the tests."""
    package = PACKAGE / "beatport_match"
    if "/" in path:
        return (package / path).exists() or (ROOT / path).exists()
    return any(package.rglob(path)) or any((ROOT / "tests").rglob(path))


def parent_of(path: str) -> Path:
    """Return the folder that contains the path; the package may be installed elsewhere."""
    return PACKAGE if path.startswith("beatport_match/") else ROOT


def test_links_paths_and_headings_are_found() -> None:
    """A check that finds no link would always pass."""
    assert sum(len(links(page)) for page in pages()) > 50
    assert sum(len(OURS.findall(" ".join(code_spans(page)))) for page in pages()) > 20
    assert len(anchors(DOCS / "metrics.md")) > 5
