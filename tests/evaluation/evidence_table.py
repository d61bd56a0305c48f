"""The table of evidence in the docs, made from the code.

    python tests/evaluation/evidence_table.py [--write]

Every case that judgement can find, with its points in the score, its fitted weight in the
confidence, and the most confidence it leaves. `--write` puts it into the docs.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from docs_marks import DOCS, between_marks, put_between_marks
from evidence_examples import EXAMPLES, Example

from beatport_match.scoring import (
    artist_comparison,
    confidence,
    scorer,
    title_comparison,
    version_comparison,
)
from beatport_match.scoring.coefficients import WEIGHTS
from beatport_match.scoring.confidence import (
    MAX_CONFIDENCE_OF_CASE,
    MAX_CONFIDENCE_OF_RELATION,
    cases_of,
    score_all,
)
from beatport_match.scoring.scorer import ScoreDetail

PAGE = DOCS / "how-matching-works.md"
MARK = "evidence"
# Which line of the ledger a function of `comparisons` writes.
_WRITES = {
    "compare_titles": "title",
    "_compare_bases": "title",
    "_typo_finding": "title",
    "_other_title": "title",
    "compare_artists": "artists",
    "_artist_finding": "artists",
    "compare_versions": "version",
    "_unstated": "version",
    "_same_version": "version",
    "_compare_names": "version",
    "compare_lengths": "length",
    "compare_bpm": "bpm",
    "compare_unexplained": "aside",
}
_CASE = re.compile(r"[a-z_]+\.[a-z_0-9]*[a-z0-9]")
_CODE = re.compile(r"[a-z][a-z_0-9]*")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="put it into the docs")
    if parser.parse_args().write:
        put_between_marks(PAGE, MARK, evidence_table())
    else:
        print(evidence_table())


def evidence_table() -> str:
    """Cases in the order of the ledger, one line each."""
    lines = ["| case | when | points | weight | at most |", "|---|---|--:|--:|--:|"]
    for case in dict.fromkeys(example.case for example in EXAMPLES):
        examples = [example for example in EXAMPLES if example.case == case]
        weight = f"{WEIGHTS[case]:+.2f}" if case in WEIGHTS else "–"
        ceiling = min(_ceiling(example) for example in examples)
        most = f"{ceiling:.2f}" if ceiling < MAX_CONFIDENCE_OF_RELATION["same_recording"] else ""
        lines.append(
            f"| `{case}` | {examples[0].phrase} | {_points(examples)} | {weight} | {most} |"
        )
    lines.append("| `limit` | the score stays within 0-100 | what is needed | – | |")
    lines += [
        "",
        "Some bounds are lifted where enough else agrees, such as the length.",
    ]
    return "\n".join(lines)


def in_the_docs() -> str:
    return between_marks(PAGE, MARK)


def best_of(example: Example) -> ScoreDetail:
    """The example's first candidate, weighed; the case is about it."""
    return score_all(example.track, example.candidates)[0]


def found_in(example: Example) -> tuple[str, ...]:
    return cases_of(score_all(example.track, example.candidates))


def cases_in_source() -> frozenset[str]:
    """Every case that stands in the code of the three rooms that make them."""
    return frozenset(
        (*_of_comparisons(), *_of_scoring(), *_of_confidence(), *_of_lengths(), *WEIGHTS)
    )


def _points(examples: list[Example]) -> str:
    """What the case's line of the ledger gives; from the least to the most the examples show."""
    name, _ = examples[0].case.split(".")
    effects = [
        line.effect
        for example in examples
        for line in best_of(example).evidence
        if line.name == name
    ]
    if not effects:
        return "–"
    low, high = min(effects), max(effects)
    return f"{low:+g}" if low == high else f"{low:+g} to {high:+g}"


def _ceiling(example: Example) -> float:
    return min(
        MAX_CONFIDENCE_OF_RELATION[best_of(example).relation],
        MAX_CONFIDENCE_OF_CASE.get(example.case, 1.0),
    )


def _of_comparisons() -> Iterator[str]:
    for function in (
        *_functions(title_comparison.__file__),
        *_functions(artist_comparison.__file__),
        *_functions(version_comparison.__file__),
    ):
        codes = {code for node in ast.walk(function) for code in _codes(node)}
        if codes and function.name != "_clash":
            # A new function that makes findings must say which line it writes.
            yield from (f"{_WRITES[function.name]}.{code}" for code in codes)


def _codes(node: ast.AST) -> Iterator[str]:
    """Codes stand first in a call that makes a finding, and first in a pair of code and points."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in {"Finding", "_clash"} and node.args:
            yield from _texts(node.args[0])
    elif isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))
    elif isinstance(node, ast.Tuple) and node.elts:
        first, *rest = node.elts
        # Not every tuple that begins with text: its second part must be points.
        if rest and not isinstance(rest[0], ast.JoinedStr) and not _text(rest[0]):
            yield from _texts(first)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif (text := _text(node)) and _CODE.fullmatch(text):
        yield text


def _text(node: ast.AST) -> str:
    """The text of a literal; empty where it is none."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""


def _of_scoring() -> Iterator[str]:
    """A finding belongs to the line that is yielded next."""
    for function in _functions(scorer.__file__):
        waiting: list[str] = []
        names: list[str] = []
        for node in _in_order(function):
            if isinstance(node, ast.For):
                names = _loop_names(node)
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
                lines = [_text(first)] if isinstance(first, ast.Constant) else names
                yield from (f"{line}.{code}" for line in lines for code in waiting)
                waiting = []
            else:
                waiting += _codes(node)


def _in_order(function: ast.FunctionDef) -> list[ast.AST]:
    """Inner parts before outer ones, as they happen; a loop before what it does."""
    kinds = (ast.Call, ast.For, ast.Yield)
    nodes = [node for node in ast.walk(function) if isinstance(node, kinds)]
    # Of tuples only those that are given names: code, points and note.
    nodes += [node.value for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return sorted(
        nodes,
        key=lambda node: (
            (node.lineno, node.col_offset)
            if isinstance(node, ast.For)
            else (node.end_lineno or 0, node.end_col_offset or 0, -node.lineno, -node.col_offset)
        ),
    )


def _loop_names(loop: ast.For) -> list[str]:
    if not isinstance(loop.iter, ast.Tuple):
        return []
    return [
        text for row in loop.iter.elts if isinstance(row, ast.Tuple) for text in _texts(row.elts[0])
    ]


def _of_confidence() -> Iterator[str]:
    tree = ast.parse(Path(confidence.__file__).read_text("utf-8"))
    texts = map(_text, ast.walk(tree))
    yield from (text for text in texts if _CASE.fullmatch(text))


def _of_lengths() -> Iterator[str]:
    for limit, _ in scorer.LENGTH_POINTS:
        yield f"length.within_{limit:.0f}"
    for rare in ("common", *(name for _, name in confidence._RARE)):
        yield f"lone.{rare}"


def _functions(file: str) -> list[ast.FunctionDef]:
    tree = ast.parse(Path(file).read_text("utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


if __name__ == "__main__":
    main()
