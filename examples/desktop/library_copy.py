"""A copy of the library with Beatport's values: its file, its options and what to do next.

This module uses no widgets.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from beatport_match import Enrichment

NOTATIONS = {
    "": "as most of your keys are",
    "short": "Am (short)",
    "camelot": "8A (Camelot)",
    "open_key": "1m (Open Key)",
}
OVERWRITABLE = {
    "key": "Key",
    "label": "Label",
    "year": "Year",
    "remixer": "Remixer",
    "mix": "Mix",
}
"""The fields whose present values may be replaced, with their names in the window."""

_SUFFIXES = (".xml", ".nml")
_REFUSED = (
    "Only an exported library of Rekordbox (XML) or Traktor (NML) can be copied with new values: "
    "open one, or choose File > Write tags."
)
_REKORDBOX = """
To update the collection of Rekordbox:
1. Choose the new file under Preferences > Advanced > Database > rekordbox xml > Imported Library. \
Open the playlist “{playlist}” in the tree under “rekordbox xml”.
2. Select all its tracks and choose “Import To Collection” in their menu. Do not import \
the whole file: since version 5.6.1, Rekordbox then does not change the tracks that it has."""
_TRAKTOR = """
To update the collection of Traktor: close Traktor, keep a copy of its collection.nml, and put the \
new file in its place, under the name collection.nml."""


def refusal(file: Path | None) -> str:
    """Say why a file has no copy with new values; an empty text if it may have one."""
    return "" if file and file.suffix.lower() in _SUFFIXES else _REFUSED


def suggested_copy(file: Path) -> Path:
    """Return a free path beside the library, because no file is overwritten."""
    names = (f"{file.stem} Beatport{f' {n}' if n > 1 else ''}{file.suffix}" for n in count(1))
    return next(path for name in names if not (path := file.with_name(name)).exists())


def copy_text(report: Enrichment) -> str:
    """Return what was written, and the steps that the DJ program needs."""
    lines = [str(report)]
    if report.enriched:
        lines.append(f"Keys are written as {NOTATIONS[report.notation]}.")
    if report.playlist:
        lines.append(_REKORDBOX.format(playlist=report.playlist))
    elif report.enriched and report.path.lower().endswith(".nml"):
        lines.append(_TRAKTOR)
    return "\n".join(lines)
