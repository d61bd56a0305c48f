"""Readings: both sides come to the same words, whatever field each of them used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import SHOWN, structure

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.parsed_track import (
    beatport_id_of,
    clean_isrc,
    is_compilation,
    parse_candidate,
)


def on_beatport(name="Night Ferry", mix_name="Original Mix", artists=("Ana Sol",), **more):
    return Candidate(id=1, name=name, mix_name=mix_name, artists=artists, **more)


def likeliest(track):
    """The DJ's side, read the likeliest way."""
    return interpret(track)[0]


@pytest.mark.parametrize(
    ("candidate", "base", "artists", "version"),
    [
        (on_beatport(), "night ferry", "ana sol", ""),
        (on_beatport(mix_name=None), "night ferry", "ana sol", ""),
        (on_beatport(mix_name="Nørd Remix"), "night ferry", "ana sol", "remix nord"),
        (on_beatport("Night Ferry (Nørd Remix)"), "night ferry", "ana sol", "remix nord"),
        (on_beatport("Night Ferry (Nørd Remix)", "Extended Mix"), "night ferry", "ana sol",
         "remix long nord"),
        (on_beatport("Night Ferry (Extended Mix)"), "night ferry", "ana sol", "long"),
        (on_beatport("Night Ferry feat. Tom"), "night ferry", "ana sol|tom", ""),
        (on_beatport("Night Ferry (feat. Tom)", "Dub"), "night ferry", "ana sol|tom", "dub"),
        (on_beatport("Night Ferry Part 2"), "night ferry", "ana sol", "part 2"),
        (on_beatport("Night Ferry", "Part 2"), "night ferry", "ana sol", "part 2"),
        (on_beatport(" Night Ferry ", " Dub Mix "), "night ferry", "ana sol", "dub"),
        (on_beatport(artists=("Ana (UK)", "Sol (U.K.)", "Ana")), "night ferry", "ana|sol", ""),
        (on_beatport(mix_name="Nørd (UK) Remix"), "night ferry", "ana sol", "remix nord"),
        (on_beatport("Marea (We've Lost Dancing)"), "marea weve lost dancing", "ana sol", ""),
        (on_beatport(artists=()), "night ferry", "", ""),
        (on_beatport("Edit"), "edit", "ana sol", ""),
        (on_beatport("Night Ferry (VIP)"), "night ferry", "ana sol", "vip"),
        (on_beatport(mix_name="feat. Tom"), "night ferry", "ana sol|tom", ""),
        (on_beatport(mix_name="Dub feat. Tom"), "night ferry", "ana sol|tom", "dub"),
        (on_beatport("Night Ferry (DUB)"), "night ferry", "ana sol", "dub"),
    ],
)  # fmt: skip
def test_beatports_fields_are_read(candidate, base, artists, version):
    """Beatport names mix, artists and remixers in fields of their own; its names hold mixes too."""
    reading = parse_candidate(candidate)
    assert reading.base == base
    assert "|".join(" ".join(name) for name in reading.artists) == artists
    assert structure(reading) == version


def test_beatports_remixers_are_the_makers():
    """`makers` are the words of the remixers' names from their own field, on both sides."""
    theirs = parse_candidate(on_beatport(mix_name="Remix", remixers=("Nørd (SE)", "The Tom")))
    mine = likeliest(Track("Night Ferry", "Ana", remixers="Nørd & The Tom"))
    assert theirs.remixer_words == mine.remixer_words == {"nord", "tom"}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Night Ferry (Nørd Remix)", ("Night Ferry", "Nørd Remix")),
        ("Night Ferry - Nørd Remix", ("Night Ferry (Nørd Remix)", "Original Mix")),
        ("Night Ferry", ("Night Ferry", "Original Mix")),
        ("Night Ferry (Nørd Remix) [Extended]", ("Night Ferry", "Nørd Extended Remix")),
        ("Night Ferry Pt. II (Dub)", ("Night Ferry (Part 2)", "Dub Mix")),
        ("Night Ferry (Club Mix) feat. Tom", ("Night Ferry feat. Tom", "Club Mix")),
    ],
)
def test_the_same_on_both_sides(mine, theirs):
    """Both sides are read the same way: one recording comes to one base and one version."""
    local, other = likeliest(Track(mine, "Ana")), parse_candidate(on_beatport(*theirs))
    assert local.base == other.base
    assert structure(local) == structure(other)


