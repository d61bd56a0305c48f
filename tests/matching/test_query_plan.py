"""The query plan: the strictest query first, and no two with the same words."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_tracks import as_track, recordings, styles
from tables import each_row

from beatport_match.errors import MisuseError
from beatport_match.matching.query_plan import QueryType, own_queries, plan_queries
from beatport_match.model.tracks import Track
from beatport_match.parsing.normalize import fold, words_of_text

TRACKS = st.builds(
    Track,
    st.one_of(
        st.text(min_size=1),
        st.lists(
            st.sampled_from("Night|Ferry|(Dub)|[x]|-|(|)|feat.|Ana|Remix|夜|Pt. 2".split("|")),
            min_size=1,
        ).map(" ".join),
    ).filter(str.strip),
    st.one_of(st.text(), st.lists(st.text(), max_size=3).map(tuple)),
    remixers=st.sampled_from(["", "Nørd", ("Nørd", "Tom")]),
)


@each_row(
    "queries, message",
    [
        ("night ferry", "must be several texts, not 'night ferry'; write"),
        (7, "must be several texts, not 7"),
        ([], "has 0 texts; give 1-20"),
        (["a"] * 21, "has 21 texts; give 1-20"),
        (["night", " "], "must be text with at least one word, not ' '"),
        (["night", None], "must be text with at least one word, not None"),
    ],
)
def test_wrong_own_queries_raise_misuse_error(queries, message):
    with pytest.raises(MisuseError, match=f"queries= {message}"):
        own_queries(queries)


def texts(track):
    return [query.text for query in plan_queries(track)]


@given(TRACKS)
def test_no_two_queries_have_the_same_set_of_words(track):
    """Order, case and accents do not make another set."""
    word_sets = [frozenset(words_of_text(text)) for text in texts(track)]
    assert len(word_sets) == len(set(word_sets))


@given(TRACKS)
def test_a_title_with_a_word_has_a_query(track):
    if any(char.isalnum() for char in fold(track.title)):
        assert texts(track)


@given(TRACKS)
def test_queries_have_no_brackets_and_no_repeated_words(track):
    for text in texts(track):
        assert not set('()[]{}<>"“”') & set(text)
        assert text == " ".join(text.split()) != ""
        assert len(text.split()) == len(set(text.split()))


@given(recordings(), styles())
def test_the_strictest_query_comes_first(recording, style):
    """It has every word of the queries after it, except those in other words or letters."""
    first, *others = [
        query
        for query in plan_queries(as_track(recording, style))
        if query.query_type not in {"as_written", "transliterated"}
    ]
    assert all(set(words_of_text(other.text)) < set(words_of_text(first.text)) for other in others)


@given(recordings(), styles())
def test_the_first_query_names_title_artists_and_mix(recording, style):
    """One request is enough if the first query has all words that distinguish recordings."""
    first = plan_queries(as_track(recording, style))[0]
    wanted = words_of_text(f"{recording.title} {' '.join(recording.artists)} {recording.remixer}")
    assert set(wanted) - {"and"} <= set(words_of_text(first.text))
    assert first.query_type == "artist_title"


@each_row(
    "track, expected",
    [
        (Track("Night Ferry", "Ana Sol"), ["Ana Sol Night Ferry", "Night Ferry", "Ana Sol Ferry"]),
        (Track("Night Ferry (Original Mix)", "Ana Sol"),
         ["Ana Sol Night Ferry", "Night Ferry", "Ana Sol Ferry",
          "Ana Sol Night Ferry Original Mix"]),
        (Track("Night Ferry (Nørd Remix)", "Ana Sol"),
         ["Ana Sol Night Ferry Nørd Remix", "Ana Sol Night Ferry", "Night Ferry Nørd",
          "Night Ferry", "Ana Sol Ferry"]),
        (Track("Ana Sol - Night Ferry (Dub)"),
         ["Ana Sol Night Ferry Dub", "Ana Sol Night Ferry", "Night Ferry", "Ana Sol Ferry"]),
        (Track("Night Ferry", "Ana Sol, Tom, Lea"),
         ["Ana Sol Tom Lea Night Ferry", "Ana Sol Night Ferry", "Night Ferry", "Ana Sol Ferry"]),
        (Track("Night Ferry", "Ana", remixers="Nørd"),
         ["Ana Night Ferry Nørd Remix", "Ana Night Ferry", "Night Ferry Nørd", "Night Ferry",
          "Ana Ferry"]),
        (Track("Night Ferry"), ["Night Ferry"]),
        (Track("夜の鉄道", "灯台"), ["灯台 夜の鉄道", "夜の鉄道"]),
        (
            Track("Ночной Паром", "Лада"),
            ["Лада Ночной Паром", "lada nochnoy parom", "Ночной Паром", "Лада Ночной"],
        ),
        (Track("!!!", "!!!"), ["!!!"]),
    ],
)  # fmt: skip
def test_queries_become_less_strict_step_by_step(track, expected):
    """First artists, title and the mix; in the end one artist and a rare word."""
    assert texts(track) == expected


def test_a_query_names_three_artists_at_most():
    """More artists do not narrow the search."""
    track = Track("Night Ferry", ["Ana", "Tom", "Lea", "Ugo", "Ines"])
    assert texts(track)[0] == "Ana Tom Lea Night Ferry"


def test_every_query_type_is_declared():
    """`query_type` is a stable code for programs."""
    track = Track("Night Ferry (Nørd Remix) [Free Download]", "Ana & Tom", remixers="Nørd")
    kinds = [query.query_type for query in plan_queries(track)]
    assert set(kinds) <= set(get_args(QueryType))
    assert kinds[0] == "artist_title"
    assert kinds[-1] == "as_written"


def test_a_title_of_brackets_has_no_query():
    assert texts(Track("()")) == []


def test_the_first_query_has_the_part_number():
    """The part number distinguishes recordings with the same title."""
    assert {"2"} <= set(words_of_text(texts(Track("Night Ferry, Pt. 2", "Ana Sol"))[0]))


def test_queries_have_a_maximum_length():
    track = Track(" ".join(map(str, range(9999))), " ".join(map(str, range(9999))))
    assert max(map(len, texts(track))) <= 2000


def test_full_width_brackets_are_removed_as_well():
    track = Track("Night Ferry（Free Download）", "Ana Sol")
    assert not any("（" in text for text in texts(track))


@each_row("title", ["!!!", "?", "...", "+", "♥"])
def test_a_title_of_signs_is_searched_for(title: str) -> None:
    """There are artists and titles like these; dashes alone mean an empty field."""
    assert [query.text for query in plan_queries(Track(title))] == [title]
    assert plan_queries(Track("---")) == ()
    assert plan_queries(Track("---", "Ana Sol"))[0].text == "Ana Sol ---"
