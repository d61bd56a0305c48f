"""How many requests a track needs, measured on the questions of the evaluation.

The data of the evaluation is not part of the project. Without it, these figures are left out, and a
message says so.
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
    """Count requests per track and right answers, with one and with two concurrent queries."""
    del runs
    if not (data / "catalogue.jsonl.gz").exists():
        print(f"requests: {data} holds no evaluation data; see --data", file=sys.stderr)
        return
    sys.path.insert(0, str(EVALUATION))
    from questions import SETS, match_all, open_search, rows, sample

    from beatport_match import MatchSettings

    questions = sample(rows(data, SETS["questions"]), 200 if quick else 1000)
    site = open_search(data)
    answers_by_count = {
        count: list(match_all(site, questions, MatchSettings(queries_at_once=count)))
        for count in (1, 2)
    }
    requests_by_count = {
        count: [float(len(one.match.queries)) for one in answers]
        for count, answers in answers_by_count.items()
    }
    yield Figure("requests per track, mean", (mean(requests_by_count[1]),), at_most=1.25)
    yield Figure("requests per track, median", (median(requests_by_count[1]),), at_most=1.0)
    for count, answers in answers_by_count.items():
        row = f"{count} concurrent, {len(questions):,} questions"
        right = sum(one.right for one in answers)
        wrong = sum(one.wrong for one in answers)
        different = sum(
            (one.match.outcome, one.match.best) != (other.match.outcome, other.match.best)
            for one, other in zip(answers, answers_by_count[1], strict=True)
        )
        cells = {
            "requests per track": mean(requests_by_count[count]),
            "right best candidates": right,
            "false accepts": wrong,
            "different answers": different,
        }
        for column, value in cells.items():
            yield Figure(row, (float(value),), table="concurrent queries", column=column)
