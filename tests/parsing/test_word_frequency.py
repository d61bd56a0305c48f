"""Word frequency: a rare word carries more information than a common word."""

from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import TITLE_WORDS

from beatport_match.parsing.normalize import fold
from beatport_match.parsing.word_frequency import _COMMON, information_weight, weighted_jaccard

WORDS = st.frozensets(
    st.sampled_from([*map(fold, TITLE_WORDS), "love", "night", "rain"]), max_size=6
)


def test_rare_words_have_a_higher_weight_than_common_words():
    assert (
        information_weight(["the"])
        < information_weight(["night"])
        < information_weight(["rain"])
        < information_weight(["meridian"])
        == 1
    )


@given(WORDS, WORDS)
def test_weighted_jaccard_is_symmetric_and_within_0_and_1(mine, theirs):
    """It is 1 if all words are shared."""
    assert 0 <= weighted_jaccard(mine, theirs) == weighted_jaccard(theirs, mine) <= 1
    assert not mine or weighted_jaccard(mine, mine) == 1


def test_every_common_word_is_folded_and_unique():
    """Each word has one weight."""
    words = [word for row in _COMMON for word in row]
    assert len(words) == len(set(words))
    assert all(fold(word) == word for word in words)
