"""Recognise files of kinds that are not read, and name what to export instead.

The first bytes decide. Databases (SQLite) are named by `engine_reader`, which opens them.
"""

from __future__ import annotations

from typing import NamedTuple


class _Signature(NamedTuple):
    """Bytes at a place in a file, and what they mean."""

    offset: int
    content: bytes
    meaning: str


_REKORDBOX = "export the collection as XML from Rekordbox (File > Export Collection in xml format)"
_AUDIO = "a music file and not a playlist; give the folder that it is in, or a playlist"
_SIGNATURES = (
    _Signature(0, b"PMAI", f"an analysis file of Rekordbox; {_REKORDBOX}"),
    _Signature(
        0, b"\0\0\0\0\0\x10\0\0", f"Rekordbox's database on a USB stick (PDB); {_REKORDBOX}"
    ),
    _Signature(0, b"hdfm", "iTunes' own library; export it as XML (File > Library > Export)"),
    _Signature(0, b"bplist0", "a property list of Apple; export the playlist as XML, M3U or CSV"),
    _Signature(0, b"PK\x03\x04", "a ZIP archive or a spreadsheet; save the table as CSV"),
    _Signature(0, b"\xd0\xcf\x11\xe0", "a spreadsheet or document; save the table as CSV"),
    _Signature(0, b"%PDF", "a PDF; export the playlist as M3U, TXT, CSV or XML"),
    _Signature(0, b"\x1f\x8b", "a gzip archive; unpack it first"),
    _Signature(0, b"{\\rtf", "a text document (RTF); save it as plain text"),
    _Signature(0, b"ID3", _AUDIO),
    _Signature(0, b"fLaC", _AUDIO),
    _Signature(0, b"OggS", _AUDIO),
    _Signature(0, b"RIFF", _AUDIO),
    _Signature(0, b"FORM", _AUDIO),
    _Signature(4, b"ftyp", _AUDIO),
    *(_Signature(0, b"\xff" + bytes([second]), _AUDIO) for second in (0xF2, 0xF3, 0xFA, 0xFB)),
)
SQLITE = b"SQLite format 3\0"


def meaning_of(head: bytes) -> str:
    """Return what a file is and what to do instead, or `""` if its first bytes are not known."""
    return next(
        (one.meaning for one in _SIGNATURES if head.startswith(one.content, one.offset)), ""
    )
