"""`write_tags` and `undo_tags`: the new tags, the equal audio, and the old files restored."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import mutagen
import pytest
from audio_files import KINDS, MP3_FRAME, id3, id3_frame, mp3, ogg
from mutagen.id3 import ID3
from tag_files import FOUND, ID3V1, OLD_TAGS, VALUES, WRITERS, contents, match_of, write_music

from beatport_match import Candidate, plan_tags, read_playlist, undo_tags, write_tags
from beatport_match.tags import write
from beatport_match.tags.audio_part import audio_part, audio_sha256
from beatport_match.tags.tag_file import _Id3Tags, open_tags

needs_modes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return audio_sha256(opened, audio_part(opened))


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "old-tags.jsonl"


@pytest.fixture
def music(tmp_path):
    return tmp_path / "music"


@pytest.mark.parametrize("name", WRITERS)
def test_tags_of_each_kind_are_written_and_restored(music, backup, name):
    """The audio and all other tags stay equal; the undo restores every byte."""
    (file,) = write_music(music, name)
    before, audio = file.read_bytes(), hash_of(file)
    plan = plan_tags([match_of(file)])
    kind = plan.files[0].kind
    report = write_tags(plan, backup)
    assert (report.written, report.problems) == ((str(file),), ())
    found = open_tags(file, kind).texts()
    bpm = {"bpm": "125"} if kind == "m4a" else {}
    assert found == VALUES | bpm | {"year": VALUES["date"]}
    assert hash_of(file) == audio
    tags = mutagen.File(file).tags
    others = " ".join(map(str, tags.values()))
    assert all(text in others for text in ("Tide (Dub)", "Ana", "calm")) == ("bare" not in name)
    assert plan_tags([match_of(file)]).changed == ()
    assert [one.name for one in music.iterdir()] == [file.name]
    report = undo_tags(backup)
    assert (report.written, report.problems) == ((str(file),), ())
    assert file.read_bytes() == before
    assert undo_tags(backup).unchanged == (str(file),)


@pytest.mark.parametrize("name", WRITERS)
def test_named_fields_are_overwritten(music, backup, name):
    """The undo goes back to the first state."""
    (file,) = write_music(music, name)
    before = file.read_bytes()
    write_tags(plan_tags([match_of(file)]), backup)
    other = Candidate(
        id=78,
        url="https://www.beatport.com/track/ebb/78",
        name="Ebb",
        remixers=("Cy",),
        label="Pier",
        release_date="2020",
        bpm=99.0,
        key="C Major",
        genre="Dub",
        isrc="DEAB11900002",
        catalog_number="PIER1",
    )
    plan = plan_tags([match_of(file, other)], overwrite=[*VALUES])
    assert write_tags(plan, backup).problems == ()
    expected = [other.url, "8B", "99", "Pier", "2020", "Dub", "Cy", "DEAB11900002", "PIER1", "78"]
    found = open_tags(file, plan.files[0].kind).texts()
    assert sorted(found.values()) == sorted([*expected, "2020"])
    undo_tags(backup)
    assert file.read_bytes() == before


def test_other_names_of_a_field_get_the_new_value_too(music, backup):
    music.mkdir()
    file = music / "a.flac"
    old = {"KEY": "C", "PUBLISHER": "Old", "YEAR": "2001", "DATE": "2001"}
    file.write_bytes(KINDS["flac"](old))
    assert [one.field for one in plan_tags([match_of(file)]).files[0].changes][:2] == [
        "bpm",
        "genre",
    ]
    write_tags(plan_tags([match_of(file)], overwrite=["key", "label", "date"]), backup)
    found = {name: text for name, text in mutagen.File(file).tags if name in old}
    assert found == {"KEY": "Abm", "PUBLISHER": "Quay", "YEAR": "2019", "DATE": "2019-05-03"}


@pytest.mark.parametrize("name", ["wav", "aiff", "flac", "id3.flac", "m4a"])
def test_files_without_tags_get_some(music, backup, name):
    """A FLAC file may have an ID3 tag before it, which is not changed."""
    content = KINDS[name.rpartition(".")[2]]({})
    if name == "flac":
        content = content[:4] + b"\x80" + content[5:42] + content[content.index(b"\xff\xf8") :]
    else:
        content = content.replace(b"udta", b"free").replace(b"id3 ", b"JUNK")
        content = content.replace(b"ID3 ", b"JUNK")
    music.mkdir()
    file = music / f"a.{name}"
    file.write_bytes((id3({"title": "Tide"}) if name == "id3.flac" else b"") + content)
    before = file.read_bytes()
    (planned,) = plan_tags([match_of(file)]).files
    assert len(planned.changes) == len(VALUES)
    assert write_tags(plan_tags([match_of(file)]), backup).problems == ()
    assert plan_tags([match_of(file)]).changed == ()
    assert file.read_bytes()[:20] == before[:20] or name != "id3.flac"
    undo_tags(backup)
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["wav", "aiff"])
@pytest.mark.parametrize("has_tag", [True, False])
def test_a_last_chunk_of_odd_length_may_lack_its_padding(music, backup, kind, has_tag):
    """It is padded, so that programs find the tag after it; the header has the right length."""
    order = "<I" if kind == "wav" else ">I"
    content = KINDS[kind](OLD_TAGS)
    if not has_tag:
        content = content.replace(b"id3 ", b"JUNK").replace(b"ID3 ", b"JUNK")
    content += b"NOTE" + struct.pack(order, 5) + b"audio"
    content = content[:4] + struct.pack(order, len(content) - 8) + content[8:]
    music.mkdir()
    file = music / f"a.{kind}"
    file.write_bytes(content)
    assert write_tags(plan_tags([match_of(file)]), backup).problems == ()
    assert plan_tags([match_of(file)]).changed == ()
    new = file.read_bytes()
    assert struct.unpack(order, new[4:8])[0] + 8 == len(new)
    undo_tags(backup)
    assert file.read_bytes() == content


def test_the_folder_reader_reads_what_was_written(music, backup):
    files = write_music(music, *KINDS)
    write_tags(plan_tags(map(match_of, files)), backup)
    for one in read_playlist(music):
        found = (one.beatport_id, one.key, one.label, one.year, one.isrc, one.remixers)
        assert found == (77, "1A", "Quay", 2019, "DEAB11900001", "Nørd, Bo")
        assert one.bpm == (125 if one.file.endswith("m4a") else 124.5)
        assert (one.title, one.artists) == ("Tide (Dub)", "Ana")


@pytest.mark.parametrize(
    ("name", "version"), [("mp3", 4), ("v23.mp3", 3), ("bare.mp3", 4), ("wav", 4), ("aiff", 4)]
)
def test_the_id3_version_stays(music, backup, name, version):
    """ID3v2.3 has the year and the day in two frames, and no UTF-8."""
    (file,) = write_music(music, name)
    write_tags(plan_tags([match_of(file)]), backup)
    content = file.read_bytes()
    start = content.index(b"ID3" + bytes([version]))
    assert (b"TYER" in content, b"TDAT" in content) == (version == 3, version == 3)
    assert (b"TDRC" in content) == (version == 4)
    assert "Nørd, Bo".encode("utf-8" if version == 4 else "utf-16") in content[start:]


def test_frames_that_mutagen_would_change_stay(music, backup):
    """Frames of ID3v2.3 that ID3v2.4 lacks, several values of a frame, and unknown frames."""
    frames = b"".join(
        id3_frame(name, content, 3)
        for name, content in {
            b"TSIZ": b"\x00123",
            b"TCON": b"\x00House\0Techno",
            b"XYZW": b"unknown to mutagen",
            b"GEOB": b"\x00application/octet-stream\0\0Cue points\0" + bytes(range(99)),
            b"PRIV": b"TRAKTOR4\0" + bytes(range(99)),
            b"APIC": b"\x00image/png\0\x03\0" + bytes(range(256)) * 20,
        }.items()
    )
    music.mkdir()
    file = music / "a.mp3"
    file.write_bytes(mp3({"title": "Tide"}, frames, version=3) + ID3V1)
    before = file.read_bytes()
    assert write_tags(plan_tags([match_of(file)]), backup).problems == ()
    content = file.read_bytes()
    assert content.endswith(ID3V1)
    for kept in (
        b"XYZW",
        b"unknown to mutagen",
        b"Cue points\0" + bytes(range(99)),
        b"TRAKTOR4\0" + bytes(range(99)),
        bytes(range(256)) * 20,
        b"\x00House\0Techno",
    ):
        assert kept in content
    assert ID3(file, translate=False)["TSIZ"].text == ["123"]
    # The picture is not in the backup.
    assert backup.stat().st_size < 3_000
    undo_tags(backup)
    assert file.read_bytes() == before


def test_old_id3_versions_become_readable_ones(music, backup):
    """ID3v2.2, which mutagen cannot write, becomes ID3v2.3; ID3v1 gets an ID3v2.4 tag."""
    music.mkdir()
    frame = b"TT2" + (5).to_bytes(3) + b"\x00Tide"
    old, oldest = music / "22.mp3", music / "1.mp3"
    old.write_bytes(b"ID3\x02\x00\x00\x00\x00\x00" + bytes([len(frame)]) + frame + MP3_FRAME * 38)
    oldest.write_bytes(MP3_FRAME * 38 + ID3V1)
    before = contents(music)
    assert write_tags(plan_tags([match_of(old), match_of(oldest)]), backup).problems == ()
    assert ID3(old, translate=False).version == (2, 3, 0)
    assert oldest.read_bytes().endswith(ID3V1)
    for file, version in ((old, 3), (oldest, 4)):
        assert ID3(file, translate=False, load_v1=False)["TIT2"].text == ["Tide"]
        assert file.read_bytes()[3] == version
    undo_tags(backup)
    assert contents(music) == before


def test_ogg_pages_that_get_new_numbers_are_equal_and_restored(music, backup):
    """Longer comments need another page, so each later page gets a new number and checksum."""
    music.mkdir()
    file = music / "a.ogg"
    file.write_bytes(ogg({"title": "Tide", "COMMENT": "x" * 5_000}))
    before = file.read_bytes()
    label = replace(FOUND, label="Quay " * 200, genre="Techno " * 140)
    assert write_tags(plan_tags([match_of(file, label)]), backup).problems == ()
    assert file.read_bytes().count(b"OggS") > before.count(b"OggS")
    undo_tags(backup)
    assert file.read_bytes() == before


def test_file_that_was_written_twice_goes_back_to_the_first_state(music, backup):
    (file,) = write_music(music, "mp3")
    before = file.read_bytes()
    write_tags(plan_tags([match_of(file)], fields=["key"]), backup)
    write_tags(plan_tags([match_of(file)]), backup)
    assert undo_tags(backup).written == (str(file),)
    assert file.read_bytes() == before


def test_changed_file_is_neither_written_nor_restored(music, backup):
    """A file that was changed after the plan, or after the writing, keeps its content."""
    file, other = write_music(music, "mp3", "wav")
    plan = plan_tags([match_of(file), match_of(other)])
    file.write_bytes(file.read_bytes() + MP3_FRAME)
    report = write_tags(plan, backup)
    assert report.written == (str(other),)
    assert [str(one) for one in report.problems] == [
        f"{file}: was not changed (it was changed after the plan was made; make a new plan)."
    ]
    other.write_bytes(other.read_bytes() + b"LIST\0\0\0\0")
    changed = other.read_bytes()
    (problem,) = undo_tags(backup).problems
    assert str(problem) == (
        f"{other}: was not restored (it was changed after its tags were written, and that would be "
        "lost)."
    )
    assert other.read_bytes() == changed


def test_file_that_is_gone_cannot_be_restored(music, backup):
    (file,) = write_music(music, "mp3")
    write_tags(plan_tags([match_of(file)]), backup)
    file.unlink()
    (problem,) = undo_tags(backup).problems
    assert str(problem) == f"{file}: was not restored (No such file or directory)."


@needs_modes
def test_read_only_file_stays_and_the_others_are_written(music, backup):
    file, other = write_music(music, "mp3", "wav")
    file.chmod(0o444)
    report = write_tags(plan_tags([match_of(file), match_of(other)]), backup)
    assert report.written == (str(other),)
    assert [one.detail for one in report.problems] == [
        "was not changed (it is read-only; make it writable)"
    ]


@pytest.fixture
def limited_files():
    """Let no file grow beyond a size: the system then refuses the write, as on a full disk."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def limited(size):
        # The limit must end before pytest writes its own output, which may go to a file.
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("is_small", [True, False], ids=["copy", "tags"])
def test_full_disk_leaves_the_file_and_no_draft(music, backup, limited_files, name, is_small):
    """The copy of the file does not fit, or only its longer tags do not."""
    (file,) = write_music(music, name)
    before = contents(music)
    plan = plan_tags([match_of(file)])
    size = len(before[file.name])
    with limited_files(size // 2 if is_small else size + 1):
        report = write_tags(plan, backup)
    assert [one.detail for one in report.problems] == ["was not changed (File too large)"]
    assert contents(music) == before


def test_full_disk_ends_an_undo_with_the_new_file(music, backup, limited_files):
    (file,) = write_music(music, "mp3")
    write_tags(plan_tags([match_of(file)]), backup)
    new = contents(music)
    with limited_files(100):
        (problem,) = undo_tags(backup).problems
    assert problem.detail == "was not restored (File too large)"
    assert contents(music) == new


def test_backup_that_cannot_grow_leaves_the_file(music, backup, monkeypatch):
    """A file is changed only if its old tags are on the disk."""
    (file,) = write_music(music, "mp3")
    plan = plan_tags([match_of(file)])
    before = contents(music)
    write_tags(replace(plan, files=()), backup)
    real, calls = os.fsync, []

    def fsync(handle):
        calls.append(handle)
        # The first call is for the new backup, the second for the draft, the third for the entry.
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    (problem,) = write_tags(plan, backup).problems
    assert problem.detail == "was not changed (No space left on device)"
    assert contents(music) == before
    assert backup.read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (MP3_FRAME[:4], b"\xff\xfb\x10\xc5", "the audio of the new file would differ"),
        (b"Tide", b"Tidf", "another tag of the new file would differ from the plan"),
        (b"Quay", b"Quax", "the field label of the new file would differ from the plan"),
    ],
)
def test_wrong_draft_does_not_replace_the_file(music, backup, monkeypatch, old, new, why):
    (file,) = write_music(music, "mp3")
    before = contents(music)
    save = _Id3Tags.save

    def save_wrongly(tags, original, draft):
        save(tags, original, draft)
        content = draft.read_bytes()
        assert old in content
        draft.write_bytes(content.replace(old, new))

    monkeypatch.setattr(_Id3Tags, "save", save_wrongly)
    report = write_tags(plan_tags([match_of(file)]), backup)
    assert [one.detail for one in report.problems] == [f"was not changed ({why})"]
    assert contents(music) == before


