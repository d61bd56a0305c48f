"""The tracks that a fake Beatport sells, and the demo collection with its right answers.

The bundled catalogue has many tracks that are easy to confuse: remixes, dubs, rereleases, and equal
titles by other artists. The demo collection is a messy Rekordbox library for it. All names are
invented. This module does not use pages, the search or sockets.
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
    """One track on sale; only `id` and `name` are required.

    Args:
        id: Beatport's id of the track (1 or more).
        name: The title, usually without the mix.
        mix_name: The version, such as `Original Mix`.
        artists: The artist names, in the order of the credits.
        remixers: The remixer names; an artist can also be a remixer.
        label: The record label.
        release: The name of the release; empty: the name of the track.
        release_date: The date, as `YYYY-MM-DD`.
        bpm: The tempo in whole beats per minute.
        key: The musical key, such as `G Major` or `A# Minor`.
        genre: Beatport's name of the genre.
        sub_genre: The sub-genre; `None` if there is none.
        length_ms: The length in milliseconds.
        isrc: The ISRC of the recording; rereleases share it. Empty: unknown.
        catalog_number: The label's number of the release.

    Raises:
        MisuseError: `artists` or `remixers` is a single text, `id` is below 1, `key` is not a
            musical key, or `release_date` is not a date.

    Example:
        ```python
        track = CatalogueTrack(id=1, name="Night Ferry", artists=("Ann Oak",), bpm=124)
        fake = FakeBeatport([track])
        ```
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
                    f"CatalogueTrack.{field} must be a tuple of names, not the text "
                    f"{getattr(self, field)!r}; write ({getattr(self, field)!r},)."
                )
            # Records are cached by track, and a list has no hash.
            object.__setattr__(self, field, tuple(getattr(self, field)))
        if self.id < 1:
            raise MisuseError(f"CatalogueTrack.id must be 1 or more, not {self.id}.")
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
        """The name of the release, or the name of the track if `release` is empty."""
        return self.release or self.name


@cache
def bundled_catalogue() -> tuple[CatalogueTrack, ...]:
    """Return the 504 invented tracks of the bundled catalogue, in the order of their ids.

    Returns:
        The tracks; the same tuple at each call.

    Example:
        ```python
        len(bundled_catalogue())
        # 504
        ```
    """
    text = files("beatport_match.testing").joinpath("catalogue.json").read_text(encoding="utf-8")
    # A column for each field takes less space in the wheel than rows. A release has the name of its
    # track if it has none.
    columns: dict[str, list[Any]] = json.loads(text)
    tracks = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return tuple(_track({**one, "release": one["release"] or one["name"]}) for one in tracks)


def demo_collection() -> AbstractContextManager[Path]:
    """Give the path of the bundled Rekordbox XML file.

    Returns:
        A context manager that gives the path. The path is valid only inside the block, because a
        package that is installed as a zip extracts the file there.

    Example:
        ```python
        with demo_collection() as path:
            tracks = list(read_playlist(path))
        ```
    """
    return as_file(files("beatport_match.testing").joinpath("collection.xml"))


@cache
def demo_answers() -> Mapping[str, tuple[int, ...]]:
    """Return the right catalogue ids for each `TrackID` of `demo_collection()`.

    Returns:
        A read-only mapping from `TrackID` to ids in the bundled catalogue. All releases of the same
        recording are right. An empty tuple means that the recording is not on sale, so that every
        match is wrong.

    Example:
        ```python
        demo_answers()["3002"]
        # (16476663,)
        ```
    """
    text = files("beatport_match.testing").joinpath("answers.json").read_text(encoding="utf-8")
    answers: dict[str, list[int]] = json.loads(text)
    return MappingProxyType({track: tuple(ids) for track, ids in answers.items()})


def _track(row: dict[str, Any]) -> CatalogueTrack:
    for field in ("artists", "remixers"):
        row[field] = tuple(row[field])
    return CatalogueTrack(**row)
