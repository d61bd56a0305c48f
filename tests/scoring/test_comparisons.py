"""Comparisons: each question about a pair answered with points, a note, and what it rules out."""

import pytest

from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.parsed_track import parse_candidate
from beatport_match.scoring.artist_comparison import compare_artists
from beatport_match.scoring.scorer import compare_bpm, compare_lengths
from beatport_match.scoring.title_comparison import compare_titles
from beatport_match.scoring.version_comparison import compare_versions


def pair(title="Night Ferry", name="Night Ferry", mine="Ana Sol", theirs=("Ana Sol",), **more):
    """The likeliest reading of a local track, and the one of a candidate."""
    mix = more.pop("mix", "Original Mix")
    other = Candidate(id=1, name=name, mix_name=mix, artists=theirs, **more)
    return interpret(Track(title, mine))[0], parse_candidate(other)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Night Ferry", "Night Ferry"), ("night ferry", "NIGHT FERRY"),
        ("Nightferry", "Night Ferry"),
        ("The Night Ferry", "Night Ferry"), ("Night & Ferry", "Night and Ferry"),
        ("Night n Ferry", "Night & Ferry"), ("Nite Ferry", "Nite Fery"), ("Lanterns", "Lantern"),
        ("Driftwood", "Dirftwood"), ("Don't Stop", "Dont Stop"), ("Møn", "Mon"),
        ("Night Ferry feat. Tom", "Night Ferry"), ("Night Ferry (Free Download)", "Night Ferry"),
        ("Night Ferry Ana Sol", "Night Ferry"), ("夜の鉄道", "夜の鉄道"),
        ("Ночной Паром", "ночной паром"),
    ],
)  # fmt: skip
def test_one_title_in_two_spellings(mine, theirs):
    """Spacing, small words, a typo, the artist's own name in the title: still the same title."""
    finding = compare_titles(*pair(mine, theirs))
    assert finding.contradicts == ""
    assert finding.points > 0


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Night Ferry", "Day Ferry"), ("Night Ferry", "Night"), ("Night", "Night Ferry"),
        ("Night Ferry", "Night Ferry Home"), ("Night Ferry 2", "Night Ferry 3"), ("1999", "1998"),
        ("Night Ferry", "Lantern"), ("Untitled 1", "Untitled 2"),
        ("Night Ferry", "Ferry Man Night"),
        ("Moon", "Sun"), ("夜", "昼"), ("Ночь", "День"),
        ("Marea", "Marea (We've Lost Dancing)"), ("!!!", "???"), ("Tide 12", "Tide 21"),
        ("With", "Versus"),
        ("Sol", "Ana"),
        ("Night Ferry", "Night Ferry II"),
        ("夜の鉄道", "昼の鉄道"),
        ("Night Ferry [Sunset]", "Night Ferry [Sunrise]"),
    ],
)  # fmt: skip
def test_another_title_is_another_track(mine, theirs):
    """Another title is `different`, however long the shared text is."""
    assert compare_titles(*pair(mine, theirs)).contradicts == "recording"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Ana Sol", ["Ana Sol"]), ("Ana & Tom", ["Tom", "Ana"]), ("Tom, Ana", ["Ana", "Tom"]),
        ("Ana feat. Tom", ["Ana", "Tom"]), ("Ana vs. Tom", ["Tom", "Ana"]), ("Ana", ["Ana", "Tom"]),
        ("Quilt & Thimble", ["Quilt & Thimble"]), ("DJ Ana Sol", ["Ana Sol"]),
        ("The Owls", ["Owls"]),
        ("Tomek Brzoza", ["Tomek Brzoaz"]), ("Nørdlys", ["Nordlys"]), ("ANA SOL (UK)", ["Ana Sol"]),
        ("Sol Ana", ["Ana Sol"]), ("夜の鉄道", ["夜の鉄道"]), ("Лада", ["ЛАДА"]),
        ("Ana/Tom", ["Ana", "Tom"]),
    ],
)  # fmt: skip
def test_one_credit_in_two_orders(mine, theirs):
    """Artists are sets, order-free, "&" inside names, "A & B" = "B, A"."""
    finding = compare_artists(*pair(mine=mine, theirs=theirs))
    assert finding.contradicts == ""
    assert finding.points > 20


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Ana Sol", ["Tom Berg"]), ("Ana Sol", ["Ana Berg"]), ("Ana Sol", ["Sol"]),
        ("Ana", ["Anabel"]),
        ("Ana", ["Ann"]), ("Tom", ["Tim"]), ("夜の鉄道", ["昼の鉄道"]), ("Лада", ["Влада"]),
        ("Sector 7", ["Sector 9"]),
    ],
)  # fmt: skip
def test_another_artist_is_another_track(mine, theirs):
    """Substring is not equality: another artist is `different`."""
    assert compare_artists(*pair(mine=mine, theirs=theirs)).contradicts == "recording"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("On hTe Ferry", "On The Ferry"), ("Show e Lantern", "Show Me Lantern"),
        ("Give UUp", "Give Up"), ("Cant Hold tI", "Can't Hold It"),
        ("Th Deep Quay", "The Deep Quay"),
    ],
)  # fmt: skip
def test_a_short_word_mistyped_among_words_that_agree(mine, theirs):
    """A slip in a short word is one where the words around it vouch for it."""
    assert compare_titles(*pair(mine, theirs)).code in {"typo", "small_words"}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("Lanternquay", "Lantern Quays"), ("Night Fery", "Nightferry")],
)
def test_a_blank_out_of_place_beside_a_slip(mine, theirs):
    """Where a blank went astray as well, another letter is a typo and makes no other word."""
    finding = compare_titles(*pair(mine, theirs))
    assert (finding.code, finding.contradicts) == ("typo", "")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("To Lantern", "Two Lantern"), ("He Sails Home", "She Sails Home"),
        ("Act I Ferry", "Act II Ferry"), ("Day Ferry", "Days Ferry"), ("He", "Hey"),
        ("Take 12 Lanterns", "Take 1 Lanterns"),
    ],
)  # fmt: skip
def test_two_short_words_are_no_slip(mine, theirs):
    """Two words of the language, a number, one more s, and a word that stands alone are none."""
    assert compare_titles(*pair(mine, theirs)).code in {"slip", "other"}


