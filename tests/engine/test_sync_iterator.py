"""`iter_matches` with the async engine: several tracks at once, and nothing is left running."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from held_requests import QUICK
from modes import EXACT_SEARCH, bridged, served, with_attempts

from beatport_match import MisuseError, Progress, iter_matches
from beatport_match.testing import FakeBeatport

SETTINGS = bridged(with_attempts(max_queries=1))
NAME = "beatport-match iter_matches"


def loop_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == NAME]


class Meeting(httpx.BaseTransport):
    """Answers a request only while as many requests as wanted are in flight."""

    def __init__(self, wanted: int) -> None:
        self.fake = FakeBeatport(**EXACT_SEARCH)
        self._barrier = threading.Barrier(wanted, timeout=30)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._barrier.wait()
        return served(self.fake, request)


def fake_client() -> httpx.Client:
    return httpx.Client(transport=FakeBeatport(**EXACT_SEARCH).transport())


def test_several_tracks_are_matched_at_once() -> None:
    """With one at a time, the first request would never be answered."""
    settings = SETTINGS.with_(async_io={"max_concurrent_tracks": 3})
    with httpx.Client(transport=Meeting(3)) as client:
        found = list(iter_matches(QUICK, settings=settings, http_client=client))
    assert sorted(one.track.title for one in found) == sorted(QUICK)
    assert not loop_threads()


def test_tracks_and_progress_belong_to_the_calling_thread() -> None:
    """A track may come from a database that only one thread may use."""
    threads, done = set[int](), list[Progress]()

    def tracks() -> Iterator[str]:
        for title in QUICK:
            threads.add(threading.get_ident())
            yield title

    def on_progress(progress: Progress) -> None:
        threads.add(threading.get_ident())
        done.append(progress)

    with fake_client() as client:
        matches = iter_matches(
            tracks(), settings=SETTINGS, http_client=client, on_progress=on_progress
        )
        assert not threads
        for number, match in enumerate(matches):
            assert done[number].match == match
    assert threads == {threading.get_ident()}
    assert len(done) == len(QUICK)


@pytest.mark.parametrize("how", ["close", "drop", "raise"])
def test_leaving_the_loop_leaves_no_thread(how: str) -> None:
    with fake_client() as client:
        matches: Any = iter_matches(QUICK * 9, settings=SETTINGS, http_client=client)
        assert not loop_threads()
        next(matches)
        assert len(loop_threads()) == 1
        if how == "close":
            matches.close()
        elif how == "raise":
            with pytest.raises(ZeroDivisionError):
                matches.throw(ZeroDivisionError)
        del matches
        assert not loop_threads()


def test_an_unused_iterator_starts_no_thread() -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    with httpx.Client(transport=fake.transport()) as client:
        iter_matches(QUICK, settings=SETTINGS, http_client=client)
        assert (loop_threads(), fake.requests) == ([], ())


def test_an_exception_of_the_tracks_ends_the_iterator() -> None:
    def tracks() -> Iterator[str]:
        yield QUICK[0]
        raise LookupError("no more")

    with fake_client() as client, pytest.raises(LookupError, match="no more"):
        list(iter_matches(tracks(), settings=SETTINGS, http_client=client))
    assert not loop_threads()


def test_an_exception_of_the_transport_ends_the_iterator() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise LookupError(str(request.url.host))

    with (
        httpx.Client(transport=httpx.MockTransport(handle)) as client,
        pytest.raises(LookupError, match=r"beatport\.com"),
    ):
        list(iter_matches(QUICK, settings=SETTINGS, http_client=client))
    assert not loop_threads()


@pytest.mark.anyio
async def test_inside_a_running_event_loop_it_is_refused() -> None:
    with pytest.raises(MisuseError, match=r"use `aiter_matches\(\.\.\.\)` or AsyncMatcher"):
        iter_matches(QUICK, settings=SETTINGS)


def test_a_thread_that_ends_without_closing_its_iterator_leaves_no_thread() -> None:
    """The iterator itself is still referenced."""
    kept: list[Any] = []

    def take_one() -> None:
        kept.append(iter_matches(QUICK * 9, settings=SETTINGS, http_client=client))
        next(kept[0])

    with fake_client() as client:
        taker = threading.Thread(target=take_one)
        taker.start()
        taker.join()
        (left,) = [one for one in threading.enumerate() if one.name == NAME]
        left.join(30)
        assert not left.is_alive()
        # What was finished before may still come; the iterator then ends.
        assert len(list(kept[0])) < len(QUICK) * 9


def test_a_program_may_end_with_an_open_iterator() -> None:
    """Python waits for the threads of a program before it deletes its variables."""
    program = textwrap.dedent(
        """
        from beatport_match import MatchSettings, iter_matches
        from beatport_match.testing import FakeBeatport
        import httpx
        settings = MatchSettings(requests_per_second=None, async_io={"enabled": True})
        client = httpx.Client(transport=FakeBeatport().transport())
        matches = iter_matches(["One", "Two"] * 9, settings=settings, http_client=client)
        print(next(matches).outcome)
        """
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ran.stdout.strip(), ran.stderr) == ("not_found", "")
