"""The named playlists of a library: their names, and the tracks of one of them.

In most libraries a playlist holds only keys of entries in the collection. So reading one takes two
passes over the file: the first reads its keys, the second the entries with these keys.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import NAMELESS, Entry, PlaylistSource

MAX_LISTED_PLAYLISTS = 20
MAX_SHOWN_PATH_LENGTH = 200


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

    def is_named(self, wanted: str | None) -> bool:
        """Return whether a name can mean this playlist."""
        return wanted is not None and wanted in (self.path, self.name)


@dataclass(frozen=True, slots=True)
class Library:
    """How the file of a program with named playlists is read.

    Attributes:
        program: The name of the program, for the texts of errors.
        check: Raise a `PlaylistError` if the file has another format.
        entries: Yield the entries of the collection, with the keys of the given name.
        playlists: Yield all playlists; those with the given name have their references when the
            iteration has moved on.
        nameless: The text of the problem of an entry without a name.
    """

    program: str
    check: Callable[[Path], None]
    entries: Callable[[Path, str], Iterator[Entry]]
    playlists: Callable[[Path, str | None], Iterator[NamedPlaylist]]
    nameless: str = NAMELESS

    def names(self, source: PlaylistSource) -> tuple[str, ...]:
        """List the playlists as `Folder/Name`, in file order.

        Raises:
            PlaylistError: The file cannot be read to its end or has another format.
        """
        return tuple(playlist.path for playlist in self.playlists(source.file, None))

    def read(self, source: PlaylistSource) -> Iterator[Track]:
        """Read one playlist in its order, or the whole collection in constant memory.

        Raises:
            PlaylistError: The file cannot be read, has another format, or does not have the
                playlist: raised by the call itself. For the collection, damage further down in the
                file is raised when iteration reaches it.
        """
        if source.playlist is None:
            self.check(source.file)
            return source.tracks(self.entries(source.file, ""), self.nameless)
        playlists = self.playlists(source.file, normalize_name(source.playlist))
        playlist = find_playlist(source, playlists, self.program)
        return self._playlist_tracks(source, playlist)

    def _playlist_tracks(self, source: PlaylistSource, playlist: NamedPlaylist) -> Iterator[Track]:
        tracks = self._tracks_by_key(source, playlist)
        for key, place in playlist.references:
            if key not in tracks:
                detail = (
                    f"the playlist {playlist.path[:MAX_SHOWN_PATH_LENGTH]!r} refers to the "
                    f"{playlist.key_name} {key[:MAX_SHOWN_PATH_LENGTH]!r}, which is not in the "
                    f"collection; export it again from {self.program}"
                )
                source.report(place, detail)
            elif track := tracks[key]:
                yield track

    def _tracks_by_key(
        self, source: PlaylistSource, playlist: NamedPlaylist
    ) -> dict[str, Track | None]:
        """Read the tracks of a playlist by key; the value is `None` if the track is unreadable."""
        missing = {reference.key for reference in playlist.references} - {""}
        tracks: dict[str, Track | None] = {}
        if not missing:
            return tracks
        for entry in self.entries(source.file, playlist.key_name):
            if entry.key in missing:
                missing.remove(entry.key)
                tracks[entry.key] = source.track(entry, self.nameless)
                if not missing:
                    break
        return tracks


def normalize_name(name: str | None) -> str:
    """Return a name in one Unicode form, because macOS may use another one."""
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


def _listed(paths: Iterable[str]) -> str:
    quoted = [repr(path[:MAX_SHOWN_PATH_LENGTH]) for path in paths]
    hidden = len(quoted) - MAX_LISTED_PLAYLISTS
    more = f" and {hidden} more" if hidden > 0 else ""
    return ", ".join(quoted[:MAX_LISTED_PLAYLISTS]) + more
