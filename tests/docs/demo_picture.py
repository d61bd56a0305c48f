"""Draw the output of the demo as it looks in a terminal, as an SVG picture for README and docs.

    python tests/docs/demo_picture.py [--write]

The command runs the demo with one playlist and prints the picture; `--write` writes it into
`docs/pictures`. The picture is light or dark, as the reader's system is.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import chdir
from html import escape
from unittest import mock

from docs_pages import DOCS
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from beatport_match import cli

PICTURE = DOCS / "pictures" / "demo.svg"
COMMAND = ("demo", "--playlist", "Sets/Friday")
# The first lines show each outcome and two samples. Later ones hold figures that differ from run to
# run.
LINES = 42
COLUMNS, CELL_WIDTH, LINE_HEIGHT, MARGIN = 100, 7.8, 17, 16
COLOURS = {1: "red", 2: "green", 3: "yellow", 6: "cyan"}  # the numbers are those of a terminal
STYLE = """
.screen { fill: #fbfbf8; stroke: #d0d0c8 } text { fill: #24292f; white-space: pre }
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.bold { font-weight: bold } .dim { fill: #6a7077 } .red { fill: #c0262d }
.green { fill: #1a7f37 } .yellow { fill: #8a6100 } .cyan { fill: #0b6e7f }
@media (prefers-color-scheme: dark) {
  .screen { fill: #16181d; stroke: #3a3f47 } text { fill: #e3e6ea } .dim { fill: #9098a2 }
  .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 } .cyan { fill: #56c8d8 }
}
"""


class Terminal(io.StringIO):
    """A stream that reports itself as a terminal, so that the demo writes colours."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the picture into the docs")
    picture = draw(demo_output())
    if parser.parse_args().write:
        PICTURE.write_text(picture, "utf-8")
    else:
        print(picture, end="")


def demo_output(*options: str) -> str:
    """Run the demo, and return the first lines with the codes of a terminal."""
    screen = Terminal()
    look = {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "COLORTERM": ""}
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),  # the output names the default folder of the results
        mock.patch.dict(os.environ, look),
        mock.patch("sys.stdout", screen),
        mock.patch("sys.stderr", Terminal()),
    ):
        os.environ.pop("NO_COLOR", None)
        code = cli.main([*COMMAND, *options])
    assert code == 0, f"the demo ended with {code}"
    return "\n".join((*screen.getvalue().splitlines()[:LINES], "…"))


def draw(output: str) -> str:
    """Draw lines with the codes of a terminal as one SVG picture."""
    console = Console(width=10 * COLUMNS)
    command = Text(f"$ beatport-match {COMMAND[0]} {COMMAND[1]} {COMMAND[2]}", "bold")
    lines = [command, *map(Text.from_ansi, output.splitlines())]
    texts = [
        run
        for row, line in enumerate(lines)
        for run in _runs(console.render(line, console.options.update(no_wrap=True)), row)
    ]
    width = round(COLUMNS * CELL_WIDTH) + 2 * MARGIN
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    box = f'width="{width - 1}" height="{height - 1}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>The output of {escape(command.plain[2:])}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="screen" x=".5" y=".5" {box} rx="8"/>',
            *texts,
            "</svg>\n",
        )
    )


def _runs(segments: Iterable[Segment], row: int) -> Iterator[str]:
    """Draw the texts of one line. Each has a fixed length, so columns fit with every font."""
    column, y = 0, MARGIN + (row + 0.75) * LINE_HEIGHT
    for segment in segments:
        text = segment.text.rstrip("\n")
        if text.strip():
            x, length = MARGIN + column * CELL_WIDTH, Segment(text).cell_length * CELL_WIDTH
            yield (
                f'<text x="{x:.1f}" y="{y:g}" textLength="{length:.1f}"'
                f' lengthAdjust="spacingAndGlyphs"{_classes(segment)}>{escape(text)}</text>'
            )
        column += Segment(text).cell_length


def _classes(segment: Segment) -> str:
    style = segment.style
    if not style:
        return ""
    number = style.color.number if style.color else None
    names = [
        *([COLOURS[number]] if number is not None else []),
        *(["bold"] if style.bold else []),
        *(["dim"] if style.dim else []),
    ]
    return f' class="{" ".join(names)}"' if names else ""


if __name__ == "__main__":
    main()
