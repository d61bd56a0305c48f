"""Test the API source: its requests, and the parsers of its responses."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from beatport_pages import HOME, api_row
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.beatport.api import ApiSource
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Response
from beatport_match.matching.sources import Source

API = "https://api.beatport.com/v4"
SOURCE = ApiSource(api_url=f"{API}/", base_url=HOME, max_results=150, user_agent="test/1")
SEARCH = SOURCE.search("copper", "artist_title")
BY_CODE = SOURCE.isrc("ZZA123200001", "isrc")
DETAIL = SOURCE.track(7003)
SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"


def served(body: object, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, url=API, body=content)


def listing(rows: str, *served_rows: object) -> Response:
    paging = {
        "next": None,
        "previous": None,
        "count": len(served_rows),
        "page": "1/1",
        "per_page": 100,
    }
    return served({rows: list(served_rows), **paging})


def failed(question: Question, response: Response) -> Failure:
    value = question.parse(response)
    assert isinstance(value, Failure)
    return value


def test_api_source_implements_source() -> None:
    source: Source = SOURCE
    assert source.isrc("ZZA123200001", "isrc").query_type == "isrc"


def test_every_request_needs_a_token_and_its_url_ends_with_a_slash() -> None:
    """The API redirects a URL without a slash at its end."""
    for question in (SEARCH, BY_CODE, DETAIL):
        assert question.request.needs_token
        assert question.request.url.endswith("/")
        assert dict(question.request.headers) == {
            "User-Agent": "test/1",
            "Accept": "application/json",
        }


def test_requests_for_search_isrc_and_track() -> None:
    """A page has at most 100 rows, even if `max_results` is larger."""
    assert SEARCH.request.url == f"{API}/catalog/search/"
    assert SEARCH.request.params == (("q", "copper"), ("type", "tracks"), ("per_page", "100"))
    assert BY_CODE.request.url == f"{API}/catalog/tracks/"
    assert BY_CODE.request.params == (("isrc", "ZZA123200001"), ("per_page", "100"))
    assert DETAIL.request.url == f"{API}/catalog/tracks/7003/"
    assert (DETAIL.request.params, DETAIL.kind, DETAIL.text) == ((), "page", "7003")


def test_blank_search_empty_isrc_and_name_as_track_id_raise_misuse_error() -> None:
    for build in (
        lambda: SOURCE.search(" () ", "x"),
        lambda: SOURCE.isrc("", "isrc"),
        lambda: SOURCE.track("Copper"),
    ):
        with pytest.raises(MisuseError):
            build()


@pytest.mark.parametrize(("question", "rows"), [(SEARCH, "tracks"), (BY_CODE, "results")])
def test_list_is_parsed_in_its_order(question: Question, rows: str) -> None:
    """A search has its rows under `tracks`, a list under `results`; a malformed row is counted."""
    value = question.parse(listing(rows, api_row(), {"id": "n/a"}, api_row(id=7004)))
    assert isinstance(value, ParsedResult)
    assert [candidate.id for candidate in value.candidates] == [7003, 7004]
    assert value.unreadable == 1
    assert value.candidates[0].url == f"{HOME}/track/glass-orchard/7003"
    nothing = question.parse(listing(rows))
    assert nothing == ParsedResult(candidates=())


def test_next_url_of_a_list_is_ignored() -> None:
    """`next` has no scheme, and it is present even if there is no further page."""
    body = {"tracks": [api_row()], "next": "api.example/v4/x/?page=2", "page": "1", "count": 1}
    value = SEARCH.parse(served(body))
    assert isinstance(value, ParsedResult)
    assert len(value.candidates) == 1


def test_track_is_parsed_and_another_track_is_a_failure() -> None:
    value = DETAIL.parse(served(api_row()))
    assert isinstance(value, ParsedResult)
    assert value.candidates[0].name == "Glass Orchard"
    other = failed(DETAIL, served(api_row(id=9)))
    assert other.kind == "catalogue_changed"
    assert "track 9 instead of the requested track 7003" in other.detail


def test_404_for_a_track_is_restricted_and_for_a_list_catalogue_changed() -> None:
    """A 404 does not prove that Beatport never had the track: it may be hidden in this country."""
    gone = served({"detail": "No Track matches the given query."}, 404)
    assert failed(DETAIL, gone).kind == "restricted"
    assert failed(SEARCH, gone).kind == "catalogue_changed"


@each_row(
    "status, body, kind, words",
    [
        (401, {"detail": "Authentication credentials were not provided."}, "auth", "credentials"),
        (401, {"message": "Invalid or expired token"}, "auth", "Invalid or expired token"),
        (403, {"detail": "You do not have permission."}, "auth", "permission"),
        (403, b"<html>no</html>", "blocked", "rejected"),
        (400, {"error": "unauthorized_client"}, "status", "unauthorized_client"),
        (429, {"detail": "Slowly."}, "rate_limited", "limits the number"),
        (451, {}, "restricted", "legal"),
        (503, b"", "status", "503"),
    ],
)
def test_error_status_becomes_a_failure_that_quotes_the_api(
    status: int, body: object, kind: str, words: str
) -> None:
    """The API's error message has the key `detail`, `error` or `message`."""
    failure = failed(SEARCH, served(body, status))
    assert failure.kind == kind
    assert words in failure.detail
    assert failure.url == API


