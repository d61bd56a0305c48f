"""Write matches into a copy of a DJ program's library; the original does not change."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal, get_args

from beatport_match.errors import MisuseError, PlaylistError, require_several
from beatport_match.files.atomic_write import atomic_write
from beatport_match.files.guarded_read import as_path
from beatport_match.matching.match import Match, as_matches
from beatport_match.model.keys import KeyNotation, usual_notation
from beatport_match.playlists import (
    rekordbox_reader,
    rekordbox_writer,
    traktor_reader,
    traktor_writer,
)
from beatport_match.playlists.enrichment_values import OVERWRITABLE, Enricher, LibraryField
from beatport_match.playlists.read import detect_format
from beatport_match.playlists.tag_edits import rewritten

_NOTATIONS: tuple[KeyNotation, ...] = get_args(KeyNotation)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The result of `enrich_library`.

    `path` is the new file. `tracks` counts the entries of the collection, `enriched` the entries
    that got a new value. `absent` counts the matched tracks that are not in the library, or whose
    entry has changed since they were matched. `playlist` is the name of the new playlist with the
    enriched tracks, `None` if there is none. `notation` is how keys were written.

    Example:
        ```python
        done = enrich_library("collection.xml", result.matches, "new.xml")
        print(done.enriched, "of", done.tracks)
        ```
    """

    path: str
    tracks: int
    enriched: int
    absent: int
    playlist: str | None
    notation: KeyNotation

    def __str__(self) -> str:
        absent = ""
        if self.absent:
            are = "track is" if self.absent == 1 else "tracks are"
            absent = f"; {self.absent:,} matched {are} not in it or no longer the same"
        return f"{self.path}: {self.enriched:,} of {self.tracks:,} tracks enriched{absent}."


def enrich_library(
    original: str | PathLike[str],
    matches: Iterable[Match],
    out: str | PathLike[str],
    *,
    overwrite: Collection[LibraryField] = (),
    notation: KeyNotation | None = None,
    playlist: str | None = "Beatport",
) -> Enrichment:
    """Write a copy of a Rekordbox or Traktor library with Beatport's values for its tracks.

    Only matches with the outcome `matched` are applied. Key, label, year and remixer are filled in
    if the entry has no value; so is the BPM, in Rekordbox only. All other bytes stay the same.

    Args:
        original: The library that the tracks were read from: a Rekordbox export (XML) or a Traktor
            collection (NML).
        matches: The matches of a run over this library. A match applies to every entry that still
            has the same title, artists, length, file and identifiers as when it was matched.
        out: The path of the new library. It must not exist yet. The file appears there only when it
            is complete.
        overwrite: The fields that replace an existing value: any of `key`, `label`, `year`,
            `remixer` and `mix`. The default is none. A key that is the same in another notation is
            not replaced. A mix is written only if it is named here.
        notation: Write keys as `short` (`Am`), `camelot` (`8A`) or `open_key` (`1m`). `None` (the
            default) takes the notation that most keys of the library have.
        playlist: The name of a new playlist with the enriched tracks, in Rekordbox only. If a
            playlist has this name, a number is added. `None` writes no playlist. Default
            `Beatport`.

    Returns:
        The path of the new file, and how many entries were read and changed.

    Raises:
        PlaylistError: The original cannot be read or is the library of another program, or `out`
            already exists.
        MisuseError: `overwrite` contains another field, `notation` is unknown, or an argument has a
            wrong type.
        OutputError: `out` cannot be written. It is also an `OSError`.

    Example:
        ```python
        result = match_playlist("collection.xml", playlist="Sets/Friday")
        print(enrich_library("collection.xml", result.matches, "enriched.xml"))
        ```
    """
    _check_options(overwrite, notation)
    matches = as_matches(matches)
    source, target = as_path("original", original), as_path("out", out)
    if target.exists() or target.is_symlink():
        raise _existing_file_error(target, source)
    program = _program(source)
    notation = notation or usual_notation(_keys(source, program))
    enricher = Enricher(matches, overwrite, notation)
    if program == "rekordbox":
        name = rekordbox_writer.free_name(source, playlist) if playlist else None
        edits = rekordbox_writer.edits(source, enricher, name)
    else:
        name = None
        edits = traktor_writer.edits(source, enricher)
    try:
        with atomic_write(target, exclusive=True) as draft, draft.open("wb") as file:
            file.writelines(rewritten(source, edits))
    except FileExistsError:
        # Another program has created the file in the meantime.
        raise _existing_file_error(target, source) from None
    return Enrichment(
        path=str(target),
        tracks=enricher.tracks,
        enriched=enricher.enriched,
        absent=enricher.absent,
        playlist=name if enricher.has_playlist else None,
        notation=notation,
    )


def _check_options(overwrite: Collection[str], notation: str | None) -> None:
    require_several("overwrite=", overwrite, "names", 'write ["key"]')
    if refused := [name for name in overwrite if name not in OVERWRITABLE]:
        raise MisuseError(
            f"{refused[0]} cannot be overwritten, only {', '.join(OVERWRITABLE)}; "
            f"correct overwrite."
        )
    if notation is not None and notation not in _NOTATIONS:
        raise MisuseError(
            f"notation cannot be {notation!r}, only {', '.join(_NOTATIONS)}; correct notation."
        )


def _program(source: Path) -> Literal["rekordbox", "traktor"]:
    found = detect_format(source)
    if found in ("rekordbox", "traktor"):
        return found
    raise PlaylistError(
        f"{source}: only Rekordbox exports (XML) and Traktor collections (NML) can be enriched; "
        f"export one, or write the values into the music files with `beatport-match tag`."
    )


def _keys(source: Path, program: Literal["rekordbox", "traktor"]) -> Iterator[str | None]:
    library = rekordbox_reader.LIBRARY if program == "rekordbox" else traktor_reader.LIBRARY
    return (entry.values["key"] for entry in library.entries(source, ""))


def _existing_file_error(target: Path, source: Path) -> PlaylistError:
    what = "is the original itself" if _is_same_file(target, source) else "already exists"
    return PlaylistError(f"{target}: {what}, and no file is overwritten; choose another path.")


def _is_same_file(target: Path, source: Path) -> bool:
    try:
        return target.samefile(source)
    except OSError:
        return False
