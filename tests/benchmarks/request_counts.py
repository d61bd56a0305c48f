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
    """Count the requests per track."""
    del runs
    if not (data / "catalogue.jsonl.gz").exists():
        print(f"requests: {data} holds no evaluation data; see --data", file=sys.stderr)
        return
    sys.path.insert(0, str(EVALUATION))
    from questions import SETS, match_all, open_search, rows, sample

    from beatport_match import MatchSettings

    questions = sample(rows(data, SETS["questions"]), 200 if quick else 1000)
    matches = match_all(open_search(data), questions, MatchSettings())
    counts = [float(len(one.match.queries)) for one in matches]
    yield Figure("requests to Beatport per track", (mean(counts),), table="overview")
    yield Figure("requests per track, mean", (mean(counts),), at_most=1.25)
    yield Figure("requests per track, median", (median(counts),), at_most=1.0)
