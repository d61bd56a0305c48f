"""How many requests a track costs, on the questions of the evaluation.

Its data is no part of the project; without it, these figures are left out and the reader is told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

from goals import Figure

EVALUATION = Path(__file__).resolve().parents[1] / "evaluation"
DATA = Path(__file__).resolve().parents[3] / "shared" / "eval"


def requests(runs: int, *, quick: bool, data: Path = DATA) -> Iterator[Figure]:
    """Requests a track, one query at a time and two at once, and how many answers are right."""
    del runs
    if not (data / "catalogue.jsonl.gz").exists():
        print(f"requests: {data} holds no evaluation data; see --data", file=sys.stderr)
        return
    sys.path.insert(0, str(EVALUATION))
    from questions import SETS, match_all, open_search, rows, sample

    from beatport_match import MatchSettings

    search, asked = open_search(data), sample(rows(data, SETS["questions"]), 200 if quick else 1000)
    found = {
        many: list(match_all(search, asked, MatchSettings(queries_at_once=many))) for many in (1, 2)
    }
    counts = {
        many: [float(len(one.match.queries)) for one in answers] for many, answers in found.items()
    }
    yield Figure("requests a track, mean", (mean(counts[1]),), at_most=1.25)
    yield Figure("requests a track, median", (median(counts[1]),), at_most=1.0)
    for many, answers in found.items():
        row = f"{many} at once, {len(asked):,} questions"
        right = sum(one.right for one in answers)
        wrong = sum(one.wrong for one in answers)
        differ = sum(
            (one.match.outcome, one.match.best) != (other.match.outcome, other.match.best)
            for one, other in zip(answers, found[1], strict=True)
        )
        shown = {
            "requests a track": mean(counts[many]),
            "best right": right,
            "applied wrongly": wrong,
            "answers that differ": differ,
        }
        for column, value in shown.items():
            yield Figure(row, (float(value),), table="queries at once", column=column)
