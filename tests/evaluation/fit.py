"""Fit the table of weights behind `confidence` to the evaluation data.

    python tests/evaluation/fit.py [--data FOLDER] [--check]

One logistic regression over the cases of the ledger: for every question, the candidate that came
out first, and whether it was right. Ridge regression keeps rare cases near nothing. `--check` fits
to one half and measures on the other instead of writing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import zlib
from collections import Counter
from pathlib import Path

from questions import DATA, SETS, ask_all, fingerprint, open_shop, rows

from beatport_match.scoring import coefficients
from beatport_match.scoring.confidence import cases_of, score_all
from beatport_match.settings.models import MatchSettings

Example = tuple[tuple[str, ...], bool, int]

_RIDGE = 0.5
_ROUNDS = 25
# A case seen less often says nothing yet.
_LEAST_SEEN = 3
# What agrees never speaks against, what contradicts never for, whatever the data's accidents.
_NEVER_AGAINST = (".same", ".named", ".within_2", ".vouched", ".known")
_NEVER_FOR = (
    *(".other", ".beyond", ".within_10", ".within_30", ".within_60", ".pitched", ".strange"),
    *(
        ".close",
        ".crowd",
        ".near",
        ".unknown",
        ".kind",
        ".length",
        ".common",
        ".names",
        ".unsaid",
        ".part",
    ),
)


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
    shop, settings = open_shop(folder), MatchSettings(max_candidates=150)
    examples: list[Example] = []
    for name in SETS.values():
        for asked in ask_all(shop, rows(folder, name), settings):
            candidates = [scored.candidate for scored in asked.match.candidates]
            weighed = score_all(asked.match.track, candidates)
            if weighed:
                right = weighed[0].candidate.id in asked.acceptable
                examples.append((cases_of(weighed), right, zlib.crc32(asked.qid.encode())))
    return examples


def fit(examples: list[Example]) -> dict[str, float]:
    """Newton's method on the ridge-penalised likelihood; the constant is not penalised."""
    seen = Counter(case for cases, _, _ in examples for case in cases)
    names = ["", *sorted(case for case, times in seen.items() if times >= _LEAST_SEEN)]
    place = {name: at for at, name in enumerate(names)}
    rows_ = [
        ([0, *(place[case] for case in cases if case in place)], right)
        for cases, right, _ in examples
    ]
    solution = [0.0] * len(names)
    for _ in range(_ROUNDS):
        slope = [0.0] + [-_RIDGE * weight for weight in solution[1:]]
        bend = [[0.0] * len(names) for _ in names]
        for at in range(1, len(names)):
            bend[at][at] = _RIDGE
        for columns, right in rows_:
            chance = _sigmoid(sum(solution[at] for at in columns))
            for at in columns:
                slope[at] += right - chance
                for other in columns:
                    bend[at][other] += chance * (1 - chance)
        held = [at for at, name in enumerate(names) if _odd(name, solution[at] + slope[at] * 1e-9)]
        for at in held:
            # Out of bounds: held at nothing, the others settle without it.
            slope[at] = -solution[at]
            for other in range(len(names)):
                bend[at][other] = bend[other][at] = float(at == other)
        step = _solve(bend, slope)
        solution = [weight + change for weight, change in zip(solution, step, strict=True)]
        solution = [
            0.0 if _odd(name, weight) else weight
            for name, weight in zip(names, solution, strict=True)
        ]
    return dict(zip(names, solution, strict=True))


def _odd(name: str, weight: float) -> bool:
    return (weight < 0 and name.endswith(_NEVER_AGAINST)) or (
        weight > 0 and name.endswith(_NEVER_FOR)
    )


def report(table: dict[str, float], examples: list[Example]) -> str:
    """How well the table knows what it does not know, by tenths."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for cases, right, _ in examples:
        chance = _sigmoid(table[""] + sum(table.get(case, 0.0) for case in cases))
        tenths.setdefault(min(9, int(chance * 10)), []).append((chance, right))
    lines = []
    off = 0.0
    for tenth, pairs in sorted(tenths.items()):
        stated = sum(chance for chance, _ in pairs) / len(pairs)
        seen = sum(right for _, right in pairs) / len(pairs)
        off += abs(seen - stated) * len(pairs)
        lines.append(f"{tenth / 10:.1f}  {len(pairs):5}  stated {stated:.3f}  seen {seen:.3f}")
    return "\n".join([*lines, f"calibration error {off / len(examples):.4f}"])


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
