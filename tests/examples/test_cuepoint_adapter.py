"""The adapter fills every field of CuePoint's models, with values that their checks accept."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from modes import EXACT_SEARCH, Mode, with_attempts

from beatport_match import Match, Track
from beatport_match.testing import FakeBeatport, always

ADAPTER = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "cuepoint_adapter.py"))
# The names of the fields in CuePoint's public repository.
CANDIDATE_FIELDS = set(
    "url title artists label release_date bpm key genre score title_sim artist_sim query_index "
    "query_text candidate_index base_score bonus_year bonus_key guard_ok reject_reason elapsed_ms "
    "is_winner remixers subgenre artwork_url preview_url release_year release_name".split()
)
RESULT_FIELDS = set(
    "playlist_index title artist matched confidence search_stop_query_index processing_time error "
    "candidates_data queries_data file_path".split()
)
BEST_FIELDS = set(
    "beatport_url beatport_title beatport_artists beatport_key beatport_key_camelot beatport_year "
    "beatport_bpm beatport_label beatport_genres beatport_release beatport_release_date "
    "beatport_track_id match_score title_sim artist_sim search_query_index candidate_index".split()
)


def match_of(track: Track | str, fake: FakeBeatport) -> Match:
    found: Match = Mode("sync").call(
        "match_track", track, transport=fake.transport(), settings=with_attempts()
    )
    return found


def result_of(match: Match) -> dict[str, Any]:
    fields: dict[str, Any] = ADAPTER["result_fields"](match, 3)
    return fields


def test_every_field_of_a_match_is_filled() -> None:
    track = Track("Kestrel Dobbs - Borrowed Umbrella", year=2016, key="12A", file="/music/a.mp3")
    match = match_of(track, FakeBeatport(**EXACT_SEARCH))
    result = result_of(match)
    assert set(result) == RESULT_FIELDS | BEST_FIELDS
    assert (result["artist"], result["matched"], result["confidence"]) == (
        "Kestrel Dobbs",
        True,
        "high",
    )
    assert result["candidate_index"] == str(match.candidates[0].place)
    winner, *others = result["candidates_data"]
    assert winner["is_winner"]
    assert not any(one["is_winner"] for one in others)
    assert (winner["reject_reason"], winner["guard_ok"]) == ("", True)
    assert all(one["reject_reason"].endswith(".") for one in others)
    assert winner["bonus_year"] > 0
    for one in result["candidates_data"]:
        assert set(one) == CANDIDATE_FIELDS
        assert one["url"]
        assert 0 <= one["title_sim"] <= 100
        assert 0 <= one["artist_sim"] <= 100
        assert one["query_text"] == result["queries_data"][one["query_index"]]["query_text"]
        bonuses = one["bonus_year"] + one["bonus_key"]
        assert one["base_score"] + bonuses == pytest.approx(one["score"])


def test_candidate_that_no_query_found_has_fields_too() -> None:
    """Such a match can come from a journal of an earlier version."""
    match = match_of("Kestrel Dobbs - Borrowed Umbrella", FakeBeatport(**EXACT_SEARCH))
    unknown = replace(match.candidates[0], query_index=None, query_text="", place=None)
    fields = result_of(replace(match, best=unknown, candidates=(unknown,), queries=()))
    assert fields["candidates_data"][0]["elapsed_ms"] == 0
    assert (fields["search_query_index"], fields["candidate_index"]) == ("0", "0")


def test_failure_and_missing_track_are_results_too() -> None:
    failed = result_of(match_of("Undertow", FakeBeatport(faults=always("unavailable"))))
    assert set(failed) == RESULT_FIELDS
    assert (failed["matched"], failed["confidence"]) == (False, "low")
    assert failed["error"].startswith("status: ")
    assert failed["artist"] == "Unknown Artist"
    absent = result_of(match_of("Nothing of the Kind", FakeBeatport(**EXACT_SEARCH)))
    assert (absent["matched"], absent["error"]) == (False, None)
