"""Titles that nothing divides, read by what a candidate is called."""

import pytest
from hypothesis import given
from invented_tracks import as_candidate, as_track, ask, recordings

from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret_using_candidate
from beatport_match.parsing.parsed_track import parse_candidate

SOLD = Candidate(
    id=1,
    name="Copper Tide",
    mix_name="Original Mix",
    artists=("Mirrow", "DJ Oriel"),
    label="Quay Records",
    catalog_number="QR012",
    length_s=372.0,
)
REMIX = Candidate(
    id=2, name="Copper Tide", mix_name="Osk Vell Remix", artists=("Mirrow",), length_s=372.0
)


def read(title, candidate=SOLD, artists=""):
    return interpret_using_candidate(Track(title, artists), candidate, parse_candidate(candidate))


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("Mirrow Copper Tide", ""),
        ("Mirrow & Oriel Copper Tide Original Mix", "original mix"),
        ("Mirrow - Copper Tide Original Mix - 3A - 126", "original mix"),
        ("Quay Records-Copper Tide-Original Mix-Mirrow", "original mix"),
        ("QR012 Mirrow Copper Tide", ""),
        ("Copper Tide Mirrow Osk Vell Remix", "osk vell remix"),
        ("Copper Tide Osk Vell Remix feat. Mirrow", "osk vell remix"),
        ("Copper_Tide_Mirrow_Remix", "mirrow remix"),
    ],
)
def test_every_word_finds_its_place(title, version):
    """A word belongs to the title, the artists, the label, the number, or names a version."""
    found = read(title)
    assert found is not None
    assert (found.base, found.version.text, found.located_by_candidate) == (
        "copper tide",
        version,
        True,
    )
    assert ("mirrow",) in found.artists


@pytest.mark.parametrize(
    "title",
    [
        "Mirrow Copper Tide Harbour",  # a word that is nobody's
        "Harbour Mirrow Copper Tide",
        "Copper Tide",  # nobody is named
        "Copper Tide Original Mix",
        "Mirrow Copper",  # not all of the title
        "Mirrow Tide Copper",
    ],
)
def test_a_word_that_is_nobodys_makes_it_another_title(title):
    """Every word must find its place, or the candidate is not what is meant."""
    assert read(title) is None


def test_an_artist_of_its_own_field_is_enough():
    """Somebody has to be named, in the title or beside it."""
    found = read("Quay Records-Copper Tide", artists="Mirrow")
    assert found is not None
    assert found.artists == (("mirrow",),)


def test_a_length_makes_it_safe():
    """Such a reading alone is for a person; an equal length settles it."""
    assert ask(Track("Mirrow Copper Tide Osk Vell Remix"), REMIX)[0] == "review"
    assert ask(Track("Mirrow Copper Tide Osk Vell Remix", duration_s=372), REMIX)[0] == "matched"


def test_another_remix_stays_another_version():
    """A contradiction caps the outcome, however the title was read."""
    outcome, ranked = ask(Track("Mirrow Copper Tide Tam Remix", duration_s=372), REMIX)
    assert (outcome, ranked[0].relation) == ("review", "other_version")


@given(recordings())
def test_what_is_divided_is_read_as_before(recording):
    """Only where no other reading fits is a title read by the candidate."""
    _, ranked = ask(as_track(recording), as_candidate(recording))
    assert "found" not in {line.code for line in ranked[0].evidence}
