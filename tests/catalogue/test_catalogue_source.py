"""An offline catalogue as a source: sync, async, alone and followed by Beatport."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("tantivy", reason="the extra `offline` is not installed")

from beatport_match import (
    Catalogue,
    Matcher,
    MatchSettings,
    MisuseError,
    Track,
    amatch_playlist,
    beatport_source,
    iter_matches,
    match_playlist,
    match_track,
)
from beatport_match.testing import FakeBeatport

ROWS = [
    {"id": 7, "name": "Fjordline", "mix_name": "Nørd Remix", "artists": ["Ana Sol"]},
    {"id": 8, "name": "Fjordline", "mix_name": "Original Mix", "artists": ["Ana Sol"]},
    {"id": 9, "name": "Countersunk", "artists": ["Brenn"], "isrc": "ZZA123200001"},
]
IN_CATALOGUE = Track("Fjordline (Nørd Remix)", "Ana Sol")
# On sale at the fake Beatport, and not in the catalogue.
ONLY_AT_BEATPORT = "Rook & Tallow - Candle Tax"
NOWHERE = Track("Velvet Gearbox", "No Such Artist")


@pytest.fixture
def catalogue(tmp_path: Path) -> Any:
    Catalogue.build(ROWS, tmp_path / "pool")
    with Catalogue.open(tmp_path / "pool") as opened:
        yield opened


def settings(**changes: Any) -> MatchSettings:
    return MatchSettings(requests_per_second=None, **changes)


def test_a_catalogue_is_matched_without_a_request(catalogue: Catalogue) -> None:
    """By words, by ISRC and by ID."""
    source = catalogue.source()
    found = match_track(IN_CATALOGUE, source=source)
    assert (found.outcome, found.best and found.best.id, found.requests) == ("matched", 7, 0)
    assert match_track(Track("x", isrc="ZZA123200001"), source=source).queries[0].found == 1
    assert match_track(Track("Countersunk", "Brenn", beatport_id=9), source=source).matched
    with Matcher(source=source) as matcher:
        assert [one.id for one in matcher.search_tracks("fjordline")] == [7, 8]
        row = matcher.fetch_track(8)
        assert row is not None
        assert row.mix_name == "Original Mix"
        assert matcher.fetch_track(999) is None
        with pytest.raises(MisuseError):
            matcher.fetch_track("not a number")


def test_an_open_catalogue_may_be_passed_as_a_source(catalogue: Catalogue, tmp_path: Path) -> None:
    """It gives the same answers as its `source()`; an empty catalogue may be passed too."""
    assert match_track(IN_CATALOGUE, source=catalogue) == match_track(
        IN_CATALOGUE, source=catalogue.source()
    )
    found = match_playlist([IN_CATALOGUE, NOWHERE], settings=settings(), source=[catalogue])
    assert [one.outcome for one in found.matches] == ["matched", "not_found"]
    Catalogue.build([], tmp_path / "empty")
    with Catalogue.open(tmp_path / "empty") as empty:
        not_found = match_track(IN_CATALOGUE, source=empty)
    assert (not_found.outcome, not_found.requests) == ("not_found", 0)
    assert "Not in the catalogue empty: " in not_found.explain()


@pytest.mark.anyio
async def test_sync_and_async_give_the_same_answers(catalogue: Catalogue) -> None:
    tracks = [IN_CATALOGUE, NOWHERE]
    found = await amatch_playlist(tracks, settings=settings(), source=catalogue.source())
    assert [one.outcome for one in found.matches] == ["matched", "not_found"]
    assert found.metrics.concurrency is not None
    again = list(iter_matches(tracks, settings=settings(), source=catalogue.source()))
    assert again == list(found.matches)


def test_a_sync_run_on_the_async_engine_uses_the_source(catalogue: Catalogue) -> None:
    """`async_io.enabled` changes the engine, not the answers."""
    bridged = settings(async_io={"enabled": True})
    found = match_playlist([IN_CATALOGUE], settings=bridged, source=catalogue.source())
    assert found.matches[0].matched


def test_a_not_found_match_names_the_catalogue(catalogue: Catalogue) -> None:
    found = match_track(NOWHERE, source=catalogue.source())
    assert (found.outcome, found.where) == ("not_found", "in the catalogue pool")
    assert "Not in the catalogue pool: " in found.explain()


def test_only_tracks_not_in_the_catalogue_are_sent_to_beatport(catalogue: Catalogue) -> None:
    fake = FakeBeatport(noise=0.0, miss_rate=0.0)
    with httpx.Client(transport=fake.transport()) as client:
        found = match_playlist(
            [IN_CATALOGUE, ONLY_AT_BEATPORT],
            settings=settings(),
            http_client=client,
            source=[catalogue.source(), beatport_source(settings())],
        )
    assert [one.outcome for one in found.matches] == ["matched", "matched"]
    assert [one.requests for one in found.matches] == [0, 1]
    assert len(fake.requests) == 1


def test_a_closed_catalogue_is_a_failure_and_not_a_miss(catalogue: Catalogue) -> None:
    """The failure does not show the parent folders of the catalogue."""
    source = catalogue.source()
    catalogue.close()
    found = match_track(IN_CATALOGUE, source=source)
    assert (found.outcome, found.failures[0].kind) == ("failed", "catalogue_changed")
    assert "is closed" in found.failures[0].detail
    assert str(catalogue.path) not in found.failures[0].detail


def test_a_source_rejects_invalid_questions(catalogue: Catalogue) -> None:
    """A blank text, an invalid ISRC, and a limit of 0 rows."""
    source = catalogue.source()
    with pytest.raises(MisuseError, match="nothing to search for"):
        source.search("  ", "search")
    with pytest.raises(MisuseError, match="'ZZ-1' is not an ISRC"):
        source.isrc("ZZ-1", "isrc")
    with pytest.raises(MisuseError, match="most must be at least 1, not 0"):
        catalogue.source(most=0)


def test_the_name_of_a_source_has_its_path_and_number_of_rows(catalogue: Catalogue) -> None:
    """A journal uses it to notice another source."""
    before = catalogue.source().name
    assert str(catalogue.path) in before
    assert before.endswith(" of 3 rows")
    Catalogue.remove(catalogue.path, [9])
    with Catalogue.open(catalogue.path) as again:
        assert again.source().name != before
        assert repr(again) == f"Catalogue({str(catalogue.path)!r})"


def test_a_query_of_common_words_searches_for_two_of_them_together(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no row has both, it searches for the rarer one."""
    monkeypatch.setattr("beatport_match.catalogue.index.MAX_ROWS_READ", 0)
    assert match_track(IN_CATALOGUE, source=catalogue.source()).best.id == 7
    assert [one.id for one in catalogue.search("fjordline ana")] == [7, 8]
    assert catalogue.search("countersunk")[0].id == 9