@needs_modes
def test_mode_and_times_and_links(music, backup, tmp_path):
    """A link stays a link. The undo also restores the time of the last change."""
    (file,) = write_music(music, "mp3")
    file.chmod(0o640)
    os.utime(file, ns=(10**18, 10**18))
    link = tmp_path / "link.mp3"
    link.symlink_to(file)
    assert write_tags(plan_tags([match_of(link)]), backup).written == (str(file),)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.stat().st_mtime_ns > 10**18
    undo_tags(backup)
    assert (file.stat().st_mtime_ns, file.stat().st_mode & 0o777) == (10**18, 0o640)


def test_drafts_of_killed_runs_are_deleted(music, backup):
    """Other hidden files stay."""
    (file,) = write_music(music, "mp3")
    for name in (".a.mp3.x1.beatport-match-tags", ".hidden.mp3"):
        (music / name).write_bytes(b"x")
    write_tags(plan_tags([match_of(file)]), backup)
    assert [one.name for one in sorted(music.iterdir())] == [".hidden.mp3", "a.mp3"]


def test_draft_that_is_being_written_is_not_deleted(music, backup, monkeypatch):
    """Another run in the same folder deletes only drafts that are not locked."""
    (file,) = write_music(music, "mp3")
    finish = write._Draft.finish

    def finish_beside_another_run(draft, *arguments):
        write._delete_leftovers([str(file)])
        finish(draft, *arguments)

    monkeypatch.setattr(write._Draft, "finish", finish_beside_another_run)
    assert write_tags(plan_tags([match_of(file)]), backup).problems == ()
    assert undo_tags(backup).problems == ()


