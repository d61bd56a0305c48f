"""When Beatport refuses: slower, then not at all, then one to see; and the host is told."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from held_requests import QUICK, SLOW, SLOW_ONES
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import PlaylistMatch, Progress
from beatport_match.testing import FakeBeatport, Fault, always, first

every_colour = pytest.mark.parametrize("name", MODES)
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


@every_colour
@pytest.mark.parametrize("fault", ["challenge", "challenge_200", "rate_limited", "elsewhere"])
def test_after_a_run_of_refusals_nothing_is_asked(name: Name, fault: Fault) -> None:
    """Settings: after ten refusals in a row "what is left ends as `failed` with the kind
    `blocked`"; those in flight (five tracks) may come on top."""
    fake = FakeBeatport(faults=always(fault))
    found = run(name, fake)
    assert 10 <= len(fake.requests) <= 15
    assert {match.outcome for match in found.matches} == {"failed"}
    assert len(found.matches) == len(MANY)
    last = found.matches[-1].failures[-1]
    assert (last.kind, last.url) == ("blocked", "")
    assert "10 requests in a row" in last.detail
    assert found.matches[-1].requests == 0


@every_colour
def test_who_wants_to_wait_goes_on_afterwards(name: Name, caplog: pytest.LogCaptureFixture) -> None:
    """Settings: `wait_when_refused`: "Sit that out instead of failing"; one request is let through
    to see, and the rest is answered.

    Seven refusals, because at most seven requests are out when the third refusal is heard (five
    tracks at once): no good answer can come between the first three, in whatever order.
    """
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(7, "challenge"))
    with caplog.at_level(logging.WARNING, "beatport_match"):
        found = run(
            name,
            fake,
            [*SLOW_ONES[:7], *QUICK],
            max_refusals=3,
            refusal_pause_s=0.01,
            wait_when_refused=True,
        )
    assert 3 <= len(found.failed) <= 7
    assert len(found.matched) >= len(QUICK) - 4
    said = [record.getMessage() for record in caplog.records]
    assert "3 requests in a row" in said[0]
    assert said[-1] == "Beatport answers again"


@every_colour
def test_a_stop_ends_the_waiting(name: Name) -> None:
    """Settings: "`stop` still ends it", although the pause is an hour."""
    fake = FakeBeatport(faults=always("challenge"))
    found = run(
        name,
        fake,
        max_refusals=2,
        refusal_pause_s=3600,
        wait_when_refused=True,
        stop=lambda: len(fake.requests) >= 2,
    )
    assert len(found.matches) == len(MANY)
    assert {failure.kind for match in found.matches for failure in match.failures} <= {
        *("blocked", "stopped")
    }
    assert len(fake.requests) <= 6


@every_colour
def test_a_stop_ends_a_backoff(name: Name) -> None:
    """API.md: `stop` is "asked at every decision", and waiting out a `Retry-After` is one."""
    fake = FakeBeatport(faults=always("rate_limited"))
    found = run(name, fake, [SLOW], attempts=9, stop=lambda: len(fake.requests) >= 1)
    (match,) = found.matches
    assert (match.outcome, match.stopped, len(fake.requests)) == ("failed", "stopped", 1)


@every_colour
def test_the_host_is_told_of_pace_and_refusal(name: Name) -> None:
    """Progress: `pace` is "less than was asked for while Beatport wants a slower one", `blocked`
    "that it refused so often that nothing is asked"."""
    told = list[Progress]()
    settings = {"max_refusals": 1000, "on_progress": told.append}
    Mode(name).call(
        "match_playlist",
        [*SLOW_ONES[:2], *QUICK],
        transport=FakeBeatport(**EXACT_SEARCH, faults=first(1, "challenge")).transport(),
        settings=with_attempts().model_copy(update={"requests_per_second": 500.0}),
        on_progress=told.append,
    )
    assert 250 <= min(one.pace or 0 for one in told) < 500
    assert not any(one.blocked for one in told)
    told.clear()
    run(name, FakeBeatport(faults=always("challenge")), **{**settings, "max_refusals": 2})
    assert told[-1].blocked
    assert {one.pace for one in told} == {None}


@every_colour
def test_the_library_says_nothing_by_itself(
    name: Name, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Issue: "no prints", and a log "without personal paths or tokens": no query, no address."""
    with caplog.at_level(logging.DEBUG, "beatport_match"):
        run(name, FakeBeatport(faults=always("challenge")))
    assert capfd.readouterr() == ("", "")
    assert {record.name for record in caplog.records} == {"beatport_match"}
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    messages = " ".join(record.getMessage() for record in caplog.records)
    assert not any(word in messages for word in (SLOW.split()[0], "http:", "https:", "/search"))
