"""Pages have the recorded formats, including details that are easy to miss."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from beatport_match.testing import CatalogueTrack, FakeBeatport, bundled_catalogue
from beatport_match.testing.api_records import v4_record
from beatport_match.testing.identifiers import camelot, key_name, slug
from beatport_match.testing.page_records import detail_record
from beatport_match.testing.search_records import search_record

CATALOGUE = bundled_catalogue()
FAKE = FakeBeatport()
ALWAYS_S = set(
    """add_date artists available_worldwide catalog_number change_date chord_type_id current_status
    enabled encode_status exclusive_period genre genre_enabled guid is_available_for_streaming
    is_classic is_dj_edit is_explicit is_ugc_remix is_pre_order label label_manager mix_name price
    publish_date publish_status release release_date sale_type suggest supplier_id track_id
    track_name track_number update_date was_ever_exclusive""".split()
)
OPTIONAL_S = set(
    """bpm key_id key_name length isrc sub_genre pre_order_date exclusive_date downloads plays
    track_image_uri track_image_dynamic_uri is_dj_version""".split()
)
KEYS_C1 = set(
    """track_id track_name mix_name track_length_ms bpm key key_camelot isrc track_number
    track_waveform_url sample_url sample_start_ms sample_end_ms attributes artists genre release
    label sale_type price availability""".split()
)
KEYS_V4 = set(
    """artists audio_format available_worldwide bpm catalog_number current_status desc enabled
    encode_status encoded_date exclusive exclusive_period free_downloads free_download_start_date
    free_download_end_date genre hidden id image is_available_for_streaming is_classic isrc key
    label_track_identifier length length_ms mix_name name new_release_date number pre_order
    pre_order_date price publish_date publish_status release remixers sale_type sample_url
    sample_start_ms sample_end_ms slug sub_genre was_ever_exclusive is_hype""".split()
)


def share(of: Iterable[bool]) -> float:
    flags = list(of)
    return sum(flags) / len(flags)


def test_search_of_one_type_has_its_rows_in_data(rows, next_data) -> None:
    """The list is `queries[0].state.data.data`, sorted by falling score."""
    body = FAKE.respond("GET", "/search/tracks?q=olvarin&per_page=3").body
    data = next_data(body)
    query = data["props"]["pageProps"]["dehydratedState"]["queries"][0]
    assert data["page"] == "/search/[type]"
    assert data["query"] == {"q": "olvarin", "type": "tracks"}
    assert query["queryKey"][0] == "search-tracks"
    assert set(query["state"]["data"]) == {"data"}
    assert len(rows(body)) == 3
    scores = [row["score"] for row in rows(body)]
    assert scores == sorted(scores, reverse=True)


def test_search_all_is_one_level_deeper_with_five_groups(queries, next_data) -> None:
    """Each group has at most 15 rows."""
    body = FAKE.respond("GET", "/search?q=gilt%20harbour%20mix").body
    data = queries(body)[0]["state"]["data"]
    assert list(data) == ["tracks", "artists", "charts", "labels", "releases"]
    assert all(set(group) == {"data"} for group in data.values())
    assert len(data["tracks"]["data"]) == 15
    assert data["tracks"]["data"][0]["track_id"]
    assert "Gilt Harbour" in [row["artist_name"] for row in data["artists"]["data"]]
    assert data["charts"]["data"][0]["chart_id"]
    assert data["releases"]["data"][0]["release_id"]
    assert next_data(body)["page"] == "/search"
    assert list(next_data(body)["props"]["pageProps"]) == (
        "anonSession query location dehydratedState _nextI18Next isPageExplicit".split()
    )


def test_search_of_labels_gives_labels(rows) -> None:
    found = rows(FAKE.respond("GET", "/search/labels?q=olvarin+garden").body)
    assert [row["label_name"].strip() for row in found] == ["Ferrous Garden"]


@pytest.mark.parametrize(
    ("per_page", "row_count"), [("1", 1), ("100", 100), ("999", 150), ("x", 150), ("0", 1)]
)
def test_per_page_is_limited_to_150_rows(rows, per_page: str, row_count: int) -> None:
    many = [CatalogueTrack(id=n, name="Same Name") for n in range(1, 300)]
    reply = FakeBeatport(many).respond("GET", f"/search/tracks?q=same+name&per_page={per_page}")
    assert len(rows(reply.body)) == row_count


@pytest.mark.parametrize("track", CATALOGUE[::5], ids=lambda track: str(track.id))
def test_search_records_have_the_recorded_keys_and_types(track: CatalogueTrack) -> None:
    """An optional key is absent and never null."""
    record = search_record(track, 1)
    assert ALWAYS_S <= set(record) <= ALWAYS_S | OPTIONAL_S
    assert None not in record.values()
    assert set(record["suggest"]) == {"input"} | ({"weight"} & set(record["suggest"]))
    assert ("weight" in record["suggest"]) == ("downloads" in record) == ("plays" in record)
    assert ("key_id" in record) == ("key_name" in record)
    assert record["release_date"] == f"{track.release_date}T00:00:00"
    assert record.get("length", track.length_ms) == track.length_ms
    assert type(record["enabled"]) is type(record["is_classic"]) is int
    assert type(record["is_explicit"]) is bool
    assert isinstance(record["genre"], list)
    people = record["artists"]
    assert [str(p["artist_id"]) for p in people] == sorted(str(p["artist_id"]) for p in people)
    kinds = [(p["artist_name"], p["artist_type_name"]) for p in people]
    assert sorted(kinds) == sorted(
        [(n, "Artist") for n in track.artists] + [(n, "Remixer") for n in track.remixers]
    )


def test_some_tracks_have_quirks() -> None:
    """Quirks: absent keys, trailing spaces, odd spelling, and both spellings of a key."""
    records = [search_record(track, 1) for track in CATALOGUE]
    for key in OPTIONAL_S - {"sub_genre"}:
        assert 0 < share(key not in record for record in records) < 0.8, key
    assert 0.05 < share(r["label"]["label_name"].endswith(" ") for r in records) < 0.4
    originals = [r["mix_name"] for r in records if r["mix_name"].casefold() == "original mix"]
    assert 0.01 < share(name == "Original mix" for name in originals) < 0.15
    spellings = {r["key_name"].split()[0] for r in records if "key_name" in r}
    assert any("#" in name for name in spellings)
    assert any("b" in name for name in spellings)
    both = [r for r in records if len({p["artist_id"] for p in r["artists"]}) < len(r["artists"])]
    assert both, "no artist is also a remixer"
    assert any(
        [p["artist_id"] for p in r["artists"]] != sorted(p["artist_id"] for p in r["artists"])
        for r in records
    ), "the order as text never differs from the order by number"


@pytest.mark.parametrize("track", CATALOGUE[::5], ids=lambda track: str(track.id))
def test_detail_records_have_the_recorded_keys_and_types(track: CatalogueTrack) -> None:
    """Key and track number are texts, and an empty sub-genre is an object."""
    record = detail_record(track, 2)
    assert set(record) == KEYS_C1
    assert (record["key"], record["track_number"]) == (key_name(track.key), "2")
    assert record["key_camelot"] == camelot(track.key)
    ids = [artist["id"] for artist in record["artists"]]
    assert ids == sorted(ids)
    assert set(record["artists"][0]) == {"id", "name", "type", "slug"}
    assert set(record["genre"]) == {"id", "name", "sub_genre", "category", "slug"}
    assert set(record["genre"]["sub_genre"]) == {"id", "name", "slug"}
    assert set(record["label"]) == {"id", "name", "slug"}
    assert 0 <= record["sample_start_ms"] < record["sample_end_ms"] <= record["track_length_ms"]


def test_some_track_pages_do_not_name_the_remixer() -> None:
    remixes = [detail_record(track, 1) for track in CATALOGUE if track.remixers]
    without_remixer = share(
        all(a["type"] == "Artist" for a in record["artists"]) for record in remixes
    )
    assert 0.02 < without_remixer < 0.2


@pytest.mark.parametrize("track", CATALOGUE[::5], ids=lambda track: str(track.id))
def test_old_records_have_the_recorded_keys_and_types(track: CatalogueTrack) -> None:
    """The key is an object, remixers have their own list, and flags are true or false."""
    record = v4_record(track, 2)
    assert set(record) == KEYS_V4
    assert [artist["name"] for artist in record["remixers"]] == list(track.remixers)
    assert f"{record['key']['camelot_number']}{record['key']['camelot_letter']}" == camelot(
        track.key
    )
    assert record["key"]["is_sharp"] == ("#" in record["key"]["name"])
    minutes, seconds = map(int, record["length"].split(":"))
    assert 60 * minutes + seconds == track.length_ms // 1000
    assert record["enabled"] is True
    assert set(record["release"]["label"]) == {"id", "name", "image", "slug"}


def test_a_track_page_also_has_recommended_tracks_in_the_same_format(queries, next_data) -> None:
    """Other versions of the track come first."""
    track = next(t for t in CATALOGUE if t.name == "Thirteen Pigeons" and t.remixers)
    body = FAKE.respond("GET", f"/track/any-slug/{track.id}").body
    details, charts, recommended = queries(body)
    assert details["queryKey"] == [f"track-details-{track.id}"]
    assert details["state"]["data"]["track_id"] == track.id
    assert charts["queryKey"] == [f"track-{track.id}-charts"]
    assert charts["state"]["data"]["page"] == "1/1"
    others = recommended["state"]["data"]
    assert isinstance(others, list)
    assert track.id not in [other["track_id"] for other in others]
    assert {other["track_name"] for other in others} == {track.name}, "versions come first"
    assert all(set(other) == KEYS_C1 for other in others)
    assert "slug" not in others[0]["artists"][0]
    assert set(others[0]["genre"]["sub_genre"]) == {"id", "name"}
    assert next_data(body)["query"] == {"description": "thirteen-pigeons", "id": str(track.id)}


def test_an_old_track_page_has_its_record_twice(queries, next_data) -> None:
    track = CATALOGUE[3]
    body = FakeBeatport(track_shape="V4").respond("GET", f"/track/-/{track.id}").body
    (query,) = queries(body)
    assert query["queryKey"] == [f"track-{track.id}"]
    assert query["state"]["data"] == next_data(body)["props"]["pageProps"]["track"]
    assert query["state"]["data"]["id"] == track.id


def test_all_formats_of_a_track_have_the_same_ids() -> None:
    for track in CATALOGUE[::11]:
        s, c1, v4 = search_record(track, 1), detail_record(track, 1), v4_record(track, 1)
        assert s["label"]["label_id"] == c1["label"]["id"] == v4["release"]["label"]["id"]
        assert s["release"]["release_id"] == c1["release"]["id"] == v4["release"]["id"]
        assert s["mix_name"] == c1["mix_name"] == v4["mix_name"]
        assert {a["id"] for a in c1["artists"]} <= {a["artist_id"] for a in s["artists"]}
        assert {a["id"] for a in v4["artists"]} <= {a["artist_id"] for a in s["artists"]}


def test_html_is_escaped_and_cased_as_react_does(next_data) -> None:
    """The script has no literal `<`, `>` or `&`."""
    track = CatalogueTrack(id=5, name="</script><b>R&B", artists=("Ünïcode & Söhne",))
    fake = FakeBeatport([track])
    for path in ("/track/-/5", "/search/tracks?q=r%26b+%3C%2Fscript%3E%3Cb%3E", "/search?q=r%26b"):
        html = fake.respond("GET", path).body.decode()
        script = re.search(
            r'<script id="__NEXT_DATA__" type="application/json">(.*?)</script>', html
        )
        assert script
        assert not set("<>&") & set(script[1])
        assert "\\u003c/script\\u003e" in script[1]
        assert "Ünïcode" in script[1]
        assert "<b>" not in html
        assert "charSet=" in html
        assert "hrefLang=" in html
        assert html.count('rel="alternate"') == 7
        assert "/cdn-cgi/challenge-platform/scripts/jsd/main.js" in html[-600:]
        assert "__CF$cv$params" in html
    title = re.search(
        r'property="og:title" content="([^"]*)"', fake.respond("GET", "/track/-/5").body.decode()
    )
    assert title
    assert title[1].startswith("Ünïcode &amp; Söhne - &lt;/script&gt;")
    assert title[1].endswith(
        "(Original Mix) [Tallow Lane Records] | Music &amp; Downloads on Beatport"
    )


@pytest.mark.parametrize("locale", ["de", "fr", "es", "it", "ja", "pt", "nl"])
def test_locale_prefixes_serve_the_same_records(next_data, locale: str) -> None:
    plain, local = (
        next_data(FAKE.respond("GET", f"{prefix}/search/tracks?q=hexley").body)
        for prefix in ("", f"/{locale}")
    )
    assert (plain["locale"], local["locale"]) == ("en", locale)
    one, two = (
        d["props"]["pageProps"]["dehydratedState"]["queries"][0]["state"]["data"]
        for d in (plain, local)
    )
    assert one == two


@pytest.mark.parametrize(
    "path",
    [
        *("/", "//", "", "/xx/search", "/search/", "/search/songs", "/en/search?q=a"),
        *("/track/1", "/track/x/1", "/track/x/y", "/track/x/²", "/track/x/" + "9" * 5000),
    ],
    ids=lambda path: path[:20],
)
def test_unknown_urls_are_a_404_page_with_data_and_no_query(next_data, path: str) -> None:
    reply = FAKE.respond("GET", path)
    data = next_data(reply.body)
    assert (reply.status, data["page"]) == (404, "/404")
    assert "dehydratedState" not in data["props"]["pageProps"]


def test_other_methods_robots_txt_and_the_firewall() -> None:
    """The firewall blocks a query with more than one pair of parentheses."""
    assert FAKE.respond("POST", "/search").status == 405
    assert b"User-agent: *" in FAKE.respond("GET", "/robots.txt").body
    assert FAKE.respond("GET", "/search/tracks?q=a+%28b%29").status == 200
    assert FAKE.respond("GET", "/search/tracks?q=%28b+%28c%29").status == 200
    assert FAKE.respond("GET", "/search/tracks?q=%28b%29+c%29").status == 200
    reply = FAKE.respond("GET", "/search/tracks?q=a+%28b%29+%28c%29")
    assert reply.status == 403
    assert b"Sorry, you have been blocked" in reply.body


def test_slugs_follow_the_rule_of_beatport() -> None:
    """The rule is NFKD, ASCII, no punctuation, lower case, dashes."""
    assert slug("Over & Out.. (feat. Harper & Sons..)") == "over-out-feat-harper-sons"
    assert slug("Étude  No. 7 - Żółty") == "etude-no-7-zoty"
    assert slug("波止場の夜") == ""
