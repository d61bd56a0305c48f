"""Interpretations of a local title, the most likely first."""

from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import PRINTABLE_TEXT, as_track, recordings, styles, version_summary
from tables import each_row

from beatport_match.model.tracks import Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.title_splits import MAX_SEGMENTS


@each_row(
    "track, base, artists, version",
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
def test_first_interpretation_separates_artist_title_and_version(track, base, artists, version):
    """A library may hold the artist in the title; Beatport never does."""
    parsed = interpret(track)[0]
    assert parsed.base == base
    assert "|".join(" ".join(name) for name in parsed.artists) == artists
    assert version_summary(parsed) == version


@each_row(
    "track, version",
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
def test_remixer_field_counts_only_if_the_title_names_no_remixer(track, version):
    assert version_summary(interpret(track)[0]) == version


@each_row(
    "title, artists, base, names",
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
def test_one_interpretation_is_the_intended_one(title, artists, base, names):
    """Artist, title, label and catalogue number may be in one field, in any order."""
    interpretations = [
        (parsed.base, " ".join(" ".join(name) for name in parsed.artists))
        for parsed in interpret(Track(title, artists))
    ]
    assert (base, names) in interpretations


def test_bracket_without_version_word_may_name_the_remixer():
    """`Title (X)` is also interpreted as the title in X's remix, but not first."""
    first, *others = interpret(Track("Night Ferry (Nørd)", "Ana Sol"))
    assert (first.base, version_summary(first)) == ("night ferry nord", "")
    assert ("night ferry", "remix nord") in [
        (parsed.base, version_summary(parsed)) for parsed in others
    ]


def test_text_left_out_is_recorded_as_label_or_unexplained():
    """Text that looks like a label goes to `label`, any other text to `unexplained`."""
    first, *others = interpret(Track("Night Ferry (Quay Records)", "Ana Sol"))
    assert first.unexplained == first.label == ()
    assert ("quay records",) in [parsed.label for parsed in others]
    for bracket in ("We Never Sank", "Chapter 2"):
        _, *others = interpret(Track(f"Night Ferry ({bracket})", "Ana Sol"))
        assert (bracket.casefold(),) in [parsed.unexplained for parsed in others]
    for prefix, field in (("Premiere", "label"), ("QR012", "label"), ("Sunday", "unexplained")):
        (intended,) = (
            parsed
            for parsed in interpret(Track(f"{prefix} - Ana Sol - Night Ferry"))
            if (parsed.base, parsed.artists) == ("night ferry", (("ana", "sol"),))
        )
        assert getattr(intended, field) == (prefix.casefold(),)


@given(recordings(), styles())
def test_first_interpretation_of_a_tidy_title_is_correct(recording, style):
    first = interpret(as_track(recording, style))[0]
    assert first.base == " ".join(recording.title.casefold().split())
    assert first.version.part == recording.part
    assert first.unexplained == ()


@given(PRINTABLE_TEXT, st.text())
def test_interpretations_are_distinct_and_1_to_24(title, artists):
    """The upper limit bounds the work for a track."""
    interpretations = interpret(Track(title, artists))
    assert 1 <= len(interpretations) == len(set(interpretations)) <= 24


def test_segments_beyond_the_limit_are_ignored():
    found = interpret(Track(" - ".join("abcdefghij")))
    assert max(len(parsed.label) for parsed in found) == MAX_SEGMENTS - 2


@each_row(
    "title, artists, version",
    [
        ("Night Ferry - Dub - Kiln - 2021", "Ana Sol", "Dub"),
        ("Ana Sol - Night Ferry - Dub - Kiln", "", "Dub"),
        ("VA - Ana Sol - Night Ferry - Dub", "", "Dub"),
        ("Ana Sol - Live At The Kiln - 03 Night Ferry", "", "Live At The Kiln"),
        ("Night Ferry | Dub", "Ana Sol", "Dub"),
        ("Night Ferry - Slow Take", "Ana Sol", "Slow Take"),
        ("Night Ferry feat. Tom Ray VIP", "Ana Sol", "VIP"),
    ],
)
def test_version_is_found_wherever_it_stands(title, artists, version):
    readings = interpret(Track(title, artists))
    assert any(
        (it.base, it.artists[:1], it.version.text) == ("night ferry", (("ana", "sol"),), version)
        for it in readings
    )


@each_row(
    "file, text",
    [
        ("/music/Ana Sol - Night Ferry (Nørd Remix).mp3", "Nørd Remix"),
        ("C:\\music\\01 - Night Ferry - Extended Mix.flac", "Extended Mix"),
        ("/music/Ana Sol - Night Ferry (Original Mix).mp3", ""),
        ("/music/Other Title (Nørd Remix).mp3", ""),
        (None, ""),
    ],
)
def test_file_name_states_the_version_that_the_title_lacks(file, text):
    assert interpret(Track("Night Ferry", "Ana Sol", file=file))[0].version.text == text
    assert interpret(Track("Night Ferry (Dub)", "Ana Sol", file=file))[0].version.text == "Dub"


@given(st.lists(st.sampled_from(["a", "b", " - ", "(c)", " | ", "'d e'", "-", "x"]), max_size=200))
def test_titles_of_many_segments_have_few_interpretations(pieces):
    """A title with more than `MAX_SEGMENTS` segments is truncated."""
    title = "".join(pieces).strip() or "x"
    interpretations = interpret(Track(title))
    assert len(interpretations) <= 24
    assert max(len(parsed.unexplained) for parsed in interpretations) <= 6
