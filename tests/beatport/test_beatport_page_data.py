"""What was served instead of the page, and where its rows have gone: never "not found"."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from beatport_pages import (
    HOME,
    SNIPPET,
    details_row,
    error_html,
    html,
    next_data,
    query,
    response,
    search_all_data,
    search_data,
    search_row,
    track_data,
)

from beatport_match.beatport.web import parse_search, parse_track
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Parser, Response

SEARCH: Parser = partial(parse_search, base_url=HOME)
TRACK: Parser = partial(parse_track, wanted=7002, base_url=HOME)
READERS = pytest.mark.parametrize("read", [SEARCH, TRACK], ids=["search", "track"])
STATE = "props.pageProps.dehydratedState.queries[0].state.data"


def failed(read: Parser, served: Response) -> Failure:
    value = read(served)
    assert isinstance(value, Failure)
    assert value.url == served.url
    return value


WALLS = {
    "title": error_html("Just a moment..."),
    "noscript": error_html("x", "<p id='challenge-error-text'>"),
    "cookies": error_html("x", "Enable JavaScript and cookies to continue"),
    "options": error_html("x", "<script>window._cf_chl_opt={}</script>"),
    "verification": error_html("x", "Performing security verification"),
    "attention": error_html("Attention Required! | Cloudflare"),
    "sorry": error_html("x", "<h1>Sorry, you have been blocked</h1>"),
    "turnstile": error_html("x", "<div class='cf-turnstile'>"),
    "human test": error_html("Beatport", "<form action='/human-test/'>"),
    "proof of work": error_html("Beatport", "<script>findProof(5)</script>"),
}


@READERS
@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_a_wall_is_a_wall_whatever_its_status(read: Parser, status: int, wall: bytes) -> None:
    """A page that asks for a browser check, or a proof of being human, is `blocked`."""
    assert failed(read, response(wall, status)).kind == "blocked"


@READERS
def test_the_header_alone_tells_a_challenge(read: Parser) -> None:
    """Cloudflare says `cf-mitigated` where it answers in Beatport's stead."""
    served = response(error_html("Beatport"), 404, cf_mitigated="challenge")
    assert failed(read, served).kind == "blocked"


def test_the_detail_names_the_status_and_the_title() -> None:
    """A failure's detail is one sentence for people."""
    detail = failed(SEARCH, response(error_html("Go\n <b>away</b>\u200b!"), 403)).detail
    assert detail == 'Beatport refused the request (HTTP 403, "Go <b>away</b>!").'
    assert len(failed(SEARCH, response(error_html("x" * 5000), 500)).detail) < 150
    assert (
        failed(SEARCH, response(b"", 500)).detail == "Beatport answered with an error (HTTP 500)."
    )


def test_an_ordinary_page_is_no_challenge() -> None:
    """Ordinary pages load Cloudflare's script, and a track may be named like a challenge."""
    row = search_row(track_name="Just a moment... cf-turnstile", mix_name="findProof /human-test/")
    page = html(search_data(row), title="just a moment | Beatport")
    assert SNIPPET.encode() in page
    for served in (response(page), response(json.dumps(search_data(row)).encode())):
        value = SEARCH(served)
        assert isinstance(value, ParsedResult)
        assert value.candidates[0].name.startswith("Just a moment")


@READERS
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "auth"),
        (403, "blocked"),
        (429, "rate_limited"),
        (451, "restricted"),
        (302, "status"),
        (400, "status"),
        (410, "status"),
        (418, "status"),
        (500, "status"),
        (503, "status"),
        (0, "status"),
    ],
)
@pytest.mark.parametrize("body", [b"", error_html("Oops"), html(search_data()), b'{"a": 1}'])
def test_a_refusal_is_told_by_its_status(read: Parser, status: int, kind: str, body: bytes) -> None:
    """Login, refusal, pace, law and everything else are told apart, whatever the body says."""
    failure = failed(read, response(body, status))
    assert failure.kind == kind
    assert f"HTTP {status}" in failure.detail


@READERS
def test_a_page_without_data_is_a_changed_catalogue(read: Parser) -> None:
    """200 without the script: Beatport was rebuilt, and the missing place is named."""
    for body in (error_html("Beatport", SNIPPET), b"all well"):
        failure = failed(read, response(body))
        assert failure.kind == "catalogue_changed"
        assert "script#__NEXT_DATA__" in failure.detail


