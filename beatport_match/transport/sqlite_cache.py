"""The cache: what was understood, in an SQLite file that several programs may share.

It knows SQLite and nothing of asking. A cache is never worth an exception: whatever is wrong with
the file is logged once, and the run goes on without. A file that is damaged is set aside, not
deleted; another program's database is left alone.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from beatport_match._logging import logger
from beatport_match._version import __version__
from beatport_match.matching.protocol import CachedResult, ParsedResult
from beatport_match.transport.cache_codec import decode, encode

T = TypeVar("T")

# "BpMc", where SQLite has a place for it: `file` and we ourselves can tell what this is.
_APPLICATION_ID = 0x42704D63
_FORMAT = 1
MAX_CACHE_BYTES = 256 * 2**20
# Another program's write takes a millisecond; who waits longer asks Beatport instead.
LOCK_TIMEOUT_S = 2.0
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_TABLE = """
    CREATE TABLE answers (key TEXT PRIMARY KEY, stored REAL NOT NULL, answer BLOB NOT NULL);
    CREATE INDEX by_age ON answers (stored);
"""


class SqliteCache:
    """A cache file, opened when first needed; safe to use from several threads.

    Args:
        path: The file; made, for its owner alone, where there is none.
        most_bytes: Where the oldest answers make room for new ones.
        clock: Seconds since 1970, which every program that shares the file agrees on.
    """

    def __init__(
        self,
        path: Path,
        *,
        most_bytes: int = MAX_CACHE_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._most_bytes, self._clock = path, most_bytes, clock
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()
        self._set_aside_before = False
        self._given_up = False

    def get(self, key: str) -> CachedResult | None:
        """The answer of a key, with its age in seconds."""
        return self._try(lambda connection: self._read(connection, key))

    def put(self, key: str, value: ParsedResult) -> None:
        """Keep an answer; the oldest ones go where there is no room."""
        self._try(lambda connection: self._write(connection, key, value))

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self._lock:
            self._close()

    def _read(self, connection: sqlite3.Connection, key: str) -> CachedResult | None:
        row = connection.execute(
            "SELECT stored, answer FROM answers WHERE key = ?", (_versioned(key),)
        ).fetchone()
        if row is None:
            return None
        stored, answer = row
        value = decode(answer) if isinstance(answer, bytes) else None
        if value is None or not isinstance(stored, float):
            connection.execute("DELETE FROM answers WHERE key = ?", (_versioned(key),))
            return None
        return CachedResult(value=value, age_s=self._clock() - stored)

    def _write(self, connection: sqlite3.Connection, key: str, value: ParsedResult) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
            (_versioned(key), self._clock(), encode(value)),
        )
        while _used_bytes(connection) > self._most_bytes and _evict_oldest(connection):
            pass

    def _try(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the file; what is wrong with it is dealt with here."""
        with self._lock:
            if self._given_up:
                return None
            try:
                self._connection = self._connection or _opened(self._path)
                return act(self._connection)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self._amend(error)
            except (OSError, _NotOursError) as error:
                self._close()
                self._give_up(getattr(error, "strerror", None) or str(error))
            return None

    def _amend(self, error: Exception) -> None:
        """Go on after SQLite's complaint: without this answer, with a new file, or without any."""
        # A damaged table may be named in bytes that are no text, which Python then trips over.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _BUSY:
            return
        self._close()
        if code in _DAMAGED and not self._set_aside_before:
            self._set_aside()
        else:
            self._give_up(str(error))

    def _set_aside(self) -> None:
        self._set_aside_before = True
        try:
            aside = _moved(self._path)
        except OSError as error:
            self._give_up(error.strerror or str(error))
        else:
            logger.warning(
                "the cache %s is damaged; it is set aside as %s, and a new one begun",
                self._path.name,
                aside.name,
            )

    def _give_up(self, why: str) -> None:
        self._given_up = True
        logger.warning("the cache %s is not used: %s", self._path.name, why)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


class _NotOursError(Exception):
    """The file is another program's."""


def _opened(path: Path) -> sqlite3.Connection:
    """The file as a connection, with its table."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if not stat.S_ISREG(path.stat().st_mode):
        raise _NotOursError("it is not a regular file")
    # Each call is made by one thread at a time, but not always by the same one.
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
    if not _is_ours(connection):
        connection.execute("BEGIN IMMEDIATE")
        # Another program may have been here between the look and the lock.
        if not _is_ours(connection):
            for statement in filter(str.strip, _TABLE.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")
    # A power cut may cost the last answers.
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _enable_wal(connection)


def _enable_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer not wait for each other, unless somebody is at the file just now."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _BUSY:
            raise


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether this is our cache, or an empty file that may become it (`False`)."""
    # The tables first: they come with our sign, so that whoever sees them can see it, too.
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
            raise _NotOursError("another version of beatport-match wrote it")
        return True
    if tables or application_id:
        raise _NotOursError("it is another program's database")
    return False


def _versioned(key: str) -> str:
    """Another version may read the same page otherwise."""
    return f"{__version__} {key}"


def _used_bytes(connection: sqlite3.Connection) -> int:
    size, pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(size * (pages - free))


def _evict_oldest(connection: sqlite3.Connection) -> int:
    """Delete the oldest tenth, and say how many that were."""
    return connection.execute(
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY stored "
        "LIMIT (SELECT count(*) / 10 + 1 FROM answers))"
    ).rowcount


def _moved(path: Path) -> Path:
    """Give the file another name, and what SQLite keeps beside it with it."""
    number = 1
    while (aside := path.with_name(f"{path.name}.set-aside-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside
