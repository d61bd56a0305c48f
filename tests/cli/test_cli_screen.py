"""What the streams can be: a terminal, with and without rich, a closed pipe, an old code page."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Ran, Terminal, a_match, child

from beatport_match import Progress, Track
from beatport_match.cli import main
from beatport_match.cli.progress import progress_on, rows_on
from beatport_match.cli.terminal import Screen
from beatport_match.cli.text_cells import text_line
from beatport_match.errors import MisuseError

STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\|\r")


@pytest.fixture
def on_terminals(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command with both its streams terminals."""

    def run(*arguments: object) -> Ran:
        out, err = Terminal(), Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main([str(argument) for argument in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def friday(collection: Path, base_url: str) -> list[str]:
    playlist = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
    return ["playlist", str(collection), *playlist]


def test_a_terminal_with_rich_gets_colours_links_and_a_bar(
    on_terminals: Callable[..., Ran], friday: list[str]
) -> None:
    """With rich and a terminal: colours for outcomes, links to Beatport, a bar with its count."""
    ran = on_terminals(*friday)
    assert "\x1b[32mmatched" in ran.out
    assert "\x1b]8;" in ran.out
    assert "━" in ran.err
    assert "20/20" in ran.err


def test_colour_changes_no_letter(
    command: Callable[..., Ran], on_terminals: Callable[..., Ran], friday: list[str]
) -> None:
    """Rich adds colour to the table, and nothing else: one layout for all."""

    def table(out: str) -> list[str]:
        lines = [text.rstrip() for text in STEERING.sub("", out).splitlines()]
        return lines[: lines.index("")]

    assert table(on_terminals(*friday).out) == table(command(*friday).out)


def test_no_color_is_respected(
    on_terminals: Callable[..., Ran], friday: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR: bold and dim may stay, colours may not."""
    monkeypatch.setenv("NO_COLOR", "1")
    ran = on_terminals(*friday)
    codes = re.findall(r"\x1b\[([0-9;]*)m", ran.out + ran.err)
    assert not [code for code in codes if re.search(r"(^|;)[349][0-9]", code)]


def test_a_terminal_without_rich_gets_plain_text_and_one_line_rewritten(
    on_terminals: Callable[..., Ran], friday: list[str], without_rich: None
) -> None:
    """ "The command line works without rich"."""
    ran = on_terminals(*friday)
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert "20 tracks:" in ran.out
    assert ran.err.count("\r") == 20
    assert ran.err.count("\n") == 1
    assert " left, " in ran.err


@pytest.mark.parametrize(("columns", "width"), [(20, 60), (88, 88), (300, 140)])
def test_the_table_is_as_wide_as_the_terminal_within_reason(
    command: Callable[..., Ran],
    friday: list[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    width: int,
) -> None:
    """As wide as the terminal, but no narrower than it can be read and no wider than is of use."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert command(*friday).out.splitlines()[2] == "─" * width


def test_a_dumb_terminal_gets_lines(
    on_terminals: Callable[..., Ran], friday: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that cannot move its cursor gets a line now and then, like a log file."""
    monkeypatch.setenv("TERM", "dumb")
    ran = on_terminals(*friday)
    assert ran.code == 0
    assert "\r" not in ran.err
    assert "matching 20/20" in ran.err


def test_a_log_file_gets_a_line_every_few_seconds() -> None:
    """ "Else a line every so often", with the time left, and always one at the end."""
    stream = io.StringIO()
    track = Track("a")
    with progress_on(Screen(stream, vital=False), "matching", 100) as tell:
        for done in range(1, 101):
            left = (100 - done) * 0.25
            tell(Progress(done, 100, track, a_match(track), done * 0.25, left, done))
    assert stream.getvalue().splitlines() == [
        "matching 20/100, 20 s left, 20 requests",
        "matching 40/100, 15 s left, 40 requests",
        "matching 60/100, 10 s left, 60 requests",
        "matching 80/100, 5 s left, 80 requests",
        "matching 100/100, took 25 s, 100 requests",
    ]


def test_rows_are_counted_while_nobody_knows_how_many_come(
    on_terminals: Callable[..., Ran], tmp_path: Path
) -> None:
    """`catalogue build`: a bar that runs to and fro, and is full at the end."""
    pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "name": "Fjordline"}\n' * 3)
    ran = on_terminals("catalogue", "build", "rows.jsonl", "pool")
    assert ran.code == 1
    assert "━" in ran.err
    assert "3 rows read" in ran.err
    assert "took 0 s" in ran.err
    assert "\x1b[33m, 2 left out" in ran.out


def test_rows_are_counted_without_rich(
    on_terminals: Callable[..., Ran], tmp_path: Path, without_rich: None
) -> None:
    """ "The command line works without rich": one line, written over."""
    pytest.importorskip("tantivy", reason="the extra `offline` is not installed")
    (tmp_path / "rows.jsonl").write_text('{"id": 1, "name": "Fjordline"}\n')
    ran = on_terminals("catalogue", "build", "rows.jsonl", "pool")
    assert "\x1b" not in ran.out + ran.err
    assert ran.err.endswith("building: 1 row read, took 0 s\n")
    assert ran.err.count("\n") == 1


def test_a_log_file_is_told_of_rows_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Else a line every so often", and always one at the end, with the seconds it took."""
    stream, now_s = io.StringIO(), 100.0
    monkeypatch.setattr("beatport_match.cli.progress.time.monotonic", lambda: now_s)
    with rows_on(Screen(stream, vital=False), "building") as tell:
        for read in range(1, 8):
            now_s += 2
            tell(10_000 * read)
        now_s += 3
    assert stream.getvalue().splitlines() == [
        "building: 30,000 rows read, 6 s",
        "building: 60,000 rows read, 12 s",
        "building: 70,000 rows read, took 17 s",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="`head` and its kin")
@pytest.mark.parametrize("tracks", [2, 20])
def test_a_closed_pipe_is_no_trouble(friday: list[str], tracks: int) -> None:
    """ "Broken pipe (`| head`) must not traceback"; the run's own exit code stands.

    Two tracks are still in Python's buffer when it exits, twenty are more than it holds.
    """
    with child(*friday, "--limit", tracks) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert f"{tracks}/{tracks}" in err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_an_old_code_page_is_no_trouble(
    collection: Path, base_url: str, encoding: str, tmp_path: Path
) -> None:
    """ "Non-UTF-8 stdout must not crash", and our own signs have a stand-in there."""
    options = ("--playlist", "Remixes", "--unpaced", "--base-url", base_url, "--out", tmp_path)
    with child("playlist", collection, *options, env={"PYTHONIOENCODING": encoding}) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = process.stdout.buffer.read().decode(encoding)
        err = process.stderr.read()
        assert process.wait(timeout=60) == 0, err
    sign = "→" if encoding == "utf-8" else ">"
    assert f"{sign} what was found" in out


class Full(io.StringIO):
    """A stream that takes nothing."""

    def __init__(self, number: int, descriptor: int) -> None:
        super().__init__()
        self._number = number
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return self._descriptor


def test_a_full_disk_is_told_once_where_it_matters(tmp_path: Path) -> None:
    """Results that cannot be printed are one sentence; progress that cannot is dropped."""
    with (tmp_path / "any").open("w") as file:
        descriptor = file.fileno()
        screen = Screen(Full(errno.ENOSPC, descriptor), vital=True)
        with pytest.raises(MisuseError, match=r"cannot be written \(No space left on device\)"):
            screen.show(text_line("a"))
        screen.show(text_line("b"))
        Screen(Full(errno.ENOSPC, descriptor), vital=False).show(text_line("a"))
        Screen(Full(errno.EPIPE, descriptor), vital=True).show(text_line("a"))


def test_a_program_without_a_console_says_nothing(
    monkeypatch: pytest.MonkeyPatch, friday: list[str]
) -> None:
    """Where Python has no stdout at all, the work is done all the same."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        assert main(friday) == 0


def test_hostile_names_do_not_steer_the_terminal(
    on_terminals: Callable[..., Ran], base_url: str, tmp_path: Path
) -> None:
    """ "Control characters from titles never reach the terminal", whichever command shows them."""
    evil = "\x1b]0;owned\x07\x9b2J\u202eevil"
    playlist = tmp_path / "evil.csv"
    playlist.write_text(f'title,artist\n"{evil}",{evil}\n,{evil}\n', encoding="utf-8")
    url = ("--base-url", base_url)
    runs = [
        on_terminals("playlist", playlist, "--unpaced", *url),
        on_terminals("track", f"{evil} - {evil}", *url),
        on_terminals("track", f"{evil} - {evil}", "--explain", *url),
        on_terminals("playlist", tmp_path / evil),
        on_terminals("playlist", playlist, "--playlist", evil),
        on_terminals("playlist", tmp_path / "\udcff\n.xml"),
    ]
    for ran in runs:
        assert "evil" in ran.out + ran.err or ran is runs[-1]
        assert not set(STEERING.sub("", ran.out + ran.err)) & set("\x1b\x07\x9b\u202e\udcff")
    assert runs[-1].err.count("\n") == 1
