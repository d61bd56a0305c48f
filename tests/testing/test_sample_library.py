"""`python -m beatport_match.testing FOLDER` writes a sample library and serves its fake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from beatport_match import MatchSettings, match_track, read_playlist
from beatport_match.testing import __main__ as command


def test_the_sample_is_matched_with_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its settings send requests to the fake; a second run uses the folder again."""
    folder = tmp_path / "new" / "sample"
    outcomes: list[str] = []

    def match_one() -> str:
        assert f"--settings {folder / 'settings.toml'}" in capsys.readouterr().out
        settings = MatchSettings.load(folder / "settings.toml")
        track = next(iter(read_playlist(folder / "collection.xml")))
        outcomes.append(match_track(track, settings=settings).outcome)
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", match_one)
    for _ in range(2):
        command.main([str(folder)])
    assert outcomes == ["matched", "matched"]


def test_another_folder_is_not_changed(tmp_path: Path) -> None:
    """A library of a person with the same file name is kept, and the error says what to do."""
    library = tmp_path / "collection.xml"
    library.write_text("mine", "utf-8")
    with pytest.raises(SystemExit, match=r"is not a sample folder: name a new folder\.$"):
        command.main([str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["collection.xml"]
    assert library.read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """If a parent folder is a file, the error is one sentence."""
    blocked = tmp_path / "file" / "sample"
    blocked.parent.write_text("", "utf-8")
    with pytest.raises(SystemExit, match=r"cannot be written \(.+\): name another folder\.$"):
        command.main([str(blocked)])


@pytest.mark.parametrize("fault", [EOFError, OSError, RuntimeError])
def test_without_an_input_the_fake_answers_until_the_process_ends(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: type[Exception],
) -> None:
    """So it is with `nohup`, in the background, and with a closed standard input."""
    outcomes: list[str] = []

    def no_input() -> str:
        raise fault

    def wait(seconds: float) -> None:
        settings = MatchSettings.load(tmp_path / "new" / "settings.toml")
        track = next(iter(read_playlist(tmp_path / "new" / "collection.xml")))
        monkeypatch.undo()
        outcomes.append(match_track(track, settings=settings).outcome)
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", no_input)
    monkeypatch.setattr(command.time, "sleep", wait)
    command.main([str(tmp_path / "new")])
    assert outcomes == ["matched"]
    assert f"end the process {os.getpid()}." in capsys.readouterr().out
