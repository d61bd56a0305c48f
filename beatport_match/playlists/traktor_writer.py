"""The edits that enrich a Traktor collection (NML): attributes of the children of its entries.

A tag is changed where the entry has it. Without `INFO` an entry stays as it is, and without
`MUSICAL_KEY` only the text of the key is written. `TEMPO` belongs to the beat grid and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from beatport_match.model.keys import parse_key
from beatport_match.playlists import traktor_reader
from beatport_match.playlists.enrichment_values import Enricher, LibraryField
from beatport_match.playlists.tag_edits import TagEdit

_INFO_ATTRIBUTES: dict[LibraryField, str] = {
    "key": "KEY",
    "label": "LABEL",
    "year": "RELEASE_DATE",
    "remixer": "REMIXER",
    "mix": "MIX",
}


def edits(file: Path, enricher: Enricher) -> Iterator[TagEdit]:
    """Yield the edits of the entries."""
    for element, children in traktor_reader.entry_elements(file):
        changes = enricher.changes(traktor_reader.entry_of(element, children).values)
        found = [
            TagEdit(children[name], attributes)
            for name, attributes in (("INFO", _info(changes)), ("MUSICAL_KEY", _key(changes)))
            if name in children and attributes
        ]
        found.sort(key=lambda edit: edit.element.start)
        yield from found
        enricher.enriched += any(edit.applied for edit in found)


def _info(changes: Mapping[LibraryField, str]) -> dict[str, str]:
    values = {
        _INFO_ATTRIBUTES[name]: value for name, value in changes.items() if name in _INFO_ATTRIBUTES
    }
    if "year" in changes:
        values["RELEASE_DATE"] = _date(changes["year"])
    return values


def _date(text: str) -> str:
    """Write `2019-05-03` as Traktor does: `2019/5/3`; a year alone is its first day."""
    year, month, day = (*text.split("-"), "1", "1")[:3]
    return f"{year}/{int(month)}/{int(day)}"


def _key(changes: Mapping[LibraryField, str]) -> dict[str, str]:
    """Number a key as Traktor does: 0 to 11 are C major to B major, 12 to 23 C minor to B minor."""
    key = parse_key(changes.get("key"))
    return {"VALUE": str(key.pitch + 12 * (key.mode == "minor"))} if key else {}
