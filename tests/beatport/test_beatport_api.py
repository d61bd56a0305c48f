"""The API as a source: each question with the reader of its answer."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from beatport_pages import HOME, api_row
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.beatport.api import API, ApiSource
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import ParsedResult, Question, Response
from beatport_match.matching.sources import Source

SOURCE = ApiSource(api_url=f"{API}/", base_url=HOME, max_results=150, user_agent="test/1")
SEARCH = SOURCE.search("copper", "artist_title")
BY_CODE = SOURCE.isrc("ZZA123200001", "isrc")
DETAIL = SOURCE.track(7003)
SAMPLES = Path(__file__).parents[3] / "shared" / "beatport-wire" / "samples"


def served(body: object, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, url=API, body=content)


def listing(rows: str, *served_rows: object) -> Response:
    about = {"next": None, "previous": None, "count": 1, "page": "1/1", "per_page": 100}
    return served({rows: list(served_rows), **about})


def failed(question: Question, response: Response) -> Failure:
    value = question.parse(response)
    assert isinstance(value, Failure)
    return value


def test_the_api_is_a_source() -> None:
    """Where candidates come from is a `Source`, and the API is one."""
    source: Source = SOURCE
    assert source.isrc("ZZA123200001", "isrc").query_type == "isrc"


def test_every_question_is_signed_and_ends_in_a_slash() -> None:
    """`signed`: "the user's token has to go with it"; an address without its slash redirects."""
    for question in (SEARCH, BY_CODE, DETAIL):
        assert question.request.needs_token
        assert question.request.url.endswith("/")
        assert dict(question.request.headers) == {
            "User-Agent": "test/1",
            "Accept": "application/json",
        }


def test_what_is_asked_for() -> None:
    """The API's search, its list by ISRC, and one track; at most 100 rows a page."""
    assert SEARCH.request.url == f"{API}/catalog/search/"
    assert SEARCH.request.params == (("q", "copper"), ("type", "tracks"), ("per_page", "100"))
    assert BY_CODE.request.url == f"{API}/catalog/tracks/"
    assert BY_CODE.request.params == (("isrc", "ZZA123200001"), ("per_page", "100"))
    assert DETAIL.request.url == f"{API}/catalog/tracks/7003/"
    assert (DETAIL.request.params, DETAIL.kind, DETAIL.text) == ((), "page", "7003")


def test_misuse_is_told_before_anything_is_sent() -> None:
    """A blank search, an empty code and a name instead of a number are MisuseErrors."""
    for ask in (
        lambda: SOURCE.search(" () ", "x"),
        lambda: SOURCE.isrc("", "isrc"),
        lambda: SOURCE.track("Copper"),
    ):
        with pytest.raises(MisuseError):
            ask()


@pytest.mark.parametrize(("question", "rows"), [(SEARCH, "tracks"), (BY_CODE, "results")])
def test_a_listing_is_read_in_its_order(question: Question, rows: str) -> None:
    """Rows stand under `tracks` in a search and under `results` in a list; a bad one is counted."""
    value = question.parse(listing(rows, api_row(), {"id": "n/a"}, api_row(id=7004)))
    assert isinstance(value, ParsedResult)
    assert [one.id for one in value.candidates] == [7003, 7004]
    assert value.unreadable == 1
    assert value.candidates[0].url == f"{HOME}/track/glass-orchard/7003"
    nothing = question.parse(listing(rows))
    assert nothing == ParsedResult(candidates=())


def test_next_is_never_followed() -> None:
    """`next` "comes without a scheme, and stands there where nothing follows": it is not read."""
    body = {"tracks": [api_row()], "next": "api.example/v4/x/?page=2", "page": "1", "count": 1}
    value = SEARCH.parse(served(body))
    assert isinstance(value, ParsedResult)
    assert len(value.candidates) == 1


def test_one_track_is_read() -> None:
    """A track's own object is read; another's is no answer."""
    value = DETAIL.parse(served(api_row()))
    assert isinstance(value, ParsedResult)
    assert value.candidates[0].name == "Glass Orchard"
    other = failed(DETAIL, served(api_row(id=9)))
    assert (other.kind, "track 9 where 7003" in other.detail) == ("catalogue_changed", True)


