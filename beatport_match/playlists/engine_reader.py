"""Read the database of Engine DJ and Engine Prime (`m.db`, SQLite), schemas 1, 2 and 3.

The database is never changed: it is opened as an unchangeable file. If a write-ahead log (WAL) is
beside it, both are copied to a temporary folder first, because SQLite writes while it reads a log.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import reason, require_regular_file
from beatport_match.parsing import field_values
from beatport_match.playlists.named_playlists import (
    Library,
    NamedPlaylist,
    Reference,
    normalize_name,
)
from beatport_match.playlists.source import Entry

_MAX_TEXT_BYTES = 1024 * 1024
_MAX_REASON_LENGTH = 200
_MAX_FOLDER_DEPTH = 64
_KEY_NAME = "track"
_LOOP = "move an entry of it in Engine DJ and back, or export a playlist as CSV"
_REMEDY = "close Engine DJ, then copy the folder Engine Library again, or export a playlist as CSV"
# Tables by which databases of other programs are known.
_OTHER_PROGRAMS = {
    "track_locations": "a library of Mixxx; export the playlist as M3U or CSV from Mixxx",
    "djmdContent": "a database of Rekordbox; export the collection as XML from Rekordbox",
    "database2": "a library of djay; export the playlist as M3U or CSV from djay",
}
# The tables of playlists, by schema: 2 and 3, late 1, early 1.
_LIST_TABLES = {
    "PlaylistEntity": {"PlaylistEntity", "Playlist"},
    "List": {"List", "ListTrackList"},
    "PlaylistTrackList": {"PlaylistTrackList", "Playlist"},
}
_FIELDS = (
    *("id", "file", "title", "artist", "album", "label", "remixer", "year", "bpm", "duration"),
    "key",
)
# In schema 1 the texts of a track are rows of another table, with these numbers: 1 title, 2 artist,
# 3 album, 6 label. The number of the key is 4.
_TRACKS_1 = """
SELECT t.id, {location},
  (SELECT text FROM MetaData m WHERE m.id = t.id AND type = 1),
  (SELECT text FROM MetaData m WHERE m.id = t.id AND type = 2),
  (SELECT text FROM MetaData m WHERE m.id = t.id AND type = 3),
  (SELECT text FROM MetaData m WHERE m.id = t.id AND type = 6),
  NULL, t.year, coalesce(nullif(t.bpmAnalyzed, 0), t.bpm), t.length,
  (SELECT value FROM MetaDataInteger m WHERE m.id = t.id AND type = 4)
FROM Track t ORDER BY t.id
"""
_TRACKS_2 = """
SELECT t.id, {location}, t.title, t.artist, t.album, t.label, t.remixer, t.year,
  coalesce(nullif(t.bpmAnalyzed, 0), t.bpm), t.length, t.key
FROM Track t ORDER BY t.id
"""
# The playlists: number, name, parent and next sibling; and the entries of one: number, track, next
# entry. Late versions of schema 1 keep playlists (type 1) and crates (type 4) in one table.
_PLAYLISTS = {
    "PlaylistEntity": "SELECT id, title, parentListId, nextListId FROM Playlist ORDER BY id",
    "List": """SELECT rowid, path, 0, 0 FROM List
        WHERE type IN (1, 4) AND coalesce(isFolder, 0) = 0 ORDER BY type, ordering, id""",
    "PlaylistTrackList": "SELECT id, title, 0, 0 FROM Playlist ORDER BY id",
}
_ENTRIES = {
    "PlaylistEntity": """SELECT e.id, {track}, e.nextEntityId FROM PlaylistEntity e
        WHERE e.listId = ? ORDER BY e.id""",
    "List": """SELECT 0, e.trackId, 0 FROM List p
        JOIN ListTrackList e ON e.listId = p.id AND e.listType = p.type
        WHERE p.rowid = ? ORDER BY e.trackNumber, e.id""",
    "PlaylistTrackList": """SELECT 0, trackId, 0 FROM PlaylistTrackList
        WHERE playlistId = ? ORDER BY trackNumber, rowid""",
}
# An entry from another database has the number that the track has there.
_ORIGIN = """
CASE WHEN e.databaseUuid IN (SELECT uuid FROM Information) THEN e.trackId ELSE coalesce(
  (SELECT t.id FROM Track t
   WHERE t.originDatabaseUuid = e.databaseUuid AND t.originTrackId = e.trackId), e.trackId) END
