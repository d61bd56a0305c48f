"""The texts of a track as they are compared: of limited length, with damaged characters repaired.

The work on a text may grow with the square of its length, and a playlist may hold texts of any
length. So scoring and parsing use the copy that `shortened` makes; the track keeps its texts.

Four kinds of damage are repaired: HTML entities ("&#39;", "&amp;amp;"), percent escapes ("%27"),
escapes of JSON ("u00e4" after a backslash), and UTF-8 that was read in an encoding of one byte
("TiÃ«sto"). A text without such marks is returned as it is.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import unquote

from beatport_match.model.tracks import Names, Track

_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_CODE_POINT = re.compile(r"\\u(?!d[89a-f])([0-9a-f]{4})", re.IGNORECASE)
# The first byte of a UTF-8 sequence and one that follows it, read as two characters.
_MISREAD = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
# A run of characters that are encoded in one byte.
_MISREAD_RUN = re.compile("[\u0080-\u00ff\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,}")
_MARKS = frozenset("&%\\")
# Text may be damaged more than once: "&amp;amp;".
_MAX_REPAIRS = 3
# The characters of one text that are compared, and of all names in one credit. A credit of thirty
# names has about 450.
MAX_COMPARED_LENGTH = 1000


def shortened(track: Track) -> Track:
    """Return the track with every text cut to its first `MAX_COMPARED_LENGTH` characters.

    Of a path, the last characters are kept, which hold the file name. Each run of blanks counts and
    stays as one space. It is the same object if nothing changes, which is true for most tracks.
    """
    short = replace(
        track,
        title=cut(track.title),
        artists=cut_names(track.artists),
        remixers=cut_names(track.remixers),
        album=track.album and cut(track.album),
        label=track.label and cut(track.label),
        key=track.key and cut(track.key),
        isrc=track.isrc and cut(track.isrc),
        file=track.file and track.file[-MAX_COMPARED_LENGTH:],
    )
    return track if short == track else short


def repair(text: str) -> str:
    """Return the text with damaged characters repaired."""
    if text.isascii() and _MARKS.isdisjoint(text):
        return text
    for _ in range(_MAX_REPAIRS):
        repaired = _repair_once(text)
        if repaired == text:
            break
        text = repaired
    return text


def readable(track: Track) -> Track:
    """Return the shortened track with repaired title, artists, remixers, album and label.

    It is the same object if nothing changes, which is true for most tracks.
    """
    track = shortened(track)
    repaired = replace(
        track,
        title=repair(track.title) or track.title,
        artists=_repair_names(track.artists),
        remixers=_repair_names(track.remixers),
        album=track.album and repair(track.album),
        label=track.label and repair(track.label),
    )
    return track if repaired == track else repaired


def cut(text: str) -> str:
    """Return the first `MAX_COMPARED_LENGTH` characters, with one space for each run of blanks."""
    return " ".join(text.split())[:MAX_COMPARED_LENGTH]


def cut_names(names: Names) -> Names:
    """Cut a credit: its names are kept until they have `MAX_COMPARED_LENGTH` characters."""
    if isinstance(names, str):
        return cut(names)
    kept, left = list[str](), MAX_COMPARED_LENGTH
    for name in names:
        if left <= 0:
            break
        kept.append(cut(name)[:left])
        # An empty name counts too: there may be millions.
        left -= len(kept[-1]) + 1
    return tuple(kept)


def _repair_names(names: Names) -> Names:
    """Repair each name of a credit."""
    return repair(names) if isinstance(names, str) else tuple(repair(name) for name in names)


def _repair_once(text: str) -> str:
    """Undo one layer of each kind of damage."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "%" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda escape: unquote(escape.group()), text)
    if "\\" in text:
        text = _CODE_POINT.sub(lambda code: chr(int(code[1], 16)), text)
    if not text.isascii() and _MISREAD.search(text):
        text = _MISREAD_RUN.sub(lambda run: _as_utf8(run.group()), text)
    return text


def _as_utf8(run: str) -> str:
    """Read the bytes of a run as UTF-8, or return the run if they are not UTF-8."""
    try:
        data = b"".join(_byte(char) for char in run)
        return data.decode("utf-8")
    except UnicodeError:
        return run


def _byte(char: str) -> bytes:
    """Return the byte of a character in Windows-1252, or in Latin-1 where that has none."""
    try:
        return char.encode("cp1252")
    except UnicodeError:
        return char.encode("latin-1")
