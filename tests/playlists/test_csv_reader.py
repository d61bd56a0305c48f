"""CSV, TSV and Rekordbox TXT files: columns, delimiters, quotes and limits."""

import csv

import pytest
from tables import each_row

from beatport_match.errors import PlaylistError
from beatport_match.model.tracks import Track
from beatport_match.playlists import read_playlist


@pytest.fixture
def read(tmp_path):
    def read_text(text, written_as="utf-8", **options):
        file = tmp_path / "set.csv"
        file.write_bytes(text.encode(written_as))
        return list(read_playlist(file, **options))

    return read_text


COMPLETE = Track(
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
def test_reads_columns_by_alias_and_delimiter(read, delimiter, table):
    """The first line names the columns, in upper or lower case and under common aliases."""
    cells = [cell.strip() for line in table.splitlines() for cell in line.split("|")]
    names, values = delimiter.join(cells[::2]), delimiter.join(cells[1::2])
    assert read(f"{names}\r\n{values}\r\n") == [COMPLETE]


def test_reads_rekordbox_txt(read):
    """Rekordbox's own TXT export is UTF-16 with a byte order mark, uses tabs without quotes, and
    its first column is `#`."""
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


def test_quoted_fields_keep_delimiters_and_quotes(read):
    """Line breaks in a quoted field become blanks."""
    found = read('title,artist\n"Tide, ""Low""","Ana\r\nTom"\n"Foam",Bo\n')
    assert found == [Track('Tide, "Low"', "Ana Tom"), Track("Foam", "Bo")]
    assert read('title\tartist\n"Tide ""Low"""\tAna\n') == [Track('Tide "Low"', "Ana")]


def test_byte_order_mark_is_removed_before_a_quoted_header(read):
    assert read('"title","artist"\n"Tide","Ana"\n', "utf-8-sig") == [Track("Tide", "Ana")]


def test_file_of_many_records_is_read_to_its_end(read):
    """The length limit is for one record, not for the file."""
    found = read("title,artist\n" + '"Tide","Ana"\n' * 10_000)
    assert len(found) == 10_000


def test_single_title_column_is_a_playlist(read):
    """One column named title is enough; commas in its rows do not matter."""
    assert read("\n\nTitle\nTide\n\n  \nFoam\n") == [Track("Tide"), Track("Foam")]


def test_missing_title_column_is_rejected_at_the_call(tmp_path):
    """The error lists the columns that the file has."""
    file = tmp_path / "set.csv"
    file.write_text("Artist,BPM,Melody\nAna,120,Tide\n")
    with pytest.raises(PlaylistError, match=r"named title.*Artist, BPM, Melody; rename"):
        read_playlist(file)
    file.write_text("foo;bar\n1;2\n")
    with pytest.raises(PlaylistError, match="the columns are: foo, bar"):
        read_playlist(file)


def test_row_without_title_takes_the_file_name_or_is_a_problem(read):
    """A row without a title and a file name is reported with its line and left out."""
    problems = []
    text = 'title,artist,file\n,Ana,/m/Low Tide.mp3\n\n"","A\nB",\nKept,Bo\nShort\n'
    found = read(text, on_problem=problems.append)
    assert [one.title for one in found] == ["Low Tide", "Kept", "Short"]
    assert [problem.place for problem in problems] == ["line 4"]
    assert "fill in the title" in str(problems[0])
    assert read(text) == found  # without on_problem


def test_row_with_broken_quotes_is_a_problem(read):
    """The row is reported with its line; the other rows are read."""
    problems = []
    found = read('title,artist\n"Tide" low,Ana\nFoam,Bo\n', on_problem=problems.append)
    assert found == [Track("Foam", "Bo")]
    assert [problem.place for problem in problems] == ["line 2"]
    assert "correct its quotes" in str(problems[0])


def test_header_with_broken_quotes_is_rejected(read):
    """The first row must not be used as the header instead."""
    with pytest.raises(PlaylistError, match="not a playlist in a known format"):
        read('"title" x,artist\nTide,Ana\nFoam,Bo\n')


def test_title_column_has_priority_over_track_column(read):
    """In a file with a Title column, a column named Track holds numbers."""
    assert read("Track,Artist,Title\n7,Ana,Tide\n") == [Track("Tide", "Ana")]


def test_unclosed_quote_raises_with_its_line(read):
    """A quote without an end takes the rest of the file, so this is an error and not one bad
    entry."""
    with pytest.raises(PlaylistError, match="line 3: a quote is opened and never closed"):
        read('title,artist\nTide,Ana\n"Foam,Bo\nWave,Cy\n')


def test_record_limit_holds_if_csv_limit_is_raised(read):
    """A record over 64 KiB is rejected even if another library has raised the limit of the csv
    module."""
    before = csv.field_size_limit(10_000_000)
    try:
        with pytest.raises(PlaylistError, match="line 2: a record is longer than 65536"):
            read('title,artist\n"Foam,Bo\n' + "Wave,Cy\n" * 10_000)
    finally:
        csv.field_size_limit(before)


def test_lowered_csv_limit_makes_one_problem(read):
    """If another library has lowered the limit of the csv module, a long field is a problem and not
    a crash."""
    problems = []
    before = csv.field_size_limit(100)
    try:
        found = read(f"title\nTide\n{'x' * 200}\nFoam\n", on_problem=problems.append)
    finally:
        csv.field_size_limit(before)
    assert [one.title for one in found] == ["Tide", "Foam"]
    assert [problem.place for problem in problems] == ["line 3"]


def test_csv_limit_below_the_column_names_is_rejected(read):
    """The header does not fit the lowered limit of the csv module, so the file is rejected."""
    before = csv.field_size_limit(3)
    try:
        with pytest.raises(PlaylistError, match="not a playlist in a known format"):
            read("artist,title\nAna,Tide\n")
    finally:
        csv.field_size_limit(before)


@each_row(
    "header, row, expected",
    [
        ("Song,Artist Name(s)", "Tide,Ana;Tom", Track("Tide", "Ana;Tom")),
        ("Song Name,Artist Names", "Tide,Ana", Track("Tide", "Ana")),
        ("Track name,Artist name,Album name", "Tide,Ana,EP", Track("Tide", "Ana", album="EP")),
        ("Titel;Interpret;Jahr", "Tide;Ana;2019", Track("Tide", "Ana", year=2019)),
        ("Titolo Brano\tArtista\tTempo", "Tide\tAna\t06:41", Track("Tide", "Ana", duration_s=401)),
        ("Track Name,Artist,Tempo", "Tide,Ana,122.0", Track("Tide", "Ana", bpm=122.0)),
        ("Title,Artist,BPM,Tempo", "Tide,Ana,120,122", Track("Tide", "Ana", bpm=120)),
        (
            "Name,Artist,Duration (ms),Record Label",
            "Tide,Ana,401500,Quay",
            Track("Tide", "Ana", duration_s=401.5, label="Quay"),
        ),
        (
            "Name,Artist,Track Duration (ms),Album Release Date",
            "Tide,Ana,401500,2019-05-03",
            Track("Tide", "Ana", duration_s=401.5, year=2019),
        ),
        ("Name,Artist,Total Time", "Tide,Ana,401500", Track("Tide", "Ana", duration_s=401.5)),
        ("Name,Artist,Total Time", "Tide,Ana,401", Track("Tide", "Ana", duration_s=401)),
        ("Name,Artist,Key,Mode", "Tide,Ana,9,0", Track("Tide", "Ana", key="Am")),
        ("Name,Artist,Key,Mode", "Tide,Ana,0,1", Track("Tide", "Ana", key="C")),
        ("Name,Artist,Key,Mode", "Tide,Ana,-1,1", Track("Tide", "Ana")),
        ("Name,Artist,Key,Mode", "Tide,Ana,Am,", Track("Tide", "Ana", key="Am")),
        ("トラックタイトル\tアーティスト", "Tide\tAna", Track("Tide", "Ana")),
    ],
)
def test_columns_of_other_services_are_read(read, header, row, expected):
    problems = []
    assert read(f"{header}\n{row}\n", on_problem=problems.append) == [expected]
    assert problems == []


def test_titles_without_an_artist_column_are_a_problem(read):
    """The problem lists the columns that are not used. A title column alone is not a problem."""
    problems = []
    assert read("Title,Band,Mood\nTide,Ana,calm\n", on_problem=problems.append) == [Track("Tide")]
    assert [problem.place for problem in problems] == ["line 1"]
    assert "not used are: Band, Mood; rename" in str(problems[0])
    problems.clear()
    read("Title\nTide\n", on_problem=problems.append)
    assert problems == []


@each_row(
    "columns, rows, lengths",
    [
        # Positions in a set: they never decrease and begin at zero.
        ("Time", ["0:00", "6:41", "13:00"], [None, None, None]),
        ("Time", ["0:00:00", "0:06:41", "0:06:41", "1:13:00"], [None] * 4),
        # Lengths: they decrease, do not begin near zero, or are too few to decide.
        ("Time", ["6:41", "5:00", "7:00"], [401, 300, 420]),
        ("Time", ["5:00", "6:41", "7:00"], [300, 401, 420]),
        ("Time", ["0:29", "6:41"], [29, 401]),
        ("Time", ["0:20", "0:20", "0:20"], [20, 20, 20]),
        ("Time,Playtime", ["6:41,6:00", "5:00,4:00"], [None, None]),
        ("Time,Start time", ["6:41,20:00:00", "5:00,20:06:41"], [None, None]),
        ("Duration,Start time", ["6:41,20:00:00", "5:00,20:06:41"], [401, 300]),
        ("Time", ["9" * 5000 + ":00", "0:00", "0:00", "0:00"], [None] * 4),
    ],
)
def test_positions_in_a_set_are_no_lengths(read, columns, rows, lengths):
    text = "".join(f"Tide,{row}\n" for row in rows)
    assert [one.duration_s for one in read(f"Title,{columns}\n{text}")] == lengths


def test_session_of_a_history_is_no_track(read):
    """Serato's history has a row with the name of the session, which has no artist and no deck."""
    text = (
        '"name","artist","start time","end time","playtime","deck"\n'
        '"Friday","","20.1.2024, 20.00","20.1.2024, 23.00","03:00:00",""\n'
        '"Tide","Ana","20.00","20.05","00:05:00","1"\n'
        '"Foam","","20.05","20.09","00:04:00","2"\n'
    )
    assert read(text) == [Track("Tide", "Ana"), Track("Foam")]
    rows = [line.rsplit(",", 1)[0] for line in text.splitlines()]
    assert read("\n".join(rows)) == [Track("Tide", "Ana"), Track("Foam")]


@each_row("before", ["sep=;\n", "Label\n", "My Library\n", "Exported by Pool 3.1\n\n"])
def test_lines_before_the_header_are_skipped(read, before):
    assert read(f"{before}Title;Artist\nTide;Ana\n") == [Track("Tide", "Ana")]


def test_file_without_header_says_what_to_add(read):
    with pytest.raises(PlaylistError, match="if this is a track, add the line title,artist above"):
        read("Tide,Ana\nFoam,Bo\n")


def test_line_in_another_encoding_is_read_alone(read):
    """Only the lines that are not UTF-8 are read as Windows-1252, and the guess is reported."""
    problems = []
    text = "title,artist\nMüsli,Ana\n".encode() + "Blåtid,Bo\n".encode("cp1252")
    assert read(text.decode("latin-1"), "latin-1", on_problem=problems.append) == [
        Track("Müsli", "Ana"),
        Track("Blåtid", "Bo"),
    ]
    assert [problem.place for problem in problems] == ["line 3"]
    assert "was read as Windows-1252" in str(problems[0])


@each_row(
    "encoding, title, artist",
    [
        ("mac-roman", "Blåtid Ærlig", "Jørn"),
        ("cp1251", "Тихая волна", "Анна"),
        ("cp1252", "Blåtid “Dub” – don’t", "Jérôme"),
        ("utf-16-le", "Blåtid", "Ana"),
        ("utf-16-be", "Blåtid", "Ana"),
    ],
)
def test_encoding_is_guessed_from_the_letters(read, encoding, title, artist):
    (found,) = read(f"title,artist\n{title},{artist}\n", encoding)
    assert (found.title, found.artists) == (title, artist)


@pytest.mark.parametrize(("codec", "name"), [("cp1250", "Łódź"), ("cp1251", "Ёж")])
def test_guess_that_may_be_wrong_is_reported(read, codec, name):
    """A few letters do not distinguish these encodings; the problem says what to do."""
    problems = []
    (found,) = read(f"title,artist\n{name},Ana\n", codec, on_problem=problems.append)
    assert found.title != name
    (problem,) = problems
    assert problem.place == "line 2"
    assert "read as Windows-1252" in problem.detail
    assert "state the encoding, such as windows-1250" in problem.detail


def test_stated_encoding_is_used(read):
    (found,) = read("title,artist\nŁódź,Żaneta\n", "cp1250", encoding="windows-1250")
    assert (found.title, found.artists) == ("Łódź", "Żaneta")
    assert read("title\nTide\n", "utf-8-sig", encoding="UTF-8") == [Track("Tide")]
    with pytest.raises(PlaylistError, match="encoding 'rot13' is not supported; give one such as"):
        read("title\nTide\n", encoding="rot13")
    with pytest.raises(PlaylistError, match="encoding 'nope' is not supported"):
        read("title\nTide\n", encoding="nope")
    with pytest.raises(PlaylistError, match="bytes that are not utf-8-sig; save it as UTF-8"):
        read("title\nŁódź\n", "cp1250", encoding="utf-8")


def test_number_of_tracks_read_so_far_is_reported(tmp_path):
    """After each track, before it is yielded."""
    (tmp_path / "set.csv").write_text("title\nA\nB\n")
    counts = []
    tracks = read_playlist(tmp_path / "set.csv", on_progress=counts.append)
    assert counts == []
    assert (next(tracks).title, counts) == ("A", [1])
    assert (len(list(tracks)), counts) == (1, [1, 2])
