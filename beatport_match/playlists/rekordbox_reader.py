"""Rekordbox's collection export (XML): the collection, and the playlists that point into it.

Written against the published list of the format, version 1.0.0. The playlists stand after the
collection, so one of them takes two passes: its keys first, then the tracks they mean.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from beatport_match.errors import PlaylistError
from beatport_match.model.problems import OnProblem, PlaylistProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.rekordbox_xml import ROOT, Element, elements

COLLECTION = frozenset({("COLLECTION", "TRACK")})
_DOCUMENT = frozenset({("", ROOT)})
_PLAYLISTS = frozenset({("PLAYLISTS", "NODE"), ("NODE", "NODE"), ("NODE", "TRACK")})
_ROOT_NODE_DEPTH = 3
_IS_PLAYLIST = "1"
_KEY_IS_LOCATION = "1"
MAX_LISTED_PLAYLISTS = 20
MAX_SHOWN_NAMES = 200


class _Entry(NamedTuple):
    """One line of a playlist; `key` is a `TrackID`, or the path of a `Location`."""

    key: str
    line: int


@dataclass(slots=True)
class _Playlist:
    """A playlist; `path` is its `Folder/Name`, `by_location` tells what its keys are."""

    path: str
    name: str
    by_location: bool
    entries: list[_Entry] = field(default_factory=list[_Entry])

    @property
    def key_attribute(self) -> str:
        return "Location" if self.by_location else "TrackID"


def names(file: Path) -> tuple[str, ...]:
    """The playlists of an export as `Folder/Name`, in file order.

    Raises:
        PlaylistError: The file cannot be read to its end or is not Rekordbox's.
    """
    return tuple(playlist.path for playlist in _playlists(file, None))


def read(file: Path, playlist: str | None, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read one playlist in its order, or the whole collection in constant memory.

    Args:
        file: The export.
        playlist: `Folder/Name`, or the name alone where only one playlist has it; `None` is the
            collection. A full path goes before a name that happens to be the same.
        on_problem: Told of each entry that is left out.

    Raises:
        PlaylistError: At once where the file cannot be read, is not Rekordbox's, or has no such
            playlist; for the collection, damage further down is raised when iteration gets there.
    """
    if playlist is None:
        next(elements(file, _DOCUMENT), None)
        return _collection(file, on_problem)
    return _in_playlist(file, _pick(file, playlist), on_problem)


def _collection(file: Path, on_problem: OnProblem | None) -> Iterator[Track]:
    for element in elements(file, COLLECTION):
        if track := track_of(file, element, on_problem):
            yield track


def _in_playlist(file: Path, playlist: _Playlist, on_problem: OnProblem | None) -> Iterator[Track]:
    tracks = _find_playlist(file, playlist, on_problem)
    for entry in playlist.entries:
        if entry.key in tracks:
            if track := tracks[entry.key]:
                yield track
        elif on_problem:
            detail = (
                f"the playlist {playlist.path[:MAX_SHOWN_NAMES]!r} names the {playlist.key_attribute} "
                f"{entry.key[:MAX_SHOWN_NAMES]!r}, which is not in the collection; export it again"
            )
            on_problem(PlaylistProblem(str(file), f"line {entry.line}", detail))


def _find_playlist(
    file: Path, playlist: _Playlist, on_problem: OnProblem | None
) -> dict[str, Track | None]:
    """The tracks of a playlist by key; `None` for one that is there but cannot be read."""
    missing = {entry.key for entry in playlist.entries} - {""}
    tracks: dict[str, Track | None] = {}
    if not missing:
        return tracks
    for element in elements(file, COLLECTION):
        written = element.attributes.get(playlist.key_attribute)
        key = _key(written, by_location=playlist.by_location)
        if key in missing:
            missing.remove(key)
            tracks[key] = track_of(file, element, on_problem)
            if not missing:
                break
    return tracks


def track_of(file: Path, element: Element, on_problem: OnProblem | None) -> Track | None:
    """The track that an entry of the collection means; `None` where it cannot be read."""
    said = element.attributes
    track_id = field_values.known_text(said.get("TrackID"))
    title = field_values.with_mix(field_values.text(said.get("Name")), said.get("Mix"))
    title = title or field_values.stem(said.get("Location"))
    if not title:
        if on_problem:
            place = f"line {element.line}, TrackID {track_id or 'missing'}"
            detail = "the track has neither a Name nor a Location; name it in Rekordbox"
            on_problem(PlaylistProblem(str(file), place, detail))
        return None
    return Track(
        title,
        field_values.artist_names(said.get("Artist")),
        album=field_values.known_text(said.get("Album")),
        label=field_values.known_text(said.get("Label")),
        year=field_values.year(said.get("Year")),
        bpm=field_values.bpm(said.get("AverageBpm")),
        key=field_values.known_text(said.get("Tonality")),
        duration_s=field_values.seconds(said.get("TotalTime")),
        remixers=field_values.artist_names(said.get("Remixer")),
        file=field_values.path_of(said.get("Location")) or None,
        id=track_id,
    )


def _pick(file: Path, wanted: str) -> _Playlist:
    found = list(_playlists(file, _same_name(wanted)))  # a list, so that their entries are read
    for attribute in ("path", "name"):
        fitting = [one for one in found if getattr(one, attribute) == _same_name(wanted)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise PlaylistError(
                f"{file}: more than one playlist is named {wanted!r}: "
                f"{_listed(one.path for one in fitting)}; give the full name, or rename one in "
                f"Rekordbox and export again."
            )
    there = f"there are: {_listed(one.path for one in found)}" if found else "there are none"
    raise PlaylistError(f"{file}: no playlist is named {wanted!r}; {there}.")


def _playlists(file: Path, wanted: str | None) -> Iterator[_Playlist]:
    """Every playlist, with the entries only of those that are wanted by path or name.

    A playlist is given before its entries are read: they are there once iteration has moved on.
    """
    path: list[str] = []
    playlist: _Playlist | None = None
    for element in elements(file, _PLAYLISTS):
        if element.name == "NODE":
            path = [
                *path[: element.depth - _ROOT_NODE_DEPTH],
                _same_name(element.attributes.get("Name")),
            ]
            playlist = None
            if element.attributes.get("Type") == _IS_PLAYLIST:
                by_location = element.attributes.get("KeyType") == _KEY_IS_LOCATION
                playlist = _Playlist("/".join(path[1:] or path), path[-1], by_location)
                yield playlist
        elif playlist and wanted in (playlist.path, playlist.name):
            key = _key(element.attributes.get("Key"), by_location=playlist.by_location)
            playlist.entries.append(_Entry(key, element.line))


def _key(written: str | None, *, by_location: bool) -> str:
    # Two programs need not percent-encode one path the same way.
    return field_values.path_of(written) if by_location else field_values.text(written)


def _same_name(name: str | None) -> str:
    # A name typed on a Mac may be composed differently from the one that Rekordbox wrote.
    return unicodedata.normalize("NFC", field_values.text(name))


def _listed(paths: Iterable[str]) -> str:
    every = [repr(path[:MAX_SHOWN_NAMES]) for path in paths]
    more = (
        f" and {len(every) - MAX_LISTED_PLAYLISTS} more"
        if len(every) > MAX_LISTED_PLAYLISTS
        else ""
    )
    return ", ".join(every[:MAX_LISTED_PLAYLISTS]) + more
