"""Several programs with one catalogue: writers exclude each other, readers need no write access."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from invented_rows import Row

from beatport_match.catalogue import Catalogue, index, storage
from beatport_match.errors import CatalogueError

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")

OLD: list[Row] = [{"id": number, "name": f"Old Ferry {number}"} for number in (1, 2, 3)]
NEW: list[Row] = [{"id": 1, "name": "New Ferry"}]
# A build that is killed just before it renames something for the second time, where two folders
# cannot be exchanged in one step, or before the exchange.
KILLED_BUILD = """
import os, signal, sys
from beatport_match.catalogue import Catalogue, storage
path, point = sys.argv[1:]
renames = 0
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def hook(event, arguments):
    global renames
    renames += event == "os.rename" and "pool" in str(arguments[0])
    if renames == 2:
        renames = 3  # `os.kill` is an event too
        kill()
if point == "exchange":
    storage.exchange = kill
else:
    storage.exchange = lambda *_: False
    sys.addaudithook(hook)
Catalogue.build([{"id": 1, "name": "New Ferry"}], path)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pool"
    Catalogue.build(OLD, path)
    return path


def names(path: Path) -> list[str]:
    with Catalogue.open(path) as catalogue:
        return [row.name for row in catalogue.search("ferry")]


def beside(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def kill_build(path: Path, point: str) -> None:
    command = [sys.executable, "-c", KILLED_BUILD, str(path), point]
    assert subprocess.run(command, check=False).returncode < 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
@pytest.mark.parametrize("point", ["exchange", "second rename"])
def test_a_killed_build_loses_nothing(path: Path, point: str) -> None:
    """The next `open` moves the old catalogue back; the next writer removes the leftovers."""
    kill_build(path, point)
    assert beside(path) != ["pool"]
    assert len(names(path)) == 3
    Catalogue.update(path, [{"id": 4, "name": "Ferry"}])
    assert len(names(path)) == 4
    assert beside(path) == ["pool"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_writer_also_restores_what_a_killed_build_moved_away(path: Path) -> None:
    kill_build(path, "second rename")
    assert not path.exists()
    assert Catalogue.remove(path, [1]) == 1
    assert len(names(path)) == 2


def test_leftovers_of_other_catalogues_stay(path: Path) -> None:
    others = [".pool.mine.abcd1234.draft", ".pool.abcd1234.txt", ".pools.abcd1234.old"]
    for name in (*others, ".pool.abcd1234.draft", ".pool.ab_d1234.old"):
        (path.parent / name).mkdir()
    Catalogue.update(path, NEW)
    assert beside(path) == sorted([*others, "pool"])


def test_a_dot_in_a_name_stands_for_no_other_character(path: Path) -> None:
    dotted = path.rename(path.with_name("p.ol"))
    (path.parent / ".pool.abcd1234.draft").mkdir()
    Catalogue.update(dotted, NEW)
    assert beside(dotted) == [".pool.abcd1234.draft", "p.ol"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_build_replaces_a_catalogue_with_and_without_an_exchange(
    path: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanges:
        monkeypatch.setattr(storage, "exchange", lambda *_: False)
    with Catalogue.open(path) as opened:
        Catalogue.build(NEW, path)
        assert len(opened.search("ferry")) == 3
    assert names(path) == ["New Ferry"]
    assert beside(path) == ["pool"]


def test_writers_exclude_each_other(path: Path) -> None:
    """Each of the three is rejected during each of the others, which then succeed."""
    rejected = 0
    writers: list[Any] = [
        lambda rows: Catalogue.build(rows, path),
        lambda rows: Catalogue.update(path, rows),
        lambda rows: Catalogue.remove(path, (row["id"] for row in rows)),
    ]

    def meanwhile() -> Any:
        nonlocal rejected
        yield NEW[0]
        for write in writers:
            with pytest.raises(CatalogueError, match="no other program is changing"):
                write(NEW)
            rejected += 1

    for write in writers:
        write(meanwhile())
    assert rejected == 9
    assert beside(path) == ["pool"]


def test_a_link_to_a_catalogue_is_changed_under_the_same_lock(path: Path) -> None:
    link = path.parent / "link"
    link.symlink_to(path)

    def meanwhile() -> Any:
        with pytest.raises(CatalogueError, match="no other program is changing"):
            Catalogue.build(NEW, link)
        yield NEW[0]

    Catalogue.update(path, meanwhile())
    Catalogue.build(NEW, link)
    assert link.is_symlink()
    assert names(path) == ["New Ferry"]
    assert beside(path) == ["link", "pool"]


def test_opening_is_tried_again_if_the_catalogue_was_replaced_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = 0

    def replaced_before_the_check(folder: Path) -> None:
        nonlocal checks
        checks += 1
        if checks == 1:
            # The build itself verifies nothing.
            Catalogue.build(NEW, path)
            raise ValueError("a file is missing")
        if checks > 2:
            raise ValueError("a file is damaged")

    monkeypatch.setattr(index, "verify_checksums", replaced_before_the_check)
    assert names(path) == ["New Ferry"]
    with pytest.raises(CatalogueError, match="a file is damaged"):
        Catalogue.open(path)
    assert checks == 3


def test_a_list_of_removed_rows_that_is_being_written_does_not_count(path: Path) -> None:
    Catalogue.remove(path, [1])
    segment = next((path / "index").glob("*.del")).name.split(".")[0]
    (path / "index" / f"{segment}.99999.del").write_bytes(b"half")
    assert len(names(path)) == 2


def test_reading_needs_no_write_access(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of the index stay as they are, and the temporary folder is removed."""
    for lock in (path / "index").glob(".tantivy*"):
        lock.unlink()
    before = sorted((path / "index").iterdir())
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Catalogue.open(path) as catalogue:
        assert len(catalogue.search("ferry")) == 3
        assert catalogue.by_id(2) is not None
    assert sorted((path / "index").iterdir()) == before
    assert list(temporary.iterdir()) == []


def test_without_links_the_files_are_copied(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert len(names(path)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_who_may_read_the_folder_may_read_its_lists(path: Path) -> None:
    """tantivy keeps them for their owner."""
    lists = [path / "index" / name for name in ("meta.json", ".managed.json")]
    path.chmod(0o750)
    Catalogue.update(path, NEW)
    assert {file.stat().st_mode & 0o777 for file in lists} == {0o640}
    Catalogue.build(NEW, path)
    assert {file.stat().st_mode & 0o777 for file in lists} == {0o640}


@pytest.mark.parametrize("file", ["catalogue.json", "index/meta.json"])
def test_a_catalogue_that_may_not_be_read_is_not_called_damaged(
    path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file = Path.open

    def denied(self: Path, *arguments: Any, **options: Any) -> Any:
        if self == path / file:
            raise PermissionError(13, "Permission denied")
        return open_file(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(CatalogueError, match=r"\(Permission denied\); check .*permissions"):
        Catalogue.open(path)


def test_a_missing_folder_and_a_name_that_is_too_long_are_one_sentence(path: Path) -> None:
    shutil.rmtree(path)
    for name in ("x" * 300, "x" * 252):
        for use in (Catalogue.open, lambda path: Catalogue.build(NEW, path)):
            with pytest.raises(CatalogueError, match=r"name too long|there is no catalogue"):
                use(path.with_name(name))
