"""The local track (`Track`) and the track on Beatport (`Candidate`).

A value keeps its texts as they were given; `parsing` interprets them later. A wrong type, a blank
title or a number that is not finite raises `MisuseError` when a `Track` is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import wraps
from math import isfinite
from operator import attrgetter
from types import NoneType
from typing import Any, Literal, TypeAlias, TypeVar, cast

from beatport_match.errors import MisuseError, short_repr, wrong_argument
from beatport_match.model.validation import finite_number

Names: TypeAlias = str | Iterable[str]
"""Several names, or one text with all of them, which matching separates."""
T = TypeVar("T")

ReadFrom: TypeAlias = Literal["script", "json", "flight", "rows", "ld_json", "html"]
"""Where the data of a changed page was found."""

READ_FROM_TEXTS: dict[str, str] = {
    "script": "the data script, written in another way or with its data at another place",
    "json": "JSON in another script",
    "flight": "the data that scripts push (self.__next_f)",
    "rows": "rows of tracks in the JSON of scripts",
    "ld_json": "the description for search engines (JSON-LD)",
    "html": "the links and texts of the HTML",
}


def _rejecting_unknown_fields(kind: type[T]) -> type[T]:
    """Make a dataclass raise a `MisuseError` for a keyword that is not one of its fields."""
    init = cast("Any", kind).__init__

    @wraps(init)
    def __init__(self: T, *args: Any, **values: Any) -> None:  # noqa: N807 - it replaces __init__
        try:
            init(self, *args, **values)
        except TypeError:
            known = [one.name for one in fields(cast("Any", kind))]
            unknown = next((name for name in values if name not in known), None)
            if unknown is None:
                raise
            close = get_close_matches(unknown, known, n=1)
            remedy = f"write {close[0]}=" if close else f"its fields are {', '.join(known)}"
            raise MisuseError(f"{kind.__name__} has no field {unknown!r}; {remedy}.") from None

    cast("Any", kind).__init__ = __init__
    return kind


@_rejecting_unknown_fields
@dataclass(frozen=True, slots=True)
class Track:
    """A local track, as the DJ's library describes it. Only `title` is required.

    Texts may have any length. Parsing and scoring use the first 1,000 characters of each, and the
    last 1,000 of `file`.

    Args:
        title: The title as written, including the mix if it is written there. It must not be blank.
        artists: One string, which is kept as written and split later by the parser; or a sequence
            with one name per entry.
        album: The album or release of the track in the collection.
        label: The record label.
        year: The year of release.
        bpm: The tempo in beats per minute; zero means unknown.
        key: The musical key in any common notation: `Am`, `A Minor`, `8A`, `1m`, `G#min`.
        duration_s: The length in seconds; zero means unknown.
        isrc: The International Standard Recording Code (ISO 3901).
        beatport_id: The track number on Beatport, if a tag contains it.
        remixers: The remixers, in the same form as `artists`.
        file: The path of the audio file, as the playlist writes it.
        id: The playlist's identifier of the entry, such as Rekordbox's `TrackID`.

    Raises:
        MisuseError: The title is blank or not text, a name or text field has another type, a
            number is not a finite number, or a keyword is not a field. It is also a `ValueError`.

    Example:
        ```python
        track = Track("Some Title (Some Remix)", "Artist", duration_s=397)
        match = match_track(track)
        ```
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
    def from_text(cls, text: str) -> "Track":
        """Make a track from one line; the parser separates the artist from the title later.

        Args:
            text: A line such as `Artist - Title (Mix)`. It must not be blank.

        Returns:
            A track with this text as its title.

        Raises:
            MisuseError: The text is blank. It is also a `ValueError`.

        Example:
            ```python
            Track.from_text("Artist - Title (Some Remix)").title
            # 'Artist - Title (Some Remix)'
            ```
        """
        if isinstance(text, str) and not text.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise MisuseError(f"the text of a track must not be blank; it is {short_repr(text)}.")
        return cls(text)

    @property
    def artist_text(self) -> str:
        """The artists in one line, separated by commas if they were given as a sequence."""
        return _as_one_line(self.artists)

    @property
    def remixer_text(self) -> str:
        """The remixers in one line, separated by commas if they were given as a sequence."""
        return _as_one_line(self.remixers)

    def __str__(self) -> str:
        return f"{self.artist_text} - {self.title}" if self.artist_text else self.title


