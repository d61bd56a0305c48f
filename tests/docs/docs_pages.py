"""Parse README and docs for the tests of this folder: code blocks, links, headings, tables.

Only the Markdown that the pages use is supported. They have no indented or longer fences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = "```"

_NOTE = re.compile(r"<!-- (not run|file): (.+) -->")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"#{1,6} +(.+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, line, language, text, and the note above it.

    `not_run` is the reason why the block is not run, `file` the name under which it is saved; both
    are empty without such a note. `line` is the number of its first line of text, from 1.
    """

    page: Path
    line: int
    language: str
    text: str
    not_run: str = ""
    file: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return README and every page of the docs."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def linked_pages() -> list[Path]:
    """Return all pages whose links are checked."""
    return [*pages(), ROOT / "CHANGELOG.md", *sorted((ROOT / "examples").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    lines = page.read_text("utf-8").splitlines()
    opened: int | None = None
    for number, line in enumerate(lines):
        if not line.startswith(FENCE):
            continue
        if opened is None:
            opened = number
            continue
        text = "\n".join(lines[opened + 1 : number]) + "\n"
        kind, note = _note(lines[opened - 1] if opened else "")
        found.append(
            Block(
                page=page,
                line=opened + 2,
                language=lines[opened].removeprefix(FENCE).strip(),
                text=text,
                not_run=note if kind == "not run" else "",
                file=note if kind == "file" else "",
            )
        )
        opened = None
    assert opened is None, f"{page}:{opened}: the block is not closed"
    return found


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    kept: list[str] = []
    inside = False
    for line in page.read_text("utf-8").splitlines():
        if line.startswith(FENCE):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """Return the targets of the links and pictures of a page."""
    return _LINK.findall(_CODE.sub("", prose(page)))


def code_spans(page: Path) -> list[str]:
    """Return the code spans of a page."""
    return [span.strip("`") for span in _CODE.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as code hosts and the docs site both create them.

    The entries of the reference have their names as anchors, on the site only.
    """
    return set(_anchors(page))


def rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table whose header line begins with `heading`."""
    lines = page.read_text("utf-8").splitlines()
    (start,) = [
        at
        for at, line in enumerate(lines[:-1])
        if line.startswith(heading) and lines[at + 1].startswith("|--")
    ]
    found: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def _anchors(page: Path) -> Iterator[str]:
    for line in prose(page).splitlines():
        if heading := _HEADING.fullmatch(line):
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            yield words.strip().replace(" ", "-")
        elif line.startswith("::: "):
            yield line.removeprefix("::: ")


def _note(line: str) -> tuple[str, str]:
    note = _NOTE.fullmatch(line.strip())
    return (note[1], note[2]) if note else ("", "")
