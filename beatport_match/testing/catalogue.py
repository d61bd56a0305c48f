"""What the fake Beatport sells: invented tracks, one value each.

This room knows no page, no search and no socket. The bundled catalogue is made to be confusing
(remixes, dubs, re-releases, same titles by other artists); every name in it is invented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from beatport_match.errors import MisuseError
from beatport_match.model.keys import parse_key


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueTrack:
    """One track on sale; only `id` and `name` are needed.

    Args:
        id: Beatport's number of the track, above zero.
        name: The title without the mix, as a rule.
        mix_name: The version, such as `Original Mix`.
        artists: One name an entry, in the order of the credit.
        remixers: Like `artists`; the same person may stand in both.
        label: The record label.
        release: The name of the release; empty means the name of the track.
        release_date: `YYYY-MM-DD`.
        bpm: Whole beats per minute.
        key: Beatport's spelling, such as `G Major` or `A# Minor`.
        genre: Beatport's name of the genre.
        sub_genre: `None` where the track has none.
        length_ms: The length in milliseconds.
        isrc: The recording's code; re-releases share it.
        catalog_number: The label's number of the release.

    Raises:
        MisuseError: A field cannot be served as Beatport would serve it.
    """

    id: int
    name: str
    mix_name: str = "Original Mix"
    artists: tuple[str, ...] = ("Unnamed Lodger",)
    remixers: tuple[str, ...] = ()
    label: str = "Tallow Lane Records"
    release: str = ""
    release_date: str = "2024-03-01"
    bpm: int = 124
    key: str = "A Minor"
    genre: str = "House"
    sub_genre: str | None = None
    length_ms: int = 360_000
    isrc: str = ""
    catalog_number: str = "TLR001"

    def __post_init__(self) -> None:
        for field in ("artists", "remixers"):
            if isinstance(getattr(self, field), str):
                raise MisuseError(
                    f"CatalogueTrack.{field} takes a tuple of names, not the one text "
                    f"{getattr(self, field)!r}: write ({getattr(self, field)!r},)."
                )
        if self.id < 1:
            raise MisuseError(f"CatalogueTrack.id must be above zero, not {self.id}.")
        if parse_key(self.key) is None:
            raise MisuseError(f"CatalogueTrack.key must be a key like 'G Major', not {self.key!r}.")
        try:
            date.fromisoformat(self.release_date)
        except ValueError:
            raise MisuseError(
                f"CatalogueTrack.release_date must be YYYY-MM-DD, not {self.release_date!r}."
            ) from None

    @property
    def release_name(self) -> str:
        """The name of the release, or of the track where the release has none of its own."""
        return self.release or self.name


@cache
def bundled_catalogue() -> tuple[CatalogueTrack, ...]:
    """The 504 invented tracks that come with the library, in the order of their ids."""
    text = files("beatport_match.testing").joinpath("catalogue.json").read_text(encoding="utf-8")
    table: dict[str, list[Any]] = json.loads(text)
    return tuple(_track(dict(zip(table["fields"], row, strict=True))) for row in table["tracks"])


def _track(row: dict[str, Any]) -> CatalogueTrack:
    for field in ("artists", "remixers"):
        row[field] = tuple(row[field])
    return CatalogueTrack(**row)


# MERGED A DJ's messy library to try the library on, and the right answers to it.
def demo_collection() -> AbstractContextManager[Path]:
    """The bundled Rekordbox XML as a file, for a `with` block that gives its path.

    The path is good inside the block only: a library installed as a zip unpacks it there.
    """
    return as_file(files("beatport_match.testing").joinpath("collection.xml"))


@cache
def demo_answers() -> Mapping[str, tuple[int, ...]]:
    """The catalogue ids that are right for each `TrackID` of `demo_collection()`.

    Every release of the wanted recording is right; an empty tuple means that nothing right is on
    sale, so that any match is a mistake.
    """
    text = files("beatport_match.testing").joinpath("answers.json").read_text(encoding="utf-8")
    answers: dict[str, list[int]] = json.loads(text)
    return MappingProxyType({track: tuple(ids) for track, ids in answers.items()})
