"""Output streams: a terminal with and without rich, a closed pipe, an old code page."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, Terminal, child_process, make_match

from beatport_match import Progress, Track
from beatport_match.cli import main
from beatport_match.cli.progress import show_progress, show_row_count
from beatport_match.cli.terminal import Screen
from beatport_match.errors import OutputError

ESCAPE_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\|\r")


@pytest.fixture
def on_terminals(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """Run the command with terminals as both of its streams."""

    def run(*arguments: object) -> CommandResult:
        out, err = Terminal(), Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main([str(argument) for argument in arguments])
        return CommandResult(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def friday_arguments(collection: Path, base_url: str) -> list[str]:
    playlist = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
    return ["playlist", str(collection), *playlist]


def test_a_terminal_with_rich_gets_styles_links_and_a_progress_bar(
    on_terminals: Callable[..., CommandResult], friday_arguments: list[str]
) -> None:
    result = on_terminals(*friday_arguments)
    assert "\x1b[32mmatched" in result.out
    assert "\x1b]8;" in result.out
    assert "━" in result.err
    assert "20/20" in result.err


def test_terminal_and_pipe_show_the_same_texts(
    command: Callable[..., CommandResult],
    on_terminals: Callable[..., CommandResult],
    friday_arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A narrow terminal and a pipe cut nothing."""
    piped = command(*friday_arguments).out
    monkeypatch.setenv("COLUMNS", "79")
    shown = ESCAPE_SEQUENCES.sub("", on_terminals(*friday_arguments).out)
    texts = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    assert len(texts) >= 3 * 20
    assert [text for text in texts if text not in piped] == []


