"""Show what changed between two runs of the evaluation.

python tests/evaluation/run.py --save before.json
python tests/evaluation/run.py --save after.json
python tests/evaluation/compare.py before.json after.json
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from figures import GOALS, Figures
from outcomes import Outcome, load
from result_tables import KIND_HEAD, kind_line, table

# The most important changes first.
_ORDER = ("newly wrong", "no longer right", "newly right", "no longer wrong", "other changes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    before, after = load(given.before), load(given.after)
    print(side_by_side(before, after))
    for line in changes(before, after):
        print(line)


def side_by_side(before: list[Outcome], after: list[Outcome]) -> str:
    """Compare the totals of both runs over the questions that are in both."""
    shared = {one.key for one in before} & {one.key for one in after}
    lines = []
    for group in dict.fromkeys(one.group for one in before if one.key in shared):
        for when, run in (("before", before), ("after", after)):
            found = Figures.of(one for one in run if one.key in shared and one.group == group)
            error = next(goal for goal in GOALS if "ECE" in goal.name)
            ece = error.form.format(error.value(found))
            lines.append([*kind_line(f"{group}, {when}", found), ece])
    left_out = len(before) + len(after) - 2 * len(shared)
    note = f"\n{left_out} questions are in one run only." if left_out else ""
    return table((*KIND_HEAD, "ECE"), lines) + note


def changes(before: list[Outcome], after: list[Outcome]) -> Iterator[str]:
    """List every question whose answer changed; newly wrong ones are first and explained."""
    earlier = {one.key: one for one in before}
    both = [(earlier[one.key], one) for one in after if one.key in earlier]
    changed = [pair for pair in both if _answer(pair[0]) != _answer(pair[1])]
    for kind in _ORDER:
        found = [pair for pair in changed if _kind_of_change(*pair) == kind]
        if found:
            yield f"\n{kind}: {len(found)}"
        for was, now in found:
            yield (
                f"  {now.key}: {was.verdict} {was.best} ({was.confidence:.2f}) "
                f"→ {now.verdict} {now.best} ({now.confidence:.2f})"
            )
            if kind in _ORDER[:2]:
                yield from (f"    {line}" for line in now.why.splitlines()[:14])
    if not changed:
        yield "\nNo answer changed."


def _answer(one: Outcome) -> tuple[str, int | None]:
    return one.verdict, one.best


def _kind_of_change(was: Outcome, now: Outcome) -> str:
    if was.verdict == now.verdict:
        return "other changes"
    if now.verdict == "wrong":
        return "newly wrong"
    if was.verdict == "right":
        return "no longer right"
    if now.verdict == "right":
        return "newly right"
    return "no longer wrong" if was.verdict == "wrong" else "other changes"


if __name__ == "__main__":
    main()
