"""Read a playlist file of any known format.

`detect_format` detects the format from the first 64 KiB of the file, not from its suffix. Each
format has its own reader module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from os import PathLike
from os.path import isdir, isfile
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from beatport_match.errors import PlaylistError
from beatport_match.files import text_reader
from beatport_match.files.guarded_read import as_path
from beatport_match.model.problems import OnProblem
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists import (
    audio_tags,
    csv_reader,
    cue_reader,
    engine_reader,
    folder_reader,
    itunes_reader,
    m3u_reader,
    pls_reader,
    rekordbox_reader,
    serato_reader,
    signatures,
    text_list_reader,
    traktor_reader,
    virtualdj_reader,
    xml_elements,
    xspf_reader,
)
from beatport_match.playlists.source import PlaylistSource

Format: TypeAlias = Literal[
    "rekordbox",
    "traktor",
    "virtualdj",
    "itunes",
    "xspf",
    "serato",
    "engine",
    "folder",
    "m3u",
    "pls",
    "cue",
    "delimited",
    "list",
]

_REMEDY = (
    "give a Rekordbox collection export (XML), the library of another DJ program, an M3U/M3U8 "
    "playlist, or a CSV file whose first line names its columns"
)


class _Reader(NamedTuple):
    """How a format is read; `names` lists its playlists, `None` if it has none with names."""

    read: Callable[[PlaylistSource], Iterator[Track]]
    names: Callable[[PlaylistSource], tuple[str, ...]] | None = None


_READERS: dict[Format, _Reader] = {
    "rekordbox": _Reader(rekordbox_reader.LIBRARY.read, rekordbox_reader.LIBRARY.names),
    "traktor": _Reader(traktor_reader.LIBRARY.read, traktor_reader.LIBRARY.names),
    "itunes": _Reader(itunes_reader.LIBRARY.read, itunes_reader.LIBRARY.names),
    "serato": _Reader(serato_reader.read, serato_reader.names),
    "engine": _Reader(engine_reader.LIBRARY.read, engine_reader.LIBRARY.names),
    "folder": _Reader(folder_reader.read),
    "virtualdj": _Reader(virtualdj_reader.read),
    "xspf": _Reader(xspf_reader.read),
    "m3u": _Reader(m3u_reader.read),
    "pls": _Reader(pls_reader.read),
    "cue": _Reader(cue_reader.read),
    "delimited": _Reader(csv_reader.read),
    "list": _Reader(text_list_reader.read),
}
# What is in the folders `_Serato_` and `Engine Library`.
_LIBRARY_FILES = (serato_reader.DATABASE, "Database2/m.db", "m.db")
# Paths in these folders are relative to the root of the volume (Serato) or to `Engine Library`.
_LEVELS_ABOVE = {"_Serato_": 1, "Subcrates": 2, "Database2": 1}
_XML_ROOTS: dict[str, Format] = {
    "NML": "traktor",
    "VirtualDJ_Database": "virtualdj",
    "plist": "itunes",
    "playlist": "xspf",
}


def read_playlist(
    path: str | PathLike[str],
    playlist: str | None = None,
    *,
    encoding: str | None = None,
    tags: bool = False,
    on_problem: OnProblem | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[Track]:
    """Read the tracks of a playlist file one at a time, in the order of the file.

    Args:
        path: A playlist file, the library of a DJ program, or a folder of music.
        playlist: For a library: `Folder/Name`, or the name alone if only one playlist has it.
            `None` (the default) reads the whole collection. Must be `None` for other formats.
        encoding: The encoding of a text file, such as `windows-1250`. `None` (the default) detects
            it. XML files declare their own.
        tags: Whether the tags of the files fill in values that the playlist lacks. It needs the
            extra `files`. A folder is always read with its tags. The default is `False`.
        on_problem: Called with a `PlaylistProblem` for each entry that cannot be read and is left
            out, and for a guess that changes all entries, such as the encoding. `None` (the
            default) ignores these.
        on_progress: Called with the number of tracks read so far, after each track. It helps if you
            do not loop over the tracks yourself, as in `list(read_playlist(...))` in a thread of an
            async program. The default is `None`.

    Returns:
        An iterator over the tracks. It reads the file while you iterate.

    Raises:
        PlaylistError: The file is missing, its format is unknown, or the playlist is not in it:
            raised by the call itself. The file is damaged further down (truncated, not
            well-formed): raised during iteration, after the tracks before that place.
        MisuseError: `path` is not a path.
        MissingDependencyError: `path` is a folder or `tags` is true, and the extra `files` is not
            installed.

    Example:
        ```python
        for track in read_playlist("collection.xml", "Sets/Friday", on_problem=print):
            print(track, track.duration_s)
        ```
    """
    source = PlaylistSource(_library_in(as_path("path", path)), playlist, encoding, on_problem)
    file_format = detect_format(source.file, encoding)
    reader = _READERS[file_format]
    if playlist is not None and reader.names is None:
        raise PlaylistError(
            f"{source.file}: this format has no named playlists, so {playlist!r} is not in it; "
            f"leave the name out."
        )
    tracks = reader.read(source)
    if tags and file_format != "folder":
        audio_tags.require_tinytag(source.file)
        folder = folder_of_paths(source.file)
        tracks = map(partial(audio_tags.completed, folder=folder), tracks)
    return tracks if on_progress is None else _counted(tracks, on_progress)


def _counted(tracks: Iterator[Track], on_progress: Callable[[int], None]) -> Iterator[Track]:
    for count, track in enumerate(tracks, 1):
        on_progress(count)
        yield track


def list_playlists(path: str | PathLike[str]) -> tuple[str, ...]:
    """List the full names (`Folder/Name`) of the playlists in a file, in the order of the file.

    Args:
        path: A playlist file, the library of a DJ program, or a folder of music.

    Returns:
        The names; an empty tuple for a format without named playlists, such as M3U.

    Raises:
        PlaylistError: The file is missing or damaged, or its format is unknown.
        MisuseError: `path` is not a path.

    Example:
        ```python
        list_playlists("collection.xml")
        ```
    """
    source = PlaylistSource(_library_in(as_path("path", path)))
    reader = _READERS[detect_format(source.file)]
    return reader.names(source) if reader.names else ()


def _library_in(path: Path) -> Path:
    """Return the file of the library if the path is the folder of Serato or Engine DJ."""
    return next((path / name for name in _LIBRARY_FILES if isfile(path / name)), path)  # noqa: PTH113


def folder_of_paths(path: Path) -> Path:
    """Return the folder to which the relative paths in a playlist or library belong.

    A folder of music is returned itself.
    """
    file = _library_in(path)
    if isdir(file):  # noqa: PTH112 - the method of `Path` raises for an invalid path
        return file
    folders = file.absolute().parents
    return folders[min(_LEVELS_ABOVE.get(file.parent.name, 0), len(folders) - 1)]


def detect_format(file: Path, encoding: str | None = None) -> Format:
    """Detect the format of a playlist file from its first bytes.

    XML with an unknown root counts as Rekordbox's; its reader then names the root.

    Args:
        file: The file.
        encoding: The encoding of a text file; `None` (the default) detects it.

    Raises:
        PlaylistError: The file cannot be read, is empty or binary, or its format is unknown.
    """
    if isdir(file):  # noqa: PTH112 - the method of `Path` raises for an invalid path
        return "folder"
    head = text_reader.head(file)
    if head.startswith(signatures.SQLITE):
        return "engine"
    if head.startswith(b"vrsn\0\0"):
        return "serato"
    text = text_reader.decoded(head, encoding).lstrip()
    if not text:
        raise PlaylistError(f"{file}: is empty; {_REMEDY}.")
    if text.startswith("<"):
        return _XML_ROOTS.get(xml_elements.root_of(head), "rekordbox")
    is_text = "\0" not in text
    if is_text and (found := _text_format([line.strip() for line in re.split(r"[\r\n]+", text)])):
        return found
    if meaning := signatures.meaning_of(head):
        raise PlaylistError(f"{file}: this is {meaning}.")
    why = "a playlist in a known format" if is_text else "a text file"
    raise PlaylistError(f"{file}: is not {why}; {_REMEDY}.")


def _text_format(lines: list[str]) -> Format | None:
    """Detect the format of a text file from its first lines."""
    if lines[0].upper().startswith("#EXT"):
        return "m3u"
    if lines[0].lower() == pls_reader.HEADER:
        return "pls"
    if any(map(cue_reader.TRACK.match, lines)):
        return "cue"
    header = csv_reader.find_header(lines)
    if header.positions:
        return "delimited"
    entries = [line for line in lines if line and not line.startswith("#")]
    if entries and field_values.is_path(entries[0]):
        return "m3u"
    if text_list_reader.is_track_list(lines):
        return "list"
    return "delimited" if len(header.columns) > 1 else None
