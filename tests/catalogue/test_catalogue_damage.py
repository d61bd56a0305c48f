"""Folders that are not catalogues, and damaged catalogues, are rejected with one sentence."""

from __future__ import annotations

import builtins
import json
import os
import shutil
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_rows import rows

from beatport_match.catalogue import Catalogue
from beatport_match.catalogue.index_terms import index_terms
from beatport_match.errors import CatalogueError, MissingDependencyError
from beatport_match.model.tracks import Candidate

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("intact") / "intact.catalogue"
    Catalogue.build(rows(), path)
    Catalogue.remove(path, [rows()[3]["id"]])
    return path


@pytest.fixture
def path(intact: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(intact, tmp_path / "damaged.catalogue"))


def change_marker(path: Path, **changed: Any) -> None:
    file = path / "catalogue.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changed}), "utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shutil.rmtree, "there is no catalogue; build it with Catalogue.build or "),
        (
            lambda path: change_marker(path, what="recipes"),
            "is not a beatport_match catalogue; name another",
        ),
        (lambda path: (path / "catalogue.json").unlink(), "is not a beatport_match catalogue"),
        (
            lambda path: (path / "catalogue.json").write_bytes(b"\xff{"),
            "is not a beatport_match catalogue",
        ),
        (
            lambda path: change_marker(path, format=99),
            "built by a newer .*format 99, ours is 1.*update",
        ),
        (
            lambda path: change_marker(path, format=0),
            "built by an older .*format 0, .*build it again",
        ),
        (lambda path: change_marker(path, format="one"), "is damaged; build it again"),
        (lambda path: shutil.rmtree(path / "index"), "is damaged; build it again"),
        (lambda path: (path / "index" / "meta.json").unlink(), "is damaged, or .*build it again"),
        (
            lambda path: (path / "index" / "meta.json").write_text("{}"),
            "is damaged, or .*build it again",
        ),
    ],
)
def test_a_folder_that_is_not_a_readable_catalogue_is_rejected(
    path: Path, damage: Callable[[Path], object], message: str
) -> None:
    """One sentence names the path and says what to do."""
    damage(path)
    for use in (Catalogue.open, lambda path: Catalogue.update(path, [])):
        with pytest.raises(CatalogueError, match=message) as caught:
            use(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


@given(st.data())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_damage_to_any_byte_of_the_index_is_detected(
    intact: Path, tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "damaged.catalogue"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(intact, path)
    files = sorted(
        one for one in (path / "index").iterdir() if one.suffix not in {".json", ".lock"}
    )
    assert {one.suffix for one in files} >= {".store", ".term", ".idx", ".fast", ".del"}
    file = data.draw(st.sampled_from(files))
    body = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(body) - 1))
    how = data.draw(st.sampled_from(["flipped", "cut", "emptied"]))
    if how == "flipped":
        body[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes({"flipped": body, "cut": body[:at], "emptied": b""}[how])
    with pytest.raises(CatalogueError, match="is damaged"):
        Catalogue.open(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["meta.json", "*.term"])
def test_a_pipe_in_the_place_of_a_file_of_the_index_is_not_opened(path: Path, name: str) -> None:
    """Opening a pipe would wait for a program that writes to it."""
    (file, *_) = (path / "index").glob(name)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(CatalogueError, match="it is not a regular file"):
        Catalogue.open(path)


def test_a_build_replaces_only_a_catalogue_or_an_empty_folder(tmp_path: Path) -> None:
    """A folder with other files, and a file, do not change."""
    folder, file, empty = tmp_path / "music", tmp_path / "a.txt", tmp_path / "empty"
    folder.mkdir()
    empty.mkdir()
    (folder / "song.mp3").touch()
    file.touch()
    for path in (folder, file):
        with pytest.raises(CatalogueError, match="exists and is not a catalogue"):
            Catalogue.build(rows()[:2], path)
    assert [one.name for one in folder.iterdir()] == ["song.mp3"]
    with pytest.raises(CatalogueError, match=r"the folder .* does not exist; create it"):
        Catalogue.build(rows()[:2], tmp_path / "none" / "mine")
    assert Catalogue.build(rows()[:2], empty).rows == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.txt", "empty", "music"]


def test_without_tantivy_the_error_names_the_extra_offline(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_installed(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", not_installed)
    for use in (Catalogue.open, lambda path: Catalogue.build([], path)):
        with pytest.raises(
            MissingDependencyError, match=r"pip install 'beatport-match\[offline\]'"
        ) as caught:
            use(path)
        assert caught.value.name == "tantivy"


def test_without_pyarrow_the_error_names_the_extra_parquet(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The existing catalogue stays."""
    real_import = builtins.__import__

    def import_without_pyarrow(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", import_without_pyarrow)
    (path.parent / "rows.parquet").touch()
    with pytest.raises(
        MissingDependencyError, match=r"pip install 'beatport-match\[parquet\]'"
    ) as caught:
        Catalogue.build(path.parent / "rows.parquet", path)
    assert caught.value.name == "pyarrow"
    assert len(Catalogue.open(path)) == len(rows()) - 1


def test_the_index_terms_of_a_format_stay_the_same() -> None:
    """If this test fails, older catalogues cannot be searched any more: raise `storage.FORMAT`, and
    write the new terms into this test."""
    row = Candidate(
        id=7,
        name="Nørdlys & Café (feat. Åse)",
        mix_name="Basalto's Dub-Mix",
        artists=("Odd Harbour", "Вечер"),
        remixers=("Basalto",),
    )
    assert sorted(index_terms(row).split()) == sorted(
        "nordlys and cafe feat ase nordlysandcafefeatase basaltos dub mix odd harbour oddharbour "
        "вечер basalto".split()
    )
