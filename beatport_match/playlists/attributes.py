"""The attributes of one track in a Rekordbox export: what a candidate tells, and how a tag says it.

Values and bytes, no file. What an entry says is kept unless it says nothing, or the caller
wants it written over; `AverageBpm` belongs to the beat grid and is never written over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape

from beatport_match.keys import parse_key
from beatport_match.playlists import fields
from beatport_match.playlists.opening import LONGEST
from beatport_match.tracks import Candidate

OVERWRITABLE = frozenset({"Label", "Mix", "Remixer", "Tonality", "Year"})
# A quoted value may hold what would end the tag.
TAG = re.compile(rb"""<TRACK(?=[\s/>])(?:[^"'>]+|"[^"]*"|'[^']*')*+>""")
_ATTRIBUTE = re.compile(rb"""(\s+([^\s=]+)\s*=\s*)("[^"]*"|'[^']*')""")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def told_by(found: Candidate, *, camelot: bool) -> dict[str, str]:
    """The attributes that a candidate knows the value of."""
    key = parse_key(found.key) or parse_key(found.camelot)
    bpm, year = fields.bpm(str(found.bpm)), fields.year(found.release_date)
    told = {
        "Tonality": (key.camelot if camelot else key.short) if key else "",
        "Label": _text(found.label),
        "Year": str(year) if year else "",
        "Remixer": _text(", ".join(found.remixers)),
        "Mix": _text(found.mix_name),
        "AverageBpm": f"{bpm:.2f}" if bpm else "",
    }
    return {name: value for name, value in told.items() if value}


def news(
    said: Mapping[str, str], told: Mapping[str, str], overwrite: Collection[str]
) -> dict[str, str]:
    """What is told that an entry does not say, and that may stand there."""
    return {
        name: value
        for name, value in told.items()
        if _is_unknown(name, said.get(name))
        or (name in overwrite and not _is_same(name, said[name], value))
    }


def retagged(tag: bytes, changes: Mapping[str, str], encoding: str) -> bytes:
    """A start tag with some attributes changed or added, every other byte as it was.

    A tag that would get longer than the reader takes stays as it was.
    """
    left = dict(changes)

    def changed(said: re.Match[bytes]) -> bytes:
        value = left.pop(said[2].decode("latin-1"), None)
        return said[0] if value is None else said[1] + _quoted(value, encoding)

    written = _ATTRIBUTE.sub(changed, tag)
    end = len(written) - (2 if written.endswith(b"/>") else 1)
    added = [b" %b=%b" % (name.encode(), _quoted(left[name], encoding)) for name in left]
    written = b"".join((written[:end], *added, written[end:]))
    return tag if len(written) > LONGEST else written


def _is_unknown(name: str, said: str | None) -> bool:
    if name == "AverageBpm":
        return fields.bpm(said) is None
    return fields.year(said) is None if name == "Year" else not fields.text(said)


def _is_same(name: str, said: str, told: str) -> bool:
    if name == "Tonality" and parse_key(said):
        # One key has many spellings, and the DJ has chosen his.
        return parse_key(said) == parse_key(told)
    return said == told


def _text(value: str | None) -> str:
    return _NOT_XML.sub("\ufffd", fields.text(value))


def _quoted(value: str, encoding: str) -> bytes:
    return b'"%b"' % escape(value).encode(encoding, "xmlcharrefreplace")
