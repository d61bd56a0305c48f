"""The cache on disk: parsed results in an SQLite file that several programs may share.

* A problem with the file never raises an exception. It is logged once, and the run continues
  without the cache. If another program locks the file for too long, only this read or write is
  skipped, and nothing is logged.
* A damaged cache is renamed and not deleted, and a new one is created. A view or a trigger is such
  damage, because it may never end.
* A file that is not a cache, such as a playlist or a database of another program, is not changed.
* The key of an entry contains the version of this library, because another version may parse the
  same page differently.
* Above the size limit, the oldest tenth of the entries is deleted.

The request flow decides how long an entry is valid; this module only returns its age.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from beatport_match._logging import logger
from beatport_match._version import __version__
from beatport_match.errors import SettingsError
from beatport_match.files.guarded_read import reason, require_regular_file
from beatport_match.matching.protocol import CachedResult, ParsedResult
from beatport_match.transport.cache_codec import decode, encode

T = TypeVar("T")

# "BpMc" in SQLite's field for the file type, from which the program `file` and this module
# recognise a cache.
_APPLICATION_ID = 0x42704D63
_FORMAT = 1
MAX_CACHE_BYTES = 256 * 2**20
# A write of another program takes a millisecond. After this wait, the cache is skipped.
LOCK_TIMEOUT_S = 2.0
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_SCHEMA = (
    "CREATE TABLE answers (key TEXT PRIMARY KEY, stored REAL NOT NULL, answer BLOB NOT NULL)",
    "CREATE INDEX by_age ON answers (stored)",
)
# The beginning of an SQLite file, and the place of the application ID in it.
_SQLITE_HEADER = b"SQLite format 3\0"
_ID_PLACE = slice(68, 72)
_NO_CACHE = "it is not a cache of beatport_match; name another file"


class SqliteCache:
    """A cache file, opened on first use; several threads may use it.

    Args:
        path: The file. If it does not exist, it is created with access for its owner only.
        max_bytes: The size above which the oldest entries are deleted.
        clock: Returns the seconds since 1970, so that all programs that share the file agree on the
            age.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = MAX_CACHE_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._max_bytes, self._clock = path, max_bytes, clock
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()
        self._was_set_aside = False
        self._is_disabled = False

    def get(self, key: str) -> CachedResult | None:
        """Return the result under a key, with its age; `None` if there is none."""
        return self._try(lambda connection: self._read(connection, key))

    def put(self, key: str, value: ParsedResult) -> None:
        """Store a result under a key, and delete the oldest entries above the size limit."""
        self._try(lambda connection: self._write(connection, key, value))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._close()

    def _read(self, connection: sqlite3.Connection, key: str) -> CachedResult | None:
        row = connection.execute(
            "SELECT stored, answer FROM answers WHERE key = ?", (_versioned(key),)
        ).fetchone()
        if row is None:
            return None
        stored_at, data = row
        value = decode(data) if isinstance(data, bytes) else None
        if value is None or not isinstance(stored_at, float):
            connection.execute("DELETE FROM answers WHERE key = ?", (_versioned(key),))
            return None
        return CachedResult(value=value, age_s=self._clock() - stored_at)

    def _write(self, connection: sqlite3.Connection, key: str, value: ParsedResult) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
            (_versioned(key), self._clock(), encode(value)),
        )
        while _used_bytes(connection) > self._max_bytes and _delete_oldest(connection):
            pass

    def _try(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """Run an action on the open file; return `None` after any problem with the file."""
        with self._lock:
            if self._is_disabled:
                return None
            try:
                self._connection = self._connection or _open(self._path)
                return action(self._connection)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self._recover(error)
            except (OSError, _ForeignFileError) as error:
                self._close()
                self._disable(reason(error))
            return None

    def _recover(self, error: Exception) -> None:
        """Handle an SQLite error: skip this action, replace a damaged file, or disable the cache.

        A damaged file is replaced once; if the new one is damaged as well, the cache is disabled.
        """
        # In a damaged file, a table's name may be bytes that are not text. Python then raises
        # UnicodeDecodeError, which has no error code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _BUSY:
            return
        self._close()
        if code in _DAMAGED and not is_cache_file(self._path):
            self._disable(_NO_CACHE)
        elif code in _DAMAGED and not self._was_set_aside:
            self._set_aside()
        else:
            self._disable(str(error))

    def _set_aside(self) -> None:
        self._was_set_aside = True
        try:
            new_path = _rename(self._path)
        except OSError as error:
            self._disable(reason(error))
        else:
            logger.warning(
                "the cache %s is damaged; it is renamed to %s, and a new one is created",
                self._path.name,
                new_path.name,
            )

    def _disable(self, reason: str) -> None:
        self._is_disabled = True
        # The root of a disk has no name.
        logger.warning("the cache %s is not used: %s", self._path.name or self._path, reason)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def require_cache_file(path: Path) -> None:
    """Check that a path is free, or the file of a cache.

    Raises:
        SettingsError: Another program or person wrote the file.
    """
    with suppress(OSError):
        if path.is_file() and not is_cache_file(path):
            raise SettingsError(f"{path}: cannot be the cache: {_NO_CACHE}.")


def is_cache_file(path: Path) -> bool:
    """Return whether a file is empty or begins as a cache, which may be damaged."""
    try:
        with path.open("rb") as file:
            head = file.read(_ID_PLACE.stop)
    except OSError:
        return False
    is_cache = head.startswith(_SQLITE_HEADER) and (
        head[_ID_PLACE] == _APPLICATION_ID.to_bytes(4, "big")
    )
    return is_cache or not head


class _ForeignFileError(Exception):
    """The file is not a cache of this version of the library."""


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, create it if it does not exist, and return a connection with the table."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    require_regular_file(path)
    # The cache's lock lets only one thread at a time use the connection, but any thread may.
    connection = sqlite3.connect(
        path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Create the table in an empty file, and set the modes of the connection."""
    if not _is_cache(connection):
        connection.execute("BEGIN IMMEDIATE")
        # Another program may have created the table between the first check and the lock.
        if not _is_cache(connection):
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")
    schema = {row[0] for row in connection.execute("SELECT sql FROM sqlite_master")}
    # The index of the primary key has no statement.
    if schema - {None} != set(_SCHEMA):
        raise sqlite3.DatabaseError("its tables were changed")
    # With NORMAL, the entries that were written last may be missing after a power cut.
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _enable_wal(connection)


def _enable_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode, in which readers and a writer do not wait for each other.

    If another program is using the file at this moment, the mode stays as it is.
    """
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _BUSY:
            raise


def _is_cache(connection: sqlite3.Connection) -> bool:
    """Return whether the file is a cache (`True`) or empty (`False`).

    Raises:
        _ForeignFileError: It is neither.
    """
    # The tables are counted first. They are created in one transaction with the application ID, so
    # a check that sees the tables also sees the ID.
    tables, application_id, format_ = (
        connection.execute(query).fetchone()[0]
        for query in (
            "SELECT count(*) FROM sqlite_master",
            "PRAGMA application_id",
            "PRAGMA user_version",
        )
    )
    if application_id == _APPLICATION_ID:
        if format_ != _FORMAT:
            raise _ForeignFileError("another version of beatport-match wrote it")
        return True
    if tables or application_id:
        raise _ForeignFileError("it is another program's database")
    return False


def _versioned(key: str) -> str:
    return f"{__version__} {key}"


def _used_bytes(connection: sqlite3.Connection) -> int:
    page_size, pages, free_pages = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(page_size * (pages - free_pages))


def _delete_oldest(connection: sqlite3.Connection) -> int:
    """Delete the oldest tenth of the entries, and return their number."""
    return connection.execute(
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY stored "
        "LIMIT (SELECT count(*) / 10 + 1 FROM answers))"
    ).rowcount


def _rename(path: Path) -> Path:
    """Rename the file and the files that SQLite keeps beside it; return the new path."""
    number = 1
    while (new_path := path.with_name(f"{path.name}.set-aside-{number}")).exists():
        number += 1
    path.rename(new_path)
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{new_path}{suffix}")
    return new_path
