"""Damaged files of each format: any damage gives tracks or a `PlaylistError`."""

import random
import sqlite3
from contextlib import closing

import pytest
from audio_files import KINDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_engine_reader import LISTS_1_18, SCHEMA_1, SCHEMA_2
from test_itunes_reader import HEAD as PLIST_HEAD
from test_itunes_reader import PLAYLISTS, TRACKS, plist
from test_serato_reader import CRATE, FOAM, FULL, VERSION, record

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist

pytestmark = pytest.mark.fuzz
NML = """<?xml version="1.0" encoding="UTF-8"?><NML VERSION="19"><COLLECTION ENTRIES="1">
<ENTRY TITLE="Tide" ARTIST="Ana"><LOCATION DIR="/:a/:" FILE="t.mp3" VOLUME="C:"></LOCATION>
<INFO LABEL="Quay" KEY="4d" PLAYTIME_FLOAT="401.5" RELEASE_DATE="2019/5/3"></INFO>
<TEMPO BPM="124.5"></TEMPO><MUSICAL_KEY VALUE="9"></MUSICAL_KEY></ENTRY></COLLECTION><PLAYLISTS>
<NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES><NODE TYPE="PLAYLIST" NAME="Peak"><PLAYLIST><ENTRY>
<PRIMARYKEY KEY="C:/:a/:t.mp3"/></ENTRY></PLAYLIST></NODE></SUBNODES></NODE></PLAYLISTS></NML>"""
VIRTUALDJ = """<VirtualDJ_Database Version="8.5"><Song FilePath="D:\\a\\t.mp3"><Tags Author="Ana"
Title="Tide" Remix="Dub" Year="20190503" Bpm="0.49"/><Infos SongLength="401.5"/><Scan Bpm="0.49"
Key="A"/></Song><Song FilePath="netsearch://bp123"/></VirtualDJ_Database>"""
XSPF = """<playlist><trackList><track><location>file:///a/b.mp3</location><title>Tide</title>
<duration>401500</duration></track></trackList></playlist>"""
M3U = """#EXTM3U\n#EXTENC: windows-1252\n#EXTVDJ:<artist>Ana</artist><title>Tide</title>\n/a/b.mp3
#EXTINF:401,Ana - Foam\nhttps://www.beatport.com/track/foam/123\n"""
CUE = 'PERFORMER "Bo"\nTRACK 01 AUDIO\nTITLE "Tide"\nPERFORMER "Ana"\nINDEX 01 00:00:00\n'
PLS = "[playlist]\nFile1=/a/b.mp3\nTitle1=Ana - Tide\nLength1=401\n"
CSV = (
    "sep=;\nTrack Name;Artist Name(s);Time;Key;Mode;Tempo\nTide;Ana;0:00;9;1;122,0\nFoam;;6:41;;;\n"
)
LIST = "Friday\n1. Ana - Tide\n[04:12] Tom – Foam\nWave by Bo\n"


def database(*scripts):
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            connection.executescript(script)
        return connection.serialize()


SAMPLES = {
    "traktor": NML.encode(),
    "itunes": f"{PLIST_HEAD}{plist({'Tracks': TRACKS, 'Playlists': PLAYLISTS})}</plist>".encode(),
    "virtualdj": VIRTUALDJ.encode(),
    "xspf": XSPF.encode(),
    "serato": VERSION + FULL + FOAM,
    "crate": CRATE + record(ptrk="a/b.mp3"),
    "engine 1": database(SCHEMA_1, LISTS_1_18),
    "engine 2": database(SCHEMA_2),
    "m3u": M3U.encode(),
    "pls": PLS.encode(),
    "cue": CUE.encode(),
    "csv": CSV.encode(),
    "csv utf-16": CSV.encode("utf-16-le"),
    "list": LIST.encode("mac-roman", "replace"),
    **{kind: write({"title": "Tide", "artist": "Ana"}) for kind, write in KINDS.items()},
}
INSERTED = (
    b"\0",
    b"\xff" * 4,
    b"<",
    b"&#0;",
    b'"',
    b"\x7f\xff\xff\xff",
    b"\r",
    b"\xd8\x00",
    b"99999",
)


def damaged(content, seed):
    """Change, remove, repeat, insert or cut off bytes at up to four places."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.choice((1, 2, 4, 30)))
        content = chance.choice(
            (
                content[:at] + chance.randbytes(end - at) + content[end:],
                content[:at] + content[end:],
                content[:end] + content[at:],
                content[:at] + chance.choice(INSERTED) + content[at:],
                content[:at] if chance.random() < 0.3 else content,
            )
        )
    return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(kind=st.sampled_from(sorted(SAMPLES)), seed=st.integers(0, 2**32))
def test_damage_gives_tracks_or_a_playlist_error(folder, kind, seed):
    check(folder, kind, damaged(SAMPLES[kind], seed))


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_samples_are_read(folder, kind):
    assert check(folder, kind, SAMPLES[kind]), kind


def check(folder, kind, content):
    """Read a file, or a folder with it; return the number of tracks."""
    music = folder / kind.replace(" ", "")
    music.mkdir(exist_ok=True)
    path = file = music / f"file.{kind}"
    file.write_bytes(content)
    if kind in KINDS:
        path = music
    count = 0
    try:
        for name in (None, *list_playlists(path)[:2]):
            for one in read_playlist(path, name, on_problem=str):
                assert isinstance(one, Track)
                count += 1
    except PlaylistError as error:
        message = str(error)
        assert message.startswith(str(path))
        assert "\n" not in message
        assert message.endswith(".")
    return count
