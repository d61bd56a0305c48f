"""The exit codes of the command, how it handles Ctrl-C, and the errors when it writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from beatport_match.errors import OutputError
from beatport_match.files.guarded_read import reason


class ExitCode(IntEnum):
    """The exit codes: done, finished with failures, usage error, interrupted."""

    DONE = 0
    FAILURES = 1
    MISUSE = 2
    INTERRUPTED = 130


@contextmanager
def interrupts_ignored(*, after_first: bool = False) -> Generator[None, None, None]:
    """Ignore Ctrl-C in the block, so that no file stays incomplete.

    Args:
        after_first: The first Ctrl-C still raises `KeyboardInterrupt`. The ones after it are
            ignored, so that the cleanup removes the unfinished files.
    """
    is_main_thread = threading.current_thread() is threading.main_thread()
    if not is_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def interrupt_once(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt_once if after_first else signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def writing_to(path: Path, option: str, *, is_folder: bool = False) -> Generator[None, None, None]:
    """Write to the path that an option names, without an interruption by Ctrl-C.

    Raises:
        OutputError: The block failed to write. The error names the option.
    """
    try:
        with interrupts_ignored():
            yield
    except (OSError, ValueError) as error:
        fault = "cannot write to this folder" if is_folder else "cannot be written"
        other = "folder" if is_folder else "file"
        raise OutputError(
            f"{path}: {fault} ({reason(error)}); choose another {other} with {option}.", error
        ) from None
