"""What would change an answer: nothing is guessed, each supposition is judged anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import CANDIDATES, TRACKS, Recording, as_candidate, as_track, ask

from beatport_match.model.tracks import Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.scoring.counterfactuals import what_would_change
from beatport_match.settings.models import MatchSettings

SETTINGS = MatchSettings()
BASE = Recording()


def told(track, *candidates):
    return {(one.fact, one.supposed): one for one in what_would_change(track, candidates, SETTINGS)}


def test_a_lone_title_is_told_that_artist_or_length_would_do():
    """For an answer that is not `matched`: what it lacks."""
    track = Track("Ember")
    sold = as_candidate(Recording(title="Ember", length_s=400.0), 1)
    other = as_candidate(Recording(title="Ember", artists=("Marwick",), length_s=300.0), 2)
    changes = told(track, sold, other)
    assert changes["artists", "with"].outcome == changes["duration_s", "with"].outcome == "matched"
    assert changes["artists", "with"].value == ", ".join(sold.artists)
    assert str(changes["artists", "with"]).startswith("with artists ")


def test_an_unnamed_version_is_told_which():
    """A version that the library does not name: with its name it would be matched."""
    track = Track("Lantern Meridian", "Ana Solberg")
    changes = told(track, as_candidate(Recording(mix="Remix", remixer="Marwick")))
    assert changes["version", "with"].outcome == "matched"
    assert changes["version", "with"].value == "Marwick Remix"


def test_a_match_is_told_what_it_hangs_on():
    """For a match: what it would be without a fact, or with another length."""
    track = as_track(BASE, duration_s=300)
    one, two = as_candidate(BASE, 1), as_candidate(Recording(length_s=300), 2)
    assert ask(track, one, two)[0] == "matched"
    changes = told(track, one, two)
    assert changes["duration_s", "without"].outcome == "review"
    assert changes["duration_s", "another"].value == "6:00"


def test_what_is_sure_hangs_on_nothing():
    """A match that every single fact less leaves as it is has nothing to tell but what matters."""
    changes = told(as_track(BASE, bpm=124.0), as_candidate(BASE, bpm=124.0))
    assert ("bpm", "without") not in changes


def test_nothing_found_has_nothing_to_change():
    """Without a candidate there is nothing to suppose."""
    assert what_would_change(Track("Ember"), (), SETTINGS) == ()


@given(TRACKS, st.lists(CANDIDATES, max_size=3))
def test_every_change_changes_something(track, candidates):
    """Each change names another outcome, or another best one, than there is."""
    ranked = rank(track, candidates)
    for change in what_would_change(track, tuple(candidates), SETTINGS):
        now = outcome_of(ranked, SETTINGS), ranked[0].id
        assert (change.outcome, change.found) != now
        assert 0 <= change.confidence <= 1


@pytest.mark.parametrize("accept", [0.5, 0.999])
def test_changes_keep_to_the_settings(accept):
    """What would be matched is what the settings accept."""
    settings = MatchSettings(accept_confidence=accept)
    for change in what_would_change(Track("Ember"), (as_candidate(BASE),), settings):
        assert (change.outcome == "matched") <= (change.confidence >= accept)
