"""The web pages as a source: each question with the reader of its answer."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from beatport_pages import (
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
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Response
from beatport_match.matching.sources import Source

WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")


def understood(question: Question, served: Response) -> ParsedResult:
    value = question.parse(served)
    assert isinstance(value, ParsedResult)
    return value


def ids(value: ParsedResult) -> list[int]:
    return [candidate.id for candidate in value.candidates]


def test_the_web_is_a_source() -> None:
    """Where candidates come from is a `Source`, and the web pages are one."""
    source: Source = WEB
    assert source.search("copper", "exact").query_type == "exact"


def test_a_search_asks_the_page_of_tracks() -> None:
    """`search`: GET /search/tracks with q and per_page, headers like a browser's."""
    question = WEB.search("  Copper (a) (b)\n", "exact")
    assert question.request.url == f"{HOME}/search/tracks"
    assert question.request.params == (("q", "Copper a b"), ("per_page", "100"))
    assert (question.text, question.query_type) == ("Copper a b", "exact")
    headers = dict(question.request.headers)
    assert headers["User-Agent"] == "beatport-match/test"
    assert headers["Accept"].startswith("text/html")
    assert headers["Accept-Language"] == "en-US,en;q=0.9"


def test_a_search_of_everything_asks_the_page_of_everything() -> None:
    """`search_all`: GET /search with q."""
    question = WEB.search_all("Copper", "broad")
    assert question.request.url == f"{HOME}/search"
    assert question.request.params == (("q", "Copper"),)


@pytest.mark.parametrize("named", [7002, "7002", f"{HOME}/de/track/slow-meridian/7002?x=1"])
def test_a_track_is_asked_for_by_its_number(named: int | str) -> None:
    """`track`: GET /track/-/{id}; the site takes any slug."""
    question = WEB.track(named)
    assert question.request.url == f"{HOME}/track/-/7002"
    assert question.request.params == ()
    assert (question.text, question.query_type) == ("7002", "track_page")


def test_misuse_is_told_before_anything_is_sent() -> None:
    """A blank search and a name instead of a number are MisuseErrors."""
    with pytest.raises(MisuseError):
        WEB.search(" () ", "exact")
    with pytest.raises(MisuseError):
        WEB.track("Slow Meridian")


def test_a_slash_behind_the_address_changes_nothing() -> None:
    """`base_url`: where Beatport is, with or without a slash."""
    source = WebSource(base_url="http://127.0.0.1:80/", max_results=5, user_agent="x")
    question = source.track("http://127.0.0.1:80/track/a/7002")
    assert question.request.url == "http://127.0.0.1:80/track/-/7002"
    found = understood(question, response(track_data(details_row())))
    assert found.candidates[0].url == "http://127.0.0.1:80/track/slow-meridian/7002"


def test_questions_travel() -> None:
    """A question can be pickled, its reader included."""
    for question in (WEB.search("a", "x"), WEB.search_all("a", "x"), WEB.track(7002)):
        again: Question = pickle.loads(pickle.dumps(question))
        assert again.request == question.request
    assert ids(understood(again, response(track_data(details_row())))) == [7002]


@pytest.mark.parametrize("page", [search_data, search_all_data])
def test_rows_come_in_the_order_served(page: Callable[..., dict[str, Any]]) -> None:
    """Both nestings are read, rows of any shape side by side, and bad rows are counted."""
    rows = api_row(), {"track_id": None}, search_row(), "row", details_row()
    for served in (response(page(*rows)), response(json.dumps(page(*rows)["props"]).encode())):
        value = understood(WEB.search("a", "x"), served)
        assert ids(value) == [7003, 7001, 7002]
        assert value.unreadable == 2


@pytest.mark.parametrize("page", [search_data, search_all_data])
def test_an_empty_list_means_that_nothing_was_found(page: Callable[..., dict[str, Any]]) -> None:
    """Nothing found is HTTP 200 with an empty list."""
    assert WEB.search("a", "x").parse(response(page())) == ParsedResult(candidates=())


def test_the_searchs_own_query_is_taken() -> None:
    """The query whose key starts with `search` comes first, wherever it stands."""
    other = query("for-you", {"data": [search_row(track_id=1)]})
    mine = query("search-tracks", {"data": [search_row()]})
    assert ids(understood(WEB.search("a", "x"), response(next_data(other, mine)))) == [7001]


def test_rows_are_found_when_the_key_has_changed() -> None:
    """Rows that can be read are taken under a key of any other name."""
    data = next_data(query("menu", {"data": []}), query(None, {"data": [search_row()]}))
    assert ids(understood(WEB.search("a", "x"), response(data))) == [7001]


@pytest.mark.parametrize("row", [details_row(), api_row(id=7002)])
def test_the_track_itself_is_taken(row: dict[str, Any]) -> None:
    """A track page shows its track under a key with its number, today's shape or the one before;
    recommendations and charts are other things.
    """
    data = track_data(row, details_row(track_id=1), details_row(track_id=2))
    assert ids(understood(WEB.track(7002), response(data))) == [7002]
    data["props"]["pageProps"]["dehydratedState"]["queries"].reverse()
    assert ids(understood(WEB.track(7002), response(data))) == [7002]


def test_the_track_is_known_by_its_number_where_the_key_has_changed() -> None:
    """An object with the number that was asked for is the track, under a key of any other name."""
    data = next_data(query("chart", {"id": 7002, "name": "x"}), query("new", details_row()))
    value = understood(WEB.track(7002), response(data))
    assert value.candidates[0].name == "Slow Meridian"


@pytest.mark.parametrize("queries", [[], None, [query("track-7002", None)]])
def test_pages_of_2023_show_the_track_beside_the_queries(queries: object) -> None:
    """`pageProps.track` serves where the queries do not."""
    props = {"track": api_row(id=7002), "dehydratedState": {"queries": queries}}
    served = response(json.dumps({"pageProps": props, "__N_SSP": True}).encode())
    assert ids(understood(WEB.track(7002), served)) == [7002]


@pytest.mark.parametrize("key", ["track-details-9", "track-9"])
def test_another_track_is_not_taken_for_the_one_asked(key: str) -> None:
    """If the number differs from the one asked for, the catalogue changed."""
    value = WEB.track(7002).parse(response(next_data(query(key, details_row(track_id=9)))))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
    assert value.detail == "Beatport showed track 9 where 7002 was asked for."


def test_recommendations_are_never_the_track() -> None:
    """A bare list of tracks on a track page is recommendations, even if the track is among them."""
    data = next_data(query("track-details-7002", None), query("recommended", [details_row()]))
    value = WEB.track(7002).parse(response(data))
    assert isinstance(value, Failure)
    assert value.detail.endswith("queries[0].state.data.")


def test_a_track_that_cannot_be_read_tells_its_keys() -> None:
    """The place of the track holds something else: its keys say what."""
    data = next_data(query("track-details-7002", {"uuid": "x", "title": "y"}))
    value = WEB.track(7002).parse(response(data))
    assert isinstance(value, Failure)
    assert value.kind == "catalogue_changed"
    assert "has the keys uuid, title" in value.detail
