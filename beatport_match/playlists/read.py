"""Recognition: which format a file is in, told by its content and never by its suffix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Literal, TypeAlias

from beatport_match.errors import PlaylistError
from beatport_match.files import text_reader
from beatport_match.model.problems import OnProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists import csv_reader, m3u_reader, rekordbox_reader

Format: TypeAlias = Literal["rekordbox", "m3u", "delimited"]

_REMEDY = (
    "give a Rekordbox collection export (XML), an M3U/M3U8 playlist, or a CSV file "
    "whose first line names its columns"
)


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
    found = detect_format(file)
    if found == "rekordbox":
        return rekordbox_reader.read(file, playlist, on_problem)
    if playlist is not None:
        raise PlaylistError(
            f"{file}: is one playlist without a name, so {playlist!r} is not in it; "
            f"leave the name out."
        )
    return (
        m3u_reader.read(file, on_problem) if found == "m3u" else csv_reader.read(file, on_problem)
    )


def list_playlists(path: str | PathLike[str]) -> tuple[str, ...]:
    """The full names (`Folder/Name`) of the playlists in a file, in its order.

    Only Rekordbox's export has named playlists; other formats give an empty tuple.

    Raises:
        PlaylistError: The file is missing, damaged or of no known format.
    """
    file = Path(path)
    return rekordbox_reader.names(file) if detect_format(file) == "rekordbox" else ()


def detect_format(file: Path) -> Format:
    """Tell the format of a playlist file from its first bytes.

    XML is taken for Rekordbox's; its reader looks at the root.

    Raises:
        PlaylistError: The file cannot be read, is empty or binary, or is in no format known here.
    """
    head = text_reader.head(file)
    written = text_reader.decoded(head).lstrip()
    if not written:
        raise PlaylistError(f"{file}: is empty; {_REMEDY}.")
    if written.startswith("<"):
        return "rekordbox"
    if "\0" in written:
        raise PlaylistError(f"{file}: is not a text file; {_REMEDY}.")
    found = [line.strip() for line in re.split(r"[\r\n]+", written)]
    entries = [line for line in found if line and not line.startswith("#")]
    if found[0].upper().startswith(("#EXTM3U", "#EXTINF")):
        return "m3u"
    header = csv_reader.header_of(found[0])
    if header.places:
        return "delimited"
    if entries and field_values.is_path(entries[0]):
        return "m3u"
    if len(header.columns) > 1:
        return "delimited"
    raise PlaylistError(f"{file}: is not a playlist in a known format; {_REMEDY}.")