@pytest.mark.parametrize(
    ("mine", "theirs", "code"),
    [
        ("Kiln Road", "Night Ferry / Kiln Road / Quay", "one_of"),
        ("Night Ferry", "Night Ferry / Kiln Road", "one_of"),
        ("Night", "Night Ferry / Kiln Road", "other"),
        ("Night Ferry", "Night/Ferry", "same"),
    ],
)
def test_one_title_of_a_track_that_joins_several(mine, theirs, code):
    """A track that joins titles is called by one of them, wholly."""
    assert compare_titles(*pair(mine, theirs)).code == code


def test_another_title_counts_by_its_rare_words():
    """Rare words weigh more than common ones, also in what is another title."""
    rare = compare_titles(*pair("Love Lantern Quay", "Night Lantern Quay"))
    common = compare_titles(*pair("Lantern Love Night", "Meridian Love Night"))
    assert (rare.contradicts, common.contradicts) == ("recording", "recording")
    assert rare.points > common.points


def test_either_side_may_name_only_the_remixer():
    """Tags and Beatport both now and then credit nobody but who made the remix."""
    title, mix = "Night Ferry (Nørd Remix)", "Nørd Remix"
    here = compare_artists(*pair(title, mine="Nørd", theirs=("Ana Sol",), mix=mix))
    there = compare_artists(*pair(title, mine="Ana Sol", theirs=("Nørd",), mix=mix))
    assert here.code == there.code == "remixer"
    assert here.contradicts == there.contradicts == ""


def test_part_of_a_name_is_not_the_name():
    """Substring is not equality: "Sol" for "Ana Sol" is far from the points of the same artist."""
    same = compare_artists(*pair(mine="Ana Sol"))
    part = compare_artists(*pair(mine="Sol"))
    assert part.contradicts == "recording" or part.points < same.points / 2


def test_part_of_a_name_is_not_explained_by_a_remixer():
    """A note says why, for people: no remixer is named on either side."""
    assert "remixer" not in compare_artists(*pair(mine="Sol")).note


