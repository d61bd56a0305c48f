"""Blocked responses in a run: lower rate, circuit breaker, probe, progress and log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from held_requests import QUICK, SLOW, SLOW_ONES
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import PlaylistMatch, Progress
from beatport_match.testing import FakeBeatport, Fault, always, first

pytestmark = pytest.mark.usefixtures("skipped_waits")
every_mode = pytest.mark.parametrize("name", MODES)
MANY = tuple(f"{SLOW} {number}" for number in range(60))


def run(name: Name, fake: FakeBeatport, tracks: Any = MANY, **kwargs: Any) -> PlaylistMatch:
    run_kwargs = {key: kwargs.pop(key) for key in ("stop", "on_progress") if key in kwargs}
    return Mode(name).call(
        "match_playlist",
        tracks,
        transport=fake.transport(),
        settings=with_attempts(**kwargs),
        **run_kwargs,
    )


@every_mode
@pytest.mark.parametrize("fault", ["challenge", "challenge_200", "rate_limited", "elsewhere"])
def test_no_request_is_sent_after_ten_blocked_responses_in_a_row(name: Name, fault: Fault) -> None:
    """The remaining tracks are `failed` as `blocked`; five tracks may be in flight in addition."""
    fake = FakeBeatport(faults=always(fault))
    result = run(name, fake)
    assert 10 <= len(fake.requests) <= 15
    assert {match.outcome for match in result.matches} == {"failed"}
    assert len(result.matches) == len(MANY)
    last = result.matches[-1].failures[-1]
    assert (last.kind, last.url) == ("blocked", "")
    assert "10 requests in a row" in last.detail
    assert result.matches[-1].requests == 0


@every_mode
def test_waiting_run_continues_after_the_pause(
    name: Name, caplog: pytest.LogCaptureFixture
) -> None:
    """With `wait_when_refused`, the run waits instead of failing, sends a probe and continues.

    Seven responses are blocked, because at most seven requests are in flight when the third blocked
    response is recorded (five tracks at once). So no good response can come between the first
    three, in any order.
    """
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(7, "challenge"))
    with caplog.at_level(logging.WARNING, "beatport_match"):
        result = run(
            name,
            fake,
            [*SLOW_ONES[:7], *QUICK],
            max_refusals=3,
            refusal_pause_s=60,
            wait_when_refused=True,
        )
    assert 3 <= len(result.failed) <= 7
    assert len(result.matched) >= len(QUICK) - 4
    messages = [record.getMessage() for record in caplog.records]
    assert "3 requests in a row" in messages[0]
    assert messages[-1] == "Beatport answers again"


@every_mode
def test_stop_ends_the_pause_of_the_circuit_breaker(name: Name) -> None:
    """Although the pause is an hour."""
    fake = FakeBeatport(faults=always("challenge"))
    result = run(
        name,
        fake,
        max_refusals=2,
        refusal_pause_s=3600,
        wait_when_refused=True,
        stop=lambda: len(fake.requests) >= 2,
    )
    assert len(result.matches) == len(MANY)
    assert {failure.kind for match in result.matches for failure in match.failures} <= {
        *("blocked", "stopped")
    }
    assert len(fake.requests) <= 6


@every_mode
def test_stop_ends_a_backoff(name: Name) -> None:
    """`stop` is called during the wait for `Retry-After`."""
    fake = FakeBeatport(faults=always("rate_limited"))
    result = run(name, fake, [SLOW], attempts=9, stop=lambda: len(fake.requests) >= 1)
    (match,) = result.matches
    assert (match.outcome, match.stopped, len(fake.requests)) == ("failed", "stopped", 1)


@every_mode
def test_progress_shows_a_lower_rate_and_the_open_circuit_breaker(name: Name) -> None:
    """`Progress.pace` falls after a blocked response; `Progress.blocked` means that no request is
    sent for now."""
    reports = list[Progress]()
    settings = {"max_refusals": 1000, "on_progress": reports.append}
    Mode(name).call(
        "match_playlist",
        [*SLOW_ONES[:2], *QUICK],
        transport=FakeBeatport(**EXACT_SEARCH, faults=first(1, "challenge")).transport(),
        settings=with_attempts().with_(requests_per_second=500.0),
        on_progress=reports.append,
    )
    assert 250 <= min(report.pace or 0 for report in reports) < 500
    assert not any(report.blocked for report in reports)
    reports.clear()
    run(name, FakeBeatport(faults=always("challenge")), **{**settings, "max_refusals": 2})
    assert reports[-1].blocked
    assert {report.pace for report in reports} == {None}


@every_mode
def test_log_is_the_only_output_and_holds_no_query(
    name: Name, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is printed; the log names no title, URL or path of a request."""
    with caplog.at_level(logging.DEBUG, "beatport_match"):
        run(name, FakeBeatport(faults=always("challenge")))
    assert capfd.readouterr() == ("", "")
    assert {record.name for record in caplog.records} == {"beatport_match"}
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    messages = "\n".join(record.getMessage() for record in caplog.records)
    assert 10 <= messages.count(" failed (blocked) after 1 requests") < 20
    assert not any(word in messages for word in (SLOW.split()[0], "http:", "https:", "/search"))
