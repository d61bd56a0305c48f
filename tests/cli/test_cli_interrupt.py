"""Ctrl-C keeps the finished tracks and exits with 130 without a traceback, in both modes."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, child_process

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport

ENGINES = pytest.mark.parametrize("engine", [(), ("--async",)], ids=["sync", "async"])


def finished_in(results: Path) -> list[str]:
    """Return the ids of the tracks in a results file; none of them may be failed."""
    matches = json.loads(results.read_text(encoding="utf-8"))["matches"]
    assert all(match["outcome"] != "failed" for match in matches)
    return [match["track"]["id"] for match in matches]


def are_in_order(ids: list[str], collection: Path) -> bool:
    """Return whether ids are in the order of the playlist."""
    all_ids = [track.id for track in read_playlist(collection)]
    return ids == [id_ for id_ in all_ids if id_ in ids]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@ENGINES
def test_an_interrupted_process_keeps_the_finished_tracks(
    collection: Path, tmp_path: Path, interruptible: None, engine: tuple[str, ...]
) -> None:
    # The later requests get no answer, so the interrupt comes in the middle of the run.
    fake = FakeBeatport(faults=lambda index, _: "hang" if index >= 20 else None)
    options = ("--base-url", None, "--unpaced", "--out", tmp_path / "out", *engine)
    with fake.serve() as base_url:
        arguments = [base_url if option is None else option for option in options]
        with child_process("playlist", collection, *arguments) as process:
            until = time.monotonic() + 60
            while len(fake.requests) <= 20 and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    kept = finished_in(tmp_path / "out" / "results.json")
    assert 0 < len(kept) < 85
    assert are_in_order(kept, collection)
    assert (
        f"Interrupted after {len(kept)} of 85 tracks; they are written to {tmp_path / 'out'}."
        in err
    )
    assert f"{len(kept)} tracks:" in out
    rows = (tmp_path / "out" / "matches.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 1 + len(kept)


@ENGINES
def test_finished_tracks_are_in_the_order_of_the_playlist(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    collection: Path,
    tmp_path: Path,
    engine: tuple[str, ...],
) -> None:
    """The async engine finishes tracks in any order."""
    interrupt_after(12)
    with FakeBeatport(jitter_s=0.05).serve() as base_url:
        result = command(
            "playlist", collection, "--unpaced", "--base-url", base_url, "--out", tmp_path, *engine
        )
    assert result.code == 130
    kept = finished_in(tmp_path / "results.json")
    assert len(kept) == 12 if not engine else 12 <= len(kept) < 40
    assert are_in_order(kept, collection)


def test_a_track_listed_twice_is_kept_twice(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    base_url: str,
    tmp_path: Path,
) -> None:
    """Finished tracks are kept by entry, also if two entries are the same track."""
    playlist = tmp_path / "twice.xml"
    entries = "".join(f'<TRACK Key="{key}"/>' for key in (1, 2, 1, 2))
    playlist.write_text(
        '<?xml version="1.0"?><DJ_PLAYLISTS Version="1.0.0"><COLLECTION>'
        '<TRACK TrackID="1" Name="Pavement" Artist="Tigerglass"/>'
        '<TRACK TrackID="2" Name="Countersunk" Artist="Plinth"/></COLLECTION><PLAYLISTS>'
        '<NODE Type="0" Name="ROOT"><NODE Name="Twice" Type="1" KeyType="0">'
        f"{entries}</NODE></NODE></PLAYLISTS></DJ_PLAYLISTS>",
        encoding="utf-8",
    )
    interrupt_after(3)
    options = ("--playlist", "Twice", "--unpaced", "--base-url", base_url, "--out", tmp_path)
    assert command("playlist", playlist, *options).code == 130
    assert finished_in(tmp_path / "results.json") == ["1", "2", "1"]


@pytest.mark.parametrize("shown", [(), ("--json",)])
@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ((), "give --journal FILE to resume next time."),
        (("--journal", "a.journal"), "the same command resumes."),
        (("--out", "o"), "they are written to o."),
        (("--out", "o", "--journal", "b"), "they are written to o; the same command resumes."),
    ],
)
def test_an_interrupted_run_says_what_is_kept(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    collection: Path,
    base_url: str,
    kept: tuple[str, ...],
    text: str,
    shown: tuple[str, ...],
) -> None:
    interrupt_after(3)
    options = ("--unpaced", "--base-url", base_url, *kept, *shown)
    result = command("playlist", collection, *options)
    assert result.err.endswith(f"Interrupted after 3 of 85 tracks; {text}\n")


def test_json_of_an_interrupted_run_has_the_finished_tracks(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    collection: Path,
    base_url: str,
) -> None:
    interrupt_after(3)
    result = command("playlist", collection, "--unpaced", "--base-url", base_url, "--json")
    assert result.code == 130
    assert len(json.loads(result.out)["matches"]) == 3


@pytest.mark.parametrize(("after", "mode"), [(4, "sync"), (14, "async")])
def test_an_interrupted_demo_keeps_the_finished_tracks(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    tmp_path: Path,
    after: int,
    mode: str,
) -> None:
    """The playlist has ten tracks, so the two cases interrupt the sync and the async run."""
    interrupt_after(after)
    arguments = ("demo", "--latency", 0, "--playlist", "Not on sale", "--out", tmp_path, "--json")
    result = command(*arguments)
    assert result.code == 130
    assert "Interrupted after" in result.err
    document = json.loads(result.out)
    assert document["runs"][mode]["interrupted"]
    assert document["speed_up"] is None
    assert len(finished_in(tmp_path / "results.json")) == (4 if mode == "sync" else 10)


def test_an_interrupted_demo_shows_no_comparison(
    command: Callable[..., CommandResult], interrupt_after: Callable[[int], None]
) -> None:
    """The table has the finished tracks."""
    interrupt_after(14)
    result = command("demo", "--latency", 0, "--playlist", "Not on sale")
    assert result.code == 130
    assert "10 tracks:" in result.out
    assert "as fast as" not in result.out
    assert "same answers" not in result.out


def test_a_second_interrupt_does_not_stop_the_writing_of_files(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    collection: Path,
    base_url: str,
    tmp_path: Path,
) -> None:
    from beatport_match import PlaylistMatch

    def to_csv(self: PlaylistMatch, folder: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        (folder / "whole").touch()

    monkeypatch.setattr(PlaylistMatch, "to_csv", to_csv)
    interrupt_after(2)
    result = command(
        "playlist", collection, "--unpaced", "--base-url", base_url, "--out", tmp_path / "out"
    )
    assert result.code == 130
    assert (tmp_path / "out" / "whole").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupted_track_is_one_line(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:

    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("beatport_match.cli.match_commands.match_track", interrupted)
    assert command("track", "a - b") == (130, "", "beatport-match: interrupted.\n")
