"""Whether the same thing is asked again: every step of one exchange, told as a dialogue.

The rule is `exchange`'s own docstring: "Ask one question, again where that may help, at most
`attempts` times".
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_flow import FRESH, After, ExchangePlaybook, question, reading, response

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import (
    CachedResult,
    CacheGet,
    CachePut,
    Parse,
    ParsedResult,
    Reply,
    Report,
    ReserveSlot,
    Response,
    ResultKind,
    RetryAfter,
    Send,
    Sleep,
)
from beatport_match.matching.request_flow import question_flow

ASKED = question("/search?meridian")
SEND = Send(ASKED.request)
NOTHING = ParsedResult(candidates=())
STOPPED = Failure("stopped", "stopped by the host")


def begin(attempts: int = 3, dice: float = 0.5) -> ExchangePlaybook:
    return ExchangePlaybook(question_flow(ASKED, attempts=attempts, max_ages_s=FRESH), dice=dice)


def test_a_good_answer_is_asked_for_once() -> None:
    """API.md: an answer that was understood is the end of its exchange."""
    fine = response(200)
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> fine << reading(fine) >> NOTHING
    assert playbook.ended.value == NOTHING
    assert [sent.status for sent in playbook.ended.sent] == [200]


@pytest.mark.parametrize("kind", ["timeout", "network"])
def test_trouble_on_the_wire_is_asked_again(kind: FailureKind) -> None:
    """Exchange: a timeout and a broken connection "may go away by itself"."""
    fine = response(200)
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> Failure(kind, "lost") << Sleep(0.5) >> None
    assert playbook << ReserveSlot() >> 0.0 << SEND >> fine << reading(fine) >> NOTHING
    assert playbook.ended.value == NOTHING
    assert [sent.status for sent in playbook.ended.sent] == [None, 200]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_passing_statuses_are_asked_again(status: int) -> None:
    """RFC 9110 and RFC 6585: what may go away by itself is worth another try."""
    busy, fine = response(status), response(200)
    playbook = begin()
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << SEND
        >> busy
        << reading(busy)
        >> Failure("status", "busy")
    )
    assert playbook << Sleep(0.5) >> None << ReserveSlot() >> 0.0 << SEND >> fine << reading(fine)
    assert playbook >> NOTHING
    assert playbook.ended.value == NOTHING


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 414, 418, 451])
def test_every_other_4xx_is_our_own_doing(status: int) -> None:
    """Exchange: "Every other 4xx is our own doing" and is not asked again."""
    refused, failure = response(status), Failure("status", "refused")
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> refused << reading(refused) >> failure
    assert playbook.ended.value == failure


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_wall_is_never_knocked_at_twice(status: int) -> None:
    """A `blocked` answer ends the exchange whatever its status says."""
    wall, blocked = response(status, retry_after="1"), Failure("blocked", "a challenge page")
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> wall << reading(wall) >> blocked
    assert playbook.ended.value == blocked


@pytest.mark.parametrize("kind", ["catalogue_changed", "restricted", "auth"])
def test_a_page_that_cannot_be_understood_is_not_asked_again(kind: FailureKind) -> None:
    """What was served with 200 stays as it is: asking again only costs a request."""
    page, failure = response(200), Failure(kind, "not as agreed")
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> page << reading(page) >> failure
    assert playbook.ended.value == failure


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_count_every_try(attempts: int) -> None:
    """AsyncSettings: `retry_attempts` "counts every try of one request, the first included"."""
    playbook = begin(attempts, dice=0.0)
    for last in [False] * (attempts - 1) + [True]:
        assert playbook << ReserveSlot() >> 0.0 << SEND >> Failure("timeout", f"late {last}")
        if not last:
            assert playbook << Sleep(0.0) >> None
    assert playbook.ended.value == Failure("timeout", "late True")
    assert len(playbook.ended.sent) == attempts


def test_a_stop_is_obeyed_before_anything_is_sent() -> None:
    """API.md: `stop` is "asked at every decision"."""
    playbook = begin()
    assert playbook << ReserveSlot() >> STOPPED
    assert playbook.ended.value == STOPPED
    assert playbook.ended.sent == ()


def test_a_stop_between_two_tries_keeps_what_was_sent() -> None:
    """A stop ends the exchange at the next turn; the request that went out stays on the books."""
    playbook = begin()
    assert (
        playbook << ReserveSlot() >> 0.0 << SEND >> Failure("timeout", "late") << Sleep(0.5) >> None
    )
    assert playbook << ReserveSlot() >> STOPPED
    assert playbook.ended.value == STOPPED
    assert len(playbook.ended.sent) == 1


def test_a_place_in_the_pace_is_waited_for() -> None:
    """wire.Turn: "the reply's outcome is a delay in seconds", slept before sending."""
    fine = response(200)
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.2 << Sleep(0.2) >> None << SEND >> fine << reading(fine)
    assert playbook >> NOTHING
    assert playbook.ended.wait_s == pytest.approx(0.2)


def test_time_is_booked_where_it_was_spent() -> None:
    """wire.Answer: sent, `waited` and `parse_s` are told apart, and add up to the whole."""
    busy, fine = response(503), response(200)
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.25 << Sleep(0.25) >> None << SEND >> After(2.0, busy)
    assert playbook << reading(busy) >> After(0.125, Failure("status", "busy"))
    assert playbook << Sleep(0.5) >> None << ReserveSlot() >> 0.0 << SEND >> After(1.0, fine)
    assert playbook << reading(fine) >> After(0.25, NOTHING)
    told = playbook.ended
    assert [sent.ended - sent.started for sent in told.sent] == [2.0, 1.0]
    assert (told.started, told.ended) == (1000.0, 1004.125)
    assert (told.wait_s, told.slot_wait_s, told.parse_s) == (0.75, 0.25, 0.375)


def test_every_step_of_a_good_answer() -> None:
    """wire.Step, in order: what is known, a place in the pace, the wire, the reader, and then the
    pace and the memory are told."""
    fine = response(200)
    playbook = ExchangePlaybook(question_flow(ASKED, attempts=1, max_ages_s=FRESH), aside=False)
    assert (
        playbook
        << CacheGet(ASKED.request)
        >> None
        << ReserveSlot()
        >> 0.0
        << SEND
        >> After(2.0, fine)
    )
    assert playbook << reading(fine) >> NOTHING << Report(NOTHING, 1000.0) >> None
    assert playbook << CachePut(ASKED.request, NOTHING) >> None
    assert (playbook.ended.value, playbook.ended.cached) == (NOTHING, False)


@pytest.mark.parametrize(("shelf", "age_s"), [("search", 0.0), ("search", 100.0), ("page", 1000.0)])
def test_what_is_known_is_not_asked(shelf: ResultKind, age_s: float) -> None:
    """exchange: "An answer that is known and no older than `max_ages_s` seconds for its shelf is not
    asked for", and says that it was `cached`."""
    asked = replace(ASKED, kind=shelf)
    playbook = ExchangePlaybook(question_flow(asked, attempts=1, max_ages_s=FRESH), aside=False)
    assert playbook << CacheGet(ASKED.request) >> CachedResult(value=NOTHING, age_s=age_s)
    told = playbook.ended
    assert (told.value, told.cached, told.sent, told.wait_s) == (NOTHING, True, (), 0.0)


