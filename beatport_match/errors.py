"""Failures (values) and exceptions.

    Failure                  why a query could not be answered (a value)

    BeatportMatchError
    ├── PlaylistError           a playlist file cannot be read
    ├── SettingsError           settings have a wrong type or value, or cannot be read or saved
    ├── MetricsFileError        a file is not a metrics file, or metrics cannot be written
    ├── ResultsFileError        a file is not a results file of this library
    ├── JournalError            a journal cannot be used
    ├── DecisionsError          a file of decisions cannot be used
    ├── CatalogueError          an offline catalogue cannot be built, opened or read
    ├── TagBackupError          a backup of tags cannot be read
    ├── OutputError             results cannot be written (also an OSError)
    ├── MissingDependencyError  an optional package is not installed (also an ImportError)
    ├── MisuseError             the caller broke a rule of the API (also a ValueError)
    └── BeatportUnavailable     a single search or fetch could not be answered

Faults that a run must expect (of the network, of Beatport, of one bad entry in a playlist) are
never raised from matching: each one becomes a `Failure` in the match.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

# A message shows at most this many characters of a wrong value.
MAX_SHOWN_LENGTH = 100

_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}")

FailureKind: TypeAlias = Literal[
    "timeout",
    "network",
    "status",
    "rate_limited",
    "blocked",
    "catalogue_changed",
    "restricted",
    "auth",
    "stopped",
    "unaskable",
    "time_budget",
    "exception",
]
"""The kind of a fault; docs/confidence-and-outcomes.md explains each kind and what helps."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a query could not be answered. A failure never means "not found".

    `str(failure)` is one line with all three fields.

    Attributes:
        kind: The kind of fault, for programs.
        detail: One sentence for people.
        url: The URL of the request; empty if no request was sent.

    Example:
        ```python
        fake = FakeBeatport(faults=always("unavailable"))
        with fake.serve() as base_url:
            match = match_track("Artist - Title", settings=MatchSettings(base_url=base_url))
        [failure.kind for failure in match.failures]
        # ['status']
        ```
    """

    kind: FailureKind
    detail: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" + (f" ({self.url})" if self.url else "")


class BeatportMatchError(Exception):
    """The base class of all exceptions that this library raises on purpose.

    Example:
        ```python
        try:
            result = match_playlist("friday.m3u8", journal="collection.xml")
        except BeatportMatchError as error:
            print(error)
        ```
    """


class PlaylistError(BeatportMatchError):
    """A playlist cannot be read, or its enriched copy would replace an existing file.

    The message names the file, the place in it, and what to do.

    Example:
        ```python
        try:
            tracks = list(read_playlist("no-such-file.xml"))
        except PlaylistError as error:
            print(error)
        ```
    """


class SettingsError(BeatportMatchError):
    """A setting is unknown or out of range, or a settings file cannot be read or saved.

    The message names the setting or the file, the value and what is allowed. It is also raised for
    settings of a wrong type, and where a program tries to change settings.

    Example:
        ```python
        try:
            MatchSettings(max_queries=0)
        except SettingsError as error:
            print(error)
        ```
    """


class MetricsFileError(BeatportMatchError):
    """A metrics file cannot be read, or the file is not a metrics file.

    It is also raised for metrics that cannot be written as JSON. The message names the file and the
    field.

    Example:
        ```python
        try:
            stats = load_metrics_from_json("friday.json")
        except MetricsFileError as error:
            print(error)
        ```
    """


class ResultsFileError(BeatportMatchError):
    """A results file cannot be read, or the file is not a results file.

    The message names the file, the place in it, and what to do.

    Example:
        ```python
        try:
            result = PlaylistMatch.from_json("friday_metrics.json")
        except ResultsFileError as error:
            print(error)
        ```
    """


class JournalError(BeatportMatchError):
    """A journal cannot be used; the message names the file, the reason, and what to do.

    Example:
        ```python
        try:
            match_playlist("friday.m3u8", journal="friday.json")
        except JournalError as error:
            print(error)
        ```
    """


class DecisionsError(BeatportMatchError):
    """A file of decisions cannot be used; the message names the file and what to do.

    Example:
        ```python
        try:
            decisions = Decisions("collection.xml")
        except DecisionsError as error:
            print(error)
        ```
    """


class CatalogueError(BeatportMatchError):
    """An offline catalogue cannot be built, opened or read.

    The message names the catalogue and what to do.

    Example:
        ```python
        try:
            pool = Catalogue.open("friday.m3u8")
        except CatalogueError as error:
            print(error)
        ```
    """


class TagBackupError(BeatportMatchError):
    """A backup of tags cannot be read; the message names the file and what to do.

    Example:
        ```python
        try:
            report = undo_tags("friday.m3u8")
        except TagBackupError as error:
            print(error)
        ```
    """


class OutputError(BeatportMatchError, OSError):
    """Results, metrics, a report or an enriched playlist cannot be written.

    The disk may be full, the folder missing, or the user may not write there. The message names the
    path, the reason and what to do. It is also an `OSError`, with the `errno` and the `strerror` of
    the system's error.

    Args:
        message: The path, the reason and what to do, as one sentence.
        cause: The error of the system. Default: none.

    Example:
        ```python
        try:
            result.to_json("friday.m3u8/results.json")
        except OutputError as error:
            print(error.strerror)
        ```
    """

    def __init__(self, message: str, cause: Exception | None = None) -> None:
        super().__init__(message)
        if isinstance(cause, OSError):
            self.errno: int | None = cause.errno
            self.strerror: str | None = cause.strerror

    def __str__(self) -> str:
        return str(self.args[0])


class MissingDependencyError(BeatportMatchError, ImportError):
    """An optional package is not installed; the message names the extra and the pip command.

    It is also an `ImportError`, whose `name` is the missing package.

    Example:
        ```python
        try:
            pool = Catalogue.open("pool.catalogue")
        except MissingDependencyError as error:
            print(error)  # it names the extra `offline`
        ```
    """


class MisuseError(BeatportMatchError, ValueError):
    """The caller broke a rule of the API; the message says which one, and what to do instead.

    Example:
        ```python
        try:
            match_track("")
        except MisuseError as error:
            print(error)
        ```
    """


class BeatportUnavailable(BeatportMatchError):  # noqa: N818 - public name: a state of Beatport
    """A single search or fetch could not be answered; the attribute `failure` says why.

    Args:
        failure: Why there is no answer.

    Example:
        ```python
        fake = FakeBeatport(faults=always("challenge"))
        with fake.serve() as url, Matcher(settings=MatchSettings(base_url=url)) as matcher:
            try:
                matcher.search_tracks("night ferry")
            except BeatportUnavailable as error:
                print(error.failure.kind)
        ```
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure

    def __reduce__(self) -> "tuple[type[BeatportUnavailable], tuple[Failure]]":
        return type(self), (self.failure,)


