"""What the DJ has (`Track`) and what Beatport has (`Candidate`).

Only shapes live here: a value keeps what it was given, and judgement reads it later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, cast

from beatport_match.errors import MisuseError

Names = str | Iterable[str]


@dataclass(frozen=True, slots=True)
class Track:
    """A local track, as the DJ's library has it; only `title` is needed.

    Args:
        title: The title as written, mix included if it is written there; never blank.
        artists: A string is kept as written and split only by judgement; a sequence is taken as
            one name an entry.
        album: The release it was filed under.
        label: The record label.
        year: The year of release.
        bpm: Beats per minute; zero counts as unknown.
        key: Any common notation: `Am`, `A Minor`, `8A`, `1m`, `G#min`.
        duration_s: Length in seconds; zero counts as unknown.
        isrc: The International Standard Recording Code.
        beatport_id: The track's number on Beatport, where a tag already says so.
        remixers: Like `artists`.
        file: Where the file is, as the playlist says it.
        id: The playlist's own name for the entry, such as Rekordbox's `TrackID`.

    Raises:
        ValueError: The title is blank or not text, or a number is not a finite number
            (as `MisuseError`).
    """

    title: str
    artists: Names = ()
    album: str | None = field(default=None, kw_only=True)
    label: str | None = field(default=None, kw_only=True)
    year: int | None = field(default=None, kw_only=True)
    bpm: float | None = field(default=None, kw_only=True)
    key: str | None = field(default=None, kw_only=True)
    duration_s: float | None = field(default=None, kw_only=True)
    isrc: str | None = field(default=None, kw_only=True)
    beatport_id: int | None = field(default=None, kw_only=True)
    remixers: Names = field(default=(), kw_only=True)
    file: str | None = field(default=None, kw_only=True)
    id: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _require_text(self.title)
        _require_texts(self, "album", "label", "key", "isrc", "file", "id")
        _freeze_names(self, "artists", "remixers")
        _require_numbers(self, "year", "bpm", "duration_s", "beatport_id")

    @classmethod
    def from_text(cls, text: str) -> Track:
        """Take a line such as `Artist - Title (Mix)`; judgement tells artist from title.

        Raises:
            ValueError: The text is blank (as `MisuseError`).
        """
        return cls(text)

    @property
    def artist_text(self) -> str:
        """The artists as one line."""
        return _as_one_line(self.artists)

    @property
    def remixer_text(self) -> str:
        """The remixers as one line."""
        return _as_one_line(self.remixers)

    def __str__(self) -> str:
        return f"{self.artist_text} - {self.title}" if self.artist_text else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A track on Beatport; only `id` and `name` are always known, any other may be `None` or empty.

    `id` is its number, `url` its page. `name` is the title and `mix_name` the version, as Beatport
    keeps them apart. `artists` and `remixers` are one name an entry, not always in the order of the
    credit. `release`, `label` and `catalog_number` say where it came out, `release_date`
    (`YYYY-MM-DD`) when. `bpm` is in beats per minute, `length_s` in seconds; `key` is Beatport's
    own spelling and `camelot` the same key on the wheel, such as `8A`. `genre` and `sub_genre` are
    Beatport's. `isrc` is the recording's code. `artwork_url` and `preview_url` are addresses of a
    picture and of a sample to listen to.
    """

    id: int
    url: str | None = None
    name: str
    mix_name: str | None = None
    artists: tuple[str, ...] = ()
    remixers: tuple[str, ...] = ()
    label: str | None = None
    release: str | None = None
    release_date: str | None = None
    bpm: float | None = None
    key: str | None = None
    camelot: str | None = None
    genre: str | None = None
    sub_genre: str | None = None
    length_s: float | None = None
    isrc: str | None = None
    catalog_number: str | None = None
    artwork_url: str | None = None
    preview_url: str | None = None

    def __post_init__(self) -> None:
        # Lists from JSON are welcome; a value that is hashed and compared must hold tuples.
        for name in ("artists", "remixers"):
            given = getattr(self, name)
            if type(given) is not tuple:
                names = (given,) if isinstance(given, str) else tuple(given or ())
                object.__setattr__(self, name, names)

    def __hash__(self) -> int:
        # Judgement looks each up in its caches, and seldom do two agree in these.
        return hash((self.id, self.name, self.mix_name))

    def __str__(self) -> str:
        mix = f" ({self.mix_name})" if self.mix_name else ""
        return f"{', '.join(self.artists) or 'unknown artist'} - {self.name}{mix}"


def as_dict(value: Track | Candidate) -> dict[str, Any]:
    """The fields of a value, ready for JSON, in the order they are declared."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _as_one_line(names: Names) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def _require_text(title: object) -> None:
    if not isinstance(title, str) or not title.strip():
        raise MisuseError(f"Track.title must be text that is not blank, not {title!r}.")


def _require_texts(track: Track, *names: str) -> None:
    for name in names:
        given: object = getattr(track, name)
        if given is not None and not isinstance(given, str):
            raise MisuseError(f"Track.{name} must be text or None, not {given!r}.")


def _freeze_names(track: Track, *names: str) -> None:
    for name in names:
        given: object = getattr(track, name)
        if isinstance(given, str):
            continue
        entries = _entries(given)
        if not all(isinstance(entry, str) for entry in entries):
            raise MisuseError(f"Track.{name} must be text or a sequence of texts, not {given!r}.")
        object.__setattr__(track, name, entries)


def _entries(given: object) -> tuple[object, ...]:
    if isinstance(given, Iterable):
        return tuple(cast("Iterable[object]", given))
    return (given,)


def _require_numbers(track: Track, *names: str) -> None:
    for name in names:
        given: object = getattr(track, name)
        if given is not None and not _is_finite_number(given):
            raise MisuseError(f"Track.{name} must be a finite number or None, not {given!r}.")


def _is_finite_number(given: object) -> bool:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:
        # A whole number beyond what a float can hold.
        return False
