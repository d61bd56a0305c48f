"""Tracks and candidates: they keep the given values and reject invalid ones."""

import dataclasses
import inspect
import json
import pickle

import pytest
from tables import each_row

from beatport_match.errors import BeatportMatchError, MisuseError
from beatport_match.model.tracks import Candidate, Track, as_dict


def test_only_the_title_is_required():
    """Every other field is unknown by default."""
    track = Track("Night Ferry")
    assert (track.title, track.artists, track.remixers) == ("Night Ferry", (), ())
    others = {"title", "artists", "remixers"}
    assert {value for name, value in as_dict(track).items() if name not in others} == {None}


def test_only_title_and_artists_are_positional():
    assert Track("Night Ferry", "Ana").artists == "Ana"
    with pytest.raises(TypeError):
        Track("Night Ferry", "Ana", "Harbour EP")


@each_row(
    "name, remedy",
    [
        ("artist", "write artists=."),
        ("duration", "write duration_s=."),
        ("remixer", "write remixers=."),
        (
            "tempo",
            f"its fields are {', '.join(field.name for field in dataclasses.fields(Track))}.",
        ),
    ],
)
def test_an_unknown_keyword_names_the_field(name, remedy):
    with pytest.raises(MisuseError) as caught:
        Track("Night Ferry", **{name: "Ana"})
    assert str(caught.value) == f"Track has no field {name!r}; {remedy}"


def test_the_signature_of_a_track_names_its_fields():
    """Editors and the documentation show it."""
    names = [field.name for field in dataclasses.fields(Track)]
    assert list(inspect.signature(Track).parameters) == names


@each_row("artists", ["Ana & Tom feat. Lea", "", "A, B / C", "  Ana "])
def test_string_of_artists_is_kept_as_written(artists):
    """The parser splits it later."""
    track = Track("Night Ferry", artists, remixers=artists)
    assert (track.artists, track.remixers, track.artist_text) == (artists, artists, artists)


@pytest.mark.parametrize(
    "given", [["Ana & Tom", "Lea"], ("Ana & Tom", "Lea"), iter(["Ana & Tom", "Lea"])]
)
def test_sequence_of_artists_has_one_name_per_entry(given):
    track = Track("Night Ferry", given)
    assert track.artists == ("Ana & Tom", "Lea")
    assert track.artist_text == "Ana & Tom, Lea"


@each_row("title", ["", " ", "\t\n", None, 5, b"Night Ferry", ["Night"]])
def test_title_that_is_blank_or_not_text_is_rejected(title):
    """The message contains the value; the exception is also a `ValueError`."""
    with pytest.raises(MisuseError) as caught:
        Track(title)
    assert repr(title) in str(caught.value)
    assert "Track.title" in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, BeatportMatchError)


@each_row("field", ["year", "bpm", "duration_s", "beatport_id"])
@each_row("value", [float("nan"), float("inf"), 10**400, "124", True, [1]])
def test_number_that_is_not_finite_is_rejected(field, value):
    """The message names the field."""
    with pytest.raises(MisuseError, match=rf"Track\.{field} must be a finite number"):
        Track("Night Ferry", **{field: value})


@each_row("field", ["artists", "remixers"])
@each_row("value", [5, None, [5], ["Ana", None], b"Ana"])
def test_names_that_are_not_text_are_rejected(field, value):
    """The message names the field."""
    with pytest.raises(MisuseError, match=rf"Track\.{field} must be text"):
        Track("Night Ferry", **{field: value})


@each_row("field", ["album", "label", "key", "isrc"])
def test_text_field_that_is_not_text_is_rejected(field):
    """The error is raised when the track is made, not when it is scored."""
    with pytest.raises(MisuseError, match=field):
        Track("Night Ferry", **{field: 5})


@each_row("number", [0, 0.0, -1, 10**12])
def test_unusual_but_finite_numbers_are_kept(number):
    """Scoring treats zero as unknown."""
    assert Track("x", year=number, bpm=number, duration_s=number).bpm == number


def test_from_text_keeps_the_line_as_the_title():
    """The parser separates the artist from the title later."""
    assert Track.from_text("Ana - Night Ferry (Dub)") == Track("Ana - Night Ferry (Dub)")
    with pytest.raises(MisuseError):
        Track.from_text("  ")


VALUES = [
    Track(
        "Night Ferry", ["Ana", "Tom"], bpm=124.0, key="8A", remixers=["Nørd"], file="a.mp3", id="1"
    ),
    Candidate(id=5, name="Night Ferry", mix_name="Dub", artists=["Ana"], remixers=["Nørd"]),
]


@pytest.mark.parametrize("value", VALUES, ids=["track", "candidate"])
def test_values_are_frozen_hashable_and_picklable(value):
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.bpm = 1.0
    copy = dataclasses.replace(value)
    assert copy == value
    assert len({copy, value}) == 1
    assert pickle.loads(pickle.dumps(value)) == value
    assert dataclasses.replace(value, bpm=99.0) != value


@pytest.mark.parametrize("value", VALUES, ids=["track", "candidate"])
def test_as_dict_round_trips_through_json(value):
    """The fields are in the order of their declaration."""
    fields = as_dict(value)
    assert list(fields) == [field.name for field in dataclasses.fields(value)]
    assert type(value)(**json.loads(json.dumps(fields))) == value


@each_row(
    "given, kept", [(["Ana", "Tom"], ("Ana", "Tom")), ("Ana", ("Ana",)), (None, ()), ([], ())]
)
def test_candidate_converts_lists_from_json_to_tuples(given, kept):
    """A value that is hashed must hold tuples."""
    candidate = Candidate(id=1, name="x", artists=given, remixers=given)
    assert (candidate.artists, candidate.remixers) == (kept, kept)
    hash(candidate)


@each_row("name", [one.name for one in dataclasses.fields(Candidate)])
def test_candidate_with_a_value_of_a_wrong_type_is_rejected(name):
    """Scoring such a candidate would fail later with an error that does not name the field."""
    wrong = [b"x", 5.5, ["x", 5]] if name != "bpm" and name != "length_s" else ["124", True, [1]]
    for value in wrong:
        with pytest.raises(MisuseError, match=rf"^Candidate\.{name} must be .*, not .*\.$"):
            Candidate(**{"id": 1, "name": "x", name: value})


@each_row("name", ["bpm", "length_s"])
@each_row("value", [float("nan"), float("inf"), 10**400])
def test_candidate_with_a_number_that_is_not_finite_is_rejected(name, value):
    with pytest.raises(MisuseError, match=rf"^Candidate\.{name} must be a finite number"):
        Candidate(**{"id": 1, "name": "x", name: value})


def test_candidate_keeps_a_whole_number_and_rejects_an_unknown_field():
    assert Candidate(id=1, name="x", bpm=124, length_s=None).bpm == 124
    for number in (None, True, "7", 7.0):
        with pytest.raises(MisuseError, match=r"^Candidate\.id must be a whole number"):
            Candidate(id=number, name="x")
    with pytest.raises(MisuseError, match=r"Candidate has no field 'artist'; write artists=\."):
        Candidate(id=1, name="x", artist="Ana")


def test_unknown_fields_of_a_candidate_are_none_and_all_fields_are_keywords():
    fields = as_dict(Candidate(id=1, name="x"))
    known = {"id", "name", "artists", "remixers"}
    assert {value for name, value in fields.items() if name not in known} == {None}
    with pytest.raises(TypeError):
        Candidate(1, "x")


@each_row(
    "value, line",
    [
        (Track("Night Ferry (Dub)", ["Ana", "Tom"]), "Ana, Tom - Night Ferry (Dub)"),
        (Track("Night Ferry"), "Night Ferry"),
        (Candidate(id=1, name="Night Ferry", mix_name="Dub", artists=["Ana", "Tom"]),
         "Ana, Tom - Night Ferry (Dub)"),
        (Candidate(id=1, name="Night Ferry"), "unknown artist - Night Ferry"),
    ],
)  # fmt: skip
def test_str_of_a_value_is_one_line(value, line):
    """It is written as a DJ would write it."""
    assert str(value) == line
