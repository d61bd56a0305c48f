"""Libraries are read one entry at a time: a large file needs no more memory than a small one."""

import gc
import sqlite3
import tracemalloc
from contextlib import closing

import pytest
from test_engine_reader import OWN, SCHEMA_2
from test_itunes_reader import HEAD, plist
from test_serato_reader import VERSION, record
from test_traktor_reader import HEAD as NML_HEAD
from test_traktor_reader import entry

from beatport_match.playlists import read_playlist

COUNT = 2500
MAX_PEAK_BYTES = 600_000


def nml():
    yield NML_HEAD.format(19) + "<COLLECTION>"
    yield from (entry(f"Tide {n}", ARTIST=f"Ana {n}") for n in range(COUNT))
    yield "</COLLECTION></NML>"


def itunes():
    yield f"{HEAD}<dict><key>Tracks</key><dict>"
    for n in range(COUNT):
        yield f"<key>{n}</key>{plist({'Track ID': n, 'Name': f'Tide {n}', 'Artist': 'Ana'})}\n"
    yield "</dict></dict></plist>"


def virtualdj():
    yield "<VirtualDJ_Database>"
    yield from (f'<Song FilePath="{n}"><Tags Title="Tide {n}"/></Song>' for n in range(COUNT))
    yield "</VirtualDJ_Database>"


def xspf():
    yield "<playlist><trackList>"
    yield from (f"<track><title>Tide {n}</title></track>\n" for n in range(COUNT))
    yield "</trackList></playlist>"


def cue():
    yield from (f'TRACK 01 AUDIO\nTITLE "Tide {n}"\n' for n in range(COUNT))


def pls():
    yield "[playlist]\n"
    yield from (f"File{n}=/a/b.mp3\nTitle{n}=Ana - Tide {n}\n" for n in range(COUNT))


def track_list():
    yield from (f"{n % 999}. Ana - Tide {n}\n" for n in range(COUNT))


def serato():
    yield VERSION
    yield from (record(pfil=f"a/{n}.mp3", tsng=f"Tide {n}") for n in range(COUNT))


@pytest.mark.parametrize("parts", [nml, itunes, virtualdj, xspf, cue, pls, track_list, serato])
def test_memory_does_not_grow_with_the_file(tmp_path, parts):
    file = tmp_path / "library"
    with file.open("wb") as out:
        out.writelines(one if isinstance(one, bytes) else one.encode() for one in parts())
    assert_flat(file)


def test_memory_does_not_grow_with_an_engine_library(tmp_path):
    file = tmp_path / "m.db"
    columns = "(id, title, originDatabaseUuid, originTrackId)"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(f"{SCHEMA_2} DELETE FROM Track;")
        rows = [(n, f"Tide {n}", OWN, n) for n in range(COUNT)]
        connection.executemany(f"INSERT INTO Track {columns} VALUES (?, ?, ?, ?)", rows)
        connection.commit()
    assert_flat(file)


def assert_flat(file):
    next(read_playlist(file))  # memory of imports and of compiled patterns is not counted
    gc.collect()
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_playlist(file))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == COUNT
    assert peak < MAX_PEAK_BYTES
