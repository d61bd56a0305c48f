"""Whatever is served, whatever is lost of it: a reader returns and never invents "not found"."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

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
from hypothesis import example, given
from hypothesis import strategies as st

from beatport_match.beatport import WebSource
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Response

pytestmark = pytest.mark.fuzz
WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")
SEARCH = WEB.search("copper lantern", "test").parse
TRACK = WEB.track(7002).parse

ANY_STATUS = st.one_of(st.integers(0, 999), st.sampled_from([200, 403, 404, 429]))
OPENED = b'<html><script id="__NEXT_DATA__">'


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=100).map(lambda inner: OPENED + inner),
        st.binary(max_size=100).map(lambda inner: OPENED + inner + b"</script>"),
        st.text(max_size=100).map(lambda inner: error_html(inner, inner).replace(b"\0", b"")),
    ),
    status=ANY_STATUS,
    names=st.lists(st.sampled_from(["cf-mitigated", "server", "retry-after"])),
)
@example(body=b"<a>" * 9000, status=500, names=[])
@example(body=b"\x00", status=500, names=[])
@example(body=b"<title>\x01\xed\xa0\x80", status=403, names=[])
def test_no_bytes_raise_and_none_say_not_found(body: bytes, status: int, names: list[str]) -> None:
    """Any bytes with any status are a failure; only a track page's 404 says that there is none."""
    served = Response(status=status, url="", headers=dict.fromkeys(names, "x"), body=body)
    assert isinstance(SEARCH(served), Failure)
    value = TRACK(served)
    assert isinstance(value, Failure) or (status == 404 and value == ParsedResult(candidates=()))


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    keys = (
        list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    )
    return [at for key in keys for at in ((node, key), *places(node[key]))]


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


@given(data=st.data(), full=st.sampled_from([search_data, search_all_data]))
def test_one_bad_record_never_loses_the_page(
    data: st.DataObject, full: Callable[..., dict[str, Any]]
) -> None:
    """One malformed record loses that record and is counted; the others stand."""
    bad = data.draw(st.sampled_from([search_row, details_row, api_row]))()
    for _ in range(data.draw(st.integers(1, 6))):
        node, key = data.draw(st.sampled_from(places(bad) or [({0: 0}, 0)]))
        if data.draw(st.booleans()) and isinstance(node, dict):
            del node[key]
        else:
            node[key] = data.draw(JUNK)
    value = SEARCH(response(json.dumps(full(search_row(), bad, api_row())).encode()))
    assert isinstance(value, ParsedResult)
    assert len(value.candidates) + value.unreadable == 3
    assert {value.candidates[0].id, value.candidates[-1].id} == {7001, 7003}


@given(data=st.data(), wanted=st.sampled_from(["search", "all", "track"]))
def test_a_broken_page_never_says_not_found(data: st.DataObject, wanted: str) -> None:
    """Whatever is lost of a page, it is read or it is a failure; only an empty list is empty."""
    row = details_row()
    page = {"search": search_data, "all": search_all_data, "track": track_data}[wanted](row)
    node, key = data.draw(st.sampled_from(places(page)))
    junk = data.draw(JUNK)
    node[key] = junk
    value = (TRACK if wanted == "track" else SEARCH)(response(json.dumps(page).encode()))
    emptied = junk == [] and key == "data"
    assert isinstance(value, Failure) or value.candidates or emptied
