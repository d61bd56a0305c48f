"""Web pages have the recorded formats, including details that are easy to miss."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from beatport_match.testing import CatalogueTrack, FakeBeatport, PageForm, bundled_catalogue

CATALOGUE = bundled_catalogue()
FAKE = FakeBeatport()
LOCALES = "de fr es it ja pt nl".split()


def test_search_of_one_type_has_its_rows_in_data(rows, next_data) -> None:
    """The list is `queries[0].state.data.data`, sorted by falling score."""
    body = FAKE.respond("GET", "/search/tracks?q=olvarin&per_page=3").body
    data = next_data(body)
    query = data["props"]["pageProps"]["dehydratedState"]["queries"][0]
    assert data["page"] == "/search/[type]"
    assert data["query"] == {"q": "olvarin", "type": "tracks"}
    assert query["queryKey"][0] == "search-tracks"
    assert set(query["state"]["data"]) == {"data"}
    scores = [row["score"] for row in rows(body)]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    labels = rows(FAKE.respond("GET", "/search/labels?q=olvarin+garden").body)
    assert "Ferrous Garden" in [row["label_name"].strip() for row in labels]


def test_search_all_is_one_level_deeper_with_five_groups(queries, next_data) -> None:
    """Each group has at most 15 rows."""
    body = FAKE.respond("GET", "/search?q=gilt%20harbour%20mix").body
    data = queries(body)[0]["state"]["data"]
    assert list(data) == ["tracks", "artists", "charts", "labels", "releases"]
    assert all(set(group) == {"data"} for group in data.values())
    assert len(data["tracks"]["data"]) == 15
    for group in data:
        row = data[group]["data"][0]
        assert {f"{group[:-1]}_id", f"{group[:-1]}_name", "score"} <= set(row), group
        assert 1 <= len(data[group]["data"]) <= 15, group
    assert "Gilt Harbour" in [row["artist_name"] for row in data["artists"]["data"]]
    assert next_data(body)["page"] == "/search"
    assert list(next_data(body)["props"]["pageProps"]) == (
        "anonSession query location dehydratedState _nextI18Next isPageExplicit".split()
    )


def test_per_page_is_limited_to_150_rows(rows) -> None:
    fake = FakeBeatport([CatalogueTrack(id=n, name="Same Name") for n in range(1, 300)])
    for per_page, count in (("1", 1), ("100", 100), ("999", 150), ("x", 150), ("0", 1)):
        reply = fake.respond("GET", f"/search/tracks?q=same+name&per_page={per_page}")
        assert len(rows(reply.body)) == count, per_page


def test_a_track_page_also_has_recommended_tracks_in_the_same_format(queries, next_data) -> None:
    """Other versions of the track come first."""
    track = next(t for t in CATALOGUE if t.name == "Thirteen Pigeons" and t.remixers)
    body = FAKE.respond("GET", f"/track/any-slug/{track.id}").body
    details, charts, recommended = queries(body)
    assert details["queryKey"] == [f"track-details-{track.id}"]
    assert details["state"]["data"]["track_id"] == track.id
    assert charts["queryKey"] == [f"track-{track.id}-charts"]
    assert charts["state"]["data"]["page"] == "1/1"
    assert charts["state"]["data"]["results"][0]["artist"]["name"] == track.artists[0]
    others = recommended["state"]["data"]
    assert isinstance(others, list)
    assert track.id not in [other["track_id"] for other in others]
    assert {other["track_name"] for other in others} == {track.name}, "versions come first"
    assert next_data(body)["query"] == {"description": "thirteen-pigeons", "id": str(track.id)}


def test_an_old_track_page_has_its_record_twice(queries, next_data) -> None:
    track = CATALOGUE[3]
    body = FakeBeatport(track_shape="V4").respond("GET", f"/track/-/{track.id}").body
    (query,) = queries(body)
    assert query["queryKey"] == [f"track-{track.id}"]
    assert query["state"]["data"] == next_data(body)["props"]["pageProps"]["track"]
    assert query["state"]["data"]["id"] == track.id


def test_html_is_escaped_and_cased_as_react_does() -> None:
    """The script has no literal `<`, `>` or `&`."""
    track = CatalogueTrack(id=5, name="</script><b>R&B", artists=("Ünïcode & Söhne",))
    fake = FakeBeatport([track])
    for path in ("/track/-/5", "/search/tracks?q=r%26b+%3C%2Fscript%3E%3Cb%3E", "/search?q=r%26b"):
        html = fake.respond("GET", path).body.decode()
        script = re.search(
            r'<script id="__NEXT_DATA__" type="application/json">(.*?)</script>', html
        )
        assert script, path
        assert not set("<>&") & set(script[1]), path
        assert "\\u003c/script\\u003e" in script[1], path
        assert "Ünïcode" in script[1], path
        assert "<b>" not in html, path
        assert "charSet=" in html, path
        assert html.count('rel="alternate" hrefLang=') == 7, path
        assert "/cdn-cgi/challenge-platform/scripts/jsd/main.js" in html[-600:], path
        assert "__CF$cv$params" in html, path
    html = fake.respond("GET", "/track/-/5").body.decode()
    (title,) = re.findall(r'property="og:title" content="([^"]*)"', html)
    assert title == (
        "Ünïcode &amp; Söhne - &lt;/script&gt;&lt;b&gt;R&amp;B (Original Mix) "
        "[Tallow Lane Records] | Music &amp; Downloads on Beatport"
    )


def test_locale_prefixes_serve_the_same_records(next_data, rows) -> None:
    plain = FAKE.respond("GET", "/search/tracks?q=hexley").body
    assert next_data(plain)["locale"] == "en"
    for locale in LOCALES:
        local = FAKE.respond("GET", f"/{locale}/search/tracks?q=hexley").body
        assert next_data(local)["locale"] == locale
        assert rows(local) == rows(plain), locale


def test_unknown_urls_are_a_404_page_with_data_and_no_query(next_data) -> None:
    for path in (
        *("/", "//", "", "/xx/search", "/search/", "/search/songs", "/en/search?q=a"),
        *("/track/1", "/track/x/1", "/track/x/y", "/track/x/²", "/track/x/" + "9" * 5000),
    ):
        reply = FAKE.respond("GET", path)
        data = next_data(reply.body)
        assert (reply.status, data["page"]) == (404, "/404"), path[:20]
        assert "dehydratedState" not in data["props"]["pageProps"], path[:20]


def test_other_methods_robots_txt_and_the_firewall() -> None:
    """The firewall blocks a query with more than one pair of parentheses."""
    assert FAKE.respond("POST", "/search").status == 405
    assert b"User-agent: *" in FAKE.respond("GET", "/robots.txt").body
    for query in ("a+%28b%29", "%28b+%28c%29", "%28b%29+c%29"):
        assert FAKE.respond("GET", f"/search/tracks?q={query}").status == 200, query
    reply = FAKE.respond("GET", "/search/tracks?q=a+%28b%29+%28c%29")
    assert reply.status == 403
    assert b"Sorry, you have been blocked" in reply.body


@pytest.mark.parametrize("path", ["/search/tracks?q=olvarin", f"/track/-/{CATALOGUE[3].id}"])
def test_forms_of_a_page_have_the_data_elsewhere(path: str) -> None:
    """Each form differs from the others, and all but two have the whole data."""
    number = re.search(r'"track_id":(\d+)', FAKE.respond("GET", path).body.decode())
    assert number is not None
    bodies = {
        form: FakeBeatport(page_form=form).respond("GET", path).body.decode()
        for form in get_args(PageForm)
    }
    assert len(set(bodies.values())) == len(bodies)
    assert bodies["data_script"] == FAKE.respond("GET", path).body.decode()
    for form, body in bodies.items():
        assert ('<script id="__NEXT_DATA__"' in body) == (form == "data_script")
        has_data = f'"track_id":{number[1]}' in body.replace("\\", "")
        assert has_data == (form not in {"json_ld", "html"})
    assert bodies["split"].count('id="__NEXT_DATA__') == 3
    assert bodies["flight"].count("self.__next_f.push([1,") == 3


def test_html_rows_link_to_track_artists_label_and_release() -> None:
    track = CatalogueTrack(id=5, name="A & B", mix_name="Dub", artists=("Ö<x>",), label="L&M")
    body = FakeBeatport([track], page_form="html").respond("GET", "/search/tracks?q=a").body
    html = body.decode()
    assert 'href="/track/a-b/5"><span>A &amp; B<!-- --> <span>Dub</span> </span></a>' in html
    assert re.search(r'<a href="/artist/ox/\d+">Ö&lt;x&gt;</a>', html)
    assert re.search(r'<a title="L&amp;M" href="/label/lm/\d+">L&amp;M', html)
    assert html.count('data-testid="tracks-table-row"') == 1
