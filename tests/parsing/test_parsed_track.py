"""Parsed tracks: a local track and a candidate become the same words, from any field."""

from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import PRINTABLE_TEXT, version_summary
from tables import each_row

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.parsed_track import (
    beatport_id_of,
    clean_isrc,
    is_compilation,
    parse_candidate,
)


def listed(name="Night Ferry", mix_name="Original Mix", artists=("Ana Sol",), **more):
    return Candidate(id=1, name=name, mix_name=mix_name, artists=artists, **more)


def first_interpretation(track):
    return interpret(track)[0]


@each_row(
    "candidate, base, artists, version",
    [
        (listed(), "night ferry", "ana sol", ""),
        (listed(mix_name=None), "night ferry", "ana sol", ""),
        (listed(mix_name="Nørd Remix"), "night ferry", "ana sol", "remix nord"),
        (listed("Night Ferry (Nørd Remix)"), "night ferry", "ana sol", "remix nord"),
        (listed("Night Ferry (Nørd Remix)", "Extended Mix"), "night ferry", "ana sol",
         "remix long nord"),
        (listed("Night Ferry (Extended Mix)"), "night ferry", "ana sol", "long"),
        (listed("Night Ferry feat. Tom"), "night ferry", "ana sol|tom", ""),
        (listed("Night Ferry (feat. Tom)", "Dub"), "night ferry", "ana sol|tom", "dub"),
        (listed("Night Ferry Part 2"), "night ferry", "ana sol", "part 2"),
        (listed("Night Ferry", "Part 2"), "night ferry", "ana sol", "part 2"),
        (listed(" Night Ferry ", " Dub Mix "), "night ferry", "ana sol", "dub"),
        (listed(artists=("Ana (UK)", "Sol (U.K.)", "Ana")), "night ferry", "ana|sol", ""),
        (listed(mix_name="Nørd (UK) Remix"), "night ferry", "ana sol", "remix nord"),
        (listed("Marea (We've Lost Dancing)"), "marea weve lost dancing", "ana sol", ""),
        (listed(artists=()), "night ferry", "", ""),
        (listed("Edit"), "edit", "ana sol", ""),
        (listed("Night Ferry (VIP)"), "night ferry", "ana sol", "vip"),
        (listed(mix_name="feat. Tom"), "night ferry", "ana sol|tom", ""),
        (listed(mix_name="Dub feat. Tom"), "night ferry", "ana sol|tom", "dub"),
        (listed("Night Ferry (DUB)"), "night ferry", "ana sol", "dub"),
    ],
)  # fmt: skip
def test_parse_candidate_uses_the_fields_and_the_name(candidate, base, artists, version):
    """Beatport has fields for mix, artists and remixers, but its names contain mixes too."""
    parsed = parse_candidate(candidate)
    assert parsed.base == base
    assert "|".join(" ".join(name) for name in parsed.artists) == artists
    assert version_summary(parsed) == version


def test_remixer_words_come_from_the_remixer_field_on_both_sides():
    theirs = parse_candidate(listed(mix_name="Remix", remixers=("Nørd (SE)", "The Tom")))
    mine = first_interpretation(Track("Night Ferry", "Ana", remixers="Nørd & The Tom"))
    assert theirs.remixer_words == mine.remixer_words == {"nord", "tom"}


@each_row(
    "mine, theirs",
    [
        ("Night Ferry (Nørd Remix)", ("Night Ferry", "Nørd Remix")),
        ("Night Ferry - Nørd Remix", ("Night Ferry (Nørd Remix)", "Original Mix")),
        ("Night Ferry", ("Night Ferry", "Original Mix")),
        ("Night Ferry (Nørd Remix) [Extended]", ("Night Ferry", "Nørd Extended Remix")),
        ("Night Ferry Pt. II (Dub)", ("Night Ferry (Part 2)", "Dub Mix")),
        ("Night Ferry (Club Mix) feat. Tom", ("Night Ferry feat. Tom", "Club Mix")),
    ],
)
def test_one_recording_has_one_base_and_one_version_on_both_sides(mine, theirs):
    local, other = (
        first_interpretation(Track(mine, "Ana")),
        parse_candidate(listed(*theirs)),
    )
    assert local.base == other.base
    assert version_summary(local) == version_summary(other)


@each_row(
    "written, code",
    [("DE-AB1-19-00001", "DEAB11900001"), ("deab11900001 ", "DEAB11900001"), ("", ""), (None, "")],
)
def test_isrc_is_reduced_to_the_bare_code(written, code):
    """Tags contain ISRCs with hyphens and blanks and in lower case."""
    assert clean_isrc(written) == code
    assert first_interpretation(Track("x", isrc=written)).isrc == code


def test_keys_are_parsed_on_both_sides():
    """A candidate's key comes from its name, or from its Camelot code if the name is missing."""
    am = parse_key("Am")
    assert first_interpretation(Track("x", key="8A")).key == am
    assert parse_candidate(listed(key="A Minor")).key == am
    assert parse_candidate(listed(camelot="8A")).key == am
    assert parse_candidate(listed()).key is None


NAMES = st.one_of(st.text(), st.lists(st.text(), max_size=3).map(tuple))


@given(PRINTABLE_TEXT, NAMES, NAMES)
def test_no_text_in_a_track_is_an_error(title, artists, remixers):
    for parsed in interpret(Track(title, artists, remixers=remixers)):
        assert all(all(name) for name in parsed.artists)


@given(st.text(), st.none() | st.text(), st.lists(st.text(), max_size=3))
def test_no_text_in_a_candidate_is_an_error(name, mix_name, artists):
    parsed = parse_candidate(listed(name, mix_name, artists, remixers=artists))
    assert all(all(name) for name in parsed.artists)


@each_row(
    "track, number",
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
def test_beatport_id_comes_from_tags_or_the_name_of_a_download(track, number):
    """A date such as `20240131` is not an ID."""
    assert beatport_id_of(track) == number


@each_row(
    "release, expected",
    [
        ("Best Of Quay", True), ("Night Ferry", False), ("Quay Sampler 3", True),
        ("Miami 2019", True), ("Ferries (Deluxe)", True), ("Ferries EP", False), (None, False),
        ("1999", True), ("Volume", True),
    ],
)  # fmt: skip
def test_compilations_and_reissues_are_recognised_by_name(release, expected):
    assert is_compilation(release) is expected


def test_single_titles_of_a_track_that_joins_several():
    assert parse_candidate(listed("Night Ferry / Quay")).single_titles == (
        "night ferry",
        "quay",
    )
    assert parse_candidate(listed("Night Ferry")).single_titles == ()
