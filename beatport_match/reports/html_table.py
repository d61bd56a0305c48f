"""The tables, texts and links of the HTML pages. Texts come from outside, so each is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, as_minutes
from beatport_match.model.validation import MAX_BPM, MAX_DURATION_S, is_web_url, single_line

# On a narrow screen each row becomes a block, with the names of its columns before the values.
TABLE_RULES = """
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 400; border-top: 0; white-space: nowrap; }
a { color: var(--link); } .whole { white-space: nowrap; }
del { color: var(--quiet); } ins { text-decoration: none; font-weight: 650; }
@media (max-width: 640px) {
  body { padding: 20px 12px 32px; } section { padding: 14px; }
  table, tbody, tr, td { display: block; } thead { display: none; }
  tr { border-top: 1px solid var(--line); padding: 8px 0; }
  td { border: 0; padding: 1px 0; } td:empty { display: none; }
  td::before { content: attr(data-name) " "; color: var(--quiet); }
}
"""
TABLE_THEME = {"link": ("#1f5fae", "#7fb2f0")}


def text(value: str | None) -> str:
    """Return a text as HTML: on one line, isolated from the direction of the texts around it."""
    cleaned = single_line(value or "")
    return f"<bdi>{escape(cleaned)}</bdi>" if cleaned else ""


def unbroken(value: str | None) -> str:
    """Return a short text as HTML that stays on one line, such as a date."""
    return f'<span class="whole">{text(value)}</span>' if value else ""


def candidate_link(candidate: Candidate) -> str:
    """Return the artists, title and mix of a candidate as a link; as text without a web page."""
    label, url = text(str(candidate)), candidate.url
    if url is None or not is_web_url(url):
        return label
    return f'<a href="{escape(url)}" rel="noreferrer">{label}</a>'


def key_text(*texts: str | None) -> str:
    """Return the first key with its Camelot code; a text that is not a key is not changed."""
    key = next(filter(None, map(parse_key, texts)), None)
    return f"{key.name} ({key.camelot})" if key else next(filter(None, texts), "")


def bpm_text(bpm: float | None) -> str:
    """Return a tempo with at most two decimals; empty if it is unknown."""
    return f"{bpm:.2f}".rstrip("0").rstrip(".") if bpm and 0 < bpm < MAX_BPM else ""


def length_text(seconds: float | None) -> str:
    """Return a length as minutes and seconds; empty if it is unknown."""
    return as_minutes(seconds) if seconds and 0 < seconds <= MAX_DURATION_S else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table.

    Args:
        columns: The names of the columns.
        rows: The cells of each row, as HTML.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td data-name="{name}">{cell}</td>' for name, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