@READERS
@pytest.mark.parametrize("body", [b"", b" \n", html(search_data(search_row()))[:400], b'{"pagePr'])
def test_half_a_page_is_the_network(read: Parser, body: bytes) -> None:
    """An empty body, and a script that is opened but never closed, were cut off on the way."""
    failure = failed(read, response(body))
    assert failure.kind == "network"
    assert failure.detail == f"The page was cut off after {len(body)} bytes."


def test_wherever_a_page_is_cut_it_is_a_failure() -> None:
    """A truncated page is never read as an empty one."""
    page = html(search_data(search_row(), search_row(track_id=8)))
    whole = page.index(b"</script>") + len(b"</script>")
    for end in range(page.index(b"<head>"), whole):
        assert failed(SEARCH, response(page[:end])).kind == "network"


def test_a_tag_within_the_json_is_part_of_it() -> None:
    """Next escapes every `<`; where one stands as it is, only the script's own end ends it."""
    page = html(search_data(search_row(track_name="Copper <i>Lantern</i>")))
    value = SEARCH(response(page.replace(b"\\u003c", b"<")))
    assert isinstance(value, ParsedResult)
    assert value.candidates[0].name == "Copper <i>Lantern</i>"


@READERS
@pytest.mark.parametrize(
    "text", ["", "{", "nonsense", "[" * 100_000, '{"a":' * 100_000, "1" * 5000, '"\ud800"']
)
def test_a_script_that_is_not_json_is_a_changed_catalogue(read: Parser, text: str) -> None:
    """Closed, yet not JSON (or nested without end): the catalogue changed."""
    script = b'<script id="__NEXT_DATA__">' + text.encode("utf-8", "surrogatepass") + b"</script>"
    assert failed(read, response(b"<html>" + script)).kind == "catalogue_changed"


def test_bytes_that_are_half_a_character_lose_only_themselves() -> None:
    """One bad record must not lose the page: half a pair of surrogates is left out of its text."""
    page = html(search_data(search_row(track_name="Copper X Lantern"), search_row(track_id=8)))
    value = SEARCH(response(page.replace(b"X ", b"\xed\xa0\x80")))
    assert isinstance(value, ParsedResult)
    assert [one.name for one in value.candidates] == ["Copper Lantern"] * 2


@READERS
@pytest.mark.parametrize("code", [b"\xff\xfe{\x00}\x00", b"\x80abc"])
def test_a_script_in_another_encoding_is_a_changed_catalogue(read: Parser, code: bytes) -> None:
    """Bytes that are no text are a failure too."""
    served = response(b'<html><script id="__NEXT_DATA__">' + code + b"</script></html>")
    assert failed(read, served).kind == "catalogue_changed"


