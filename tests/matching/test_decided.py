"""Which decisions apply to a track: facts that agree, contradict or are unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from tables import each_row

from beatport_match import Candidate, Track
from beatport_match.matching.decided import UNDECIDED, DecisionIndex, candidate_key, is_about
from beatport_match.model.decisions import Decision, Verdict

TRACK = Track(
    "Lantern Meridian", "Ana Solberg", duration_s=372.0, isrc="QZES71900001", file="/sets/a1.mp3"
)
CANDIDATE = Candidate(
    id=71,
    name="Lantern Meridian",
    mix_name="Extended Mix",
    artists=("Ana Solberg", "Marwick"),
    isrc="QZES71900002",
)
OTHER = Candidate(id=72, name="Lantern Meridian", mix_name="Radio Edit", artists=("Ana Solberg",))
START = datetime(2026, 2, 3, 12, tzinfo=UTC)


def decision(
    verdict: Verdict = "accepted",
    track: Track = TRACK,
    candidate: Candidate | None = CANDIDATE,
    days: float = 0,
) -> Decision:
    at = START + timedelta(days=days)
    candidate = None if verdict == "missed" else candidate
    return Decision(verdict=verdict, track=track, candidate=candidate, by="person", at=at)


def index(*decisions: Decision) -> DecisionIndex:
    found = DecisionIndex()
    for one in decisions:
        found.add(one)
    return found


@each_row(
    "fields",
    [
        {},
        {"key": "8A", "bpm": 124.0, "label": "Saffron", "album": "One", "year": 2019, "id": "9"},
        {"duration_s": 374.5},
        {"duration_s": None, "isrc": None, "file": None},
        {"title": "LANTERN  MERIDIÁN"},
        {"title": "Ana Solberg - Lantern Meridian", "artists": ""},
        {"artists": "Ana Solberg & Marwick"},
        {"artists": ("Marwick", "Ana Solberg")},
        {"file": "/other/folder/renamed.flac"},
        # Tags that were written from the candidate.
        {"title": "Lantern Meridian (Extended Mix)"},
        {"isrc": "QZES71900002"},
        {"beatport_id": 71},
    ],
)
def test_a_decision_is_kept_when_nothing_contradicts_it(fields: dict[str, Any]) -> None:
    assert is_about(decision(), replace(TRACK, **fields))


@each_row(
    "fields",
    [
        {"duration_s": 376.0},
        {"duration_s": 368.0},
        {"isrc": "QZES71900003"},
        {"beatport_id": 72},
        {"title": "Lantern Meridian (Radio Edit)"},
        {"title": "Lantern Meridian (Original Mix)"},
        {"title": "Lantern Meridian (Marwick Remix)"},
        {"title": "Lantern Meridians Tundra"},
        {"title": "Lantern Meridian [Slowed]"},
        {"title": "Lantern Meridian (2)"},
        {"artists": "Tomek Brzoza"},
    ],
)
def test_a_contradiction_reopens_a_decision(fields: dict[str, Any]) -> None:
    changed = replace(TRACK, **fields)
    assert not is_about(decision(), changed)
    assert index(decision()).about(changed) == UNDECIDED


@each_row(
    "fields, later",
    [
        ({}, {"duration_s": 372.0}),
        ({}, {"isrc": "QZES71900001"}),
        ({"artists": (), "file": "a1.mp3"}, {"artists": "Ana Solberg", "file": "a1.mp3"}),
        ({"title": "Lantern Meridian (Original Mix)"}, {"title": "Lantern Meridian"}),
    ],
)
def test_fields_that_are_added_or_removed_later_keep_a_decision(
    fields: dict[str, Any], later: dict[str, Any]
) -> None:
    then = Track(**{"title": "Lantern Meridian", "artists": "Ana Solberg", **fields})
    assert is_about(decision(track=then), replace(then, **later))


@each_row(
    "support, agrees",
    [
        ({}, False),
        ({"duration_s": 372.0}, True),
        ({"isrc": "QZES71900001"}, True),
        ({"file": "C:\\music\\A1.flac"}, True),
        ({"file": "/sets/b7.mp3"}, False),
    ],
)
def test_a_title_without_an_artist_is_not_enough(support: dict[str, Any], *, agrees: bool) -> None:
    then = replace(TRACK, artists=())
    assert is_about(decision("missed", then), Track("Lantern Meridian", **support)) is agrees


def test_a_track_of_which_only_the_title_is_known_keeps_its_decision() -> None:
    then = Track("Lantern Meridian")
    assert is_about(decision(track=then), replace(then, id="12"))
    assert not is_about(decision(track=then), replace(then, label="Saffron"))


@pytest.mark.parametrize("title", ["Sequence [3]", "Sequence (3)", "07 Sequence"])
def test_text_that_is_left_out_of_a_title_must_be_equal(title: str) -> None:
    """Each of these titles may also be read as "Sequence" with something that is not a title."""
    then = Track("Sequence [2]", "Nørdlys")
    assert is_about(decision(track=then, candidate=replace(OTHER, name="Sequence [2]")), then)
    assert not is_about(decision("missed", then), Track(title, "Nørdlys"))


def test_names_with_other_separators_are_the_same_artist() -> None:
    then = Track("Lantern Meridian", "Quilt/Thimble")
    assert is_about(decision(track=then), Track("Lantern Meridian", "QuiltThimble"))


def test_the_later_of_two_decisions_counts_in_every_order() -> None:
    steps = [
        decision("accepted", days=0),
        decision("accepted", candidate=OTHER, days=1),
        decision("withdrawn", candidate=OTHER, days=2),
        decision("rejected", candidate=replace(OTHER, id=73), days=3),
    ]
    for order in permutations(steps):
        decided = index(*order).about(TRACK)
        assert decided.accepted == steps[0]
        assert decided.rejected == {(73, OTHER.name): steps[3]}


def test_the_newest_accepted_candidate_is_the_answer() -> None:
    newer, again = decision(candidate=OTHER, days=1), decision(days=2)
    assert index(newer, decision()).about(TRACK).accepted == newer
    assert index(again, newer, decision()).about(TRACK).accepted == again


def test_a_rejection_ends_an_acceptance_also_after_the_tags_were_written() -> None:
    tagged = replace(TRACK, title="Lantern Meridian (Extended Mix)", beatport_id=71)
    found = index(decision(), decision("rejected", days=1))
    assert found.about(TRACK).accepted is None
    # With the wording of the rejected candidate it is another title: the rejection is open again.
    assert found.about(tagged) == UNDECIDED


def test_candidates_of_two_catalogues_with_one_number_are_different() -> None:
    namesake = replace(OTHER, id=CANDIDATE.id, name="Driftwood")
    decided = index(decision(), decision("rejected", candidate=namesake, days=1)).about(TRACK)
    assert decided.accepted == decision()
    assert set(decided.rejected) == {candidate_key(namesake)}


@pytest.mark.parametrize("remixers", ["Mo Tarn, Bo", ("Mo Tarn", "Bo")])
def test_remixers_that_were_written_from_the_candidate_keep_the_decision(remixers: Any) -> None:
    """A person may accept a remix for a title that names an extended mix."""
    track = replace(TRACK, title="Tide (Extended Mix)")
    remix = replace(CANDIDATE, name="Tide", mix_name="Mo Tarn Remix", remixers=("Mo Tarn", "Bo"))
    kept = decision(track=track, candidate=remix)
    assert is_about(kept, replace(track, remixers=remixers))
    assert not is_about(kept, replace(track, remixers="Cy"))


def test_the_wait_after_misses_doubles_up_to_32_days() -> None:
    waits = []
    for count in range(1, 9):
        misses = index(*(decision("missed", days=day) for day in range(count)))
        following = misses.about(TRACK).next_attempt
        assert following is not None
        waits.append((following - START).days - (count - 1))
    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]
    assert UNDECIDED.next_attempt is None


def test_a_title_with_an_unknown_word_has_no_decision() -> None:
    assert index(decision()).about(Track("Lantern Zeppelin", "Ana Solberg")) == UNDECIDED


def test_a_damaged_title_is_found_by_its_repaired_words() -> None:
    then = replace(TRACK, title="Lantern&#32;Meridian")
    assert index(decision("missed", then)).about(TRACK).misses == (START,)


def test_a_title_without_a_word_has_no_decision() -> None:
    assert index(decision(track=Track("\u200b"))).about(Track("\u200b")) == UNDECIDED
