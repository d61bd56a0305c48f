"""The sentences about a run, a playlist and async, without a window."""

from __future__ import annotations

from typing import get_args

from async_advice import ENABLE, REQUESTS, TRACKS, WHEN, note_at_start, recommendation
from playlist_rows import clock
from run_sentences import empty_playlist, end_of_run, incomplete, trouble_of_run
from tables import each_row

from beatport_match import Failure, Match, MatchSettings, Track
from beatport_match.errors import FailureKind


def failed(kind: FailureKind, stopped: str = "failed") -> Match:
    return Match(
        track=Track("Tide"),
        outcome="failed",
        best=None,
        candidates=(),
        confidence=0.0,
        queries=(),
        failures=(Failure(kind, "detail"),),
        stopped=stopped,  # pyright: ignore[reportArgumentType]
    )


@each_row(
    "kind, cause, remedy",
    [
        ("network", "Beatport could not be reached", "check the network connection"),
        ("timeout", "answered too slowly", "check the network connection"),
        ("blocked", "blocks requests", "lower the requests per second in Settings"),
        ("rate_limited", "fewer requests", "lower the requests per second in Settings"),
        ("auth", "did not accept the account", "choose another token file in Settings"),
        ("catalogue_changed", "could not be read", "install a newer version"),
        ("status", "reported an error", "wait some minutes"),
        ("unaskable", "the list names", "read their reasons"),
    ],
)
def test_failures_are_one_sentence_with_cause_and_remedy(
    kind: FailureKind, cause: str, remedy: str
) -> None:
    text = trouble_of_run([failed(kind)] * 85)
    assert text.startswith(f"85 of 85 tracks failed, because {cause}" if cause[0] == "B" else "85 ")
    assert cause in text
    assert remedy in text
    assert (text.count(". "), text[-1]) == (0, ".")
    others = trouble_of_run([failed(kind)] * 3 + [failed("restricted")] * 2)
    assert others.startswith("5 of 5 tracks failed, mostly because ")


def test_every_kind_of_failure_has_a_sentence() -> None:
    for kind in get_args(FailureKind):
        assert "1 of 1 tracks failed" in trouble_of_run([failed(kind)])


def test_a_paused_run_has_no_failures() -> None:
    stopped = [failed("stopped", stopped="stopped")] * 65
    assert trouble_of_run(stopped) == ""
    assert end_of_run(65, 7.0, paused=True) == (
        "Paused after 0:07: 65 tracks wait, and Continue runs the rest."
    )
    assert end_of_run(1, 7.0, paused=False) == (
        "Stopped after 0:07: 1 track waits, and Start runs the rest."
    )
    assert end_of_run(0, 7.0, paused=True) == "Finished in 0:07."


def test_an_empty_playlist_says_what_to_do() -> None:
    assert "has no tracks: choose another playlist" in empty_playlist("“Friday”", 0)
    assert "but a problem (see the list): export" in empty_playlist("a.m3u", 1)
    assert "no readable tracks, but 12 problems" in empty_playlist("a.m3u", 12)


def test_only_a_whole_run_is_complete() -> None:
    assert incomplete(0, 0, 0) == ""
    assert "65 tracks wait" in incomplete(0, 65, 0)
    assert "20 of its answers" in incomplete(20, 0, 0)
    assert "answered 3 of its queries" in incomplete(0, 0, 3)


def settings(**changes: int) -> MatchSettings:
    names = {"tracks": "max_concurrent_tracks", "requests": "max_concurrent_requests"}
    engine = {names[one]: value for one, value in changes.items() if one in names}
    return MatchSettings(
        queries_at_once=changes.get("searches", 1), async_io={"enabled": True, **engine}
    )


def test_the_recommendation_depends_on_both_numbers() -> None:
    """It gives the number of requests at a time, and the memory that they need."""
    text = recommendation(settings(), None)
    assert "Up to 5 requests at a time (5 tracks × 1), about 0.5 MiB" in text
    assert "Of the 10 requests per track only 1 can run" in text
    text = recommendation(settings(tracks=3, requests=5, searches=8), None)
    assert "Up to 15 requests at a time (3 tracks × 5), about 1.5 MiB" in text
    assert "can run" not in text
    assert "recommended" not in text
    text = recommendation(settings(tracks=20, requests=20, searches=4), None)
    assert "Up to 32 requests at a time (20 tracks × 4), about 3.2 MiB" in text
    assert "3–10 tracks at once are recommended." in text
    assert "5–15 requests per track are recommended." in text
    assert recommendation(MatchSettings(), None) == ""


def test_a_run_with_async_says_so() -> None:
    assert "up to 7 tracks are matched at once" in note_at_start(settings(tracks=7).async_io)
    assert note_at_start(MatchSettings().async_io) == ""


@each_row(
    "text, parts",
    [
        (
            ENABLE,
            ("Benefits", "more than 40 %", "10 tracks", "good connection", "memory", "single"),
        ),
        (TRACKS, ("faster", "memory", "3–10")),
        (REQUESTS, ("faster", "load on the network", "5–15", "Searches")),
        (WHEN, ("What async I/O is", "Turn it on", "Leave it off", "Performance:", "processor")),
        (WHEN, ("single tracks", "unstable connection", "little memory", "First measure a run")),
    ],
)
def test_help_names_benefits_limits_and_numbers(text: str, parts: tuple[str, ...]) -> None:
    flat = " ".join(text.split())
    assert [part for part in parts if part not in flat] == []


def test_times_have_hours_only_if_needed() -> None:
    assert [clock(7.4), clock(750), clock(3723)] == ["0:07", "12:30", "1:02:03"]
