"""Read and replace the generated parts of docs pages, which are between two marks."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def between_marks(page: Path, name: str) -> str:
    """Return the text between the marks."""
    return _split(page, name)[1].strip()


def put_between_marks(page: Path, name: str, text: str) -> None:
    """Replace the text between the marks."""
    before, _, after = _split(page, name)
    page.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")


def _split(page: Path, name: str) -> tuple[str, str, str]:
    begin, end = marks(name)
    before, found, rest = page.read_text("utf-8").partition(begin)
    inside, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(
            f"{page} lacks the marks {begin} and {end}; add them where the text belongs."
        )
    return before + begin, inside, end + after
