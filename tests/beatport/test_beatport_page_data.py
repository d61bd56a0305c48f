"""Test pages that are not the requested one, and changed layouts: never "not found"."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from beatport_pages import (
    ALSO_TRIED,
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
from tables import each_row

from beatport_match.beatport.web import parse_search, parse_track
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Parser, Response

SEARCH: Parser = partial(parse_search, base_url=HOME)
TRACK: Parser = partial(parse_track, wanted_id=7002, base_url=HOME)
PARSERS = pytest.mark.parametrize("parse", [SEARCH, TRACK], ids=["search", "track"])
STATE = "props.pageProps.dehydratedState.queries[0].state.data"


def failed(parse: Parser, served: Response) -> Failure:
    value = parse(served)
    assert isinstance(value, Failure)
    assert value.url == served.url
    return value


CHALLENGES = {
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


@PARSERS
@each_row("status", [200, 403, 404, 429, 503])
@each_row("page", CHALLENGES.values())
def test_challenge_page_with_any_status_is_blocked(parse: Parser, status: int, page: bytes) -> None:
    """A challenge page requires a browser check or a CAPTCHA."""
    assert failed(parse, response(page, status)).kind == "blocked"


@PARSERS
def test_cf_mitigated_header_alone_means_a_challenge(parse: Parser) -> None:
    """Cloudflare sends this header when it answers instead of Beatport."""
    served = response(error_html("Beatport"), 404, cf_mitigated="challenge")
    assert failed(parse, served).kind == "blocked"


def test_failure_detail_names_the_status_and_the_page_title() -> None:
    detail = failed(SEARCH, response(error_html("Go\n <b>away</b>\u200b!"), 403)).detail
    assert detail == 'Beatport rejected the request (HTTP 403, "Go <b>away</b>!").'
    assert len(failed(SEARCH, response(error_html("x" * 5000), 500)).detail) < 150
    assert (
        failed(SEARCH, response(b"", 500)).detail == "Beatport answered with an error (HTTP 500)."
    )


def test_ordinary_page_with_challenge_words_is_parsed() -> None:
    """Ordinary pages load Cloudflare's script, and a track may be named like a challenge."""
    row = search_row(track_name="Just a moment... cf-turnstile", mix_name="findProof /human-test/")
    page = html(search_data(row), title="just a moment | Beatport")
    assert SNIPPET.encode() in page
    for served in (response(page), response(json.dumps(search_data(row)).encode())):
        value = SEARCH(served)
        assert isinstance(value, ParsedResult)
        assert value.candidates[0].name.startswith("Just a moment")


