"""Lists of the found tracks to buy, and of the unsure and the missing ones.

A track is *found* if it is matched. It is *missing* if Beatport does not have it, or only in
another version. It is *unsure* if a candidate may be the track. A failed track is in no list,
because it is unknown whether it is on sale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from beatport_match._html_page import page, section, style_sheet, tiles
from beatport_match.files.atomic_write import atomic_write, make_folder
from beatport_match.files.guarded_read import as_path
from beatport_match.matching.match import Match
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import MAX_DURATION_S, single_line
from beatport_match.reports.html_table import (
    TABLE_RULES,
    TABLE_THEME,
    bpm_text,
    candidate_link,
    key_text,
    length_text,
    table,
    text,
    unbroken,
)
from beatport_match.results import PlaylistMatch, require_results, write_table

Group: TypeAlias = Literal["found", "unsure", "missing", "failed"]

MISSING_COLUMNS = (
    "track_id title artists album label year isrc file status other_id other_title other_mix "
    "other_artists other_url"
).split()
# A line break would begin another entry; a null character ends a path.
_NOT_IN_A_PATH = re.compile(r"[\n\r\0]")
# Python keeps bytes that are not text as U+DC80 to U+DCFF; other surrogates are no bytes.
_NOT_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


@dataclass(frozen=True, slots=True)
class Wants:
    """The result of `write_wants`.

    Attributes:
        folder: The folder of the files.
        found: Number of matched tracks.
        unsure: Number of tracks that need review, because a candidate may be the track.
        missing: Number of tracks that Beatport does not have, or only in another version.
        failed: Number of tracks without an answer because of a fault; they are in no list.
        to_buy: Number of different Beatport tracks in `wants.html` and `wants.txt`.
        without_file: Number of tracks in no M3U file, because they name no file, or one with a line
            break in its name.

    Example:
        ```python
        wants = write_wants(result, "wants/")
        print(wants.to_buy, wants.missing)
        ```
    """

    folder: str
    found: int
    unsure: int
    missing: int
    failed: int
    to_buy: int
    without_file: int

    def __str__(self) -> str:
        failed = f"; {self.failed:,} failed and are in no list" if self.failed else ""
        without = (
            f"; {self.without_file:,} without a file are in no M3U" if self.without_file else ""
        )
        links = "Beatport link" if self.to_buy == 1 else "Beatport links"
        found = f"{self.found:,} found ({self.to_buy:,} {links})"
        counts = f"{found}, {self.unsure:,} unsure, {self.missing:,} missing"
        return f"{self.folder}: {counts}{failed}{without}."


def write_wants(result: PlaylistMatch, folder: str | Path) -> Wants:
    """Write lists of the tracks to buy and of the missing tracks.

    `wants.html` and `wants.txt` have the Beatport links of the found tracks. `missing.csv` has the
    tracks that are not on Beatport, or only in another version, with the link of that version.
    `found.m3u8`, `unsure.m3u8` and `missing.m3u8` are playlists of your own files.

    Args:
        result: The results of a run, or of `PlaylistMatch.from_json`.
        folder: The folder to write to. It is created if it does not exist; existing files with
            these names are replaced.

    Returns:
        How many tracks are in each list.

    Raises:
        MisuseError: An argument has a wrong type.
        OutputError: The folder or a file cannot be written. It is also an `OSError`.

    Example:
        ```python
        print(write_wants(PlaylistMatch.from_json("friday.json"), "wants/"))
        ```
    """
    require_results(result)
    folder = as_path("folder", folder, "folder")
    make_folder(folder)
    groups: dict[Group, list[Match]] = {"found": [], "unsure": [], "missing": [], "failed": []}
    for match in result.matches:
        groups[group_of(match)].append(match)
    buy = candidates_to_buy(groups["found"])
    write_table(folder / "missing.csv", MISSING_COLUMNS, map(missing_row, groups["missing"]))
    _write(folder / "wants.html", wants_page(buy))
    _write(folder / "wants.txt", wants_text(buy))
    playlists: tuple[Group, ...] = ("found", "unsure", "missing")
    for name in playlists:
        _write(folder / f"{name}.m3u8", m3u_text(groups[name]))
    return Wants(
        str(folder),
        **{name: len(matches) for name, matches in groups.items()},
        to_buy=len(buy),
        without_file=sum(m3u_path(one) is None for name in playlists for one in groups[name]),
    )


def group_of(match: Match) -> Group:
    """Return the list that a match belongs to."""
    if match.outcome == "review":
        is_on_sale = any(one.relation == "same_recording" for one in match.candidates)
        return "unsure" if is_on_sale else "missing"
    groups: dict[str, Group] = {"matched": "found", "not_found": "missing"}
    return groups.get(match.outcome, "failed")


def other_version(match: Match) -> Candidate | None:
    """Return the most likely candidate that is another version of the track."""
    versions = (one.candidate for one in match.candidates if one.relation == "other_version")
    return next(versions, None)


def missing_row(match: Match) -> dict[str, Any]:
    """Return the cells of a missing track in `missing.csv`."""
    track, other = match.track, other_version(match)
    row = {
        "track_id": track.id,
        "title": track.title,
        "artists": track.artist_text,
        "album": track.album,
        "label": track.label,
        "year": track.year,
        "isrc": track.isrc,
        "file": track.file,
        "status": "not_found",
    }
    if other is None:
        return row
    return row | {
        "status": "other_version",
        "other_id": other.id,
        "other_title": other.name,
        "other_mix": other.mix_name,
        "other_artists": ", ".join(other.artists),
        "other_url": other.url,
    }


def candidates_to_buy(found: Iterable[Match]) -> list[Candidate]:
    """Return each accepted candidate once, in the order of the playlist."""
    accepted = (best.candidate for match in found if (best := match.accepted))
    # Catalogues of your own may use the numbers of Beatport for other tracks.
    return list({(one.id, one.url): one for one in accepted}.values())


def wants_text(candidates: Sequence[Candidate]) -> str:
    """Return one line for each candidate: artists, title and mix, a tab, and its link."""
    return "".join(
        f"{single_line(str(one))}\t{single_line(one.url or '')}".rstrip() + "\n"
        for one in candidates
    )


def wants_page(candidates: Sequence[Candidate]) -> str:
    """Return an HTML page with a table of the candidates."""
    rows = (
        (
            candidate_link(one),
            text(one.label),
            unbroken(one.release_date),
            unbroken(key_text(one.key, one.camelot)),
            bpm_text(one.bpm),
            length_text(one.length_s),
        )
        for one in candidates
    )
    columns = ("track", "label", "released", "key", "BPM", "length")
    title = "Tracks to buy on Beatport"
    content = table(columns, rows) if candidates else '<p class="quiet">No track was found.</p>'
    body = f"<h1>{title}</h1>\n{tiles({'tracks': f'{len(candidates):,}'})}"
    body += "\n" + section("Found on Beatport", content)
    return page(title, style_sheet(TABLE_THEME, TABLE_RULES), body)


def m3u_text(matches: Iterable[Match]) -> str:
    """Return an extended M3U playlist of the tracks that have a file."""
    lines = ["#EXTM3U", "#EXTENC:UTF-8"]
    for match in matches:
        if path := m3u_path(match):
            length = match.track.duration_s or 0
            seconds = round(length) if 0 < length <= MAX_DURATION_S else -1
            lines += [f"#EXTINF:{seconds},{single_line(str(match.track))}", path]
    return "\n".join(lines) + "\n"


def m3u_path(match: Match) -> str | None:
    """Return the path of a track's file for an M3U playlist; `None` if it cannot be written."""
    path = match.track.file
    if not path or _NOT_IN_A_PATH.search(path):
        return None
    # A line that begins with `#` is a comment, and players drop a blank at the beginning.
    return f"./{path}" if path[0] == "#" or path[0].isspace() else path


def _write(path: Path, content: str) -> None:
    # Names of files may contain bytes that are not text. Players need the same bytes again.
    with atomic_write(path) as draft:
        draft.write_bytes(_NOT_BYTES.sub("\ufffd", content).encode("utf-8", "surrogateescape"))
