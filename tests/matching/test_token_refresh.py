"""Requests that need a user's token: what happens when the token is rejected or refreshed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import (
    MAX_AGES_S,
    NOTHING,
    SITE,
    After,
    RequestDialogue,
    parsed,
    question,
    response,
)

from beatport_match.errors import Failure
from beatport_match.matching.protocol import Delivery, Request, Send, Sleep
from beatport_match.matching.request_flow import question_flow, token_refresh_flow

PUBLIC = question("/v4/catalog/search/")
QUESTION = replace(PUBLIC, request=replace(PUBLIC.request, needs_token=True))
REJECTED = response(401, "auth")
REFRESH = Request(url=f"{SITE}/token/", form=(("refresh_token", "r"),))


def begin(attempts: int = 3, jitter: float = 0.5) -> RequestDialogue:
    flow = question_flow(QUESTION, attempts=attempts, max_ages_s=MAX_AGES_S)
    return RequestDialogue(flow, jitter=jitter)


def test_without_a_token_nothing_is_sent() -> None:
    dialogue, no_token = begin(), Failure("auth", "no token")
    assert dialogue << Send(QUESTION.request) >> Delivery(no_token)
    assert (dialogue.ended.value, dialogue.ended.sent) == (no_token, ())


def test_a_rejected_token_is_refreshed_beside_the_attempts() -> None:
    dialogue = begin(attempts=1)
    assert dialogue << Send(QUESTION.request) >> After(2.0, REJECTED)
    assert dialogue << Send(QUESTION.request, token_rejected_at=1000.0) >> response(200)
    assert dialogue.ended.value == NOTHING
    assert [sent.status for sent in dialogue.ended.sent] == [401, 200]


def test_a_token_that_is_rejected_four_times_ends_the_flow() -> None:
    """Other requests may use up the refreshed token first, but not every time."""
    dialogue = begin(attempts=9)
    for rejected_at in (None, 1000.0, 1000.0, 1000.0):
        assert dialogue << Send(QUESTION.request, rejected_at) >> REJECTED
    assert dialogue.ended.value == parsed(REJECTED)


def test_a_refresh_that_fails_is_the_answer() -> None:
    dialogue, failure = begin(), Failure("auth", "log in again")
    assert dialogue << Send(QUESTION.request) >> REJECTED
    assert dialogue << Send(QUESTION.request, 1000.0) >> Delivery(failure)
    assert dialogue.ended.value == failure


def test_a_refresh_that_is_lost_on_the_network_is_retried_after_a_delay() -> None:
    dialogue = begin(jitter=0.25)
    lost = Delivery(Failure("network", "connection reset"), token_wait_s=1.0)
    assert dialogue << Send(QUESTION.request) >> lost << Sleep(0.25) >> None
    assert dialogue << Send(QUESTION.request) >> response(200)
    assert dialogue.ended.value == NOTHING
    assert dialogue.ended.wait_s == pytest.approx(1.25)


def test_a_401_without_a_token_is_not_refreshed() -> None:
    dialogue = RequestDialogue(question_flow(PUBLIC, attempts=3, max_ages_s=MAX_AGES_S))
    assert dialogue << Send(PUBLIC.request) >> REJECTED
    assert dialogue.ended.value == parsed(REJECTED)


def test_a_refresh_is_retried_as_a_question_is() -> None:
    dialogue = RequestDialogue(token_refresh_flow(REFRESH, attempts=3))
    assert dialogue << Send(REFRESH) >> Failure("timeout", "late") << Sleep(0.5) >> None
    assert dialogue << Send(REFRESH) >> response(503) << Sleep(1.0) >> None
    assert dialogue << Send(REFRESH) >> response(200)
    assert dialogue.ended == response(200)


@pytest.mark.parametrize("outcome", [response(401), response(503), Failure("timeout", "late")])
def test_a_refresh_returns_the_result_of_its_last_try(outcome: object) -> None:
    dialogue = RequestDialogue(token_refresh_flow(REFRESH, attempts=1))
    assert dialogue << Send(REFRESH) >> outcome
    assert dialogue.ended == outcome


def test_a_refresh_can_be_stopped() -> None:
    stopped = Failure("stopped", "the run was stopped")
    dialogue = RequestDialogue(token_refresh_flow(REFRESH, attempts=3))
    assert dialogue << Send(REFRESH) >> Delivery(stopped)
    assert dialogue.ended == stopped
    dialogue = RequestDialogue(token_refresh_flow(REFRESH, attempts=3))
    assert dialogue << Send(REFRESH) >> response(503) << Sleep(0.5) >> stopped
    assert dialogue.ended == stopped
