"""Typos: whether two words are one word with a typing mistake, or two different words."""

from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.parsing.typos import (
    MAX_TYPOS_OF_A_WORD,
    digits_of,
    is_evident_in_name,
    is_evident_typo,
    is_short_word_typo,
    is_typo,
    typo_count,
    unmatched_words,
    with_numbers,
)

WORDS = st.text(alphabet="abcdeæøяб夜昼19", max_size=9)
TITLES = st.lists(st.text(alphabet="abя夜1", min_size=1, max_size=9), max_size=5)


@each_row(
    "word, other",
    [
        ("lantern", "lantren"), ("lantern", "lanter"), ("lantern", "lanntern"),
        ("kingfisher", "kingfihser"), ("kingfisher", "kingfischer"),
        ("ferry", "fery"), ("паром", "парм"),
    ],
)  # fmt: skip
def test_additional_missing_and_transposed_letters_are_typos(word, other):
    assert is_typo(word, other)
    assert is_typo(other, word)


def test_words_of_eight_letters_may_have_two_typos():
    assert is_typo("starling", "tsarlign")
    assert not is_typo("lantern", "altenrn")


@given(WORDS, WORDS)
def test_short_word_typos_are_symmetric(word, other):
    """A word is not a typo of itself."""
    assert is_short_word_typo(word, other) == is_short_word_typo(other, word)
    assert not is_short_word_typo(word, word)


@each_row(
    "word, other",
    [
        ("light", "night"), ("marco", "mario"), ("shift", "shifts"), ("tide", "tides"),
        ("he", "she"),
        ("sun", "son"), ("夜の鉄道", "昼の鉄道"), ("lantern", "orchard"), ("take1", "take2"),
        ("", "a"),
        ("sector77", "sector79"), ("lighthouse", "nighthouse"), ("kingfisher", "kingfasher"),
    ],
)  # fmt: skip
def test_different_words_are_not_typos(word, other):
    """Another letter, an additional s, a digit or an ideogram makes another word."""
    assert not is_typo(word, other)
    assert not is_typo(other, word)


@given(WORDS, WORDS)
def test_digits_and_ideograms_are_never_typos(word, other):
    if set("夜昼") & set(word + other):
        assert not is_typo(word, other)
    if digits_of(word) != digits_of(other) or set("夜昼") & set(word + other):
        assert typo_count(word, other) == 0


@each_row(
    "mine, theirs, typos",
    [
        ("nightferry", "nihgtferry", 1), ("nightferries", "ngihtferreis", 2), ("night", "nigth", 1),
        ("nigh", "nihg", 0), ("nightferry", "nightferry", 0), ("nightferry", "dayferry", 0),
        ("nightferry2", "nightferry3", 0), ("夜行列車の旅", "昼行列車の旅", 0), ("", "", 0),
        ("nightferryoverthestraits", "ngihtfrryovertehstraits", 3), ("", "nightferry", 0),
    ],
)  # fmt: skip
def test_typo_count_of_two_texts(mine, theirs, typos):
    """A text of five letters may have one typo, of ten two, of twenty three."""
    assert typo_count(mine, theirs) == typos
    assert typo_count(theirs, mine) == typos


@given(TITLES, TITLES)
def test_every_word_is_paired_or_unmatched(mine, theirs):
    """A word is paired with an equal word or with a typo of it."""
    left, right, typos = unmatched_words(mine, theirs)
    assert len(mine) - len(left) == len(theirs) - len(right) >= typos
    assert not set(left) & set(right)
    assert not any(is_typo(word, other) for word in left for other in right)


def test_a_repeated_word_is_paired_once():
    """A word that occurs twice on one side and once on the other is unmatched once."""
    assert unmatched_words(["go", "go"], ["go"]) == (["go"], [], 0)
    assert unmatched_words(["lantern", "sea"], ["sea", "lantren"]) == ([], [], 1)


@each_row(
    "title, numbers",
    [
        ("night ferry", ()), ("night ferry 2", ("2",)), ("night ferry ii", ("2",)),
        ("night ferry 02", ("2",)), ("ii", ()), ("x", ()), ("iv night", ()),
        ("24 hours 7", ("24", "7")),
        ("take 0", ("0",)), ("", ()),
    ],
)  # fmt: skip
def test_numbers_of_a_title_have_one_spelling(title, numbers):
    """A Roman numeral counts only at the end, where sequels have it."""
    assert tuple(word for word in with_numbers(title) if word.isdigit()) == numbers


@given(WORDS, st.integers(0, 9), st.text("ae", max_size=4))
def test_a_typo_adds_or_removes_at_most_two_letters(word, at, letters):
    """`unmatched_words` compares only words that differ in length by so much."""
    other = word[:at] + letters + word[at:]
    assert abs(len(word) - len(other)) <= MAX_TYPOS_OF_A_WORD or not is_typo(word, other)


@given(st.text())
def test_with_numbers_changes_only_numbers(text):
    """The words stay in their order."""
    before, after = text.split(), with_numbers(text)
    assert len(before) == len(after)
    assert all(one == other or other.isdecimal() for one, other in zip(before, after, strict=True))


@each_row(
    "one, other, evident",
    [
        ("medusa", "medusaa", True),
        ("atlantis", "atlatnis", True),
        ("footprints", "fooprints", True),
        ("rush", "crush", False),
        ("motif", "moti", False),
        ("lake", "laek", False),
        ("johnson", "johnston", False),
    ],
)
def test_doubled_and_transposed_letters_are_evident_typos(one, other, evident):
    assert is_evident_typo(one, other) is evident
    assert is_evident_typo(other, one) is evident


def test_one_typo_among_three_words_of_a_name_is_evident():
    assert is_evident_in_name(("silvano", "del", "gado"), ("silano", "del", "gado"))
    assert not is_evident_in_name(("paul", "johnson"), ("paul", "johnston"))