@pytest.mark.parametrize("is_undo", [False, True], ids=["write", "undo"])
def test_file_that_changes_during_the_run_keeps_its_content(music, backup, monkeypatch, is_undo):
    (file,) = write_music(music, "mp3")
    plan = plan_tags([match_of(file)])
    if is_undo:
        write_tags(plan, backup)
    finish = write._Draft.finish

    def finish_and_change(draft, *arguments):
        finish(draft, *arguments)
        file.write_bytes(file.read_bytes() + MP3_FRAME)

    monkeypatch.setattr(write._Draft, "finish", finish_and_change)
    (problem,) = (undo_tags(backup) if is_undo else write_tags(plan, backup)).problems
    assert "it was changed after" in problem.detail
    assert file.read_bytes().endswith(MP3_FRAME * 39)
    assert [*music.iterdir()] == [file]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program kills forks of itself")
def test_killed_run_loses_no_file(tmp_path):
    program = Path(__file__).with_name("killed_runs.py")
    path = os.pathsep.join([str(Path(mutagen.__file__).parents[1]), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, program, tmp_path],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    points, drafts = map(int, done.stdout.split())
    assert points > 8
    assert drafts > 5


def test_nothing_to_write_needs_no_backup(music, backup):
    write_music(music, "mp3")
    report = write_tags(plan_tags([]), backup)
    assert (report.written, report.unchanged, report.problems) == ((), (), ())
    assert not backup.exists()


def test_progress_counts_the_files(music, backup):
    seen = []
    files = write_music(music, "mp3", "wav")
    write_tags(
        plan_tags(map(match_of, files)), backup, on_progress=lambda *counts: seen.append(counts)
    )
    undo_tags(backup, on_progress=lambda *counts: seen.append(counts))
    assert seen == [(1, 2), (2, 2)] * 2
