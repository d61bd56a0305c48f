"""Engine DJ libraries: three schemas, playlists as linked lists, and other databases."""

import sqlite3
from contextlib import closing

import pytest
from tables import each_row

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist
from beatport_match.playlists.engine_reader import chained

OWN, OTHER = "11111111-own", "22222222-other"
SCHEMA_1 = """
CREATE TABLE Track (id INTEGER PRIMARY KEY, length INTEGER, bpm INTEGER, year INTEGER, path TEXT,
  filename TEXT, bpmAnalyzed REAL);
CREATE TABLE MetaData (id INTEGER, type INTEGER, text TEXT, PRIMARY KEY (id, type));
CREATE TABLE MetaDataInteger (id INTEGER, type INTEGER, value INTEGER, PRIMARY KEY (id, type));
CREATE TABLE Information (id INTEGER PRIMARY KEY, uuid TEXT, schemaVersionMajor INTEGER);
INSERT INTO Track VALUES (1, 401, 124, 2019, '../Music/tide.mp3', 'tide.mp3', 124.5);
INSERT INTO Track VALUES (2, 0, 0, 0, '../Music/Foam.mp3', 'Foam.mp3', NULL);
INSERT INTO MetaData VALUES (1, 1, 'Tide'), (1, 2, 'Ana'), (1, 3, 'EP'), (1, 6, 'Quay');
INSERT INTO MetaDataInteger VALUES (1, 4, 1);
"""
LISTS_1 = """
CREATE TABLE Playlist (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE PlaylistTrackList (playlistId INTEGER, trackId INTEGER,
  trackIdInOriginDatabase INTEGER, databaseUuid TEXT, trackNumber INTEGER);
INSERT INTO Playlist VALUES (1, 'Peak');
INSERT INTO PlaylistTrackList VALUES (1, 1, 1, '', 2), (1, 2, 2, '', 1);
"""
LISTS_1_18 = """
CREATE TABLE List (id INTEGER, type INTEGER, title TEXT, path TEXT, isFolder NUMERIC,
  trackCount INTEGER, ordering INTEGER, PRIMARY KEY (id, type));
CREATE TABLE ListTrackList (id INTEGER PRIMARY KEY, listId INTEGER, listType INTEGER,
  trackId INTEGER, trackIdInOriginDatabase INTEGER, databaseUuid TEXT, trackNumber INTEGER);
CREATE VIEW Playlist AS SELECT id, title FROM List WHERE type = 1;
INSERT INTO List VALUES (1, 1, 'Peak', 'Peak;', 0, 2, 1), (1, 4, 'House', 'Clubs;House;', 0, 1, 2),
  (2, 2, 'History', 'History;', 0, 1, 3);
INSERT INTO ListTrackList VALUES (1, 1, 1, 1, 1, '', 2), (2, 1, 1, 2, 2, '', 1),
  (3, 1, 4, 2, 2, '', 0);
"""
SCHEMA_2 = f"""
CREATE TABLE Information (id INTEGER PRIMARY KEY, uuid TEXT, schemaVersionMajor INTEGER);
INSERT INTO Information VALUES (1, '{OWN}', 2);
CREATE TABLE Track (id INTEGER PRIMARY KEY, length INTEGER, bpm INTEGER, year INTEGER, path TEXT,
  filename TEXT, bpmAnalyzed REAL, title TEXT, artist TEXT, album TEXT, label TEXT, remixer TEXT,
  key INTEGER, uri TEXT, originDatabaseUuid TEXT, originTrackId INTEGER, trackData BLOB);
CREATE TABLE Playlist (id INTEGER PRIMARY KEY, title TEXT, parentListId INTEGER,
  isPersisted BOOLEAN, nextListId INTEGER);
CREATE TABLE PlaylistEntity (id INTEGER PRIMARY KEY, listId INTEGER, trackId INTEGER,
  databaseUuid TEXT, nextEntityId INTEGER, membershipReference INTEGER);
INSERT INTO Track VALUES
  (1, 401, 124, 2019, '../Music/tide.mp3', 'tide.mp3', 124.5, 'Tide', 'Ana', 'EP', 'Quay', 'Nørd',
   1, NULL, '{OWN}', 1, x'00'),
  (2, 0, 0, 0, '../Music/Foam.mp3', '', 0, '', NULL, NULL, NULL, NULL, NULL, '', '{OTHER}', 9, 0),
  (3, 9, 0, 0, '', '', 0, 'Wave', NULL, NULL, NULL, NULL, NULL,
   'streaming://Beatport%20LINK/Track/77', '{OWN}', 3, 0);
INSERT INTO Playlist VALUES (1, 'Second', 0, 1, 0), (2, 'First', 0, 1, 1), (3, 'Peak', 2, 1, 0);
INSERT INTO PlaylistEntity VALUES (10, 3, 1, '{OWN}', 0, 0), (11, 3, 3, '{OWN}', 12, 0),
  (12, 3, 9, '{OTHER}', 10, 0);
"""


