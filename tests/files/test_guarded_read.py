"""Files are read only if they are regular files, and only up to a size."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.errors import CatalogueError
from beatport_match.files.atomic_write import atomic_write
from beatport_match.files.guarded_read import bounded_lines, open_input, read_text, reason


def failure_of(path: Path, max_bytes: int = 10) -> str:
    with pytest.raises(OSError, match=r".") as caught:
        read_text(path, max_bytes)
    return reason(caught.value)


def test_text_up_to_the_size_is_read(tmp_path: Path) -> None:
    """A byte order mark is removed."""
    path = tmp_path / "a"
    path.write_bytes("\ufeffTür\r\n".encode())
    assert read_text(path, 9) == "Tür\r\n"
    assert failure_of(path, 8) == "it is larger than 8 bytes"


def test_the_reason_names_the_cause(tmp_path: Path) -> None:
    """One clause, without the path: the callers name it."""
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert failure_of(tmp_path) == "it is a folder"
    assert failure_of(tmp_path / "gone") == "No such file or directory"
    assert failure_of(tmp_path / "bytes") == "it is not UTF-8 text"
    assert "null" in failure_of(Path("a\0b"))
    assert reason(RecursionError("maximum")) == "it is nested too deeply"


def test_the_reason_names_the_folder_that_is_missing_or_a_file(tmp_path: Path) -> None:
    """The messages of the system name neither, and mention files where a folder is needed."""
    file = tmp_path / "file"
    file.write_bytes(b"")
    a_file = "file is a file and not a folder"
    missing = tmp_path / "no" / "x"

    def why(action: Callable[[], object]) -> str:
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its reason is the result
            action()
        return reason(caught.value)

    assert why(lambda: missing.write_bytes(b"")) == "the folder no does not exist"
    assert why(file.mkdir) == a_file
    assert why(lambda: (file / "x" / "y").mkdir(parents=True)) == a_file
    assert why(lambda: read_text(file / "x", 9)) == a_file
    assert why(lambda: tmp_path.write_bytes(b"")) == "it is a folder"

    def write(path: Path) -> None:
        with atomic_write(path) as draft:
            draft.write_bytes(b"")

    assert why(lambda: write(missing)) == "the folder no does not exist"
    assert why(lambda: write(tmp_path)) == "it is a folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_a_pipe_and_a_device_are_not_opened(tmp_path: Path) -> None:
    """Opening a pipe without a writer would block forever."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        assert failure_of(path) == "it is not a regular file"


def test_an_error_while_reading_becomes_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,name\n")
    with pytest.raises(CatalogueError, match=r"rows\.csv: cannot be read \(Input/output error\);"):
        _fail_while_reading(path)


def _fail_while_reading(path: Path) -> None:
    with open_input(path, CatalogueError) as stream:
        assert stream.read() == b"id,name\n"
        raise OSError(5, "Input/output error")


@given(st.lists(st.text("ab\n", max_size=9)), st.integers(1, 5))
def test_a_longer_line_is_cut_off_and_the_next_one_follows(pieces: list[str], limit: int) -> None:
    """Text and bytes are read alike."""
    text = "".join(pieces)
    lines = text.splitlines(keepends=True)
    expected = [line if len(line) <= limit else line[: limit + 1] for line in lines]
    assert list(bounded_lines(io.StringIO(text), limit)) == expected
    found = bounded_lines(io.BytesIO(text.encode()), limit)
    assert [line.decode() for line in found] == expected
