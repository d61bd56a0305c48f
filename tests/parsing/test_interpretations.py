"""Interpretations: the ways a local title can be meant, likeliest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import SHOWN, as_track, recordings, structure, styles

from beatport_match.model.tracks import Track
from beatport_match.parsing.interpretations import interpret


@pytest.mark.parametrize(
    ("track", "base", "artists", "version"),
    [
        (Track("Night Ferry", "Ana Sol"), "night ferry", "ana sol", ""),
        (Track("Night Ferry (Dub)", ["Ana Sol"]), "night ferry", "ana sol", "dub"),
        (Track("Ana Sol - Night Ferry (Dub)"), "night ferry", "ana sol", "dub"),
        (Track("Ana Sol - Night Ferry", "Ana Sol"), "night ferry", "ana sol", ""),
        (Track("Ana Sol - Night Ferry - Dub", "Ana Sol"), "night ferry", "ana sol", "dub"),
        (Track("Sol, Ana & Tom - Night Ferry", "Ana Sol & Tom"), "night ferry", "ana sol|tom", ""),
        (Track("Ana Sol feat. Tom - Night Ferry"), "night ferry", "ana sol|tom", ""),
        (Track("Ana Sol - Night Ferry (feat. Tom)"), "night ferry", "ana sol|tom", ""),
        (Track("Night - Ferry", "Ana Sol"), "night ferry", "ana sol", ""),
        (Track("01_ana_sol-night_ferry-dub_mix.mp3"), "night ferry", "ana sol", "dub"),
        (Track("8A - 124 - Ana Sol - Night Ferry.flac"), "night ferry", "ana sol", ""),
        (Track("Night Ferry", "Ana Sol (UK)"), "night ferry", "ana sol", ""),
        (Track("Ana Sol & a guest - Night Ferry", "Ana Sol (UK)"), "night ferry", "ana sol", ""),
        (Track("Night Ferry", "DJ Ana, The Owls"), "night ferry", "ana|owls", ""),
        (Track("Night Ferry", "The DJ"), "night ferry", "the dj", ""),
        (Track("Ana Sol - Night Ferry (Original Mix)"), "night ferry", "ana sol", ""),
        (Track("Ana Sol feat. Tom 'Night Ferry'"), "night ferry", "ana sol|tom", ""),
        (Track("7654321_Night_Ferry_(Dub).mp3", "Ana Sol"), "night ferry", "ana sol", "dub"),
        (Track("夜の鉄道 - 灯台 (Extended Mix)"), "灯台", "夜の鉄道", "long"),
    ],
)  # fmt: skip
def test_the_library_hides_the_artist_in_the_title(track, base, artists, version):
    """A DJ's library may hide the artist in the title, Beatport never does."""
    reading = interpret(track)[0]
    assert reading.base == base
    assert "|".join(" ".join(name) for name in reading.artists) == artists
    assert structure(reading) == version


@pytest.mark.parametrize(
    ("track", "version"),
    [
        (Track("Night Ferry", "Ana", remixers="Nørd"), "remix nord"),
        (Track("Night Ferry", "Ana", remixers=["Nørd", "Tom"]), "remix nord tom"),
        (Track("Night Ferry (Remix)", "Ana", remixers="Nørd"), "remix nord"),
        (Track("Night Ferry (Extended Remix)", "Ana", remixers="Nørd"), "remix long nord"),
        (Track("Night Ferry (Nørd Remix)", "Ana", remixers="Nørd"), "remix nord"),
        (Track("Night Ferry (Original Mix)", "Ana", remixers="Nørd"), ""),
        (Track("Night Ferry", "Ana", remixers=""), ""),
        (Track("Night Ferry (Nørd Dub)", "Ana", remixers="Nørd"), "dub nord"),
    ],
)
def test_the_remixer_field_fills_in_what_the_title_leaves_out(track, version):
    """The library's remixer field speaks where the title leaves the name out, and only there."""
    assert structure(interpret(track)[0]) == version


