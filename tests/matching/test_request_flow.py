"""The request flow of one question: retries, backoff, cache and times, step by step."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_flow import (
    MAX_AGES_S,
    NOTHING,
    After,
    RequestDialogue,
    parsed,
    question,
    response,
)
from tables import each_row

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import (
    CachedResult,
    CacheGet,
    Delivery,
    Reply,
    Report,
    Response,
    ResultKind,
    Send,
    Sent,
    Sleep,
)
from beatport_match.matching.request_flow import backoff, question_flow

QUESTION = question("/search?meridian")
SEND = Send(QUESTION.request)
STOPPED = Failure("stopped", "the run was stopped")
TIMEOUT = Failure("timeout", "no answer in time")


def begin(attempts: int = 3, jitter: float = 0.5, *, full: bool = False) -> RequestDialogue:
    flow = question_flow(QUESTION, attempts=attempts, max_ages_s=MAX_AGES_S)
    return RequestDialogue(flow, jitter=jitter, full=full)


def test_a_parsed_response_ends_the_flow_after_one_request() -> None:
    dialogue = begin()
    assert dialogue << SEND >> response(200)
    assert dialogue.ended.value == NOTHING
    assert [sent.status for sent in dialogue.ended.sent] == [200]


def test_every_step_of_a_request_that_succeeds() -> None:
    dialogue = begin(full=True)
    assert dialogue << CacheGet(QUESTION.request) >> None << SEND >> After(2.0, response(200))
    assert dialogue << Report(QUESTION.request, NOTHING, 1000.0) >> None
    assert (dialogue.ended.value, dialogue.ended.cached) == (NOTHING, False)


@pytest.mark.parametrize("kind", ["timeout", "network"])
def test_timeouts_and_broken_connections_are_retried(kind: FailureKind) -> None:
    dialogue = begin()
    assert dialogue << SEND >> Failure(kind, "lost") << Sleep(0.5) >> None << SEND >> response(200)
    assert dialogue.ended.value == NOTHING
    assert [sent.status for sent in dialogue.ended.sent] == [None, 200]


@each_row("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_statuses_that_may_pass_are_retried(status: int) -> None:
    dialogue = begin()
    assert dialogue << SEND >> response(status, "status") << Sleep(0.5) >> None
    assert dialogue << SEND >> response(200)
    assert dialogue.ended.value == NOTHING


@each_row("status", [400, 401, 403, 404, 405, 410, 414, 418, 451])
def test_other_4xx_statuses_are_not_retried(status: int) -> None:
    dialogue = begin()
    rejected = response(status, "status")
    assert dialogue << SEND >> rejected
    assert dialogue.ended.value == parsed(rejected)


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_page_of_any_status_is_not_retried(status: int) -> None:
    dialogue = begin()
    assert dialogue << SEND >> response(status, "blocked", retry_after="1")
    assert dialogue.ended.value.kind == "blocked"


@pytest.mark.parametrize("kind", ["catalogue_changed", "restricted", "auth"])
def test_a_page_that_cannot_be_parsed_is_not_retried(kind: FailureKind) -> None:
    """A page that was served with 200 would be the same again."""
    dialogue = begin()
    assert dialogue << SEND >> response(200, kind)
    assert dialogue.ended.value.kind == kind


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_count_the_first_request(attempts: int) -> None:
    dialogue = begin(attempts, jitter=0.0)
    for _ in range(attempts - 1):
        assert dialogue << SEND >> TIMEOUT << Sleep(0.0) >> None
    assert dialogue << SEND >> TIMEOUT
    assert dialogue.ended.value == TIMEOUT
    assert len(dialogue.ended.sent) == attempts


def test_a_request_that_was_not_sent_is_not_reported() -> None:
    """The rate limiter must not count its own rejection as one of Beatport's."""
    dialogue, rejected = begin(), Failure("blocked", "the circuit breaker is open")
    assert dialogue << SEND >> Delivery(rejected)
    assert (dialogue.ended.value, dialogue.ended.sent) == (rejected, ())
    assert dialogue.background == [CacheGet(QUESTION.request)]


def test_a_stop_before_a_retry_keeps_the_requests_that_were_sent() -> None:
    dialogue = begin()
    assert dialogue << SEND >> TIMEOUT << Sleep(0.5) >> None << SEND >> Delivery(STOPPED)
    assert dialogue.ended.value == STOPPED
    assert len(dialogue.ended.sent) == 1


def test_a_stop_during_backoff_ends_the_flow() -> None:
    dialogue = begin()
    assert dialogue << SEND >> TIMEOUT << Sleep(0.5) >> STOPPED
    assert dialogue.ended.value == STOPPED
    assert len(dialogue.ended.sent) == 1


def test_times_are_counted_where_they_were_spent() -> None:
    dialogue = begin(full=True)
    delayed = Delivery(
        response(503, "status"),
        Sent(started=1000.75, ended=1002.75, status=503),
        slot_wait_s=0.25,
        token_wait_s=0.5,
    )
    assert dialogue << CacheGet(QUESTION.request) >> None << SEND >> After(2.75, delayed)
    failure = parsed(response(503, "status"))
    assert dialogue << Report(QUESTION.request, failure, 1000.75) >> After(0.125, None)
    assert dialogue << Sleep(0.5) >> None << SEND >> After(1.0, response(200))
    assert dialogue << Report(QUESTION.request, NOTHING, 1003.375) >> After(0.25, None)
    answer = dialogue.ended
    assert [sent.ended - sent.started for sent in answer.sent] == [2.0, 1.0]
    assert (answer.started, answer.ended) == (1000.0, 1004.625)
    assert (answer.wait_s, answer.slot_wait_s, answer.parse_s) == (1.25, 0.25, 0.375)


