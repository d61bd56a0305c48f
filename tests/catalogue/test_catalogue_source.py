"""An offline catalogue where candidates come from: in four colours, alone and before Beatport."""

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
OURS = Track("Fjordline (Nørd Remix)", "Ana Sol")
# On sale at the fake, and in no catalogue of ours.
THEIRS = "Candle Tax"
NOWHERE = Track("Velvet Gearbox", "Nobody At All")


@pytest.fixture
def catalogue(tmp_path: Path) -> Any:
    Catalogue.build(ROWS, tmp_path / "pool")
    with Catalogue.open(tmp_path / "pool") as opened:
        yield opened


def settings(**given: Any) -> MatchSettings:
    return MatchSettings(requests_per_second=None, **given)


def test_a_catalogue_is_matched_without_a_request(catalogue: Catalogue) -> None:
    """Issue: "an offline catalogue and no need of the network", by words, ISRC and number."""
    source = catalogue.source()
    found = match_track(OURS, source=source)
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


def test_an_open_catalogue_is_its_own_source(catalogue: Catalogue, tmp_path: Path) -> None:
    """docs/sources.md: "an open `Catalogue` is asked as its `source()` is", an empty one, too."""
    assert match_track(OURS, source=catalogue) == match_track(OURS, source=catalogue.source())
    found = match_playlist([OURS, NOWHERE], settings=settings(), source=[catalogue])
    assert [one.outcome for one in found.matches] == ["matched", "not_found"]
    Catalogue.build([], tmp_path / "empty")
    with Catalogue.open(tmp_path / "empty") as empty:
        missed = match_track(OURS, source=empty)
    assert (missed.outcome, missed.requests) == ("not_found", 0)
    assert "Not in the catalogue empty: " in missed.explain()


@pytest.mark.anyio
async def test_a_catalogue_is_matched_in_every_colour(catalogue: Catalogue) -> None:
    """Issue: "used as a source in both colours"; the answers are the same."""
    tracks = [OURS, NOWHERE]
    found = await amatch_playlist(tracks, settings=settings(), source=catalogue.source())
    assert [one.outcome for one in found.matches] == ["matched", "not_found"]
    assert found.metrics.concurrency is not None
    again = list(iter_matches(tracks, settings=settings(), source=catalogue.source()))
    assert again == list(found.matches)


def test_a_bridge_hands_on_the_source(catalogue: Catalogue) -> None:
    """Settings: `async_io.enabled` changes the engine, never the answers."""
    bridged = settings(async_io={"enabled": True})
    found = match_playlist([OURS], settings=bridged, source=catalogue.source())
    assert found.matches[0].matched


def test_a_miss_names_the_catalogue(catalogue: Catalogue) -> None:
    """Issue: "A miss there is `not_found` in that catalogue, said so"."""
    found = match_track(NOWHERE, source=catalogue.source())
    assert (found.outcome, found.where) == ("not_found", "in the catalogue pool")
    assert "Not in the catalogue pool: " in found.explain()


def test_what_is_missing_is_asked_of_beatport(catalogue: Catalogue) -> None:
    """Issue: "offline first, then the network for what is missing"."""
    fake = FakeBeatport(noise=0.0, miss_rate=0.0)
    with httpx.Client(transport=fake.transport()) as client:
        found = match_playlist(
            [OURS, THEIRS],
            settings=settings(),
            http_client=client,
            source=[catalogue.source(), beatport_source(settings())],
        )
    assert [one.outcome for one in found.matches] == ["matched", "matched"]
    assert [one.requests for one in found.matches] == [0, 1]
    assert len(fake.requests) == 1


def test_a_closed_catalogue_is_a_failure_and_never_a_miss(catalogue: Catalogue) -> None:
    """API.md: "a fault kept us from knowing; never reported as not found"."""
    source = catalogue.source()
    catalogue.close()
    found = match_track(OURS, source=source)
    assert (found.outcome, found.failures[0].kind) == ("failed", "catalogue_changed")
    assert "was closed" in found.failures[0].detail
    assert str(catalogue.path) not in found.failures[0].detail


def test_a_source_says_what_it_cannot_be_asked(catalogue: Catalogue) -> None:
    """CatalogueSource: "There is nothing to search for", "It is no ISRC"; it looks at a row at
    least."""
    source = catalogue.source()
    with pytest.raises(MisuseError, match="nothing to search for"):
        source.search("  ", "search")
    with pytest.raises(MisuseError, match="'ZZ-1' is no ISRC"):
        source.isrc("ZZ-1", "isrc")
    with pytest.raises(MisuseError, match="room for 1 row at least, not 0"):
        catalogue.source(most=0)


def test_a_source_is_told_from_another(catalogue: Catalogue) -> None:
    """`name`: "What tells it from other sources, for journals": its place and how much it holds."""
    before = catalogue.source().name
    assert str(catalogue.path) in before
    assert before.endswith(" of 3 rows")
    Catalogue.remove(catalogue.path, [9])
    with Catalogue.open(catalogue.path) as again:
        assert again.source().name != before
        assert repr(again) == f"Catalogue({str(catalogue.path)!r})"


def test_common_words_are_found_by_two_of_them(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/offline-catalogue.md: "A query looks for its rarest words"; where all are common, it is
    two of them together that are rare."""
    monkeypatch.setattr("beatport_match.catalogue.index.MAX_ROWS_READ", 0)
    assert match_track(OURS, source=catalogue.source()).best.id == 7
    assert [one.id for one in catalogue.search("fjordline ana")] == [7, 8]
    assert catalogue.search("countersunk")[0].id == 9