def without(data: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """The data with what stands at the path taken out."""
    at: Any = data
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return data


PATH: tuple[str | int, ...] = ("props", "pageProps", "dehydratedState", "queries", 0, "state")


@pytest.mark.parametrize(
    ("data", "path", "named"),
    [
        (search_data, PATH[:1], "props.pageProps"),
        (search_data, PATH[:2], "props.pageProps"),
        (search_data, PATH[:3], "props.pageProps.dehydratedState"),
        (search_data, PATH[:4], "props.pageProps.dehydratedState.queries"),
        (search_data, PATH[:5], STATE),
        (search_data, PATH, STATE),
        (search_data, (*PATH, "data"), STATE),
        (search_data, (*PATH, "data", "data"), f"{STATE}.data"),
        (search_all_data, (*PATH, "data", "tracks", "data"), f"{STATE}.tracks.data"),
        (search_all_data, (*PATH, "data", "tracks"), f"{STATE}.data"),
    ],
)
def test_the_path_that_moved_is_named(
    data: Callable[..., dict[str, Any]], path: tuple[str | int, ...], named: str
) -> None:
    """A path that moved is `catalogue_changed`, with the dotted path that was missing."""
    failure = failed(SEARCH, response(without(data(search_row()), *path)))
    assert failure.kind == "catalogue_changed"
    assert failure.detail == f"Beatport's page no longer has {named}."


@pytest.mark.parametrize("path", [PATH[:3], PATH[:4], (*PATH, "data")])
def test_a_track_page_names_the_path_that_moved(path: tuple[str | int, ...]) -> None:
    """Neither charts nor recommendations stand in for the track that is gone."""
    recommended = details_row(track_id=9), details_row()
    failure = failed(TRACK, response(without(track_data(details_row(), *recommended), *path)))
    named = STATE if path[-1] == "data" else ".".join(map(str, path))
    assert failure == Failure(
        "catalogue_changed", f"Beatport's page no longer has {named}.", f"{HOME}/asked"
    )


@READERS
@pytest.mark.parametrize("data", [[], {}, {"props": 5}, {"pageProps": []}, {"detail": "no"}])
def test_other_json_is_a_changed_catalogue(read: Parser, data: object) -> None:
    """JSON that is no page's data is not an empty answer."""
    for body in (html(data), json.dumps(data).encode()):
        assert failed(read, response(body)).kind == "catalogue_changed"


def test_rows_of_which_none_can_be_read_are_a_changed_catalogue() -> None:
    """The first row's keys are told, shortened, so that the change can be seen."""
    rows = [{"uuid" * 50: 1, "title": "x"}, 5]
    failure = failed(SEARCH, response(search_data(*rows)))
    assert failure.kind == "catalogue_changed"
    assert f"{STATE}.data" in failure.detail
    assert "the keys uuiduuid" in failure.detail
    assert failure.detail.endswith(", title.")
    assert len(failure.detail) < 300
    assert "not an object" in failed(SEARCH, response(search_data([[]]))).detail


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize(
    "page",
    [
        {"page": "/404", "props": {"pageProps": {}}},
        {"page": "/_error", "props": {"pageProps": {"statusCode": 404}}},
    ],
)
def test_beatport_says_itself_that_there_is_no_such_page(page: Any, status: int) -> None:
    """A track page that is not there means that there is no such track; a search page that is
    not there means that the catalogue changed.
    """
    assert TRACK(response(page, status)) == ParsedResult(candidates=())
    assert failed(SEARCH, response(page, status)).kind == "catalogue_changed"


def test_any_404_without_a_wall_is_beatports() -> None:
    """404 on a track page: Beatport was asked and has none."""
    served = response(error_html("404 Error"), 404)
    assert TRACK(served) == ParsedResult(candidates=())
    assert failed(SEARCH, served).kind == "catalogue_changed"


@READERS
@pytest.mark.parametrize("shown", [500, None, "404", True])
def test_another_error_page_is_a_failure(read: Parser, shown: object) -> None:
    """Next's error page with any other status is that status, even when it comes with 200."""
    page = {"page": "/_error", "props": {"pageProps": {"statusCode": shown}}}
    assert failed(read, response(page)).kind == "status"


def test_a_status_among_the_data_of_a_page_is_not_the_pages() -> None:
    """Only Next's own error pages tell their status in their data."""
    served = response(next_data(query("search-tracks", {"data": [search_row()]}), statusCode=404))
    assert isinstance(SEARCH(served), ParsedResult)


@pytest.mark.parametrize("tracks", [None, [], "none"])
def test_tracks_of_another_shape_are_a_changed_catalogue(tracks: object) -> None:
    """The path that moved is named as far as it was found: `tracks` is there, its rows are not."""
    served = response(next_data(query("search", {"tracks": tracks})))
    failure = failed(SEARCH, served)
    assert failure.kind == "catalogue_changed"
    assert failure.detail.endswith("queries[0].state.data.tracks.")


def test_an_empty_list_of_something_else_is_not_an_empty_answer() -> None:
    """Only a search's own list may say that nothing was found."""
    menu, search = query("genres", {"data": []}), query("search-tracks", {"items": []})
    failure = failed(SEARCH, response(next_data(menu, search)))
    assert failure.detail.endswith("queries[1].state.data.data.")
    assert "queries[search]" in failed(SEARCH, response(next_data(menu, menu))).detail
    recommended = query("for-you", {"data": [search_row()]})
    assert failed(SEARCH, response(next_data(search, recommended))).kind == "catalogue_changed"
