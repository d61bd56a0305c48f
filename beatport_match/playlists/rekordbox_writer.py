"""Writing a Rekordbox export anew, with what was matched; the original stays as it is.

The bytes are copied a piece at a time and only the start tags of matched tracks are touched, so
beat grids, cue points, playlists and whatever else the file holds come out as they went in.
"""

from __future__ import annotations

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
from beatport_match.files.text_reader import MAX_LINE_LENGTH, head, open_text
from beatport_match.matching.match import Match
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing import field_values
from beatport_match.playlists import rekordbox_reader
from beatport_match.playlists.rekordbox_xml import Element, elements

_PIECE = 4 * 1024
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What `enrich_rekordbox` wrote, and where: to `path`.

    `tracks` counts the entries of the collection, `enriched` those that say something new; `absent`
    counts matched tracks that the export does not have, or not as they were when matched.
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
    """Write a Rekordbox export as a new file, with what Beatport knows of its matched tracks.

    Only what is `matched` is applied. Key, label, year, remixer and mix are filled in where the
    entry says nothing; a BPM, too, but only where Rekordbox has not analysed the track.

    Args:
        original: The export that the tracks were read from.
        matches: Those of a run over it; each is applied to the entries that are still as matched.
        out: Where the new export goes; it must not be there yet. It appears when it is complete.
        overwrite: Attributes to write over what stands there, of `Tonality`, `Label`, `Year`,
            `Remixer` and `Mix`. A key that is the same in another notation stays as it is.
        camelot: Write keys as `8A` instead of `Am`.

    Raises:
        PlaylistError: The original cannot be read, or `out` is there already.
        MisuseError: An attribute is none of those that may be written over.
        OSError: `out` cannot be written.
    """
    if refused := sorted(set(overwrite) - OVERWRITABLE):
        raise MisuseError(
            f"{refused[0]} cannot be written over, only {', '.join(sorted(OVERWRITABLE))}."
        )
    source, target = Path(original), Path(out)
    _require_other_file(target, source)
    told = {
        match.track: attributes_from(match.best.candidate, camelot=camelot)
        for match in matches
        if match.matched and match.best
    }
    tally = _EnrichmentRun(source, told, overwrite)
    with atomic_write(target) as draft:
        with draft.open("wb") as written:
            written.writelines(_rewritten(source, tally))
        # Somebody may have put a file there meanwhile.
        _require_other_file(target, source)
    return Enrichment(str(target), tally.tracks, tally.enriched, len(told.keys() - tally.seen))


class _EnrichmentRun:
    """Looks at each entry, and counts; `enriched` are those whose tag came out another."""

    def __init__(
        self, source: Path, told: Mapping[Track, Mapping[str, str]], overwrite: Collection[str]
    ) -> None:
        self.tracks = self.enriched = 0
        self.seen = set[Track]()
        self._source, self._attributes, self._overwrite = source, told, overwrite

    def changes(self, entry: Element) -> Mapping[str, str]:
        """What the tag of an entry should say from now on."""
        self.tracks += 1
        track = rekordbox_reader.track_of(self._source, entry, None)
        if track is None or track not in self._attributes:
            return {}
        self.seen.add(track)
        return missing_or_overwritten(entry.attributes, self._attributes[track], self._overwrite)


def _rewritten(source: Path, tally: _EnrichmentRun) -> Iterator[bytes]:
    """The bytes of an export, with changes in the tags of its collection."""
    declared = _DECLARED.search(head(source)[:1024])
    encoding = declared[1].decode() if declared else "utf-8"
    place = 0
    with open_text(source) as file:
        for entry in elements(source, rekordbox_reader.COLLECTION):
            if changes := tally.changes(entry):
                yield from _copied(file, entry.start - place)
                tag = _tag(file, source, entry)
                place = entry.start + len(tag)
                written = rewrite_tag(tag, changes, encoding)
                tally.enriched += written != tag
                yield written
        yield from iter(lambda: file.read(MAX_LINE_LENGTH), b"")


def _copied(file: IO[bytes], count: int) -> Iterator[bytes]:
    while count > 0 and (piece := file.read(min(count, MAX_LINE_LENGTH))):
        count -= len(piece)
        yield piece


def _tag(file: IO[bytes], source: Path, entry: Element) -> bytes:
    """The start tag at this place of the file, which is then behind it."""
    read = b""
    while (piece := file.read(_PIECE)) and len(read) < 2 * MAX_LINE_LENGTH:
        read += piece
        if found := TAG.match(read):
            file.seek(found.end() - len(read), os.SEEK_CUR)
            return found[0]
    raise PlaylistError(
        f"{source}, line {entry.line}: the tag of a track is not where it was read: the file is "
        f"UTF-16, or has changed meanwhile; export it again from Rekordbox."
    )


def _require_other_file(target: Path, source: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    what = "is the original itself" if _is_one_file(target, source) else "is there already"
    raise PlaylistError(f"{target}: {what}, and nothing is written over; name another file.")


def _is_one_file(target: Path, source: Path) -> bool:
    try:
        return target.samefile(source)
    except OSError:
        return False


# MERGED The attributes of one track in a Rekordbox export: what a candidate tells, and how a tag says it.
OVERWRITABLE = frozenset({"Label", "Mix", "Remixer", "Tonality", "Year"})
# A quoted value may hold what would end the tag.
TAG = re.compile(rb"""<TRACK(?=[\s/>])(?:[^"'>]+|"[^"]*"|'[^']*')*+>""")
_ATTRIBUTE = re.compile(rb"""(\s+([^\s=]+)\s*=\s*)("[^"]*"|'[^']*')""")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def attributes_from(found: Candidate, *, camelot: bool) -> dict[str, str]:
    """The attributes that a candidate knows the value of."""
    key = parse_key(found.key) or parse_key(found.camelot)
    bpm, year = field_values.bpm(str(found.bpm)), field_values.year(found.release_date)
    told = {
        "Tonality": (key.camelot if camelot else key.short) if key else "",
        "Label": _text(found.label),
        "Year": str(year) if year else "",
        "Remixer": _text(", ".join(found.remixers)),
        "Mix": _text(found.mix_name),
        "AverageBpm": f"{bpm:.2f}" if bpm else "",
    }
    return {name: value for name, value in told.items() if value}


def missing_or_overwritten(
    said: Mapping[str, str], told: Mapping[str, str], overwrite: Collection[str]
) -> dict[str, str]:
    """What is told that an entry does not say, and that may stand there."""
    return {
        name: value
        for name, value in told.items()
        if _is_unknown(name, said.get(name))
        or (name in overwrite and not _is_same(name, said[name], value))
    }


def rewrite_tag(tag: bytes, changes: Mapping[str, str], encoding: str) -> bytes:
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
    return tag if len(written) > MAX_LINE_LENGTH else written


def _is_unknown(name: str, said: str | None) -> bool:
    if name == "AverageBpm":
        return field_values.bpm(said) is None
    return field_values.year(said) is None if name == "Year" else not field_values.text(said)


def _is_same(name: str, said: str, told: str) -> bool:
    if name == "Tonality" and parse_key(said):
        # One key has many spellings, and the DJ has chosen his.
        return parse_key(said) == parse_key(told)
    return said == told


def _text(value: str | None) -> str:
    return _NOT_XML.sub("\ufffd", field_values.text(value))


def _quoted(value: str, encoding: str) -> bytes:
    return b'"%b"' % escape(value).encode(encoding, "xmlcharrefreplace")
