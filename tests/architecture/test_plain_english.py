"""Old private words do not come back into the texts of the package, its examples and its docs.

A text is a docstring, a comment or a string constant with a space in it (a message) of a Python
file, or a line outside the code blocks of a Markdown page. docs/glossary.md has the words to use.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from package_files import PACKAGE
from tables import each_row

ROOT = Path(__file__).parents[2]
# Each pattern matches a whole word in any case; the text names the words to use instead.
WORDS = {
    "lest": "so that … not",
    "befalls?": "happens to",
    "unasked": "automatically, without review",
    "whoever": "a caller that",
    "nobody": "no one, or an active sentence",
    "somebody": "someone, or an active sentence",
    "(?:un)?coloured|colours?": "mode, sync and async",
    "hands": "engine",
    "rooms|(?:this|the|its|own) room": "layer, module",
    "(?:this|our|of the) house": "this package",
    "shelf|shelves": "offline catalogue, result kind",
    "dice": "jitter, random number",
    "judgements?": "scoring, matching",
    "ledgers?": "evidence, score breakdown",
    "goes on|go on|went on": "resumes, continues",
    "told(?! apart)": "reported, recorded",
    "weigh(?:s|ed|ing)?": "score, scored",
    "unsaid": "not named",
    "stands?": "is, comes before, means, replaces",
    "behind": "after, of",
    "for ever": "forever",
    "under way": "in progress, in flight",
    "afresh": "again",
    "seldom": "rarely",
    "troubles?": "error, problem",
    "twins?": "the async function, the async form",
}
# Exceptions: a file, a part of the line with the word, and the reason.
ALLOWED = (
    ("beatport_match/parsing/word_frequency.py", "", "the common words of track titles"),
    ("beatport_match/cli/terminal.py", "colour", "colours of the terminal"),
    ("docs/command-line.md", "adds colour", "colours of the terminal"),
    ("examples/offline_catalogue.py", ",Nobody,", "an invented artist"),
    ("examples/table_demo.py", "Nobody At All", "an invented artist"),
)
PATTERN = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
FENCE = re.compile(r"^\s*(```|~~~)")
# A code span names identifiers and quotes output; a link target is a file name.
NOT_PROSE = re.compile(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->")


def python_texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of docstrings, comments and messages, without code spans."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], NOT_PROSE.sub("", token.string)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            for number, line in enumerate(node.value.splitlines(), node.lineno):
                yield number, NOT_PROSE.sub("", line)


def markdown_texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines outside code blocks, without code spans."""
    fence = ""
    for number, line in enumerate(source.splitlines(), 1):
        if mark := FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence:
            yield number, NOT_PROSE.sub("", line)


def findings(file: str, source: str) -> Iterator[str]:
    """Yield `file:line: word: the line` for each word that the file must not contain."""
    texts = markdown_texts(source) if file.endswith(".md") else python_texts(source)
    for number, line in sorted(set(texts)):
        for found in PATTERN.finditer(line):
            if not is_allowed(file, line):
                yield f"{file}:{number}: {found[0]}: {line.strip()}"


def is_allowed(file: str, line: str) -> bool:
    return any(file == name and part in line for name, part, _ in ALLOWED)


def checked_files() -> dict[str, Path]:
    """Return the files of the package, the examples and the docs by their names in messages."""
    package = {f"beatport_match/{path.relative_to(PACKAGE)}": path for path in python_in(PACKAGE)}
    others = [
        *python_in(ROOT / "examples"),
        *sorted((ROOT / "examples").rglob("*.md")),
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
    return package | {str(path.relative_to(ROOT)): path for path in others}


def python_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


FILES = checked_files()


@each_row("file", FILES)
def test_texts_contain_no_old_private_words(file: str) -> None:
    found = list(findings(file, FILES[file].read_text("utf-8")))
    assert found == [], "\n".join(found)


@each_row(
    "file, source, expected",
    [
        ("a.py", '"""Say lest."""\n', "a.py:1: lest: Say lest."),
        ("a.py", "x = 1  # Both COLOURS.\n", "a.py:1: COLOURS: # Both COLOURS."),
        ("a.py", '\nraise E("The dice\\nare cast")\n', "a.py:2: dice: The dice"),
        ("a.py", 'raise E(f"{x} was told so")\n', "a.py:1: told: was told so"),
        ("a.py", "# It blocks for ever.\n", "a.py:1: for ever: # It blocks for ever."),
        ("a.md", "```\ndice\n```\nThe ledger\n", "a.md:4: ledger: The ledger"),
    ],
)
def test_a_planted_word_is_found(file: str, source: str, expected: str) -> None:
    assert list(findings(file, source)) == [expected]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("a.py", 'dice = {"told": "shelf"}\n'),
        ("a.py", '"""A blessed bedroom, untold."""\n'),
        ("a.md", "```\ndice\n```\n`lest` and [page](shelf.md)\n"),
    ],
)
def test_identifiers_parts_of_words_and_code_are_not_texts(file: str, source: str) -> None:
    assert list(findings(file, source)) == []


@each_row("file, part, reason", ALLOWED)
def test_each_exception_is_needed(file: str, part: str, reason: str) -> None:
    lines = FILES[file].read_text("utf-8").splitlines()
    needed = any(part in line and PATTERN.search(line) for line in lines)
    assert needed, f"remove the exception: {reason}"