def test_challenge_page_instead_of_api_answer_is_blocked() -> None:
    """A challenge page can come with status 200."""
    challenge = b"<html><head><title>Just a moment...</title></head></html>"
    assert failed(SEARCH, served(challenge)).kind == "blocked"
    assert failed(SEARCH, served(challenge, 403)).kind == "blocked"


@each_row(
    "body, kind",
    [
        (b'{"tracks": [{"id"', "network"),
        (b"[]", "catalogue_changed"),
        (b"<html></html>", "catalogue_changed"),
        (b"", "network"),
        (b'{"tracksNext": []}', "catalogue_changed"),
        (b'{"tracks": "see elsewhere"}', "catalogue_changed"),
        (b'{"tracks": [{"id": 1}]}', "catalogue_changed"),
    ],
)
def test_unknown_format_of_a_list_is_a_failure(body: bytes, kind: str) -> None:
    """Such an answer never means that nothing was found."""
    assert failed(SEARCH, served(body)).kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"[]", "catalogue_changed"), (b'{"title": "x"}', "catalogue_changed"), (b"", "network")],
)
def test_unknown_format_of_a_track_is_a_failure(body: bytes, kind: str) -> None:
    """Such an answer never means that the track does not exist."""
    assert failed(DETAIL, served(body)).kind == kind


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("tracks"), inner),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()), st.integers(100, 599))
def test_no_answer_raises(body: bytes, status: int) -> None:
    for question in (SEARCH, BY_CODE, DETAIL):
        value = question.parse(Response(status=status, url=API, body=body))
        assert isinstance(value, ParsedResult | Failure)


def test_question_can_be_pickled_with_its_parser() -> None:
    """So a question can be sent to another process."""
    copy = pickle.loads(pickle.dumps(SEARCH))
    assert copy.parse(listing("tracks", api_row())) == SEARCH.parse(listing("tracks", api_row()))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captured answers beside the repository")
def test_captured_answers_are_parsed_completely() -> None:
    """Every row of a captured list is parsed, and an empty list means that nothing was found."""
    body = (SAMPLES / "apiv4_tracks_list_2026-09-23_cuepoint.json").read_bytes()
    value = BY_CODE.parse(served(body))
    assert isinstance(value, ParsedResult)
    rows = json.loads(body)["results"]
    assert [candidate.id for candidate in value.candidates] == [row["id"] for row in rows]
    assert value.unreadable == 0
    empty = (SAMPLES / "apiv4_tracks_empty_2025.json").read_bytes()
    assert BY_CODE.parse(served(empty)) == ParsedResult(candidates=())
    detail = (SAMPLES / "apiv4_track_detail_2026-09-23_cuepoint.json").read_bytes()
    number = json.loads(detail)["id"]
    track = SOURCE.track(number).parse(served(detail))
    assert isinstance(track, ParsedResult)
    assert track.candidates[0].isrc == json.loads(detail)["isrc"]
