"""A program that uses the library, for type checkers only; `.ci/gates/consumer` runs them.

Each `assert_type` states the type that a caller sees. Each line with an ignored error contains a
mistake that the type checkers must report; otherwise they report the unused comment.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, assert_type

from beatport_match import (
    AsyncMatcher,
    AsyncRateLimiter,
    AsyncSettings,
    Candidate,
    Catalogue,
    Change,
    DecidedBy,
    Decision,
    Decisions,
    Evidence,
    Failure,
    FetchedTracks,
    FileRateLimiter,
    Match,
    Matcher,
    MatchSettings,
    MatchStream,
    PlaylistMatch,
    Progress,
    RateLimiter,
    Rejection,
    ScoredCandidate,
    SettingsAdvice,
    Source,
    TagPlan,
    TagReport,
    Track,
    Wants,
    aiter_matches,
    amatch_playlist,
    amatch_track,
    beatport_source,
    iter_matches,
    match_playlist,
    match_track,
    plan_tags,
    rank,
    recommend_settings,
    write_match_report,
    write_review_page,
    write_tags,
    write_wants,
)
from beatport_match.testing import FakeBeatport


def one_track() -> None:
    match = match_track(Track("Title", "Artist", bpm=124.0), settings=MatchSettings(max_queries=2))
    assert_type(match, Match)
    assert_type(match.outcome, Literal["matched", "review", "not_found", "failed"])
    assert_type(match.failures, tuple[Failure, ...])
    assert_type(match.changes(), tuple[Change, ...])
    assert_type(match.accepted, ScoredCandidate | None)
    if match.best:
        assert_type(match.best, ScoredCandidate)
        assert_type(match.best.candidate.bpm, float | None)
        assert_type(match.best.bpm, float | None)
        assert_type(match.best.evidence, tuple[Evidence, ...])
    assert_type([one.reject_reason for one in match.candidates], list[Rejection | None])


def decisions(match: Match, candidate: Candidate) -> None:
    kept = Decisions("decisions.jsonl")
    assert_type(kept.accept(match.track, candidate, by="my rule"), Decision)
    assert_type(kept.about(match.track).accepted, Decision | None)
    assert_type(match.decided_by, DecidedBy | None)
    match_playlist("set.m3u", decisions=kept, missing_only="results.json")
    match_track("Artist - Title", decisions="decisions.jsonl")


def settings() -> None:
    """The constructor converts values; the attributes have one precise type."""
    given = MatchSettings(
        cache_path="beatport.cache",
        token_file=Path("tokens.json"),
        access_token="secret",
        wanted_fields=["label"],
        requests_per_second=None,
        async_io={"enabled": True, "max_concurrent_tracks": 5},
    )
    assert_type(given.cache_path, Path | None)
    assert_type(given.wanted_fields, tuple[str, ...])
    assert_type(given.async_io, AsyncSettings)
    assert_type(given.async_io.request_timeout, float)
    assert_type(MatchSettings(async_io=AsyncSettings(enabled=True)), MatchSettings)
    assert_type(MatchSettings.load("settings.toml"), MatchSettings)
    hash(given)


def a_playlist(progress: list[Progress]) -> None:
    result = match_playlist(Path("collection.xml"), playlist="Sets", on_progress=progress.append)
    assert_type(result, PlaylistMatch)
    assert_type(result.matched, tuple[Match, ...])
    plan = plan_tags(result.matches, overwrite=["key"], notation="camelot")
    assert_type(plan, TagPlan)
    assert_type(plan.notation, Literal["short", "camelot", "open_key"])
    assert_type(write_tags(plan, "old-tags.jsonl"), TagReport)
    assert_type(write_wants(result, "wants"), Wants)
    write_match_report(result, Path("report.html"))
    assert_type(write_review_page(result, "review"), Path)
    assert_type(iter_matches(["Artist - Title"]), Iterator[Match])
    with Matcher() as matcher:
        assert_type(matcher.fetch_track(7), Candidate | None)
        assert_type(matcher.fetch_tracks([7], max_concurrent=2), FetchedTracks)
        assert_type(matcher.fetch_tracks([7])[0], Candidate | None)
    assert_type(MatchSettings().with_(async_io={"enabled": True}), MatchSettings)
    assert_type(recommend_settings(result.metrics), SettingsAdvice)


async def async_functions() -> None:
    assert_type(await amatch_track("Artist - Title"), Match)
    assert_type(await amatch_playlist("collection.xml"), PlaylistMatch)
    assert_type(aiter_matches(["Artist - Title"]), MatchStream)
    async for match in aiter_matches(["Artist - Title"]):
        assert_type(match, Match)
    async with AsyncMatcher() as matcher:
        assert_type(await matcher.search_tracks("title"), tuple[Candidate, ...])


def sources(found: list[Candidate]) -> None:
    assert_type(rank(Track("Title"), found), tuple[ScoredCandidate, ...])
    with Catalogue.open("mine") as mine, FakeBeatport().serve() as base_url:
        assert_type(base_url, str)
        several: list[Source] = [mine.source(), beatport_source(MatchSettings())]
        match_track("Artist - Title", source=several)
        match_track("Artist - Title", source=mine)
        match_track("Artist - Title", source=[mine, beatport_source(MatchSettings())])


def rate_limits(own: RateLimiter, own_async: AsyncRateLimiter) -> None:
    file = FileRateLimiter("beatport.rate")
    Matcher(MatchSettings(rate_limit_file="beatport.rate"), rate_limiter=own)
    Matcher(rate_limiter=file)
    for limiter in (file, own, own_async):
        AsyncMatcher(rate_limiter=limiter)
    Matcher(rate_limiter=own_async)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def mistakes(match: Match) -> None:
    match_track(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    match_track("A - B", setting=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Track("Title", bpm="fast")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    MatchSettings(cache="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    MatchSettings(cache_path=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncSettings(enable=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    MatchSettings().max_queries = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    _ = match.best.url  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    match.outcome = "matched"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    if match.outcome == "found":  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
        pass
    plan_tags([match], notation="8A")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    amatch_track("A - B")  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