@pytest.mark.parametrize(
    ("title", "artists", "base", "names"),
    [
        ("Night Ferry - Ana Sol", (), "night ferry", "ana sol"),
        ("Quay Records - Ana Sol - Night Ferry", (), "night ferry", "ana sol"),
        ("Ana Sol - Night Ferry - QUAY012", (), "night ferry", "ana sol"),
        ("Ana Sol-Night Ferry", (), "night ferry", "ana sol"),
        ("14 Ana Sol - Night Ferry", (), "night ferry", "ana sol"),
        ("14 Ana Sol - Night Ferry", (), "night ferry", "14 ana sol"),
        ("Ana Sol 'Night Ferry'", (), "night ferry", "ana sol"),
        ("Night Ferry | Ana Sol", (), "night ferry", "ana sol"),
        ("Night Ferry - Ana Sol", "Ana Sol", "night ferry", "ana sol"),
        ("Night - Ferry", "Ana Sol", "night ferry", "ana sol"),
        ("Night - Ferry", "Night", "ferry", "night"),
        ("Night - Ferry", "Night", "night ferry", "night"),
        ("Ana Sol - Free", (), "free", "ana sol"),
        ("Ana Sol - Intro", (), "intro", "ana sol"),
        ("Ana Sol - Original", (), "original", "ana sol"),
        ("Night Ferry (Quay Records)", "Ana Sol", "night ferry", "ana sol"),
        ("Night Ferry - Quay Records", "Ana Sol", "night ferry", "ana sol"),
        ("Quay Records - Night Ferry", "Ana Sol", "night ferry", "ana sol"),
    ],
)
def test_one_of_the_ways_is_the_one_meant(title, artists, base, names):
    """Artist, title, label and number may stand in one field, in any order."""
    ways = [
        (reading.base, " ".join(" ".join(name) for name in reading.artists))
        for reading in interpret(Track(title, artists))
    ]
    assert (base, names) in ways


def test_a_bracket_nobody_marked_may_name_the_remixer():
    """`Title (X)` is also read as the title in X's remix, but not first."""
    first, *others = interpret(Track("Night Ferry (Nørd)", "Ana Sol"))
    assert (first.base, structure(first)) == ("night ferry nord", "")
    assert ("night ferry", "remix nord") in [(one.base, structure(one)) for one in others]


def test_what_a_reading_leaves_out_stands_aside():
    """What a reading had to leave out stands in its `aside`, or in `label` if it looks like one."""
    first, *others = interpret(Track("Night Ferry (Quay Records)", "Ana Sol"))
    assert first.unexplained == first.label == ()
    assert ("quay records",) in [one.label for one in others]
    _, *others = interpret(Track("Night Ferry (We Never Sank)", "Ana Sol"))
    assert ("we never sank",) in [one.unexplained for one in others]
    for mark, kind in (("Premiere", "label"), ("QR012", "label"), ("Sunday", "unexplained")):
        ways = interpret(Track(f"{mark} - Ana Sol - Night Ferry"))
        (way,) = (
            way for way in ways if (way.base, way.artists) == ("night ferry", (("ana", "sol"),))
        )
        assert getattr(way, kind) == (mark.casefold(),)


@given(recordings(), styles())
def test_the_likeliest_way_is_the_right_one_where_nothing_is_strange(recording, style):
    """The first reading is the likeliest: a tidy title is read as it was meant."""
    first = interpret(as_track(recording, style))[0]
    assert first.base == " ".join(recording.title.casefold().split())
    assert first.version.part == recording.part
    assert first.unexplained == ()


@given(SHOWN, st.text())
def test_there_is_always_a_way_and_no_two_are_alike(title, artists):
    """A title is read in several ways, each once, and never in so many that it costs."""
    ways = interpret(Track(title, artists))
    assert 1 <= len(ways) == len(set(ways)) <= 24


@given(st.lists(st.sampled_from(["a", "b", " - ", "(c)", " | ", "'d e'", "-", "x"]), max_size=200))
def test_hostile_titles_have_few_readings(pieces):
    """More segments than a library writes is a sentence: the ways to read it stay few."""
    title = "".join(pieces).strip() or "x"
    ways = interpret(Track(title))
    assert len(ways) <= 24
    assert max(len(way.unexplained) for way in ways) <= 6
