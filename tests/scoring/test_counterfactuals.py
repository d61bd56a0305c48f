"""Counterfactuals: which single facts would change an answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import CANDIDATES, TRACKS, Recording, as_candidate, as_track, ask, unchecked

from beatport_match.model.tracks import Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.scoring.counterfactuals import what_would_change
from beatport_match.settings.models import MatchSettings

SETTINGS = MatchSettings()
BASE = Recording()


def changes_by_fact(track, *candidates):
    return {(one.fact, one.supposed): one for one in what_would_change(track, candidates, SETTINGS)}


def test_title_without_artist_lists_artist_and_length_as_changes_to_matched():
    track = Track("Ember")
    right = as_candidate(Recording(title="Ember", length_s=400.0), 1)
    other = as_candidate(Recording(title="Ember", artists=("Marwick",), length_s=300.0), 2)
    changes = changes_by_fact(track, right, other)
    assert changes["artists", "with"].outcome == changes["duration_s", "with"].outcome == "matched"
    assert changes["artists", "with"].value == ", ".join(right.artists)
    assert str(changes["artists", "with"]).startswith("with artists ")


def test_unstated_version_lists_the_version_that_would_match():
    track = Track("Lantern Meridian", "Ana Solberg")
    changes = changes_by_fact(track, as_candidate(Recording(mix="Remix", remixer="Marwick")))
    assert changes["version", "with"].outcome == "matched"
    assert changes["version", "with"].value == "Marwick Remix"


def test_match_lists_the_facts_that_it_depends_on():
    """It lists the outcome without a fact, and with another length."""
    track = as_track(BASE, duration_s=300)
    one, two = as_candidate(BASE, 1), as_candidate(Recording(length_s=300), 2)
    assert ask(track, one, two)[0] == "matched"
    changes = changes_by_fact(track, one, two)
    assert changes["duration_s", "without"].outcome == "review"
    assert changes["duration_s", "another"].value == "6:00"


def test_match_lists_a_fact_that_gives_a_match_with_another_candidate():
    short, long = (as_candidate(Recording(length_s=300 + gap), 1 + gap) for gap in (0, 60))
    change = changes_by_fact(as_track(BASE, duration_s=300), short, long)["duration_s", "another"]
    assert (change.outcome, change.found) == ("matched", long.id)


def test_match_does_not_list_a_fact_that_changes_nothing():
    changes = changes_by_fact(as_track(BASE, bpm=124.0), as_candidate(BASE, bpm=124.0))
    assert ("bpm", "without") not in changes


def test_infinite_length_of_a_candidate_gives_no_change_of_the_length():
    changes = changes_by_fact(as_track(BASE), unchecked(as_candidate(BASE), length_s=math.inf))
    assert ("duration_s", "another") not in changes


def test_no_candidates_give_no_changes():
    assert what_would_change(Track("Ember"), (), SETTINGS) == ()


@given(TRACKS, st.lists(CANDIDATES, max_size=3))
def test_every_change_gives_another_outcome_or_another_candidate(track, candidates):
    ranked = rank(track, candidates)
    for change in what_would_change(track, tuple(candidates), SETTINGS):
        now = outcome_of(ranked, SETTINGS), ranked[0].id
        assert (change.outcome, change.found) != now
        assert 0 <= change.confidence <= 1


@pytest.mark.parametrize("accept", [0.5, 0.999])
def test_changes_use_the_accept_threshold_of_the_settings(accept):
    settings = MatchSettings(accept_confidence=accept)
    for change in what_would_change(Track("Ember"), (as_candidate(BASE),), settings):
        assert (change.outcome == "matched") <= (change.confidence >= accept)
