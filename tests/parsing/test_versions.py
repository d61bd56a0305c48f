"""Versions: which phrases name a version, and how they are parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

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


@each_row(
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
    assert names_version(phrase)


@each_row(
    "phrase",
    [
        "", " ", "!!!", "We've Lost Dancing", "The Long Way Home", "Only You", "Is the Drug",
        "To the Club", "Live Forever", "Dub Be Good to Me", "Radio Silence", "Part of Me", "Part",
        "No. 5", "1999", "2", "Mix It Up", "The", "A", "Original Sin", "Edit This", "夜",
        "Club of Glass",
    ],
)  # fmt: skip
def test_phrases_that_belong_to_the_title(phrase):
    assert not names_version(phrase)


@each_row(
    "phrase, expected",
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
def test_a_phrase_is_parsed_into_kinds_length_part_and_words(phrase, expected):
    parsed = parse_version(phrase)
    assert parsed.text == phrase
    assert (parsed.kinds, parsed.length, parsed.part, parsed.words) == (
        expected.kinds,
        expected.length,
        expected.part,
        expected.words,
    )


SAME = [
    ("Nørd Remix", "NORD REMIX"), ("Nørd Remix", "Nørd Rmx"), ("Nørd Remix", "Remixed by Nørd"),
    ("Radio Edit", "Radio Mix"), ("Radio Cut", "Radio Mix"),
    ("Extended Mix", "Extended Version"), ("Dub", "Dub Mix"),
    ("Acapella", "Acappella"), ("Part 2", "Pt. II"), ("Remaster", "Remastered 2019"),
    ("Original", "Original Mix"), ("Instrumental", "Inst."), ("VIP", "VIP Mix"),
    ("Nørd Rework", "Nørd Re-Work"), ("Nørd Remix", "Nørd Re-Mix"), ("Acapella", "A Capella"),
    ('12" Version', "12 Inch Version"),
]  # fmt: skip


@each_row("one, other", SAME)
def test_spellings_of_one_version_have_the_same_structure(one, other):
    mine, theirs = parse_version(one), parse_version(other)
    assert (mine.kinds, mine.length, mine.part, set(mine.words)) == (
        theirs.kinds,
        theirs.length,
        theirs.part,
        set(theirs.words),
    )


@each_row(
    "phrase, noun",
    [
        ("Sunrise Mix", "mix"), ("Sunrise Version", "version"), ("Short Edit", "edit"),
        ("Dub Mix", ""), ("Radio Edit", ""), ("Sunrise", ""),
        ("Sunrise Version (Original Mix)", "version"), ("Original Mix", "mix"),
    ],
)  # fmt: skip
def test_version_noun(phrase, noun):
    """The noun is empty if kind or length decide; "(Original Mix)" after another version does not
    count.
    """
    assert parse_version(phrase).version_noun == noun


@pytest.mark.parametrize("phrase", ["Re-Nørd Remix", "Nørd Re Remix", "Nørd Remix Re"])
def test_re_is_joined_only_with_a_word_that_makes_a_kind(phrase):
    """ "Re-Mix" is a remix. "Re" before a name is no kind of version, and the name is kept."""
    parsed = parse_version(phrase)
    assert (parsed.kinds, parsed.words) == (frozenset({"remix"}), ("nord",))


def test_plain_is_the_track_as_first_made():
    """Both "Original Mix" and no phrase are plain; `is_stated` distinguishes them."""
    assert UNSTATED.plain
    assert not UNSTATED.is_stated
    assert parse_version("Original Mix").plain
    assert parse_version("Original Mix").is_stated
    for phrase in ("Extended Mix", "Nørd Remix", "Dub", "Sunrise Version", "Live"):
        assert not parse_version(phrase).plain


def test_the_first_of_two_contradictory_phrases_decides():
    """Beatport's mix field has priority over the version in a title."""
    both = parse_version("Extended Mix Pt. 1") | parse_version("Radio Edit Pt. 2")
    assert (both.length, both.part) == ("long", "1")


def test_two_phrases_about_one_track_are_combined():
    """`(X Remix) (Extended Mix)` is one version; an unstated version adds nothing."""
    remix, extended = parse_version("Nørd Remix"), parse_version("Extended Mix")
    both = remix | extended
    assert (both.kinds, both.length, both.words) == (frozenset({"remix"}), "long", ("nord",))
    assert both.text == "Nørd Remix Extended Mix"
    assert remix | UNSTATED == remix == UNSTATED | remix
    assert (remix | remix).words == ("nord",)


@each_row(
    "truncated, completed",
    [("Origina", "original"), ("Nørd Remi", "Nørd remix"), ("Extended Mi", "Extended mix"),
     ("Radio Ed", "Radio edit"), ("Nørd Remix", "Nørd Remix"), ("Lost Dancing", "Lost Dancing"),
     ("", ""), ("E", "E")],
)  # fmt: skip
def test_a_truncated_last_word_is_completed(truncated, completed):
    """A tag of limited length truncates the title: `Origina` becomes `original`."""
    assert completes_to_marker(truncated) == completed


@given(PHRASES)
def test_no_word_of_a_phrase_is_lost(phrase):
    """Every word becomes a kind, the length, the part or a word, or it is a plain marker."""
    parsed = parse_version(phrase)
    assert parsed.is_stated
    assert parsed.kinds <= set(KINDS.values())
    assert parsed.length in {"", "long", "short"}
    if "nord" in phrase.casefold().replace("ø", "o"):
        assert "nord" in parsed.words


@given(st.text())
def test_no_phrase_is_an_error(text):
    names_version(text)
    parse_version(text)
    completes_to_marker(text)
