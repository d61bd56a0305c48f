"""A playlist run as the command line does it: progress shown, Ctrl-C keeps what is done.

Between the library and the commands: it starts runs and keeps their matches, and writes no result.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from beatport_match._functions import match_playlist
from beatport_match._progress import progress_on
from beatport_match._runs import Queue, Session, gathered
from beatport_match._screen import Screen
from beatport_match.matches import Match, Progress
from beatport_match.results import PlaylistMatch
from beatport_match.settings import MatchSettings
from beatport_match.sources import Sources
from beatport_match.tracks import Track


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run; `wanted` counts the tracks it was to match."""

    result: PlaylistMatch
    interrupted: bool
    wanted: int


class Playlist:
    """The tracks of a playlist file, read whole before anything is asked.

    So a file damaged at its end is refused before a request goes out, and every run over it has
    the same tracks.

    Raises:
        PlaylistError: The file cannot be read.
    """

    def __init__(self, path: Path, name: str | None, limit: int | None = None) -> None:
        self._queue = Queue(path, name, count=False)
        self.tracks: tuple[Track, ...] = tuple(track for _, track in islice(self._queue, limit))

    def run(
        self,
        settings: MatchSettings,
        screen: Screen,
        label: str,
        journal: Path | None = None,
        source: Sources | None = None,
    ) -> Run:
        """Match the tracks; when interrupted, the result holds those that were finished."""
        finished: dict[int, Match] = {}
        session = Session(
            "async" if settings.async_io.enabled else "sync", settings, time.monotonic
        )
        try:
            with progress_on(screen, label, len(self.tracks)) as tell:

                def keep(progress: Progress) -> None:
                    finished[progress.place] = progress.match
                    tell(progress)

                result = match_playlist(
                    self.tracks,
                    settings=settings,
                    source=source,
                    on_progress=keep,
                    journal=journal,
                )
        except KeyboardInterrupt:
            result = gathered(finished, self._queue, (), session)
            return Run(result, interrupted=True, wanted=len(self.tracks))
        result = replace(result, problems=(*self._queue.problems, *result.problems))
        return Run(result, interrupted=False, wanted=len(self.tracks))
