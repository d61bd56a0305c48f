"""The streams a command writes to: colour where a person looks, plain text anywhere else.

Whatever stands at the other end (a pipe that closed, an old code page, a full disk) costs at most
the text that it cannot take, never a traceback. It does not know what the text is about.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from beatport_match.cli.text_cells import TextLine, joined
from beatport_match.errors import MisuseError

if TYPE_CHECKING:
    from rich.console import Console

MIN_WIDTH, DEFAULT_WIDTH, MAX_WIDTH = 60, 100, 140
# Our own few signs for code pages that have none of them.
_ASCII = str.maketrans("→…·─", ">~--")
# Windows says EINVAL where others say EPIPE.
_CLOSED_PIPE_ERRORS = {errno.EPIPE, errno.EINVAL}


class Screen:
    """One stream, such as `sys.stdout`; `None` (a program without a console) takes nothing.

    Where `vital`, trouble with the stream is told; else what it cannot take is dropped, and a run
    goes on although nobody can be told how far it is.
    """

    def __init__(self, stream: TextIO | None, *, vital: bool) -> None:
        self._stream = stream
        self._is_required = vital
        self.is_terminal = stream is not None and stream.isatty()
        self._console: Console | None = None

    @property
    def width(self) -> int:
        """The cells of a line."""
        columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
        return max(MIN_WIDTH, min(columns, MAX_WIDTH))

    def console(self) -> Console | None:
        """Rich's console, where the stream is a terminal and rich is installed."""
        if self._console is None and self.is_terminal:
            self._console = _console(self._stream)
        return self._console

    def show(self, *lines: TextLine) -> None:
        """Write lines; the pieces must be clean.

        Raises:
            MisuseError: The stream cannot be written, its disk being full for instance.
        """
        console = self.console()
        for pieces in lines:
            if console is None:
                self.write(joined(pieces) + "\n")
                continue
            from rich.text import Text

            fitting = [(self._fitting(text), style) for text, style in pieces]
            with self._guarded():
                console.print(Text.assemble(*fitting), soft_wrap=True)

    def write(self, text: str) -> None:
        """Write text as it is.

        Raises:
            MisuseError: The stream cannot be written.
        """
        with self._guarded():
            if self._stream is not None:
                self._stream.write(self._fitting(text))

    def flush(self) -> None:
        """Hand over what was written.

        Raises:
            MisuseError: The stream cannot be written.
        """
        with self._guarded():
            if self._stream is not None:
                self._stream.flush()

    def _fitting(self, text: str) -> str:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
        return text

    @contextmanager
    def _guarded(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            self._stop_writing()
            if self._is_required and error.errno not in _CLOSED_PIPE_ERRORS:
                raise MisuseError(f"the output cannot be written ({error.strerror}).") from None

    def _stop_writing(self) -> None:
        """Send the rest, also what Python itself flushes at its exit, to nowhere."""
        stream, self._stream, self._console = self._stream, None, None
        self.is_terminal = False
        if stream is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def show_json(document: object, screen: Screen) -> None:
    """Write one JSON document; ASCII, so that no code page can spoil it for the reader."""
    screen.write(json.dumps(document, indent=1) + "\n")


def _console(stream: TextIO | None) -> Console | None:
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(file=stream, highlight=False, markup=False, emoji=False)