def test_what_is_gone_may_be_restricted() -> None:
    """404 is "restricted or gone": no proof that Beatport never had it."""
    gone = served({"detail": "No Track matches the given query."}, 404)
    assert failed(DETAIL, gone).kind == "restricted"
    assert failed(SEARCH, gone).kind == "catalogue_changed"


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, {"detail": "Authentication credentials were not provided."}, "auth", "credentials"),
        (401, {"message": "Invalid or expired token"}, "auth", "Invalid or expired token"),
        (403, {"detail": "You do not have permission."}, "auth", "permission"),
        (403, b"<html>no</html>", "blocked", "refused"),
        (400, {"error": "unauthorized_client"}, "status", "unauthorized_client"),
        (429, {"detail": "Slowly."}, "rate_limited", "slower"),
        (451, {}, "restricted", "legal"),
        (503, b"", "status", "503"),
    ],
)
def test_refusals_say_what_the_api_said(status: int, body: object, kind: str, said: str) -> None:
    """Errors stand under `detail`, `error` or `message`; 401 is an expired or unknown token."""
    failure = failed(SEARCH, served(body, status))
    assert failure.kind == kind
    assert said in failure.detail
    assert failure.url == API


def test_a_wall_is_not_taken_for_an_answer() -> None:
    """A browser check stands before the API as before the pages, also with status 200."""
    wall = b"<html><head><title>Just a moment...</title></head></html>"
    assert failed(SEARCH, served(wall)).kind == "blocked"
    assert failed(SEARCH, served(wall, 403)).kind == "blocked"


@pytest.mark.parametrize(
    ("body", "kind"),
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
def test_a_listing_that_has_changed_is_reported(body: bytes, kind: str) -> None:
    """What is not the listing it was is a failure with its place, never "nothing found"."""
    assert failed(SEARCH, served(body)).kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"[]", "catalogue_changed"), (b'{"title": "x"}', "catalogue_changed"), (b"", "network")],
)
def test_a_track_that_has_changed_is_reported(body: bytes, kind: str) -> None:
    """The same of a track's own object: what is none is a failure, never "gone"."""
    assert failed(DETAIL, served(body)).kind == kind


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("tracks"), inner),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()), st.integers(100, 599))
def test_any_answer_is_read_to_a_value(body: bytes, status: int) -> None:
    """Input from outside is hostile until read: no answer raises."""
    for question in (SEARCH, BY_CODE, DETAIL):
        value = question.parse(Response(status=status, url=API, body=body))
        assert isinstance(value, ParsedResult | Failure)


def test_questions_travel() -> None:
    """Pure and picklable: a question can be asked in another process."""
    again = pickle.loads(pickle.dumps(SEARCH))
    assert again.parse(listing("tracks", api_row())) == SEARCH.parse(listing("tracks", api_row()))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captured answers beside the repository")
def test_captured_answers_are_read_whole() -> None:
    """Every row of a captured list is read, and an empty one means that nothing was found."""
    body = (SAMPLES / "apiv4_tracks_list_2026-09-23_cuepoint.json").read_bytes()
    value = BY_CODE.parse(served(body))
    assert isinstance(value, ParsedResult)
    rows = json.loads(body)["results"]
    assert [one.id for one in value.candidates] == [row["id"] for row in rows]
    assert value.unreadable == 0
    empty = (SAMPLES / "apiv4_tracks_empty_2025.json").read_bytes()
    assert BY_CODE.parse(served(empty)) == ParsedResult(candidates=())
    detail = (SAMPLES / "apiv4_track_detail_2026-09-23_cuepoint.json").read_bytes()
    number = json.loads(detail)["id"]
    one = SOURCE.track(number).parse(served(detail))
    assert isinstance(one, ParsedResult)
    assert one.candidates[0].isrc == json.loads(detail)["isrc"]
