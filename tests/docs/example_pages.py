"""Write docs/examples.md from examples/README.md and from what the examples print.

    python tests/docs/example_pages.py [--write]

The command runs every example and prints the page; `--write` writes it into the docs. An example
whose packages are not installed keeps the output that is on the page.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from docs_pages import DOCS, FENCE, ROOT, blocks

PAGE = DOCS / "examples.md"
EXAMPLES = ROOT / "examples"
INDEX = EXAMPLES / "README.md"
OPENING = """\
# Examples

Each example is a short program in the folder `examples/` of the repository. It needs no network,
and the tests run it. The output is below each command. Some values are replaced: the URL of the
fake Beatport with that of the real one, and dates and times with fixed ones. The folder of
temporary files is removed. `…` replaces text that is left out.
"""
NEEDS = {
    "explore_run.ipynb": {"polars"},
    "fastapi_match.py": {"fastapi"},
    "mcp_client.py": {"mcp"},
    "mcp_server.py": {"mcp"},
    "offline_catalogue.py": {"tantivy"},
    "polars_match.py": {"tantivy", "polars"},
    "spark_match.py": {"tantivy", "pyspark", "pandas", "pyarrow"},
    "stream_matches": {"starlette", "uvicorn"},
    "table_demo.py": {"tantivy"},
}
# An example with a window is shown by a picture.
PICTURES = {"desktop": ("--demo", "pictures/desktop-results.png")}
SHOWN_LINES, SHOWN_CHARACTERS = 16, 120
LONGER = {"explore_run.ipynb": 60, "mcp_client.py": 30}
# These differ from run to run, and the page shows one value.
FIXED = (
    (r"http://127\.0\.0\.1:\d+", "https://www.beatport.com"),
    (r"(?m)^\S+/(?=enriched\.xml)", ""),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d", "2026-10-05 06:00+02:00"),
    (r"(?<=processing_time: )[\d.e-]+", "0.2"),
    (r"(?<=passed in )[\d.]+s", "0.20s"),
)
# So do these, but they belong together: the page shows those of one run.
VARIES = {
    "playlist_with_progress.py": r"\d+",  # the tracks that were under way at the stop are finished
    "stream_matches": r'(?m)^\{"line".*|^\d+(?= requests)',
}


class Example(NamedTuple):
    """One row of the index: the file or folder, and what it shows."""

    name: str
    about: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the page into the docs")
    outputs = outputs_on_page() if PAGE.exists() else {}
    for example in examples():
        if missing := missing_packages(example.name):
            print(f"{example.name}: not run, needs {', '.join(missing)}", file=sys.stderr)
        elif example.name not in PICTURES:
            outputs[example.name] = shown(example.name, run(example.name))
    text = page(outputs)
    if parser.parse_args().write:
        PAGE.write_text(text, "utf-8")
    else:
        print(text, end="")


def examples() -> list[Example]:
    """Return the rows of the index, in order."""
    text = INDEX.read_text("utf-8")
    return [Example(*row) for row in re.findall(r"(?m)^\| \[([\w.]+)/?\]\(.*?\) \| (.+) \|$", text)]


def missing_packages(name: str) -> list[str]:
    """Return what an example needs and this environment does not have."""
    missing = [one for one in sorted(NEEDS.get(name, ())) if not importlib.util.find_spec(one)]
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return [*missing, *(["Java 17"] if name == "spark_match.py" and not has_java else [])]


def page(outputs: Mapping[str, str]) -> str:
    """Return the whole page.

    Args:
        outputs: What each example prints, as `shown` returns it; nothing for one with a picture.
    """
    return "\n".join([OPENING, *(section(one, outputs.get(one.name, "")) for one in examples())])


def section(example: Example, output: str) -> str:
    # On the site a page of the docs has no folder before it.
    about = example.about.replace("](../docs/", "](")
    heading, *details = re.split("[;:] ", about, maxsplit=1)
    lines = [f"## {_capitalised(heading)}", ""]
    lines += [line for one in details for line in (f"{_capitalised(one)}.", "")]
    if picture := PICTURES.get(example.name):
        lines += [f"![The window of the example]({picture[1]})", ""]
    lines += [f"{FENCE}console", f"$ {command(example.name)}", *output.splitlines(), FENCE, ""]
    return "\n".join(lines)


def command(name: str) -> str:
    if name.endswith(".ipynb"):
        return f"python -m jupyter lab examples/{name}"
    module = "-m pytest -q " if name.startswith("test_") else ""
    option = f" {PICTURES[name][0]}" if name in PICTURES else ""
    return f"python {module}examples/{name}{option}"


def shown(name: str, output: str) -> str:
    """Return an output as the page shows it: without ports and times, and not too long."""
    for pattern, value in FIXED:
        output = re.sub(pattern, value, output)
    lines = [_shortened(line.rstrip()) for line in output.rstrip().splitlines()]
    limit = LONGER.get(name, SHOWN_LINES)
    return "\n".join(lines[:limit] + ["…"] * (len(lines) > limit))


def comparable(name: str, output: str) -> str:
    """Return a shown output without what differs from run to run."""
    return re.sub(VARIES.get(name, r"(?!)"), "…", output)


def outputs_on_page() -> dict[str, str]:
    """Return the outputs that the page shows, by the names of the examples."""
    texts = [block.text for block in blocks(PAGE) if block.language == "console"]
    found = (re.fullmatch(r"\$ .*?examples/([\w.]+).*?\n(.*)", text, re.DOTALL) for text in texts)
    return {one[1]: one[2].rstrip() for one in found if one}


def run(name: str, *arguments: str, **environment: str) -> str:
    """Run an example in a separate process (a notebook: in this one); return what it prints."""
    path = EXAMPLES / name
    if path.suffix == ".ipynb":
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            run_notebook(path)
        return printed.getvalue()
    # More processes of pytest would only cost time.
    module = ["-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    program = [*(module if name.startswith("test_") else []), str(path)]
    done = subprocess.run(
        [sys.executable, "-W", "error", *program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def code_cells(path: Path) -> list[str]:
    """Return the sources of the code cells of a notebook."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run_notebook(path: Path) -> None:
    """Run the code cells in order; print the value of each last line, as Jupyter shows it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(code_cells(path), 1):
        tree, place = ast.parse(source), f"{path.name}, code cell {number}"
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, place, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)
            if value is not None:
                print(value)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shortened(line: str) -> str:
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"


if __name__ == "__main__":
    main()
