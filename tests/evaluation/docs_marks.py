"""Pages of the docs that are partly written by commands: what stands between two marks is ours."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def between_marks(page: Path, name: str) -> str:
    """What stands there now."""
    return _cut(page, name)[1].strip()


def put_between_marks(page: Path, name: str, text: str) -> None:
    """Replace what stands there."""
    before, _, after = _cut(page, name)
    page.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")


def _cut(page: Path, name: str) -> tuple[str, str, str]:
    begin, end = marks(name)
    before, found, rest = page.read_text("utf-8").partition(begin)
    inside, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{page} lacks the marks {begin} and {end}; put them where it belongs.")
    return before + begin, inside, end + after