def test_remixers_are_not_missed_among_the_artists():
    """Artists and remixers are mixed in tags: "808, Nørd" for 808's track in Nørd's remix."""
    local, other = pair(
        "Night Ferry (Nørd Remix)", mine="Ana Sol, Nørd", mix="Nørd Remix", remixers=("Nørd",)
    )
    assert compare_artists(local, other) == compare_artists(*pair())
    local, other = pair("Night Ferry (Nørd Remix)", mine="Nørd", mix="Nørd Remix")
    assert compare_artists(local, other).contradicts == ""


def test_a_missing_credit_is_neither_for_nor_against():
    """Absent evidence contradicts nothing, and gives less than artists that agree."""
    absent = compare_artists(*pair(mine=""))
    assert absent.contradicts == ""
    assert 0 < absent.points < compare_artists(*pair()).points


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("", "Original Mix"), ("(Original Mix)", "Original Mix"), ("(Original Mix)", None),
        ("(Extended Mix)", "Extended Version"), ("(Radio Edit)", "Radio Mix"), ("(Dub)", "Dub Mix"),
        ("(Nørd Remix)", "Nørd Remix"), ("(Nørd Mix)", "Nørd Remix"),
        ("(Tom & Nørd Remix)", "Nørd & Tom Remix"),
        ("(Remastered)", "2019 Remaster"), ("(VIP)", "VIP Mix"),
        ("(Ana Sol's Dub)", "Ana Sol's Dub"), ("(Dunja Petrovac Remix)", "Dunja Petrovak Remix"),
        ("(W&W Remix)", "WandW Remix"), ("(.MMayer Rmx)", "M.Mayer Remix"),
        ("(Cllub Mix)", "Club Mix"), ("(rOig Mix)", "Original Mix"), ("(Org Mix)", "Original Mix"),
        ("(Main Mix)", "Original Mix"), ("Pt. 2", "Part 2"),
        ("(Nørd Remix) (Extended)", "Nørd Extended Remix"),
    ],
)  # fmt: skip
def test_one_version_in_two_spellings(mine, theirs):
    """Version kind and remixers are compared as structure, not as text."""
    finding = compare_versions(*pair(f"Night Ferry {mine}", mix=theirs), None)
    assert finding.contradicts == ""
    assert finding.points > 0


CLASHES = [
    ("", "Nørd Remix"), ("", "Extended Mix"), ("", "Dub"), ("", "Live"), ("", "Part 2"),
    ("", "Sunrise Version"),
    ("(Original Mix)", "Extended Mix"), ("(Original Mix)", "Nørd Remix"),
    ("(Original Mix)", "Remastered"),
    ("(Extended Mix)", "Original Mix"), ("(Extended Mix)", "Radio Edit"),
    ("(Radio Edit)", "Original Mix"),
    ("(Dub)", "Instrumental"), ("(Dub Mix)", "Club Mix"), ("(VIP Mix)", "Original Mix"),
    ("(Nørd Remix)", "Original Mix"), ("(Nørd Remix)", "Tom Remix"), ("(Nørd Remix)", "Nørd Dub"),
    ("(Nørd Remix)", "Nørd Extended Remix"), ("(Nørd Remix)", "Nørd Instrumental Remix"),
    ("(Nørd Remix)", "Nørd Harbour Remix"), ("(Nørd Remix)", "Nørd VIP Remix"),
    ("(Remix)", "Nørd Remix"),
    ("(Nørd Remix)", "Nørd Remix 2"), ("(Nørd Remix Pt. 1)", "Nørd Remix Pt. 2"),
    ("Pt. 1", "Part 2"),
    ("Pt. 1", "Original Mix"), ("(1999 Mix)", "2009 Mix"),
    ("(Nørd 2012 Remix)", "Nørd 2019 Remix"), ("(Mixed)", "Original Mix"),
    ("(Nørd Remix)", "Nørdlys Remix"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs"),
    CLASHES,
)
def test_another_version_is_never_the_same(mine, theirs):
    """Another remixer, another kind, another part number can be `other_version` at best."""
    assert compare_versions(*pair(f"Night Ferry {mine}", mix=theirs), None).contradicts == "version"


# A library that names the remixer may still leave the length class of his mix unsaid.
LENGTH_UNSAID = ("(Nørd Remix)", "Nørd Extended Remix")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        *(row for row in CLASHES if row[0] and row != LENGTH_UNSAID),
    ],
)
def test_an_equal_length_does_not_excuse_another_version(mine, theirs):
    """A contradiction caps the outcome: two mixes of one length are two mixes."""
    assert compare_versions(*pair(f"Night Ferry {mine}", mix=theirs), 0.0).contradicts == "version"


