"""Track lists as text, PLS playlists and CUE sheets."""

import pytest
from tables import each_row

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import list_playlists, read_playlist


@pytest.fixture
def read(tmp_path):
    def read_text(text, **options):
        file = tmp_path / "list.txt"
        file.write_text(text, encoding="utf-8")
        assert list_playlists(file) == ()
        return list(read_playlist(file, **options))

    return read_text


@each_row(
    "line, track",
    [
        ("Ana - Tide (Dub)", Track("Ana - Tide (Dub)")),
        ("Ana – Tide", Track("Ana – Tide")),
        ("1. Ana - Tide", Track("Ana - Tide")),
        ("01) Ana, Tom - Tide", Track("Ana, Tom - Tide")),
        ("#3 Ana - Tide", Track("Ana - Tide")),
        ("[04:12] Ana - Tide", Track("Ana - Tide")),
        ("1:04:12 - Ana - Tide", Track("Ana - Tide")),
        ("12. [04:12] Ana - Tide", Track("Ana - Tide")),
        ("- Ana - Tide", Track("Ana - Tide")),
        ("99 Bottles - Tide", Track("99 Bottles - Tide")),
        ("Tide by Ana", Track("Tide", "Ana")),
        ("Tide (Tom Remix) by Ana & Bo", Track("Tide (Tom Remix)", "Ana & Bo")),
    ],
)
def test_line_of_a_list_is_a_track(read, line, track):
    assert read(f"{line}\n\n{line}\n") == [track, track]


def test_heading_in_a_list_is_a_problem(read):
    problems = []
    text = "Friday Night\nAna - Tide\nTom - Foam\n"
    assert len(read(text, on_problem=problems.append)) == 2
    assert [problem.place for problem in problems] == ["line 1"]
    assert "is no track; write it as Artist - Title" in str(problems[0])


def test_prose_is_no_list(read):
    with pytest.raises(PlaylistError, match="is not a playlist in a known format"):
        read("one line\nanother line\nand one - with a dash\n")


def test_pls_is_read(read):
    """The number of an entry joins its lines; an entry without a title takes its file name."""
    problems = []
    found = read(
        "[playlist]\nFile1=/m/a.mp3\nTitle1=Ana - Tide\nLength1=401\n\n"
        "File2=file:///m/Tom%20-%20Foam.mp3\nLength2=-1\nLength3=9\nNumberOfEntries=3\nVersion=2\n",
        on_problem=problems.append,
    )
    assert found == [
        Track("Ana - Tide", duration_s=401, file="/m/a.mp3"),
        Track("Tom - Foam", file="/m/Tom - Foam.mp3"),
    ]
    assert [problem.place for problem in problems] == ["line 8"]


def test_cue_sheet_is_read(read):
    """The artist and title of the whole recording, its file and the positions are not used."""
    problems = []
    found = read(
        'REM GENRE House\nPERFORMER "DJ Bo"\nTITLE "Friday"\nFILE "friday.mp3" MP3\n'
        '  TRACK 01 AUDIO\n    TITLE "Tide (Dub)"\n    PERFORMER "Ana"\n    ISRC DEAB11900001\n'
        "    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    TITLE Foam\n    INDEX 01 06:41:00\n"
        "  TRACK 03 AUDIO\n    INDEX 01 09:00:00\n",
        on_problem=problems.append,
    )
    assert found == [
        Track("Tide (Dub)", "Ana", isrc="DEAB11900001", id="01"),
        Track("Foam", id="02"),
    ]
    assert [problem.place for problem in problems] == ["line 13"]
    assert "the track has no TITLE" in str(problems[0])
