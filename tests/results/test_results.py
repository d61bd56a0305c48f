"""The result files of a run: their layout is stable, and their cells are safe to open."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
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
    "artists_from_title",
    "decided_by",
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
    "query_index",
    "query_text",
    "query_type",
    "place",
    "title_similarity",
    "artist_similarity",
    "reject_code",
    "reject_reason",
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
    "read_from",
    "elapsed_s",
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


def test_csv_tables_have_their_columns(tmp_path: Path) -> None:
    """Other programs rely on the names and the order."""
    run(Track("Nothing of the kind")).to_csv(tmp_path / "made" / "for" / "it")
    files = sorted((tmp_path / "made" / "for" / "it").iterdir())
    assert [file.name for file in files] == sorted(TABLES)
    for file in files:
        assert file.read_text(encoding="utf-8-sig").splitlines()[0] == ",".join(TABLES[file.name])


def test_docs_list_the_csv_columns() -> None:
    """docs/result-files.md lists the columns of each table in their order."""
    doc = Path(__file__).parents[2] / "docs" / "result-files.md"
    rows = [
        line.split("|")[1:4] for line in doc.read_text("utf-8").splitlines() if ".csv` |" in line
    ]
    documented = {name.strip(" `"): re.findall(r"`(\w+)`", columns) for name, _, columns in rows}
    assert documented == {**TABLES, "review.csv": []}


def test_csv_begins_with_one_byte_order_mark(tmp_path: Path) -> None:
    """Excel needs the mark; lines end with CR LF."""
    run(Track("Järnvägsdröm", "Νυχτερινό")).to_csv(tmp_path)
    for name in TABLES:
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\xef\xbb\xbf") == 1
        assert raw.count(b"\n") == raw.count(b"\r\n") > 0
    assert table(tmp_path / "matches.csv")[0]["title"] == "Järnvägsdröm"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠"])
def test_cell_never_begins_as_a_formula(tmp_path: Path, sign: str) -> None:
    """Such a cell begins with an apostrophe, because texts come from untrusted sources on both
    sides."""
    title = f"{sign}1+1 Title"
    found = run(Track(title, f"{sign}Artist", id=f"{sign}7"), Track(FORMULA, "@Ursa"))
    found.to_csv(tmp_path)
    cells = [cell for name in TABLES for row in table(tmp_path / name) for cell in row.values()]
    assert [cell for cell in cells if cell[:1] in set("=+@\t\r\n＝＋－＠")] == []
    escaped = {"'" + FORMULA, f"'{title}", "'@Ursa", "'-Minus", "'+Plus"}
    assert escaped <= set(cells)


def test_numbers_are_written_without_an_apostrophe(tmp_path: Path) -> None:
    found = run(Track(FORMULA, "@Ursa, Pell", duration_s=300))
    found.to_csv(tmp_path)
    (row,) = table(tmp_path / "matches.csv")
    assert (row["outcome"], row["beatport_id"]) == ("matched", "501")
    assert float(row["bpm"]) == 124
    assert float(row["length_s"]) == 300
    assert float(row["score"]) == found.matches[0].best.score


def test_tables_have_a_row_per_match_candidate_and_query(tmp_path: Path) -> None:
    """`review.csv` has the matches that need review."""
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


def test_files_say_where_candidates_come_from_and_why_they_were_not_taken(tmp_path: Path) -> None:
    sold = replace(SOLD, name="Candle Tax", artists=("Ursa",))
    remix = replace(sold, id=502, mix_name="Pell Remix")
    found = run(Track("Ursa - Candle Tax"), catalogue=(sold, remix))
    found.to_csv(tmp_path)
    found.to_json(tmp_path / "run.json")
    (row,) = table(tmp_path / "matches.csv")
    assert row["artists_from_title"] == "Ursa"
    first, second = table(tmp_path / "candidates.csv")
    assert (first["reject_code"], second["reject_code"]) == ("", "other_version")
    assert second["reject_reason"].startswith("It is another version: ")
    assert {
        (one["query_index"], one["query_text"], one["query_type"]) for one in (first, second)
    } == {("0", "Ursa Candle Tax", "artist_title")}
    assert {first["place"], second["place"]} == {"1", "2"}
    assert (first["title_similarity"], first["artist_similarity"]) == ("100.0", "100.0")
    (query,) = table(tmp_path / "queries.csv")
    assert float(query["elapsed_s"]) > 0
    (match,) = json.loads((tmp_path / "run.json").read_text("utf-8"))["matches"]
    assert match["artists_from_title"] == "Ursa"
    assert match["candidates"][1]["reject_reason"]["code"] == "other_version"
    assert match["queries"][0]["elapsed_s"] == float(query["elapsed_s"])


def test_json_document_has_its_keys(tmp_path: Path) -> None:
    """Other programs rely on the names."""
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
        "track outcome confidence reason best best_id candidates queries failures stopped picked "
        "decided_by rejected degraded artists_from_title"
    )
    assert (match["best_id"], match["track"]["id"]) == (501, "7")
    assert match["best"] == match["candidates"][0]["candidate"]
    assert " ".join(match["candidates"][0]) == (
        "candidate score confidence relation evidence rerelease doubts title_similarity "
        "artist_similarity query_index query_text query_type place reject_reason"
    )
    # JSON has the text unchanged: only spreadsheets need the apostrophe.
    assert match["candidates"][0]["candidate"]["name"] == FORMULA
    evidence = match["candidates"][0]["evidence"]
    assert " ".join(evidence[0]) == "name local catalogue effect note code"
    assert sum(line["effect"] for line in evidence) == pytest.approx(
        match["candidates"][0]["score"]
    )


def test_failures_and_problems_are_written(tmp_path: Path) -> None:
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


def test_file_name_that_is_not_valid_text_is_written(tmp_path: Path) -> None:
    """File names may contain bytes that are not text."""
    found = run(Track("Odd \udcff Name", file="/music/\udcff.mp3"))
    found.to_json(tmp_path / "run.json")
    found.to_csv(tmp_path)
    document = json.loads((tmp_path / "run.json").read_bytes())
    assert document["matches"][0]["track"]["file"] == "/music/\udcff.mp3"
    assert len(table(tmp_path / "matches.csv")) == 1


def test_repr_is_short() -> None:
    """asyncio calls `repr` on the result of a task when its loop ends."""
    found = run(*[Track(FORMULA, "@Ursa, Pell")] * 3, Track("( )"))
    assert repr(found) == "<PlaylistMatch: 4 tracks, 3 matched>"


def test_a_loop_over_the_result_goes_through_its_matches() -> None:
    """`FetchedTracks` and `Decisions` have a length and can be iterated too."""
    found = run(Track(FORMULA, "@Ursa, Pell"), Track("( )"))
    assert len(found) == 2
    assert tuple(found) == found.matches


def test_matches_are_grouped_by_outcome() -> None:
    """Each group has the order of the playlist."""
    found = run(Track(FORMULA, "@Ursa, Pell"), Track("( )"), Track("Nowhere Sold"), Track("[ ]"))
    grouped = [*found.matched, *found.review, *found.not_found, *found.failed]
    assert sorted(map(id, grouped)) == sorted(map(id, found.matches))
    assert [match.track.title for match in found.failed] == ["( )", "[ ]"]
