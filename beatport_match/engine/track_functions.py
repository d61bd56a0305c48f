"""Match a track in one call, with a matcher made and closed around it.

All calls of a process share their rate limit, circuit breaker and cached answers (see
`transport.shared`); a matcher that the caller makes has its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from beatport_match.engine.arguments import DecisionsOrPath, OnError
from beatport_match.engine.async_matcher import SharingAsyncMatcher
from beatport_match.engine.matcher import SharingMatcher
from beatport_match.matching.match import Match
from beatport_match.matching.sources import Sources
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.http import AsyncHttpClient, HttpClient


def match_track(
    track_or_text: Track | str,
    *,
    settings: MatchSettings | None = None,
    http_client: HttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    queries: Iterable[str] | None = None,
    on_error: OnError = "raise",
) -> Match:
    """Find one track on Beatport.

    It is matched in the calling thread, with one request at a time, also if
    `settings.async_io.enabled` is set. For several tracks at the same time, give them to
    `match_playlist`.

    Args:
        track_or_text: A `Track`, a text such as `Artist - Title (Mix)`, or the URL of a track page
            on Beatport.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: A sync `httpx` (or `httpx2`) client of yours, which you close; by default one
            is made, and closed afterwards.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        queries: 1-20 texts to search for, in this order, instead of the queries that are planned
            from the track; the search still ends at a good answer. Default: none.
        on_error: How to handle an unexpected exception (of the client or of a source):
            "raise" raises it; "result" makes the match `failed` with the kind `exception`.
            Default "raise".

    Returns:
        The match: its `outcome` is `matched`, `review`, `not_found` or `failed`, and `explain()`
        says why. Faults of the network or of Beatport are in its `failures`.

    Raises:
        MisuseError: The track is blank, a playlist file, or neither a `Track` nor text,
            `http_client` is no client or an async one, `source` is no source, or another argument
            has a wrong type or value.
        DecisionsError: The file of decisions cannot be used.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not installed.

    Example:
        ```python
        match = match_track("Artist - Title (Some Remix)")
        if best := match.accepted:
            print(best.url)
        else:
            print(match.outcome, match.reason)
        ```
    """
    with SharingMatcher(
        settings, http_client=http_client, source=source, decisions=decisions
    ) as matcher:
        return matcher.match_track(track_or_text, queries=queries, on_error=on_error)


async def amatch_track(
    track_or_text: Track | str,
    *,
    settings: MatchSettings | None = None,
    http_client: AsyncHttpClient | None = None,
    source: Sources | None = None,
    decisions: DecisionsOrPath | None = None,
    queries: Iterable[str] | None = None,
    on_error: OnError = "raise",
) -> Match:
    """Find one track on Beatport, in async code (asyncio or trio).

    Args:
        track_or_text: A `Track`, a text such as `Artist - Title (Mix)`, or the URL of a track page
            on Beatport.
        settings: How to match and how to send requests; default: `MatchSettings()`.
        http_client: An async `httpx` (or `httpx2`) client of yours, which you close; by default the
            library uses one for the event loop, and closes it when the loop ends.
        source: Where candidates come from: an open `Catalogue`, any other `Source`, or several in
            the order to query them; by default what `settings.source` names.
        decisions: Earlier decisions: a `Decisions`, or the path of its file. An accepted candidate
            is the answer without a request; a rejected one is not proposed. Default: none.
        queries: 1-20 texts to search for, in this order, instead of the queries that are planned
            from the track; the search still ends at a good answer. Default: none.
        on_error: How to handle an unexpected exception (of the client or of a source):
            "raise" raises it; "result" makes the match `failed` with the kind `exception`.
            Default "raise".

    Returns:
        The match: its `outcome` is `matched`, `review`, `not_found` or `failed`, and `explain()`
        says why. Faults of the network or of Beatport are in its `failures`.

    Raises:
        MisuseError: The track is blank, a playlist file, or neither a `Track` nor text,
            `http_client` is no client or a sync one, `source` is no source, or another argument has
            a wrong type or value.
        DecisionsError: The file of decisions cannot be used.
        SettingsError: `settings` is not a `MatchSettings`, or its `rate_limit_file` cannot be used.
        MissingDependencyError: The proxy is a SOCKS proxy, and the extra `socks` is not installed.

    Example:
        ```python
        match = await amatch_track("Artist - Title (Some Remix)")
        if best := match.accepted:
            print(best.url)
        else:
            print(match.outcome, match.reason)
        ```
    """
    async with SharingAsyncMatcher(
        settings, http_client=http_client, source=source, decisions=decisions
    ) as matcher:
        return await matcher.match_track(track_or_text, queries=queries, on_error=on_error)
