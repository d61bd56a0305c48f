"""Write a sample library to a folder, and serve the fake Beatport that has its tracks.

    python -m beatport_match.testing FOLDER

The folder gets `collection.xml`, the Rekordbox export of `demo_collection()`, and `settings.toml`,
which sends the requests of the commands to the fake. The fake answers until Return is pressed. If
the command has no terminal, as with `nohup`, it answers until Ctrl-C or the end of its process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from beatport_match.testing import FakeBeatport, demo_collection

_SETTINGS = "settings.toml"
_LONG_S = 3600
_FIRST_LINE = "# Written by `python -m beatport_match.testing`, which must be running."


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files, and serve the fake until Return is pressed, or Ctrl-C.

    Args:
        arguments: The arguments of the command line; default: those of the program.

    Raises:
        SystemExit: The folder cannot be used.

    Example:
        `main(["sample"])`
    """
    parser = argparse.ArgumentParser(prog="python -m beatport_match.testing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
    folder: Path = parser.parse_args(arguments).folder
    with FakeBeatport(latency_s=0.1).serve() as base_url:
        try:
            _write_sample(folder, base_url)
        except OSError as error:
            sys.exit(f"{folder} cannot be written ({error.strerror}): name another folder.")
        with suppress(KeyboardInterrupt):
            _show(f"Sample library: {folder / 'collection.xml'}")
            _show(f"Settings for it: --settings {folder / _SETTINGS}")
            _show("The fake Beatport is running. Press Return to stop it.")
            _wait()


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _wait() -> None:
    """Wait for Return; without an input, wait for the end of the process."""
    # A process in the background that reads from the terminal is stopped by this signal.
    with suppress(AttributeError, ValueError):  # Windows has no such signal, other threads no right
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    try:
        input()
    except (EOFError, OSError, RuntimeError):  # the input is empty, not readable or closed
        _show(f"There is no input: stop it with Ctrl-C, or end the process {os.getpid()}.")
        while True:
            time.sleep(_LONG_S)


def _write_sample(folder: Path, base_url: str) -> None:
    settings = folder / _SETTINGS
    # A folder that this command did not create may hold the library of a user.
    if folder.exists() and not _is_ours(settings):
        sys.exit(f"{folder} exists and is not a sample folder: name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'{_FIRST_LINE}\nbase_url = "{base_url}"\n', "utf-8")
    with demo_collection() as collection:
        shutil.copyfile(collection, folder / "collection.xml")


def _is_ours(settings: Path) -> bool:
    return settings.is_file() and settings.read_bytes().startswith(_FIRST_LINE.encode())


if __name__ == "__main__":
    main()