@pytest.mark.parametrize("mix", ["Extended Mix", "Radio Edit", "Club Mix"])
def test_a_length_vouches_for_a_version_left_unsaid(mix):
    """A library often leaves the mix unsaid: an equal length tells which one, another does not."""
    assert compare_versions(*pair(mix=mix), 1.0).contradicts == ""
    assert compare_versions(*pair(mix=mix), 30.0).contradicts == "version"
    assert compare_versions(*pair(mix=mix), None).contradicts == "version"


def test_a_length_vouches_for_a_remix_whose_length_class_is_unsaid():
    """ "X Remix" of the length of the "X Extended Remix" is that one."""
    readings = pair(f"Night Ferry {LENGTH_UNSAID[0]}", mix=LENGTH_UNSAID[1])
    assert compare_versions(*readings, 1.0).contradicts == ""


@pytest.mark.parametrize("mix", ["Nørd Remix", "Dub", "Instrumental", "Live", "VIP Mix", "Part 2"])
def test_no_length_vouches_for_another_recording(mix):
    """Nobody leaves a remix or a dub unsaid: an equal length is a coincidence."""
    assert compare_versions(*pair(mix=mix), 0.0).contradicts == "version"


@pytest.mark.parametrize(
    ("mine", "theirs", "code"),
    [
        ("(Victor Ru", "Victor Ruiz Remix", "cut"),
        ("(Osk Vell Ext", "Osk Vell Extended Mix", "cut"),
        ("(Victor Ru", "Viktor Ruiz Remix", "unsaid"), ("(Vi", "Victor Ruiz Remix", "unsaid"),
        ("(Victor Ru)", "Victor Ruiz Remix", "unsaid"),
    ],
)  # fmt: skip
def test_a_bracket_cut_short_begins_the_version(mine, theirs, code):
    """A title cut short ends within its bracket: what is left must begin the version."""
    codes = [
        compare_versions(local, parse_candidate(other), None).code
        for other in [Candidate(id=1, name="Night Ferry", mix_name=theirs, artists=("Ana Sol",))]
        for local in interpret(Track(f"Night Ferry {mine}", "Ana Sol"))
        if local.base == "night ferry" and not local.version.is_stated
    ]
    assert codes == [code]


def test_beatports_remixer_field_is_a_witness():
    """A mix named without its maker is his where Beatport's own field says so."""
    named = pair("Night Ferry (Nørd Harbour Mix)", mix="Harbour Mix", remixers=("Nørd",))
    unnamed = pair("Night Ferry (Nørd Harbour Mix)", mix="Harbour Mix")
    assert compare_versions(*named, None).contradicts == ""
    assert compare_versions(*unnamed, None).contradicts == "version"


def test_lengths_speak_louder_the_farther_apart_they_are():
    """Length: within 2 s strong, over 10 s against."""
    points = [compare_lengths(gap).points for gap in (0, 2, 4, 9, 20, 50, 100, 5000)]
    assert points == sorted(points, reverse=True)
    assert points[0] == points[1] > points[2] > 0 <= points[3]
    assert all(one < 0 for one in points[4:])


@pytest.mark.parametrize(
    ("mine", "theirs"), [(124, 124), (62, 124), (174, 87), (124.0, 124.5), (87.5, 175)]
)
def test_half_and_double_tempo_are_equal(mine, theirs):
    """BPM: half and double count as equal, in both directions."""
    assert compare_bpm(mine, theirs).points == compare_bpm(124, 124).points > 0


def test_a_pitched_rip_is_hardly_against():
    """BPM: up to 6 % off is a pitched rip, farther off is another tempo; no tempo contradicts."""
    same, pitched, another = (compare_bpm(124, bpm) for bpm in (124, 129, 140))
    assert same.points > 0 > pitched.points > another.points
    assert {same.contradicts, pitched.contradicts, another.contradicts} == {""}
