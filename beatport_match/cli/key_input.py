"""Read keys one at a time: without Enter on a terminal, one line for each key elsewhere.

The terminal is restored at the end of the block, also after an exception.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

# What terminals send for the arrow keys; programs can switch them between the two forms.
_ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down"}
_WINDOWS_ARROWS = {"H": "up", "P": "down"}
# A pasted text is more than one key.
_MAX_KEY_BYTES = 16
# Without it, Ctrl-C and Ctrl-Z are characters on Windows.
_INTERRUPT = "\x03"
_END_OF_INPUT = {"\x04", "\x1a"}


@contextmanager
def keys_from(stream: TextIO | None) -> Generator[Iterator[str], None, None]:
    """Yield an iterator over the keys of a stream, such as `sys.stdin`.

    A key is one character in lower case, `up` or `down`. The iterator ends with the input.
    """
    if stream is None or not stream.isatty():
        yield _lines(stream or ())
    elif sys.platform == "win32":
        import msvcrt

        yield _windows_keys(msvcrt.getwch)
    else:
        import termios
        import tty

        terminal = stream.fileno()
        before = termios.tcgetattr(terminal)
        try:
            # Keys come at once and are not shown; Ctrl-C still interrupts.
            tty.setcbreak(terminal)
            yield _posix_keys(terminal)
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _lines(stream: Iterable[str]) -> Iterator[str]:
    try:
        for line in stream:
            yield line.strip().lower()
    except (OSError, ValueError):
        # Standard input is closed, or is not text.
        return


def _posix_keys(terminal: int) -> Iterator[str]:
    while data := os.read(terminal, _MAX_KEY_BYTES):
        text = data.decode("utf-8", "replace")
        if text in _END_OF_INPUT:
            return
        yield _ARROWS.get(text, text.lower())


def _windows_keys(read: Callable[[], str]) -> Iterator[str]:
    while (text := read()) not in _END_OF_INPUT:
        if text == _INTERRUPT:
            raise KeyboardInterrupt
        if text in {"\x00", "\xe0"}:
            yield _WINDOWS_ARROWS.get(read(), "")
        else:
            yield text.lower()
