"""The functions most callers need: one call, with a matcher made and closed around it."""

from __future__ import annotations

from collections.abc import Iterator

from beatport_match.engine.async_matcher import AsyncMatcher
from beatport_match.engine.journal import JournalPath
from beatport_match.engine.match_stream import Emit, MatchStream
from beatport_match.engine.matcher import Matcher
from beatport_match.engine.playlist_run import OnProgress, Stop, Tracks
from beatport_match.matching.match import Match
from beatport_match.matching.sources import Sources
from beatport_match.model.tracks import Track
from beatport_match.results import PlaylistMatch
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import AsyncHttpClient, HttpClient


def match_track(
    track_or_text: Track | str,
    *,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
) -> Match:
    """Find one track; see `Matcher.match_track`."""
    with Matcher(settings, http_client=http_client, source=source) as matcher:
        return matcher.match_track(track_or_text)


async def amatch_track(
    track_or_text: Track | str,
    *,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
) -> Match:
    """Find one track; see `AsyncMatcher.match_track`."""
    async with AsyncMatcher(settings, http_client=http_client, source=source) as matcher:
        return await matcher.match_track(track_or_text)


def match_playlist(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
) -> PlaylistMatch:
    """Find every track of a playlist; see `Matcher.match_playlist`."""
    with Matcher(settings, http_client=http_client, source=source) as matcher:
        return matcher.match_playlist(
            tracks_or_path, playlist=playlist, on_progress=on_progress, stop=stop, journal=journal
        )


async def amatch_playlist(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
) -> PlaylistMatch:
    """Find every track of a playlist; see `AsyncMatcher.match_playlist`."""
    async with AsyncMatcher(settings, http_client=http_client, source=source) as matcher:
        return await matcher.match_playlist(
            tracks_or_path, playlist=playlist, on_progress=on_progress, stop=stop, journal=journal
        )


def iter_matches(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
) -> Iterator[Match]:
    """Find tracks one by one, each given as soon as it is known; see `Matcher.iter_matches`."""
    matcher = Matcher(settings, http_client=http_client, source=source)
    matches = matcher.iter_matches(
        tracks_or_path, playlist=playlist, on_progress=on_progress, stop=stop, journal=journal
    )

    def until_the_end() -> Iterator[Match]:
        with matcher:
            yield from matches

    return until_the_end()


def aiter_matches(
    tracks_or_path: Tracks,
    *,
    playlist: str | None = None,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    journal: JournalPath | None = None,
) -> MatchStream:
    """Find tracks several at once, for `async for`; see `AsyncMatcher.iter_matches`."""
    matcher = AsyncMatcher(settings, http_client=http_client, source=source)
    matches = matcher.iter_matches(
        tracks_or_path, playlist=playlist, on_progress=on_progress, stop=stop, journal=journal
    )

    async def work(give: Emit) -> None:
        async with matcher, matches:
            async for match in matches:
                await give(match)

    return MatchStream(work)
