"""Spelling: whether two words are one, mistyped, or two words of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.parsing.typos import (
    digits_of,
    is_short_word_typo,
    is_typo,
    typo_count,
    unmatched_words,
    with_numbers,
)

WORDS = st.text(alphabet="abcdeæøяб夜昼19", max_size=9)
TITLES = st.lists(st.text(alphabet="abя夜1", min_size=1, max_size=9), max_size=5)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("lantern", "lantren"), ("lantern", "lanter"), ("lantern", "lanntern"),
        ("kingfisher", "kingfihser"), ("kingfisher", "kingfischer"),
        ("ferry", "fery"), ("паром", "парм"),
    ],
)  # fmt: skip
def test_slips_of_the_hand(word, other):
    """A slip is a letter too many, too few or out of place; in a long word, another letter too."""
    assert is_typo(word, other)
    assert is_typo(other, word)


@given(WORDS, WORDS)
def test_a_short_slip_is_one_from_both_sides(word, other):
    """A letter too many here is one too few there; and a word is no slip of itself."""
    assert is_short_word_typo(word, other) == is_short_word_typo(other, word)
    assert not is_short_word_typo(word, word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("light", "night"), ("marco", "mario"), ("shift", "shifts"), ("tide", "tides"),
        ("he", "she"),
        ("sun", "son"), ("夜の鉄道", "昼の鉄道"), ("lantern", "orchard"), ("take1", "take2"),
        ("", "a"),
        ("sector77", "sector79"), ("lighthouse", "nighthouse"), ("kingfisher", "kingfasher"),
    ],
)  # fmt: skip
def test_words_of_their_own(word, other):
    """Another letter in a short word, one more s, a digit or an ideogram makes another word."""
    assert not is_typo(word, other)
    assert not is_typo(other, word)


@given(WORDS, WORDS)
def test_no_digit_and_no_ideogram_is_a_slip(word, other):
    """No slip where a digit differs or a sign is a word of its own."""
    if set("夜昼") & set(word + other):
        assert not is_typo(word, other)
    if digits_of(word) != digits_of(other) or set("夜昼") & set(word + other):
        assert typo_count(word, other) == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "slips"),
    [
        ("nightferry", "nihgtferry", 1), ("nightferries", "ngihtferreis", 2), ("night", "nigth", 1),
        ("nigh", "nihg", 0), ("nightferry", "nightferry", 0), ("nightferry", "dayferry", 0),
        ("nightferry2", "nightferry3", 0), ("夜行列車の旅", "昼行列車の旅", 0), ("", "", 0),
        ("nightferryoverthestraits", "ngihtfrryovertehstraits", 3), ("", "nightferry", 0),
    ],
)  # fmt: skip
def test_slips_between_two_texts(mine, theirs, slips):
    """One slip from five letters on, two from ten, three from twenty; else 0."""
    assert typo_count(mine, theirs) == slips
    assert typo_count(theirs, mine) == slips


@given(TITLES, TITLES)
def test_pairing_words_off_loses_none(mine, theirs):
    """The words only one side has: every other one found its equal, or its twin with a typo."""
    left, right, typos = unmatched_words(mine, theirs)
    assert len(mine) - len(left) == len(theirs) - len(right) >= typos
    assert not set(left) & set(right)
    assert not any(is_typo(word, other) for word in left for other in right)


def test_pairing_words_off_counts_each_once():
    """A word said twice on one side and once on the other is left over once."""
    assert unmatched_words(["go", "go"], ["go"]) == (["go"], [], 0)
    assert unmatched_words(["lantern", "sea"], ["sea", "lantren"]) == ([], [], 1)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("night ferry", ()), ("night ferry 2", ("2",)), ("night ferry ii", ("2",)),
        ("night ferry 02", ("2",)), ("ii", ()), ("x", ()), ("iv night", ()),
        ("24 hours 7", ("24", "7")),
        ("take 0", ("0",)), ("", ()),
    ],
)  # fmt: skip
def test_the_numbers_in_a_title(title, found):
    """Numbers in one spelling; a Roman one counts at the end, where sequels have it."""
    assert tuple(word for word in with_numbers(title) if word.isdigit()) == found


@given(st.text())
def test_numbers_change_no_other_word(text):
    """The words of a title stay in their order; only a number may be spelled anew."""
    before, after = text.split(), with_numbers(text)
    assert len(before) == len(after)
    assert all(one == other or other.isdecimal() for one, other in zip(before, after, strict=True))
