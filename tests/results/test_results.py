"""The files of a run: their layout is a promise to other programs, their cells are safe to open."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from modes import EXACT_SEARCH, Mode

from beatport_match import PlaylistMatch, PlaylistProblem, Track
from beatport_match.testing import CatalogueTrack, FakeBeatport

MATCHES = [
    "track_id",
    "title",
    "artists",
    "outcome",
    "score",
    "confidence",
    "relation",
    "beatport_id",
    "url",
    "found_title",
    "found_mix",
    "found_artists",
    "found_remixers",
    "label",
    "release",
    "release_date",
    "bpm",
    "key",
    "camelot",
    "genre",
    "length_s",
    "isrc",
    "reason",
]
CANDIDATES = [
    "track_id",
    "title",
    "rank",
    "score",
    "confidence",
    "relation",
    "beatport_id",
    "found_title",
    "found_mix",
    "found_artists",
    "evidence",
]
QUERIES = [
    "track_id",
    "title",
    "query_type",
    "text",
    "found",
    "requests",
    "unreadable",
    "failure",
]
TABLES = {
    "matches.csv": MATCHES,
    "review.csv": MATCHES,
    "candidates.csv": CANDIDATES,
    "queries.csv": QUERIES,
}
FORMULA = '=HYPERLINK("https://elsewhere.example","here")'
SOLD = CatalogueTrack(
    id=501,
    name=FORMULA,
    mix_name="Original Mix",
    artists=("@Ursa", "Pell"),
    remixers=(),
    label="-Minus",
    release="+Plus",
    release_date="2020-02-02",
    bpm=124,
    key="G Major",
    genre="House",
    sub_genre=None,
    length_ms=300_000,
    isrc="XXAA12000001",
    catalog_number="A1",
)


def run(*tracks: Track | str, catalogue: Any = (SOLD,)) -> PlaylistMatch:
    fake = FakeBeatport(catalogue, **EXACT_SEARCH)
    return Mode("sync").call("match_playlist", tracks, transport=fake.transport())


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_have_the_columns_that_were_promised(tmp_path: Path) -> None:
    """PlaylistMatch.to_csv: four tables; a column that moves breaks somebody's spreadsheet."""
    run(Track("Nothing of the kind")).to_csv(tmp_path / "made" / "for" / "it")
    files = sorted((tmp_path / "made" / "for" / "it").iterdir())
    assert [file.name for file in files] == sorted(TABLES)
    for file in files:
        assert file.read_text(encoding="utf-8-sig").splitlines()[0] == ",".join(TABLES[file.name])


def test_the_doc_names_the_columns() -> None:
    """docs/result-files.md: the columns of each table, in their order."""
    doc = Path(__file__).parents[2] / "docs" / "result-files.md"
    rows = [
        line.split("|")[1:4] for line in doc.read_text("utf-8").splitlines() if ".csv` |" in line
    ]
    told = {name.strip(" `"): re.findall(r"`(\w+)`", columns) for name, _, columns in rows}
    assert told == {**TABLES, "review.csv": []}


def test_excel_is_told_that_it_is_utf_8(tmp_path: Path) -> None:
    """to_csv: "UTF-8 with the mark that Excel needs", once, and lines that end as CSV's do."""
    run(Track("Järnvägsdröm", "Νυχτερινό")).to_csv(tmp_path)
    for name in TABLES:
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\xef\xbb\xbf") == 1
        assert raw.count(b"\n") == raw.count(b"\r\n") > 0
    assert table(tmp_path / "matches.csv")[0]["title"] == "Järnvägsdröm"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠"])
def test_a_cell_is_never_a_formula(tmp_path: Path, sign: str) -> None:
    """to_csv: "a cell that a spreadsheet would run as a formula begins with an apostrophe"; text
    comes from strangers on both sides."""
    title = f"{sign}1+1 Title"
    found = run(Track(title, f"{sign}Artist", id=f"{sign}7"), Track(FORMULA, "@Ursa"))
    found.to_csv(tmp_path)
    cells = [cell for name in TABLES for row in table(tmp_path / name) for cell in row.values()]
    assert [cell for cell in cells if cell[:1] in set("=+@\t\r\n＝＋－＠")] == []
    guarded = {"'" + FORMULA, f"'{title}", "'@Ursa", "'-Minus", "'+Plus"}
    assert guarded <= set(cells)


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    """Only text is guarded: a score or a tempo is for calculating with."""
    found = run(Track(FORMULA, "@Ursa, Pell", duration_s=300))
    found.to_csv(tmp_path)
    (row,) = table(tmp_path / "matches.csv")
    assert (row["outcome"], row["beatport_id"]) == ("matched", "501")
    assert float(row["bpm"]) == 124
    assert float(row["length_s"]) == 300
    assert float(row["score"]) == found.matches[0].best.score


