"""Untrusted playlist files: any bytes give tracks or a `PlaylistError`, never another exception."""

from unicodedata import category

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists import PlaylistProblem, list_playlists, read_playlist

pytestmark = pytest.mark.fuzz
PIECES = st.sampled_from(
    [
        *("<?xml version='1.0'?>", "<?xml version='1.0' encoding='cp037'?>", "<DJ_PLAYLISTS>"),
        *("<COLLECTION>", "</COLLECTION>", "<TRACK TrackID='1' Name='a'/>", "<TRACK Key='1'/>"),
        *("<TRACK TrackID='1' Location='file://localhost/%ff%00/a.mp3' Year='1' />", "&#0;"),
        *("<PLAYLISTS>", "</PLAYLISTS>", "</DJ_PLAYLISTS>", "<NODE Type='1' Name='p'>", "</NODE>"),
        *("<!DOCTYPE a>", "<![CDATA[", "]]>", "<!--", "-->", "&amp;", "&x;", "'", '"', "\0"),
        *(
            "#EXTM3U\n",
            "#EXTINF:",
            "#EXTINF:1,a - b\n",
            "#EXTART:c\n",
            "/a/b.mp3\n",
            "http://[::\n",
        ),
        *("title,artist\n", "title;bpm\n", "title\tfile\n", '"a\n', "a,b\n", "1:02:03", "\r", "\n"),
        *("\ufeff", "\u202e", "٣", "１", "é", "file://", "%", "\\", "-", "\x85", "\x1a"),
    ]
)
ANY_BYTES = st.binary(max_size=200)
LIKELY = st.builds(
    lambda pieces, encoding: "".join(pieces).encode(encoding, "replace"),
    st.lists(PIECES, max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"]),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "playlist"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(content=ANY_BYTES | LIKELY, name=st.none() | st.sampled_from(["p", "", "ROOT", "é"]))
def test_any_bytes_give_tracks_or_a_playlist_error(file, content, name):
    """An unreadable file is a `PlaylistError`, an unreadable entry a `PlaylistProblem`; no other
    exception occurs."""
    file.write_bytes(content)
    problems = []
    try:
        found = list(read_playlist(file, name, on_problem=problems.append))
    except PlaylistError as error:
        found, message = [], str(error)
    else:
        message = str(file)
    assert message.startswith(str(file))
    assert all(isinstance(one, Track) for one in found)
    texts = "".join(f"{track}{track.file}{track.id}" for track in found)
    assert "Cc" not in {category(character) for character in texts}
    assert all(isinstance(problem, PlaylistProblem) for problem in problems)
    try:
        listed = list_playlists(file)
    except PlaylistError:
        return
    assert all(isinstance(one, str) for one in listed)


@example(text="0")
@given(text=st.text() | st.from_regex(r"[0-9:.,/-]{1,12}", fullmatch=True))
def test_any_text_is_a_valid_number_or_unknown(text):
    """An invalid number is `None`; it is never guessed and never raises."""
    bpm, year = field_values.bpm(text), field_values.year(text)
    seconds, whole = field_values.seconds(text), field_values.whole(text)
    assert bpm is None or 0 < bpm < 1000
    assert year is None or 1890 <= year <= 2100
    assert seconds is None or 0 < seconds <= 86_400
    assert whole is None or whole > 0
