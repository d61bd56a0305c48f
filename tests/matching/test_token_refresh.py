"""Requests that need a user's token: signed before they go, and once more where it was refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import FRESH, After, ExchangePlaybook, question, reading, response

from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    Authorize,
    ParsedResult,
    Request,
    ReserveSlot,
    Send,
    Sleep,
)
from beatport_match.matching.request_flow import question_flow, send_with_retries

PLAIN = question("/v4/catalog/search/")
ASKED = replace(PLAIN, request=replace(PLAIN.request, needs_token=True))
SEND = Send(ASKED.request)
NOTHING = ParsedResult(candidates=())
EXPIRED = Failure("auth", "expired")
RENEWAL = Request(url="https://shop.example/token/", form=(("refresh_token", "r"),))


def begin(attempts: int = 3) -> ExchangePlaybook:
    return ExchangePlaybook(question_flow(ASKED, attempts=attempts, max_ages_s=FRESH))


def test_a_signed_request_goes_out_with_a_good_token() -> None:
    """Request: `signed` says "that the user's token has to go with it"."""
    fine, playbook = response(200), begin()
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << Authorize()
        >> None
        << SEND
        >> fine
        << reading(fine)
        >> NOTHING
    )
    assert playbook.ended.value == NOTHING


def test_without_a_token_nothing_is_sent() -> None:
    """Sign: "the reply's outcome is a `Failure` where it is not" good: that is the answer."""
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << Authorize() >> EXPIRED
    assert (playbook.ended.value, playbook.ended.sent) == (EXPIRED, ())


def test_a_refused_token_is_renewed_once() -> None:
    """Sign: `token_rejected_at` is when a request was sent whose token was refused."""
    late, fine, playbook = response(401), response(200), begin(attempts=1)
    assert playbook << ReserveSlot() >> 0.0 << Authorize() >> None << SEND >> After(2.0, late)
    assert playbook << reading(late) >> EXPIRED
    assert playbook << ReserveSlot() >> 0.0 << Authorize(1000.0) >> After(0.5, None)
    assert playbook << SEND >> fine << reading(fine) >> NOTHING
    assert playbook.ended.value == NOTHING
    assert [sent.status for sent in playbook.ended.sent] == [401, 200]
    assert playbook.ended.wait_s == pytest.approx(0.5)


def test_a_token_that_is_refused_again_and_again_is_the_end() -> None:
    """Others "may use up what one was waiting for"; after three of them it is no bad luck."""
    late, playbook = response(401), begin(attempts=9)
    for at in (None, 1000.0, 1000.0, 1000.0):
        assert playbook << ReserveSlot() >> 0.0 << Authorize(at) >> None << SEND >> late
        assert playbook << reading(late) >> EXPIRED
    assert playbook.ended.value == EXPIRED


def test_a_renewal_that_fails_is_the_answer() -> None:
    """ "the run ends as `failed: auth`": what the renewal came to is what the question came to."""
    late, playbook = response(401), begin()
    dead = Failure("auth", "log in again")
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << Authorize()
        >> None
        << SEND
        >> late
        << reading(late)
        >> EXPIRED
    )
    assert playbook << ReserveSlot() >> 0.0 << Authorize(1000.0) >> dead
    assert playbook.ended.value == dead


def test_a_page_without_a_token_is_never_signed() -> None:
    """Web pages need no token: a 401 of theirs is no matter of renewing."""
    late = response(401)
    playbook = ExchangePlaybook(question_flow(PLAIN, attempts=3, max_ages_s=FRESH))
    assert (
        playbook << ReserveSlot() >> 0.0 << Send(PLAIN.request) >> late << reading(late) >> EXPIRED
    )
    assert playbook.ended.value == EXPIRED


def test_a_renewal_is_an_exchange_of_its_own() -> None:
    """send_with_retries: "again where that may help", at the pace of everything else."""
    send, busy, fine = Send(RENEWAL), response(503), response(200)
    playbook = ExchangePlaybook(send_with_retries(RENEWAL, attempts=3))
    assert (
        playbook << ReserveSlot() >> 0.0 << send >> Failure("timeout", "late") << Sleep(0.5) >> None
    )
    assert playbook << ReserveSlot() >> 0.0 << send >> busy << Sleep(1.0) >> None
    assert playbook << ReserveSlot() >> 0.0 << send >> fine
    assert playbook.ended == fine


@pytest.mark.parametrize("came", [response(401), response(503), Failure("timeout", "late")])
def test_a_renewal_ends_with_its_last_try(came: object) -> None:
    """send_with_retries: what cannot pass, or is tried often enough, is the answer."""
    playbook = ExchangePlaybook(send_with_retries(RENEWAL, attempts=1))
    assert playbook << ReserveSlot() >> 0.0 << Send(RENEWAL) >> came
    assert playbook.ended == came


def test_a_stop_ends_a_renewal() -> None:
    """API.md: `stop` is "asked at every decision": at its turn, and while it waits."""
    stopped = Failure("stopped", "stopped by the host")
    playbook = ExchangePlaybook(send_with_retries(RENEWAL, attempts=3))
    assert playbook << ReserveSlot() >> stopped
    assert playbook.ended == stopped
    playbook = ExchangePlaybook(send_with_retries(RENEWAL, attempts=3))
    assert (
        playbook << ReserveSlot() >> 0.0 << Send(RENEWAL) >> response(503) << Sleep(0.5) >> stopped
    )
    assert playbook.ended == stopped
