"""Test the other methods to read a page: its data script is missing, renamed or split."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from beatport_pages import (
    ALSO_TRIED,
    HOME,
    api_row,
    details_row,
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

from beatport_match.beatport import WebSource, page_fallback
from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult, Question
from beatport_match.model.tracks import Candidate, ReadFrom, as_dict
from beatport_match.testing import FakeBeatport, PageForm, bundled_catalogue

WEB = WebSource(base_url=HOME, max_results=100, user_agent="beatport-match/test")
SEARCH = WEB.search("copper lantern", "test")
TRACK = WEB.track(7002)
USUAL = FakeBeatport()
# The tracks of this search have several artists, remixers, and texts that HTML escapes.
PATH = "/search/tracks?q=gilt+harbour+mix"
JSON_FORMS: tuple[tuple[PageForm, ReadFrom], ...] = (
    ("other_tag", "script"),
    ("other_id", "json"),
    ("split", "script"),
    ("flight", "flight"),
)


def read(question: Question, body: bytes | str | dict[str, Any]) -> ParsedResult:
    value = question.parse(response(body.encode() if isinstance(body, str) else body))
    assert isinstance(value, ParsedResult), value
    return value


def failed(question: Question, body: bytes | str) -> Failure:
    value = question.parse(response(body.encode() if isinstance(body, str) else body))
    assert isinstance(value, Failure), value
    return value


def fake_page(form: PageForm, path: str) -> bytes:
    return FakeBeatport(page_form=form).respond("GET", path).body


def page(*body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(body)}</body></html>"


def json_script(data: object) -> str:
    """Return a data script under another name."""
    return html(data).decode().replace("__NEXT_DATA__", "__APP__")


def usual(value: ParsedResult) -> ParsedResult:
    """Return the result without the place of its data."""
    candidates = tuple(replace(one, read_from=None) for one in value.candidates)
    return replace(value, candidates=candidates, read_from=None)


@each_row("form, read_from", JSON_FORMS)
@each_row("path", [PATH, PATH.replace("/tracks", ""), "/search/tracks?q=xyzzy"])
def test_search_in_another_script_has_the_usual_result(
    form: PageForm, read_from: ReadFrom, path: str
) -> None:
    """The result names the place; a search that found nothing has an empty result."""
    search = WEB.search(parse_qs(urlsplit(path).query)["q"][0], "test")
    expected = read(search, USUAL.respond("GET", path).body)
    value = read(search, fake_page(form, path))
    assert usual(value) == expected
    assert value.read_from == read_from
    assert bool(value.candidates) == ("xyzzy" not in path)
    assert {one.read_from for one in value.candidates} <= {read_from}


@each_row("form, read_from", JSON_FORMS)
def test_track_in_another_script_has_the_usual_result(form: PageForm, read_from: ReadFrom) -> None:
    number = bundled_catalogue()[3].id
    question = WEB.track(number)
    expected = read(question, USUAL.respond("GET", f"/track/-/{number}").body)
    value = read(question, fake_page(form, f"/track/-/{number}"))
    assert (usual(value), value.read_from) == (expected, read_from)


def test_html_rows_have_the_fields_that_the_page_shows() -> None:
    """Each field that both have is equal to that of the data script."""
    expected = read(SEARCH, USUAL.respond("GET", PATH).body)
    value = read(SEARCH, fake_page("html", PATH))
    assert value.read_from == "html"
    assert len(value.candidates) == len(expected.candidates) > 15
    assert any(one.remixers for one in value.candidates)
    assert any(len(one.artists) > 1 for one in value.candidates)
    missing = set("genre sub_genre length_s isrc catalog_number preview_url".split())
    for one, other in zip(value.candidates, expected.candidates, strict=True):
        fields, usual_fields = as_dict(one), as_dict(other)
        for name in usual_fields.keys() - missing - {"read_from"}:
            if name in {"artists", "remixers"}:  # the search sorts the names by their IDs
                assert set(fields[name]) == set(usual_fields[name])
            elif name == "mix_name":  # the search writes some in lower case
                assert fields[name].lower() == usual_fields[name].lower()
            elif usual_fields[name] is not None:
                assert fields[name] == usual_fields[name], name
        assert not any(fields[name] for name in missing)
        assert not one.is_partial


def test_heading_and_title_of_a_track_page_give_the_track() -> None:
    tracks = [one for one in bundled_catalogue() if len(one.artists) == 1]
    value = read(WEB.track(tracks[0].id), fake_page("html", f"/track/-/{tracks[0].id}"))
    (found,) = value.candidates
    track = tracks[0]
    assert (found.name, found.mix_name) == (track.name, track.mix_name)
    assert (found.artists, found.label) == (track.artists, track.label)
    assert found.artwork_url is not None
    assert value.read_from == "html"


def track_page(heading: str, title: str, *more: str) -> str:
    head = f'<link rel="canonical" href="{HOME}/track/x/7002"><meta property="og:title" '
    return page(f"<h1>{heading}</h1>", *more, head=f'{head}content="{title}">')


ANNA = '<a href="/artist/anna/1">Anna</a>'


@each_row(
    "title, more, artists",
    [
        ("Anna - Slow (Dub) [Lamp] | Music", "", ("Anna",)),
        ("Anna - Bo - Slow (Dub) [Lamp] | Music", "", ("Anna - Bo",)),
        ("Anna, Bo - Slow (Dub) [Lamp] | Music", "", ()),
        ("Anna, Bo - Slow (Dub) [Lamp] | Music", ANNA, ()),
        ("Anna, Bo - Slow (Dub) [Lamp] | Music", ANNA + ANNA.replace("Anna", "Bo"), ("Anna", "Bo")),
        ("Anna - Slow (Club Mix) [Lamp] | Music", ANNA, ()),
        ("Anna - Slow [Lamp] | Music", ANNA, ()),
        ("Slow", ANNA, ()),
    ],
)
def test_artists_of_a_title_are_not_guessed(
    title: str, more: str, artists: tuple[str, ...]
) -> None:
    """The heading must show where the artists end, and links where each name ends."""
    (found,) = read(TRACK, track_page("Slow <span>Dub</span>", title, more)).candidates
    assert (found.name, found.mix_name, found.artists) == ("Slow", "Dub", artists)
    assert found.is_partial == (not artists)


@pytest.mark.parametrize("heading", ["Slow (Dub)", "Slow Dub", "Slow <i>a</i> <span>Dub</span>"])
def test_version_inside_a_longer_text_stays_unknown(heading: str) -> None:
    (found,) = read(TRACK, track_page(heading, "Anna - Slow (Dub) [Lamp] | x")).candidates
    assert found.mix_name is None
    assert found.is_partial


@pytest.mark.parametrize("number", ["7003", "x", ""])
def test_heading_of_another_track_is_not_the_requested_one(number: str) -> None:
    body = track_page("Slow <span>Dub</span>", "Anna - Slow (Dub) [Lamp] | x")
    assert failed(TRACK, body.replace("7002", number)).kind == "catalogue_changed"
    assert failed(TRACK, body.replace("h1>", "h2>")).kind == "catalogue_changed"
    assert failed(TRACK, track_page("<img>", "Anna - Slow (Dub) [Lamp] | x")).kind == (
        "catalogue_changed"
    )


def test_json_ld_names_no_version() -> None:
    """The track can then be at most `review`; a track page that names it is better."""
    track = bundled_catalogue()[3]
    body = fake_page("json_ld", f"/track/-/{track.id}").decode()
    question = WEB.track(track.id)
    (found,) = read(question, body.replace("h1", "h2")).candidates
    assert found.read_from == "ld_json"
    assert (found.name, found.artists) == (track.name, track.artists)
    assert found.length_s == track.length_ms // 1000
    assert found.isrc == track.isrc
    assert found.mix_name is None
    assert found.is_partial
    assert read(question, body).read_from == ("html" if len(track.artists) == 1 else "ld_json")
    assert isinstance(WEB.track(1).parse(response(body.encode())), Failure)


@each_row(
    "changes, fields",
    [
        ({"@type": ["Thing", "MusicRecording"]}, {}),
        ({"url": None, "@id": "/track/slow/7002"}, {}),
        ({"byArtist": {"name": "Anna"}, "genre": ["House"]}, {"artists": ("Anna",)}),
        ({"duration": "PT1H2M3.5S"}, {"length_s": 3723.0}),
        ({"duration": "6:11"}, {"length_s": None}),
        ({"inAlbum": {"name": "Slower"}, "datePublished": "2024-05-03"}, {"release": "Slower"}),
        ({"byArtist": 5, "inAlbum": 5, "duration": 5, "image": 5, "genre": 5}, {"artists": ()}),
    ],
)
def test_json_ld_is_read_in_its_spellings(changes: Any, fields: dict[str, Any]) -> None:
    address = f"{HOME}/track/slow/7002"
    described = {"@type": "MusicRecording", "url": address, "name": "Slow"} | changes
    graph = json.dumps({"@graph": [{"@type": "Person"}, described]})
    body = page(f'<script type="application/ld+json">{graph}</script>')
    (found,) = read(TRACK, body).candidates
    assert as_dict(found).items() >= ({"name": "Slow", "id": 7002} | fields).items()


def test_rows_at_an_unknown_place_of_the_json_are_found() -> None:
    """The longest list of tracks counts. The tracks of a release are no search rows."""
    release = {"tracks": [{"track_id": n, "track_name": "x"} for n in range(1, 9)]}
    hits = [search_row(), api_row(), "x"]
    value = read(SEARCH, json_script({"a": [release], "b": hits, "c": [details_row()]}))
    assert [one.id for one in value.candidates] == [7001, 7003]
    assert value.read_from == "rows"


def test_track_at_an_unknown_place_is_found_by_its_id() -> None:
    """Of several records with this ID, that with the most fields counts."""
    short = {"track_id": 7002, "track_name": "Slow Meridian"}
    data = {"charts": [short, details_row(track_id=5)], "a": {"b": details_row()}}
    value = read(TRACK, json_script(data))
    assert usual(value) == read(TRACK, track_data(details_row()))
    assert value.read_from == "rows"
    assert failed(WEB.track(6), json_script(data)).kind == "catalogue_changed"


@each_row("data", [{"queries": []}, {"data": []}, [], [[]], None, "x", 5])
def test_empty_list_of_something_else_never_means_nothing_found(data: object) -> None:
    """An empty result needs the key of a search."""
    for inner in (data, next_data(query("menu", {"data": data}))):
        assert failed(SEARCH, json_script(inner)).kind == "catalogue_changed"
    assert read(SEARCH, json_script(search_data())).candidates == ()


def moved(data: dict[str, Any], *path: str | int) -> bytes:
    """Return the page of this data after the value at a path has got another name."""
    inner: Any = data
    for key in path[:-1]:
        inner = inner[key]
    inner["other"] = inner.pop(path[-1])
    return html(data)


STATE: tuple[str | int, ...] = ("props", "pageProps", "dehydratedState")
QUERY = (*STATE, "queries", 0, "state")
MOVES: list[tuple[tuple[str | int, ...], ReadFrom]] = [
    (STATE[:1], "script"),
    (STATE[:2], "script"),
    (STATE, "script"),
    ((*STATE, "queries"), "rows"),
    (QUERY, "rows"),
    ((*QUERY, "data"), "rows"),
]


@each_row("path, read_from", [*MOVES, ((*QUERY, "data", "data"), "rows")])
def test_search_data_at_another_place_of_its_script_is_found(
    path: tuple[str | int, ...], read_from: ReadFrom
) -> None:
    """Where the query results are whole, an empty list still means that nothing was found."""
    hits = search_row(), api_row()
    value = read(SEARCH, moved(search_data(*hits), *path))
    assert usual(value) == read(SEARCH, search_data(*hits))
    assert value.read_from == read_from
    empty = moved(search_data(), *path)
    if read_from == "script":
        assert read(SEARCH, empty).candidates == ()
    else:
        assert failed(SEARCH, empty).detail.endswith(ALSO_TRIED)


@each_row("path, read_from", MOVES)
def test_track_data_at_another_place_of_its_script_is_found(
    path: tuple[str | int, ...], read_from: ReadFrom
) -> None:
    value = read(TRACK, moved(track_data(details_row(), details_row(track_id=9)), *path))
    assert usual(value) == read(TRACK, track_data(details_row()))
    assert value.read_from == read_from
    assert failed(WEB.track(8), moved(track_data(details_row()), *path)).kind == (
        "catalogue_changed"
    )


def test_search_stated_by_a_page_whose_data_has_moved_is_compared() -> None:
    data = search_data(search_row()) | {"query": {"q": "another"}}
    value = read(SEARCH, moved(data, *STATE))
    assert value.doubt is not None
    assert "another" in value.doubt.detail


def test_recommendations_do_not_replace_the_rows_that_have_moved() -> None:
    """They may be more than the rows of the search."""
    recommended = query("for-you", {"data": [search_row(track_id=n) for n in range(1, 5)]})
    data = next_data(query("search-tracks", {"items": [search_row()]}), recommended)
    assert [one.id for one in read(SEARCH, data).candidates] == [7001]
    data = next_data(query("search-tracks", {"items": []}), recommended)
    assert failed(SEARCH, html(data)).kind == "catalogue_changed"


def test_error_page_of_a_renamed_script_is_recognised() -> None:
    missing = next_data() | {"page": "/404"}
    broken = next_data(statusCode=500) | {"page": "/_error"}
    assert read(TRACK, json_script(missing)).candidates == ()
    assert failed(SEARCH, json_script(missing)).kind == "catalogue_changed"
    assert failed(SEARCH, json_script(broken)).kind == "status"
    assert failed(TRACK, json_script(broken)).kind == "status"


def test_reading_without_artists_is_used_only_if_no_other_has_them() -> None:
    row = {"track_id": 7001, "track_name": "Copper Lantern", "mix_name": "Dub"}
    link = '<li><a href="/track/x/7001">Copper Lantern <span>Dub</span></a>' + ANNA
    script = json_script([row])
    assert read(SEARCH, script).read_from == "rows"
    assert read(SEARCH, script).candidates[0].is_partial
    value = read(SEARCH, script.replace("<body>", f"<body>{link}"))
    assert (value.read_from, value.candidates[0].artists) == ("html", ("Anna",))


def test_damaged_data_script_is_read_in_another_way() -> None:
    damaged = '<script id="__NEXT_DATA__">{"a": </script>'
    body = page(damaged, json_script(search_data(search_row())))
    assert read(SEARCH, body).read_from == "json"
    assert "no longer has JSON in script#__NEXT_DATA__;" in failed(SEARCH, page(damaged)).detail


def test_failure_names_what_was_tried() -> None:
    detail = failed(SEARCH, fake_page("json_ld", PATH)).detail
    assert detail == f"Beatport's page no longer has script#__NEXT_DATA__{ALSO_TRIED}"
    large = page(" " * page_fallback.MAX_PARSED_BYTES, json_script(search_data()))
    for question in (SEARCH, TRACK):
        detail = failed(question, large).detail
        assert detail.endswith("nothing else, because the page is larger than 4 MiB.")


LINK = '<a href="/track/copper/7001">Copper <span>Dub</span></a>'


@each_row(
    "body, fields",
    [
        (f"<tr><td>{LINK}</td><td>{ANNA}</td></tr>", {"artists": ("Anna",)}),
        (f"<ul>{ANNA}<li>{LINK}</li></ul>", {"artists": ()}),
        (f"<main>{ANNA}<div>{LINK}</div></main>", {"artists": ()}),
        (f'<div>{ANNA}<div data-testid="track-row">{LINK}</div></div>', {"artists": ()}),
        (f'<div>{LINK}{ANNA}<a href="/track/y/8">Y</a></div>', {"artists": ()}),
        (f"<div>{ANNA}{'<b>' * 6}{LINK}{'</b>' * 6}</div>", {"artists": ()}),
        (f"<div>{ANNA}{LINK}{'<i></i>' * 1000}</div>", {"artists": ()}),
        (f'<p><a href="/track/x/7001"><img></a>{LINK}{ANNA}</p>', {"name": "Copper"}),
        (f"<p>{LINK}<b>127.5 BPM</b></p>", {"bpm": 127.5, "key": None}),
        (f"<p>{LINK}<b>127 BPM - Ab Minor</b></p>", {"bpm": 127.0, "camelot": "1A"}),
        (f"<p>{LINK}<b>2024-05-03</b><b>2025-05-03</b></p>", {"release_date": "2024-05-03"}),
        (f"<p>{LINK}<a href='/'>2024-05-03</a></p>", {"release_date": None}),
        (f"<p>{LINK}<a href='/genre/dub/3'>Dub</a></p>", {"genre": "Dub"}),
        (f"<p>{LINK}<a href='/label/x/3'>Lamp</a>{ANNA}</p>", {"remixers": (), "label": "Lamp"}),
    ],
)
def test_html_row_ends_at_the_next_track_or_row(body: str, fields: dict[str, Any]) -> None:
    """Elements outside of the row do not belong to its track."""
    found = read(SEARCH, page(body)).candidates[0]
    expected = {"id": 7001, "mix_name": "Dub"} | fields
    assert {name: as_dict(found)[name] for name in expected} == expected


@each_row(
    "link",
    [
        "https://elsewhere.example/track/x/7001",
        "/track/x/0x1",
        "/track/x/",
        "//[/track/x/1",
        "/chart/track/x/7001",
    ],
)
def test_link_to_something_else_is_no_row(link: str) -> None:
    assert failed(SEARCH, page(f'<a href="{link}">Copper</a>')).kind == "catalogue_changed"


def test_link_inside_a_link_is_no_row() -> None:
    """Libxml2 keeps such links, which HTML does not allow."""
    body = f'<a href="/track/y/8"><div>Y {LINK}</div></a>'
    assert [one.id for one in read(SEARCH, page(body)).candidates] == [8]


@each_row(
    "pushed",
    [
        "",
        "0:[",
        "0:{}",
        "no row",
        "0:T",
        "0:Tffffffff,x",
        "0:Tfffffffff,x",
        "0:" + "[" * 100_000,
        "\udcff:[1]",
        '0:["x"]\n' * 50,
    ],
)
def test_damaged_pushed_data_is_catalogue_changed(pushed: str) -> None:
    for piece in (json.dumps([1, pushed]), json.dumps([pushed]), json.dumps([1, 5]), pushed):
        body = page(f"<script>self.__next_f.push({piece})</script>")
        assert failed(SEARCH, body.encode("utf-8", "surrogatepass")).kind == "catalogue_changed"


def test_texts_in_pushed_data_are_skipped_by_their_length_in_bytes() -> None:
    data = json.dumps(search_data(search_row()))
    rows = f'0:"x"\n1:I["a"]\n2:T8,ä€\n3:3:{data}\nno row\n4:[]'
    body = page(f"<script>self.__next_f.push({json.dumps([1, rows])});\n</script>")
    assert [one.id for one in read(SEARCH, body).candidates] == [7001]


LIMIT = page_fallback.MAX_PARSED_BYTES


@each_row(
    "unit",
    [
        "<a>",
        "<div>",
        "<p><b>",
        "<script>{</script>",
        "<script>{}</script>",
        '<a href="/track/x/7">',
        '<a href="/track/x/7"><div>',
        "<li><a href='/track/x/7'>x</a>",
        '<script>self.__next_f.push([1,"0:[]\\n"])</script>',
        "&x;",
    ],
)
def test_hostile_page_up_to_the_limit_gives_a_value(unit: str) -> None:
    """Only so many links, scripts and rows are read."""
    body = page(unit * (LIMIT // 8 // len(unit)))
    for question in (SEARCH, TRACK):
        assert isinstance(question.parse(response(body.encode())), (ParsedResult, Failure))


def test_entities_of_a_page_are_not_read() -> None:
    start = "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/hostname'><!ENTITY y 'yy'>]>"
    body = start + page(f"<p>{LINK.replace('Copper', 'A&x;&y;B')}</p>")
    assert read(SEARCH, body).candidates[0].name == "A&x;&y;B"


def test_control_characters_and_long_texts_are_cleaned() -> None:
    body = page(LINK.replace("Copper", "Cop\u202eper\x07 " + "x" * 9000))
    found = read(SEARCH, body).candidates[0]
    assert found.name.startswith("Copper x")
    assert len(found.name) == 500


def test_number_of_rows_is_limited() -> None:
    body = page("".join(LINK.replace("7001", str(n)) for n in range(1, 1501)))
    value = read(SEARCH, body)
    assert len(value.candidates) == page_fallback.MAX_ROWS_PER_PAGE
    assert value.unreadable == 500


def test_page_with_its_data_script_is_not_parsed_as_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing HTML is slow; the usual page has the usual cost."""
    monkeypatch.setattr(page_fallback, "_parse_html", None)
    assert read(SEARCH, search_all_data(search_row())).read_from is None
    assert read(TRACK, track_data(details_row())).read_from is None
    for body in (page().encode(), html({"props": {"pageProps": {}}})):
        with pytest.raises(TypeError):
            SEARCH.parse(response(body))


def test_candidate_is_partial_only_if_the_page_has_changed() -> None:
    candidate = Candidate(id=1, name="x")
    assert not candidate.is_partial
    assert replace(candidate, read_from="html").is_partial
    whole = replace(candidate, read_from="html", artists=("Anna",), mix_name="Dub")
    assert not whole.is_partial
