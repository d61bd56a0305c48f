"""Playlists: files of a DJ's tracks, read one entry at a time, whatever wrote them.

The room's front door. One reader a format; the content decides which, not the suffix:

    rekordbox    Rekordbox's collection export (XML)
    m3u          M3U and M3U8, plain or extended
    delimited    CSV with named columns; tabs too, such as Rekordbox's TXT

Rekordbox's can be written anew with what was found (`enriching`), the original left as it is.

It knows files, and neither network nor log. A file that cannot be read is a `PlaylistError`;
an entry that cannot be read is a `PlaylistProblem`, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.playlists import delimited, m3u, rekordbox
from beatport_match.playlists.enriching import Enrichment, enrich_rekordbox
from beatport_match.playlists.problems import OnProblem, PlaylistProblem
from beatport_match.playlists.recognition import recognise
from beatport_match.tracks import Track

__all__ = [
    "Enrichment",
    "PlaylistProblem",
    "enrich_rekordbox",
    "list_playlists",
    "read_playlist",
]


def read_playlist(
    path: str | PathLike[str],
    playlist: str | None = None,
    *,
    on_problem: OnProblem | None = None,
) -> Iterator[Track]:
    """Read the tracks of a playlist file, in its order, as they are needed.

    Args:
        path: A Rekordbox export, an M3U playlist or a CSV file.
        playlist: For Rekordbox, `Folder/Name` or an unambiguous name; `None` is the collection.
        on_problem: Told of each entry that is left out because it cannot be read.

    Raises:
        PlaylistError: At the call where the file is missing, of no known format, or has no such
            playlist. While iterating, only where a file turns out to be damaged further down
            (cut off, not well-formed): the tracks before that place have been given by then.
    """
    file = Path(path)
    found = recognise(file)
    if found == "rekordbox":
        return rekordbox.read(file, playlist, on_problem)
    if playlist is not None:
        raise PlaylistError(
            f"{file}: is one playlist without a name, so {playlist!r} is not in it; "
            f"leave the name out."
        )
    return m3u.read(file, on_problem) if found == "m3u" else delimited.read(file, on_problem)


def list_playlists(path: str | PathLike[str]) -> tuple[str, ...]:
    """The full names (`Folder/Name`) of the playlists in a file, in its order.

    Only Rekordbox's export has named playlists; other formats give an empty tuple.

    Raises:
        PlaylistError: The file is missing, damaged or of no known format.
    """
    file = Path(path)
    return rekordbox.names(file) if recognise(file) == "rekordbox" else ()