def test_the_tables_say_what_the_matches_say(tmp_path: Path) -> None:
    """Every match has a row, every kept candidate, every query; `review.csv` those to look at."""
    fake = FakeBeatport(**EXACT_SEARCH)
    tracks = [Track("Candle Tax"), Track("Lido in Winter"), Track("No Such Thing Anywhere")]
    found = Mode("sync").call("match_playlist", tracks, transport=fake.transport())
    found.to_csv(tmp_path)
    rows = {name: table(tmp_path / name) for name in TABLES}
    assert [row["outcome"] for row in rows["matches.csv"]] == [m.outcome for m in found.matches]
    assert [row["title"] for row in rows["review.csv"]] == [m.track.title for m in found.review]
    assert len(rows["candidates.csv"]) == sum(len(m.candidates) for m in found.matches)
    assert len(rows["queries.csv"]) == sum(len(m.queries) for m in found.matches)
    assert sum(int(row["requests"]) for row in rows["queries.csv"]) == len(fake.requests)


def test_the_document_has_the_layout_that_was_promised(tmp_path: Path) -> None:
    """to_json: "everything as one JSON document", in names that programs rely on."""
    run(Track(FORMULA, "@Ursa, Pell", id="7")).to_json(tmp_path / "run.json")
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert list(document) == ["version", "summary", "matches", "problems", "metrics"]
    assert document["summary"] == {
        "tracks": 1,
        "matched": 1,
        "review": 0,
        "not_found": 0,
        "failed": 0,
        "requests": 1,
    }
    (match,) = document["matches"]
    assert " ".join(match) == (
        "track outcome confidence reason best candidates queries failures stopped picked"
    )
    assert (match["best"], match["track"]["id"]) == (501, "7")
    assert " ".join(match["candidates"][0]) == (
        "candidate score confidence relation evidence rerelease"
    )
    # A program takes text as it is: only spreadsheets need the apostrophe.
    assert match["candidates"][0]["candidate"]["name"] == FORMULA
    ledger = match["candidates"][0]["evidence"]
    assert " ".join(ledger[0]) == "name local catalogue effect note code"
    assert sum(line["effect"] for line in ledger) == pytest.approx(match["candidates"][0]["score"])


def test_failures_and_problems_are_written(tmp_path: Path) -> None:
    """What could not be known and what could not be read stand beside what was found."""
    found = run(Track("( )"))
    problem = PlaylistProblem("set.m3u", "line 3", "has no title")
    found = PlaylistMatch(found.matches, found.metrics, (problem,))
    found.to_json(tmp_path / "run.json")
    found.to_csv(tmp_path)
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert document["matches"][0]["failures"][0]["kind"] == "unaskable"
    (written,) = document["problems"]
    assert written == {"file": "set.m3u", "place": "line 3", "detail": "has no title"}
    assert table(tmp_path / "matches.csv")[0]["reason"].startswith("unaskable")


def test_a_name_that_is_not_text_does_not_lose_the_run(tmp_path: Path) -> None:
    """File names may hold bytes that are no text; after a long run everything is still written."""
    found = run(Track("Odd \udcff Name", file="/music/\udcff.mp3"))
    found.to_json(tmp_path / "run.json")
    found.to_csv(tmp_path)
    document = json.loads((tmp_path / "run.json").read_bytes())
    assert document["matches"][0]["track"]["file"] == "/music/\udcff.mp3"
    assert len(table(tmp_path / "matches.csv")) == 1


def test_a_run_is_written_out_short() -> None:
    """asyncio writes out a task's result when a loop ends: cheap, whatever the run's size."""
    found = run(*[Track(FORMULA, "@Ursa, Pell")] * 3, Track("( )"))
    assert repr(found) == "<PlaylistMatch: 4 tracks, 3 matched>"


def test_outcomes_are_sorted_out() -> None:
    """API.md: `matched/review/not_found/failed` are tuples in the playlist's order."""
    found = run(Track(FORMULA, "@Ursa, Pell"), Track("( )"), Track("Nowhere Sold"), Track("[ ]"))
    sorted_out = [*found.matched, *found.review, *found.not_found, *found.failed]
    assert sorted(map(id, sorted_out)) == sorted(map(id, found.matches))
    assert [match.track.title for match in found.failed] == ["( )", "[ ]"]
