"""The Beatport source that the settings name, and what they say about its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from beatport_match.beatport import ApiSource, WebSource
from beatport_match.matching.protocol import ResultKind
from beatport_match.matching.sources import Source
from beatport_match.settings.models import MatchSettings, settings_or_default


def beatport_source(settings: MatchSettings) -> Source:
    """Make the Beatport source that the settings name: its web pages or its API.

    Use it for `source=`, where Beatport comes after catalogues of your own.

    Args:
        settings: Its `source`, `base_url`, `api_url`, `max_results` and `user_agent` count.

    Returns:
        The source; it sends nothing by itself.

    Raises:
        SettingsError: `settings` is not a `MatchSettings`.

    Example:
        ```python
        source = [Catalogue.open("pool.catalogue"), beatport_source(MatchSettings())]
        match_playlist("friday.m3u8", source=source)
        ```
    """
    settings = settings_or_default(settings)
    if settings.source == "api":
        return ApiSource(
            api_url=settings.api_url,
            base_url=settings.base_url,
            max_results=settings.max_results,
            user_agent=settings.user_agent,
        )
    return WebSource(
        base_url=settings.base_url,
        max_results=settings.max_results,
        user_agent=settings.user_agent,
    )


def with_max_results(sources: tuple[Source, ...], max_results: int | None) -> tuple[Source, ...]:
    """Return the sources; those of Beatport request another number of rows from one search."""
    if max_results is None:
        return sources
    return tuple(
        replace(one, max_results=max_results) if isinstance(one, WebSource | ApiSource) else one
        for one in sources
    )


def max_ages_s(settings: MatchSettings) -> Mapping[ResultKind, float]:
    """Return the age in seconds up to which a cached result of each kind is used."""
    return {"search": settings.cache_ttl_s, "page": settings.cache_page_ttl_s}
