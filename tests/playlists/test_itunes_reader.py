"""iTunes libraries: tracks, playlists, the allowed DOCTYPE and its limits."""

from html import escape

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n'
)


def plist(value):
    """Write a value as an element of a property list."""
    if isinstance(value, dict):
        pairs = "".join(f"<key>{escape(name)}</key>{plist(one)}\n" for name, one in value.items())
        return f"<dict>\n{pairs}</dict>"
    if isinstance(value, list):
        return f"<array>{''.join(map(plist, value))}</array>"
    if value is True:
        return "<true/>"
    kind = "integer" if isinstance(value, int) else "string"
    return f"<{kind}>{escape(str(value))}</{kind}>"


def items(*numbers):
    return [{"Track ID": number} for number in numbers]


TRACKS = {
    "7": {
        "Track ID": 7,
        "Name": "Tide & Foam",
        "Artist": "Ana",
        "Album": "Harbour EP",
        "Year": 2019,
        "BPM": 124,
        "Total Time": 401500,
        "Location": "file:///Users/ana/Tide%20A.mp3",
    },
    "8": {"Track ID": 8, "Name": "Talk", "Podcast": True},
    "9": {"Track ID": 9, "Name": "Wave"},
}
PLAYLISTS = [
    {"Name": "Library", "Master": True, "Playlist Items": items(7, 8, 9)},
    {"Name": "Music", "Distinguished Kind": 4, "Playlist Items": items(7)},
    {"Name": "Clubs", "Playlist Persistent ID": "A1", "Folder": True, "Playlist Items": items(7)},
    {"Name": "Peak", "Parent Persistent ID": "A1", "Playlist Items": items(9, 7, 9)},
]


@pytest.fixture
def write(tmp_path):
    def written(document, head=HEAD):
        file = tmp_path / "Library.xml"
        text = document if isinstance(document, str) else plist(document)
        file.write_text(f"{head}{text}\n</plist>", encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize("order", [("Tracks", "Playlists"), ("Playlists", "Tracks")])
def test_reads_tracks_and_playlists_in_any_order(write, order):
    """Lists of the system, folders and podcasts are left out."""
    sections = {"Tracks": TRACKS, "Playlists": PLAYLISTS}
    file = write({"Major Version": 1, **{name: sections[name] for name in order}})
    tide = Track(
        "Tide & Foam",
        "Ana",
        album="Harbour EP",
        year=2019,
        bpm=124.0,
        duration_s=401.5,
        file="/Users/ana/Tide A.mp3",
        id="7",
    )
    wave = Track("Wave", id="9")
    assert list(read_playlist(file)) == [tide, wave]
    assert list_playlists(file) == ("Clubs/Peak",)
    assert list(read_playlist(file, "Peak")) == [wave, tide, wave]


def test_empty_values_are_unknown(write):
    (found,) = read_playlist(write({"Tracks": {"1": {"Name": "Tide", "Artist": "", "Album": ""}}}))
    assert found == Track("Tide")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (HEAD.replace('.dtd">', '.dtd" [<!ENTITY a "b">]>'), "it has a DOCTYPE"),
        (HEAD.replace("Apple", "Other"), "it has a DOCTYPE"),
        ("<!DOCTYPE plist SYSTEM 'http://192.0.2.1/x.dtd'><plist>", "it has a DOCTYPE"),
    ],
)
def test_other_doctypes_are_rejected(write, head, why):
    with pytest.raises(PlaylistError, match=f"line .: is not an iTunes library: {why}; export"):
        read_playlist(write({"Tracks": TRACKS}, head))


def test_entity_of_the_definition_is_rejected(write):
    """The definition of the DOCTYPE is not loaded, so an entity can have no value."""
    file = write("<dict><key>Tracks</key><dict><key>1</key><dict><key>Name</key>"
                 "<string>&x;</string></dict></dict></dict>")  # fmt: skip
    with pytest.raises(PlaylistError, match="it uses the entity 'x'"):
        list(read_playlist(file))


def test_text_over_64_kib_is_rejected(write):
    file = write({"Tracks": {"1": {"Name": "x" * 200_000}}})
    with pytest.raises(PlaylistError, match="one text is longer than 65536 characters"):
        list(read_playlist(file))
