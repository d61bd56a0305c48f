"""The edits that enrich a Rekordbox export (XML): attributes of entries, and a playlist of them.

Since version 5.6.1, Rekordbox ignores new values of tracks that it already has when it imports an
XML file. A playlist of the changed tracks lets the user import exactly these into the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from beatport_match.parsing import field_values
from beatport_match.playlists import rekordbox_reader
from beatport_match.playlists.enrichment_values import Enricher, LibraryField
from beatport_match.playlists.source import PlaylistSource
from beatport_match.playlists.tag_edits import TagEdit
from beatport_match.playlists.xml_elements import Element, elements

_ATTRIBUTES: dict[LibraryField, str] = {
    "key": "Tonality",
    "label": "Label",
    "year": "Year",
    "remixer": "Remixer",
    "mix": "Mix",
    "bpm": "AverageBpm",
}
_ROOT_NODE = ("PLAYLISTS", "NODE")
_WANTED = rekordbox_reader.COLLECTION | {_ROOT_NODE}


def edits(file: Path, enricher: Enricher, playlist: str | None) -> Iterator[TagEdit]:
    """Yield the edits of the entries, and the one that adds the playlist with this name."""
    keys: list[str] = []
    for element in elements(file, rekordbox_reader.FORMAT, _WANTED):
        if (element.parent, element.name) == _ROOT_NODE:
            if playlist and keys:
                yield _playlist_edit(element, playlist, keys)
                enricher.has_playlist, playlist = True, None
        elif changes := enricher.changes(rekordbox_reader.values_of(element)):
            edit = TagEdit(element, _attributes(changes))
            yield edit
            if edit.applied:
                enricher.enriched += 1
                if key := field_values.text(element.attributes.get("TrackID")):
                    keys.append(key)


def free_name(file: Path, name: str) -> str:
    """Return a name that no playlist of the export has: `name`, `name 2`, `name 3` and so on."""
    name = field_values.text(name)
    taken = {
        path.rsplit("/", 1)[-1] for path in rekordbox_reader.LIBRARY.names(PlaylistSource(file))
    }
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _attributes(changes: Mapping[LibraryField, str]) -> dict[str, str]:
    values = {_ATTRIBUTES[name]: value for name, value in changes.items()}
    if "year" in changes:
        values["Year"] = str(field_values.year(changes["year"]))
    return values


def _playlist_edit(root: Element, name: str, keys: list[str]) -> TagEdit:
    """Put a playlist into the root folder, whose `Count` is the number of its nodes."""
    tracks = "".join(f'<TRACK Key="{escape(key)}"/>' for key in keys)
    content = (
        f'<NODE Name="{escape(name)}" Type="1" KeyType="0" Entries="{len(keys)}">{tracks}</NODE>'
    )
    count = field_values.whole(root.attributes.get("Count"))
    return TagEdit(root, {"Count": str(count + 1)} if count is not None else {}, content)