def short_repr(value: object, max_length: int = MAX_SHOWN_LENGTH) -> str:
    """Return the `repr` of a wrong value for a message, cut to one short line."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - for example a number with more digits than Python converts
        text = f"<{type(value).__name__}>"
    text = text.replace("\n", " ")
    return text if len(text) <= max_length else text[:max_length] + "…"


def wrong_argument(name: str, value: object, expected: str, remedy: str = "") -> MisuseError:
    """Return the error for an argument of a wrong type, as one sentence."""
    remedy = f"; {remedy}" if remedy else ""
    return MisuseError(f"{name} must be {expected}, not {short_repr(value)}{remedy}.")


def require_several(name: str, value: object, what: str, remedy: str) -> None:
    """Reject a single value; a text is a single value, although it can be iterated.

    Raises:
        MisuseError: It is a text, or it cannot be iterated.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise wrong_argument(name, value, f"several {what}", remedy)


def unsupported_version(version: object, readable: tuple[str, ...], again: str) -> str:
    """Return that a file has another version, and the remedy: for a later one, an update."""
    known = " and ".join(map(repr, readable))
    is_later = _version_numbers(version) > max(map(_version_numbers, readable))
    update = "it comes from a newer beatport_match: update it, or " if is_later else ""
    return f"version is {short_repr(version)}, but only {known} can be read; {update}{again}"


def _version_numbers(version: object) -> tuple[int, ...]:
    """Return the numbers of a version for a comparison; none if it is no version."""
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return tuple(map(int, version.split(".")))
    return ()
