"""A report of a run for people: how many tracks were found, and what Beatport adds to each.

`field_changes` compares the key, the tempo, the label and the year of a track with those of its
accepted candidate. The page contains no script and loads nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from beatport_match._html_page import page, section, style_sheet, tiles
from beatport_match.files.atomic_write import write_text
from beatport_match.files.guarded_read import as_path
from beatport_match.matching.match import Match
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing import field_values
from beatport_match.parsing.normalize import fold
from beatport_match.reports.html_table import (
    TABLE_RULES,
    TABLE_THEME,
    bpm_text,
    candidate_link,
    key_text,
    table,
    text,
    unbroken,
)
from beatport_match.results import PlaylistMatch, require_results

State: TypeAlias = Literal["added", "changed", "same", "unknown"]

# Programs measure the tempo; Beatport rounds it to whole beats.
MIN_BPM_CHANGE = 0.5
_STATES: dict[State, str] = {
    "added": "added",
    "changed": "changed",
    "same": "the same",
    "unknown": "not on Beatport",
}
_NOTE = '<p class="quiet">Bold: a value from Beatport. Struck through: your value before.</p>'


class FieldChange(NamedTuple):
    """A field of a matched track: your value, Beatport's value, and how they differ.

    `state` is `added` (you have no value), `changed`, `same`, or `unknown` (Beatport has no value).
    """

    name: str
    before: str
    after: str
    state: State


def write_match_report(result: PlaylistMatch, path: str | Path) -> None:
    """Write a report of the results as one HTML page that needs no other file.

    The page shows how many tracks were found, which keys, tempos, labels and years Beatport adds or
    changes, and links to the found tracks. It has a light and a dark theme.

    Args:
        result: The results of a run, or of `PlaylistMatch.from_json`.
        path: The file to write. An existing file is replaced.

    Raises:
        MisuseError: An argument has a wrong type.
        OutputError: The file cannot be written. It is also an `OSError`.

    Example:
        ```python
        write_match_report(PlaylistMatch.from_json("friday.json"), "friday.html")
        ```
    """
    require_results(result)
    write_text(as_path("path", path), match_report_page(result))


def field_changes(track: Track, found: Candidate) -> tuple[FieldChange, ...]:
    """Compare the key, the tempo, the label and the year of a track with those on Beatport.

    A key in another notation, a tempo that rounds to Beatport's and a label in another spelling
    are the same.
    """
    key, found_key = parse_key(track.key), parse_key(found.key) or parse_key(found.camelot)
    year = field_values.year(found.release_date)
    gap = abs((track.bpm or 0) - (found.bpm or 0))
    return (
        _change(
            "key",
            key_text(track.key),
            key_text(found.key, found.camelot),
            is_same=key is not None and key == found_key,
        ),
        _change("BPM", bpm_text(track.bpm), bpm_text(found.bpm), is_same=gap < MIN_BPM_CHANGE),
        _change(
            "label",
            track.label or "",
            found.label or "",
            is_same=fold(track.label or "") == fold(found.label or ""),
        ),
        _change("year", str(track.year or ""), str(year or ""), is_same=track.year == year),
    )


def _change(name: str, before: str, after: str, *, is_same: bool) -> FieldChange:
    before, after = before.strip(), after.strip()
    if not after:
        return FieldChange(name, before, after, "unknown")
    if not before:
        return FieldChange(name, before, after, "added")
    return FieldChange(name, before, after, "same" if is_same else "changed")


def match_report_page(result: PlaylistMatch) -> str:
    """Return the page."""
    found = [
        (match, best.candidate, field_changes(match.track, best.candidate))
        for match in result.matched
        if (best := match.accepted)
    ]
    changes = [change for _, _, of_track in found for change in of_track]
    rows = (
        (text(str(match.track)), candidate_link(candidate), *map(_change_cell, of_track))
        for match, candidate, of_track in found
    )
    names = [change.name for change in found[0][2]] if found else []
    columns = ("your track", "on Beatport", *names)
    sections = [
        *_part("What Beatport adds", ("field", *_STATES.values()), _counts(names, changes)),
        *_part("Found", columns, rows, note=_NOTE),
        *_part("To review", ("your track", "most likely", "why"), map(_review_row, result.review)),
        *_part("Not found", ("your track", "why"), map(_reason_row, result.not_found)),
        *_part("Failed", ("your track", "why"), map(_reason_row, result.failed)),
    ]
    title = "Match report"
    body = f"<h1>{title}</h1>\n{_tiles(result, changes)}\n" + "\n".join(sections)
    return page(title, style_sheet(TABLE_THEME, TABLE_RULES), body)


def _tiles(result: PlaylistMatch, changes: Sequence[FieldChange]) -> str:
    total = len(result.matches)
    share = f" ({100 * len(result.matched) // total} %)" if total else ""
    figures = {
        "tracks": total,
        f"found{share}": len(result.matched),
        "to review": len(result.review),
        "not found": len(result.not_found),
        "failed": len(result.failed),
        "values added": sum(change.state == "added" for change in changes),
        "values changed": sum(change.state == "changed" for change in changes),
    }
    return tiles({name: f"{count:,}" for name, count in figures.items()})


def _part(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, note: str = ""
) -> list[str]:
    """Return a section with a table; none without a row."""
    listed = list(rows)
    return [section(title, note + table(columns, listed))] if listed else []


def _counts(names: Iterable[str], changes: Iterable[FieldChange]) -> Iterable[Sequence[str]]:
    """Return a row for each field with the number of tracks in each state."""
    counts = Counter((change.name, change.state) for change in changes)
    return ((name, *(f"{counts[name, state]:,}" for state in _STATES)) for name in names)


def _change_cell(change: FieldChange) -> str:
    show = text if change.name == "label" else unbroken
    before, after = show(change.before), show(change.after)
    if change.state == "changed":
        return f"<del>{before}</del> → <ins>{after}</ins>"
    return f"<ins>{after}</ins>" if change.state == "added" else after or before


def _review_row(match: Match) -> Sequence[str]:
    best = candidate_link(match.best.candidate) if match.best else ""
    return text(str(match.track)), best, text(match.reason)


def _reason_row(match: Match) -> Sequence[str]:
    return text(str(match.track)), text(match.reason)
