"""Trouble: the kind that is expected is a value, the kind that is not is an exception.

    Failure                  why a question could not be answered (a value)

    BeatportMatchError
    ├── PlaylistError        a playlist file cannot be read or written
    ├── SettingsError        a setting is out of range or unknown
    ├── MetricsFileError     a metrics file is not one of ours
    ├── JournalError         a journal cannot be used
    ├── CatalogueError       an offline catalogue cannot be built, opened or read
    ├── MisuseError          the caller broke a rule (also a ValueError)
    └── BeatportUnavailable  a single search or fetch could not be answered

What a run must expect (the network, Beatport, one bad entry in a playlist) is never
raised from matching: it is a `Failure` in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

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
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a question could not be answered; never a way to say "not found".

    `kind` is for programs, `detail` one sentence for people, `url` what was asked (empty where
    nothing was sent).
    """

    kind: FailureKind
    detail: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" + (f" ({self.url})" if self.url else "")


class BeatportMatchError(Exception):
    """Everything this library raises on purpose derives from this."""


class PlaylistError(BeatportMatchError):
    """A playlist cannot be read or written; the text names the file, the place and the remedy."""


class SettingsError(BeatportMatchError):
    """A setting is unknown or out of range; the text names the setting, the value and the range."""


class MetricsFileError(BeatportMatchError):
    """A metrics file cannot be read or is none; the text names the file and the field."""


class JournalError(BeatportMatchError):
    """A journal cannot be used; the text names the file, why, and the remedy."""


class CatalogueError(BeatportMatchError):
    """An offline catalogue cannot be built, opened or read; the text names it and the remedy."""


class MisuseError(BeatportMatchError, ValueError):
    """The caller broke a rule of the API; the text says which and what to do instead."""


class BeatportUnavailable(BeatportMatchError):  # noqa: N818 - a state of Beatport, named by API.md
    """A single search or fetch could not be answered; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure

    def __reduce__(self) -> tuple[type[BeatportUnavailable], tuple[Failure]]:
        return type(self), (self.failure,)
