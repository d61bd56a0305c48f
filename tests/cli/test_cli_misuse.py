"""Usage errors: exit code 2 and one sentence on stderr, without a traceback."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, child_process, misuse_message
from tables import each_row

REKORDBOX = (
    '<?xml version="1.0"?>{dtd}<DJ_PLAYLISTS Version="1.0.0"><COLLECTION>{tracks}</COLLECTION>'
    '<PLAYLISTS><NODE Type="0" Name="ROOT"><NODE Name="Club" Type="1" KeyType="0"/></NODE>'
    "</PLAYLISTS></DJ_PLAYLISTS>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
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
        ("columns.csv", b"shape;size\nround;3\n", "column"),
    ],
)
def test_a_bad_file_is_rejected_by_name(
    command: Callable[..., CommandResult], tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    sentence = misuse_message(command("playlist", file))
    assert name in sentence
    assert expected in sentence


def test_a_missing_file_and_an_empty_folder_are_rejected(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    assert "nope.xml" in misuse_message(command("playlist", tmp_path / "nope.xml"))
    assert "no music files" in misuse_message(command("playlist", tmp_path))


def test_a_zip_archive_is_rejected(command: Callable[..., CommandResult], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.writestr("list.m3u", "#EXTM3U\n")
    assert "list.zip" in misuse_message(command("playlist", tmp_path / "list.zip"))


def test_an_unknown_playlist_name_lists_the_known_ones(
    command: Callable[..., CommandResult], collection: Path
) -> None:
    sentence = misuse_message(command("playlist", collection, "--playlist", "Nope"))
    assert "'Nope'" in sentence
    assert "Sets/Warm Up" in sentence
    assert "Sets/Warm Up" in misuse_message(command("demo", "--playlist", "Nope")._replace(out=""))


@each_row(
    "arguments, expected",
    [
        ((), "COMMAND"),
        (("bogus",), "bogus"),
        (("track",), "TEXT"),
        (("track", " "), "TEXT must not be blank; "),
        (("track", ""), "TEXT must not be blank; "),
        (("track", __file__), "match it with `beatport-match playlist`."),
        (("track", "a - b", "--isrc", "foo"), "--isrc cannot be 'foo'; write it like "),
        (("track", "a - b", "--proxy", "http://u:p@h"), "proxy cannot hold a user name and"),
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
def test_a_bad_option_is_rejected_in_one_sentence(
    command: Callable[..., CommandResult], arguments: tuple[str, ...], expected: str
) -> None:
    """The errors of argparse are one sentence too, without control characters."""
    sentence = misuse_message(command(*arguments))
    assert expected in sentence
    assert "\x1b" not in sentence


@each_row(
    "arguments, expected",
    [
        ("playlist x --output y", "unknown option --output (did you mean --out?)"),
        (
            "playlist x --output y --limt=3 z",
            "unknown options --output (did you mean --out?), --limt (did you mean --limit?)",
        ),
        ("playlist x --zzz", "unknown option --zzz"),
        ("playlist x --accept 90", "unknown option --accept"),
        ("track x --pace 1", "unknown option --pace"),
        ("playlist x --imit 3", "unknown option --imit (did you mean --limit?)"),
        ("track x -- --base-url http://h", "put options such as --base-url before --"),
        ("track -- x --bpm=120", "put options such as --bpm before --"),
        ("playlist x y", "unexpected argument 'y'"),
        ("track x --source wbe", "argument --source: unknown value 'wbe' (did you mean web?)"),
        ("track x --source z", "argument --source: unknown value 'z' (choose from 'web', 'api')"),
        ("catalogue bild x", "argument ACTION: unknown value 'bild' (did you mean build?)"),
        ("playlst x", "argument COMMAND: unknown value 'playlst' (did you mean playlist?)"),
        ("--verson demo", "unknown option --verson (did you mean --version?)"),
    ],
)
def test_a_mistyped_name_is_answered_with_a_similar_one_and_the_help(
    command: Callable[..., CommandResult], arguments: str, expected: str
) -> None:
    """The help is that of the command; the values of unknown options are not listed."""
    name = arguments.partition(" ")[0]
    program = (
        f"beatport-match {name}" if name in {"playlist", "track", "catalogue"} else "beatport-match"
    )
    sentence = misuse_message(command(*arguments.split()))
    assert sentence == f"beatport-match: {expected}; see `{program} --help`.\n"


def test_a_rate_limit_out_of_range_is_rejected(
    command: Callable[..., CommandResult], collection: Path
) -> None:
    assert "requests_per_second" in misuse_message(command("playlist", collection, "--pace", "0"))


def test_a_folder_that_cannot_be_made_is_rejected_before_the_run(
    command: Callable[..., CommandResult], collection: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    for out in ("taken", "taken/below"):
        sentence = misuse_message(command("playlist", collection, "--out", tmp_path / out))
        assert "--out" in sentence


def test_a_result_that_cannot_be_written_is_an_error_without_traceback(
    command: Callable[..., CommandResult], collection: Path, base_url: str, tmp_path: Path
) -> None:
    (tmp_path / "out" / "results.json").mkdir(parents=True)
    result = command(
        "playlist", collection, "--limit", 1, "--out", tmp_path / "out", "--base-url", base_url
    )
    assert result.code == 2
    assert "cannot write to this folder" in result.err
    assert "Traceback" not in result.err


def test_a_process_reports_a_usage_error_in_one_line(tmp_path: Path) -> None:
    with child_process("playlist", tmp_path / "nope.xml") as process:
        out, err = process.communicate(timeout=60)
    misuse_message(CommandResult(process.returncode, out, err))


def test_an_unexpected_exception_is_not_caught(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch, collection: Path
) -> None:

    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("beatport_match.engine.matcher.Matcher.match_playlist", broken)
    with pytest.raises(ZeroDivisionError):
        command("playlist", collection)
