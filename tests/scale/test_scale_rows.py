"""`match_rows`: the function that every engine calls, from input rows to output rows."""

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
from playlist_tables import SETTINGS, sort_by_id
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


def test_rows_get_the_answers_of_a_playlist_run(
    table: list[Any], pool: Path, expected: list[Any]
) -> None:
    valid = [row for row in table if row["title"] and (row["id"] or "").isdecimal()]
    with Catalogue.open(pool) as catalogue:
        run = match_playlist([track_of(row) for row in valid], source=catalogue.source())
    answers = {row["id"]: row for row in expected}
    assert {match.outcome for match in run.matches} >= {"matched", "review"}
    for match in run.matches:
        row = answers[match.track.id]
        assert (row["outcome"], row["confidence"]) == (match.outcome, match.confidence)
        assert (row["reason"], row["kind"]) == (match.reason, None)
        best = match.best
        assert row["beatport_id"] == (best and best.id)
        assert row["score"] == (best and best.score)
        assert row["found_title"] == (best and best.candidate.name)
        assert row["bpm"] == (best and best.candidate.bpm)


def test_no_row_is_lost(table: list[Any], expected: list[Any]) -> None:
    """A row that cannot be matched is `failed`, with the reason."""
    assert sorted(row["id"] or "" for row in table) == [row["id"] or "" for row in expected]
    assert all(list(row) == list(RESULT_COLUMNS) for row in expected)
    failed = {row["id"]: row for row in expected if row["outcome"] == "failed"}
    assert set(failed) == {"no title", "blank title", "no number"}
    assert {row["kind"] for row in failed.values()} == {"unaskable"}
    assert "Track.title must be text" in failed["no title"]["reason"]
    assert "not 'six minutes'" in failed["no number"]["reason"]


@pytest.mark.parametrize("state", ["missing", "not a catalogue", "damaged"])
def test_a_catalogue_that_cannot_be_opened_fails_every_row(
    table: list[Any], pool: Path, tmp_path: Path, state: str
) -> None:
    """Each row gives the reason; no exception is raised."""
    path = tmp_path / "pool"
    if state == "not a catalogue":
        path.mkdir()
    elif state == "damaged":
        shutil.copytree(pool, path)
        (path / "index" / "meta.json").write_text("{}")
    answers = match_rows(table, str(path), SETTINGS)
    assert [row["id"] for row in answers] == [row["id"] for row in table]
    assert {(row["outcome"], row["kind"]) for row in answers} == {("failed", "catalogue_changed")}
    assert str(path) in str(answers[0]["reason"])


def test_a_catalogue_that_could_not_be_opened_is_tried_again(pool: Path, tmp_path: Path) -> None:
    path, row = tmp_path / "pool", {"id": "1", "title": "Nothing Of The Kind"}
    assert match_rows([row], str(path), SETTINGS)[0]["outcome"] == "failed"
    shutil.copytree(pool, path)
    assert match_rows([row], str(path), SETTINGS)[0]["outcome"] != "failed"


# At most two invalid cells: the first one would hide further ones.
@given(cells=st.dictionaries(st.sampled_from(COLUMNS), ANYTHING, max_size=2))
def test_any_cells_give_an_output_row(pool: Path, cells: dict[str, Any]) -> None:
    cells = {"title": "Undertow", "artists": "Olvarin"} | cells
    (answer,) = match_rows([cells], str(pool), SETTINGS)
    assert answer["outcome"] in {"matched", "review", "not_found", "failed"}
    assert (answer["kind"] is not None) == (answer["outcome"] == "failed")


class FakeArray:
    """An array with `tolist`, as in data frames."""

    def tolist(self) -> list[str]:
        return ["Corvane", "Olvarin"]


def test_cells_are_read_in_the_notation_of_any_engine() -> None:
    """Numbers may be text; a missing value may be null, NaN or empty."""
    row = {
        "id": 7,
        "title": "Undertow",
        "artists": FakeArray(),
        "remixers": math.nan,
        "year": 2021.0,
    }
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


def test_a_table_needs_the_columns_id_and_title() -> None:
    assert columns_of(["title", "strange", "id"]) == ["title", "id"]
    with pytest.raises(MisuseError, match="no column 'title'"):
        columns_of(["id", "Title"])


def test_the_order_of_rows_changes_no_answer(
    table: list[Any], pool: Path, expected: list[Any]
) -> None:
    """Neither do the other rows of its batch."""
    shuffled = Random(1).sample(table, len(table))
    answers = [row for one in shuffled for row in match_rows([one], str(pool), SETTINGS)]
    assert sort_by_id(answers) == expected


def test_a_process_opens_a_catalogue_once(
    pool: Path, table: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays open for all batches, also if several threads start at the same time."""
    table_match.opened.cache_clear()
    threads, opened = 4, []
    open_catalogue, all_started = Catalogue.open, Barrier(threads, timeout=60)

    def open_and_record(path: str) -> Catalogue:
        opened.append(path)
        return open_catalogue(path)

    monkeypatch.setattr(Catalogue, "open", open_and_record)

    def batch(start: int) -> list[Any]:
        all_started.wait()
        return match_rows(table[start::threads], str(pool), SETTINGS)

    with ThreadPoolExecutor(threads) as workers:
        list(workers.map(batch, range(threads)))
    match_rows(table[:3], str(pool), MatchSettings())
    assert opened == [str(pool)]


def titles(catalogue: Catalogue) -> list[str]:
    return [found.name for found in catalogue.search("the", 5)]


# From Python 3.12 a fork of a process with threads gives a warning; pytest's plugins may have some.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", sorted(multiprocessing.get_all_start_methods()))
def test_an_open_catalogue_may_be_forked_and_pickled(pool: Path, method: str) -> None:
    """A pickled catalogue is its path, so it is small."""
    with Catalogue.open(pool) as catalogue, multiprocessing.get_context(method).Pool(2) as workers:
        found = workers.map(titles, [catalogue] * 4)
        assert found == [titles(catalogue)] * 4
        assert titles(catalogue)
        assert len(pickle.dumps(catalogue.source())) < 500
