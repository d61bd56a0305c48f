"""The named playlists of a library: their names, and the tracks of one of them.

In most libraries a playlist holds only keys of entries in the collection. So reading one takes two
passes over the file: the first reads its keys, the second the entries with these keys.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import NAMELESS, Entry, PlaylistSource

MAX_LISTED_PLAYLISTS = 20
MAX_SHOWN_LENGTH = 200


class Reference(NamedTuple):
    """One entry of a playlist: the key of a track, and the place of the reference in the file."""

    key: str
    place: str


@dataclass(slots=True)
class NamedPlaylist:
    """A playlist; `path` is its `Folder/Name`.

    `key_name` is what the format calls the keys, such as `TrackID`.
    """

    path: str
    name: str
    key_name: str
    references: list[Reference] = field(default_factory=list[Reference])


def normalize_name(name: str | None) -> str:
    """Return a name in one Unicode composition: a name typed on a Mac may use another one."""
    return unicodedata.normalize("NFC", field_values.text(name))


def find_playlist(
    source: PlaylistSource, playlists: Iterable[NamedPlaylist], program: str
) -> NamedPlaylist:
    """Return the wanted playlist.

    A full path has priority over an equal plain name.

    Raises:
        PlaylistError: No playlist has the name, or several have it.
    """
    name = normalize_name(source.playlist)
    found = list(playlists)
    for attribute in ("path", "name"):
        same = [playlist for playlist in found if getattr(playlist, attribute) == name]
        if len(same) == 1:
            return same[0]
        if same:
            raise PlaylistError(
                f"{source.file}: more than one playlist is named {source.playlist!r}: "
                f"{_listed(playlist.path for playlist in same)}; give the full name, or rename one "
                f"in {program} and export again."
            )
    there = _listed(playlist.path for playlist in found)
    there = f"there are: {there}" if found else "there are none"
    raise PlaylistError(f"{source.file}: no playlist is named {source.playlist!r}; {there}.")


def playlist_tracks(
    source: PlaylistSource,
    playlist: NamedPlaylist,
    collection: Iterable[Entry],
    program: str,
    nameless: str = NAMELESS,
) -> Iterator[Track]:
    """Yield the tracks of a playlist in its order.

    Args:
        source: The file.
        playlist: The playlist, with its references.
        collection: The entries of the collection, with their keys.
        program: The program that exports the file, for the text of a problem.
        nameless: The text of the problem of an entry without a name.
    """
    tracks = _tracks_by_key(source, playlist, collection, nameless)
    for key, place in playlist.references:
        if key not in tracks:
            detail = (
                f"the playlist {playlist.path[:MAX_SHOWN_LENGTH]!r} refers to the "
                f"{playlist.key_name} {key[:MAX_SHOWN_LENGTH]!r}, which is not in the collection; "
                f"export it again from {program}"
            )
            source.report(place, detail)
        elif track := tracks[key]:
            yield track


def _tracks_by_key(
    source: PlaylistSource, playlist: NamedPlaylist, collection: Iterable[Entry], nameless: str
) -> dict[str, Track | None]:
    """Read the tracks of a playlist by key; the value is `None` if the track cannot be read."""
    missing = {reference.key for reference in playlist.references} - {""}
    tracks: dict[str, Track | None] = {}
    if not missing:
        return tracks
    for entry in collection:
        if entry.key in missing:
            missing.remove(entry.key)
            tracks[entry.key] = source.track(entry, nameless)
            if not missing:
                break
    return tracks


def _listed(paths: Iterable[str]) -> str:
    quoted = [repr(path[:MAX_SHOWN_LENGTH]) for path in paths]
    hidden = len(quoted) - MAX_LISTED_PLAYLISTS
    more = f" and {hidden} more" if hidden > 0 else ""
    return ", ".join(quoted[:MAX_LISTED_PLAYLISTS]) + more
