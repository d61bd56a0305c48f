"""Each kind of library and playlist opens in the example, by its file or by its folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

import pytest
from audio_files import mp3
from playlist_files import FILE_FILTER, PATTERNS, names_in, tracks_in

ENTRY = (
    '<ENTRY TITLE="Tide" ARTIST="Ana"><LOCATION DIR="/:Music/:" FILE="t.mp3" VOLUME="C:"/></ENTRY>'
)
TEXTS = {
    "collection.xml": '<?xml version="1.0"?><DJ_PLAYLISTS Version="1.0.0"><COLLECTION Entries="1">'
    '<TRACK TrackID="1" Name="Tide" Artist="Ana"/></COLLECTION></DJ_PLAYLISTS>',
    "collection.nml": f'<NML VERSION="19"><COLLECTION>{ENTRY}</COLLECTION></NML>',
    "database.xml": '<?xml version="1.0"?><VirtualDJ_Database Version="8.5"><Song FilePath="t.mp3">'
    '<Tags Author="Ana" Title="Tide"/></Song></VirtualDJ_Database>',
    "Library.xml": '<?xml version="1.0"?><plist version="1.0"><dict><key>Tracks</key><dict>'
    "<key>7</key><dict><key>Track ID</key><integer>7</integer><key>Name</key><string>Tide</string>"
    "<key>Artist</key><string>Ana</string></dict></dict></dict></plist>",
    "list.xspf": '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">'
    "<trackList><track><creator>Ana</creator><title>Tide</title></track></trackList></playlist>",
    "list.m3u8": "#EXTM3U\n#EXTINF:300,Ana - Tide\nt.mp3\n",
    "list.pls": "[playlist]\nFile1=t.mp3\nTitle1=Ana - Tide\nNumberOfEntries=1\n",
    "disc.cue": 'FILE "d.wav" WAVE\n  TRACK 01 AUDIO\n    TITLE "Tide"\n    PERFORMER "Ana"\n',
    "list.csv": "Title,Artist\nTide,Ana\n",
    "list.tsv": "Title\tArtist\nTide\tAna\n",
    "set.txt": "1. Ana - Tide\n2. Ana - Foam\n",
}


def block(tag: str, content: bytes) -> bytes:
    return tag.encode() + len(content).to_bytes(4) + content


def write_serato(file: Path) -> None:
    texts = {"pfil": "Music/t.mp3", "tsng": "Tide", "tart": "Ana"}
    record = b"".join(block(tag, text.encode("utf-16-be")) for tag, text in texts.items())
    version = "2.0/Serato Scratch LIVE Database".encode("utf-16-be")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(block("vrsn", version) + block("otrk", record))


def write_engine(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            """
            CREATE TABLE Information (id INTEGER, uuid TEXT, schemaVersionMajor INTEGER);
            INSERT INTO Information VALUES (1, 'own', 2);
            CREATE TABLE Track (id INTEGER PRIMARY KEY, length INTEGER, bpm INTEGER, year INTEGER,
              path TEXT, filename TEXT, bpmAnalyzed REAL, title TEXT, artist TEXT, album TEXT,
              label TEXT, remixer TEXT, key INTEGER, uri TEXT, originDatabaseUuid TEXT,
              originTrackId INTEGER, trackData BLOB);
            INSERT INTO Track (id, path, filename, title, artist)
              VALUES (1, '../t.mp3', 't.mp3', 'Tide', 'Ana');
            CREATE TABLE Playlist (id INTEGER PRIMARY KEY, title TEXT, parentListId INTEGER,
              isPersisted BOOLEAN, nextListId INTEGER);
            CREATE TABLE PlaylistEntity (id INTEGER PRIMARY KEY, listId INTEGER, trackId INTEGER,
              databaseUuid TEXT, nextEntityId INTEGER, membershipReference INTEGER);
            """
        )


def first_title(path: Path) -> str:
    names_in(path)
    found = tracks_in(path, "")
    assert (found.trouble, found.problems) == ("", ())
    return str(found.tracks[0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_of_each_kind_opens(tmp_path: Path, name: str) -> None:
    """The file dialog offers it."""
    (tmp_path / name).write_text(TEXTS[name], encoding="utf-8")
    assert first_title(tmp_path / name) == "Ana - Tide"
    assert any(fnmatch(name, pattern) for pattern in PATTERNS)


@pytest.mark.parametrize(
    ("write", "folder", "name"),
    [(write_serato, "_Serato_", "database V2"), (write_engine, "Engine Library/Database2", "m.db")],
    ids=["serato", "engine"],
)
def test_a_library_of_several_files_opens(
    tmp_path: Path, write: object, folder: str, name: str
) -> None:
    """By its folder, and by its file."""
    assert callable(write)
    write(tmp_path / folder / name)
    assert first_title(tmp_path / folder.partition("/")[0]) == "Ana - Tide"
    assert first_title(tmp_path / folder / name) == "Ana - Tide"
    assert any(fnmatch(name, pattern) for pattern in PATTERNS)
    assert "*.crate" in FILE_FILTER


def test_a_folder_of_music_opens(tmp_path: Path) -> None:
    (tmp_path / "t.mp3").write_bytes(mp3({"title": "Tide", "artist": "Ana"}))
    assert names_in(tmp_path) == ()
    assert first_title(tmp_path) == "Ana - Tide"