def test_no_color_removes_foreground_and_background_styles(
    on_terminals: Callable[..., CommandResult],
    friday_arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bold and dim text is still allowed."""
    monkeypatch.setenv("NO_COLOR", "1")
    result = on_terminals(*friday_arguments)
    codes = re.findall(r"\x1b\[([0-9;]*)m", result.out + result.err)
    assert not [code for code in codes if re.search(r"(^|;)[349][0-9]", code)]


def test_a_terminal_without_rich_gets_plain_text_and_lines_of_progress(
    on_terminals: Callable[..., CommandResult], friday_arguments: list[str], without_rich: None
) -> None:
    result = on_terminals(*friday_arguments)
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "20 tracks:" in result.out
    assert "\r" not in result.err
    assert "matching 20/20, took " in result.err.splitlines()[-1]


@pytest.mark.parametrize(("columns", "width"), [(20, 60), (88, 88), (300, 140)])
def test_the_table_has_the_width_of_the_terminal_within_limits(
    command: Callable[..., CommandResult],
    friday_arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    width: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert "─" * width in command(*friday_arguments).out.splitlines()


def test_a_dumb_terminal_gets_lines(
    on_terminals: Callable[..., CommandResult],
    friday_arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal that cannot move its cursor gets separate lines, like a log file."""
    monkeypatch.setenv("TERM", "dumb")
    result = on_terminals(*friday_arguments)
    assert result.code == 0
    assert "\r" not in result.err
    assert "matching 20/20" in result.err


def test_a_log_file_gets_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line has the time left; the last line has the total time."""
    stream, now_s = io.StringIO(), 100.0
    monkeypatch.setattr("beatport_match.cli.progress.time.monotonic", lambda: now_s)
    track = Track("a")
    with show_progress(Screen(stream, required=False), "matching", 100) as report:
        for done in range(1, 101):
            now_s += 0.25
            left = (100 - done) * 0.25
            report(Progress(done, 100, track, make_match(track), done * 0.25, left, done))
    assert stream.getvalue().splitlines() == [
        "matching 20/100, 20 s left, 20 requests",
        "matching 40/100, 15 s left, 40 requests",
        "matching 60/100, 10 s left, 60 requests",
        "matching 80/100, 5 s left, 80 requests",
        "matching 100/100, took 25 s, 100 requests",
    ]


def test_row_count_has_a_bar_without_a_total(
    on_terminals: Callable[..., CommandResult], tmp_path: Path
) -> None:
    """The bar of `catalogue build` is full at the end."""
    pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "name": "Fjordline"}\n' * 3)
    result = on_terminals("catalogue", "build", "rows.jsonl", "pool")
    assert result.code == 1
    assert "━" in result.err
    assert "3 rows read" in result.err
    assert re.search(r"took \d+ s", result.err)
    assert "\x1b[33m, 2 left out" in result.out


def test_row_count_without_rich_is_a_line(
    on_terminals: Callable[..., CommandResult], tmp_path: Path, without_rich: None
) -> None:
    pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "name": "Fjordline"}\n')
    result = on_terminals("catalogue", "build", "rows.jsonl", "pool")
    assert "\x1b" not in result.out + result.err
    assert re.fullmatch(r"building: 1 row read, took \d+ s\n", result.err)


def test_row_count_in_a_log_file_is_a_line_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last line has the total time."""
    stream, now_s = io.StringIO(), 100.0
    monkeypatch.setattr("beatport_match.cli.progress.time.monotonic", lambda: now_s)
    with show_row_count(Screen(stream, required=False), "building") as report:
        for read in range(1, 8):
            now_s += 2
            report(10_000 * read)
        now_s += 3
    assert stream.getvalue().splitlines() == [
        "building: 30,000 rows read, 6 s",
        "building: 60,000 rows read, 12 s",
        "building: 70,000 rows read, took 17 s",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `head`")
@pytest.mark.parametrize("tracks", [2, 20])
def test_a_closed_pipe_is_not_an_error(friday_arguments: list[str], tracks: int) -> None:
    """The exit code is that of the run, for example after `| head`.

    Two tracks are still in Python's buffer when it exits, twenty are more than the buffer holds.
    """
    with child_process(*friday_arguments, "--limit", tracks) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert f"{tracks}/{tracks}" in err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_an_old_code_page_gets_ascii_symbols(
    collection: Path, base_url: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding)
    options = ("--playlist", "Remixes", "--unpaced", "--base-url", base_url)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        assert main(["playlist", str(collection), *options]) == 0
    out.seek(0)
    sign = "→" if encoding == "utf-8" else ">"
    assert f"{sign} found track" in out.read()


def test_a_process_with_an_old_code_page_ends_without_an_error(friday_arguments: list[str]) -> None:
    with child_process(*friday_arguments, env={"PYTHONIOENCODING": "ascii"}) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "> found track" in out


class FailingStream(io.StringIO):
    """A stream whose writes fail with an error number."""

    def __init__(self, number: int, descriptor: int) -> None:
        super().__init__()
        self._number = number
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return self._descriptor


def test_a_write_error_is_reported_once_and_only_for_a_required_stream(tmp_path: Path) -> None:
    """A closed pipe is never an error."""
    with (tmp_path / "any").open("w") as file:
        descriptor = file.fileno()
        screen = Screen(FailingStream(errno.ENOSPC, descriptor), required=True)
        with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
            screen.show("a")
        screen.show("b")
        Screen(FailingStream(errno.ENOSPC, descriptor), required=False).show("a")
        Screen(FailingStream(errno.EPIPE, descriptor), required=True).show("a")


def test_a_program_without_a_console_runs_without_output(
    monkeypatch: pytest.MonkeyPatch, friday_arguments: list[str]
) -> None:
    """Python has no stdout and no stderr there."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        assert main(friday_arguments) == 0


def test_control_characters_of_names_never_reach_the_terminal(
    on_terminals: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    """No command prints the control characters of a title, a name or a path."""
    hostile = "\x1b]0;owned\x07\x9b2J\u202ehostile"
    playlist = tmp_path / "hostile.csv"
    playlist.write_text(f'title,artist\n"{hostile}",{hostile}\n,{hostile}\n', encoding="utf-8")
    url = ("--base-url", base_url)
    runs = [
        on_terminals("playlist", playlist, "--unpaced", *url),
        on_terminals("track", f"{hostile} - {hostile}", *url),
        on_terminals("track", f"{hostile} - {hostile}", "--explain", *url),
        on_terminals("playlist", tmp_path / hostile),
        on_terminals("playlist", playlist, "--playlist", hostile),
        on_terminals("playlist", tmp_path / "\udcff\n.xml"),
    ]
    for result in runs:
        assert "hostile" in result.out + result.err or result is runs[-1]
        assert not set(ESCAPE_SEQUENCES.sub("", result.out + result.err)) & set(
            "\x1b\x07\x9b\u202e\udcff"
        )
    assert runs[-1].err.count("\n") == 1
