"""Vocabulary: the parsers of versions and titles need consistent tables."""

from tables import each_row

from beatport_match.parsing import vocabulary
from beatport_match.parsing.normalize import fold

TABLES = {
    name: table
    for name, table in vars(vocabulary).items()
    if name.isupper() and not isinstance(table, str)
}


@each_row("name", TABLES)
def test_all_words_are_folded(name):
    """An unfolded entry would never match."""
    assert [word for word in TABLES[name] if fold(word) != word] == []


def test_entries_that_are_compared_word_by_word_are_single_words():
    """The parsers compare these tables with one word at a time."""
    by_word = (
        "KINDS",
        "LENGTHS",
        "MARKERS",
        "CLOSING",
        "OPENING",
        "LINKS",
        "NAME_CONNECTIVES",
        "NUMERALS",
    )
    assert [word for name in by_word for word in TABLES[name] if " " in word] == []


def test_closing_and_opening_words_are_markers():
    assert vocabulary.CLOSING <= vocabulary.MARKERS
    assert vocabulary.OPENING <= vocabulary.MARKERS


def test_kinds_lengths_plain_and_neutral_words_are_disjoint():
    tables = (
        set(vocabulary.KINDS),
        set(vocabulary.LENGTHS),
        vocabulary.PLAIN_WORDS,
        vocabulary.NEUTRAL_WORDS,
    )
    words = [word for table in tables for word in table]
    assert len(words) == len(set(words))


def test_noise_phrases_contain_no_marker():
    """Noise does not describe the music; a marker names a version."""
    assert vocabulary.NOISE_PHRASES.isdisjoint(vocabulary.MARKERS)
