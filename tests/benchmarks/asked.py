"""How many requests a track costs, on the questions of the evaluation.

Its data is no part of the project; without it, these figures are left out and the reader is told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

from goals import Figure

_EVALUATION = Path(__file__).resolve().parents[1] / "evaluation"
DATA = Path(__file__).resolve().parents[3] / "shared" / "eval"


def requests(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Requests a track, one query at a time and two at once, and how many answers are right."""
    del runs
    if not (DATA / "catalogue.jsonl.gz").exists():
        print("requests: no evaluation data beside the repository", file=sys.stderr)
        return
    sys.path.insert(0, str(_EVALUATION))
    from questions import SETS, ask_all, open_shop, rows, sample

    from beatport_match import MatchSettings

    shop, asked = open_shop(DATA), sample(rows(DATA, SETS["questions"]), 200 if quick else 1000)
    for many in (1, 2):
        found = list(ask_all(shop, asked, MatchSettings(queries_at_once=many)))
        counts = [float(len(one.match.queries)) for one in found]
        right = sum(one.right for one in found)
        wrong = sum(one.wrong for one in found)
        note = f"{len(found)} questions: {right} best right, {wrong} applied wrongly"
        goal, middle = (1.25, 1.0) if many == 1 else (None, None)
        name = f"requests a track, queries_at_once={many}"
        yield Figure(f"{name}, mean", (mean(counts),), at_most=goal, note=note)
        yield Figure(f"{name}, median", (median(counts),), at_most=middle)
