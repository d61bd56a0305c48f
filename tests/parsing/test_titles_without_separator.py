"""Titles without separators, interpreted with the help of a candidate."""

from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import as_candidate, as_track, ask, recordings
from tables import each_row

from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret_using_candidate, locating_words
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


def interpret_title(title, candidate=SOLD, artists=""):
    return interpret_using_candidate(Track(title, artists), candidate, parse_candidate(candidate))


@each_row(
    "title, version",
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
def test_title_is_interpreted_if_every_word_is_explained(title, version):
    """A word belongs to title, artists, label or catalogue number, or it names a version."""
    parsed = interpret_title(title)
    assert parsed is not None
    assert (parsed.base, parsed.version.text, parsed.located_by_candidate) == (
        "copper tide",
        version,
        True,
    )
    assert ("mirrow",) in parsed.artists


@each_row(
    "title",
    [
        "Mirrow Copper Tide Harbour",  # an unexplained word
        "Harbour Mirrow Copper Tide",
        "Copper Tide",  # no artist
        "Copper Tide Original Mix",
        "Mirrow Copper",  # not all of the title
        "Mirrow Tide Copper",
    ],
)
def test_title_is_not_interpreted_if_a_word_is_unexplained_or_missing(title):
    """The title does not mean this candidate."""
    assert interpret_title(title) is None


def test_the_artist_may_stand_in_the_artist_field():
    """An artist is required, in the title or in the field."""
    parsed = interpret_title("Quay Records-Copper Tide", artists="Mirrow")
    assert parsed is not None
    assert parsed.artists == (("mirrow",),)


def test_match_is_accepted_automatically_only_with_an_equal_length():
    """The interpretation alone needs review."""
    assert ask(Track("Mirrow Copper Tide Osk Vell Remix"), REMIX)[0] == "review"
    assert ask(Track("Mirrow Copper Tide Osk Vell Remix", duration_s=372), REMIX)[0] == "matched"


def test_another_remix_is_another_version():
    """A contradiction limits the outcome for every interpretation."""
    outcome, ranked = ask(Track("Mirrow Copper Tide Tam Remix", duration_s=372), REMIX)
    assert (outcome, ranked[0].relation) == ("review", "other_version")


@given(recordings())
def test_titles_with_separators_are_not_located_by_the_candidate(recording):
    """`interpret_using_candidate` is used only if no other interpretation fits."""
    _, ranked = ask(as_track(recording), as_candidate(recording))
    assert "found" not in {item.code for item in ranked[0].evidence}


LOCATABLE = st.sampled_from(["Mirrow", "Copper Tide", "Copper", "Quay", "Tide", "!!!", ""])


@given(st.lists(LOCATABLE.filter(bool), min_size=1).map(" ".join), LOCATABLE, LOCATABLE, LOCATABLE)
def test_a_candidate_that_cannot_be_located_is_not_looked_for(title, artists, name, sold_by):
    """The cheap test is certain: a candidate that it leaves out has no such interpretation."""
    track = Track(title, artists)
    candidate = Candidate(id=1, name=name, artists=(sold_by,))
    if not locating_words(track).may_locate(parse_candidate(candidate)):
        assert interpret_using_candidate(track, candidate, parse_candidate(candidate)) is None


def test_which_candidates_may_be_located():
    """Their title must be in the track's title, or at the start of the artist field."""
    words = locating_words(Track("Mirrow Copper Tide", "Lantern Bay"))
    names = ("Copper Tide", "Lantern", "Copper Bay", "Bay")
    found = [words.may_locate(parse_candidate(Candidate(id=1, name=name))) for name in names]
    assert found == [True, True, False, False]
