"""Figures as tables that a terminal and a Markdown page show equally well.

Nothing here counts; nothing here shows a single question, so its tables may stand in the docs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from figures import GOALS, HARD_RIGHT_UNASKED, Figures

from beatport_match.settings.models import MatchSettings

_NAMES = {"questions": "questions", "pairs": "real pairs"}
_THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98)


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns in line; figures stand to the right."""
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
    """Every table with its heading, for whatever was asked."""
    groups = {name: figures.only(lambda one, name=name: one.group == name) for name in _NAMES}
    asked = {name: found for name, found in groups.items() if found.size}
    hard = figures.only(lambda one: one.group == "hard")
    if asked or hard.size:
        yield "Goals", "\n".join([*_goals(groups), *_hard(hard)])
    for name, found in asked.items():
        yield f"By kind: {_NAMES[name]}", _by_kind(found)
    for name, found in asked.items():
        yield f"Calibration: {_NAMES[name]}", _calibration(found)
    if asked:
        yield "By number of searches allowed", _by_requests(asked)
        yield "By `accept_confidence`", _by_confidence(asked)


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
        met = not hard.wrong and hard.right / hard.size >= HARD_RIGHT_UNASKED
        yield (
            f"\nHard pairs: {hard.wrong} wrong, {hard.right} of {hard.size} right unasked "
            f"(goal: 0 wrong, {HARD_RIGHT_UNASKED:.0%} right): {'met' if met else 'MISSED'}."
        )


def kind_line(name: str, found: Figures) -> list[str]:
    """One line of the table by kind."""
    negatives = f"{found.negatives_accepted}/{found.negatives}" if found.negatives else "–"
    return [
        name,
        str(found.size),
        f"{found.precision:.2%}",
        f"{found.recall:.2%}",
        f"{found.named:.2%}",
        negatives,
        f"{found.siblings}/{found.wrong}",
        f"{found.asked:.1%}",
        f"{found.requests:.2f}",
    ]


KIND_HEAD = (
    *("kind", "n", "precision", "recall", "right first", "on negatives", "siblings/wrong"),
    *("asked", "requests"),
)


def _by_kind(found: Figures) -> str:
    kinds = sorted({one.kind for one in found.outcomes})
    lines = [kind_line(kind, found.only(lambda one, kind=kind: one.kind == kind)) for kind in kinds]
    return table(KIND_HEAD, [*lines, kind_line("**all**", found)])


def _calibration(found: Figures) -> str:
    lines = [
        [f"{one.start:.1f}–{one.start + 0.1:.1f}", str(one.size)]
        + [f"{share:.3f}" for share in (one.stated, one.seen, one.off)]
        for one in found.tenths
    ]
    head = ("confidence", "answers", "stated", "seen", "apart")
    plain = sum(one.off for one in found.tenths) / max(1, len(found.tenths))
    return (
        f"{table(head, lines)}\n\nECE (each tenth counts by its answers): "
        f"{found.calibration_error:.4f}; each tenth counting the same: {plain:.4f}."
    )


def _by_requests(asked: dict[str, Figures]) -> str:
    lines = []
    for allowed in range(1, MatchSettings().max_queries + 1):
        line = [str(allowed)]
        for found in asked.values():
            tight = found.by_requests(allowed)
            line += [f"{tight.recall:.2%}", f"{tight.precision:.2%}"]
        lines.append(line)
    return table(("searches", *_twice(asked, "recall", "precision")), lines)


def _by_confidence(asked: dict[str, Figures]) -> str:
    lines = []
    for confidence in _THRESHOLDS:
        line = [f"{confidence:.2f}"]
        for found in asked.values():
            one = found.accepting_from(confidence)
            line += [f"{one.recall:.2%}", f"{_in_thousand(one):.1f}"]
        lines.append(line)
    start = MatchSettings().accept_confidence
    said = ", ".join(
        f"about {_in_thousand(found.accepting_from(start)):.0f} of 1,000 {_NAMES[name]}"
        for name, found in asked.items()
    )
    head = ("accept from", *_twice(asked, "recall", "wrong in 1,000"))
    return f"{table(head, lines)}\n\nWrong among those accepted from {start}, the default: {said}."


def _in_thousand(found: Figures) -> float:
    return 1000 * (1 - found.precision) if found.accepted else 0.0


def _twice(asked: dict[str, Figures], *heads: str) -> list[str]:
    return [f"{head}, {_NAMES[name]}" for name in asked for head in heads]
