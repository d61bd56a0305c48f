"""Delimited files: what the reader promises about columns, delimiters and quotes."""

import csv

import pytest

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import read_playlist


@pytest.fixture
def read(tmp_path):
    def reading(text, encoding="utf-8", **options):
        file = tmp_path / "set.csv"
        file.write_bytes(text.encode(encoding))
        return list(read_playlist(file, **options))

    return reading


WHOLE = Track(
    "Tide (Dub)",
    "Ana & Tom",
    album="Harbour EP",
    label="Quay",
    year=2019,
    bpm=124.5,
    key="8A",
    duration_s=401.0,
    isrc="DEAB11900001",
    beatport_id=12345,
    remixers="Nørd",
    file="C:/Music/Tide A.mp3",
    id="17",
)


@pytest.mark.parametrize(
    ("delimiter", "table"),
    [
        (
            ";",
            """Title    | Tide               | ARTIST      | Ana & Tom
               Album    | Harbour EP         | Label       | Quay
               Year     | 2019               | BPM         | 124,5
               Key      | 8A                 | Duration    | 6:41
               ISRC     | DEAB11900001       | Remixer     | Nørd
               Mix      | Dub                | beatport_id | 12345
               File     | C:/Music/Tide A.mp3| id          | 17""",
        ),
        (
            ",",
            """id       | 17                 | artists     | Ana & Tom
               name     | Tide               | version     | (Dub)
               album    | Harbour EP         | label       | Quay
               year     | 2019-05-03         | bpm         | 124.50
               tonality | 8A                 | duration_s  | 401.0
               isrc     | DEAB11900001       | remixers    | Nørd
               location | file://localhost/C:/Music/Tide%20A.mp3 | Beatport-ID | 12345.0""",
        ),
        (
            "\t",
            """Track    | Tide               | Artist      | Ana & Tom
               Album    | Harbour EP         | Label       | Quay
               Year     | 2019               | BPM         | 124.5
               Initial Key | 8A              | Length      | 0:06:41
               ISRC     | DEAB11900001       | Remixer     | Nørd
               Mix Name | Dub                | Beatport ID | 12345
               Path     | C:/Music/Tide A.mp3| TrackID     | 17""",
        ),
    ],
)
def test_columns_by_any_common_name_and_delimiter(read, delimiter, table):
    """The first line names the columns, in any case and under common aliases."""
    cells = [cell.strip() for line in table.splitlines() for cell in line.split("|")]
    names, values = delimiter.join(cells[::2]), delimiter.join(cells[1::2])
    assert read(f"{names}\r\n{values}\r\n") == [WHOLE]


def test_rekordbox_txt(read):
    """Rekordbox's own TXT export works: UTF-16 with its mark, tabs, no quotes, `#` first."""
    found = read(
        "#\tArtwork\tTrack Title\tArtist\tAlbum\tGenre\tBPM\tRating\tTime\tKey\tDate Added\r\n"
        '1\t\t"Heroes\tAna Lívia\t\tTechno\t128.00\t     \t07:12\tFm\t2023-01-02\r\n'
        '2\t\tFoam "99"\tTom\t\tTechno\t0.00\t***\t00:00\t\t2023-01-02\r\n',
        "utf-16",
    )
    assert found == [
        Track('"Heroes', "Ana Lívia", bpm=128.0, key="Fm", duration_s=432.0),
        Track('Foam "99"', "Tom"),
    ]


def test_quoted_fields(read):
    """Quoted fields hold delimiters, quotes and line breaks, which become blanks."""
    found = read('title,artist\n"Tide, ""Low""","Ana\r\nTom"\n"Foam",Bo\n')
    assert found == [Track('Tide, "Low"', "Ana Tom"), Track("Foam", "Bo")]
    assert read('title\tartist\n"Tide ""Low"""\tAna\n') == [Track('Tide "Low"', "Ana")]


def test_a_byte_order_mark_is_no_part_of_a_quoted_header(read):
    """UTF-8 with its mark is read without it, also before a quote."""
    assert read('"title","artist"\n"Tide","Ana"\n', "utf-8-sig") == [Track("Tide", "Ana")]


