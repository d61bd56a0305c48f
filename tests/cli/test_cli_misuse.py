"""Misuse: exit code 2 and one sentence on stderr, never a traceback (issue 2, "Bad input")."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Ran, child, refused

REKORDBOX = (
    '<?xml version="1.0"?>{dtd}<DJ_PLAYLISTS Version="1.0.0"><COLLECTION>{tracks}</COLLECTION>'
    '<PLAYLISTS><NODE Type="0" Name="ROOT"><NODE Name="Club" Type="1" KeyType="0"/></NODE>'
    "</PLAYLISTS></DJ_PLAYLISTS>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.xml", b"", "empty"),
        ("binary.xml", bytes(range(256)) * 40, "binary.xml"),
        ("other.xml", b"<?xml version='1.0'?><songs><song/></songs>", "Rekordbox"),
        ("bomb.xml", REKORDBOX.format(dtd=BOMB, tracks="").encode(), "bomb.xml"),
        (
            "long.xml",
            REKORDBOX.format(dtd="", tracks=f'<TRACK Name="{"a" * 20_000_000}"/>').encode(),
            "long.xml",
        ),
        ("deep.xml", b"<?xml version='1.0'?><DJ_PLAYLISTS>" + b"<a>" * 100_000, "deep.xml"),
        ("cut.xml", REKORDBOX.format(dtd="", tracks='<TRACK Name="a"/>').encode()[:-20], "cut.xml"),
        ("columns.csv", b"colour;size\nred;3\n", "column"),
    ],
)
def test_a_bad_file_is_refused(
    command: Callable[..., Ran], tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    """ "One clear sentence naming the file, the place and the remedy, exit code 2"."""
    file = tmp_path / name
    file.write_bytes(content)
    sentence = refused(command("playlist", file))
    assert name in sentence
    assert says in sentence


def test_a_missing_file_and_a_folder_are_refused(
    command: Callable[..., Ran], tmp_path: Path
) -> None:
    """ "Missing file, folder": refused by name."""
    assert "nope.xml" in refused(command("playlist", tmp_path / "nope.xml"))
    assert "folder" in refused(command("playlist", tmp_path))


def test_an_archive_is_refused(command: Callable[..., Ran], tmp_path: Path) -> None:
    """ "Binary": a playlist packed as a zip is none."""
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.writestr("list.m3u", "#EXTM3U\n")
    assert "list.zip" in refused(command("playlist", tmp_path / "list.zip"))


def test_an_unknown_playlist_lists_what_there_is(
    command: Callable[..., Ran], collection: Path
) -> None:
    """ "Unknown playlist name (the message lists what there is)"."""
    sentence = refused(command("playlist", collection, "--playlist", "Nope"))
    assert "'Nope'" in sentence
    assert "Sets/Warm Up" in sentence
    assert "Sets/Warm Up" in refused(command("demo", "--playlist", "Nope")._replace(out=""))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "COMMAND"),
        (("bogus",), "bogus"),
        (("track",), "TEXT"),
        (("track", " "), "blank"),
        (("track", "a - b", "--bpm", "0"), "--bpm"),
        (("track", "a - b", "--key", "H9"), "--key"),
        (("track", "a - b", "--duration", "1:99"), "--duration"),
        (("track", "a - b", "--base-url", "ftp://example.com"), "base_url"),
        (("demo", "--latency", "nan"), "--latency"),
        (("demo", "--latency", "-1"), "--latency"),
        (("playlist", "x.xml", "--limit", "0"), "--limit"),
        (("playlist", "x.xml", "--limit", "two"), "--limit"),
        (("playlist", "x.xml", "--pace", "2", "--unpaced"), "--unpaced"),
        (("playlist", "x.xml", "--pl", "a"), "--pl"),
        (("track", "a", "\x1b[31m\nred"), "red"),
    ],
)
def test_a_bad_option_is_refused(
    command: Callable[..., Ran], arguments: tuple[str, ...], says: str
) -> None:
    """ "2 misuse": also argparse's own complaints are one sentence, and cannot steer a terminal."""
    sentence = refused(command(*arguments))
    assert says in sentence
    assert "\x1b" not in sentence


def test_a_pace_out_of_range_is_refused(command: Callable[..., Ran], collection: Path) -> None:
    """`SettingsError` ends in the one sentence too."""
    assert "requests_per_second" in refused(command("playlist", collection, "--pace", "0"))


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    command: Callable[..., Ran], collection: Path, tmp_path: Path
) -> None:
    """No run is done in vain: the folder for the results is made first."""
    (tmp_path / "taken").write_text("a file")
    for out in ("taken", "taken/below"):
        sentence = refused(command("playlist", collection, "--out", tmp_path / out))
        assert "--out" in sentence


def test_a_result_that_cannot_be_written_is_one_sentence(
    command: Callable[..., Ran], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """Trouble with the disk at the end is a sentence, not a traceback."""
    (tmp_path / "out" / "results.json").mkdir(parents=True)
    ran = command(
        "playlist", collection, "--limit", 1, "--out", tmp_path / "out", "--base-url", base_url
    )
    assert ran.code == 2
    assert "cannot hold the results" in ran.err
    assert "Traceback" not in ran.err


def test_a_real_process_refuses_alike(tmp_path: Path) -> None:
    """`python -m beatport_match`: exit code 2, one line, no traceback."""
    with child("playlist", tmp_path / "nope.xml") as process:
        out, err = process.communicate(timeout=60)
    refused(Ran(process.returncode, out, err))


def test_a_bug_is_not_hidden(
    command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, collection: Path
) -> None:
    """ "An unexpected exception is a bug and should traceback"."""

    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("beatport_match.cli.match_commands.match_playlist", broken)
    with pytest.raises(ZeroDivisionError):
        command("playlist", collection)
