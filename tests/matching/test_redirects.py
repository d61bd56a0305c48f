"""Redirects are followed a few times, within scheme, host and port."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import MAX_AGES_S, NOTHING, SITE, RequestDialogue, parsed, question, response
from tables import each_row

from beatport_match.errors import Failure
from beatport_match.matching.protocol import Delivery, Request, Send, Sleep
from beatport_match.matching.request_flow import question_flow

QUESTION = question("/search?meridian")
SEND = Send(QUESTION.request)


def begin() -> RequestDialogue:
    return RequestDialogue(question_flow(QUESTION, attempts=3, max_ages_s=MAX_AGES_S))


def redirected(*locations: str) -> RequestDialogue:
    dialogue = begin()
    request = QUESTION.request
    for location in locations:
        assert dialogue << Send(request) >> response(302, url=request.url, location=location)
        request = Request(url=f"{SITE}{location}")
    return dialogue


@each_row("status", [301, 302, 303, 307, 308])
@each_row("location", ["/de/search?meridian", f"{SITE}/search/x?q=a"])
def test_redirects_within_the_host_are_followed(status: int, location: str) -> None:
    dialogue = begin()
    target = Request(url=SITE + location.removeprefix(SITE))
    assert dialogue << SEND >> response(status, url=QUESTION.request.url, location=location)
    assert dialogue << Send(target) >> response(200)
    assert dialogue.ended.value == NOTHING
    assert [sent.status for sent in dialogue.ended.sent] == [status, 200]


def test_a_redirect_drops_the_parameters_and_keeps_the_headers() -> None:
    request = Request(url=f"{SITE}/a", params=(("q", "x"),), headers=(("A", "b"),))
    moved = replace(QUESTION, request=request)
    dialogue = RequestDialogue(question_flow(moved, attempts=1, max_ages_s=MAX_AGES_S))
    assert dialogue << Send(request) >> response(301, location="/b")
    assert dialogue << Send(Request(url=f"{SITE}/b", headers=(("A", "b"),)))


def test_retries_go_to_the_new_url() -> None:
    dialogue = redirected("/1")
    target = Send(Request(url=f"{SITE}/1"))
    assert dialogue << target >> response(503, "status") << Sleep(0.5) >> None << target


@each_row(
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
def test_redirects_to_another_site_are_blocked_and_not_retried(location: str) -> None:
    dialogue = begin()
    assert dialogue << SEND >> response(302, url=QUESTION.request.url, location=location)
    assert dialogue.ended.value.kind == "blocked"
    assert dialogue.ended.value.url == QUESTION.request.url
    assert len(dialogue.ended.sent) == 1


def test_at_most_three_redirects_are_followed() -> None:
    dialogue = redirected("/1", "/2", "/3", "/4")
    assert dialogue.ended.value.kind == "status"
    assert len(dialogue.ended.sent) == 4


def test_a_redirect_without_a_location_is_parsed_like_any_page() -> None:
    no_location = response(302, "status")
    dialogue = begin()
    assert dialogue << SEND >> no_location
    assert dialogue.ended.value == parsed(no_location)


def test_a_redirect_can_be_stopped() -> None:
    dialogue, stopped = redirected("/1"), Failure("stopped", "the run was stopped")
    assert dialogue << Send(Request(url=f"{SITE}/1")) >> Delivery(stopped)
    assert dialogue.ended.value == stopped


@each_row("location", ["/de/search", "/search?q=", "/search?q=tide", "/?x=Osk+Tid"])
def test_redirect_that_loses_the_search_is_not_followed(location: str) -> None:
    """Its page would answer another question, for example with no rows."""
    request = Request(url=f"{SITE}/search", params=(("q", "Osk Tide"), ("per_page", "9")))
    search = replace(QUESTION, request=request, text="Osk Tide")
    dialogue = RequestDialogue(question_flow(search, attempts=3, max_ages_s=MAX_AGES_S))
    assert dialogue << Send(request) >> response(302, location=location)
    assert dialogue.ended.value.kind == "catalogue_changed"
    assert "without the search" in dialogue.ended.value.detail
    assert len(dialogue.ended.sent) == 1


@pytest.mark.parametrize("location", ["/de/search?q=Osk+Tide", "/s?per_page=9&query=Osk%20Tide"])
def test_redirect_that_keeps_the_search_is_followed(location: str) -> None:
    request = Request(url=f"{SITE}/search", params=(("q", "Osk Tide"),))
    search = replace(QUESTION, request=request, text="Osk Tide")
    dialogue = RequestDialogue(question_flow(search, attempts=3, max_ages_s=MAX_AGES_S))
    assert dialogue << Send(request) >> response(302, location=location)
    assert dialogue << Send(Request(url=f"{SITE}{location}")) >> response(200)
    assert dialogue.ended.value == NOTHING
