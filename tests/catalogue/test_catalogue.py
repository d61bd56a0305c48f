"""Building, opening, searching and changing a catalogue."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import pickle
import random
import shutil
import threading
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invented_rows import Row, rows
from rapidfuzz.distance import OSA
from tables import each_row

from beatport_match import rank
from beatport_match.catalogue import BuildReport, Catalogue, CatalogueProblem
from beatport_match.catalogue.index_terms import MAX_QUERY_TERMS, query_terms, typo_terms
from beatport_match.errors import CatalogueError, MisuseError
from beatport_match.matching.query_plan import plan_queries
from beatport_match.model.tracks import Candidate, Track

pytest.importorskip("tantivy", reason="an offline catalogue needs the extra `offline`")

FERRY: Row = {"id": 7, "name": "Night Ferry", "artists": ["Odd Harbour"]}


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the 504 invented tracks, built once."""
    path = tmp_path_factory.mktemp("invented") / "invented.catalogue"
    Catalogue.build(rows(), path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.catalogue"


def numbers(found: tuple[Candidate, ...]) -> list[int]:
    return [candidate.id for candidate in found]


def build_and_open(path: Path, *some: Row, **options: Any) -> Catalogue:
    Catalogue.build(some, path, **options)
    return Catalogue.open(path)


def test_first_query_of_the_plan_finds_every_row(invented: Path) -> None:
    with Catalogue.open(invented) as catalogue:
        assert len(catalogue) == len(rows())
        for row in rows():
            track = Track(f"{row['name']} ({row['mix_name']})", row["artists"])
            assert row["id"] in numbers(catalogue.search(plan_queries(track)[0].text))


def test_a_row_is_read_back_as_it_was_added(path: Path) -> None:
    """The candidate has every value of its row; a missing value is `None`."""
    row = next(row for row in rows() if row["remixers"])
    wanted = {name: value for name, value in row.items() if name != "length_ms"}
    with build_and_open(path, row, FERRY) as catalogue:
        found = catalogue.by_id(row["id"])
        assert found is not None
        assert found.length_s == row["length_ms"] / 1000
        assert {name: getattr(found, name) for name in wanted} == {
            **wanted,
            "artists": tuple(row["artists"]),
            "remixers": tuple(row["remixers"]),
        }
        assert catalogue.by_id(7) == Candidate(id=7, name="Night Ferry", artists=("Odd Harbour",))


@each_row(
    "text, is_found",
    [
        ("night ferry odd harbour", True),
        ("NIGHT FERRY", True),
        ("Nightferry", True),
        ("Odd Harbuor", True),
        ("Nigt Ferry", True),
        ("Nihgt Ferrry", True),
        ("ni ght fer ry", True),
        ("Nîght Férry", True),
        ("Basalto", True),
        ("Tallow Lane", False),
        ("Light", True),
        ("Knight Rider", True),
        ("Copper", False),
        # Long words and other scripts are searched in another way.
        ("Counterbalnces", True),
        ("Conterbalnces", False),
        ("Пором", True),
    ],
)
def test_search_tolerates_one_typo_in_an_unknown_word(
    path: Path, text: str, is_found: bool
) -> None:
    """Case, accents and spaces do not matter; the label is not searched."""
    row = {**FERRY, "mix_name": "Basalto Remix", "label": "Tallow Lane"}
    row["remixers"] = ["Counterbalances", "Паром"]
    other = {"id": 8, "name": "Vantage", "artists": ["Plinth"]}
    with build_and_open(path, row, other) as catalogue:
        assert (numbers(catalogue.search(text)) == [7]) == is_found


def test_the_words_near_a_word_differ_by_one_letter() -> None:
    """The same words as with the distance of Damerau and Levenshtein, without a repeated edit."""
    words = {"".join(letters) for size in range(1, 5) for letters in product("ab1", repeat=size)}
    for word in ("a", "ab", "a1b"):
        near = {other for other in words if OSA.distance(word, other) == 1}
        assert typo_terms(word) & words == near
        assert {OSA.distance(word, other) for other in typo_terms(word)} == {1}


def test_a_typo_in_a_common_word_needs_another_word_of_the_query(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word near no word of any row finds nothing, although another word is known."""
    monkeypatch.setattr("beatport_match.catalogue.index.MAX_ROWS_READ", 1)
    common = [{"id": number, "name": f"Never Ending {number}"} for number in (1, 2, 3)]
    with build_and_open(path, *common, {"id": 9, "name": "Nevra"}) as catalogue:
        assert numbers(catalogue.search("nevr ending")) == [1, 2, 3]
        assert numbers(catalogue.search("endng")) == [1, 2, 3]
        assert numbers(catalogue.search("zzzzz ending")) == []


def test_far_worse_rows_are_left_out(path: Path) -> None:
    """The best row comes first, and `most` limits the rows; rows of equal score come by ID."""
    close = {"id": 8, "name": "Night Ferry", "artists": ["Plinth"]}
    far = [{"id": 100 + at, "name": f"Odd {at}", "artists": [f"Artist {at}"]} for at in range(40)]
    with build_and_open(path, *far, close, FERRY) as catalogue:
        assert numbers(catalogue.search("Night Ferry Odd Harbour")) == [7, 8]
        assert numbers(catalogue.search("Night Ferry Odd Harbour", 1)) == [7]
        assert numbers(catalogue.search("Odd", 5)) == [100, 101, 102, 103, 104]


def test_rows_are_found_by_isrc_and_by_id(path: Path) -> None:
    """An ISRC is found in any spelling, and its rows come in the order of their IDs."""
    code = {"isrc": "ZZ-001-21-00001"}
    with build_and_open(
        path, {**FERRY, **code}, {**FERRY, **code, "id": 3}, {**FERRY, "id": 5}
    ) as catalogue:
        assert numbers(catalogue.by_isrc("zz0012100001")) == [3, 7]
        assert catalogue.by_isrc("ZZ0012100002") == catalogue.by_isrc("") == ()
        assert getattr(catalogue.by_id(5), "id", None) == 5
        assert catalogue.by_id(6) is catalogue.by_id(-1) is catalogue.by_id(2**70) is None


def test_every_file_format_builds_the_same_catalogue(tmp_path: Path) -> None:
    some = rows()[:60]
    lines = "".join(json.dumps(row) + "\n" for row in some)
    (tmp_path / "rows.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    names = list(some[0])
    cells = [
        ["; ".join(value) if isinstance(value, list) else value for value in row.values()]
        for row in some
    ]
    table = [names, *([f'"{"" if cell is None else cell}"' for cell in row] for row in cells)]
    text = "\n".join(",".join(row) for row in table)
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    files = ["rows.jsonl", "rows.jsonl.gz", "rows.csv"]
    try:
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ImportError:
        pass
    else:
        parquet.write_table(pa.Table.from_pylist(list(some)), tmp_path / "rows.parquet")
        files.append("rows.parquet")
    answers = []
    for file in files:
        report = Catalogue.build(tmp_path / file, tmp_path / "one.catalogue")
        assert (report.rows, report.problems) == (60, ()), file
        with Catalogue.open(tmp_path / "one.catalogue") as catalogue:
            answers.append([catalogue.by_id(row["id"]) for row in some])
    assert all(answer == answers[0] for answer in answers)
    assert None not in answers[0]


def test_every_bad_row_is_reported_with_its_line(tmp_path: Path, path: Path) -> None:
    """Rows without an ID or a title, with a used ID, a wrong type or another encoding are reported;
    all other rows are built."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(
        b'{"id": 7, "name": "Night Ferry", "rack": 3}\n'
        b'{"name": "No number"}\n'
        b'{"id": 9}\n'
        b'{"id": 7, "name": "Again"}\n'
        b'{"id": 10, "name": "Kiln Road", "bpm": "fast", "artists": 7}\n'
        b'{"id": 11, "name": "Caf\xe9"}\n'
        b'{"id": 12, "na'
    )
    problems: list[CatalogueProblem] = []
    report = Catalogue.build(file, path, on_problem=problems.append)
    assert [(one.place, one.detail.partition(";")[0]) for one in problems] == [
        ("line 2", "there is no id"),
        ("line 3", "there is no name"),
        ("line 4", "id 7 was used in an earlier row"),
        ("line 5", 'artists must be a list of names, or one text with "'),
        ("line 5", "bpm must be a number above 0 and up to 1,000, not 'fast'"),
        ("line 6", "the line holds bytes that are not UTF-8"),
        ("line 7", "the line is not well-formed JSON"),
    ]
    assert str(problems[0]) == f"{file}, line 2: there is no id; the row is left out."
    assert report == BuildReport(str(path), 2, 5, tuple(problems), 7, ("rack",))
    assert str(report) == f"{path}: 2 rows built, 5 left out; not read: rack."
    with Catalogue.open(path) as catalogue:
        assert getattr(catalogue.by_id(7), "name", "") == "Night Ferry"
        assert getattr(catalogue.by_id(10), "bpm", 0) is None


def test_a_report_holds_at_most_1000_problems(path: Path) -> None:
    """It counts all of them in `problem_count`."""
    report = Catalogue.build(({"id": number} for number in range(3000)), path)
    assert (report.rows, report.left_out, report.problem_count) == (0, 3000, 3000)
    assert report.problems[-1].place == "row 1000"
    with Catalogue.open(path) as catalogue:
        assert len(catalogue) == 0
        assert catalogue.search("anything") == ()


def test_a_build_without_a_valid_row_keeps_the_existing_catalogue(path: Path) -> None:
    """An empty input is different: it builds an empty catalogue."""
    Catalogue.build([FERRY], path)
    with pytest.raises(CatalogueError, match=r"none of the 2 rows .* row 1: there is no id"):
        Catalogue.build([{"number": 1}, {"number": 2}], path)
    with Catalogue.open(path) as catalogue:
        assert numbers(catalogue.search("Night Ferry")) == [7]
    assert Catalogue.build([], path).rows == 0


def test_progress_is_reported_every_10000_rows_and_at_the_end(path: Path) -> None:
    reported: list[int] = []
    Catalogue.build(
        ({**FERRY, "id": at + 1} for at in range(20_001)), path, on_progress=reported.append
    )
    assert reported == [10_000, 20_000, 20_001]


def test_words_beyond_the_limit_of_a_query_are_ignored() -> None:
    words = tuple(f"word{number}" for number in range(MAX_QUERY_TERMS + 2))
    assert query_terms(" ".join(words)) == words[:MAX_QUERY_TERMS]


def test_an_update_adds_and_replaces_rows(path: Path) -> None:
    """An open catalogue continues to show the state that it opened."""
    before = build_and_open(path, FERRY, {"id": 8, "name": "Kiln Road", "label": "Old"})
    report = Catalogue.update(path, [{"id": 8, "name": "Quay Street"}, {"id": 9, "name": "Moss"}])
    assert (report.rows, report.left_out) == (2, 0)
    assert before.by_id(9) is None
    assert numbers(before.search("Kiln Road")) == [8]
    with Catalogue.open(path) as after:
        assert len(after) == 3
        assert after.search("Kiln Road") == ()
        assert after.by_id(8) == Candidate(id=8, name="Quay Street")
        assert numbers(after.search("Night Ferry")) == [7]
    assert Catalogue.remove(path, [7, 8, 8, 4]) == 2
    with Catalogue.open(path) as after:
        assert len(after) == 1
        assert after.by_id(7) is None


def test_an_update_that_fails_changes_nothing(path: Path) -> None:
    """The exception of the caller's iterator passes unchanged."""

    def broken() -> Any:
        yield {"id": 8, "name": "Kiln Road"}
        raise OSError("the cable came out")

    with build_and_open(path, FERRY):
        with pytest.raises(OSError, match="the cable came out"):
            Catalogue.update(path, broken())
        with Catalogue.open(path) as catalogue:
            assert numbers(catalogue.search("Night Ferry Kiln Road")) == [7]
        assert Catalogue.update(path, [{"id": 8, "name": "Kiln Road"}]).rows == 1


def test_a_build_that_fails_changes_nothing(path: Path) -> None:
    """Neither a partial catalogue nor a temporary folder is left."""

    def broken() -> Any:
        yield {"id": 8, "name": "Kiln Road"}
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            Catalogue.build(broken(), path)
        assert [one.name for one in path.parent.iterdir()] == ([path.name] if path.exists() else [])
        Catalogue.build([FERRY], path)
        with Catalogue.open(path) as catalogue:
            assert numbers(catalogue.search("Night Ferry Kiln Road")) == [7]


def test_the_order_of_rows_changes_no_answer(invented: Path, tmp_path: Path) -> None:
    """A build in another order, or in two steps, gives the same answers in the same order, also for
    rows of equal score."""
    shuffled = list(rows())
    random.Random(8).shuffle(shuffled)
    equal_rows = [{"id": 1_000_000 + at, "name": "Night Ferry"} for at in range(200)]
    whole, steps = tmp_path / "whole.catalogue", tmp_path / "steps.catalogue"
    Catalogue.build([*rows(), *equal_rows], whole)
    Catalogue.build(shuffled[:100] + equal_rows[100:], steps)
    Catalogue.update(steps, shuffled[100:])
    Catalogue.update(steps, reversed(equal_rows[:100]))
    with Catalogue.open(whole) as one, Catalogue.open(steps) as two:
        assert numbers(one.search("Night Ferry", 30)) == list(range(1_000_000, 1_000_030))
        for row in [*rows()[::5], equal_rows[0]]:
            text = f"{row['name']} {' '.join(row.get('artists', ()))}"
            assert one.search(text, 10) == two.search(text, 10), text


def test_several_processes_share_one_catalogue(invented: Path) -> None:
    """A pickled catalogue is its path; the process that unpickles it opens it again."""
    texts = [f"{row['name']} {' '.join(row['artists'])}" for row in rows()[:40]]
    with Catalogue.open(invented) as catalogue:
        local = [catalogue.search(text) for text in texts]
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            remote = pool.starmap(
                Catalogue.search, [(catalogue, text) for text in texts], chunksize=20
            )
        assert pickle.loads(pickle.dumps(catalogue)).search(texts[0]) == local[0]
    assert remote == local


def test_several_threads_share_one_catalogue(invented: Path) -> None:
    texts = [f"{row['name']} {' '.join(row['artists'])}" for row in rows()[:100]]
    with Catalogue.open(invented) as catalogue:
        local = [catalogue.search(text) for text in texts]
        found: list[list[tuple[Candidate, ...]]] = []
        threads = [
            threading.Thread(
                target=lambda: found.append([catalogue.search(text) for text in texts])
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [local] * 4


def test_rank_scores_the_rows_of_a_catalogue(invented: Path) -> None:
    row = rows()[17]
    track = Track(f"{row['name']} ({row['mix_name']})", row["artists"])
    with Catalogue.open(invented) as catalogue:
        ranked = rank(track, catalogue.search(plan_queries(track)[0].text))
    assert ranked[0].candidate.name == row["name"]
    assert ranked[0].relation == "same_recording"


HOSTILE = [
    "x" * 50_000,
    "night " * 10_000,
    " ".join(f"word{number}" for number in range(10_000)),
    "!?.,;:-_()[]{}",
    "",
    " \t\n",
    "\x00\x1b[31m",
    "\ud800",
    'night AND NOT "ferry',
    "words:night^5 (ferry",
    "*:* id:[0 TO *] /.*/",
    "Ночной паром",
    "夜のフェリー",
    "🛳" * 3,
    "ｎｉｇｈｔ",
]


@each_row("text", HOSTILE)
def test_no_text_is_query_syntax(path: Path, text: str) -> None:
    """A text finds the row that has it as its title, if the text has a word."""
    row = {"id": 8, "name": text[:2000] or "-"}
    report = Catalogue.build([FERRY, row], path)
    with Catalogue.open(path) as catalogue:
        found = numbers(catalogue.search(text))
        if report.rows == 2 and text.strip():
            assert found[0] == 8
        assert set(found) <= {7, 8}
        assert catalogue.by_isrc(text) == ()


def test_a_title_of_punctuation_is_found_by_the_same_punctuation(path: Path) -> None:
    with build_and_open(path, FERRY, {"id": 8, "name": "???"}, {"id": 9, "name": "*"}) as catalogue:
        assert numbers(catalogue.search("???")) == [8]
        assert numbers(catalogue.search("*")) == [9]


def test_signs_between_words_are_searched_too(path: Path) -> None:
    """A title of signs is found by its artist and title; a sign in another title finds nothing."""
    signs = {"id": 8, "name": "× ?", "artists": ["Odd Odd"]}
    other = {"id": 9, "name": "Odd", "artists": ["Odd"]}
    with build_and_open(path, FERRY, signs, other) as catalogue:
        assert numbers(catalogue.search("Odd Odd × ?"))[0] == 8
        assert numbers(catalogue.search("Night × Ferry"))[0] == 7


NAMES = st.text(min_size=1, max_size=40).filter(str.strip)


# The title of the second row consists of signs, and the words of the query are the artist's.
@example([("0", "0"), ("× \ud7fc", "0 0")])
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_built_row_can_be_found(path: Path, named: list[tuple[str, str]]) -> None:
    """Its title and artist find it, for any names."""
    some = [
        {"id": at + 1, "name": name, "artists": [artist]} for at, (name, artist) in enumerate(named)
    ]
    shutil.rmtree(path, ignore_errors=True)
    Catalogue.build(some, path)
    with Catalogue.open(path) as catalogue:
        for number in range(1, len(some) + 1):
            row = catalogue.by_id(number)
            assert row is None or row.id in numbers(
                catalogue.search(f"{row.name} {' '.join(row.artists)}", 100)
            )
        assert len(catalogue) >= 1 or not any(name.isprintable() for name, _ in named)


def test_a_closed_catalogue_and_a_limit_of_0_rows_raise_misuse_error(invented: Path) -> None:
    catalogue = Catalogue.open(invented)
    with pytest.raises(MisuseError, match="most must be at least 1, not 0"):
        catalogue.search("night", 0)
    catalogue.close()
    for search in (
        lambda: catalogue.search("x"),
        lambda: catalogue.by_id(1),
        lambda: len(catalogue),
    ):
        with pytest.raises(MisuseError, match="is closed; open it again"):
            search()


def test_a_second_writer_is_rejected(path: Path) -> None:
    """The first one completes its update."""

    def meanwhile() -> Any:
        yield {"id": 8, "name": "Kiln Road"}
        with pytest.raises(
            CatalogueError, match=r"cannot be written .*no other program is changing the catalogue"
        ):
            Catalogue.update(path, [{"id": 9, "name": "Moss"}])

    Catalogue.build([FERRY], path)
    Catalogue.update(path, meanwhile())
    with Catalogue.open(path) as catalogue:
        assert len(catalogue) == 2
