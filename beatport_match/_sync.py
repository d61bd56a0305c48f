"""The sync hands: `Matcher`, with its socket, clock and dice.

Method for method the same as `_async`; what both need stands in `_runs`, `_http` and `_drive`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from beatport_match._drive import drive
from beatport_match._http import (
    HttpClient,
    arguments,
    need_colour,
    new_client,
    read_error,
    read_response,
)
from beatport_match._runs import (
    STOPPED,
    OnProgress,
    Queue,
    Session,
    Stop,
    Tally,
    Tracks,
    as_track,
    gathered,
    measured,
    never,
    source_for,
)
from beatport_match.conversation import fetch, match, search
from beatport_match.errors import Failure
from beatport_match.exchange import admit
from beatport_match.matches import Match
from beatport_match.results import PlaylistMatch
from beatport_match.settings import MatchSettings
from beatport_match.tracks import Candidate, Track
from beatport_match.wire import Request, Response

if TYPE_CHECKING:
    import httpx


class Matcher:
    """Finds tracks on Beatport, one after the other.

    Args:
        settings: How to match and how to ask; the defaults if not given.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close. Ours is made
            when first needed and closed with the matcher.

    May be used from several threads: they share its pace.

    Raises:
        MisuseError: `http_client` is an async one.
    """

    def __init__(
        self, settings: MatchSettings | None = None, *, http_client: HttpClient | None = None
    ) -> None:
        self.settings = settings or MatchSettings()
        if http_client is not None:
            need_colour(http_client, asynchronous=False)
        self._given = http_client
        self._line = _Line(self.settings, http_client)
        self._source = source_for(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close our own client; yours stays open."""
        self._line.close()

    def match_track(self, track_or_text: Track | str, *, stop: Stop | None = None) -> Match:
        """Find one track.

        Raises:
            MisuseError: The track is blank or neither a `Track` nor text.
        """
        return self._match(as_track(track_or_text), stop or never)

    def match_playlist(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
    ) -> PlaylistMatch:
        """Find every track of a playlist, given as tracks or as a file's path.

        With `settings.async_io.enabled` the async engine does the work, with the same answers.
        `stop` is asked at every decision; what it kept from being asked ends as `failed`.

        Raises:
            PlaylistError: The file cannot be read.
            MisuseError: The async engine is asked for inside a running event loop.
        """
        if self.settings.async_io.enabled:
            from beatport_match._bridge import match_playlist_async

            return match_playlist_async(
                self.settings, self._given, tracks_or_path, playlist, on_progress, stop
            )
        session = Session("sync", self.settings, time.monotonic)
        queue = Queue(tracks_or_path, playlist, count=True)
        tally = Tally(queue.total, on_progress, session)
        waiting = iter(queue)
        matches = dict(self._each(waiting, stop or never, tally))
        return gathered(matches, queue, waiting, session)

    def iter_matches(
        self,
        tracks_or_path: Tracks,
        *,
        playlist: str | None = None,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
    ) -> Iterator[Match]:
        """Find tracks one by one; each match is given as soon as it is known.

        Raises:
            PlaylistError: The file cannot be read.
        """
        session = Session("sync", self.settings, time.monotonic)
        queue = Queue(tracks_or_path, playlist, count=on_progress is not None)
        tally = Tally(queue.total, on_progress, session)
        return (found for _, found in self._each(iter(queue), stop or never, tally))

    def search_tracks(self, query: str) -> tuple[Candidate, ...]:
        """Search in your own words; the candidates stand as Beatport ranks them.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: The query is blank.
        """
        return drive(search(query, self._source), self._line.hands(never)).value

    def fetch_track(self, url_or_id: str | int) -> Candidate | None:
        """Fetch one track's page; `None` where Beatport has no such track.

        Raises:
            BeatportUnavailable: A fault kept it from being answered.
            MisuseError: It is neither a number nor the address of a track on this Beatport.
        """
        return self.fetch_tracks((url_or_id,))[0]

    def fetch_tracks(self, urls_or_ids: Iterable[str | int]) -> tuple[Candidate | None, ...]:
        """Fetch several pages, in the order given.

        Raises:
            BeatportUnavailable: A fault kept one of them from being answered.
            MisuseError: One is neither a number nor the address of a track on this Beatport.
        """
        return drive(fetch(urls_or_ids, self._source), self._line.hands(never)).value

    def _each(
        self, waiting: Iterator[tuple[int, Track]], stop: Stop, tally: Tally
    ) -> Iterator[tuple[int, Match]]:
        while not stop() and (entry := next(waiting, None)) is not None:
            place, track = entry
            found = self._match(track, stop, place, tally.began)
            tally.count(found)
            yield place, found

    def _match(self, track: Track, stop: Stop, place: int = 0, began: float | None = None) -> Match:
        conversation = match(track, self.settings, self._source)
        return measured(drive(conversation, self._line.hands(stop)), place, began)


class _Line:
    """The matcher's line to Beatport: one client and one pace for all that it asks."""

    def __init__(self, settings: MatchSettings, client: HttpClient | None) -> None:
        self._settings = settings
        self._given = client
        self._ours: httpx.Client | None = None
        self._lock = Lock()
        self._next_free = 0.0

    def hands(self, stop: Stop) -> _Hands:
        return _Hands(self, stop, self._settings.async_io.retry_attempts)

    def client(self) -> HttpClient:
        if self._given is not None:
            return self._given
        with self._lock:
            self._ours = self._ours or new_client(self._settings)
            return self._ours

    def turn(self) -> float:
        with self._lock:
            delay, self._next_free = admit(
                self._next_free, time.monotonic(), self._settings.requests_per_second
            )
        return delay

    def close(self) -> None:
        with self._lock:
            client, self._ours = self._ours, None
        if client is not None:
            client.close()


class _Hands:
    """What `drive` needs, for one track."""

    def __init__(self, line: _Line, stop: Stop, attempts: int) -> None:
        self.attempts = attempts
        self._line = line
        self._stop = stop

    def now(self) -> float:
        return time.monotonic()

    def dice(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def turn(self) -> float | Failure:
        return STOPPED if self._stop() else self._line.turn()

    def send(self, request: Request) -> Response | Failure:
        try:
            return read_response(self._line.client().get(request.url, **arguments(request)))
        except Exception as error:  # noqa: BLE001 - `read_error` raises what is not the client's
            return read_error(error, request)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
