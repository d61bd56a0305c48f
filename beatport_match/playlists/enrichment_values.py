"""Which values an entry of a library gets: those that it lacks, or that may be overwritten."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Literal, TypeAlias

from beatport_match.matching.match import Match
from beatport_match.model.keys import KeyNotation, parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import track_from

LibraryField: TypeAlias = Literal["key", "label", "year", "remixer", "mix", "bpm"]
"""A value that `enrich_library` can write. The name is also that of the value in `Entry`."""

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(?!\d)", re.ASCII)

# They do not identify the recording of an entry. A DJ program computes and an enrichment writes
# them, so they may differ from those of the matched track.
_CHANGEABLE = {"key", "label", "year", "bpm", "album"}
# A BPM belongs to the beat grid that the program computed, and another one would contradict it.
OVERWRITABLE: tuple[LibraryField, ...] = ("key", "label", "year", "remixer", "mix")


def found_values(candidate: Candidate, notation: KeyNotation) -> dict[LibraryField, str]:
    """Compute the values that a candidate has; `year` is `2019`, `2019-05` or `2019-05-03`."""
    key = parse_key(candidate.key) or parse_key(candidate.camelot)
    bpm = field_values.bpm(str(candidate.bpm))
    date = _DATE.match(field_values.text(candidate.release_date))
    values: dict[LibraryField, str] = {
        "key": key.written(notation) if key else "",
        "label": field_values.text(candidate.label),
        "year": date[0] if date and field_values.year(date[0]) else "",
        "remixer": field_values.text(", ".join(candidate.remixers)),
        "mix": field_values.text(candidate.mix_name),
        "bpm": f"{bpm:.2f}" if bpm else "",
    }
    return {name: value for name, value in values.items() if value}


def missing_or_overwritten(
    entry: Mapping[str, str | None],
    found: Mapping[LibraryField, str],
    overwrite: Collection[LibraryField],
) -> dict[LibraryField, str]:
    """Select the values that an entry lacks, or that may be overwritten and differ.

    Most libraries write the mix into the title, so a blank mix stays blank unless `overwrite` names
    it.
    """
    return {
        name: value
        for name, value in found.items()
        if (name != "mix" and field_values.is_blank(name, entry.get(name)))
        or (name in overwrite and not _is_same(name, entry.get(name), value))
    }


class Enricher:
    """Selects the new values of each entry of a library, and counts.

    Args:
        matches: The matches of a run over this library; only accepted ones are applied.
        overwrite: The fields whose present values may be replaced.
        notation: How keys are written.

    Attributes:
        tracks: How many entries were read.
        enriched: How many of them have changed; the writer of the format counts them.
        has_playlist: Whether the writer has written a playlist of the changed entries.
    """

    def __init__(
        self, matches: Iterable[Match], overwrite: Collection[LibraryField], notation: KeyNotation
    ) -> None:
        self.tracks: int = 0
        self.enriched: int = 0
        self.has_playlist: bool = False
        self._overwrite = overwrite
        self._values: dict[Track, dict[LibraryField, str]] = {}
        # A hash of all fields would not find a track that was completed from a music file.
        self._tracks: defaultdict[tuple[object, ...], list[Track]] = defaultdict(list)
        for match in matches:
            if (best := match.accepted) and match.track not in self._values:
                self._values[match.track] = found_values(best.candidate, notation)
                self._tracks[_identity(match.track)].append(match.track)
        self._seen = set[Track]()

    @property
    def absent(self) -> int:
        """The number of accepted tracks that no entry equals."""
        return len(self._values) - len(self._seen)

    def changes(self, entry: Mapping[str, str | None]) -> dict[LibraryField, str]:
        """Select the values that an entry must get, from its raw texts as in `Entry`."""
        self.tracks += 1
        present = track_from(entry)
        for track in self._tracks.get(_identity(present), ()) if present else ():
            found = self._values[track]
            if present and _agrees(present, track, found):
                self._seen.add(track)
                return missing_or_overwritten(entry, found, self._overwrite)
        return {}


def _identity(track: Track) -> tuple[object, ...]:
    return track.title, track.file, track.id


def _agrees(entry: Track, matched: Track, found: Mapping[LibraryField, str]) -> bool:
    """Return whether each field of an entry is blank or equals that of the matched track.

    With `tags=True`, the matched track has fields that the entry lacks. An entry that was enriched
    has the remixers that were found.
    """
    written = {"remixers": field_values.artist_names(found.get("remixer"))}
    return all(
        getattr(entry, field.name)
        in (None, (), getattr(matched, field.name), written.get(field.name))
        for field in fields(Track)
        if field.name not in _CHANGEABLE
    )


def _is_same(name: LibraryField, present: str | None, found: str) -> bool:
    if name == "key" and parse_key(present):
        # One key has several notations, and the notation in the file is the DJ's choice.
        return parse_key(present) == parse_key(found)
    if name == "year":
        return field_values.year(present) == field_values.year(found)
    return present == found
