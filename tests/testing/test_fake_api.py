"""The URLs of the fake API and their answers, through the transport and through a real socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from client_kinds import client, every_client_kind
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.testing import (
    CatalogueTrack,
    FakeBeatport,
    FakeTokens,
    Reply,
    bundled_catalogue,
)

pytestmark = pytest.mark.filterwarnings("error")

CATALOGUE = bundled_catalogue()
KNOWN = FakeTokens(access="good")
BEARER = {"Authorization": "Bearer good"}
SEARCH, TRACKS, TOKEN = "/v4/catalog/search/", "/v4/catalog/tracks/", "/v4/auth/o/token/"
PARAMETERS = "q type page per_page id isrc name artist_name mix_name label_name".split()
LATIN = st.text(st.characters(max_codepoint=255))  # the characters of HTTP headers and URLs


def reply(target: str, fake: FakeBeatport | None = None) -> Reply:
    return (fake or FakeBeatport(api=KNOWN)).respond("GET", target, headers=BEARER)


def json_of(target: str, fake: FakeBeatport | None = None) -> Any:
    return json.loads(reply(target, fake).body)


def ids(answer: Mapping[str, Any], key: str = "results") -> list[int]:
    return [row["id"] for row in answer[key]]


def fake_with_tracks(count: int) -> FakeBeatport:
    tracks = [CatalogueTrack(id=n, name="Same Name") for n in range(1, count + 1)]
    return FakeBeatport(tracks, api=KNOWN, noise=0.0, miss_rate=0.0)


SMALL = fake_with_tracks(25)


@every_client_kind
def test_server_and_transport_answer_every_url_with_the_same_bytes(client_kind: str) -> None:
    """Both also pass on the headers of the request."""
    fake = FakeBeatport(api=KNOWN)
    keys = {
        f"{SEARCH}?q=olvarin+undertow&type=tracks": "tracks",
        f"{SEARCH}?q=olvarin+undertow": "playlists",
        f"{TRACKS}?name=undertow": "results",
        f"{TRACKS}{CATALOGUE[0].id}/": "isrc",
    }
    with client(fake, client_kind) as send:
        for path, key in keys.items():
            answer = send(path, headers=BEARER)
            host = answer.request.headers["host"]
            expected = fake.respond("GET", path, headers={**BEARER, "Host": host})
            assert (answer.status_code, answer.content) == (200, expected.body), path
            assert key in answer.json(), path
            assert answer.headers["content-type"] == "application/json", path
            assert answer.headers["vary"] == "origin, Authorization", path
    assert fake.requests == tuple((path, 200) for path in keys)


def test_api_search_ranks_as_the_search_pages(rows: Any) -> None:
    """The noise and the missing rows are the same."""
    fake = FakeBeatport(api=KNOWN, seed=3)
    for track in CATALOGUE[::40]:
        query = quote_plus(f"{' '.join(track.artists)} {track.name}")
        page = fake.respond("GET", f"/search/tracks?q={query}&per_page=100")
        answer = json_of(f"{SEARCH}?q={query}&type=tracks&per_page=100", fake)
        assert ids(answer, "tracks") == [row["track_id"] for row in rows(page.body)], query


def test_search_without_type_lists_every_group() -> None:
    """The answer has `order`, five groups with their rows, and playlists."""
    answer = json_of(f"{SEARCH}?q=gilt+harbour+mix&per_page=3")
    assert list(answer) == ["order", *answer["order"]]
    assert answer["order"] == ["tracks", "artists", "releases", "charts", "labels", "playlists"]
    assert len(answer["tracks"]) == 3
    for group in ("artists", "releases", "charts", "labels"):
        assert answer[group][0]["id"], group
        listed = json_of(f"{SEARCH}?q=gilt+harbour+mix&type={group}")
        assert listed[group][0] == answer[group][0], group
    assert "Gilt Harbour" in [artist["name"] for artist in answer["artists"]]
    assert answer["playlists"] == []


def test_an_unknown_type_is_a_400() -> None:
    """The fake guesses this answer; there is no recording of it."""
    assert reply(f"{SEARCH}?q=a&type=songs").status == 400
    assert json_of(f"{SEARCH}?q=a&type=songs") == {"detail": "Invalid type."}


def test_nothing_found_is_an_empty_page() -> None:
    """The status is 200, with `count` 0, `page` "1/1" and `per_page` 10."""
    empty = {"next": None, "previous": None, "count": 0, "page": "1/1", "per_page": 10}
    assert json_of(f"{TRACKS}?isrc=XX0000000000") == {"results": [], **empty}
    assert json_of(f"{SEARCH}?q=zzzz&type=tracks") == {"tracks": [], **empty}


def test_isrc_and_id_are_exact_and_a_comma_means_or() -> None:
    one, two = CATALOGUE[3], CATALOGUE[200]
    same = sorted((t.id for t in CATALOGUE if t.isrc == one.isrc), reverse=True)
    assert ids(json_of(f"{TRACKS}?isrc={one.isrc}")) == same
    assert json_of(f"{TRACKS}?isrc={one.isrc[:-1]}")["count"] == 0
    assert json_of(f"{TRACKS}?isrc={one.isrc.lower()}")["count"] == 0
    assert ids(json_of(f"{TRACKS}?id={one.id},{two.id},7")) == [two.id, one.id]
    assert json_of(f"{TRACKS}?id={str(one.id)[:-1]}")["count"] == 0


def test_name_parameters_match_parts_of_names_in_any_case() -> None:
    """A track must match all parameters."""
    tracks = [
        CatalogueTrack(id=1, name="Night Ferry", mix_name="Dub Mix", artists=("Ann Oak", "Bo Elm")),
        CatalogueTrack(id=2, name="Ferryman", artists=("Bo Elm",), label="Ebb and Flow"),
        CatalogueTrack(id=3, name="Straße", mix_name="Original Mix", artists=("Cy Ash",)),
    ]
    fake = FakeBeatport(tracks, api=KNOWN)

    def found(query: str) -> list[int]:
        return ids(json_of(f"{TRACKS}?{query}", fake))

    assert found("name=FERRY") == [2, 1]
    assert found("name=ferry&mix_name=dub") == [1]
    assert found("artist_name=bo+elm") == [2, 1]
    assert found("artist_name=ann+oak+bo") == [], "within one name, not across names"
    assert found("name=STRASSE") == [3]
    assert found("name=night,strasse") == [3, 1]
    assert found("label_name=EBB") == [2]
    assert found("name=,") == []
    assert found("") == found("q=night") == found("name=") == [3, 2, 1], "the newest first"


def test_lists_are_paged() -> None:
    """`page` is a text; `next` and `previous` have no scheme."""
    fake, path = fake_with_tracks(25), f"{TRACKS}?name=same"
    pages = [json_of(f"{path}&page={n}", fake) for n in (1, 2, 3)]
    assert [page["page"] for page in pages] == ["1/3", "2/3", "3/3"]
    assert [(page["count"], page["per_page"]) for page in pages] == [(25, 10)] * 3
    assert [number for page in pages for number in ids(page)] == list(range(25, 0, -1))
    here = f"api.beatport.com{path}"
    assert [page["next"] for page in pages] == [f"{here}&page=2", f"{here}&page=3", None]
    assert [page["previous"] for page in pages] == [None, f"{here}&page=1", f"{here}&page=2"]
    assert json_of(path, fake) == pages[0]


def test_per_page_is_limited_to_1_to_100() -> None:
    """The default is 10, for searches and for lists."""
    fake = fake_with_tracks(150)
    sizes = {"1": 1, "100": 100, "999": 100, "x": 10, "0": 1, "9" * 5000: 100}
    for path, key in ((f"{TRACKS}?", "results"), (f"{SEARCH}?q=same+name&type=tracks&", "tracks")):
        for per_page, row_count in sizes.items():
            answer = json_of(f"{path}per_page={per_page}", fake)
            assert len(answer[key]) == answer["per_page"] == row_count, (path, per_page[:9])
            assert answer["count"] == 150, (path, per_page[:9])


@given(count=st.integers(0, 40), size=st.integers(1, 12))
def test_following_next_gives_every_row_once(count: int, size: int) -> None:
    """The order is that of one long page."""
    fake = fake_with_tracks(count)
    target, found = f"{TRACKS}?per_page={size}&name=same", list[int]()
    while target:
        answer = json_of(target, fake)
        found += ids(answer)
        target = (answer["next"] or "").removeprefix("api.beatport.com")
    assert found == ids(json_of(f"{TRACKS}?per_page=100", fake))
    assert len(found) == answer["count"] == count


@pytest.mark.fuzz
@given(
    path=st.sampled_from([SEARCH, TRACKS, f"{TRACKS}1/", TOKEN, "/v4/"]) | LATIN,
    query=LATIN | st.lists(st.tuples(st.sampled_from(PARAMETERS), LATIN)).map(urlencode),
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    headers=st.dictionaries(st.sampled_from(["authorization", "host", "content-type"]), LATIN),
    body=st.binary(),
)
def test_any_request_gets_a_json_answer_or_an_empty_body(
    path: str, query: str, method: str, headers: dict[str, str], body: bytes
) -> None:
    """Clients can send any bytes."""
    for variant in (headers, {**headers, **BEARER}):
        answer = SMALL.respond(
            method, f"/v4/{path.removeprefix('/v4/')}?{query}", None, headers=variant
        )
        assert answer.status in {200, 301, 400, 401, 404, 405}
        assert answer.body == b"" or isinstance(json.loads(answer.body), dict)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert SMALL.respond("POST", TOKEN, headers=form, body=body).status in {400, 401}


def test_a_page_beyond_the_last_is_a_404() -> None:
    """The text is that of Django REST framework, which the API uses."""
    for page in ("0", "4", "-1", "x", "9" * 5000):
        answer = reply(f"{TRACKS}?page={page}", SMALL)
        assert answer[::2] == (404, b'{"detail":"Invalid page."}'), page[:9]


@every_client_kind
def test_next_begins_with_the_host_of_the_request(client_kind: str) -> None:
    """It has no scheme."""
    with client(fake_with_tracks(11), client_kind) as send:
        answer = send(TRACKS, headers=BEARER)
    assert answer.json()["next"] == f"{answer.request.headers['host']}{TRACKS}?page=2"


def test_a_long_host_is_cut_in_next() -> None:
    """A client can send any text as its host."""
    headers = {**BEARER, "Host": '"h' * 5_000}
    answer = json.loads(fake_with_tracks(11).respond("GET", TRACKS, headers=headers).body)
    host = answer["next"].removesuffix(f"{TRACKS}?page=2")
    assert host == ('"h' * 5_000)[:255]


def test_a_track_url_gives_its_record_or_a_404() -> None:
    assert json_of(f"{TRACKS}{CATALOGUE[7].id}/")["id"] == CATALOGUE[7].id
    for number in ("7", "9" * 5000):
        assert reply(f"{TRACKS}{number}/").status == 404
        assert json_of(f"{TRACKS}{number}/") == {"detail": "No Track matches the given query."}


@every_client_kind
def test_a_missing_slash_is_a_redirect(client_kind: str) -> None:
    """The redirect comes before the check of the token, also for POST."""
    with client(FakeBeatport(), client_kind) as send:
        for method, path, to in (
            ("GET", "/v4/catalog/tracks?isrc=a&page=1", "/v4/catalog/tracks/?isrc=a&page=1"),
            ("GET", "/v4/catalog/search", "/v4/catalog/search/"),
            ("GET", "/v4/catalog/tracks/12", "/v4/catalog/tracks/12/"),
            ("POST", "/v4/auth/o/token", "/v4/auth/o/token/"),
            ("POST", "/v4/catalog/search", "/v4/catalog/search/"),
        ):
            answer = send(path, method, content=b"x" if method == "POST" else None)
            found = (answer.status_code, answer.headers["location"], answer.content)
            assert found == (301, to, b""), (method, path)


def test_unknown_urls_are_a_404_without_a_token() -> None:
    fake = FakeBeatport()
    for path in (
        *("/v4/", "/v4//", "/v4/catalog/", "/v4/catalog", "/v4/catalog/tracks//"),
        *("/v4/catalog/tracks/x/", "/v4/catalog/tracks/²/", "/v4/catalog/tracks/1/2/"),
        *("/v4/catalog/labels/1/tracks/", "/v4/auth/o/token/x/", "/v4/my/account/"),
    ):
        for method in ("GET", "POST"):
            answer = fake.respond(method, path)
            assert answer[::2] == (404, b'{"detail":"Not found."}'), (method, path)


def test_other_methods_are_a_405() -> None:
    """POST refreshes a token; every other URL takes GET."""
    fake = FakeBeatport(api=KNOWN)
    for method, path, allowed in (("POST", TRACKS, "GET"), ("GET", TOKEN, "POST")):
        answer = fake.respond(method, path, headers=BEARER)
        assert answer.status == 405
        assert ("allow", allowed) in answer.headers
        assert json.loads(answer.body) == {"detail": f'Method "{method}" not allowed.'}
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS"):
        assert fake.respond(method, TRACKS, headers=BEARER)[::2] == (405, b"")


def test_web_pages_ignore_tokens() -> None:
    fake = FakeBeatport(api=KNOWN)
    for path in ("/search/tracks?q=olvarin", f"/track/-/{CATALOGUE[0].id}", "/v4", "/de/v4/"):
        assert fake.respond("GET", path) == FakeBeatport().respond("GET", path, headers=BEARER)
