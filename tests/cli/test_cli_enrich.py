"""The command `enrich`: from a library and its results to a new library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandResult, make_match, misuse_message

from beatport_match import Candidate, PlaylistMatch, list_playlists, read_playlist

Command = Callable[..., CommandResult]


@pytest.fixture
def results(command: Command, collection: Path, base_url: str, tmp_path: Path) -> Path:
    """Match one playlist of the collection and write the results."""
    options = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
    assert command("playlist", collection, *options, "--out", tmp_path / "run").code == 0
    return tmp_path / "run" / "results.json"


def test_library_is_enriched_and_the_next_steps_are_shown(
    command: Command, collection: Path, results: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.xml"
    before = collection.read_bytes()
    result = command("enrich", collection, "--results", results, "--out", new)
    assert (result.code, result.err) == (0, "")
    first, notation, *steps = result.out.splitlines()
    assert first.startswith(f"{new}: ")
    assert first.endswith(" of 85 tracks enriched.")
    assert notation.startswith("Keys are written as ")
    assert any('the playlist "Beatport"' in line for line in steps)
    assert any('"Import To Collection"' in line for line in steps)
    assert list_playlists(new)[0] == "Beatport"
    assert collection.read_bytes() == before


def test_traktor_needs_its_collection_replaced(
    command: Command, results: Path, tmp_path: Path
) -> None:
    """Only a library that was changed has a next step."""
    old = tmp_path / "old.nml"
    entry = '<ENTRY TITLE="Tide" ARTIST="Velda"><INFO/></ENTRY>'
    old.write_text(f'<NML VERSION="19"><COLLECTION ENTRIES="1">{entry}</COLLECTION></NML>')
    result = command("enrich", old, "--results", results, "--out", tmp_path / "same.nml")
    assert "Traktor" not in result.out
    (track,) = read_playlist(old)
    match = make_match(track, found=Candidate(id=41, name="Tide", label="Quay"))
    PlaylistMatch.from_json(results).with_matches([match]).to_json(results)
    result = command("enrich", old, "--results", results, "--out", tmp_path / "new.nml")
    assert "close Traktor, keep a copy of its collection.nml, and put the new file" in result.out


def test_json_and_options_are_applied(
    command: Command, collection: Path, results: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.xml"
    options = ("--overwrite", "label, key", "--notation", "open_key", "--playlist", "New")
    result = command("enrich", collection, "--results", results, "--out", new, *options, "--json")
    report = json.loads(result.out)
    assert (report["path"], report["playlist"], report["notation"]) == (
        str(new),
        "New",
        "open_key",
    )
    assert len(list(read_playlist(new, "New"))) == report["enriched"] > 5


def test_without_a_name_there_is_no_playlist(
    command: Command, collection: Path, results: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.xml"
    options = ("--results", results, "--out", new, "--playlist", "")
    result = command("enrich", collection, *options)
    assert result.out.count("\n") == 2
    assert list_playlists(new) == list_playlists(collection)


def test_wrong_files_and_options_are_one_sentence(
    command: Command, collection: Path, results: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.xml"
    given = ("enrich", collection, "--results", results, "--out")
    assert "is the original itself" in misuse_message(command(*given, collection))
    refused = misuse_message(command(*given, new, "--overwrite", "key,bpm"))
    assert "bpm cannot be overwritten" in refused
    wrong = command("enrich", collection, "--results", collection, "--out", new)
    assert "is not a complete JSON document" in misuse_message(wrong)
    assert "--results" in misuse_message(command("enrich", collection, "--out", new))
    assert not new.exists()
