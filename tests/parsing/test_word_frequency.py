"""Rarity: how much a word tells."""

from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import TITLE_WORDS

from beatport_match.parsing.normalize import fold
from beatport_match.parsing.word_frequency import _COMMON, information_weight, weighted_jaccard

SOME = st.lists(st.sampled_from([*map(fold, TITLE_WORDS), "love", "night", "rain"]), max_size=6)


def test_rare_words_weigh_more_than_common_ones():
    """Rare words weigh more than common ones."""
    assert (
        information_weight(["the"])
        < information_weight(["night"])
        < information_weight(["rain"])
        < information_weight(["meridian"])
        == 1
    )


@given(SOME, SOME)
def test_what_is_shared_is_a_share(mine, theirs):
    """`shared` is 0 to 1, the same from both sides, and 1 where all words are."""
    assert 0 <= weighted_jaccard(mine, theirs) == weighted_jaccard(theirs, mine) <= 1
    assert not mine or weighted_jaccard(mine, mine) == 1


def test_every_common_word_is_folded_and_stands_once():
    """The table's words are folded, and each weighs one thing."""
    words = [word for row in _COMMON for word in row]
    assert len(words) == len(set(words))
    assert all(fold(word) == word for word in words)
