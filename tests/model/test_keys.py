"""Keys: the notations that DJs use are parsed into one value of pitch class and mode."""

from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.model.keys import Key, notation_of, parse_key, usual_notation

# Every spelling that Beatport uses for a key, with its hour on the Camelot wheel.
BEATPORT = """
    Ab Minor 1A | Eb Minor 2A | Bb Minor 3A | F Minor 4A  | C Minor 5A  | G Minor 6A
    D Minor 7A  | A Minor 8A  | E Minor 9A  | B Minor 10A | F# Minor 11A | Db Minor 12A
    B Major 1B  | F# Major 2B | Db Major 3B | Ab Major 4B | Eb Major 5B | Bb Major 6B
    F Major 7B  | C Major 8B  | G Major 9B  | D Major 10B | A Major 11B | E Major 12B
    A# Major 6B | A# Minor 3A | C# Major 3B | C# Minor 12A | D# Major 5B | D# Minor 2A
    G# Major 4B | G# Minor 1A | Gb Major 2B | Gb Minor 11A
"""
SPELLINGS = [
    tuple(row.strip().rsplit(" ", 1))
    for row in BEATPORT.replace("\n", "|").split("|")
    if row.strip()
]
ALL_KEYS = [Key(pitch, mode) for pitch in range(12) for mode in ("major", "minor")]


def test_table_of_beatports_spellings_is_complete():
    """Beatport has 24 keys; ten of them have a second spelling. This guards the table above."""
    assert len(SPELLINGS) == len(set(SPELLINGS)) == 34
    assert {hour for _, hour in SPELLINGS} == {
        f"{n}{letter}" for n in range(1, 13) for letter in "AB"
    }


@each_row("name, hour", SPELLINGS)
def test_beatports_spelling_and_its_camelot_hour_are_one_key(name, hour):
    """Both sharp and flat spellings occur."""
    key = parse_key(name)
    assert key == parse_key(hour)
    assert key.camelot == hour


@each_row("key", ALL_KEYS)
def test_name_camelot_and_short_name_are_parsed_back_to_the_key(key):
    assert parse_key(key.name) == key == parse_key(key.camelot) == parse_key(key.short)


@each_row("notation", ["short", "camelot", "open_key"])
@each_row("key", ALL_KEYS)
def test_notation_of_a_written_key_is_recognised(key, notation):
    assert notation_of(key.written(notation)) == notation
    assert parse_key(key.written(notation)) == key


def test_usual_notation_is_the_most_frequent_one():
    """Texts that are no keys do not count, and Camelot is used if there are no keys."""
    assert usual_notation(["8A", "1m", " 08d ", "Am", "4A?", None, ""]) == "open_key"
    assert usual_notation(["Ab minor", "8A", "Am"]) == "short"
    assert usual_notation([None, "", "no key"]) == "camelot"


def test_short_name_is_rekordboxs_notation():
    """It is the note, with an m if the key is minor."""
    assert [parse_key(hour).short for hour in ("1A", "8A", "8B", "11A", "12A")] == [
        *("Abm", "Am", "C", "F#m", "Dbm")
    ]


def test_open_key_is_seven_hours_from_camelot():
    """Open Key `1d` is C major, which is Camelot `8B`."""
    for hour in range(1, 13):
        beside = (hour + 6) % 12 + 1
        assert parse_key(f"{hour}d") == parse_key(f"{beside}B")
        assert parse_key(f"{hour}m") == parse_key(f"{beside}A")
    assert parse_key("1m") == parse_key("A minor")


@each_row(
    "one, other",
    [("G# Minor", "Ab Minor"), ("A#", "Bb"), ("F♯ maj", "G♭ maj"), ("Cb Major", "B Major"),
     ("E# min", "F min"), ("B#", "C")],
)  # fmt: skip
def test_enharmonic_spellings_are_one_key(one, other):
    assert parse_key(one) is not None
    assert parse_key(one) == parse_key(other)


@each_row(
    "written, meant",
    [
        ("Am", "A Minor"), ("a minor", "A Minor"), ("A min", "A Minor"), ("A-minor", "A Minor"),
        ("Amin.", "A Minor"), ("A MINOR", "A Minor"), ("a moll", "A Minor"), ("  Am ", "A Minor"),
        ("G#min", "Ab Minor"), ("G#m", "Ab Minor"), ("G♯m", "Ab Minor"),
        ("g sharp minor", "Ab Minor"),
        ("A♭ maj", "Ab Major"), ("A flat", "Ab Major"), ("As you are", None), ("Ab", "Ab Major"),
        ("C", "C Major"), ("CM", "C Major"), ("Cmaj", "C Major"), ("C dur", "C Major"),
        ("bb", "Bb Major"), ("bbm", "Bb Minor"), ("b", "B Major"), ("bm", "B Minor"),
        ("Fis-Moll", "F# Minor"), ("08A", "A Minor"), ("8a", "A Minor"), ("12 B", "E Major"),
        ("12D", "F Major"), ("1M", "A Minor"),
    ],
)  # fmt: skip
def test_common_notations_are_parsed(written, meant):
    """A single capital `M` means major."""
    key = parse_key(written)
    assert (key.name if key else None) == meant


@each_row(
    "text",
    [None, "", "  ", "H", "Z minor", "0A", "13A", "8C", "8", "A8", "Amen", "Dmitri", "Cmaj7", "all",
     "8A/9A", "Am Am", "unknown", "Ａ"],
)  # fmt: skip
def test_text_that_is_not_a_key_gives_none(text):
    assert parse_key(text) is None


@given(st.text())
def test_any_text_is_a_key_or_none(text):
    """No text raises an exception, and every result is a valid key."""
    key = parse_key(text)
    assert key is None or key in ALL_KEYS