@PARSERS
@each_row(
    "status, kind",
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
@each_row("body", [b"", error_html("Oops"), html(search_data()), b'{"a": 1}'])
def test_error_status_decides_the_failure_kind(
    parse: Parser, status: int, kind: str, body: bytes
) -> None:
    """The body has no influence on the kind."""
    failure = failed(parse, response(body, status))
    assert failure.kind == kind
    assert f"HTTP {status}" in failure.detail


@PARSERS
def test_page_without_data_script_is_catalogue_changed(parse: Parser) -> None:
    """The failure names the missing script."""
    for body in (error_html("Beatport", SNIPPET), b"all well"):
        failure = failed(parse, response(body))
        assert failure.kind == "catalogue_changed"
        assert "script#__NEXT_DATA__" in failure.detail


@PARSERS
@each_row("body", [b"", b" \n", html(search_data(search_row()))[:400], b'{"pagePr'])
def test_truncated_page_is_a_network_failure(parse: Parser, body: bytes) -> None:
    """An empty body, and a script without its end, were cut off during the transfer."""
    failure = failed(parse, response(body))
    assert failure.kind == "network"
    assert failure.detail == f"The page was cut off after {len(body)} bytes."


def test_page_truncated_at_any_byte_is_a_network_failure() -> None:
    page = html(search_data(search_row(), search_row(track_id=8)))
    whole = page.index(b"</script>") + len(b"</script>")
    for end in range(page.index(b"<head>"), whole):
        assert failed(SEARCH, response(page[:end])).kind == "network"


def test_unescaped_tag_in_the_json_does_not_end_the_script() -> None:
    """Next.js escapes every `<`; if one is not escaped, only `</script>` ends the script."""
    page = html(search_data(search_row(track_name="Copper <i>Lantern</i>")))
    value = SEARCH(response(page.replace(b"\\u003c", b"<")))
    assert isinstance(value, ParsedResult)
    assert value.candidates[0].name == "Copper <i>Lantern</i>"


@PARSERS
@each_row("text", ["", "{", "nonsense", "[" * 100_000, '{"a":' * 100_000, "1" * 5000, '"\ud800"'])
def test_complete_script_without_valid_json_is_catalogue_changed(parse: Parser, text: str) -> None:
    """JSON that is nested too deeply counts as invalid."""
    script = b'<script id="__NEXT_DATA__">' + text.encode("utf-8", "surrogatepass") + b"</script>"
    assert failed(parse, response(b"<html>" + script)).kind == "catalogue_changed"


def test_lone_surrogate_is_removed_from_its_text() -> None:
    """The other rows of the page are not affected."""
    page = html(search_data(search_row(track_name="Copper X Lantern"), search_row(track_id=8)))
    value = SEARCH(response(page.replace(b"X ", b"\xed\xa0\x80")))
    assert isinstance(value, ParsedResult)
    assert [candidate.name for candidate in value.candidates] == ["Copper Lantern"] * 2


@PARSERS
@each_row("code", [b"\xff\xfe{\x00}\x00", b"\x80abc"])
def test_script_that_is_not_utf_8_is_catalogue_changed(parse: Parser, code: bytes) -> None:
    served = response(b'<html><script id="__NEXT_DATA__">' + code + b"</script></html>")
    assert failed(parse, served).kind == "catalogue_changed"


def without(data: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """Return the data without the value at the path."""
    node: Any = data
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]
    return data


PATH: tuple[str | int, ...] = ("props", "pageProps", "dehydratedState", "queries", 0, "state")


@each_row(
    "data, path, missing",
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
def test_missing_path_of_a_search_page_is_named(
    data: Callable[..., dict[str, Any]], path: tuple[str | int, ...], missing: str
) -> None:
    failure = failed(SEARCH, response(without(data(search_row()), *path)))
    assert failure.kind == "catalogue_changed"
    assert failure.detail == f"Beatport's page no longer has {missing}{ALSO_TRIED}"


@pytest.mark.parametrize("path", [PATH[:3], PATH[:4], (*PATH, "data")])
def test_missing_path_of_a_track_page_is_named(path: tuple[str | int, ...]) -> None:
    """Charts and recommendations on the page do not replace the missing track."""
    recommended = details_row(track_id=9), details_row()
    failure = failed(TRACK, response(without(track_data(details_row(), *recommended), *path)))
    missing = STATE if path[-1] == "data" else ".".join(map(str, path))
    assert failure == Failure(
        "catalogue_changed",
        f"Beatport's page no longer has {missing}{ALSO_TRIED}",
        f"{HOME}/requested",
    )


@PARSERS
@each_row("data", [[], {}, {"props": 5}, {"pageProps": []}, {"detail": "no"}])
def test_json_without_page_data_is_catalogue_changed(parse: Parser, data: object) -> None:
    for body in (html(data), json.dumps(data).encode()):
        assert failed(parse, response(body)).kind == "catalogue_changed"


def test_page_without_any_readable_row_is_catalogue_changed() -> None:
    """The failure lists the first row's keys, shortened, to show what has changed."""
    rows = [{"uuid" * 50: 1, "title": "x"}, 5]
    failure = failed(SEARCH, response(search_data(*rows)))
    assert failure.kind == "catalogue_changed"
    assert f"{STATE}.data" in failure.detail
    assert "the keys uuiduuid" in failure.detail
    assert failure.detail.endswith(f", title{ALSO_TRIED}")
    assert len(failure.detail) < 400
    assert "not an object" in failed(SEARCH, response(search_data([[]]))).detail


@each_row("status", [200, 404])
@each_row(
    "page",
    [
        {"page": "/404", "props": {"pageProps": {}}},
        {"page": "/_error", "props": {"pageProps": {"statusCode": 404}}},
    ],
)
def test_beatports_own_not_found_page(page: Any, status: int) -> None:
    """For a track it means that there is no such track, for a search `catalogue_changed`."""
    assert TRACK(response(page, status)) == ParsedResult(candidates=())
    assert failed(SEARCH, response(page, status)).kind == "catalogue_changed"


def test_404_without_a_challenge_means_no_such_track() -> None:
    """For a search, it means `catalogue_changed`."""
    served = response(error_html("404 Error"), 404)
    assert TRACK(served) == ParsedResult(candidates=())
    assert failed(SEARCH, served).kind == "catalogue_changed"


@PARSERS
@each_row("shown", [500, None, "404", True])
def test_error_page_of_next_js_with_http_200_is_a_status_failure(
    parse: Parser, shown: object
) -> None:
    page = {"page": "/_error", "props": {"pageProps": {"statusCode": shown}}}
    assert failed(parse, response(page)).kind == "status"


def test_status_code_in_the_data_of_an_ordinary_page_is_ignored() -> None:
    """Only the error pages of Next.js have their status in their data."""
    served = response(next_data(query("search-tracks", {"data": [search_row()]}), statusCode=404))
    assert isinstance(SEARCH(served), ParsedResult)


@pytest.mark.parametrize("tracks", [None, [], "none"])
def test_tracks_of_unknown_shape_are_catalogue_changed(tracks: object) -> None:
    """The named path ends at `tracks`, which exists but has no rows."""
    served = response(next_data(query("search", {"tracks": tracks})))
    failure = failed(SEARCH, served)
    assert failure.kind == "catalogue_changed"
    assert failure.detail.endswith(f"queries[0].state.data.tracks{ALSO_TRIED}")


def test_empty_list_of_another_query_is_not_an_empty_result() -> None:
    """Only the list of the search itself can mean that nothing was found."""
    menu, search = query("genres", {"data": []}), query("search-tracks", {"items": []})
    failure = failed(SEARCH, response(next_data(menu, search)))
    assert failure.detail.endswith(f"queries[1].state.data.data{ALSO_TRIED}")
    assert "queries[search]" in failed(SEARCH, response(next_data(menu, menu))).detail
    recommended = query("for-you", {"data": [search_row()]})
    assert failed(SEARCH, response(next_data(search, recommended))).kind == "catalogue_changed"
