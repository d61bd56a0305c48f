"""The audio of a file: what counts as a change of it, and input from outside."""

from __future__ import annotations

import pytest
from audio_files import KINDS, m4a, opus
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tag_files import OLD_TAGS, WRITERS

from beatport_match.tags.audio_part import (
    UnwritableFileError,
    audio_part,
    audio_sha256,
    gaps,
    kind_of,
)
from beatport_match.tags.restore_steps import restored, steps_from


def hash_of(path, content):
    path.write_bytes(content)
    with path.open("rb") as file:
        return audio_sha256(file, audio_part(file))


@pytest.mark.parametrize("name", WRITERS)
def test_tags_are_not_part_of_the_audio(tmp_path, name):
    write = WRITERS[name]
    found = {
        hash_of(tmp_path / "a", write(tags)) for tags in ({}, OLD_TAGS, {"genre": "x" * 3_000})
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mp3", b"\xff\xfb\x10\xc4", b"\xff\xfb\x10\xc5"),
        ("v1.mp3", b"TAGTide", b"TAGTidf"),
        ("flac", b"a frame", b"b frame"),
        ("flac", b"\x10\x00\x10\x00", b"\x10\x00\x20\x00"),
        ("wav", b"\x44\xac\0\0\x44", b"\x45\xac\0\0\x44"),
        ("wav", b"data", b"dat2"),
        ("aiff", b"SSND", b"SSN2"),
        ("m4a", b"second chunk", b"Second chunk"),
        ("ogg", b"more audio", b"more Audio"),
        ("ogg", b"\x05vorbis", b"\x05vorbiz"),
        ("opus", b"\x80\xbb\0\0\0\0\0\0\x07", b"\x81\xbb\0\0\0\0\0\0\x07"),
    ],
)
def test_each_change_of_the_audio_is_seen(tmp_path, name, old, new):
    content = WRITERS[name](OLD_TAGS)
    assert old in content
    changed = content[::-1].replace(old[::-1], new[::-1], 1)[::-1]
    first = hash_of(tmp_path / "a", content)
    try:
        assert hash_of(tmp_path / "a", changed) != first
    except UnwritableFileError as error:
        assert str(error) == "it has no audio"  # noqa: PT017


def test_chunk_offset_that_does_not_follow_the_media_data_is_seen(tmp_path):
    """Longer tags move the media data; the offsets must move with it."""
    short, long = m4a({"title": "T"}), m4a({"title": "Longer"})
    place = short.index(b"stco") + 12
    moved = bytearray(long)
    at = long.index(b"stco") + 12
    assert hash_of(tmp_path / "a", short) == hash_of(tmp_path / "a", long)
    moved[at : at + 4] = (int.from_bytes(long[at : at + 4]) + 1).to_bytes(4)
    assert hash_of(tmp_path / "a", bytes(moved)) != hash_of(tmp_path / "a", long)
    moved[at : at + 4] = short[place : place + 4][:2] + b"\0\0"
    with pytest.raises(UnwritableFileError, match="outside the media data"):
        hash_of(tmp_path / "a", bytes(moved))


def test_fragmented_m4a_and_mixed_ogg_are_rejected(tmp_path):
    with pytest.raises(UnwritableFileError, match="fragmented"):
        hash_of(tmp_path / "a", m4a({}) + b"\0\0\0\x08moof")
    other = opus({}).replace(b"\x07\0\0\0", b"\x08\0\0\0", 1)
    with pytest.raises(UnwritableFileError, match="several Ogg streams"):
        hash_of(tmp_path / "a", other)


@pytest.mark.parametrize("name", KINDS)
def test_kind_is_known_by_the_content(tmp_path, name):
    file = tmp_path / "music.bin"
    file.write_bytes(KINDS[name](OLD_TAGS))
    with file.open("rb") as opened:
        assert kind_of(opened) == name


@pytest.mark.fuzz
@given(st.sampled_from(sorted(WRITERS)), st.data())
def test_any_bytes_give_a_part_or_an_error(tmp_path_factory, name, data):
    """The ranges are within the file, in order."""
    content = bytearray(WRITERS[name](OLD_TAGS)[:2_000])
    for _ in range(data.draw(st.integers(0, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.sampled_from([0, 1, 4, 0x7F, 0x80, 0xFF]))
    content = content[: data.draw(st.integers(0, len(content)))]
    file = tmp_path_factory.getbasetemp() / "fuzzed"
    file.write_bytes(content)
    with file.open("rb") as opened:
        try:
            part = audio_part(opened)
            audio_sha256(opened, part)
        except UnwritableFileError as error:
            assert str(error)  # noqa: PT017
            return
    edges = [0, *(edge for one in part.ranges for edge in one), len(content)]
    assert edges == sorted(edges)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([b"a" * 200, b"b" * 150, b"\0" * 300, b"cd", b""]), max_size=6),
    st.lists(st.sampled_from([b"a" * 200, b"b" * 150, b"\0" * 300, b"ce", b""]), max_size=6),
)
@example([b"x" * 200], [])
def test_steps_restore_the_old_file(tmp_path_factory, old_parts, new_parts):
    folder = tmp_path_factory.getbasetemp()
    old, new = folder / "old", folder / "new"
    old.write_bytes(b"".join(old_parts) + b"AUDIO" * 40)
    new.write_bytes(b"".join(new_parts) + b"AUDIO" * 40)
    with old.open("rb") as one, new.open("rb") as other:
        parts = [
            audio_part_at(sum(map(len, before)), path.stat().st_size)
            for before, path in ((old_parts, old), (new_parts, new))
        ]
        steps = steps_from(one, parts[0], other, parts[1])
        assert b"".join(restored(other, steps, old.stat().st_size)) == old.read_bytes()
    # Each longer piece that the new file has too is copied.
    literal = sum(len(step) for step in steps if isinstance(step, str))
    missing = sum(len(one) for one in old_parts if one not in new_parts)
    assert literal <= 2 * (missing + 300 * len(old_parts))


def audio_part_at(start, end):
    from beatport_match.tags.audio_part import AudioPart

    return AudioPart([(start, end)], [])


def test_gaps_are_what_is_outside_the_audio():
    assert gaps(audio_part_at(3, 5), 9) == [(0, 3), (5, 9)]
