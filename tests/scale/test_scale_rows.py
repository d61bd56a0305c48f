"""docs/scaling.md: rows in, rows out, by one function that every engine calls."""

from __future__ import annotations

import math
import multiprocessing
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import pytest

pytest.importorskip("tantivy", reason="the extra `offline` is not installed")

import table_match
from hypothesis import given
from hypothesis import strategies as st
from playlist_tables import SETTINGS, known
from table_match import RESULT_COLUMNS, match_rows
from table_rows import COLUMNS, columns_of, track_of

from beatport_match import Catalogue, MatchSettings, MisuseError, Track, match_playlist

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def test_the_answers_are_those_of_a_run(table: list[Any], pool: Path, expected: list[Any]) -> None:
    """Issue: "Equal answers to the single-process run"."""
    good = [row for row in table if row["title"] and (row["id"] or "").isdecimal()]
    with Catalogue.open(pool) as catalogue:
        run = match_playlist([track_of(row) for row in good], source=catalogue.source())
    told = {row["id"]: row for row in expected}
    assert {match.outcome for match in run.matches} >= {"matched", "review"}
    for match in run.matches:
        row = told[match.track.id]
        assert (row["outcome"], row["confidence"]) == (match.outcome, match.confidence)
        assert (row["reason"], row["kind"]) == (match.reason, None)
        best = match.best
        assert row["beatport_id"] == (best and best.id)
        assert row["score"] == (best and best.score)
        assert row["found_title"] == (best and best.candidate.name)
        assert row["bpm"] == (best and best.candidate.bpm)


def test_no_row_is_lost(table: list[Any], expected: list[Any]) -> None:
    """ "As many rows come out as went in"; what cannot be matched is `failed`, and says why."""
    assert sorted(row["id"] or "" for row in table) == [row["id"] or "" for row in expected]
    assert all(list(row) == list(RESULT_COLUMNS) for row in expected)
    failed = {row["id"]: row for row in expected if row["outcome"] == "failed"}
    assert set(failed) == {"no title", "blank title", "no number"}
    assert {row["kind"] for row in failed.values()} == {"unaskable"}
    assert "Track.title must be text" in failed["no title"]["reason"]
    assert "not 'six minutes'" in failed["no number"]["reason"]


@pytest.mark.parametrize("what", ["missing", "strange", "damaged"])
def test_a_catalogue_that_cannot_be_opened_fails_every_row(
    table: list[Any], pool: Path, tmp_path: Path, what: str
) -> None:
    """ "The catalogue cannot be opened where the worker is": a row says so, not an exception."""
    path = tmp_path / "pool"
    if what == "strange":
        path.mkdir()
    elif what == "damaged":
        shutil.copytree(pool, path)
        (path / "index" / "meta.json").write_text("{}")
    told = match_rows(table, str(path), SETTINGS)
    assert [row["id"] for row in told] == [row["id"] for row in table]
    assert {(row["outcome"], row["kind"]) for row in told} == {("failed", "catalogue_changed")}
    assert str(path) in str(told[0]["reason"])


def test_a_catalogue_that_came_late_is_opened(pool: Path, tmp_path: Path) -> None:
    """ "A catalogue that could not be opened is tried anew with the next batch"."""
    path, row = tmp_path / "pool", {"id": "1", "title": "Nothing Of The Kind"}
    assert match_rows([row], str(path), SETTINGS)[0]["outcome"] == "failed"
    shutil.copytree(pool, path)
    assert match_rows([row], str(path), SETTINGS)[0]["outcome"] != "failed"


# Few at a time: the first that is wrong would hide the others.
@given(cells=st.dictionaries(st.sampled_from(COLUMNS), ANYTHING, max_size=2))
def test_whatever_stands_in_a_row_becomes_a_row(pool: Path, cells: dict[str, Any]) -> None:
    """ "No row ends the job", whatever stands in its cells."""
    cells = {"title": "Undertow", "artists": "Olvarin"} | cells
    (told,) = match_rows([cells], str(pool), SETTINGS)
    assert told["outcome"] in {"matched", "review", "not_found", "failed"}
    assert (told["kind"] is not None) == (told["outcome"] == "failed")


class Listing:
    """An array, as data frames have them."""

    def tolist(self) -> list[str]:
        return ["Corvane", "Olvarin"]


def test_engines_write_nothing_numbers_and_lists_in_their_own_ways() -> None:
    """ "Numbers may be text; a cell without a value may be null, NaN or empty"."""
    row = {"id": 7, "title": "Undertow", "artists": Listing(), "remixers": math.nan, "year": 2021.0}
    row |= {"duration_s": Decimal("301.5"), "bpm": "126", "beatport_id": "9007199254740993"}
    row |= {"label": "", "isrc": None, "not ours": "x"}
    assert track_of(row) == Track(
        "Undertow",
        ("Corvane", "Olvarin"),
        id="7",
        year=2021,
        duration_s=301.5,
        bpm=126,
        beatport_id=9007199254740993,
    )
    assert type(track_of(row).year) is int


def test_a_table_needs_names_for_its_rows_and_titles() -> None:
    """ "Without `id` and `title` nothing is begun"."""
    assert columns_of(["title", "strange", "id"]) == ["title", "id"]
    with pytest.raises(MisuseError, match="no column 'title'"):
        columns_of(["id", "Title"])


def test_the_order_of_rows_changes_no_answer(
    table: list[Any], pool: Path, expected: list[Any]
) -> None:
    """ "In whatever order and company a row comes, its answer is the same"."""
    shuffled = Random(1).sample(table, len(table))
    told = [row for one in shuffled for row in match_rows([one], str(pool), SETTINGS)]
    assert known(told) == expected


def test_a_process_opens_a_catalogue_once(
    pool: Path, table: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "A worker opens it with its first rows and keeps it", where threads come at once as well."""
    table_match.opened.cache_clear()
    threads, opened = 4, []
    open_one, all_there = Catalogue.open, Barrier(threads)

    def counted(path: str) -> Catalogue:
        opened.append(path)
        return open_one(path)

    monkeypatch.setattr(Catalogue, "open", counted)

    def batch(start: int) -> list[Any]:
        all_there.wait()
        return match_rows(table[start::threads], str(pool), SETTINGS)

    with ThreadPoolExecutor(threads) as workers:
        list(workers.map(batch, range(threads)))
    match_rows(table[:3], str(pool), MatchSettings())
    assert opened == [str(pool)]


def titles(catalogue: Catalogue) -> list[str]:
    return [found.name for found in catalogue.search("the", 5)]


# From 3.12 on Python warns of forking where there are threads, which pytest's plugins may have.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", sorted(multiprocessing.get_all_start_methods()))
def test_an_open_catalogue_may_be_forked_and_sent(pool: Path, method: str) -> None:
    """Catalogue: "several processes may have it open: pickled, it is its path"."""
    with Catalogue.open(pool) as catalogue, multiprocessing.get_context(method).Pool(2) as workers:
        there = workers.map(titles, [catalogue] * 4)
        assert there == [titles(catalogue)] * 4
        assert titles(catalogue)
        assert len(pickle.dumps(catalogue.source())) < 500
