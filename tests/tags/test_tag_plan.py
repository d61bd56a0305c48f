"""The plan of `plan_tags`: which fields of which files would change."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace

import pytest
from audio_files import mp3
from mutagen.id3 import ID3
from tables import each_row
from tag_files import FOUND, VALUES, WRITERS, match_of, write_music

from beatport_match import MissingDependencyError, MisuseError, TagChange, plan_tags


def changes(tmp_path, tags, found=FOUND, **options):
    """Return the changes of one MP3 file with these tags."""
    file = tmp_path / "a.mp3"
    file.write_bytes(mp3(tags))
    plan = plan_tags([match_of(file, found)], **options)
    assert plan.problems == ()
    return {one.field: (one.before, one.after) for one in plan.files[0].changes}


@pytest.mark.parametrize("name", WRITERS)
def test_blank_fields_of_each_kind_are_filled(tmp_path, name):
    (file,) = write_music(tmp_path, name)
    before = file.read_bytes()
    (planned,) = plan_tags([match_of(file)]).files
    # The BPM of M4A is a whole number.
    values = VALUES | ({"bpm": "125"} if name == "m4a" else {})
    assert planned.changes == tuple(TagChange(field, "", value) for field, value in values.items())
    assert file.read_bytes() == before


def test_present_values_are_kept_unless_they_are_named(tmp_path):
    """Title and artists are never changed."""
    old = {"title": "T", "artist": "A", "label": "Old", "bpm": "0", "year": "2018"}
    found = changes(tmp_path, old)
    assert found.keys() == VALUES.keys() - {"label", "date"}
    assert found["bpm"] == ("0", "124.5")
    found = changes(tmp_path, old, overwrite=["label", "date"])
    assert (found["label"], found["date"]) == (("Old", "Quay"), ("2018", "2019-05-03"))


@pytest.mark.parametrize(
    ("old", "options", "after"),
    [
        ({"key": "1A"}, {"overwrite": ["key"]}, None),
        ({"key": "G#m"}, {"overwrite": ["key"], "notation": "camelot"}, "1A"),
        ({"key": "G#m"}, {"notation": "camelot"}, None),
        ({"key": "8A"}, {"overwrite": ["key"]}, "1A"),
        ({"key": "8A"}, {"overwrite": ["key"], "notation": "open_key"}, "6m"),
        ({"key": "All"}, {"overwrite": ["key"]}, "1A"),
        ({"bpm": "124.50"}, {"overwrite": ["bpm"]}, None),
        ({"isrc": "de-ab1-19-00001"}, {"overwrite": ["isrc"]}, None),
        ({}, {"fields": ["year"]}, "2019"),
        ({"year": "2019-05-03"}, {"fields": ["year"], "overwrite": ["year"]}, "2019"),
    ],
)
def test_equal_values_are_not_replaced(tmp_path, old, options, after):
    """A key in another notation is replaced only if a notation and the field are named."""
    fields = options.pop("fields", [*old])
    found = changes(tmp_path, old, fields=fields, **options)
    assert [new for _, new in found.values()] == ([after] if after else [])


def test_keys_follow_the_notation_of_the_files_then_of_the_tracks(tmp_path):
    files = [tmp_path / f"{number}.mp3" for number in range(4)]
    for file, key in zip(files, ("1A", "12B", "Am", ""), strict=True):
        file.write_bytes(mp3({"key": key} if key else {}))
    plan = plan_tags(map(match_of, files))
    assert plan.notation == "camelot"
    assert [one.after for one in plan.files[3].changes if one.field == "key"] == ["1A"]
    assert plan_tags([match_of(files[3], key="4m")]).notation == "open_key"
    assert plan_tags([match_of(files[3])]).notation == "camelot"


def test_values_that_beatport_lacks_or_that_are_hostile_are_left_out(tmp_path):
    bare = replace(FOUND, key="H", camelot=None, release_date="soon", bpm=None, isrc="x", url="x:y")
    found = changes(tmp_path, {}, replace(bare, label="a\x00b\u202ec\n", genre=" \t"))
    assert found.keys() == {"label", "remixer", "catalog_number", "beatport_id"}
    assert found["label"] == ("", "a bc")
    assert changes(tmp_path, {}, replace(bare, release_date="2019"))["date"] == ("", "2019")


def test_only_matched_tracks_with_a_file_are_planned(tmp_path):
    (file,) = write_music(tmp_path, "mp3")
    outcomes = [match_of(file, outcome=one) for one in ("review", "not_found", "failed")]
    stream = match_of("netsearch://bp77")
    plan = plan_tags([*outcomes, stream, match_of(None), match_of(tmp_path / "gone.mp3")])
    assert plan.files == ()
    assert [str(one) for one in plan.problems] == [
        "Ana - Tide: the playlist names no file for it.",
        f"{tmp_path / 'gone.mp3'}: cannot be found (No such file or directory); check the folder.",
    ]


def test_paths_belong_to_the_folder_or_to_the_current_one(tmp_path, monkeypatch):
    """Links are resolved, and a file that two equal matches name is planned once."""
    write_music(tmp_path / "music", "mp3", "wav")
    (tmp_path / "link.mp3").symlink_to(tmp_path / "music" / "a.mp3")
    monkeypatch.chdir(tmp_path)
    names = ["a.mp3", "music/a.wav", "link.mp3"]
    plan = plan_tags(map(match_of, names), tmp_path / "music")
    assert [one.path for one in plan.files] == [
        str(tmp_path / "music" / name) for name in ("a.mp3", "a.wav")
    ]


def test_file_of_two_different_matches_is_a_problem(tmp_path):
    (file,) = write_music(tmp_path, "mp3")
    other = match_of(file, replace(FOUND, id=78))
    plan = plan_tags([match_of(file), other, match_of(file)])
    assert plan.files == ()
    (problem,) = plan.problems
    assert problem.detail.startswith("two tracks with different matches name this file")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.mp3", b"no music at all", "it is not MP3, FLAC, AIFF, WAV, M4A or Ogg"),
        ("a.mp3", b"", "it is not MP3"),
        ("a.flac", WRITERS["flac"]({})[:30], "it is damaged or incomplete"),
        ("a.wav", WRITERS["wav"]({})[:-50], "one of its chunks has a wrong length"),
        ("a.m4a", WRITERS["m4a"]({})[:-5], "one of its atoms has a wrong length"),
        ("a.ogg", WRITERS["ogg"]({})[:-5], "its last Ogg page is incomplete"),
        ("a.ogg", WRITERS["ogg"]({}).replace(b"OggS\0\4", b"OggX\0\4"), "Ogg pages is damaged"),
        (
            "a.m4a",
            WRITERS["m4a"]({}).replace(b"mdat", b"mdax"),
            "one of its chunks is outside the media data",
        ),
        ("a.m4a", WRITERS["m4a"]({}).replace(b"\0\0\0\2", b"\0\0\2\0"), "longer than it can"),
        ("a.ogg", WRITERS["ogg"]({}).replace(b"\x01vorbis", b"\x01theora"), "neither Vorbis nor"),
    ],
)
def test_damaged_file_is_a_problem_and_the_others_are_planned(tmp_path, name, content, why):
    (good,) = write_music(tmp_path / "good", "mp3")
    (tmp_path / name).write_bytes(content)
    plan = plan_tags([match_of(tmp_path / name), match_of(good)])
    assert [one.path for one in plan.files] == [str(good)]
    (problem,) = plan.problems
    assert "cannot be tagged (" in problem.detail
    assert why in problem.detail


def test_folder_and_device_are_problems(tmp_path):
    plan = plan_tags([match_of(tmp_path), match_of("/dev/null")])
    assert [one.detail for one in plan.problems] == [
        "cannot be tagged (it is a folder)",
        "cannot be tagged (it is not a regular file)",
    ]


@each_row(
    "options, message",
    [
        ({"fields": ["title"]}, "'title' is no field of tags; name any of key, bpm"),
        ({"overwrite": ["artist"]}, "'artist' is no field"),
        ({"fields": ["key"], "overwrite": ["bpm"]}, "bpm is to be overwritten, but is not among"),
        ({"fields": ["date", "year"]}, "date and year are the same field"),
        ({"notation": "8A"}, "notation must be one of short, camelot, open_key, not '8A'"),
    ],
)
def test_wrong_fields_are_rejected(options, message):
    with pytest.raises(MisuseError, match=message):
        plan_tags([], **options)


def test_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mutagen", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'beatport-match\[tags\]'"):
        plan_tags([])


def test_progress_counts_the_files(tmp_path):
    seen = []
    files = write_music(tmp_path, "mp3", "wav")
    plan_tags(map(match_of, files), on_progress=lambda *counts: seen.append(counts))
    assert seen == [(1, 2), (2, 2)]


def test_plan_keeps_the_tags_of_one_file_in_memory(tmp_path):
    """With their pictures, the tags of a large folder would fill the memory."""
    write_music(tmp_path, "mp3", "v23.mp3", "v1.mp3", "bare.mp3")
    alive = []

    def count(*_counts):
        gc.collect()
        alive.append(sum(isinstance(one, ID3) for one in gc.get_objects()))

    plan_tags(map(match_of, sorted(tmp_path.iterdir())), on_progress=count)
    assert len(alive) == 4
    assert max(alive) <= 1
