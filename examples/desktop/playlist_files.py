"""Read playlist files for the window, and report what cannot be read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple, TypeAlias

from beatport_match import PlaylistError, PlaylistProblem, Track, list_playlists, read_playlist

# A folder of music, `_Serato_` and `Engine Library` have their own dialogs.
PATTERNS = (
    *("*.xml", "*.nml", "*.m3u", "*.m3u8", "*.csv", "*.tsv", "*.txt", "*.crate", "*.db", "*.xspf"),
    *("*.pls", "*.cue", "database*"),
)
FILE_FILTER = f"Playlists and libraries ({' '.join(PATTERNS)});;All files (*)"

Opened: TypeAlias = "tuple[str, ...] | Exception"


class Tracks(NamedTuple):
    """The tracks of a playlist, the unreadable entries, and the error that ended the reading."""

    tracks: tuple[Track, ...]
    problems: tuple[PlaylistProblem, ...]
    trouble: str


def names_in(file: Path) -> tuple[str, ...]:
    """List the playlists in a file; if it is damaged further down, return an empty list."""
    read_playlist(file)
    try:
        return list_playlists(file)
    except PlaylistError:
        return ()


def tracks_in(file: Path, playlist: str) -> Tracks:
    """Read a playlist as far as possible; an empty name means the whole file."""
    tracks: list[Track] = []
    problems: list[PlaylistProblem] = []
    trouble = ""
    try:
        for track in read_playlist(file, playlist or None, on_problem=problems.append):
            tracks.append(track)  # noqa: PERF402 - keeps the tracks before the damage
    except PlaylistError as error:
        trouble = str(error)
    return Tracks(tuple(tracks), tuple(problems), trouble)


def journal_for(folder: Path, file: Path, playlist: str) -> Path:
    """Return the journal of a playlist, with which a run resumes after the program was closed."""
    digest = hashlib.sha256(f"{file.resolve()}\n{playlist}".encode("utf-8", "replace")).hexdigest()
    return folder / "journals" / f"{digest[:32]}.journal"