@pytest.fixture
def write(tmp_path):
    def written(*scripts, name="m.db"):
        file = tmp_path / name
        with closing(sqlite3.connect(file)) as connection:
            for script in scripts:
                connection.executescript(script)
        return file

    return written


def titles(file, name=None):
    return [one.title for one in read_playlist(file, name)]


def test_schema_2_is_read(write):
    assert list(read_playlist(write(SCHEMA_2))) == [
        Track(
            "Tide",
            "Ana",
            album="EP",
            label="Quay",
            year=2019,
            bpm=124.5,
            key="Am",
            duration_s=401,
            remixers="Nørd",
            file="../Music/tide.mp3",
            id="1",
        ),
        Track("Foam", file="../Music/Foam.mp3", id="2"),
        Track(
            "Wave",
            duration_s=9,
            beatport_id=77,
            file="streaming://Beatport%20LINK/Track/77",
            id="3",
        ),
    ]


def test_playlists_follow_their_linked_lists(write):
    """An entry from another database is found by the number that its track has there."""
    file = write(SCHEMA_2)
    assert list_playlists(file) == ("First", "First/Peak", "Second")
    assert titles(file, "Peak") == titles(file, "First/Peak") == ["Wave", "Foam", "Tide"]
    assert titles(file, "Second") == []
    with pytest.raises(PlaylistError, match="no playlist is named 'Peek'; there are: 'First'"):
        read_playlist(file, "Peek")


@pytest.mark.parametrize(
    ("lists", "names"),
    [(LISTS_1, ("Peak",)), (LISTS_1_18, ("Peak", "Clubs/House"))],
)
def test_schema_1_is_read(write, lists, names):
    file = write(SCHEMA_1, lists)
    assert next(read_playlist(file)) == Track(
        "Tide",
        "Ana",
        album="EP",
        label="Quay",
        year=2019,
        bpm=124.5,
        key="Am",
        duration_s=401,
        file="../Music/tide.mp3",
        id="1",
    )
    assert list_playlists(file) == names
    assert titles(file, "Peak") == ["Foam", "Tide"]


@pytest.mark.parametrize(
    ("number", "key"),
    [(0, "C"), (2, "G"), (3, "Em"), (9, "Dbm"), (16, "Ab"), (23, "Dm"), (24, None)],
)
def test_key_number_is_a_place_in_the_circle_of_fifths(write, number, key):
    file = write(SCHEMA_2, f"UPDATE Track SET key = {number}")
    assert next(read_playlist(file)).key == key


@each_row(
    "following, order",
    [
        ({}, []),
        ({1: 0, 2: 1, 3: 2}, [3, 2, 1]),
        ({1: 9, 2: 0, 3: 2}, [1, 3, 2]),
        ({1: 3, 2: 3, 3: 0}, [1, 3, 2]),
    ],
)
def test_linked_list_with_a_gap_keeps_every_entry(following, order):
    assert chained(following, "x") == order


@each_row("following", [{1: 2, 2: 1}, {1: 1}, {1: 9, 3: 3}, {3: 1, 1: 2, 2: 1}])
def test_linked_list_with_a_loop_has_no_order(following):
    with pytest.raises(
        PlaylistError, match=r"^x never ends, because entry \d follows itself; move"
    ):
        chained(following, "x")