@pytest.mark.parametrize(("kind", "age_s"), [("search", 0.0), ("search", 100.0), ("page", 1000.0)])
def test_a_young_cached_result_is_the_answer(kind: ResultKind, age_s: float) -> None:
    flow = question_flow(replace(QUESTION, kind=kind), attempts=1, max_ages_s=MAX_AGES_S)
    dialogue = RequestDialogue(flow, full=True)
    assert dialogue << CacheGet(QUESTION.request) >> CachedResult(value=NOTHING, age_s=age_s)
    answer = dialogue.ended
    assert (answer.value, answer.cached, answer.sent, answer.wait_s) == (NOTHING, True, (), 0.0)


@pytest.mark.parametrize(("kind", "age_s"), [("search", 101), ("page", 1001), ("page", -1)])
def test_a_stale_cached_result_is_requested_again(kind: ResultKind, age_s: float) -> None:
    """A negative age means that the system clock was set back."""
    flow = question_flow(replace(QUESTION, kind=kind), attempts=1, max_ages_s=MAX_AGES_S)
    dialogue = RequestDialogue(flow, full=True)
    assert dialogue << CacheGet(QUESTION.request) >> CachedResult(value=NOTHING, age_s=age_s)
    assert dialogue << SEND


def test_each_result_is_reported() -> None:
    dialogue = begin()
    assert dialogue << SEND >> response(503, "status") << Sleep(0.5) >> None
    assert dialogue << SEND >> response(200)
    assert dialogue.background == [
        CacheGet(QUESTION.request),
        Report(QUESTION.request, parsed(response(503, "status")), 1000.0),
        Report(QUESTION.request, NOTHING, 1000.5),
    ]


moments = st.floats(min_value=0, max_value=60, allow_nan=False).map(lambda s: round(s * 64) / 64)
outcomes = st.sampled_from(
    [
        response(200),
        response(302, "status", location="/elsewhere"),
        response(429, "rate_limited", retry_after="2"),
        response(500, "status"),
        TIMEOUT,
        Failure("network", "broken"),
    ]
)


@given(st.integers(1, 6), st.lists(st.tuples(moments, outcomes), min_size=1), st.data())
def test_the_times_of_an_answer_add_up(
    attempts: int, script: list[tuple[float, Response | Failure]], data: st.DataObject
) -> None:
    """Time passes nowhere else here, so network, parsing and waiting add up to the whole.

    No more requests are sent than attempts and redirects allow.
    """
    flow = question_flow(QUESTION, attempts=attempts, max_ages_s=MAX_AGES_S)
    now, reply, sends = 0.0, None, 0
    while True:
        try:
            step = flow.send(reply)
        except StopIteration as end:
            answer = end.value
            break
        result: object = None
        if isinstance(step, Sleep):
            now += step.seconds
        elif isinstance(step, Send):
            seconds, outcome = script[sends % len(script)]
            slot_wait_s = data.draw(moments)
            sends, started = sends + 1, now + slot_wait_s
            now = started + seconds
            status = outcome.status if isinstance(outcome, Response) else None
            sent = Sent(started=started, ended=now, status=status)
            result = Delivery(outcome, sent, slot_wait_s)
        elif isinstance(step, Report):
            now += data.draw(moments)
        reply = Reply(result=result, now=now, jitter=data.draw(st.floats(0, 0.999)))
    network_s = sum(sent.ended - sent.started for sent in answer.sent)
    whole_s = answer.ended - answer.started
    assert math.isclose(network_s + answer.wait_s + answer.parse_s, whole_s, abs_tol=1e-6)
    assert 1 <= len(answer.sent) <= attempts + 3


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 9))
def test_backoff_is_exponential_with_full_jitter(jitter: float, tries: int) -> None:
    dialogue = begin(attempts=10, jitter=jitter)
    for sent in range(1, tries + 1):
        delay_s = jitter * min(20.0, 0.5 * 2**sent)
        assert backoff(sent, jitter, None) == delay_s
        assert dialogue << SEND >> TIMEOUT << Sleep(delay_s) >> None


DATE = "Fri, 14 Nov 2025 09:00:00 GMT"
Headers = dict[str, str]


@each_row(
    "headers, seconds",
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
def test_retries_after_429_honour_retry_after(headers: Headers, seconds: float) -> None:
    """Seconds, or a date relative to the response's own date; at most a minute."""
    assert delay_after_429(headers) == seconds


@each_row(
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
        {"retry-after": f"Fri, 14 Nov 2025 09:00:12 +{'9' * 17}", "date": DATE},
    ],
)
def test_an_unreadable_retry_after_is_ignored(headers: Headers) -> None:
    assert delay_after_429(headers) == 0.5


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_header_gives_a_delay_of_0_to_60_seconds(after: str, date: str) -> None:
    assert 0 <= delay_after_429({"retry-after": after, "date": date}) <= 60


def delay_after_429(headers: Headers) -> float:
    """The delay after a 429 with these headers, with a jitter of one half."""
    too_many = replace(response(429, "rate_limited"), headers=headers)
    dialogue = begin()
    assert dialogue << SEND >> too_many
    return dialogue.step.seconds