def test_only_a_record_is_capped_not_the_file(read):
    """A file of many records is read to its end."""
    found = read("title,artist\n" + '"Tide","Ana"\n' * 10_000)
    assert len(found) == 10_000


def test_a_single_column_of_titles(read):
    """A lone column named title is a playlist; commas in its first rows do not matter."""
    assert read("\n\nTitle\nTide\n\n  \nFoam\n") == [Track("Tide"), Track("Foam")]


def test_a_missing_title_column_is_refused_at_the_call(tmp_path):
    """A file without a column of titles is an error that lists the columns there are."""
    file = tmp_path / "set.csv"
    file.write_text("Artist,BPM,Song\nAna,120,Tide\n")
    with pytest.raises(PlaylistError, match=r"no column is named title.*Artist, BPM, Song; rename"):
        read_playlist(file)
    file.write_text("foo;bar\n1;2\n")
    with pytest.raises(PlaylistError, match="the columns are: foo, bar"):
        read_playlist(file)


def test_a_row_without_a_title(read):
    """A row without a title is called after its file, or told with its line and left out."""
    problems = []
    text = 'title,artist,file\n,Ana,/m/Low Tide.mp3\n\n"","A\nB",\nKept,Bo\nShort\n'
    found = read(text, on_problem=problems.append)
    assert [one.title for one in found] == ["Low Tide", "Kept", "Short"]
    assert [problem.place for problem in problems] == ["line 4"]
    assert "fill in the title" in str(problems[0])
    assert read(text) == found  # and nobody needs to listen


def test_a_row_with_broken_quotes_is_a_problem(read):
    """A row that is not well-formed CSV is told with its line; the rest goes on."""
    problems = []
    found = read('title,artist\n"Tide" low,Ana\nFoam,Bo\n', on_problem=problems.append)
    assert found == [Track("Foam", "Bo")]
    assert [problem.place for problem in problems] == ["line 2"]
    assert "correct its quotes" in str(problems[0])


def test_a_header_with_broken_quotes_costs_no_row(read):
    """A header that is not well-formed CSV is refused: no row may be taken for it."""
    with pytest.raises(PlaylistError, match="not a playlist in a known format"):
        read('"title" x,artist\nTide,Ana\nFoam,Bo\n')


def test_a_track_number_is_not_a_title(read):
    """The first alias that is there wins: beside Title, a column named Track holds numbers."""
    assert read("Track,Artist,Title\n7,Ana,Tide\n") == [Track("Tide", "Ana")]


def test_a_quote_never_closed_is_damage_not_an_entry(read):
    """A quote that swallows the rest of the file is an error naming where it was opened."""
    with pytest.raises(PlaylistError, match="line 3: a quote is opened and never closed"):
        read('title,artist\nTide,Ana\n"Foam,Bo\nWave,Cy\n')


def test_a_record_is_capped_whatever_the_process_allows(read):
    """A record over 64 KiB is refused even where another library has lifted csv's own limit."""
    before = csv.field_size_limit(10_000_000)
    try:
        with pytest.raises(PlaylistError, match="line 2: a record is longer than 65536"):
            read('title,artist\n"Foam,Bo\n' + "Wave,Cy\n" * 10_000)
    finally:
        csv.field_size_limit(before)


def test_a_lowered_csv_limit_costs_a_row_at_most(read):
    """Where another library has lowered csv's limit, a long field is a problem, not a crash."""
    problems = []
    before = csv.field_size_limit(100)
    try:
        found = read(f"title\nTide\n{'x' * 200}\nFoam\n", on_problem=problems.append)
    finally:
        csv.field_size_limit(before)
    assert [one.title for one in found] == ["Tide", "Foam"]
    assert [problem.place for problem in problems] == ["line 3"]


def test_a_csv_limit_below_the_names_of_columns_is_refused(read):
    """Where even the header is beyond csv's lowered limit, the file is refused, not misread."""
    before = csv.field_size_limit(3)
    try:
        with pytest.raises(PlaylistError, match="not a playlist in a known format"):
            read("artist,title\nAna,Tide\n")
    finally:
        csv.field_size_limit(before)
