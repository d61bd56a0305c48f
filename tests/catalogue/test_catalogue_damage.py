"""What is no catalogue, or no longer a whole one, is refused in a sentence."""

from __future__ import annotations

import builtins
import json
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
from beatport_match.errors import CatalogueError, MisuseError
from beatport_match.model.tracks import Candidate

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.catalogue"
    Catalogue.build(rows(), path)
    Catalogue.remove(path, [rows()[3]["id"]])
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(whole, tmp_path / "broken.catalogue"))


def mark(path: Path, **changed: Any) -> None:
    file = path / "catalogue.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changed}), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (shutil.rmtree, "there is no catalogue; build it with Catalogue.build or "),
        (lambda path: mark(path, what="recipes"), "is no catalogue of ours; name another folder"),
        (lambda path: (path / "catalogue.json").unlink(), "is no catalogue of ours"),
        (lambda path: (path / "catalogue.json").write_bytes(b"\xff{"), "is no catalogue of ours"),
        (lambda path: mark(path, format=99), "built by a newer .*format 99, ours is 1.*update"),
        (lambda path: mark(path, format=0), "built by an older .*format 0, .*build it anew"),
        (lambda path: mark(path, format="one"), "is damaged; build it anew"),
        (lambda path: shutil.rmtree(path / "index"), "is damaged; build it anew"),
        (lambda path: (path / "index" / "meta.json").unlink(), "is damaged, or .*build it anew"),
        (lambda path: (path / "index" / "meta.json").write_text("{}"), "is damaged, or .*anew"),
    ],
)
def test_what_is_no_catalogue_is_refused(
    path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    """ "a damaged, foreign or newer index is refused with one clear sentence … naming the path and
    the remedy"."""
    spoil(path)
    for use in (Catalogue.open, lambda path: Catalogue.update(path, [])):
        with pytest.raises(CatalogueError, match=told) as refused:
            use(path)
        assert str(refused.value).startswith(f"{path}: ")
        assert "\n" not in str(refused.value)


@given(st.data())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_damaged_file_is_refused_wherever_it_is_damaged(
    whole: Path, tmp_path: Path, data: st.DataObject
) -> None:
    """The same for any byte of any file that the engine keeps rows and words in."""
    path = tmp_path / "broken.catalogue"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(whole, path)
    kept = sorted(one for one in (path / "index").iterdir() if one.suffix not in {".json", ".lock"})
    assert {one.suffix for one in kept} >= {".store", ".term", ".idx", ".fast", ".del"}
    file = data.draw(st.sampled_from(kept))
    body = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(body) - 1))
    how = data.draw(st.sampled_from(["flipped", "cut", "emptied"]))
    if how == "flipped":
        body[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes({"flipped": body, "cut": body[:at], "emptied": b""}[how])
    with pytest.raises(CatalogueError, match="is damaged"):
        Catalogue.open(path)


def test_nothing_else_is_built_over(tmp_path: Path) -> None:
    """A folder with somebody's files, or a file, stays what it is; an empty folder may be used."""
    folder, file, empty = tmp_path / "music", tmp_path / "a.txt", tmp_path / "empty"
    folder.mkdir()
    empty.mkdir()
    (folder / "song.mp3").touch()
    file.touch()
    for path in (folder, file):
        with pytest.raises(CatalogueError, match="is something else than a catalogue"):
            Catalogue.build(rows()[:2], path)
    assert [one.name for one in folder.iterdir()] == ["song.mp3"]
    with pytest.raises(CatalogueError, match=r"there is no folder .* to build it in; make it"):
        Catalogue.build(rows()[:2], tmp_path / "none" / "mine")
    assert Catalogue.build(rows()[:2], empty).rows == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.txt", "empty", "music"]


def test_it_says_which_extra_is_missing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "the package must import without it and say which extra a feature needs"."""

    def gone(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", gone)
    for use in (Catalogue.open, lambda path: Catalogue.build([], path)):
        with pytest.raises(MisuseError, match=r"pip install 'beatport-match\[offline\]'"):
            use(path)


def test_it_says_which_extra_reads_parquet(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for Parquet; what stood at the path stands there still."""
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    (path.parent / "rows.parquet").touch()
    with pytest.raises(MisuseError, match=r"pip install 'beatport-match\[parquet\]'"):
        Catalogue.build(path.parent / "rows.parquet", path)
    assert len(Catalogue.open(path)) == len(rows()) - 1


def test_the_words_of_a_format_stay_the_same() -> None:
    """words: "a change here makes catalogues that were built before another `FORMAT`": where this
    fails, raise it, and write down the new words."""
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
