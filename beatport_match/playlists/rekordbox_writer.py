"""Write matches into a copy of a Rekordbox export; the original does not change.

The writer copies the bytes in pieces and changes only the start tags of matched tracks. So beat
grids, cue points, playlists and all other content of the file stay the same, byte for byte, and
memory does not grow with the file. `attributes_from` computes the attributes that a candidate has,
`missing_or_overwritten` selects those that an entry needs, and `rewrite_tag` puts them into its
start tag.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path
from typing import IO

from beatport_match.errors import MisuseError, PlaylistError
from beatport_match.files.atomic_write import atomic_write
from beatport_match.files.guarded_read import open_input
from beatport_match.files.text_reader import MAX_LINE_LENGTH, head
from beatport_match.matching.match import Match
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing import field_values
from beatport_match.playlists import rekordbox_reader
from beatport_match.playlists.source import track_from
from beatport_match.playlists.xml_elements import Element, elements

_OVERWRITABLE = frozenset({"Label", "Mix", "Remixer", "Tonality", "Year"})
_READ_BYTES = 4 * 1024
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
# A quoted value may contain `>`, so the pattern skips quoted values as a whole.
_TAG = re.compile(rb"""<TRACK(?=[\s/>])(?:[^"'>]+|"[^"]*"|'[^']*')*+>""")
_ATTRIBUTE = re.compile(rb"""(\s+([^\s=]+)\s*=\s*)("[^"]*"|'[^']*')""")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What `enrich_rekordbox` wrote.

    `path` is the new file. `tracks` counts the entries of the collection, `enriched` the entries
    that got a new value. `absent` counts the matched tracks that are not in the export, or whose
    entry has changed since they were matched.
    """

    path: str
    tracks: int
    enriched: int
    absent: int

    def __str__(self) -> str:
        absent = f"; {self.absent:,} matched tracks are not in it" if self.absent else ""
        return f"{self.path}: {self.enriched:,} of {self.tracks:,} tracks enriched{absent}."


def enrich_rekordbox(
    original: str | PathLike[str],
    matches: Iterable[Match],
    out: str | PathLike[str],
    *,
    overwrite: Collection[str] = ("Tonality",),
    camelot: bool = False,
) -> Enrichment:
    """Write a copy of a Rekordbox export with Beatport's values for its matched tracks.

    Only matches with the outcome `matched` are applied. Key, label, year, remixer and mix are
    filled in if the entry has no value. A BPM is filled in only if Rekordbox has not analysed the
    track.

    Args:
        original: The export that the tracks were read from.
        matches: The matches of a run over this export. A match applies to every entry that still
            has the same values as when it was matched.
        out: The path of the new export. It must not exist yet. The file appears there only when it
            is complete.
        overwrite: The attributes that replace an existing value: any of `Tonality` (the default),
            `Label`, `Year`, `Remixer` and `Mix`. A key that is the same in another notation is not
            replaced.
        camelot: Write keys as `8A` instead of `Am` (the default).

    Returns:
        The path of the new file, and how many entries were read and changed.

    Raises:
        PlaylistError: The original cannot be read, or `out` already exists.
        MisuseError: `overwrite` contains another attribute.
        OutputError: `out` cannot be written. It is also an `OSError`.

    Example:
        ```python
        result = match_playlist("collection.xml")
        print(enrich_rekordbox("collection.xml", result.matches, "enriched.xml"))
        ```
    """
    if refused := sorted(set(overwrite) - _OVERWRITABLE):
        raise MisuseError(
            f"{refused[0]} cannot be overwritten, only {', '.join(sorted(_OVERWRITABLE))}; "
            f"correct overwrite."
        )
    source, target = Path(original), Path(out)
    if target.exists() or target.is_symlink():
        raise _existing_file_error(target, source)
    attributes = {
        match.track: attributes_from(best.candidate, camelot=camelot)
        for match in matches
        if (best := match.accepted)
    }
    run = _EnrichmentRun(attributes, overwrite)
    try:
        with atomic_write(target, exclusive=True) as draft, draft.open("wb") as file:
            file.writelines(_rewritten(source, run))
    except FileExistsError:
        # Another program has created the file in the meantime.
        raise _existing_file_error(target, source) from None
    return Enrichment(str(target), run.tracks, run.enriched, len(attributes.keys() - run.seen))


def attributes_from(candidate: Candidate, *, camelot: bool) -> dict[str, str]:
    """Compute the attributes for which a candidate has a value."""
    key = parse_key(candidate.key) or parse_key(candidate.camelot)
    bpm = field_values.bpm(str(candidate.bpm))
    year = field_values.year(candidate.release_date)
    attributes = {
        "Tonality": (key.camelot if camelot else key.short) if key else "",
        "Label": _xml_text(candidate.label),
        "Year": str(year) if year else "",
        "Remixer": _xml_text(", ".join(candidate.remixers)),
        "Mix": _xml_text(candidate.mix_name),
        "AverageBpm": f"{bpm:.2f}" if bpm else "",
    }
    return {name: value for name, value in attributes.items() if value}


def missing_or_overwritten(
    present: Mapping[str, str], found: Mapping[str, str], overwrite: Collection[str]
) -> dict[str, str]:
    """Select the attributes that an entry lacks, or that may be overwritten and differ."""
    return {
        name: value
        for name, value in found.items()
        if _is_unknown(name, present.get(name))
        or (name in overwrite and not _is_same(name, present[name], value))
    }


def rewrite_tag(tag: bytes, changes: Mapping[str, str], encoding: str) -> bytes:
    """Change or add attributes of a start tag; all its other bytes stay the same.

    If the new tag would be longer than the reader accepts, the old tag is returned.
    """
    missing = dict(changes)

    def replace(attribute: re.Match[bytes]) -> bytes:
        value = missing.pop(attribute[2].decode("latin-1"), None)
        return attribute[0] if value is None else attribute[1] + _quoted(value, encoding)

    changed = _ATTRIBUTE.sub(replace, tag)
    end = len(changed) - (2 if changed.endswith(b"/>") else 1)
    added = [b" %b=%b" % (name.encode(), _quoted(missing[name], encoding)) for name in missing]
    changed = b"".join((changed[:end], *added, changed[end:]))
    return tag if len(changed) > MAX_LINE_LENGTH else changed


class _EnrichmentRun:
    """Selects the changes for each entry and counts; `enriched` counts the tags that changed."""

    def __init__(
        self, attributes: Mapping[Track, Mapping[str, str]], overwrite: Collection[str]
    ) -> None:
        self.tracks = self.enriched = 0
        self.seen = set[Track]()
        self._attributes, self._overwrite = attributes, overwrite

    def changes(self, entry: Element) -> Mapping[str, str]:
        """Select the attributes that the tag of an entry must get."""
        self.tracks += 1
        track = track_from(rekordbox_reader.values_of(entry))
        if track is None or track not in self._attributes:
            return {}
        self.seen.add(track)
        return missing_or_overwritten(entry.attributes, self._attributes[track], self._overwrite)


def _rewritten(source: Path, run: _EnrichmentRun) -> Iterator[bytes]:
    """Yield the bytes of an export, with changes in the tags of its collection."""
    declared = _ENCODING.search(head(source)[:1024])
    encoding = declared[1].decode() if declared else "utf-8"
    position = 0
    with open_input(source, PlaylistError) as file:
        for entry in elements(source, rekordbox_reader.FORMAT, rekordbox_reader.COLLECTION):
            if changes := run.changes(entry):
                yield from _read_pieces(file, entry.start - position)
                tag = _read_tag(file, source, entry)
                position = entry.start + len(tag)
                new_tag = rewrite_tag(tag, changes, encoding)
                run.enriched += new_tag != tag
                yield new_tag
        yield from iter(lambda: file.read(MAX_LINE_LENGTH), b"")


def _read_pieces(file: IO[bytes], count: int) -> Iterator[bytes]:
    while count > 0 and (piece := file.read(min(count, MAX_LINE_LENGTH))):
        count -= len(piece)
        yield piece


def _read_tag(file: IO[bytes], source: Path, entry: Element) -> bytes:
    """Read the start tag at this position; the file is then positioned after the tag."""
    data = b""
    while (piece := file.read(_READ_BYTES)) and len(data) < 2 * MAX_LINE_LENGTH:
        data += piece
        if found := _TAG.match(data):
            file.seek(found.end() - len(data), os.SEEK_CUR)
            return found[0]
    raise PlaylistError(
        f"{source}, line {entry.line}: the tag of a track is not where the reader found it: the "
        f"file is UTF-16, or it changed during the run; export it again from Rekordbox."
    )


def _existing_file_error(target: Path, source: Path) -> PlaylistError:
    what = "is the original itself" if _is_same_file(target, source) else "already exists"
    return PlaylistError(f"{target}: {what}, and no file is overwritten; choose another path.")


def _is_same_file(target: Path, source: Path) -> bool:
    try:
        return target.samefile(source)
    except OSError:
        return False


def _is_unknown(name: str, value: str | None) -> bool:
    if name == "AverageBpm":
        return field_values.bpm(value) is None
    return field_values.year(value) is None if name == "Year" else not field_values.text(value)


def _is_same(name: str, present: str, found: str) -> bool:
    if name == "Tonality" and parse_key(present):
        # One key has several notations, and the notation in the file is the DJ's choice.
        return parse_key(present) == parse_key(found)
    return present == found


def _xml_text(value: str | None) -> str:
    return _NOT_XML.sub("\ufffd", field_values.text(value))


def _quoted(value: str, encoding: str) -> bytes:
    return b'"%b"' % escape(value).encode(encoding, "xmlcharrefreplace")
