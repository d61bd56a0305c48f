"""The output streams of the command line: colours on a terminal, plain text elsewhere.

A stream can be a closed pipe, an old code page or a full disk. A character that the stream cannot
encode is replaced. After a write error the rest of the output is dropped; only an error of the
standard output, other than a closed pipe, ends the command, with one sentence.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from beatport_match.cli.text_cells import TextLine, plain_text
from beatport_match.errors import MisuseError
from beatport_match.files.guarded_read import reason

if TYPE_CHECKING:
    from rich.console import Console

MIN_WIDTH, DEFAULT_WIDTH, MAX_WIDTH = 60, 100, 140
# Replacements of our own symbols for code pages without them.
_ASCII = str.maketrans("→…·─", ">~--")
# Windows reports a closed pipe as EINVAL, other systems as EPIPE.
_CLOSED_PIPE_ERRORS = {errno.EPIPE, errno.EINVAL}


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
        self._console: Console | None = None

    @property
    def width(self) -> int:
        """The width of a line in cells."""
        columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        return max(MIN_WIDTH, min(columns, MAX_WIDTH))

    def console(self) -> Console | None:
        """Return rich's console if the stream is a terminal and rich is installed."""
        if self._console is None and self.is_terminal:
            self._console = _console(self._stream)
        return self._console

    def show(self, *lines: TextLine) -> None:
        """Write lines of text that `text_cells.clean` has cleaned.

        Raises:
            MisuseError: The stream is required and cannot be written, for example on a full disk.
        """
        console = self.console()
        for pieces in lines:
            if console is None:
                self.write(plain_text(pieces) + "\n")
                continue
            from rich.text import Text

            encodable = [(self._encodable(text), style) for text, style in pieces]
            with self._write_errors_handled():
                console.print(Text.assemble(*encodable), soft_wrap=True)

    def write(self, text: str) -> None:
        """Write text as it is.

        Raises:
            MisuseError: The stream is required and cannot be written.
        """
        with self._write_errors_handled():
            if self._stream is not None:
                self._stream.write(self._encodable(text))

    def flush(self) -> None:
        """Flush the stream.

        Raises:
            MisuseError: The stream is required and cannot be written.
        """
        with self._write_errors_handled():
            if self._stream is not None:
                self._stream.flush()

    def _encodable(self, text: str) -> str:
        """Replace the characters that the encoding of the stream does not have."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
        return text

    @contextmanager
    def _write_errors_handled(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            self._stop_writing()
            if self._is_required and error.errno not in _CLOSED_PIPE_ERRORS:
                raise MisuseError(f"the output cannot be written ({reason(error)}).") from None

    def _stop_writing(self) -> None:
        """Send the rest of the output to the null device, also what Python flushes at exit."""
        stream, self._stream, self._console = self._stream, None, None
        self.is_terminal = False
        if stream is not None:
            null_device = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null_device, stream.fileno())
            os.close(null_device)


def show_json(document: object, screen: Screen) -> None:
    """Write one JSON document in ASCII, which every code page can encode."""
    screen.write(json.dumps(document, indent=1) + "\n")


def _console(stream: TextIO | None) -> Console | None:
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(file=stream, highlight=False, markup=False, emoji=False)
