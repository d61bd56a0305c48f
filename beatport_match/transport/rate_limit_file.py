"""A rate limit for the processes of one machine, in a small file.

* The operating system's lock on the file lets one process at a time read and write it. The lock
  ends with the process that holds it, also after `kill -9`.
* The file has a fixed size and is written in one piece, without a rename, so that the lock stays
  with it.
* A file of another program is not changed.
* A problem with the file during a run does not end the run. It is logged once, and until the file
  can be used again, the process uses its own rate limit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, TypeVar

from beatport_match._logging import logger
from beatport_match.errors import SettingsError
from beatport_match.files.guarded_read import reason
from beatport_match.files.locked_file import lock_within, open_to_update
from beatport_match.transport.shared_rate_limit import FORMAT_KEY

T = TypeVar("T")

_BYTES = 512
_HEAD = f'{{"{FORMAT_KEY}": '.encode()
# Another process holds the lock for a tenth of a millisecond.
_LOCK_POLL_S = 0.001
MAX_RATE_LOCK_WAIT_S = 2.0


class FileRateLimiter:
    """A `RateLimiter` for the processes of one user on one machine.

    Processes that name the same file share one rate, its slowdown after blocked responses, and one
    circuit breaker. Give all of them the same rate settings, and one file to each site.
    `settings.rate_limit_file` makes one for you.

    Args:
        path: The file. If it does not exist, it is created with access for its owner only. It must
            be on a disk of this machine.

    Raises:
        SettingsError: The file cannot be created or read, or is not a rate limit file.

    Example:
        ```python
        limiter = FileRateLimiter("beatport.rate")
        with Matcher(rate_limiter=limiter) as matcher:
            matcher.match_playlist("friday.m3u8")
        ```
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._last_text = ""
        self._lock = Lock()
        self._is_reported = False
        try:
            with _open(self._path) as file:
                _read(file)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"{path}: cannot be the rate limit file ({reason(error)}); name another file."
            ) from None

    def update(self, change: Callable[[str], tuple[str, T]], /) -> T:
        """Replace the text in the file while holding its lock.

        Args:
            change: Takes the stored text (`""` if there is none) and returns the new text and a
                result.

        Returns:
            The result of `change`.
        """
        try:
            with _locked(self._path) as file:
                self._last_text, result = change(_read(file))
                _write(file, self._last_text)
                return result
        except OSError as error:
            self._report(error)
        with self._lock:
            self._last_text, result = change(self._last_text)
        return result

    def _report(self, error: OSError) -> None:
        if not self._is_reported:
            self._is_reported = True
            logger.warning(
                "the rate limit file %s cannot be used (%s); this process uses its own rate limit",
                self._path.name,
                reason(error),
            )


def _open(path: Path) -> IO[bytes]:
    return open_to_update(path, 0o600, flags=0)


@contextmanager
def _locked(path: Path) -> Generator[IO[bytes], None, None]:
    """Open the file and hold its lock for the block.

    It does not wait for a process that was suspended while it held the lock.
    """
    with _open(path) as file:
        if not lock_within(file, MAX_RATE_LOCK_WAIT_S, _LOCK_POLL_S):
            raise OSError("another process has locked it for too long")
        yield file


def _read(file: IO[bytes]) -> str:
    """Return the text in the file.

    Raises:
        OSError: It is the file of another program.
    """
    content = file.read(_BYTES + 1)
    # After a power cut, the file may hold zeros.
    is_blank = not content.strip(b"\0")
    if len(content) > _BYTES or not (is_blank or content.startswith(_HEAD)):
        raise OSError("it is not a rate limit file of beatport_match")
    return "" if is_blank else content.decode("ascii", "replace")


def _write(file: IO[bytes], text: str) -> None:
    file.seek(0)
    file.write(text.encode("ascii").ljust(_BYTES))
