"""Read Rekordbox's collection export (XML): the collection, and the playlists that refer to it.

Written against the published description of the format, version 1.0.0. In the file, the playlists
come after the collection. So reading one playlist takes two passes: the first reads its keys, the
second the tracks with these keys. The collection itself is read in constant memory.
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
MAX_SHOWN_LENGTH = 200


class _Entry(NamedTuple):
    """One entry of a playlist; `key` is a `TrackID`, or the path of a `Location`."""

    key: str
    line: int


@dataclass(slots=True)
class _Playlist:
    """A playlist; `path` is its `Folder/Name`.

    If `by_location` is true, its keys are the paths of locations; otherwise they are track ids.
    """

    path: str
    name: str
    by_location: bool
    entries: list[_Entry] = field(default_factory=list[_Entry])

    @property
    def key_attribute(self) -> str:
        return "Location" if self.by_location else "TrackID"


def names(file: Path) -> tuple[str, ...]:
    """List the playlists of an export as `Folder/Name`, in file order.

    Raises:
        PlaylistError: The file cannot be read to its end or is not a Rekordbox export.
    """
    return tuple(playlist.path for playlist in _playlists(file, None))


def read(file: Path, playlist: str | None, on_problem: OnProblem | None) -> Iterator[Track]:
    """Read one playlist in its order, or the whole collection in constant memory.

    Args:
        file: The export.
        playlist: `Folder/Name`, or the name alone if only one playlist has it; `None` is the
            collection. A full path has priority over an equal plain name.
        on_problem: Called with each entry that is left out.

    Raises:
        PlaylistError: The file cannot be read, is not a Rekordbox export, or does not have the
            playlist: raised by the call itself. For the collection, damage further down in the
            file is raised when iteration reaches it.
    """
    if playlist is None:
        next(elements(file, _DOCUMENT), None)  # checks the root, so that the call itself raises
        tracks = (track_of(file, element, on_problem) for element in elements(file, COLLECTION))
        return filter(None, tracks)
    return _playlist_tracks(file, _find_playlist(file, playlist), on_problem)


def _playlist_tracks(
    file: Path, playlist: _Playlist, on_problem: OnProblem | None
) -> Iterator[Track]:
    tracks = _tracks_by_key(file, playlist, on_problem)
    for entry in playlist.entries:
        if entry.key in tracks:
            if track := tracks[entry.key]:
                yield track
        elif on_problem:
            detail = (
                f"the playlist {playlist.path[:MAX_SHOWN_LENGTH]!r} refers to the "
                f"{playlist.key_attribute} {entry.key[:MAX_SHOWN_LENGTH]!r}, which is not in the "
                f"collection; export it again from Rekordbox"
            )
            on_problem(PlaylistProblem(str(file), f"line {entry.line}", detail))


def _tracks_by_key(
    file: Path, playlist: _Playlist, on_problem: OnProblem | None
) -> dict[str, Track | None]:
    """Read the tracks of a playlist by key; the value is `None` if the track cannot be read."""
    missing = {entry.key for entry in playlist.entries} - {""}
    tracks: dict[str, Track | None] = {}
    if not missing:
        return tracks
    for element in elements(file, COLLECTION):
        value = element.attributes.get(playlist.key_attribute)
        key = _key(value, by_location=playlist.by_location)
        if key in missing:
            missing.remove(key)
            tracks[key] = track_of(file, element, on_problem)
            if not missing:
                break
    return tracks


def track_of(file: Path, element: Element, on_problem: OnProblem | None) -> Track | None:
    """Convert an entry of the collection to a track; `None` if it cannot be read."""
    values = element.attributes
    track_id = field_values.known_text(values.get("TrackID"))
    title = field_values.with_mix(field_values.text(values.get("Name")), values.get("Mix"))
    title = title or field_values.stem(values.get("Location"))
    if not title:
        if on_problem:
            place = f"line {element.line}, TrackID {track_id or 'missing'}"
            detail = "the track has neither a Name nor a Location; name it in Rekordbox"
            on_problem(PlaylistProblem(str(file), place, detail))
        return None
    return Track(
        title,
        field_values.artist_names(values.get("Artist")),
        album=field_values.known_text(values.get("Album")),
        label=field_values.known_text(values.get("Label")),
        year=field_values.year(values.get("Year")),
        bpm=field_values.bpm(values.get("AverageBpm")),
        key=field_values.known_text(values.get("Tonality")),
        duration_s=field_values.seconds(values.get("TotalTime")),
        remixers=field_values.artist_names(values.get("Remixer")),
        file=field_values.path_of(values.get("Location")) or None,
        id=track_id,
    )


def _find_playlist(file: Path, wanted: str) -> _Playlist:
    name = _normalize_name(wanted)
    found = list(_playlists(file, name))  # a list, so that their entries are read
    for attribute in ("path", "name"):
        same = [playlist for playlist in found if getattr(playlist, attribute) == name]
        if len(same) == 1:
            return same[0]
        if same:
            raise PlaylistError(
                f"{file}: more than one playlist is named {wanted!r}: "
                f"{_listed(playlist.path for playlist in same)}; give the full name, or rename one "
                f"in Rekordbox and export again."
            )
    names_there = _listed(playlist.path for playlist in found)
    there = f"there are: {names_there}" if found else "there are none"
    raise PlaylistError(f"{file}: no playlist is named {wanted!r}; {there}.")


def _playlists(file: Path, wanted: str | None) -> Iterator[_Playlist]:
    """Yield every playlist; only those whose path or name is wanted get their entries.

    A playlist is yielded before its entries are read. They are complete when iteration has moved on
    to the next playlist.
    """
    path: list[str] = []
    playlist: _Playlist | None = None
    for element in elements(file, _PLAYLISTS):
        if element.name == "NODE":
            path = [
                *path[: element.depth - _ROOT_NODE_DEPTH],
                _normalize_name(element.attributes.get("Name")),
            ]
            playlist = None
            if element.attributes.get("Type") == _IS_PLAYLIST:
                by_location = element.attributes.get("KeyType") == _KEY_IS_LOCATION
                playlist = _Playlist("/".join(path[1:] or path), path[-1], by_location)
                yield playlist
        elif playlist and wanted in (playlist.path, playlist.name):
            key = _key(element.attributes.get("Key"), by_location=playlist.by_location)
            playlist.entries.append(_Entry(key, element.line))


def _key(value: str | None, *, by_location: bool) -> str:
    # Programs percent-encode the same path differently, so decoded paths are compared.
    return field_values.path_of(value) if by_location else field_values.text(value)


def _normalize_name(name: str | None) -> str:
    # A name typed on a Mac may use another Unicode composition than the name in the file.
    return unicodedata.normalize("NFC", field_values.text(name))


def _listed(paths: Iterable[str]) -> str:
    quoted = [repr(path[:MAX_SHOWN_LENGTH]) for path in paths]
    hidden = len(quoted) - MAX_LISTED_PLAYLISTS
    more = f" and {hidden} more" if hidden > 0 else ""
    return ", ".join(quoted[:MAX_LISTED_PLAYLISTS]) + more