def test_looped_playlist_is_refused_and_the_others_are_read(write):
    """A loop in the list of the playlists leaves only the whole collection."""
    file = write(SCHEMA_2, "UPDATE PlaylistEntity SET nextEntityId = 11 WHERE id = 12")
    assert titles(file, "Second") == []
    with pytest.raises(PlaylistError, match=r"m\.db: the playlist with the number 3 never ends"):
        titles(file, "Peak")
    file = write("UPDATE Playlist SET nextListId = id WHERE parentListId = 0")
    with pytest.raises(PlaylistError, match=r"m\.db: the list of playlists never ends"):
        list_playlists(file)
    assert len(titles(file)) == 3


def test_playlists_in_a_circle_end(write):
    """They are below no root."""
    file = write(SCHEMA_2, "UPDATE Playlist SET parentListId = 3 WHERE id = 2")
    assert list_playlists(file) == ("Second",)


def test_long_linked_list_is_read(write):
    rows = ", ".join(f"({n}, 3, 1, '{OWN}', {n + 1}, 0)" for n in range(100, 20_000))
    file = write(SCHEMA_2, f"DELETE FROM PlaylistEntity; INSERT INTO PlaylistEntity VALUES {rows}")
    assert len(titles(file, "Peak")) == 19_900


def test_write_ahead_log_is_read_and_the_folder_is_not_changed(write, tmp_path):
    """A track that is only in the log is found; no file of Engine's folder is written."""
    file = write("PRAGMA journal_mode = WAL", SCHEMA_2)
    with closing(sqlite3.connect(file)) as engine:
        engine.execute("UPDATE Track SET title = 'New' WHERE id = 1")
        engine.commit()
        before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        assert "m.db-wal" in before
        assert titles(file)[0] == "New"
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    file = write(SCHEMA_2, name="closed.db")
    assert titles(file)[0] == "Tide"
    assert not list(tmp_path.glob("closed.db-*"))


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("CREATE TABLE track_locations (a)", "a library of Mixxx; export the playlist as M3U"),
        ("CREATE TABLE djmdContent (a)", "a database of Rekordbox; export the collection as XML"),
        ("CREATE TABLE database2 (a)", "a library of djay; export the playlist"),
        ("CREATE TABLE Track (a)", "a database (SQLite) that is no Engine library; export"),
    ],
)
def test_database_of_another_program_is_named(write, script, what):
    file = write(script)
    for call in (read_playlist, list_playlists):
        with pytest.raises(PlaylistError) as caught:
            call(file)
        assert f"this is {what}" in str(caught.value)


def test_view_instead_of_a_table_is_rejected(write):
    """A view of a hostile file could run without end."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x id FROM n"
    file = write(f"CREATE VIEW Track AS {endless}", "CREATE TABLE PlaylistEntity (a)")
    with pytest.raises(PlaylistError, match="no Engine library"):
        read_playlist(file)
    view = f"DROP TABLE Playlist; CREATE VIEW Playlist AS {endless}"
    assert list_playlists(write(SCHEMA_2, view, name="lists.db")) == ()


def test_damaged_database_is_rejected_with_the_remedy(write):
    file = write(SCHEMA_2)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(PlaylistError, match=r"cannot be read as an Engine library \(.*; close Eng"):
        read_playlist(file)


def test_text_over_a_mebibyte_is_rejected(write):
    file = write(SCHEMA_2, "UPDATE Track SET title = printf('%2000000d', 1)")
    with pytest.raises(PlaylistError, match="cannot be read as an Engine library"):
        list(read_playlist(file))


@pytest.mark.parametrize("damage", [b"CREATE TABLE Tr\n\nck", b"CREATE TABLE Tr\xd0\xffck"])
def test_damaged_schema_is_one_sentence(write, damage):
    """SQLite quotes the damaged text, with its line ends and bytes that are not UTF-8."""
    file = write(SCHEMA_2)
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE Track"[: len(damage)], damage))
    with pytest.raises(
        PlaylistError, match=r"cannot be read as an Engine library .*\.\Z"
    ) as caught:
        read_playlist(file)
    assert "\n" not in str(caught.value)
