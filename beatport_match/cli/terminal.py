"""The output streams of the command line: colours on a terminal, plain text elsewhere.

The package rich lays out tables and adds styles. Without it, the output is plain text.

A stream can be a closed pipe, an old code page or a full disk. A character that the stream cannot
encode is replaced. After a write error the rest of the output is dropped; only an error of the
standard output, other than a closed pipe, ends the command, with one sentence.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from functools import cached_property
from typing import IO, TYPE_CHECKING, TextIO, cast

from beatport_match.cli.text_cells import TextLine
from beatport_match.errors import OutputError
from beatport_match.files.guarded_read import reason
from beatport_match.model.validation import terminal_safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MIN_WIDTH, DEFAULT_WIDTH, MAX_WIDTH = 60, 100, 140
# Replacements of this package's symbols, for code pages without them.
_ASCII = str.maketrans("→…─", ">~-")
# Windows reports a closed pipe as EINVAL, other systems as EPIPE.
_CLOSED_PIPE_ERRORS = {errno.EPIPE, errno.EINVAL}


class Screen:
    """One output stream, such as `sys.stdout`. Rich writes to it as to a file.

    Args:
        stream: The stream; `None` (a program without a console) drops all output.
        required: Whether a write error ends the command. If not, the rest of the output is dropped
            and the command continues.
    """

    def __init__(self, stream: TextIO | None, *, required: bool) -> None:
        self._stream = stream
        self._is_required = required
        self.encoding: str = getattr(stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the file; rich needs it for old consoles of Windows."""
        return self._stream.fileno() if self._stream else -1

    @property
    def width(self) -> int:
        """The width of a line in cells."""
        columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        return max(MIN_WIDTH, min(columns, MAX_WIDTH))

    @cached_property
    def console(self) -> Console | None:
        """Rich's console for this stream, or `None` without rich."""
        try:
            from rich.console import Console
        except ImportError:
            return None
        # Without a terminal there are no styles, even if an environment variable requests them.
        is_terminal = None if self.isatty() else False
        file = cast("IO[str]", self)
        return Console(
            file=file, force_terminal=is_terminal, highlight=False, markup=False, emoji=False
        )

    def show(self, *lines: TextLine | str) -> None:
        """Write lines of text, without the characters that control a terminal.

        Raises:
            OutputError: The stream is required and cannot be written, for example on a full disk.
        """
        for line in lines:
            pieces = [(line, "")] if isinstance(line, str) else line
            cleaned = [(terminal_safe(text), style) for text, style in pieces]
            if not self.isatty() or self.console is None:
                self.write("".join(text for text, _ in cleaned).rstrip() + "\n")
                continue
            from rich.text import Text

            self.console.print(Text.assemble(*cleaned), soft_wrap=True)

    def show_table(self, table: Table) -> None:
        """Write a table of rich, as wide as the screen.

        Raises:
            OutputError: The stream is required and cannot be written.
        """
        assert self.console is not None
        self.console.size = (self.width, 24)
        if self.isatty():
            self.console.print(table)
            return
        with self.console.capture() as capture:
            self.console.print(table)
        self.write(re.sub(" +\n", "\n", capture.get()))

    def write(self, text: str) -> None:
        """Write text; a character that the encoding does not have is replaced.

        Raises:
            OutputError: The stream is required and cannot be written.
        """
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII).encode(self.encoding, "replace").decode(self.encoding)
        try:
            if self._stream is not None:
                self._stream.write(text)
        except OSError as error:
            self._stop_writing(error)

    def flush(self) -> None:
        """Flush the stream.

        Raises:
            OutputError: The stream is required and cannot be written.
        """
        try:
            if self._stream is not None:
                self._stream.flush()
        except OSError as error:
            self._stop_writing(error)

    def _stop_writing(self, error: OSError) -> None:
        """Send the rest of the output to the null device, also what Python flushes at exit."""
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, self.fileno())
        os.close(null_device)
        self._stream = None
        if self._is_required and error.errno not in _CLOSED_PIPE_ERRORS:
            raise OutputError(f"the output cannot be written ({reason(error)}).", error) from None


def show_json(document: object, screen: Screen) -> None:
    """Write one JSON document in ASCII, which every code page can encode."""
    screen.write(json.dumps(document, indent=1) + "\n")
