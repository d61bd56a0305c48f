"""Ask all questions of the evaluation data, in process, and say how well we did.

    python tests/evaluation/run.py [--source shop|catalogue] [--set questions|pairs|hard|all]
        [--sample N] [--errors N] [--data FOLDER] [--catalogue PATH] [--save FILE]
        [--markdown FILE] [--picture FILE] [--jobs 2]

`--source` says what is searched: `shop`, the unkind search in process, or `catalogue`, an offline
catalogue that is built from the same rows, or is at `--catalogue` (this needs the extra `offline`);
`--sample` takes so many of each set, always the same; `--errors` explains so many wrong answers;
`--save` keeps every outcome for `compare.py`; `--markdown` puts the tables between the page's two
marks, `--picture` draws the calibration.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from calibration_plot import draw
from docs_marks import put_between_marks
from figures import Figures
from outcomes import Answering, Outcome, count_all, save, settle_all, settle_hard
from questions import DATA, SETS, fingerprint, open_shop
from result_tables import sections

from beatport_match.scoring import coefficients

_LONGEST_EXPLANATION = 18


def main() -> None:
    parser = _arguments()
    given = parser.parse_args()
    if given.catalogue and given.source != "catalogue":
        parser.error("--catalogue names what --source catalogue searches; give both.")
    groups = list(SETS) if given.set == "all" else [given.set] if given.set in SETS else []
    if not (given.data / "catalogue.jsonl.gz").exists():
        sys.exit(f"{given.data} holds no evaluation data; name its folder with --data.")
    total = count_all(given.data, groups, given.sample)
    with _opening(given) as opening:
        settled = settle_all(given.data, groups, given.sample, given.jobs, opening)
        outcomes = list(_told(settled, total))
    if given.set in {"hard", "all"}:
        outcomes += settle_hard(given.data)
    figures = Figures.of(outcomes)
    found = "\n\n".join(f"### {name}\n\n{text}" for name, text in sections(figures))
    print(found)
    for one in [one for one in outcomes if one.verdict == "wrong"][: given.errors]:
        print(f"\n{_explained(one)}")
    if given.save:
        save(outcomes, given.save)
    if given.markdown:
        put_between_marks(given.markdown, "figures", f"{_about(given, figures)}\n\n{found}")
    if given.picture:
        given.picture.parent.mkdir(parents=True, exist_ok=True)
        given.picture.write_text(draw(figures.only(lambda one: one.group in SETS)), "utf-8")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", choices=("shop", "catalogue"), default="shop")
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", choices=(*SETS, "hard", "all"), default="all")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    return parser


@contextmanager
def _opening(given: argparse.Namespace) -> Iterator[Callable[[], Answering]]:
    """How each process opens what is searched."""
    if given.source == "shop":
        yield partial(open_shop, given.data)
        return
    from catalogue_search import built_from, open_shelf

    rows = given.data / "catalogue.jsonl.gz"
    with nullcontext(given.catalogue) if given.catalogue else built_from(rows) as path:
        yield partial(open_shelf, path)


def _told(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """The same outcomes, with progress on the error stream: one line that a terminal rewrites."""
    every, end = (100, "\r") if sys.stderr.isatty() else (1000, "\n")
    for done, outcome in enumerate(outcomes, 1):
        if done % every == 0 or done == total:
            print(f"{done} of {total}", end=end, file=sys.stderr, flush=True)
        yield outcome


def _explained(one: Outcome) -> str:
    wrong = "another version" if one.sibling else "another track"
    what = wrong if one.answerable else f"nothing right is on sale; {wrong}"
    lines = one.why.splitlines()[:_LONGEST_EXPLANATION]
    return "\n".join([f"{one.key} ({what})", *(f"  {line}" for line in lines)])


def _about(given: argparse.Namespace, figures: Figures) -> str:
    whom = ", asked of a catalogue" if given.source == "catalogue" else ""
    return (
        f"{figures.size:,} questions and pairs of data `{fingerprint(given.data)}`{whom}; "
        f"weights fitted {coefficients.FITTED} to data `{coefficients.DATA}`; {figures.shuffled} questions "
        "were asked again with their candidates shuffled."
    )


if __name__ == "__main__":
    main()