"""


class _Database:
    """An open library."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self._file = file
        self._connection = connection
        # Views and virtual tables are left out: those of a hostile file may never end.
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
        listed = {_text(row[0]) for row in connection.execute(query)}
        columns = set[str]()
        if "Track" in listed:
            columns = {_text(row[1]) for row in connection.execute("PRAGMA table_info(Track)")}
        self._is_schema_1 = {"MetaData", "MetaDataInteger"} <= listed
        if not columns or not (self._is_schema_1 or {"title", "artist"} <= columns):
            known = next((text for name, text in _OTHER_PROGRAMS.items() if name in listed), "")
            known = known or (
                "a database (SQLite) that is no Engine library; export the playlist as M3U, TXT, "
                "CSV or XML from its program"
            )
            raise PlaylistError(f"{file}: this is {known}.")
        self._location = "coalesce(nullif(t.uri, ''), t.path)" if "uri" in columns else "t.path"
        has_origin = "Information" in listed and "originTrackId" in columns
        self._track = _ORIGIN if has_origin else "e.trackId"
        self._lists = next((name for name, need in _LIST_TABLES.items() if need <= listed), "")

    def tracks(self) -> Iterator[dict[str, str]]:
        """Yield the values of each track."""
        query = _TRACKS_1 if self._is_schema_1 else _TRACKS_2
        for row in self._connection.execute(query.format(location=self._location)):
            yield dict(zip(_FIELDS, map(_text, row), strict=True))

    def playlists(self) -> dict[int, tuple[str, ...]]:
        """Return the folders and the name of each playlist by number, in the order of Engine."""
        if not self._lists:
            return {}
        rows = self._connection.execute(_PLAYLISTS[self._lists]).fetchall()
        titles = {_int(row[0]): _parts(_text(row[1])) for row in rows}
        children: dict[int, dict[int, int]] = defaultdict(dict)
        for row in rows:
            children[_int(row[2])][_int(row[0])] = _int(row[3])
        found = dict[int, tuple[str, ...]]()
        # A playlist whose parents are a circle is below no root, and is left out.
        _add_children(found, titles, children, 0, (), f"{self._file}: the list of playlists")
        return found

    def entries(self, playlist: int) -> list[str]:
        """Return the numbers of the tracks of a playlist, in its order."""
        query = _ENTRIES[self._lists].format(track=self._track)
        rows = self._connection.execute(query, (playlist,)).fetchall()
        if self._lists != "PlaylistEntity":
            return [_text(row[1]) for row in rows]
        tracks = {_int(row[0]): _text(row[1]) for row in rows}
        following = {_int(row[0]): _int(row[2]) for row in rows}
        order = chained(following, f"{self._file}: the playlist with the number {playlist}")
        return [tracks[number] for number in order]


def chained(following: Mapping[int, int], what: str) -> list[int]:
    """Return the numbers of a linked list in its order.

    Numbers that a damaged list does not reach, because it has a gap, follow at the end.

    Args:
        following: The next number of each one; one that is not a key is the end.
        what: The file and the list, for the error.

    Raises:
        PlaylistError: A number follows itself, so the list has no order.
    """
    order = dict[int, None]()
    reached = set(following.values())
    firsts = [number for number in following if number not in reached]
    for start in (*firsts, *following):
        walked = set[int]()
        number = start
        while number in following and number not in order:
            walked.add(number)
            order[number] = None
            number = following[number]
        if number in walked:
            raise PlaylistError(
                f"{what} never ends, because entry {number} follows itself; {_LOOP}."
            )
    return list(order)


def _add_children(
    found: dict[int, tuple[str, ...]],
    titles: Mapping[int, tuple[str, ...]],
    children: Mapping[int, Mapping[int, int]],
    parent: int,
    folders: tuple[str, ...],
    what: str,
) -> None:
    for number in chained(children.get(parent, {}), what):
        path = (*folders, *titles[number])
        if number not in found and len(path) <= _MAX_FOLDER_DEPTH:
            found[number] = path
            _add_children(found, titles, children, number, path, what)


@contextmanager
def _open(file: Path) -> Generator[_Database, None, None]:
    """Open a library; errors of SQLite become a `PlaylistError`."""
    try:
        require_regular_file(file)
        with _unchangeable_copy(file) as path:
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable={int(path == file)}"
            # The tracks may be read in another thread than the first of them.
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            with closing(connection):
                connection.text_factory = _decoded
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_TEXT_BYTES)
                connection.execute("PRAGMA trusted_schema = OFF")
                yield _Database(file, connection)
    except (sqlite3.Error, OSError, UnicodeError) as error:
        # A message of SQLite quotes the file: it may have several lines, or may not be UTF-8.
        why = field_values.text(reason(error))[:_MAX_REASON_LENGTH]
        raise PlaylistError(
            f"{file}: cannot be read as an Engine library ({why}); {_REMEDY}."
        ) from None


@contextmanager
def _unchangeable_copy(file: Path) -> Generator[Path, None, None]:
    """Yield the file itself, or a copy with its write-ahead log."""
    log = file.with_name(f"{file.name}-wal")
    if not log.is_file() or not log.stat().st_size:
        yield file
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder, "m.db")
        shutil.copyfile(file, copy)
        shutil.copyfile(log, copy.with_name("m.db-wal"))
        yield copy


def _check(file: Path) -> None:
    with _open(file):
        pass


def _entries(file: Path, _key_name: str) -> Iterator[Entry]:
    with _open(file) as database:
        for values in database.tracks():
            texts = {**values, "key": _key(values["key"])}
            yield Entry(f"track {values['id']}", texts, values["id"])


def _playlists(file: Path, wanted: str | None) -> Iterator[NamedPlaylist]:
    with _open(file) as database:
        for number, path in database.playlists().items():
            playlist = NamedPlaylist("/".join(path), path[-1], _KEY_NAME)
            if playlist.is_named(wanted):
                keys = database.entries(number)
                playlist.references = [
                    Reference(key, f"entry {at}") for at, key in enumerate(keys, 1)
                ]
            yield playlist


def _key(value: str) -> str | None:
    """Return the key of a number: 0 C major, 1 A minor, 2 G major, 3 E minor, in fifths."""
    if value not in map(str, range(24)):
        return None
    fifths, minor = divmod(int(value), 2)
    return field_values.key_of_pitch(str((fifths * 7 + minor * 9) % 12), minor=minor == 1)


def _parts(path: str) -> tuple[str, ...]:
    """Split a path of schema 1, `Clubs;Peak;`; any other name is one part."""
    is_path = path.endswith(";")
    return tuple(map(normalize_name, path[:-1].split(";") if is_path else [path]))


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "replace")


LIBRARY = Library("Engine DJ", _check, _entries, _playlists)
