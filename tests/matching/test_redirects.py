"""Where a server may send us: within its own host, a few times, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import FRESH, ExchangePlaybook, question, reading, response

from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Request, ReserveSlot, Send
from beatport_match.matching.request_flow import question_flow

ASKED = question("/search?meridian")
SEND = Send(ASKED.request)
NOTHING = ParsedResult(candidates=())


def begin() -> ExchangePlaybook:
    return ExchangePlaybook(question_flow(ASKED, attempts=3, max_ages_s=FRESH))


def _sent_on(*locations: str) -> ExchangePlaybook:
    playbook = begin()
    request = ASKED.request
    for location in locations:
        came = response(302, url=request.url, location=location)
        assert playbook << ReserveSlot() >> 0.0 << Send(request) >> came
        request = Request(url=f"https://shop.example{location}")
    return playbook


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/de/search?meridian", "https://shop.example/search/x?q=a"])
def test_redirects_within_the_host_are_followed(status: int, location: str) -> None:
    """exchange: "within its own host a request"; its parameters are the location's own."""
    moved, fine = response(status, url=ASKED.request.url, location=location), response(200)
    playbook = begin()
    there = "https://shop.example" + location.removeprefix("https://shop.example")
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << SEND
        >> moved
        << ReserveSlot()
        >> 0.0
        << Send(Request(url=there))
    )
    assert playbook >> fine << reading(fine) >> NOTHING
    assert [sent.status for sent in playbook.ended.sent] == [status, 200]


def test_a_redirect_drops_the_parameters_and_keeps_the_headers() -> None:
    """Only the address is the server's to change."""
    request = Request(url="https://shop.example/a", params=(("q", "x"),), headers=(("A", "b"),))
    playbook = ExchangePlaybook(
        question_flow(replace(ASKED, request=request), attempts=1, max_ages_s=FRESH)
    )
    assert (
        playbook
        << ReserveSlot()
        >> 0.0
        << Send(request)
        >> response(301, location="/b")
        << ReserveSlot()
    )
    assert playbook >> 0.0 << Send(Request(url="https://shop.example/b", headers=(("A", "b"),)))


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/search",
        "//elsewhere.example/search",
        "http://shop.example/search",
        "https://shop.example:8443/search",
        "https://shop.example@elsewhere.example/",
        "https://me@shop.example/",
        "ftp://shop.example/",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_redirects_to_another_site_are_refused(location: str) -> None:
    """exchange: "elsewhere a failure"; what is refused is `blocked`, and not asked again."""
    playbook = begin()
    away = response(302, url=ASKED.request.url, location=location)
    assert playbook << ReserveSlot() >> 0.0 << SEND >> away
    assert playbook.ended.value.kind == "blocked"
    assert playbook.ended.value.url == ASKED.request.url
    assert len(playbook.ended.sent) == 1


def test_redirects_are_bounded() -> None:
    """A server that sends us in circles is left after the third redirect."""
    playbook = _sent_on("/1", "/2", "/3", "/4")
    assert playbook.ended.value.kind == "status"
    assert len(playbook.ended.sent) == 4


def test_a_redirect_to_nowhere_is_the_readers_to_judge() -> None:
    """Without a `Location` a 302 is a page like any other."""
    nowhere, failure = response(302), Failure("status", "302")
    playbook = begin()
    assert playbook << ReserveSlot() >> 0.0 << SEND >> nowhere << reading(nowhere) >> failure
    assert playbook.ended.value == failure


def test_a_redirect_takes_its_place_in_the_pace_and_can_be_stopped() -> None:
    """Every request waits for its turn, redirects included."""
    playbook, stopped = _sent_on("/1"), Failure("stopped", "by the host")
    assert playbook << ReserveSlot() >> stopped
    assert playbook.ended.value == stopped
