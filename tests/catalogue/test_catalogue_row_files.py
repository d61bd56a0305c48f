"""Rows out of files: every format, and what is torn, with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.catalogue.row_files import Entry, source_of
from beatport_match.errors import CatalogueError

FERRY = {"id": 7, "name": "Night Ferry"}


def entries(path: Path, data: bytes | str) -> list[Entry]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(source_of(path).entries)


def told(found: list[Entry]) -> list[tuple[int, str]]:
    return [(number, row) for number, row in found if isinstance(row, str)]


def read(found: list[Entry]) -> list[tuple[int, Any]]:
    return [(number, row) for number, row in found if not isinstance(row, str)]


def test_lines_of_json(tmp_path: Path) -> None:
    """The row of a line, with its number; blank ones are none, and a byte order mark is no text."""
    data = "\ufeff" + json.dumps(FERRY) + "\n\n" + json.dumps({**FERRY, "id": 8})
    assert entries(tmp_path / "rows.jsonl", data) == [(1, FERRY), (3, {**FERRY, "id": 8})]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b'{"id": 8, "na', "the line is not well-formed JSON"),
        (b"[1, 2]", "the line is no JSON object"),
        (b'{"id": 8, "name": "Caf\xe9"}', "the line holds bytes that are not UTF-8"),
        (b"[" * 100_000, "the line is not well-formed JSON"),
        (b'{"id": ' + b"9" * 10_000 + b"}", "the line is not well-formed JSON"),
        (b'"' + b"x" * 200_000, "the line is longer than 131,072 bytes"),
    ],
    ids=["torn", "list", "cp1252", "deep", "number", "long"],
)
def test_a_bad_line_costs_no_other(tmp_path: Path, line: bytes, detail: str) -> None:
    """Issue: "reported with line numbers, the rest is built"."""
    whole = json.dumps(FERRY).encode()
    found = entries(tmp_path / "rows.jsonl", b"\n".join([whole, line, whole]))
    assert found == [(1, FERRY), (2, detail), (3, FERRY)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_cells_of_csv(tmp_path: Path, mark: str) -> None:
    """Names of columns in any case; a cell may hold the delimiter, a quote and a line's end."""
    header, row = mark.join(["ID", " Name ", "artists"]), mark.join(["7", '"a""\nb"', '"X; Y"'])
    found = entries(tmp_path / "rows.csv", f"{header}\r\n{row}\r\n\r\n8{mark}c\r\n")
    assert found == [
        (2, {"id": "7", "name": 'a"\nb', "artists": "X; Y"}),
        (5, {"id": "8", "name": "c"}),
    ]


def test_a_quote_that_is_never_closed_costs_its_line(tmp_path: Path) -> None:
    """The same for CSV, where one quote could swallow all rows behind it: they are read again."""
    rows = [f"{number},title {number}" for number in range(1, 20_001)]
    rows[4] = '5,"title 5'
    rows[9] = "10,title 10,more"
    found = entries(tmp_path / "rows.csv", "\n".join(["id,name", *rows]))
    assert [number for number, _ in told(found)] == [6, 11]
    assert "well-formed" in told(found)[0][1]
    assert "3 cells for 2 columns" in told(found)[1][1]
    assert len(read(found)) == 19_998
    last = entries(tmp_path / "last.csv", 'id,name\n1,"a\n2,b\n3,c')
    assert read(last) == [(3, {"id": "2", "name": "b"}), (4, {"id": "3", "name": "c"})]


def test_bytes_that_are_no_text_stay_in_their_cell(tmp_path: Path) -> None:
    """Issue: "mixed encodings": what is no UTF-8 is found by the cell it stands in."""
    found = read(entries(tmp_path / "rows.csv", b"id,name\n7,Caf\xe9\n8,Caf\xc3\xa9\n"))
    assert found == [(2, {"id": "7", "name": "Caf\udce9"}), (3, {"id": "8", "name": "Café"})]


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.JSONL.GZ"])
def test_packed_files(tmp_path: Path, name: str) -> None:
    """ ".gz of the first two"; what is cut off is told with the line, and what stood before it is
    read."""
    packed = gzip.compress("".join(json.dumps(FERRY) + "\n" for _ in range(3)).encode())
    assert len(read(entries(tmp_path / name, packed))) == 3
    many = gzip.compress(
        "".join(json.dumps({**FERRY, "id": number}) + "\n" for number in range(50_000)).encode()
    )
    found = entries(tmp_path / name, many[: len(many) // 2])
    ((line, detail),) = told(found)
    assert line > len(read(found)) > 1000
    assert "damaged from here on" in detail
    ((line, _),) = told(entries(tmp_path / name, b"no gzip"))
    assert line == 1


def test_parquet(tmp_path: Path) -> None:
    """Columns with lists and gaps come as rows; a file that is none is refused."""
    arrow = pytest.importorskip("pyarrow", reason="Parquet needs the extra `parquet`")
    from pyarrow import parquet

    rows = [{"id": 7, "name": "a", "artists": ["X", "Y"]}, {"id": 8, "name": "b", "artists": None}]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    assert list(source_of(tmp_path / "rows.parquet").entries) == [(1, rows[0]), (2, rows[1])]
    with pytest.raises(CatalogueError, match=r"torn\.parquet: cannot be read as Parquet .*anew\.$"):
        entries(tmp_path / "torn.parquet", (tmp_path / "rows.parquet").read_bytes()[:-20])


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.json.zip"])
def test_a_file_of_no_known_format_is_refused(tmp_path: Path, name: str) -> None:
    """At once, naming the formats there are."""
    with pytest.raises(CatalogueError, match=r"no known format; name a \.jsonl"):
        entries(tmp_path / name, "{}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Also a folder, which has the right name."""
    (tmp_path / "rows.csv").mkdir()
    for path in (tmp_path / "none.jsonl", tmp_path / "rows.csv"):
        with pytest.raises(CatalogueError, match="no such file; check the path"):
            source_of(path)


def test_utf16_is_refused(tmp_path: Path) -> None:
    """Its lines are no lines of ours, so that every one would be told."""
    with pytest.raises(CatalogueError, match=r"rows\.csv: is UTF-16; save it as UTF-8"):
        entries(tmp_path / "rows.csv", "id,name\n7,a\n".encode("utf-16"))


def test_rows_of_a_program() -> None:
    """ "an iterable of mappings"; what is none is told of."""
    found = list(source_of([FERRY, "Night Ferry"]).entries)  # type: ignore[list-item]
    assert found == [(1, FERRY), (2, "it is no mapping")]


@pytest.mark.fuzz
@given(st.sampled_from(["rows.jsonl", "rows.csv", "rows.csv.gz"]), st.binary(max_size=300))
def test_no_bytes_are_an_exception(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes
) -> None:
    """Input from outside gives rows, sentences, or the one error there is."""
    path = tmp_path_factory.getbasetemp() / name
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    numbers = [number for number, _ in entries(path, data)]
    assert numbers == sorted(set(numbers))