@pytest.mark.parametrize(("shelf", "age_s"), [("search", 101), ("page", 1001), ("page", -1)])
def test_what_is_stale_is_asked_again(shelf: ResultKind, age_s: float) -> None:
    """The same; an answer from the future is the trace of a clock that went wrong."""
    asked = replace(ASKED, kind=shelf)
    playbook = ExchangePlaybook(question_flow(asked, attempts=1, max_ages_s=FRESH), aside=False)
    assert (
        playbook
        << CacheGet(ASKED.request)
        >> CachedResult(value=NOTHING, age_s=age_s)
        << ReserveSlot()
    )


def test_only_what_was_understood_is_kept() -> None:
    """Issue: the cache holds "never a challenge, error or unparsed page"; the pace hears of all."""
    busy, fine, no = response(503), response(200), Failure("status", "busy")
    playbook = begin()
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << SEND
        >> busy
        << reading(busy)
        >> no
        << Sleep(0.5)
        >> None
    )
    assert playbook << ReserveSlot() >> 0.0 << SEND >> fine << reading(fine) >> NOTHING
    assert playbook.aside == [
        CacheGet(ASKED.request),
        Report(no, 1000.0),
        Report(NOTHING, 1000.5),
        CachePut(ASKED.request, NOTHING),
    ]


def test_no_place_yet_is_asked_for_again() -> None:
    """wire.Later: "ask for one again after" so many seconds; a redirect asks for its own."""
    playbook = begin()
    assert (
        playbook
        << ReserveSlot()
        >> RetryAfter(30.0)
        << Sleep(30.0)
        >> None
        << ReserveSlot()
        >> RetryAfter(60.0)
    )
    assert playbook << Sleep(60.0) >> None << ReserveSlot() >> 0.0 << SEND
    assert (
        playbook >> Failure("network", "broken") << Sleep(0.5) >> None << ReserveSlot() >> STOPPED
    )
    assert (playbook.ended.wait_s, playbook.ended.slot_wait_s) == (90.5, 90.0)


@pytest.mark.parametrize("place", [0.2, RetryAfter(30.0)])
def test_a_stop_while_waiting_for_the_pace_sends_nothing(place: float | RetryAfter) -> None:
    """wire.Sleep: "the reply's outcome is a `Failure` where the host stopped the run meanwhile"."""
    playbook = begin()
    seconds = place.seconds if isinstance(place, RetryAfter) else place
    assert playbook << ReserveSlot() >> place << Sleep(seconds) >> STOPPED
    assert (playbook.ended.value, playbook.ended.sent) == (STOPPED, ())


def test_a_stop_during_backoff_ends_the_exchange() -> None:
    """The same between two tries: what went out stays on the books."""
    playbook = begin()
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << SEND
        >> Failure("timeout", "late")
        << Sleep(0.5)
        >> STOPPED
    )
    assert playbook.ended.value == STOPPED
    assert len(playbook.ended.sent) == 1


