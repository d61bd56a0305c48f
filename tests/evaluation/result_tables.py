"""Format figures as Markdown tables, for the terminal and for the docs.

The tables show no single question, so they may be published in the docs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from figures import GOALS, MIN_SHARE_OF_HARD_PAIRS, Figures

from beatport_match.settings.models import MatchSettings

_NAMES = {"questions": "questions", "pairs": "real pairs"}
_THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98)


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table with aligned columns; figures are right-aligned."""
    widths = [max(len(line[at]) for line in (head, *lines)) for at in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    shown = [head, rule, *lines]
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in shown
    )


def sections(figures: Figures) -> Iterator[tuple[str, str]]:
    """Yield every table with its heading, for the sets that were run."""
    groups = {name: figures.only(lambda one, name=name: one.group == name) for name in _NAMES}
    measured = {name: found for name, found in groups.items() if found.size}
    hard = figures.only(lambda one: one.group == "hard")
    if measured or hard.size:
        yield "Goals", "\n".join([*_goals(groups), *_hard(hard)])
    for name, found in measured.items():
        yield f"By kind: {_NAMES[name]}", _by_kind(found)
    for name, found in measured.items():
        yield f"Calibration: {_NAMES[name]}", _calibration(found)
    if measured:
        yield "By number of searches allowed", _by_requests(measured)
        yield "By `accept_confidence`", _by_confidence(measured)


def _goals(groups: dict[str, Figures]) -> Iterator[str]:
    lines = []
    for goal in GOALS:
        line = [goal.name]
        for found, bound in zip(groups.values(), goal.bounds, strict=True):
            if bound is None or not found.size:
                line += ["–", "–", ""]
            else:
                sign, form = "≥" if goal.at_least else "≤", goal.form.replace(".2%", ".1%")
                met = "met" if goal.met(found, bound) else "MISSED"
                line += [goal.form.format(goal.value(found)), f"{sign} {form.format(bound)}", met]
        lines.append(line)
    yield table(("", "questions", "goal", "", "real pairs", "goal", ""), lines)


def _hard(hard: Figures) -> Iterator[str]:
    if hard.size:
        met = not hard.wrong and hard.right / hard.size >= MIN_SHARE_OF_HARD_PAIRS
        yield (
            f"\nHard pairs: {hard.wrong} wrong, {hard.right} of {hard.size} decided correctly "
            f"(goal: 0 wrong, {MIN_SHARE_OF_HARD_PAIRS:.0%} decided correctly): "
            f"{'met' if met else 'MISSED'}."
        )


def kind_line(name: str, found: Figures) -> list[str]:
    """Format one line of the table by kind."""
    false_accepts = f"{found.false_accepts}/{found.negatives}" if found.negatives else "–"
    return [
        name,
        str(found.size),
        f"{found.precision:.2%}",
        f"{found.recall:.2%}",
        f"{found.right_first:.2%}",
        false_accepts,
        f"{found.other_versions}/{found.wrong}",
        f"{found.review_share:.1%}",
        f"{found.requests:.2f}",
    ]


KIND_HEAD = (
    *("kind", "n", "precision", "recall", "right first", "false accepts", "other version/wrong"),
    *("review", "requests"),
)


def _by_kind(found: Figures) -> str:
    kinds = sorted({one.kind for one in found.outcomes})
    lines = [kind_line(kind, found.only(lambda one, kind=kind: one.kind == kind)) for kind in kinds]
    return table(KIND_HEAD, [*lines, kind_line("**all**", found)])


def _calibration(found: Figures) -> str:
    lines = [
        [f"{one.start:.1f}–{one.start + 0.1:.1f}", str(one.size)]
        + [f"{share:.3f}" for share in (one.mean_confidence, one.share_right, one.difference)]
        for one in found.bins
    ]
    head = ("confidence", "answers", "mean confidence", "share right", "difference")
    unweighted = sum(one.difference for one in found.bins) / max(1, len(found.bins))
    return (
        f"{table(head, lines)}\n\nECE, weighted by answers: {found.calibration_error:.4f}; "
        f"unweighted: {unweighted:.4f}."
    )


def _by_requests(measured: dict[str, Figures]) -> str:
    lines = []
    for allowed in range(1, MatchSettings().max_queries + 1):
        line = [str(allowed)]
        for found in measured.values():
            tight = found.by_requests(allowed)
            line += [f"{tight.recall:.2%}", f"{tight.precision:.2%}"]
        lines.append(line)
    return table(("searches", *_twice(measured, "recall", "precision")), lines)


def _by_confidence(measured: dict[str, Figures]) -> str:
    lines = []
    for confidence in _THRESHOLDS:
        line = [f"{confidence:.2f}"]
        for found in measured.values():
            one = found.accepting_from(confidence)
            line += [f"{one.recall:.2%}", f"{_wrong_per_thousand(one):.1f}"]
        lines.append(line)
    default = MatchSettings().accept_confidence
    counts = ", ".join(
        f"about {_wrong_per_thousand(found.accepting_from(default)):.0f} ({_NAMES[name]})"
        for name, found in measured.items()
    )
    head = ("threshold", *_twice(measured, "recall", "wrong per 1,000"))
    return (
        f"{table(head, lines)}\n\n"
        f"Wrong per 1,000 accepted answers with the default threshold {default}: {counts}."
    )


def _wrong_per_thousand(found: Figures) -> float:
    return 1000 * (1 - found.precision) if found.accepted else 0.0


def _twice(measured: dict[str, Figures], *heads: str) -> list[str]:
    return [f"{head}, {_NAMES[name]}" for name in measured for head in heads]
