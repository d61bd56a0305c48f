"""The vocabulary: tables that the readers of versions and titles rely on being consistent."""

import pytest

from beatport_match.parsing import vocabulary
from beatport_match.parsing.normalize import fold

TABLES = {
    name: table
    for name, table in vars(vocabulary).items()
    if name.isupper() and not isinstance(table, str)
}


@pytest.mark.parametrize("name", TABLES)
def test_all_words_are_folded(name):
    """Tables only, all words folded: an unfolded entry could never be met."""
    assert [word for word in TABLES[name] if fold(word) != word] == []


def test_words_are_single_where_a_title_is_read_word_by_word():
    """Kinds, lengths and markers are met one word at a time, so none may hold a blank."""
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


def test_what_closes_or_opens_a_version_is_a_marker():
    """A word that ends or leads the name of a version says something of the version itself."""
    assert vocabulary.CLOSING <= vocabulary.MARKERS
    assert vocabulary.OPENING <= vocabulary.MARKERS


def test_a_word_says_one_thing():
    """Kind, length and "plain" exclude each other: a word stands in one of the tables only."""
    tables = (
        set(vocabulary.KINDS),
        set(vocabulary.LENGTHS),
        vocabulary.PLAIN_WORDS,
        vocabulary.NEUTRAL_WORDS,
    )
    words = [word for table in tables for word in table]
    assert len(words) == len(set(words))


def test_no_noise_names_a_version():
    """What is dropped as noise says nothing about the music: no marker is among it."""
    assert vocabulary.NOISE_PHRASES.isdisjoint(vocabulary.MARKERS)