def test_the_paces_own_refusal_is_not_told_to_it() -> None:
    """Issue: "what is left ends as `failed: blocked` at once"; a refusal that never left the house
    must not count as one of Beatport's."""
    playbook, shut = begin(), Failure("blocked", "refused ten times in a row")
    assert playbook << ReserveSlot() >> shut
    assert playbook.ended.value == shut
    assert playbook.aside == [CacheGet(ASKED.request)]


moments = st.floats(min_value=0, max_value=60, allow_nan=False).map(lambda s: round(s * 64) / 64)
outcomes = st.sampled_from(
    [
        response(200),
        response(302, location="/elsewhere"),
        response(429, retry_after="2"),
        response(500),
        Failure("timeout", "late"),
        Failure("network", "broken"),
    ]
)


@given(st.integers(1, 6), st.lists(st.tuples(moments, outcomes), min_size=1), st.data())
def test_the_books_always_balance(
    attempts: int, script: list[tuple[float, Response | Failure]], data: st.DataObject
) -> None:
    """metrics.QueryMetrics: network, parse and wait time "add up to no more than the whole".

    Here time passes in no other place, so they add up to the whole itself; and whatever happens,
    no more goes out than attempts and redirects allow.
    """
    now, steps, reply = 0.0, question_flow(ASKED, attempts=attempts, max_ages_s=FRESH), None
    turns = 0
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as end:
            told = end.value
            break
        outcome: object = None
        if isinstance(step, Sleep):
            now += step.seconds
        elif isinstance(step, ReserveSlot):
            outcome = data.draw(moments)
        elif isinstance(step, Send):
            took, outcome = script[turns % len(script)]
            turns, now = turns + 1, now + took
        elif isinstance(step, Parse):
            now += data.draw(moments)
            good = step.response.status == 200
            outcome = NOTHING if good else Failure("status", "no")
        reply = Reply(result=outcome, now=now, jitter=data.draw(st.floats(0, 0.999)))
    network = sum(sent.ended - sent.started for sent in told.sent)
    whole = told.ended - told.started
    assert math.isclose(network + told.wait_s + told.parse_s, whole, abs_tol=1e-6)
    assert 1 <= len(told.sent) <= attempts + 3


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 9))
def test_backoff_is_full_jitter_of_the_told_dice(dice: float, tries: int) -> None:
    """exchange.backoff: "exponential with full jitter"; never more than 20 seconds unasked."""
    playbook = begin(attempts=10, dice=dice)
    for before in range(1, tries + 1):
        assert playbook << ReserveSlot() >> 0.0 << SEND >> Failure("timeout", "late")
        assert playbook << Sleep(dice * min(20.0, 0.5 * 2**before)) >> None


DATE = "Fri, 14 Nov 2025 09:00:00 GMT"
Headers = dict[str, str]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "61"}, 60.0),
        ({"retry-after": "9" * 400}, 60.0),
        ({"retry-after": "Fri, 14 Nov 2025 09:00:12 GMT", "date": DATE}, 12.0),
        ({"retry-after": "Fri, 14 Nov 2025 08:59:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Sat, 15 Nov 2025 09:00:00 GMT", "date": DATE}, 60.0),
    ],
)
def test_retry_after_is_obeyed(headers: Headers, seconds: float) -> None:
    """exchange.backoff: "what the server asks for", as seconds or as a date read "against the
    response's own", never beyond a minute."""
    assert _slept(headers) == seconds


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": ""},
        {"retry-after": "soon"},
        {"retry-after": "-3"},
        {"retry-after": "1.5"},
        {"retry-after": "١٢"},
        {"retry-after": "Fri, 14 Nov 2025 09:00:12 GMT"},
        {"retry-after": "Fri, 14 Nov 2025 09:00:12 GMT", "date": "today"},
        {"retry-after": "Fri, 14 Nov 2025 09:00:12 -0000", "date": DATE},
        {"retry-after": "Fri, 14 Nov 99999 09:00:12 GMT", "date": DATE},
    ],
)
def test_a_garbled_retry_after_is_none(headers: Headers) -> None:
    """exchange._retry_after: "garbage is none", so the ordinary backoff is slept."""
    assert _slept(headers) == 0.5


def test_a_monstrous_time_zone_is_garbage_too() -> None:
    """ "Input is hostile until read": no header may raise out of an exchange."""
    assert _slept({"retry-after": f"Fri, 14 Nov 2025 09:00:12 +{'9' * 17}", "date": DATE}) == 0.5


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_raises(after: str, date: str) -> None:
    """ "Input is hostile until read": whatever headers hold, the delay is 0-60 seconds."""
    assert 0 <= _slept({"retry-after": after, "date": date}) <= 60


def _slept(headers: Headers) -> float:
    """What is slept after a 429 with these headers, at a dice of one half."""
    busy = Response(status=429, url=ASKED.request.url, headers=headers)
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> busy << reading(busy)
    assert playbook >> Failure("rate_limited", "slowly")
    return playbook.said.seconds
