"""Compare `rank` with three plain matchers on the shipped decisions. It needs no other data.

    python tests/evaluation/benchmark.py [--errors N] [--write]

`--errors` explains N decisions that `rank` gets wrong or misses, wrong ones first. `--write` writes
the tables between the marks of README.md and docs/evaluation.md.
"""

from __future__ import annotations

import argparse

from baselines import MIN_RATIO, first_hit, parse_and_compare, token_set
from decision_files import read_shipped
from decision_tables import comparison, decision_sections
from decisions import by_rank, decide_all, explain_errors
from docs_marks import DOCS, put_between_marks
from outcomes import Outcome

MATCHERS = {
    "`rank`": by_rank,
    "first hit": first_hit,
    f"token-set ratio ≥ {MIN_RATIO:.0f}": token_set,
    "parse and compare": parse_and_compare,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    outcomes = run_all()
    ours = outcomes["`rank`"]
    compared = f"{len(ours)} invented decisions:\n\n{comparison(outcomes)}"
    ours_tables = [f"`rank`: {name}\n\n{text}" for name, text in decision_sections(ours)]
    tables = "\n\n".join([compared, *ours_tables])
    print(tables)
    for text in explain_errors(ours, given.errors):
        print(f"\n{text}")
    if given.write:
        put_between_marks(DOCS.parent / "README.md", "benchmark", compared)
        put_between_marks(DOCS / "evaluation.md", "benchmark", tables)


def run_all() -> dict[str, list[Outcome]]:
    """Run every matcher on every shipped decision."""
    decisions = read_shipped()
    return {name: list(decide_all(decisions, matcher)) for name, matcher in MATCHERS.items()}


if __name__ == "__main__":
    main()
