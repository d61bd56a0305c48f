"""Test the web source: its requests, and the parsers of its pages."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from beatport_pages import (
    ALSO_TRIED,
    HOME,
    api_row,
    details_row,
    next_data,
    query,
    response,
    search_all_data,
    search_data,
    search_row,
    track_data,
)

from beatport_match.beatport import WebSource
from beatport_match.beatport.web import MAX_ROWS_PER_PAGE
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Response
from beatport_match.matching.sources import Source

WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")


def parsed(question: Question, served: Response) -> ParsedResult:
    value = question.parse(served)
    assert isinstance(value, ParsedResult)
    return value


def ids(value: ParsedResult) -> list[int]:
    return [candidate.id for candidate in value.candidates]


def test_web_source_implements_source() -> None:
    source: Source = WEB
    assert source.search("copper", "exact").query_type == "exact"


def test_search_requests_the_page_of_tracks() -> None:
    """The headers are like those of a browser."""
    question = WEB.search("  Copper (a) (b)\n", "exact")
    assert question.request.url == f"{HOME}/search/tracks"
    assert question.request.params == (("q", "Copper a b"), ("per_page", "100"))
    assert (question.text, question.query_type) == ("Copper a b", "exact")
    headers = dict(question.request.headers)
    assert headers["User-Agent"] == "beatport-match/test"
    assert headers["Accept"].startswith("text/html")
    assert headers["Accept-Language"] == "en-US,en;q=0.9"


@pytest.mark.parametrize("url_or_id", [7002, "7002", f"{HOME}/de/track/slow-meridian/7002?x=1"])
def test_track_is_requested_by_its_id(url_or_id: int | str) -> None:
    """The site accepts any slug in the URL, so the slug is `-`."""
    question = WEB.track(url_or_id)
    assert question.request.url == f"{HOME}/track/-/7002"
    assert question.request.params == ()
    assert (question.text, question.query_type) == ("7002", "track_page")


def test_blank_search_and_name_as_track_id_raise_misuse_error() -> None:
    with pytest.raises(MisuseError):
        WEB.search(" () ", "exact")
    with pytest.raises(MisuseError):
        WEB.track("Slow Meridian")


def test_rows_above_the_limit_of_a_page_are_not_parsed() -> None:
    rows = [search_row(track_id=number) for number in range(1, MAX_ROWS_PER_PAGE + 3)]
    found = parsed(WEB.search("copper", "exact"), response(search_data(*rows)))
    assert ids(found) == [*range(1, MAX_ROWS_PER_PAGE + 1)]
    assert found.unreadable == 2


def test_another_value_called_tracks_does_not_hide_the_rows() -> None:
    page = next_data(query("search-tracks", {"data": [search_row()], "tracks": 1}))
    assert ids(parsed(WEB.search("copper", "exact"), response(page))) == [7001]


def test_slash_at_the_end_of_base_url_is_ignored() -> None:
    source = WebSource(base_url="http://127.0.0.1:80/", max_results=5, user_agent="x")
    question = source.track("http://127.0.0.1:80/track/a/7002")
    assert question.request.url == "http://127.0.0.1:80/track/-/7002"
    found = parsed(question, response(track_data(details_row())))
    assert found.candidates[0].url == "http://127.0.0.1:80/track/slow-meridian/7002"


def test_question_can_be_pickled_with_its_parser() -> None:
    for question in (WEB.search("a", "x"), WEB.track(7002)):
        copy: Question = pickle.loads(pickle.dumps(question))
        assert copy.request == question.request
    assert ids(parsed(copy, response(track_data(details_row())))) == [7002]


@pytest.mark.parametrize("page", [search_data, search_all_data])
def test_rows_keep_the_order_of_the_page(page: Callable[..., dict[str, Any]]) -> None:
    """Rows of any shape are parsed in both nestings, and malformed rows are counted."""
    rows = api_row(), {"track_id": None}, search_row(), "row", details_row()
    for served in (response(page(*rows)), response(json.dumps(page(*rows)["props"]).encode())):
        value = parsed(WEB.search("a", "x"), served)
        assert ids(value) == [7003, 7001, 7002]
        assert value.unreadable == 2


@pytest.mark.parametrize("page", [search_data, search_all_data])
def test_http_200_with_an_empty_list_means_nothing_found(
    page: Callable[..., dict[str, Any]],
) -> None:
    assert WEB.search("a", "x").parse(response(page())) == ParsedResult(candidates=())


def test_query_with_a_search_key_is_preferred() -> None:
    """The query whose key starts with `search` is used, at any position."""
    other = query("for-you", {"data": [search_row(track_id=1)]})
    search = query("search-tracks", {"data": [search_row()]})
    assert ids(parsed(WEB.search("a", "x"), response(next_data(other, search)))) == [7001]


def test_rows_are_found_under_an_unknown_key() -> None:
    data = next_data(query("menu", {"data": []}), query(None, {"data": [search_row()]}))
    assert ids(parsed(WEB.search("a", "x"), response(data))) == [7001]


@pytest.mark.parametrize("row", [details_row(), api_row(id=7002)])
def test_track_is_found_among_recommendations_and_charts(row: dict[str, Any]) -> None:
    """A track page has its track under a key with its ID, in the new or the older shape."""
    data = track_data(row, details_row(track_id=1), details_row(track_id=2))
    assert ids(parsed(WEB.track(7002), response(data))) == [7002]
    data["props"]["pageProps"]["dehydratedState"]["queries"].reverse()
    assert ids(parsed(WEB.track(7002), response(data))) == [7002]


def test_track_is_found_by_its_id_under_an_unknown_key() -> None:
    data = next_data(query("chart", {"id": 7002, "name": "x"}), query("new", details_row()))
    value = parsed(WEB.track(7002), response(data))
    assert value.candidates[0].name == "Slow Meridian"


@pytest.mark.parametrize("queries", [[], None, [query("track-7002", None)]])
def test_track_of_a_2023_page_is_found_in_page_props(queries: object) -> None:
    """`pageProps.track` is used if the queries do not contain the track."""
    props = {"track": api_row(id=7002), "dehydratedState": {"queries": queries}}
    served = response(json.dumps({"pageProps": props, "__N_SSP": True}).encode())
    assert ids(parsed(WEB.track(7002), served)) == [7002]


@pytest.mark.parametrize("key", ["track-details-9", "track-9"])
def test_another_track_than_the_requested_one_is_catalogue_changed(key: str) -> None:
    value = WEB.track(7002).parse(response(next_data(query(key, details_row(track_id=9)))))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
    expected = "Beatport returned track 9 instead of the requested track 7002"
    assert value.detail == expected + ALSO_TRIED


def test_recommendations_never_replace_the_track() -> None:
    """A bare list on a track page holds recommendations, even if the track is among them."""
    data = next_data(query("track-details-7002", None), query("recommended", [details_row()]))
    value = WEB.track(7002).parse(response(data))
    assert isinstance(value, Failure)
    assert value.detail.endswith(f"queries[0].state.data{ALSO_TRIED}")


def test_failure_for_an_unreadable_track_lists_its_keys() -> None:
    data = next_data(query("track-details-7002", {"uuid": "x", "title": "y"}))
    value = WEB.track(7002).parse(response(data))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
    assert "has the keys uuid, title" in value.detail
