"""The output streams of the command line: colours on a terminal, plain text elsewhere.

The package rich lays out tables and adds styles. Without it, the output is plain text.

A stream can be a closed pipe, an old code page or a full disk. A character that the stream cannot
encode is replaced. After a write error the rest of the output is dropped; only an error of the
standard output, other than a closed pipe, ends the command, with one sentence.
"""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from beatport_match.cli.text_cells import TextLine, clean
from beatport_match.errors import MisuseError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MIN_WIDTH, DEFAULT_WIDTH, MAX_WIDTH = 60, 100, 140
# Replacements of our own symbols for code pages without them.
_ASCII_SYMBOLS = {"→": ">", "…": "~", "─": "-"}
_ENCODING_ERRORS = "beatport_match.ascii_symbols"
# Windows reports a closed pipe as EINVAL, other systems as EPIPE.
_CLOSED_PIPE_ERRORS = {errno.EPIPE, errno.EINVAL}


def _with_ascii_symbols(error: UnicodeError) -> tuple[str, int]:
    """Replace the characters that the encoding of a stream does not have."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_ASCII_SYMBOLS.get(char, "?") for char in text), error.end


codecs.register_error(_ENCODING_ERRORS, _with_ascii_symbols)


class Screen:
    """One output stream, such as `sys.stdout`.

    Args:
        stream: The stream; `None` (a program without a console) drops all output.
        required: Whether a write error ends the command. If not, the rest of the output is dropped
            and the command continues.
    """

    def __init__(self, stream: TextIO | None, *, required: bool) -> None:
        self._stream = stream
        self._is_required = required
        self.is_terminal = stream is not None and stream.isatty()
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ENCODING_ERRORS)

    @property
    def width(self) -> int:
        """The width of a line in cells."""
        columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        return max(MIN_WIDTH, min(columns, MAX_WIDTH))

    @cached_property
    def console(self) -> Console | None:
        """Rich's console for this stream; `None` without a stream and without rich."""
        if self._stream is None:
            return None
        try:
            from beatport_match.cli.rich_output import StreamConsole
        except ImportError:
            return None
        return StreamConsole(self._stream)

    def show(self, *lines: TextLine | str) -> None:
        """Write lines of text, without the characters that control a terminal.

        Raises:
            MisuseError: The stream is required and cannot be written, for example on a full disk.
        """
        for line in lines:
            pieces = [(line, "")] if isinstance(line, str) else line
            cleaned = [(clean(text), style) for text, style in pieces]
            if self.console is None:
                self.write("".join(text for text, _ in cleaned).rstrip() + "\n")
                continue
            from rich.text import Text

            with self._write_errors_handled():
                self.console.print(Text.assemble(*cleaned), soft_wrap=True)

    def show_table(self, table: Table) -> None:
        """Write a table of rich, as wide as the screen.

        Raises:
            MisuseError: The stream is required and cannot be written.
        """
        if self.console is not None:
            with self._write_errors_handled():
                self.console.size = (self.width, 24)
                self.console.print(table)

    def write(self, text: str) -> None:
        """Write text as it is.

        Raises:
            MisuseError: The stream is required and cannot be written.
        """
        with self._write_errors_handled():
            if self._stream is not None:
                self._stream.write(text)

    def flush(self) -> None:
        """Flush the stream.

        Raises:
            MisuseError: The stream is required and cannot be written.
        """
        with self._write_errors_handled():
            if self._stream is not None:
                self._stream.flush()

    @contextmanager
    def _write_errors_handled(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            self._stop_writing()
            if self._is_required and error.errno not in _CLOSED_PIPE_ERRORS:
                raise MisuseError(f"the output cannot be written ({error.strerror}).") from None

    def _stop_writing(self) -> None:
        """Send the rest of the output to the null device, also what Python flushes at exit."""
        stream, self._stream, self.console = self._stream, None, None
        self.is_terminal = False
        if stream is not None:
            null_device = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null_device, stream.fileno())
            os.close(null_device)


def show_json(document: object, screen: Screen) -> None:
    """Write one JSON document in ASCII, which every code page can encode."""
    screen.write(json.dumps(document, indent=1) + "\n")
