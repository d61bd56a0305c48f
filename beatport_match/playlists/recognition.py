"""Recognition: which format a file is in, told by its content and never by its suffix."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

from beatport_match.errors import PlaylistError
from beatport_match.playlists import delimited, fields, opening

Format: TypeAlias = Literal["rekordbox", "m3u", "delimited"]

_REMEDY = (
    "give a Rekordbox collection export (XML), an M3U/M3U8 playlist, or a CSV file "
    "whose first line names its columns"
)


def recognise(file: Path) -> Format:
    """Tell the format of a playlist file from its first bytes.

    XML is taken for Rekordbox's; its reader looks at the root.

    Raises:
        PlaylistError: The file cannot be read, is empty or binary, or is in no format known here.
    """
    head = opening.head(file)
    written = opening.decoded(head).lstrip()
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
    header = delimited.header_of(found[0])
    if header.places:
        return "delimited"
    if entries and fields.is_path(entries[0]):
        return "m3u"
    if len(header.columns) > 1:
        return "delimited"
    raise PlaylistError(f"{file}: is not a playlist in a known format; {_REMEDY}.")