@pytest.mark.parametrize(
    ("written", "code"),
    [("DE-AB1-19-00001", "DEAB11900001"), ("deab11900001 ", "DEAB11900001"), ("", ""), (None, "")],
)
def test_isrcs_are_compared_by_the_code_alone(written, code):
    """Tags write an ISRC with hyphens, blanks and in lower case; none is none."""
    assert clean_isrc(written) == code
    assert likeliest(Track("x", isrc=written)).isrc == code


def test_keys_are_read_on_both_sides():
    """Beatport's key is its name or, where that is missing, its place on the wheel."""
    am = parse_key("Am")
    assert likeliest(Track("x", key="8A")).key == am
    assert parse_candidate(on_beatport(key="A Minor")).key == am
    assert parse_candidate(on_beatport(camelot="8A")).key == am
    assert parse_candidate(on_beatport()).key is None


NAMES = st.one_of(st.text(), st.lists(st.text(), max_size=3).map(tuple))


@given(SHOWN, NAMES, NAMES)
def test_any_track_can_be_read(title, artists, remixers):
    """Input is hostile until read: no text in any field is an error."""
    for reading in interpret(Track(title, artists, remixers=remixers)):
        assert all(all(name) for name in reading.artists)


@given(st.text(), st.none() | st.text(), st.lists(st.text(), max_size=3))
def test_any_candidate_can_be_read(name, mix_name, artists):
    """Input is hostile until read: no text in any field is an error."""
    reading = parse_candidate(on_beatport(name, mix_name, artists, remixers=artists))
    assert all(all(name) for name in reading.artists)


@pytest.mark.parametrize(
    ("track", "number"),
    [
        (Track("Night Ferry", beatport_id=12), 12),
        (Track("Night Ferry", beatport_id=0, file="7654321_Night_Ferry.mp3"), None),
        (Track("Night Ferry", file="/music/7654321_Night_Ferry_(Dub).mp3"), 7654321),
        (Track("Night Ferry", file="C:\\sets\\17654321_Night_Ferry.wav"), 17654321),
        (Track("7654321_Night_Ferry.mp3"), 7654321),
        (Track("Night Ferry", file="/7654321_sets/Night Ferry.mp3"), None),
        (Track("Night Ferry", file="/music/20240131_Night_Ferry.mp3"), None),
        (Track("Night Ferry", file="/music/01_Night_Ferry.mp3"), None),
        (Track("Night Ferry", file="/music/7654321 Night Ferry.mp3"), None),
        (Track("Night Ferry"), None),
    ],
)
def test_the_number_on_beatport(track, number):
    """From the tags, or as Beatport's downloads are named; a date is none."""
    assert beatport_id_of(track) == number


@pytest.mark.parametrize(
    ("release", "gathered"),
    [
        ("Best Of Quay", True), ("Night Ferry", False), ("Quay Sampler 3", True),
        ("Miami 2019", True), ("Ferries (Deluxe)", True), ("Ferries EP", False), (None, False),
        ("1999", True), ("Volume", True),
    ],
)  # fmt: skip
def test_compilations_and_reissues_by_name(release, gathered):
    """A release looks like a compilation or a re-issue by its name."""
    assert is_compilation(release) is gathered


def test_a_track_that_joins_titles_has_each_of_them():
    """`titles` are the single ones of a track that joins several; none where there is but one."""
    assert parse_candidate(on_beatport("Night Ferry / Quay")).single_titles == (
        "night ferry",
        "quay",
    )
    assert parse_candidate(on_beatport("Night Ferry")).single_titles == ()
