"""Versions: a phrase that names one is told from one that does not, and taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.parsing.versions import (
    UNSTATED,
    Version,
    completes_to_marker,
    names_version,
    parse_version,
)
from beatport_match.parsing.vocabulary import KINDS

PHRASES = st.lists(
    st.sampled_from(
        [*KINDS, "Original", "Extended", "Radio", "Mix", "Nørd", "2019", "Pt.", "2", "by"]
    ),
    max_size=5,
).map(" ".join)


def version(kinds="", length="", part="", words=""):
    return Version(frozenset(kinds.split()), length, part, tuple(words.split()), is_stated=True)


@pytest.mark.parametrize(
    "phrase",
    [
        "Original Mix", "original", "Extended Mix", "Extended", "Radio Edit", "Club Mix", "Dub",
        "Instrumental", "Acapella", "VIP", "Live", "Mixed", "Remastered", "2019 Remaster",
        "Remastered 2019", "Nørd Remix", "Nørd Rmx", "Nørd's Harbour Dub", "Nørd & Sol Edit",
        "Remixed by Nørd", "Live at the Quay", "Live from the Quay", "Part 2", "Pt. II", "Part Two",
        "Nørd Remix 2", "Main Mix", "Full Length Version", "Album Version", "Vocal Mix", "Reprise",
        "Sunrise Version", "夜行 Remix", "Ночной Remix", "Nørd Re-Edit", "Nørd Mashup", "Nørd Flip",
        "Intro Edit", "Original Mix Edit", "Demo", "Acoustic", "Nørd Bootleg",
        "Nørd Reinterpretation", "Remix",
    ],
)  # fmt: skip
def test_phrases_that_name_a_version(phrase):
    """Each kind of the grammar is known where it names a version."""
    assert names_version(phrase)


@pytest.mark.parametrize(
    "phrase",
    [
        "", " ", "!!!", "We've Lost Dancing", "The Long Way Home", "Only You", "Is the Drug",
        "To the Club", "Live Forever", "Dub Be Good to Me", "Radio Silence", "Part of Me", "Part",
        "No. 5", "1999", "2", "Mix It Up", "The", "A", "Original Sin", "Edit This", "夜",
        "Club of Glass",
    ],
)  # fmt: skip
def test_phrases_that_belong_to_the_title(phrase):
    """Bracketed text that belongs to the title stays: it names no version."""
    assert not names_version(phrase)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Original Mix", version()), ("Main Mix", version()), ("Full Length Mix", version()),
        ("Extended Mix", version(length="long")), ("Ext. Version", version(length="long")),
        ("Radio Edit", version(length="short")), ("Radio Mix", version(length="short")),
        ("Short Edit", version(length="short")), ("Club Mix", version("club")),
        ("Dub Mix", version("dub")), ("Dub", version("dub")), ("VIP Mix", version("vip")),
        ("Nørd Remix", version("remix", words="nord")),
        ("Nørd Rmx", version("remix", words="nord")),
        ("Nørd Extended Remix", version("remix", "long", words="nord")),
        ("Nørd VIP Remix", version("remix vip", words="nord")),
        ("Nørd & Ana Sol Edit", version("edit", words="nord ana sol")),
        ("Nørd vs. Sol Remix", version("remix", words="nord sol")),
        ("Remixed by Nørd", version("remix", words="nord")),
        ("Nørd's Harbour Dub", version("dub", words="nord harbour")),
        ("Nørd Remix Pt. 2", version("remix", part="2", words="nord")),
        ("Part Two", version(part="2")), ("Pt. IV", version(part="4")),
        ("Part 07", version(part="7")),
        ("2019 Remaster", version("remaster")), ("Remastered", version("remaster")),
        ("Nørd Remix 2", version("remix", words="nord 2")),
        ("Instrumental", version("instrumental")), ("A Cappella", version("acapella")),
        ("Sunrise Version", version(words="sunrise")), ("12 Mix", version(words="12")),
        ("1999 Mix", version(words="1999")),
        ("Nørd Instrumental Remix", version("instrumental remix", words="nord")),
    ],
)  # fmt: skip
def test_versions_taken_apart(phrase, expected):
    """Version as structure: kind, remixers, length class, part, other words."""
    found = parse_version(phrase)
    assert found.text == phrase
    assert (found.kinds, found.length, found.part, found.words) == (
        expected.kinds,
        expected.length,
        expected.part,
        expected.words,
    )


SAME = [
    ("Nørd Remix", "NORD REMIX"), ("Nørd Remix", "Nørd Rmx"), ("Nørd Remix", "Remixed by Nørd"),
    ("Radio Edit", "Radio Mix"), ("Extended Mix", "Extended Version"), ("Dub", "Dub Mix"),
    ("Acapella", "Acappella"), ("Part 2", "Pt. II"), ("Remaster", "Remastered 2019"),
    ("Original", "Original Mix"), ("Instrumental", "Inst."), ("VIP", "VIP Mix"),
    ("Nørd Rework", "Nørd Re-Work"), ("Nørd Remix", "Nørd Re-Mix"), ("Acapella", "A Capella"),
    ('12" Version', "12 Inch Version"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_one_version(one, other):
    """The same on both sides: spellings of one version come to the same structure."""
    mine, theirs = parse_version(one), parse_version(other)
    assert (mine.kinds, mine.length, mine.part, set(mine.words)) == (
        theirs.kinds,
        theirs.length,
        theirs.part,
        set(theirs.words),
    )


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("Sunrise Mix", "mix"), ("Sunrise Version", "version"), ("Short Edit", "edit"),
        ("Dub Mix", ""), ("Radio Edit", ""), ("Sunrise", ""),
        ("Sunrise Version (Original Mix)", "version"), ("Original Mix", "mix"),
    ],
)  # fmt: skip
def test_what_a_phrase_calls_itself(phrase, noun):
    """`noun`: "empty where it does not say", and where kind or length say it; "(Original Mix)"
    behind another version says one thing too many."""
    assert parse_version(phrase).version_noun == noun


@pytest.mark.parametrize("phrase", ["Re-Nørd Remix", "Nørd Re Remix", "Nørd Remix Re"])
def test_a_syllable_that_makes_no_marker_makes_none_of_a_name(phrase):
    """ "Re-Mix" is a remix; "Re" before a name is no other kind of version, and keeps the name."""
    found = parse_version(phrase)
    assert (found.kinds, found.words) == (frozenset({"remix"}), ("nord",))


def test_plain_is_what_nobody_changed():
    """`plain`: the track as first made; silence and "Original Mix" are, though told apart."""
    assert UNSTATED.plain
    assert not UNSTATED.is_stated
    assert parse_version("Original Mix").plain
    assert parse_version("Original Mix").is_stated
    for phrase in ("Extended Mix", "Nørd Remix", "Dub", "Sunrise Version", "Live"):
        assert not parse_version(phrase).plain


def test_two_phrases_about_one_track_come_together():
    """`(X Remix) (Extended Mix)` is one version; silence adds nothing."""
    remix, extended = parse_version("Nørd Remix"), parse_version("Extended Mix")
    both = remix | extended
    assert (both.kinds, both.length, both.words) == (frozenset({"remix"}), "long", ("nord",))
    assert both.text == "Nørd Remix Extended Mix"
    assert remix | UNSTATED == remix == UNSTATED | remix
    assert (remix | remix).words == ("nord",)


@pytest.mark.parametrize(
    ("cut", "whole"),
    [("Origina", "original"), ("Nørd Remi", "Nørd remix"), ("Extended Mi", "Extended mix"),
     ("Radio Ed", "Radio edit"), ("Nørd Remix", "Nørd Remix"), ("Lost Dancing", "Lost Dancing"),
     ("", ""), ("E", "E")],
)  # fmt: skip
def test_a_last_word_cut_short_is_made_whole(cut, whole):
    """A title cut off by its tag still says its version: `Origina` is `original`."""
    assert completes_to_marker(cut) == whole


@given(PHRASES)
def test_nothing_said_is_lost(phrase):
    """Every word of a phrase ends up somewhere: as kind, length, part, word, or a plain marker."""
    found = parse_version(phrase)
    assert found.is_stated
    assert found.kinds <= set(KINDS.values())
    assert found.length in {"", "long", "short"}
    if "nord" in phrase.casefold().replace("ø", "o"):
        assert "nord" in found.words


@given(st.text())
def test_any_text_can_be_read(text):
    """Input is hostile until read: no phrase is an error."""
    names_version(text)
    parse_version(text)
    completes_to_marker(text)
