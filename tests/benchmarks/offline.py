"""How large, how fast and how complete an offline catalogue is: each figure with its goal.

    python tests/benchmarks/offline.py [--rows N] [--tracks N] [--data FOLDER] [--folder FOLDER]
        [--markdown FILE]

Builds a catalogue of invented rows (`large_catalogue`), a million by default, asks it for tracks as DJs'
libraries write them, then adds the rows of the evaluation data, if there are any, and asks all its
questions among them. `--folder` keeps rows and catalogue for the next run; `--markdown` puts the
table between the page's two marks for so many rows. Needs the extra `offline`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import large_catalogue
from goals import GOALS, Figure, tables

sys.path.insert(0, str(Path(__file__).parents[1] / "evaluation"))
from catalogue_search import CatalogueSearch
from docs_marks import put_between_marks
from figures import Figures
from outcomes import evaluate
from questions import DATA, SETS, as_track, match_one
from questions import rows as data_rows

from beatport_match.catalogue import BuildReport, Catalogue
from beatport_match.catalogue.catalogue import MAX_ROWS
from beatport_match.matching.query_plan import plan_queries
from beatport_match.model.tracks import Candidate, Track
from beatport_match.settings.models import MatchSettings

_SEED = 20261125
_WIDTHS = (10, 20, 30, 50, 100)
SETTINGS = MatchSettings(wanted_fields=())


def built(file: Path, path: Path, rows: int) -> Iterator[Figure]:
    """What it takes to build, in a process of its own."""
    pool = multiprocessing.get_context("spawn").Pool(1)
    with pool:
        report, wall, cpu, peak = pool.apply(_build, (file, path))
    assert report.rows == rows, report
    share = rows / 1e6
    yield Figure("building", (wall,), "s", at_most=60 * share)
    yield Figure("… of the processor", (cpu,), "s")
    yield Figure("… peak memory", (peak,), "MB")
    size = sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    yield Figure("on disk", (size / 1e6,), "MB", at_most=400 * share)


def speed(catalogue: Catalogue, asked: Sequence[tuple[Track, int]]) -> Iterator[Figure]:
    """Time of the processor for one track, from its title to its verdict."""
    samples, source = [], CatalogueSearch(catalogue)
    for part in range(5):
        some = asked[part::5]
        began = time.thread_time()
        for track, _ in some:
            match_one(source, track, SETTINGS)
        samples.append(1000 * (time.thread_time() - began) / len(some))
    yield Figure(
        "a track, judgement included",
        tuple(samples),
        "ms",
        at_most=3.0,
        judged="min",
        note=f"{source.lookups / len(asked):.2f} searches, {source.found / len(asked):.1f} rows",
    )
    samples = []
    for part in range(5):
        texts = [plan_queries(track)[0].text for track, _ in asked[part::5]]
        began = time.thread_time()
        for text in texts:
            catalogue.search(text, MAX_ROWS)
        samples.append(1000 * (time.thread_time() - began) / len(texts))
    yield Figure("a search", tuple(samples), "ms", judged="min")


def recall(
    catalogue: Catalogue, asked: Sequence[tuple[Track, set[int]]], name: str
) -> Iterator[Figure]:
    """How often a right row is among the candidates: of the first query, and of all of the plan."""
    first, union = dict.fromkeys(_WIDTHS, 0), dict.fromkeys(_WIDTHS, 0)
    for track, right in asked:
        found = [catalogue.search(query.text, max(_WIDTHS)) for query in plan_queries(track)]
        for width in _WIDTHS:
            hits = [_has(candidates[:width], right) for candidates in found]
            first[width] += hits[:1] == [True]
            union[width] += any(hits)
    for width in _WIDTHS:
        goal = 99.5 if width == MAX_ROWS else None
        share = 100 * first[width] / len(asked)
        yield Figure(
            f"{name}: right row among {width}",
            (share,),
            "%",
            at_least=goal,
            note=f"all queries {100 * union[width] / len(asked):.2f} %",
        )


def accuracy(
    catalogue: Catalogue, questions: Iterable[dict[str, Any]], name: str
) -> Iterator[Figure]:
    """The figures of docs/evaluation.md, with the catalogue in place of the shop."""
    source = CatalogueSearch(catalogue)
    found = Figures.of(evaluate(source, question, name) for question in questions)
    yield Figure(f"{name}: precision of `matched`", (100 * found.precision,), "%")
    yield Figure(f"{name}: recall of `matched`", (100 * found.recall,), "%")
    yield Figure(f"{name}: right one first", (100 * found.right_first,), "%")
    if found.negatives:
        wrongly = 100 * found.false_accept_share
        yield Figure(f"{name}: accepted where nothing is right", (wrongly,), "%")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tracks", type=int, default=2000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        table = tables(_figures(given, folder))[GOALS]
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    print(table)
    if given.markdown:
        put_between_marks(given.markdown, f"{given.rows} rows", table)


def _figures(given: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    file, path = folder / f"{given.rows}.jsonl", folder / f"{given.rows}.catalogue"
    if not file.exists():
        _say("writing rows")
        large_catalogue.write(file, given.rows)
    if not path.exists():
        _say("building")
        yield from built(file, path, given.rows)
    _say("asking for invented rows")
    asked = list(_written_down(given.rows, given.tracks))
    began = time.perf_counter()
    with Catalogue.open(path) as catalogue:
        yield Figure("opening", (time.perf_counter() - began,), "s")
        yield from speed(catalogue, asked)
        yield from recall(catalogue, [(track, {row}) for track, row in asked], "invented")
    if (given.data / "catalogue.jsonl.gz").exists():
        _say("asking for real rows among them")
        yield from _real(path, given.data)


def _real(path: Path, data: Path) -> Iterator[Figure]:
    began = time.perf_counter()
    report = Catalogue.update(path, data / "catalogue.jsonl.gz")
    yield Figure(f"adding {report.rows:,} rows", (time.perf_counter() - began,), "s")
    with Catalogue.open(path) as catalogue:
        for name, file in SETS.items():
            questions = data_rows(data, file)
            asked = [
                (as_track(one["track"]), set(one["acceptable"]))
                for one in questions
                if one["acceptable"]
            ]
            yield from recall(catalogue, asked, name)
            yield from accuracy(catalogue, questions, name)


def _written_down(rows: int, tracks: int) -> Iterator[tuple[Track, int]]:
    """Some of the rows, evenly spread, as a library has them."""
    dice = Random(_SEED)
    for row in islice(large_catalogue.rows(rows), 0, None, max(1, rows // tracks)):
        yield large_catalogue.asked(row, dice), row["id"]


def _build(file: Path, path: Path) -> tuple[BuildReport, float, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    report = Catalogue.build(file, path)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        report,
        time.perf_counter() - wall,
        time.process_time() - cpu,
        peak_kb / 1000,
    )


def _has(candidates: Iterable[Candidate], right: set[int]) -> bool:
    return any(candidate.id in right for candidate in candidates)


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
