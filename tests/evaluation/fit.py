"""Fit the weights of the confidence to the evaluation data.

    python tests/evaluation/fit.py [--data FOLDER] [--check]

It is one logistic regression over the evidence cases. The example of a question is its best
candidate: the cases of that candidate, and whether it is right. The ridge penalty keeps the weights
of rare cases near zero. `--check` fits to one half of the data, measures on the other half, and
writes nothing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import zlib
from collections import Counter
from pathlib import Path

from questions import DATA, SETS, fingerprint, match_all, open_search, rows

from beatport_match.scoring import coefficients
from beatport_match.scoring.cases import CASES
from beatport_match.scoring.confidence import ranking_cases, score_all
from beatport_match.settings.models import MatchSettings

Example = tuple[tuple[str, ...], bool, int]

_RIDGE = 0.5
_ROUNDS = 25
# A rarer case has too few examples for a weight.
MIN_EXAMPLES_OF_CASE = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    examples = gather(given.data)
    if given.check:
        halves = [[one for one in examples if one[2] % 2 == half] for half in (0, 1)]
        for train, test in (halves, halves[::-1]):
            print(report(fit(train), test))
        return
    table = fit(examples)
    print(report(table, examples))
    write(table, fingerprint(given.data), len(examples))
    print("The docs show these weights: python tests/evaluation/evidence_table.py --write")


def gather(folder: Path) -> list[Example]:
    search, settings = open_search(folder), MatchSettings(max_candidates=150)
    examples: list[Example] = []
    for name in SETS.values():
        for one in match_all(search, rows(folder, name), settings):
            candidates = [scored.candidate for scored in one.match.candidates]
            details = score_all(one.match.track, candidates)
            if details:
                right = details[0].candidate.id in one.acceptable
                cases = (*details[0].cases, *ranking_cases(details))
                names = tuple(case.name for case in cases)
                examples.append((names, right, zlib.crc32(one.qid.encode())))
    return examples


def fit(examples: list[Example]) -> dict[str, float]:
    """Fit with Newton's method on the ridge-penalised likelihood; the constant has no penalty."""
    counts = Counter(case for cases, _, _ in examples for case in cases)
    names = ["", *sorted(case for case, times in counts.items() if times >= MIN_EXAMPLES_OF_CASE)]
    place = {name: at for at, name in enumerate(names)}
    rows_ = [
        ([0, *(place[case] for case in cases if case in place)], right)
        for cases, right, _ in examples
    ]
    solution = [0.0] * len(names)
    for _ in range(_ROUNDS):
        gradient = [0.0] + [-_RIDGE * weight for weight in solution[1:]]
        hessian = [[0.0] * len(names) for _ in names]
        for at in range(1, len(names)):
            hessian[at][at] = _RIDGE
        for columns, right in rows_:
            probability = _sigmoid(sum(solution[at] for at in columns))
            for at in columns:
                gradient[at] += right - probability
                for other in columns:
                    hessian[at][other] += probability * (1 - probability)
        held = [
            at
            for at, name in enumerate(names)
            if _has_wrong_sign(name, solution[at] + gradient[at] * 1e-9)
        ]
        for at in held:
            # A weight with the wrong sign is set to zero, and the others are fitted without it.
            gradient[at] = -solution[at]
            for other in range(len(names)):
                hessian[at][other] = hessian[other][at] = float(at == other)
        step = _solve(hessian, gradient)
        solution = [weight + change for weight, change in zip(solution, step, strict=True)]
        solution = [
            0.0 if _has_wrong_sign(name, weight) else weight
            for name, weight in zip(names, solution, strict=True)
        ]
    return dict(zip(names, solution, strict=True))


def _has_wrong_sign(name: str, weight: float) -> bool:
    """Return whether the table of cases allows only the other sign; "" is the constant."""
    if not name:
        return False
    sign = -1 if CASES[name].contradicts else CASES[name].sign
    return weight * sign < 0


def report(table: dict[str, float], examples: list[Example]) -> str:
    """Format the calibration of the weights, by tenths of the probability."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for cases, right, _ in examples:
        probability = _sigmoid(table[""] + sum(table.get(case, 0.0) for case in cases))
        tenths.setdefault(min(9, int(probability * 10)), []).append((probability, right))
    lines = []
    error = 0.0
    for tenth, pairs in sorted(tenths.items()):
        mean = sum(probability for probability, _ in pairs) / len(pairs)
        share = sum(right for _, right in pairs) / len(pairs)
        error += abs(share - mean) * len(pairs)
        lines.append(
            f"{tenth / 10:.1f}  {len(pairs):5}  mean confidence {mean:.3f}  share right {share:.3f}"
        )
    return "\n".join([*lines, f"calibration error {error / len(examples):.4f}"])


def write(table: dict[str, float], data: str, size: int) -> None:
    constant = table.pop("")
    lines = [
        '"""Weights of the evidence cases, in log-odds; written by `tests/evaluation/fit.py`.',
        "",
        "Do not edit this file: run the fit again. A case that is not listed has the weight 0.",
        '"""',
        "",
        f'FITTED = "{dt.datetime.now(tz=dt.UTC).date().isoformat()}"',
        f'DATA = "{data}"',
        f"EXAMPLES = {size}",
        f"CONSTANT = {constant:.3f}",
        "WEIGHTS: dict[str, float] = {",
        *(f'    "{case}": {weight:.3f},' for case, weight in sorted(table.items())),
        "}",
    ]
    Path(coefficients.__file__).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination; the ridge keeps the matrix positive definite."""
    size = len(right)
    rows_ = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda line: abs(rows_[line][at]))
        rows_[at], rows_[pivot] = rows_[pivot], rows_[at]
        for line in range(at + 1, size):
            factor = rows_[line][at] / rows_[at][at]
            if factor:
                for column in range(at, size + 1):
                    rows_[line][column] -= factor * rows_[at][column]
    solution = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows_[at][other] * solution[other] for other in range(at + 1, size))
        solution[at] = (rows_[at][size] - known) / rows_[at][at]
    return solution


if __name__ == "__main__":
    main()
