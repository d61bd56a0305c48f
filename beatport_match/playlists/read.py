"""Read a playlist file of any known format.

The content of a file decides which format it is, never its suffix: `detect_format` looks at the
first 64 KiB. Each format has its own reader module.
"""

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
    """Read the tracks of a playlist file one at a time, in the order of the file.

    Args:
        path: A Rekordbox export, an M3U playlist or a CSV file.
        playlist: For Rekordbox: `Folder/Name`, or the name alone if only one playlist has it.
            `None` (the default) reads the whole collection. Must be `None` for other formats.
        on_problem: Called with a `PlaylistProblem` for each entry that cannot be read and is left
            out. `None` (the default) ignores these entries.

    Returns:
        An iterator over the tracks. It reads the file while you iterate.

    Raises:
        PlaylistError: The file is missing, its format is unknown, or the playlist is not in it:
            raised by the call itself. The file is damaged further down (truncated, not
            well-formed): raised during iteration, after the tracks before that place.

    Example:
        ```python
        for track in read_playlist("collection.xml", "Sets/Friday", on_problem=print):
            print(track, track.duration_s)
        ```
    """
    file = Path(path)
    file_format = detect_format(file)
    if file_format == "rekordbox":
        return rekordbox_reader.read(file, playlist, on_problem)
    if playlist is not None:
        raise PlaylistError(
            f"{file}: this format has no named playlists, so {playlist!r} is not in it; "
            f"leave the name out."
        )
    if file_format == "m3u":
        return m3u_reader.read(file, on_problem)
    return csv_reader.read(file, on_problem)


def list_playlists(path: str | PathLike[str]) -> tuple[str, ...]:
    """List the full names (`Folder/Name`) of the playlists in a file, in the order of the file.

    Args:
        path: A Rekordbox export, an M3U playlist or a CSV file.

    Returns:
        The names. Only a Rekordbox export has named playlists; other formats give an empty tuple.

    Raises:
        PlaylistError: The file is missing or damaged, or its format is unknown.

    Example:
        `list_playlists("collection.xml")` returns `('Sets/Friday', 'Sets/Warm Up')`.
    """
    file = Path(path)
    return rekordbox_reader.names(file) if detect_format(file) == "rekordbox" else ()


def detect_format(file: Path) -> Format:
    """Detect the format of a playlist file from its first bytes.

    Any XML counts as Rekordbox's; its reader then checks the root element.

    Raises:
        PlaylistError: The file cannot be read, is empty or binary, or its format is unknown.
    """
    text = text_reader.decoded(text_reader.head(file)).lstrip()
    if not text:
        raise PlaylistError(f"{file}: is empty; {_REMEDY}.")
    if text.startswith("<"):
        return "rekordbox"
    if "\0" in text:
        raise PlaylistError(f"{file}: is not a text file; {_REMEDY}.")
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    entries = [line for line in lines if line and not line.startswith("#")]
    if lines[0].upper().startswith(("#EXTM3U", "#EXTINF")):
        return "m3u"
    header = csv_reader.parse_header(lines[0])
    if header.positions:
        return "delimited"
    if entries and field_values.is_path(entries[0]):
        return "m3u"
    if len(header.columns) > 1:
        return "delimited"
    raise PlaylistError(f"{file}: is not a playlist in a known format; {_REMEDY}.")
