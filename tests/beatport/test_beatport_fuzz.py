"""Fuzz the page parsers: they always return, and never report "not found" for a broken page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from beatport_pages import (
    HOME,
    api_row,
    details_row,
    error_html,
    response,
    search_all_data,
    search_data,
    search_row,
    track_data,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beatport_match.beatport import WebSource
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Response
from beatport_match.model import validation

pytestmark = pytest.mark.fuzz
WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")
SEARCH = WEB.search("copper lantern", "test").parse
TRACK = WEB.track(7002).parse

ANY_STATUS = st.one_of(st.integers(0, 999), st.sampled_from([200, 403, 404, 429]))
SCRIPT_START = b'<html><script id="__NEXT_DATA__">'


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=100).map(lambda inner: SCRIPT_START + inner),
        st.binary(max_size=100).map(lambda inner: SCRIPT_START + inner + b"</script>"),
        st.text(max_size=100).map(lambda inner: error_html(inner, inner).replace(b"\0", b"")),
    ),
    status=ANY_STATUS,
    names=st.lists(st.sampled_from(["cf-mitigated", "server", "retry-after"])),
)
@example(body=b"<a>" * 9000, status=500, names=[])
@example(body=b"\x00", status=500, names=[])
@example(body=b"<title>\x01\xed\xa0\x80", status=403, names=[])
def test_any_bytes_with_any_status_are_a_failure(
    body: bytes, status: int, names: list[str]
) -> None:
    """The one exception: a 404 for a track page means that there is no such track."""
    served = Response(status=status, url="", headers=dict.fromkeys(names, "x"), body=body)
    assert isinstance(SEARCH(served), Failure)
    value = TRACK(served)
    assert isinstance(value, Failure) or (status == 404 and value == ParsedResult(candidates=()))


def places(node: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) in a JSON value."""
    keys = (
        list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    )
    return [place for key in keys for place in ((node, key), *places(node[key]))]


JUNK = st.sampled_from(
    [
        "null",
        "true",
        "0",
        "-1",
        "1e308",
        "9" * 30,
        '""',
        '"x"',
        '"\\ud800"',
        "[]",
        "{}",
        "[[]]",
        "[{}]",
    ]
).map(json.loads)


@given(data=st.data(), page_data=st.sampled_from([search_data, search_all_data]))
def test_malformed_row_does_not_affect_other_rows(
    data: st.DataObject, page_data: Callable[..., dict[str, Any]]
) -> None:
    """A malformed row is left out and counted."""
    bad = data.draw(st.sampled_from([search_row, details_row, api_row]))()
    for _ in range(data.draw(st.integers(1, 6))):
        node, key = data.draw(st.sampled_from(places(bad) or [({0: 0}, 0)]))
        if data.draw(st.booleans()) and isinstance(node, dict):
            del node[key]
        else:
            node[key] = data.draw(JUNK)
    value = SEARCH(response(json.dumps(page_data(search_row(), bad, api_row())).encode()))
    assert isinstance(value, ParsedResult)
    assert len(value.candidates) + value.unreadable == 3
    assert {value.candidates[0].id, value.candidates[-1].id} == {7001, 7003}


@settings(max_examples=30)
@given(data=st.data(), page_data=st.sampled_from([search_data, search_all_data]))
def test_both_json_parsers_give_the_same_records(
    data: st.DataObject, page_data: Callable[..., dict[str, Any]]
) -> None:
    """If the fast parser rejects a page, `json` reads it."""
    page = page_data(search_row(), details_row(), api_row())
    for _ in range(data.draw(st.integers(0, 3))):
        node, key = data.draw(st.sampled_from(places(page)))
        node[key] = data.draw(JUNK | st.text(max_size=5))
    text = json.dumps(page, ensure_ascii=data.draw(st.booleans()))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(['"', ",", "]", "\\", "0"])) + text[at:]
    served = response(text.encode("utf-8", "surrogatepass"))
    value = SEARCH(served)
    with patch.object(validation, "from_json", side_effect=ValueError):
        assert repr(SEARCH(served)) == repr(value)


@given(data=st.data(), page_kind=st.sampled_from(["search", "all", "track"]))
def test_broken_page_is_never_an_empty_result(data: st.DataObject, page_kind: str) -> None:
    """A page with a replaced value has candidates or is a failure; only an empty list is empty."""
    row = details_row()
    page = {"search": search_data, "all": search_all_data, "track": track_data}[page_kind](row)
    node, key = data.draw(st.sampled_from(places(page)))
    junk = data.draw(JUNK)
    node[key] = junk
    value = (TRACK if page_kind == "track" else SEARCH)(response(json.dumps(page).encode()))
    is_emptied = junk == [] and key == "data"
    assert isinstance(value, Failure) or value.candidates or is_emptied


SCRIPTS: list[Callable[[str], str]] = [
    lambda text: f"<script id=__NEXT_DATA__>{text}</script>",
    lambda text: f"<script type=application/json>{text}</script>",
    lambda text: f"<script>self.__next_f.push({json.dumps([1, '0:' + text])})</script>",
]


@given(data=st.data(), script=st.sampled_from(SCRIPTS))
def test_broken_page_in_another_script_is_never_an_empty_result(
    data: st.DataObject, script: Callable[[str], str]
) -> None:
    """As for the usual script; a list of other tracks does not count as empty either."""
    page = search_data(details_row())
    node, key = data.draw(st.sampled_from(places(page)))
    junk = data.draw(JUNK)
    node[key] = junk
    text = re.sub("[<>&]", "", json.dumps(page))
    value = SEARCH(response(error_html("x", script(text))))
    is_emptied = junk == [] and key == "data"
    assert isinstance(value, Failure) or value.candidates or is_emptied


PIECES = st.sampled_from(
    [
        *("<a href='/track/x/7002'>", "<a href='/track/y/8'>", "</a>", "<a href='/artist/a/1'>"),
        *("<a href='/label/l/1'>", "<a href='/release/r/1'>", "<img src='x'>", "<span>", "</span>"),
        *("<h1>", "</h1>", "<li>", "</li>", "<p>", "<!-- -->", "<main>", "<table><tr><td>"),
        *("Slow", "120 BPM - A Minor", "2024-05-03", "\x00", "&#0;", "\ud83d", "&amp;", "\u202e"),
        *("<link rel=canonical href='/track/x/7002'>", "<script type='application/ld+json'>"),
        *('{"@type":"MusicRecording","url":"/track/x/7002","name":"x"}', "</script>", "<script>"),
        *("self.__next_f.push([1,", '"0:T3,', "0:[", '"])', "<meta property='og:title' content='"),
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_any_html_gives_a_value_with_the_requested_track(pieces: list[str]) -> None:
    """A track page with any elements never gives another track."""
    body = f"<html>{''.join(pieces)}</html>".encode("utf-8", "replace")
    value = SEARCH(response(body))
    assert isinstance(value, Failure) or value.candidates
    track = TRACK(response(body))
    assert isinstance(track, Failure) or [one.id for one in track.candidates] == [7002]
