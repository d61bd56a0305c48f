"""Output through the package rich, which is in the extra `cli`: styles, tables, a progress bar.

The other modules import this module late: rich may be missing, and `--help` does not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from beatport_match.cli.match_table import HEADERS, MatchRow
from beatport_match.cli.text_cells import MAX_TEXT_LINES, mark_direction, truncate_middle

# Narrower tables show the reason below the tracks and not in a separate column.
MIN_WIDTH_FOR_REASON_COLUMN = 96


class _Texts:
    """Texts below each other in a cell.

    A text that needs more lines than it may have is cut in the middle.

    Args:
        texts: Each text with its style and its maximal number of lines.
    """

    def __init__(self, *texts: tuple[str, str, int]) -> None:
        self._texts = texts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, max_lines in self._texts:
            shortened = truncate_middle(text, options.max_width * max_lines, cell_len)
            yield Text(mark_direction(shortened), style)


def match_table(rows: Iterable[MatchRow], width: int) -> Table:
    """Return the table of the matches, as wide as the screen."""
    outcome, score, confidence, *names, reason = HEADERS
    has_reason_column = width >= MIN_WIDTH_FOR_REASON_COLUMN
    if not has_reason_column:
        names.append(reason)
    below = "\n" * (len(names) - 1)  # rich aligns headers at the bottom
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.expand, table.border_style, table.header_style = True, "dim", "bold"
    table.add_column(outcome + below, no_wrap=True)
    table.add_column(score + below, no_wrap=True, justify="right")
    table.add_column(confidence + below, no_wrap=True, justify="right")
    table.add_column("\n".join(names), ratio=2)
    if has_reason_column:
        table.add_column(reason + below, ratio=1)
    for *short, track, found, why in rows:
        texts = [(*track, 1), (*found, 1), (*why, MAX_TEXT_LINES)]
        cells = [_Texts(*texts[:2]), _Texts(texts[2])] if has_reason_column else [_Texts(*texts)]
        table.add_row(*(Text(text, style) for text, style in short), *cells)
    return table


def place_table(places: Sequence[tuple[str, str]]) -> Table:
    """Return a table of places in a file, such as `line 12`, and the problem at each place."""
    table = Table.grid(padding=(0, 0, 0, 2), pad_edge=True)
    table.add_column(justify="right", style="dim")
    table.add_column(ratio=1)
    table.expand = True
    for place, detail in places:
        table.add_row(Text(place), _Texts((detail, "", MAX_TEXT_LINES)))
    return table


@contextmanager
def progress_bar(
    console: Console, label: str, total: int | None
) -> Generator[Callable[[int, int | None, str], None], None, None]:
    """Show a progress bar; without a total it moves back and forth.

    The block gets the function that updates the bar: the number of finished items, their total if
    it is known, and the text beside the bar.
    """
    columns = (
        TextColumn("{task.description}", style="bold"),
        BarColumn(),
        TextColumn("{task.fields[details]}", style="cyan"),
    )
    # Rich must not redirect the streams: this package writes all other output to the other stream.
    with Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(label, total=total, details="")

        def update(done: int, total: int | None, details: str) -> None:
            bar.update(task, completed=done, total=total, details=details)

        yield update
