"""Generate the evidence table of the docs from the table of cases.

    python tests/evaluation/evidence_table.py [--write]

Each case has its meaning and its points from its examples, its fitted weight in the confidence, and
its maximum confidence. `--write` puts the table into the docs.
"""

from __future__ import annotations

import argparse

from docs_marks import DOCS, between_marks, put_between_marks
from evidence_examples import ADDED, EXAMPLES, Example

from beatport_match.scoring.cases import CASES
from beatport_match.scoring.coefficients import WEIGHTS
from beatport_match.scoring.confidence import (
    MAX_CONFIDENCE_OF_RELATION,
    ranking_cases,
    score_all,
)
from beatport_match.scoring.scorer import ScoreDetail

PAGE = DOCS / "how-matching-works.md"
MARK = "evidence"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    if parser.parse_args().write:
        put_between_marks(PAGE, MARK, evidence_table())
    else:
        print(evidence_table())


def evidence_table() -> str:
    """Format the cases in the order of the evidence list, one line each."""
    lines = ["| case | meaning | points | weight | max confidence |", "|---|---|--:|--:|--:|"]
    for case in dict.fromkeys(example.case for example in EXAMPLES):
        examples = [example for example in EXAMPLES if example.case == case]
        weight = f"{WEIGHTS[case]:+.2f}" if case in WEIGHTS else "–"
        limit = min(_max_confidence(example) for example in examples)
        shown = f"{limit:.2f}" if limit < MAX_CONFIDENCE_OF_RELATION["same_recording"] else ""
        lines.append(
            f"| `{case}` | {examples[0].phrase} | {_points(examples)} | {weight} | {shown} |"
        )
    for case, phrase in ADDED.items():
        shown = f"{CASES[case].cap:.2f}" if CASES[case].cap < 1 else ""
        lines.append(f"| `{case}` | {phrase} | {CASES[case].points:+g} | – | {shown} |")
    lines.append("| `limit` | the score stays within 0-100 | the correction to 0-100 | – | |")
    lines += [
        "",
        "Some caps do not apply if other facts agree, such as the length.",
    ]
    return "\n".join(lines)


def in_the_docs() -> str:
    return between_marks(PAGE, MARK)


def best_of(example: Example) -> ScoreDetail:
    """Score the example and return its first candidate, which has the case."""
    return score_all(example.track, example.candidates)[0]


def found_in(example: Example) -> set[str]:
    """Return the names of the cases that decide the confidence of the first candidate."""
    details = score_all(example.track, example.candidates)
    return {case.name for case in (*details[0].cases, *ranking_cases(details))}


def _points(examples: list[Example]) -> str:
    """Format the points of the case, as a range if its examples differ."""
    name, _ = examples[0].case.split(".")
    effects = [
        one.effect for example in examples for one in best_of(example).evidence if one.name == name
    ]
    if not effects:
        return "–"
    low, high = min(effects), max(effects)
    return f"{low:+g}" if low == high else f"{low:+g} to {high:+g}"


def _max_confidence(example: Example) -> float:
    return min(
        MAX_CONFIDENCE_OF_RELATION[best_of(example).relation],
        CASES[example.case].cap,
    )


if __name__ == "__main__":
    main()
