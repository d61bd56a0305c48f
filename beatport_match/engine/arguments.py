"""The arguments of functions and matchers: their types, and the checks where they enter.

An argument of a wrong type raises a `MisuseError` with one sentence: what was given, what is
expected and, if it is not obvious, what to do instead.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias, cast

from beatport_match.errors import MisuseError, wrong_argument
from beatport_match.matching.earlier_answers import EarlierAnswers
from beatport_match.matching.progress import Progress
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values

if TYPE_CHECKING:
    # Imported where they are used: most calls have neither.
    from beatport_match.results import PlaylistMatch
    from beatport_match.review.decisions import Decisions

Tracks: TypeAlias = "str | os.PathLike[str] | Iterable[Track | str]"
"""The path of a playlist file, or tracks: each a `Track` or a text such as `Artist - Title`."""
OnProgress: TypeAlias = Callable[[Progress], None]
"""Called after each track of a run."""
AsyncOnProgress: TypeAlias = Callable[[Progress], "Awaitable[None] | None"]
"""Called after each track of a run; an awaitable that it returns is awaited."""
IsStopped: TypeAlias = Callable[[], bool]
"""Called before each step of a run; the run stops when it returns `True`."""
JournalPath: TypeAlias = "str | os.PathLike[str]"
"""The path of the file that keeps the finished tracks, and from which a later run resumes."""
DecisionsOrPath: TypeAlias = "Decisions | str | os.PathLike[str]"
"""The decisions of a person or program, or the path of their file."""
MissingOnly: TypeAlias = "bool | PlaylistMatch | str | os.PathLike[str]"
"""Whether a run leaves out what an earlier one has found, or the results of that run."""


IN_JOURNAL = EarlierAnswers(())
"""Means that the journal has the answers of the earlier run; compare it by identity."""
OnError: TypeAlias = Literal["raise", "result"]
"""How to handle an unexpected exception: end the run, or fail only its own track."""


class Event(Protocol):
    """An event of `threading`, `multiprocessing`, `asyncio`, `anyio` or `trio`."""

    def is_set(self) -> bool:
        """Return whether the event is set."""
        ...


Stop: TypeAlias = "IsStopped | Event"
"""Ends a run: a function that returns `True`, or an event that is set."""


class FileTracks(NamedTuple):
    """The tracks of a run, and how to read them if they are the path of a file."""

    tracks: Tracks
    playlist: str | None = None
    encoding: str | None = None
    tags: bool = False


# The content decides the format of a playlist, so this list need not be complete.
_PLAYLIST_SUFFIXES = (
    *(".xml", ".nml", ".m3u", ".m3u8", ".csv", ".tsv", ".txt"),
    *(".pls", ".cue", ".xspf", ".crate", ".db"),
)
_PLAYLIST_REMEDY = "pass a playlist file to match_playlist"


def never_stop() -> bool:
    """Return `False`: the default `stop`."""
    return False


def as_track(track_or_text: Track | str) -> Track:
    """Return a track; a text such as `Artist - Title (Mix)`, or a Beatport URL, is parsed.

    Raises:
        MisuseError: It is blank, or neither a `Track` nor text.
    """
    if isinstance(track_or_text, str):
        if page := field_values.track_page(track_or_text):
            return Track(page.title, beatport_id=page.number)
        return Track.from_text(track_or_text)
    if not isinstance(track_or_text, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        is_path = isinstance(track_or_text, os.PathLike)
        remedy = _PLAYLIST_REMEDY if is_path else ""
        raise wrong_argument("a track", track_or_text, "a Track or text", remedy)
    return track_or_text


def as_single_track(track_or_text: Track | str) -> Track:
    """Return the track to match; reject the path of a playlist file.

    Raises:
        MisuseError: It names a playlist file or folder, is blank, or is neither a `Track` nor text.
    """
    if isinstance(track_or_text, str) and is_present_path(track_or_text):
        expected = "one track and not a file or folder"
        raise wrong_argument("the text", track_or_text, expected, _PLAYLIST_REMEDY)
    return as_track(track_or_text)


def is_present_path(text: str) -> bool:
    """Return whether a text is the path of a playlist, or an absolute path, that exists.

    The relative path of a music file is accepted as a text: it has the artist and the title.
    """
    if text.lower().endswith(_PLAYLIST_SUFFIXES) or Path(text).is_absolute():
        with suppress(OSError):  # a text may be too long for a path
            return Path(text).exists()
    return False


def as_is_stopped(stop: Stop | None) -> IsStopped:
    """Return the function that says whether to stop; for an event, its `is_set`.

    Raises:
        MisuseError: It is neither a plain function nor an event.
    """
    if stop is None:
        return never_stop
    is_stopped: object = getattr(stop, "is_set", stop)
    if isinstance(stop, type) or not callable(is_stopped) or _is_async(is_stopped):
        expected = "an event such as threading.Event(), or a plain function that returns a bool"
        raise wrong_argument("stop=", stop, expected)
    return cast("IsStopped", is_stopped)


def as_decisions(decisions: DecisionsOrPath | None) -> Decisions | None:
    """Return the decisions; those of a path are read.

    Raises:
        MisuseError: It is neither a `Decisions` nor a path.
        DecisionsError: The file cannot be read, or is not a file of decisions.
    """
    if decisions is None:
        return None
    from beatport_match.review.decisions import Decisions

    return decisions if isinstance(decisions, Decisions) else Decisions(decisions)


def as_earlier(missing_only: MissingOnly, decisions: Decisions | None) -> EarlierAnswers | None:
    """Return the answers of the earlier run that `missing_only` names.

    Returns:
        The answers, without those of tracks that failed or were stopped; `IN_JOURNAL` if the
        journal has them; `None` if a run asks for every track.

    Raises:
        MisuseError: It has a wrong type, or there are no decisions, which hold the schedule.
        ResultsFileError: The results file cannot be read.
    """
    if missing_only is False:
        return None
    if decisions is None:
        raise MisuseError(
            "missing_only= needs decisions=, which say when to search for a track again."
        )
    if missing_only is True:
        return IN_JOURNAL
    from beatport_match.results import PlaylistMatch

    if isinstance(missing_only, str | os.PathLike):
        missing_only = PlaylistMatch.from_json(Path(missing_only))
    if not isinstance(missing_only, PlaylistMatch):  # pyright: ignore[reportUnnecessaryIsInstance]
        expected = "True, or the results of an earlier run: a PlaylistMatch or the path of its JSON"
        raise wrong_argument("missing_only=", missing_only, expected)
    return EarlierAnswers(missing_only.matches)


def check_on_error(on_error: object) -> None:
    """Reject an `on_error` that is neither `raise` nor `result`.

    Raises:
        MisuseError: It is something else.
    """
    if on_error not in ("raise", "result"):  # a value may be unhashable
        raise wrong_argument("on_error=", on_error, '"raise" or "result"')


def check_number(name: str, value: float | None, minimum: float, maximum: float) -> None:
    """Reject a number that is out of range; it must be a whole one if `minimum` is.

    `None` is allowed: it means the value of the settings.

    Raises:
        MisuseError: It is no such number.
    """
    kind = type(minimum) if isinstance(minimum, int) else int | float
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    if value is not None and not (is_number and minimum <= value <= maximum):
        what = "a whole number" if isinstance(minimum, int) else "a number"
        raise wrong_argument(f"{name}=", value, f"{what} from {minimum:g} to {maximum:g}")


def check_run_arguments(
    on_progress: object, stop: Stop | None, journal: object, on_error: object, *, awaited: bool
) -> IsStopped:
    """Check the arguments of a run over several tracks, and return the function that stops it.

    Args:
        on_progress: The function to call after each track.
        stop: The function or event that ends the run.
        journal: The path of the journal.
        on_error: How to handle an unexpected exception.
        awaited: Whether the run can await `on_progress`.

    Raises:
        MisuseError: One of them has a wrong type.
    """
    _check_on_progress(on_progress, awaited=awaited)
    check_on_error(on_error)
    if journal is not None and not isinstance(journal, str | os.PathLike):
        raise wrong_argument("journal=", journal, "the path of a file")
    return as_is_stopped(stop)


def check_tracks(given: FileTracks) -> None:
    """Reject tracks that are no path and no iterable, and wrong arguments for reading a file.

    Raises:
        MisuseError: The tracks are a single track or of a wrong type, the name of the playlist or
            the encoding is no text, or one of these or `tags` is given without a path.
    """
    tracks = cast("object", given.tracks)
    texts = {
        "playlist=": (given.playlist, "the name of a playlist in the file"),
        "encoding=": (given.encoding, "the encoding of the file, such as windows-1250"),
    }
    for name, (value, expected) in texts.items():
        if value is not None and not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise wrong_argument(name, value, f"text: {expected}")
    if isinstance(tracks, str | os.PathLike):
        return
    if isinstance(tracks, Track):
        raise MisuseError(
            "a single track is not a playlist: use match_track, or put the track in a list."
        )
    if isinstance(tracks, bytes) or not isinstance(tracks, Iterable):
        expected = "the path of a playlist file, or tracks: each a Track or a text"
        raise wrong_argument("tracks_or_path", tracks, expected)
    if given.playlist is not None:
        raise MisuseError(
            "playlist= names a playlist in a file; give the path of the file as the tracks."
        )
    if given.encoding is not None or given.tags:
        raise MisuseError(
            "encoding= and tags= say how to read a file; give the path of the file as the tracks."
        )


def _check_on_progress(on_progress: object, *, awaited: bool) -> None:
    if on_progress is not None and not callable(on_progress):
        raise wrong_argument("on_progress=", on_progress, "a function that takes a Progress")
    if not awaited and _is_async(on_progress):
        raise MisuseError(
            "on_progress= is an async function, which a sync run cannot await; pass a plain "
            "function, or use amatch_playlist, aiter_matches or AsyncMatcher."
        )


def _is_async(function: object) -> bool:
    """Return whether a function, or an object with `__call__`, has to be awaited."""
    call = getattr(type(function), "__call__", None)  # noqa: B004 - an instance may be async
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)
