"""README and docs as the tests of this folder see them: blocks, links, headings.

Only as much Markdown as the pages use; a fence that is indented or longer is none of theirs.
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
    """A fenced block: where it stands, its language, its text, and what the note above it says.

    `not_run` is the reason why it is not run, `file` the name under which it is saved; both are
    empty where no note says so. `line` is that of its first line of text, from 1.
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
    """README and every page of the docs."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def linked_pages() -> list[Path]:
    """All pages whose links are looked at."""
    return [*pages(), ROOT / "CHANGELOG.md", *sorted((ROOT / "examples").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in its order."""
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
        what, said = _note(lines[opened - 1] if opened else "")
        found.append(
            Block(
                page=page,
                line=opened + 2,
                language=lines[opened].removeprefix(FENCE).strip(),
                text=text,
                not_run=said if what == "not run" else "",
                file=said if what == "file" else "",
            )
        )
        opened = None
    assert opened is None, f"{page}:{opened}: a block is never closed"
    return found


def prose(page: Path) -> str:
    """A page without its blocks."""
    kept: list[str] = []
    inside = False
    for line in page.read_text("utf-8").splitlines():
        if line.startswith(FENCE):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead."""
    return _LINK.findall(_CODE.sub("", prose(page)))


def code_spans(page: Path) -> list[str]:
    """What stands between backticks in the text of a page."""
    return [span.strip("`") for span in _CODE.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be linked by, as code hosts and the site both name them."""
    return set(_anchors(page))


def rows(page: Path, heading: str) -> list[list[str]]:
    """The rows of the table that begins so, cell by cell."""
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


def _note(line: str) -> tuple[str, str]:
    note = _NOTE.fullmatch(line.strip())
    return (note[1], note[2]) if note else ("", "")
