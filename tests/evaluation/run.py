"""Match all questions of the evaluation data in process, and print the figures.

    python tests/evaluation/run.py [--source search|catalogue]
        [--set questions|pairs|hard|decisions|all] [--sample N] [--errors N] [--data FOLDER]
        [--catalogue PATH] [--save FILE] [--markdown FILE] [--picture FILE] [--jobs 2]

`--source search` is the simulated, unreliable search in process. `--source catalogue` is an
offline catalogue: the one at `--catalogue`, or a new one with the same rows (this needs the extra
`offline`). `--sample` runs N questions of each set, always the same ones. `--errors` explains N
wrong answers, and N wrong or missed decisions. `--save` stores every outcome for `compare.py`.
`--markdown` writes the tables between the marks of a page (those of the sets that were run), and
`--picture` draws the calibration. `all` includes the decisions if the data has them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from calibration_plot import draw
from decision_files import PRIVATE_FILE, read_rows
from decision_tables import decision_sections
from decisions import decide_all, explain_errors
from docs_marks import put_between_marks
from figures import Figures
from outcomes import (
    AnsweringSource,
    Outcome,
    count_all,
    evaluate_all,
    evaluate_hard_pairs,
    save,
)
from questions import DATA, SETS, fingerprint, open_search
from result_tables import sections

from beatport_match.scoring import coefficients

MAX_EXPLANATION_LINES = 18


def main() -> None:
    parser = _arguments()
    given = parser.parse_args()
    if given.catalogue and given.source != "catalogue":
        parser.error("--catalogue needs --source catalogue; give both options")
    groups = list(SETS) if given.set == "all" else [given.set] if given.set in SETS else []
    needed = PRIVATE_FILE if given.set == "decisions" else "catalogue.jsonl.gz"
    if not (given.data / needed).exists():
        sys.exit(
            f"{given.data} holds no {needed}; pass the folder of the evaluation data with --data."
        )
    outcomes, decided = list(_answered(given, groups)), []
    if given.set in {"decisions", "all"} and (given.data / PRIVATE_FILE).exists():
        decided = list(decide_all(read_rows(given.data)))
    figures = Figures.of(outcomes)
    tables, decision_tables = _joined(sections(figures)), ""
    if decided:
        decision_tables = _joined(decision_sections(decided))
    print("\n\n".join(filter(None, (tables, decision_tables))))
    for one in [one for one in outcomes if one.verdict == "wrong"][: given.errors]:
        print(f"\n{_explained(one)}")
    for text in explain_errors(decided, given.errors):
        print(f"\n{text}")
    if given.save:
        save([*outcomes, *decided], given.save)
    if given.markdown and outcomes:
        put_between_marks(given.markdown, "figures", f"{_about(given, figures)}\n\n{tables}")
    if given.markdown and decided:
        put_between_marks(given.markdown, "decisions", decision_tables)
    if given.picture:
        given.picture.parent.mkdir(parents=True, exist_ok=True)
        given.picture.write_text(draw(figures.only(lambda one: one.group in SETS)), "utf-8")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", choices=("search", "catalogue"), default="search")
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", choices=(*SETS, "hard", "decisions", "all"), default="all")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    return parser


def _answered(given: argparse.Namespace, groups: list[str]) -> Iterator[Outcome]:
    """Yield the outcomes of the questions, and of the hard pairs if they are wanted."""
    if groups:
        total = count_all(given.data, groups, given.sample)
        with _source_opener(given) as open_source:
            evaluated = evaluate_all(given.data, groups, given.sample, given.jobs, open_source)
            yield from _with_progress(evaluated, total)
    if given.set in {"hard", "all"}:
        yield from evaluate_hard_pairs(given.data)


def _joined(tables: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(f"### {name}\n\n{text}" for name, text in tables)


@contextmanager
def _source_opener(given: argparse.Namespace) -> Iterator[Callable[[], AnsweringSource]]:
    """Yield the function with which each process opens the source."""
    if given.source == "search":
        yield partial(open_search, given.data)
        return
    from catalogue_search import built_from, open_catalogue

    rows = given.data / "catalogue.jsonl.gz"
    with nullcontext(given.catalogue) if given.catalogue else built_from(rows) as path:
        yield partial(open_catalogue, path)


def _with_progress(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Yield the outcomes and print the progress to stderr, on a terminal always in one line."""
    every, end = (100, "\r") if sys.stderr.isatty() else (1000, "\n")
    for done, outcome in enumerate(outcomes, 1):
        if done % every == 0 or done == total:
            print(f"{done} of {total}", end=end, file=sys.stderr, flush=True)
        yield outcome


def _explained(one: Outcome) -> str:
    wrong = "another version" if one.is_other_version else "another track"
    what = wrong if one.answerable else f"no right track is on sale; {wrong}"
    lines = one.why.splitlines()[:MAX_EXPLANATION_LINES]
    return "\n".join([f"{one.key} ({what})", *(f"  {line}" for line in lines)])


def _about(given: argparse.Namespace, figures: Figures) -> str:
    where = ", searched in a catalogue" if given.source == "catalogue" else ""
    return (
        f"{figures.size:,} questions and pairs of data `{fingerprint(given.data)}`{where}; "
        f"weights fitted {coefficients.FITTED} to data `{coefficients.DATA}`; "
        f"{figures.shuffled} questions were run again with their candidates in shuffled order."
    )


if __name__ == "__main__":
    main()
