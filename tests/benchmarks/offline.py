"""Measure the size, speed and recall of an offline catalogue: each figure with its goal.

    python tests/benchmarks/offline.py [--rows N] [--tracks N] [--data FOLDER] [--folder FOLDER]
        [--markdown FILE]

Builds a catalogue of invented rows (`large_catalogue`), a million by default, and searches it for
tracks as DJs' libraries write them. Then adds the rows of the evaluation data, if there are any,
and runs all questions of the evaluation. `--folder` keeps rows and catalogue for the next run.
`--markdown` writes the table between the two marks for this number of rows in a page. Needs the
extra `offline`.
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
_ROW_COUNTS = (10, 20, 30, 50, 100)
SETTINGS = MatchSettings(wanted_fields=())


def build_figures(file: Path, path: Path, rows: int) -> Iterator[Figure]:
    """Measure a build, in a separate process."""
    pool = multiprocessing.get_context("spawn").Pool(1)
    with pool:
        report, wall_s, cpu_s, peak_mb = pool.apply(_build, (file, path))
    assert report.rows == rows, report
    millions = rows / 1e6
    yield Figure("build time", (wall_s,), "s", at_most=45 * millions)
    yield Figure("… CPU time", (cpu_s,), "s")
    yield Figure("… peak memory", (peak_mb,), "MB")
    size = sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    yield Figure("size on disk", (size / 1e6,), "MB", at_most=400 * millions)


def speed_figures(catalogue: Catalogue, tracks: Sequence[tuple[Track, int]]) -> Iterator[Figure]:
    """Measure the CPU time for one track, from its title to its outcome."""
    samples, source = [], CatalogueSearch(catalogue)
    for part in range(5):
        part_tracks = tracks[part::5]
        start = time.thread_time()
        for track, _ in part_tracks:
            match_one(source, track, SETTINGS)
        samples.append(1000 * (time.thread_time() - start) / len(part_tracks))
    searches, rows = source.lookups / len(tracks), source.found / len(tracks)
    yield Figure(
        "CPU time per track, scoring included",
        tuple(samples),
        "ms",
        at_most=2.0,
        note=f"{searches:.2f} searches, {rows:.1f} rows",
    )
    samples = []
    for part in range(5):
        texts = [plan_queries(track)[0].text for track, _ in tracks[part::5]]
        start = time.thread_time()
        for text in texts:
            catalogue.search(text, MAX_ROWS)
        samples.append(1000 * (time.thread_time() - start) / len(texts))
    yield Figure("CPU time per search", tuple(samples), "ms", judged="min")


def recall_figures(
    catalogue: Catalogue, tracks: Sequence[tuple[Track, set[int]]], name: str
) -> Iterator[Figure]:
    """Count how often a right row is found: by the first query, and by all queries of the plan."""
    first, union = dict.fromkeys(_ROW_COUNTS, 0), dict.fromkeys(_ROW_COUNTS, 0)
    for track, right in tracks:
        found = [catalogue.search(query.text, max(_ROW_COUNTS)) for query in plan_queries(track)]
        for count in _ROW_COUNTS:
            hits = [_contains_any(candidates[:count], right) for candidates in found]
            first[count] += hits[:1] == [True]
            union[count] += any(hits)
    for count in _ROW_COUNTS:
        goal = 99.5 if count == MAX_ROWS else None
        share = 100 * first[count] / len(tracks)
        yield Figure(
            f"{name}: right row among {count}",
            (share,),
            "%",
            at_least=goal,
            note=f"all queries {100 * union[count] / len(tracks):.2f} %",
        )


def accuracy_figures(
    catalogue: Catalogue, questions: Iterable[dict[str, Any]], name: str
) -> Iterator[Figure]:
    """Measure the figures of docs/evaluation.md, with the catalogue as the source."""
    source = CatalogueSearch(catalogue)
    found = Figures.of(evaluate(source, question, name) for question in questions)
    yield Figure(f"{name}: precision of `matched`", (100 * found.precision,), "%")
    yield Figure(f"{name}: recall of `matched`", (100 * found.recall,), "%")
    yield Figure(f"{name}: right track first", (100 * found.right_first,), "%")
    if found.negatives:
        false_accepts = 100 * found.false_accept_share
        yield Figure(f"{name}: false accepts", (false_accepts,), "%")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tracks", type=int, default=2000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        table = tables(_figures(options, folder))[GOALS]
    finally:
        if options.folder is None:
            shutil.rmtree(folder)
    print(table)
    if options.markdown:
        put_between_marks(options.markdown, f"{options.rows} rows", table)


def _figures(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    file, path = folder / f"{options.rows}.jsonl", folder / f"{options.rows}.catalogue"
    if not file.exists():
        _report("writing rows")
        large_catalogue.write(file, options.rows)
    if not path.exists():
        _report("building")
        yield from build_figures(file, path, options.rows)
    _report("searching for invented rows")
    tracks = list(_library_tracks(options.rows, options.tracks))
    start = time.perf_counter()
    with Catalogue.open(path) as catalogue:
        yield Figure("opening time", (time.perf_counter() - start,), "s")
        yield from speed_figures(catalogue, tracks)
        yield from recall_figures(catalogue, [(track, {row}) for track, row in tracks], "invented")
    if (options.data / "catalogue.jsonl.gz").exists():
        _report("searching for real rows among them")
        yield from _real_rows_figures(path, options.data)


def _real_rows_figures(path: Path, data: Path) -> Iterator[Figure]:
    start = time.perf_counter()
    report = Catalogue.update(path, data / "catalogue.jsonl.gz")
    yield Figure(f"adding {report.rows:,} rows", (time.perf_counter() - start,), "s")
    with Catalogue.open(path) as catalogue:
        for name, file in SETS.items():
            questions = data_rows(data, file)
            tracks = [
                (as_track(one["track"]), set(one["acceptable"]))
                for one in questions
                if one["acceptable"]
            ]
            yield from recall_figures(catalogue, tracks, name)
            yield from accuracy_figures(catalogue, questions, name)


def _library_tracks(rows: int, tracks: int) -> Iterator[tuple[Track, int]]:
    """Yield some of the rows, evenly spread, as a library has them, with their IDs."""
    rng = Random(_SEED)
    for row in islice(large_catalogue.rows(rows), 0, None, max(1, rows // tracks)):
        yield large_catalogue.as_library_track(row, rng), row["id"]


def _build(file: Path, path: Path) -> tuple[BuildReport, float, float, float]:
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    report = Catalogue.build(file, path)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        report,
        time.perf_counter() - wall_start,
        time.process_time() - cpu_start,
        peak_kb / 1000,
    )


def _contains_any(candidates: Iterable[Candidate], right: set[int]) -> bool:
    return any(candidate.id in right for candidate in candidates)


def _report(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
