"""A run after Beatport's pages have changed: its results are marked and may need review."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, served, with_attempts
from tables import each_row

from beatport_match import Match, Track
from beatport_match.testing import FakeBeatport, PageForm, always, bundled_catalogue
from beatport_match.testing.page_forms import PageForm as Form

TITLE = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"
UNKNOWN = "Odd Stranger - Xyzzy Winter"
READ_FROM = {
    "other_tag": "script",
    "other_id": "json",
    "split": "script",
    "flight": "flight",
    "html": "html",
}


def match(title: str | Track, form: PageForm, mode: Name = "sync", **settings: Any) -> Match:
    fake = FakeBeatport(page_form=form, **EXACT_SEARCH)
    chosen = UNPACED.with_(**settings)
    found: Match = Mode(mode).call(
        "match_track", title, transport=fake.transport(), settings=chosen
    )
    return found


def single_artist_track() -> Any:
    return next(one for one in bundled_catalogue() if len(one.artists) == 1)


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"])
@pytest.mark.parametrize("form", READ_FROM)
def test_track_is_matched_and_marked(form: PageForm, mode: Name) -> None:
    """The page names artists and version, so the confidence is as usual."""
    usual, found = match(TITLE, "data_script"), match(TITLE, form, mode)
    assert found.matched
    assert (found.best.id, found.confidence) == (usual.best.id, usual.confidence)
    assert found.degraded
    assert not usual.degraded
    assert found.best.candidate.read_from == READ_FROM[form] == found.queries[0].read_from
    assert "from a changed page, read from" in found.explain()
    assert "changed" not in usual.explain()


@pytest.mark.parametrize("mode", MODES)
def test_page_of_another_search_is_not_cached(mode: Name) -> None:
    """Its tracks count, but the next equal question is sent again."""
    fake, sent = FakeBeatport(**EXACT_SEARCH), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return served(fake, httpx.Request("GET", "https://www.beatport.com/search/tracks?q=Other"))

    def count(tracks: list[str]) -> int:
        sent.clear()
        settings = UNPACED.with_(max_queries=1)
        Mode(mode).call(
            "match_playlist", tracks, transport=httpx.MockTransport(answer), settings=settings
        )
        return len(sent)

    assert count([TITLE, TITLE]) == 2 * count([TITLE]) > 0


@each_row("form", READ_FROM)
def test_tracks_of_a_changed_page_that_do_not_fit_are_no_proof(form: PageForm) -> None:
    """In the data of a search, an empty list means "not found"; HTML may show other tracks."""
    for title in (UNKNOWN, "Winter Xyzzy"):
        found = match(title, form)
        assert found.outcome == ("failed" if form == "html" else "not_found"), title
        assert found.degraded or not found.candidates
        if form == "html":
            assert {one.kind for one in found.failures} == {"catalogue_changed"}


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"])
def test_data_at_another_place_of_its_script_is_found(mode: Name) -> None:
    """Each row keeps its fields, and an empty search is still a proof."""
    fake = FakeBeatport(faults=always("moved"), **EXACT_SEARCH)
    found, unknown = (
        Mode(mode).call("match_playlist", [TITLE, UNKNOWN], transport=fake.transport()).matches
    )
    assert found.matched
    assert found.degraded
    assert found.confidence == match(TITLE, "data_script").confidence
    assert found.best.candidate.read_from == "script"
    assert unknown.outcome == "not_found"


def test_html_rows_that_do_not_fit_give_the_failure_a_reason() -> None:
    found = match(Track("Winter Xyzzy"), "html", max_queries=1)
    assert found.candidates
    assert found.degraded
    assert found.outcome == "failed"
    assert found.reason.startswith(
        "catalogue_changed: Beatport's page has changed, and no track that"
    )


def test_search_page_without_any_data_is_failed() -> None:
    found = match(TITLE, "json_ld")
    assert found.outcome == "failed"
    assert not found.degraded
    assert "self.__next_f.push" in found.reason


@pytest.mark.parametrize("confidence", [0.9, 0.5])
def test_track_without_its_version_is_at_most_review(confidence: float) -> None:
    """An equal Beatport number is no proof: it may be that of another version."""
    sold = next(one for one in bundled_catalogue() if len(one.artists) > 1)
    track = Track(sold.name, sold.artists, beatport_id=sold.id, isrc=sold.isrc or None)
    settings = {"accept_confidence": confidence, "max_queries": 1}
    assert match(track, "data_script", **settings).matched
    fake = FakeBeatport(page_form="json_ld", **EXACT_SEARCH)
    found = Mode("sync").call(
        "match_track",
        track,
        transport=fake.transport(),
        settings=UNPACED.with_(**settings),
    )
    assert found.outcome == "review"
    assert found.best.id == sold.id
    assert found.confidence <= 0.75
    codes = [(line.name, line.code, line.note) for line in found.best.evidence]
    note = "Beatport's page has changed: it does not name the version"
    assert ("page", "partial", note) in codes
    assert note in found.reason


def test_document_names_the_place_of_the_data(tmp_path: Path) -> None:
    fake = FakeBeatport(page_form="flight", **EXACT_SEARCH)
    result = Mode("sync").call("match_playlist", [TITLE], transport=fake.transport())
    (document,) = json.loads(json.dumps(result.document()))["matches"]
    assert document["degraded"] is True
    assert document["queries"][0]["read_from"] == "flight"
    assert document["candidates"][0]["candidate"]["read_from"] == "flight"
    result.to_csv(tmp_path)
    with (tmp_path / "queries.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["read_from"] == "flight"


@pytest.mark.parametrize("kept_in", ["cache", "journal"])
def test_cache_and_journal_keep_the_mark(tmp_path: Path, kept_in: str) -> None:
    """The second run sends nothing and gives the same match."""
    path = tmp_path / "kept"
    fake = FakeBeatport(page_form="html", **EXACT_SEARCH)
    settings = with_attempts(cache_path=path) if kept_in == "cache" else UNPACED
    options = {"journal": path} if kept_in == "journal" else {}
    call = {"transport": fake.transport(), "settings": settings, **options}
    first = Mode("sync").call("match_playlist", [TITLE], **call)
    sent = len(fake.requests)
    second = Mode("sync").call("match_playlist", [TITLE], **call)
    assert len(fake.requests) == sent
    assert second.matches == first.matches
    assert second.matches[0].degraded


@pytest.mark.parametrize("mode", MODES)
def test_fetched_track_is_marked(mode: Name) -> None:
    track = single_artist_track()
    fake = FakeBeatport(page_form="html")
    found = Mode(mode).call("fetch_track", track.id, transport=fake.transport())
    assert (found.id, found.read_from) == (track.id, "html")


def test_field_from_a_changed_page_does_not_change_the_mark_of_the_candidate() -> None:
    """The search was read as usual; only the track's own page has changed."""
    track = single_artist_track()
    usual, changed = FakeBeatport(**EXACT_SEARCH), FakeBeatport(page_form="json_ld")

    import httpx

    def respond(request: httpx.Request) -> httpx.Response:
        fake = changed if request.url.path.startswith("/track/") else usual
        reply = fake.respond("GET", request.url.raw_path.decode("ascii"))
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    settings = UNPACED.with_(wanted_fields=("preview_url",))
    found = Mode("sync").call(
        "match_track",
        Track(f"{track.name} ({track.mix_name})", track.artists),
        transport=httpx.MockTransport(respond),
        settings=settings,
    )
    assert found.matched
    assert found.best.candidate.read_from is None
    assert found.queries[-1].read_from is not None
    assert found.degraded


def test_every_form_of_the_fake_is_tested_here() -> None:
    assert set(get_args(Form)) == {*READ_FROM, "data_script", "json_ld"}
