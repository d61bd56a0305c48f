"""Requests without an answer: when sending stops, the probes, and the wait for the network."""

from __future__ import annotations

import pytest

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import ParsedResult
from beatport_match.transport.reachability import (
    FIRST_PROBE_S,
    MAX_PROBE_S,
    MAX_UNANSWERED,
    Reachability,
    admit,
    observe,
)

TIMEOUT, NETWORK = Failure("timeout", "late."), Failure("network", "no route.")
GOOD = ParsedResult(candidates=())
HOST = "site.invalid"


def unanswered(times: int, now: float = 0.0) -> Reachability:
    state = Reachability()
    for number in range(times):
        state = observe(state, (TIMEOUT, NETWORK)[number % 2], sent=now, now=now)
    return state


LOST = unanswered(MAX_UNANSWERED, 100.0)


def test_fewer_failures_in_a_row_stop_nothing() -> None:
    state = unanswered(MAX_UNANSWERED - 1)
    assert admit(state, HOST, 0.0, 0.0) == (state, 0.0)


@pytest.mark.parametrize("kind", ["status", "blocked", "rate_limited", "auth", "restricted"])
def test_any_answer_begins_the_count_again(kind: FailureKind) -> None:
    """An error is an answer too: the site can be reached."""
    for value in (GOOD, Failure(kind, "no")):
        state = observe(unanswered(MAX_UNANSWERED - 1), value, sent=0.0, now=0.0)
        assert state == observe(LOST, value, sent=0.0, now=0.0) == Reachability(answered_at=0.0)


def test_requests_that_were_sent_before_the_last_answer_do_not_count() -> None:
    """Of several concurrent requests, the answers arrive first, and then all timeouts together."""
    state = observe(Reachability(), GOOD, sent=1.0, now=2.0)
    for _ in range(2 * MAX_UNANSWERED):
        state = observe(state, TIMEOUT, sent=1.5, now=30.0)
    assert state == Reachability(answered_at=2.0)


def test_caller_that_does_not_wait_fails_with_a_question() -> None:
    _, failure = admit(LOST, HOST, 0.0, 101.0)
    assert isinstance(failure, Failure)
    assert failure.kind == "network"
    assert failure.detail.startswith("cannot reach site.invalid; are you online? ")
    assert failure.detail.endswith("no route.")


def test_reason_that_names_what_cannot_be_reached_is_not_repeated() -> None:
    """The first failures say the same, and may name a proxy."""
    detail = "cannot reach the proxy http://proxy.invalid:3; correct or remove it"
    state = Reachability()
    for _ in range(MAX_UNANSWERED):
        state = observe(state, Failure("network", detail), sent=100.0, now=100.0)
    assert admit(state, HOST, 0.0, 101.0)[1] == Failure("network", detail)


def test_caller_waits_for_the_probe_and_no_longer_than_the_limit() -> None:
    assert admit(LOST, HOST, 60.0, 101.0) == (LOST, FIRST_PROBE_S - 1)
    assert admit(LOST, HOST, 3.0, 101.0) == (LOST, 2.0)
    assert isinstance(admit(LOST, HOST, 3.0, 103.0)[1], Failure)


def test_one_caller_sends_the_probe() -> None:
    """A probe of which no result is reported is replaced by the next one."""
    at = 100.0 + FIRST_PROBE_S
    state, delay = admit(LOST, HOST, 60.0, at)
    assert (delay, admit(state, HOST, 60.0, at)) == (0.0, (state, FIRST_PROBE_S))
    assert admit(state, HOST, 60.0, at + FIRST_PROBE_S)[1] == 0.0


def test_failed_probes_come_less_and_less_often() -> None:
    state, waits = LOST, list[float]()
    for _ in range(6):
        state = observe(state, NETWORK, sent=state.probe_at, now=state.probe_at)
        waits.append(state.probe_s)
    assert waits == [10.0, 20.0, 40.0, *[MAX_PROBE_S] * 3]
    assert state.lost_at == 100.0


def test_request_in_flight_when_the_site_was_lost_is_no_probe() -> None:
    assert observe(LOST, TIMEOUT, sent=99.0, now=130.0) == LOST