@_rejecting_unknown_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A track on Beatport. Only `id` and `name` are always known; other fields may be empty.

    Attributes:
        id: The track number on Beatport.
        url: The URL of the track's page.
        name: The title, without the version, which has its own field.
        mix_name: The version, such as `Original Mix`.
        artists: One name per entry, not always in the order of the credit.
        remixers: One name per entry.
        label: The record label.
        release: The name of the release.
        release_date: The date of the release, as `YYYY-MM-DD`.
        bpm: The tempo in beats per minute.
        key: The musical key in Beatport's spelling, such as `Ab Minor`.
        camelot: The same key on the Camelot wheel, such as `1A`.
        genre: Beatport's genre.
        sub_genre: Beatport's sub-genre.
        length_s: The length in seconds.
        isrc: The International Standard Recording Code of the recording.
        catalog_number: The catalogue number of the release.
        artwork_url: The URL of the cover picture.
        preview_url: The URL of an audio sample.
        read_from: Where the data was found if Beatport's page has changed: `script`, `json`,
            `flight`, `rows`, `ld_json` or `html`. `None` for the usual place, and for other
            sources.

    Raises:
        MisuseError: The `id` is not a whole number, a name or text field has another type, a number
            is not a finite number, or a keyword is not a field. It is also a `ValueError`.

    Example:
        ```python
        candidate = match.candidates[0].candidate
        print(candidate.id, candidate.name, candidate.bpm, candidate.camelot)
        ```
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
    read_from: ReadFrom | None = None

    @property
    def is_partial(self) -> bool:
        """Whether the page has changed and names no artist or no version.

        The outcome is then at most `review`.
        """
        return self.read_from is not None and not (self.artists and self.mix_name)

    def __post_init__(self) -> None:
        # A run makes one for each row of many pages. This comparison of the usual types takes 1 µs.
        if not (
            type(self.id) is int
            and type(self.artists) is tuple is type(self.remixers)
            and _TEXT_TYPES.issuperset(map(type, (*_texts(self), *self.artists, *self.remixers)))
            and (self.bpm is None or (type(self.bpm) is float and isfinite(self.bpm)))
            and (
                self.length_s is None or (type(self.length_s) is float and isfinite(self.length_s))
            )
        ):
            _check_candidate(self)

    def __hash__(self) -> int:
        # The caches of parsing hash each candidate often; two different ones rarely agree in these
        # three fields.
        return hash((self.id, self.name, self.mix_name))

    def __str__(self) -> str:
        mix = f" ({self.mix_name})" if self.mix_name else ""
        return f"{', '.join(self.artists) or 'unknown artist'} - {self.name}{mix}"


_CANDIDATE_TEXTS = (
    "url mix_name label release release_date key camelot genre sub_genre isrc catalog_number "
    "artwork_url preview_url read_from"
).split()
_texts = attrgetter("name", *_CANDIDATE_TEXTS)
_TEXT_TYPES = {str, NoneType}


def _check_candidate(candidate: Candidate) -> None:
    """Reject invalid fields; convert names to tuples, because JSON gives lists."""
    number = cast("object", candidate.id)
    if not isinstance(number, int) or isinstance(number, bool):
        raise wrong_argument("Candidate.id", number, "a whole number")
    title = cast("object", candidate.name)
    if not isinstance(title, str):
        raise wrong_argument("Candidate.name", title, "text")
    for name in ("artists", "remixers"):
        value: object = getattr(candidate, name)
        if value is None or isinstance(value, str):
            object.__setattr__(candidate, name, (value,) if value else ())
    _freeze_names(candidate, "artists", "remixers")
    _require_texts(candidate, *_CANDIDATE_TEXTS)
    _require_numbers(candidate, "bpm", "length_s")


class _UnfrozenCandidate:
    """The slots of a candidate, for `make_candidate`."""

    __slots__ = tuple(field.name for field in fields(Candidate))


def make_candidate(
    *,
    number: int,
    url: str | None,
    name: str,
    mix_name: str | None,
    artists: tuple[str, ...],
    remixers: tuple[str, ...],
    label: str | None,
    release: str | None,
    release_date: str | None,
    bpm: float | None,
    key: str | None,
    camelot: str | None,
    genre: str | None,
    sub_genre: str | None,
    length_s: float | None,
    isrc: str | None,
    catalog_number: str | None,
    artwork_url: str | None,
    preview_url: str | None = None,
) -> Candidate:
    """Make a candidate from a row that was checked, like `Candidate(...)` in a quarter of the time.

    The types of the values are not checked. A frozen dataclass sets each field by a call. A run
    makes one for each row of a page, so the fields are set here in an object that is not frozen yet
    and has the same slots.
    """
    made: Any = _UnfrozenCandidate()
    made.id = number
    made.url = url
    made.name = name
    made.mix_name = mix_name
    made.artists = artists
    made.remixers = remixers
    made.label = label
    made.release = release
    made.release_date = release_date
    made.bpm = bpm
    made.key = key
    made.camelot = camelot
    made.genre = genre
    made.sub_genre = sub_genre
    made.length_s = length_s
    made.isrc = isrc
    made.catalog_number = catalog_number
    made.artwork_url = artwork_url
    made.preview_url = preview_url
    made.read_from = None
    made.__class__ = Candidate
    return cast("Candidate", made)


def as_dict(value: Track | Candidate) -> dict[str, Any]:
    """Return the fields of a value as a dictionary for JSON, in the order of their declaration."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


def as_minutes(seconds: float) -> str:
    """Format a length in seconds as `m:ss`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _as_one_line(names: Names) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def _require_text(title: object) -> None:
    if not isinstance(title, str):
        raise MisuseError(f"Track.title must be text, not {short_repr(title)}.")
    if not title.strip():
        raise MisuseError(f"Track.title must not be blank; it is {short_repr(title)}.")


def _require_texts(made: Track | Candidate, *names: str) -> None:
    for name in names:
        value: object = getattr(made, name)
        if value is not None and not isinstance(value, str):
            raise wrong_argument(f"{type(made).__name__}.{name}", value, "text or None")


def _freeze_names(made: Track | Candidate, *names: str) -> None:
    for name in names:
        value: object = getattr(made, name)
        if isinstance(value, str):
            continue
        entries = _entries(value)
        if not all(isinstance(entry, str) for entry in entries):
            raise wrong_argument(
                f"{type(made).__name__}.{name}", value, "text or a sequence of texts"
            )
        object.__setattr__(made, name, entries)


def _entries(value: object) -> tuple[object, ...]:
    if isinstance(value, Iterable):
        return tuple(cast("Iterable[object]", value))
    return (value,)


def _require_numbers(made: Track | Candidate, *names: str) -> None:
    for name in names:
        value: object = getattr(made, name)
        if value is not None and finite_number(value) is None:
            raise wrong_argument(f"{type(made).__name__}.{name}", value, "a finite number or None")
