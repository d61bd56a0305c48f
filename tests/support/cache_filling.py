"""What a process of a test does with a shared cache; a new process imports this file quickly."""

from __future__ import annotations

from pathlib import Path

from beatport_match.matching.protocol import ParsedResult
from beatport_match.transport.sqlite_cache import SqliteCache


def fill(path: Path, start: int, value: ParsedResult) -> None:
    """Store fifty entries."""
    cache = SqliteCache(path)
    for number in range(start, start + 50):
        # If the file is busy for too long, the entry is not stored; so try again.
        while cache.get(str(number)) is None:
            cache.put(str(number), value)
    cache.close()
