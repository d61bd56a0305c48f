"""Tracks and candidates: values that keep what they were given and refuse what cannot be one."""

import dataclasses
import json
import pickle

import pytest

from beatport_match.errors import BeatportMatchError, MisuseError
from beatport_match.model.tracks import Candidate, Track, as_dict


def test_only_the_title_is_needed():
    """Only `title` is needed; everything else is unknown."""
    track = Track("Night Ferry")
    assert (track.title, track.artists, track.remixers) == ("Night Ferry", (), ())
    others = {"title", "artists", "remixers"}
    assert {value for name, value in as_dict(track).items() if name not in others} == {None}


def test_title_and_artists_stand_first_the_rest_is_named():
    """`Track(title, artists=(), *, album, …)`: a third value without its name is refused."""
    assert Track("Night Ferry", "Ana").artists == "Ana"
    with pytest.raises(TypeError):
        Track("Night Ferry", "Ana", "Harbour EP")


@pytest.mark.parametrize("artists", ["Ana & Tom feat. Lea", "", "A, B / C", "  Ana "])
def test_a_string_of_artists_is_kept_as_written(artists):
    """A string is kept as written and split only by judgement."""
    track = Track("Night Ferry", artists, remixers=artists)
    assert (track.artists, track.remixers, track.artist_text) == (artists, artists, artists)


@pytest.mark.parametrize(
    "given", [["Ana & Tom", "Lea"], ("Ana & Tom", "Lea"), iter(["Ana & Tom", "Lea"])]
)
def test_a_sequence_of_artists_is_one_name_an_entry(given):
    """A sequence is taken as one name an entry, whatever sequence it is."""
    track = Track("Night Ferry", given)
    assert track.artists == ("Ana & Tom", "Lea")
    assert track.artist_text == "Ana & Tom, Lea"


@pytest.mark.parametrize("title", ["", " ", "\t\n", None, 5, b"Night Ferry", ["Night"]])
def test_a_title_is_text_that_is_not_blank(title):
    """The title is never blank: the error says what was given, and is a `ValueError` too."""
    with pytest.raises(MisuseError) as caught:
        Track(title)
    assert repr(title) in str(caught.value)
    assert "Track.title" in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, BeatportMatchError)


@pytest.mark.parametrize("field", ["year", "bpm", "duration_s", "beatport_id"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "124", True, [1]])
def test_numbers_are_finite_numbers(field, value):
    """A number is a finite number or unknown; the error names the field."""
    with pytest.raises(MisuseError, match=rf"Track\.{field} must be a finite number"):
        Track("Night Ferry", **{field: value})


@pytest.mark.parametrize("field", ["artists", "remixers"])
@pytest.mark.parametrize("value", [5, None, [5], ["Ana", None], b"Ana"])
def test_names_are_text(field, value):
    """Names are text or a sequence of texts; the error names the field."""
    with pytest.raises(MisuseError, match=rf"Track\.{field} must be text"):
        Track("Night Ferry", **{field: value})


@pytest.mark.parametrize("field", ["album", "label", "key", "isrc"])
def test_text_fields_are_text(field):
    """What is wrong with a value is said when it is made, not when it is judged."""
    with pytest.raises(MisuseError, match=field):
        Track("Night Ferry", **{field: 5})


@pytest.mark.parametrize("number", [0, 0.0, -1, 10**12])
def test_odd_but_finite_numbers_are_kept(number):
    """A value keeps what it was given; judgement reads zero as unknown."""
    assert Track("x", year=number, bpm=number, duration_s=number).bpm == number


def test_from_text_leaves_the_reading_to_judgement():
    """`from_text` takes a line as it is; judgement tells artist from title."""
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
    """Only shapes: frozen, hashable, equal by what they hold, and at home in another process."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.bpm = 1.0
    twin = dataclasses.replace(value)
    assert twin == value
    assert len({twin, value}) == 1
    assert pickle.loads(pickle.dumps(value)) == value
    assert dataclasses.replace(value, bpm=99.0) != value


@pytest.mark.parametrize("value", VALUES, ids=["track", "candidate"])
def test_values_are_ready_for_json(value):
    """`as_dict` gives the fields in the order they are declared; they make the value again."""
    fields = as_dict(value)
    assert list(fields) == [field.name for field in dataclasses.fields(value)]
    assert type(value)(**json.loads(json.dumps(fields))) == value


@pytest.mark.parametrize(
    ("given", "kept"), [(["Ana", "Tom"], ("Ana", "Tom")), ("Ana", ("Ana",)), (None, ()), ([], ())]
)
def test_a_candidate_takes_lists_from_json(given, kept):
    """Lists from JSON are welcome; a value that is hashed and compared holds tuples."""
    candidate = Candidate(id=1, name="x", artists=given, remixers=given)
    assert (candidate.artists, candidate.remixers) == (kept, kept)
    hash(candidate)


def test_unknown_is_none_for_a_candidate():
    """Unknown is `None`; a candidate has no field that stands without a name."""
    fields = as_dict(Candidate(id=1, name="x"))
    known = {"id", "name", "artists", "remixers"}
    assert {value for name, value in fields.items() if name not in known} == {None}
    with pytest.raises(TypeError):
        Candidate(1, "x")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (Track("Night Ferry (Dub)", ["Ana", "Tom"]), "Ana, Tom - Night Ferry (Dub)"),
        (Track("Night Ferry"), "Night Ferry"),
        (Candidate(id=1, name="Night Ferry", mix_name="Dub", artists=["Ana", "Tom"]),
         "Ana, Tom - Night Ferry (Dub)"),
        (Candidate(id=1, name="Night Ferry"), "unknown artist - Night Ferry"),
    ],
)  # fmt: skip
def test_a_value_as_a_line(value, line):
    """A track and a candidate read as a DJ would write them."""
    assert str(value) == line
