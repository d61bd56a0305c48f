"""Responses that look like an empty result but are an error or answer another request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from beatport_pages import html, next_data, query, search_data, search_row
from tables import each_row

from beatport_match.beatport import ApiSource, WebSource
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Question, Response

HOME = "https://www.beatport.com"
WEB = WebSource(base_url=HOME, max_results=10, user_agent="test")
API = ApiSource(api_url=f"{HOME}/v4", base_url=HOME, max_results=10, user_agent="test")
SEARCH = WEB.search("Café (Extended)", "test")
PORTAL = b"<html><head><title>Grand Hotel Wi-Fi</title></head><body>Log in</body></html>"


def parse(question: Question, body: bytes, status: int = 200) -> ParsedResult | Failure:
    return question.parse(Response(status=status, url=HOME, body=body))


def failed(question: Question, body: bytes, status: int = 200) -> Failure:
    value = parse(question, body, status)
    assert isinstance(value, Failure)
    return value


def searched(words: object, *rows: object, inner: bool = False) -> bytes:
    data = search_data(*rows)
    (data["props"]["pageProps"] if inner else data)["query"] = {"q": words}
    return html(data)


@each_row("words", ["Café (Extended)", "cafe extended", "CAFÉ  –  extended", "", 5])
@each_row("inner", [False, True])
def test_page_of_the_same_search_or_of_none_is_no_doubt(words: object, inner: bool) -> None:
    """Case, accents and signs do not count."""
    assert parse(SEARCH, searched(words, inner=inner)) == ParsedResult(candidates=())


@each_row("rows", [(), (search_row(),)])
@each_row("inner", [False, True])
def test_page_of_another_search_is_a_doubt(rows: tuple[object, ...], inner: bool) -> None:
    value = parse(SEARCH, searched("cafe", *rows, inner=inner))
    assert isinstance(value, ParsedResult)
    assert len(value.candidates) == len(rows)
    assert value.doubt is not None
    assert (value.doubt.kind, '"cafe"' in value.doubt.detail) == ("catalogue_changed", True)


def test_query_that_failed_on_the_server_is_a_failure() -> None:
    one = query("search-tracks", {"data": []})
    one["state"]["status"] = "error"
    failure = failed(SEARCH, html(next_data(one)))
    assert failure.kind == "catalogue_changed"
    assert "could not run the search" in failure.detail
    one["state"]["data"]["data"] = [search_row()]  # rows of an earlier try
    assert isinstance(parse(SEARCH, html(next_data(one))), ParsedResult)


@pytest.mark.parametrize("key", ["count", "total"])
def test_count_above_zero_without_rows_is_a_failure(key: str) -> None:
    def page(count: object) -> bytes:
        return html(next_data(query("search-tracks", {"data": [], key: count})))

    assert "states that there are 500" in failed(SEARCH, page(500)).detail
    for count in (0, None, "500", -1):
        assert parse(SEARCH, page(count)) == ParsedResult(candidates=())


@each_row(
    "body, says",
    [({"detail": "Search is down"}, '"Search is down"'), ({"count": 7}, "that there are 7")],
)
@each_row(
    "question, key",
    [(API.search("x", "test"), "tracks"), (API.isrc("ZZA123200001", "test"), "results")],
)
def test_empty_list_of_the_api_with_an_error_or_a_count_is_a_failure(
    body: dict[str, Any], says: str, question: Question, key: str
) -> None:
    assert says in failed(question, json.dumps({key: [], **body}).encode()).detail
    assert isinstance(parse(question, json.dumps({key: []}).encode()), ParsedResult)


@pytest.mark.parametrize("question", [SEARCH, WEB.track(5), API.search("x", "test")])
def test_login_page_of_a_network_is_named_as_such(question: Question) -> None:
    """The failure does not say that Beatport has changed."""
    failure = failed(question, PORTAL)
    assert failure.kind == "network"
    assert failure.detail.startswith('This is not Beatport\'s page, "Grand Hotel Wi-Fi"; log in')
    assert failed(question, PORTAL, status=511).kind == "network"


@pytest.mark.parametrize("page", [PORTAL.replace(b"Grand Hotel", b"Beatport"), b"<html></html>"])
def test_page_of_beatport_or_without_a_title_has_changed(page: bytes) -> None:
    assert failed(SEARCH, page).kind == "catalogue_changed"


@each_row("unit", ["[],", "{},", "1,", '"ab",', "[[]],", '{"a":{}},'])
def test_page_of_millions_of_values_is_not_parsed(unit: str) -> None:
    """15 MiB take 16 KB when compressed; parsing them took seconds and 600 MB."""
    values = unit * (15 * 2**20 // len(unit))
    page = html({"props": {"pageProps": {"x": []}}}).replace(b"[]", f"[{values}1]".encode())
    assert failed(SEARCH, page).kind == "catalogue_changed"
