"""Generate the evidence table of the docs from the code.

    python tests/evaluation/evidence_table.py [--write]

The table has every case that scoring can find, with its points in the score, its fitted weight in
the confidence, and its maximum confidence. `--write` puts it into the docs.
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
# The name of the evidence that each comparison function creates.
_EVIDENCE_OF = {
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


def found_in(example: Example) -> tuple[str, ...]:
    return cases_of(score_all(example.track, example.candidates))


def cases_in_source() -> frozenset[str]:
    """Collect every case from the source code of the modules that create them."""
    return frozenset(
        (*_of_comparisons(), *_of_scoring(), *_of_confidence(), *_of_lengths(), *WEIGHTS)
    )


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
            # A new function that creates findings needs an entry in _EVIDENCE_OF.
            yield from (f"{_EVIDENCE_OF[function.name]}.{code}" for code in codes)


def _codes(node: ast.AST) -> Iterator[str]:
    """Yield codes: the first argument of a finding, or the first part of a code with points."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in {"Finding", "_clash"} and node.args:
            yield from _texts(node.args[0])
    elif isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))
    elif isinstance(node, ast.Tuple) and node.elts:
        first, *rest = node.elts
        # A tuple that begins with text counts only if its second part is a number of points.
        if rest and not isinstance(rest[0], ast.JoinedStr) and not _text(rest[0]):
            yield from _texts(first)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif (text := _text(node)) and _CODE.fullmatch(text):
        yield text


def _text(node: ast.AST) -> str:
    """Return the text of a string literal, else an empty text."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""


def _of_scoring() -> Iterator[str]:
    """Yield the cases of the scorer; a finding belongs to the evidence that is yielded next."""
    for function in _functions(scorer.__file__):
        pending: list[str] = []
        names: list[str] = []
        for node in _in_order(function):
            if isinstance(node, ast.For):
                names = _loop_names(node)
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
                evidence = [_text(first)] if isinstance(first, ast.Constant) else names
                yield from (f"{name}.{code}" for name in evidence for code in pending)
                pending = []
            else:
                pending += _codes(node)


def _in_order(function: ast.FunctionDef) -> list[ast.AST]:
    """Order nodes as they run: inner parts before outer ones, and a loop before its body."""
    kinds = (ast.Call, ast.For, ast.Yield)
    nodes = [node for node in ast.walk(function) if isinstance(node, kinds)]
    # Only tuples that are assigned to names count: code, points and note.
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
