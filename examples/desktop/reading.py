"""Playlist files read for the window: what can be read is given, what cannot is told."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple, TypeAlias

from beatport_match import PlaylistError, PlaylistProblem, Track, list_playlists, read_playlist

Opened: TypeAlias = "tuple[str, ...] | Exception"


class Tracks(NamedTuple):
    """The tracks of a playlist, the entries that are none, and why there are not more."""

    tracks: tuple[Track, ...]
    problems: tuple[PlaylistProblem, ...]
    trouble: str


def names_in(file: Path) -> tuple[str, ...]:
    """The playlists in a file; one that is damaged further down is still worth opening."""
    read_playlist(file)
    try:
        return list_playlists(file)
    except PlaylistError:
        return ()


def tracks_in(file: Path, playlist: str) -> Tracks:
    """The tracks of a playlist, as far as it can be read; empty is the whole file."""
    tracks: list[Track] = []
    problems: list[PlaylistProblem] = []
    trouble = ""
    try:
        for track in read_playlist(file, playlist or None, on_problem=problems.append):
            tracks.append(track)  # noqa: PERF402 - those before the damage are kept
    except PlaylistError as error:
        trouble = str(error)
    return Tracks(tuple(tracks), tuple(problems), trouble)


def journal_for(folder: Path, file: Path, playlist: str) -> Path:
    """Where a playlist's run is kept, so that it goes on after the program was closed."""
    named = hashlib.sha256(f"{file.resolve()}\n{playlist}".encode("utf-8", "replace")).hexdigest()
    return folder / "journals" / f"{named[:32]}.journal"
