"""Rows from files: every format, and damaged lines with their numbers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.catalogue.row_files import NumberedRow, row_source
from beatport_match.errors import CatalogueError

FERRY = {"id": 7, "name": "Night Ferry"}


def entries(path: Path, data: bytes | str) -> list[NumberedRow]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(row_source(path).entries)


def problems(found: list[NumberedRow]) -> list[tuple[int, str]]:
    return [(number, row) for number, row in found if isinstance(row, str)]


def rows_of(found: list[NumberedRow]) -> list[tuple[int, Any]]:
    return [(number, row) for number, row in found if not isinstance(row, str)]


def test_json_lines_are_read_with_their_line_numbers(tmp_path: Path) -> None:
    """Blank lines and a byte order mark are skipped."""
    data = "\ufeff" + json.dumps(FERRY) + "\n\n" + json.dumps({**FERRY, "id": 8})
    assert entries(tmp_path / "rows.jsonl", data) == [(1, FERRY), (3, {**FERRY, "id": 8})]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b'{"id": 8, "na', "the line is not well-formed JSON"),
        (b"[1, 2]", "the line is not a JSON object"),
        (b'{"id": 8, "name": "Caf\xe9"}', "the line holds bytes that are not UTF-8"),
        (b"[" * 100_000, "the line is not well-formed JSON"),
        (b'{"id": ' + b"9" * 10_000 + b"}", "the line is not well-formed JSON"),
        (b'"' + b"x" * 200_000, "the line is longer than 131,072 bytes"),
    ],
    ids=["cut off", "list", "cp1252", "deep", "number", "long"],
)
def test_a_bad_line_is_reported_and_the_others_are_read(
    tmp_path: Path, line: bytes, detail: str
) -> None:
    good = json.dumps(FERRY).encode()
    found = entries(tmp_path / "rows.jsonl", b"\n".join([good, line, good]))
    assert found == [(1, FERRY), (2, detail), (3, FERRY)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_cells_are_read_with_any_delimiter(tmp_path: Path, mark: str) -> None:
    """Column names may have any case; a cell may hold the delimiter, a quote and a line break."""
    header, row = mark.join(["ID", " Name ", "artists"]), mark.join(["7", '"a""\nb"', '"X; Y"'])
    found = entries(tmp_path / "rows.csv", f"{header}\r\n{row}\r\n\r\n8{mark}c\r\n")
    assert found == [
        (2, {"id": "7", "name": 'a"\nb', "artists": "X; Y"}),
        (5, {"id": "8", "name": "c"}),
    ]


def test_an_unclosed_quote_loses_only_its_line(tmp_path: Path) -> None:
    """Without a limit the quoted cell would contain all rows after it; they are read again."""
    rows = [f"{number},title {number}" for number in range(1, 20_001)]
    rows[4] = '5,"title 5'
    rows[9] = "10,title 10,more"
    found = entries(tmp_path / "rows.csv", "\n".join(["id,name", *rows]))
    assert [number for number, _ in problems(found)] == [6, 11]
    assert "well-formed" in problems(found)[0][1]
    assert "3 cells for 2 columns" in problems(found)[1][1]
    assert len(rows_of(found)) == 19_998
    last = entries(tmp_path / "last.csv", 'id,name\n1,"a\n2,b\n3,c')
    assert rows_of(last) == [(3, {"id": "2", "name": "b"}), (4, {"id": "3", "name": "c"})]


@pytest.mark.parametrize("letter", ["x", "é", "夜"])
def test_a_csv_line_over_128_kib_is_reported(tmp_path: Path, letter: str) -> None:
    """The limit is in bytes; the other lines are read."""
    long = letter * (2**17 // len(letter.encode()) + 1)
    found = entries(tmp_path / "rows.csv", f"id,name\n7,{long}\n8,b\n")
    assert [number for number, _ in problems(found)] == [2]
    assert rows_of(found) == [(3, {"id": "8", "name": "b"})]


def test_bytes_that_are_not_utf8_stay_in_their_cell(tmp_path: Path) -> None:
    """The row parser can then name the column."""
    found = rows_of(entries(tmp_path / "rows.csv", b"id,name\n7,Caf\xe9\n8,Caf\xc3\xa9\n"))
    assert found == [(2, {"id": "7", "name": "Caf\udce9"}), (3, {"id": "8", "name": "Café"})]


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.JSONL.GZ"])
def test_gzip_files_are_read_up_to_the_damage(tmp_path: Path, name: str) -> None:
    """The damage is reported with its line."""
    compressed = gzip.compress("".join(json.dumps(FERRY) + "\n" for _ in range(3)).encode())
    assert len(rows_of(entries(tmp_path / name, compressed))) == 3
    many = gzip.compress(
        "".join(json.dumps({**FERRY, "id": number}) + "\n" for number in range(50_000)).encode()
    )
    found = entries(tmp_path / name, many[: len(many) // 2])
    ((line, detail),) = problems(found)
    assert line > len(rows_of(found)) > 1000
    assert "damaged from here on" in detail
    ((line, _),) = problems(entries(tmp_path / name, b"not gzip"))
    assert line == 1


def test_parquet_files_are_read(tmp_path: Path) -> None:
    """Columns may hold lists and missing values; a damaged file is rejected."""
    arrow = pytest.importorskip("pyarrow", reason="Parquet needs the extra `parquet`")
    from pyarrow import parquet

    rows = [{"id": 7, "name": "a", "artists": ["X", "Y"]}, {"id": 8, "name": "b", "artists": None}]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    assert list(row_source(tmp_path / "rows.parquet").entries) == [(1, rows[0]), (2, rows[1])]
    with pytest.raises(
        CatalogueError, match=r"damaged\.parquet: cannot be read as Parquet .*again\.$"
    ):
        entries(tmp_path / "damaged.parquet", (tmp_path / "rows.parquet").read_bytes()[:-20])


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.json.zip"])
def test_an_unknown_format_is_rejected(tmp_path: Path, name: str) -> None:
    """The error names the known formats."""
    with pytest.raises(CatalogueError, match=r"has an unknown format; name a \.jsonl"):
        entries(tmp_path / name, "{}")


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    """So is a folder with the name of a file."""
    with pytest.raises(CatalogueError, match="there is no such file; check the path"):
        row_source(tmp_path / "none.jsonl")
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(CatalogueError, match=r"cannot be read \(it is a folder\); check the path"):
        row_source(tmp_path / "rows.csv")


def test_utf16_is_rejected(tmp_path: Path) -> None:
    """Otherwise every line would be reported."""
    with pytest.raises(CatalogueError, match=r"rows\.csv: is UTF-16; save it as UTF-8"):
        entries(tmp_path / "rows.csv", "id,name\n7,a\n".encode("utf-16"))


def test_a_row_of_a_program_that_is_not_a_mapping_is_reported() -> None:
    found = list(row_source([FERRY, "Night Ferry"]).entries)  # type: ignore[list-item]
    assert found == [(1, FERRY), (2, "it is not a mapping")]


@pytest.mark.fuzz
@given(st.sampled_from(["rows.jsonl", "rows.csv", "rows.csv.gz"]), st.binary(max_size=300))
def test_no_bytes_raise_an_unexpected_exception(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes
) -> None:
    """Every line is a row or a reported problem."""
    path = tmp_path_factory.getbasetemp() / name
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    numbers = [number for number, _ in entries(path, data)]
    assert numbers == sorted(set(numbers))
