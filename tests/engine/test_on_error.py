"""`on_error="result"`: an unexpected exception fails its own track, and the run continues."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from held_requests import QUICK
from modes import EXACT_SEARCH, MODES, Mode, Name, served, with_attempts

from beatport_match import MatchSettings, MisuseError, Progress, SettingsError, beatport_source
from beatport_match.matching.protocol import Question
from beatport_match.testing import FakeBeatport

every_mode = pytest.mark.parametrize("name", MODES)
every_method = pytest.mark.parametrize("method", ["match_playlist", "iter_matches"])
BAD, BAD_TITLE = QUICK[2], "Fjordline"


class Bug(Exception):  # noqa: N818 - a bug of the calling program, not an error of the library
    """An exception that the library does not expect."""


def transport(error: BaseException) -> httpx.MockTransport:
    """Answer like the fake, but raise an exception for one title."""
    fake = FakeBeatport(**EXACT_SEARCH)

    def handle(request: httpx.Request) -> httpx.Response:
        if BAD_TITLE in str(request.url.params):
            raise error
        return served(fake, request)

    return httpx.MockTransport(handle)


def matches(result: Any) -> list[Any]:
    return sorted(getattr(result, "matches", result), key=lambda one: QUICK.index(one.track.title))


def assert_only_the_bad_track_failed(result: Any, text: str) -> None:
    found = matches(result)
    assert [one.track.title for one in found] == list(QUICK)
    failed = [one for one in found if one.outcome == "failed"]
    assert [one.track.title for one in failed] == [BAD]
    (failure,) = failed[0].failures
    assert (failure.kind, failed[0].best) == ("exception", None)
    assert text in failure.detail


@every_mode
@every_method
def test_an_exception_of_the_transport_fails_its_track(name: Name, method: str) -> None:
    result = Mode(name).call(method, QUICK, transport=transport(Bug("boom")), on_error="result")
    assert_only_the_bad_track_failed(result, "Bug('boom') was raised while the track was matched")


@every_mode
@every_method
def test_an_exception_of_on_progress_fails_its_track(name: Name, method: str) -> None:
    done = list[int]()

    def on_progress(progress: Progress) -> None:
        done.append(progress.done)
        if progress.track.title == BAD:
            raise Bug("boom")

    result = Mode(name).call(
        method,
        QUICK,
        transport=FakeBeatport(**EXACT_SEARCH).transport(),
        on_progress=on_progress,
        on_error="result",
    )
    assert_only_the_bad_track_failed(result, "Bug('boom') was raised by on_progress")
    assert done == [1, 2, 3, 4, 5, 6]
    if method == "match_playlist":
        assert len(result.failed) == 1
        assert [one.outcome for one in result.metrics.track_metrics].count("failed") == 1


class FaultySource:
    """Beatport, but one title raises an exception before its request."""

    name = "faulty"

    def __init__(self) -> None:
        self._inner = beatport_source(MatchSettings())

    def search(self, text: str, query_type: str) -> Question:
        if BAD_TITLE in text:
            raise Bug("no words")
        return self._inner.search(text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return self._inner.isrc(isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return self._inner.track(url_or_id, query_type)


def test_an_exception_of_a_source_fails_its_track() -> None:
    from beatport_match import match_playlist

    fake = FakeBeatport(**EXACT_SEARCH)
    with httpx.Client(transport=fake.transport()) as client:
        result = match_playlist(
            QUICK,
            http_client=client,
            source=FaultySource(),
            on_error="result",
            settings=with_attempts(),
        )
    assert_only_the_bad_track_failed(result, "Bug('no words')")


@every_mode
def test_a_single_track_may_end_with_the_exception_as_its_result(
    name: Name, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names only the kind of the exception: its text may hold a title."""
    with caplog.at_level(logging.WARNING, "beatport_match"):
        found = Mode(name).call(
            "match_track", BAD, transport=transport(Bug(BAD)), on_error="result"
        )
    assert (found.outcome, found.stopped, found.queries) == ("failed", "failed", ())
    assert found.failures[0].kind == "exception"
    assert found.metrics is not None
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == "Bug was raised; its track ends as failed"


@every_mode
@pytest.mark.parametrize(
    ("error", "on_error"),
    [(Bug("boom"), "raise"), (SettingsError("a file is missing."), "result")],
)
def test_other_exceptions_end_the_run(name: Name, error: Exception, on_error: str) -> None:
    """An error of this library concerns all tracks."""
    for method, tracks in (("match_track", BAD), ("match_playlist", QUICK)):
        with pytest.raises(type(error)) as caught:
            Mode(name).call(method, tracks, transport=transport(error), on_error=on_error)
        assert caught.value is error


@every_mode
@pytest.mark.parametrize("method", ["match_track", "match_playlist", "iter_matches"])
def test_another_on_error_raises_misuse_error(name: Name, method: str) -> None:
    tracks = QUICK[0] if method == "match_track" else QUICK
    with pytest.raises(MisuseError, match='on_error= must be "raise" or "result", not'):
        Mode(name).call(method, tracks, on_error=["ignore"])
