"""Title parsing separates the base of a title from version, featured artists and noise."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from invented_tracks import limit_executed_lines
from tables import each_row

from beatport_match import MisuseError
from beatport_match.parsing import titles
from beatport_match.parsing.titles import ParsedTitle, parse_title, split_names


def parts(text):
    """Return what the tables below state: base, kinds, length, part, other words."""
    parsed = parse_title(text)
    version = parsed.version
    return parsed.base, " ".join(sorted(version.kinds)), version.length, version.part, version.words


REMIX = ("remix", "", "", ("nord",))
EXTENDED = ("", "long", "", ())
RADIO = ("", "short", "", ())
DUB = ("dub", "", "", ())
PLAIN = ("", "", "", ())
PART_2 = ("", "", "2", ())


@each_row(
    "text, version",
    [
        ("Night Ferry", PLAIN), ("Night Ferry (Original Mix)", PLAIN),
        ("Night Ferry - Original", PLAIN),
        ("Night Ferry (Nørd Remix)", REMIX), ("Night Ferry [Nørd Remix]", REMIX),
        ("Night Ferry {Nørd Remix}", REMIX), ("Night Ferry <Nørd Remix>", REMIX),
        ("Night Ferry (Nørd Remix", REMIX), ("Night Ferry [Nørd Remi", REMIX),
        ("Night Ferry (Nørd Remix]", REMIX), ("Night Ferry (Nørd (UK) Remix)", REMIX),
        ("Night Ferry ((Nørd Remix))", REMIX), ("Night Ferry ([Nørd Remix])", REMIX),
        ("Night Ferry - Nørd Remix", REMIX), ("Night Ferry – Nørd Remix", REMIX),
        ("Night Ferry — Nørd Remix", REMIX), ("Night Ferry - (Nørd Remix)", REMIX),
        ("Night Ferry（Nørd Remix）", REMIX), ("Night Ferry(Nørd Remix)", REMIX),
        ("Night Ferry (Remixed by Nørd)", REMIX), ("Night Ferry (Nørd Rmx)", REMIX),
        ("  Night   Ferry\u200b (Nørd  Remix) ", REMIX),
        ("Night Ferry (Nørd Remix 2)", (*REMIX[:3], ("nord", "2"))),
        ("Night Ferry (Extended Mix)", EXTENDED), ("Night Ferry (Extended Mi", EXTENDED),
        ("Night Ferry - Extended Version", EXTENDED), ("Night Ferry Extended Mix", EXTENDED),
        ("Night Ferry (Radio Edit)", RADIO), ("Night Ferry - Radio Edit", RADIO),
        ("Night Ferry Radio Edit", RADIO), ("Night Ferry (Dub)", DUB),
        ("Night Ferry - Dub Mix", DUB),
        ("Night Ferry (Nørd Remix) (Radio Edit)", ("remix", "short", "", ("nord",))),
        ("Night Ferry (Nørd Remix) [Extended Mix]", ("remix", "long", "", ("nord",))),
        ("Night Ferry (Nørd Remix - Radio Edit)", ("remix", "short", "", ("nord",))),
        ("Night Ferry (Nørd Remix Instrumental)", ("instrumental remix", "", "", ("nord",))),
        ("Night Ferry (Nørd's Harbour Dub)", ("dub", "", "", ("nord", "harbour"))),
        ("Night Ferry (Live at Quay)", ("live", "", "", ("at", "quay"))),
        ("Night Ferry - Remastered 2019", ("remaster", "", "", ())),
        ("Night Ferry (2019 Remaster)", ("remaster", "", "", ())),
        ("Night Ferry (Mixed)", ("mixed", "", "", ())), ("Night Ferry (VIP)", ("vip", "", "", ())),
        ("Night Ferry (Acapella)", ("acapella", "", "", ())),
        ("Night Ferry, Pt. XI", (*PART_2[:2], "11", *PART_2[3:])),
        ("Night Ferry, Pt. 2", PART_2), ("Night Ferry Pt. II", PART_2),
        ("Night Ferry Part Two", PART_2),
        ("Night Ferry (Part 2)", PART_2), ("Night Ferry - Part 2", PART_2),
        ("Night Ferry (Pt. 2) (Nørd Remix)", ("remix", "", "2", ("nord",))),
        ("Night Ferry Part 2 (Extended Mix)", ("", "long", "2", ())),
        ("Night Ferry Pt. 2 Extended Mix", ("", "long", "2", ())),
        ("Night Ferry【Nørd Remix】", REMIX),
        ("Night Ferry (Nørd Re-Mix)", REMIX),
    ],
)  # fmt: skip
def test_version_is_separated_in_every_notation(text, version):
    """Brackets of any kind, dashes, nested and truncated brackets."""
    assert parts(text) == ("Night Ferry", *version)


@each_row(
    "text",
    [
        "01 - Night Ferry", "01. Night Ferry", "1) Night Ferry", "[3] Night Ferry",
        "A1. Night Ferry",
        "B2 - Night Ferry", "8A - Night Ferry", "8A - 124 - Night Ferry", "124 BPM Night Ferry",
        "124.5 bpm - Night Ferry", "★★★★☆ Night Ferry", "(F) Night Ferry", "• Night Ferry",
        "Night Ferry.mp3", "Night Ferry.FLAC", "Night_Ferry", "01_night_ferry.wav",
        "01 - Night Ferry.aiff",
        "01 - Night Ferry.opus",
        "Night Ferry (Free Download)", "Night Ferry [FREE DL]", "Night Ferry (Official Video)",
        "Night Ferry [Out Now]", "Night Ferry (HQ)", "Night Ferry [QUAY012]",
        "Night Ferry [Quay Records]", "Night Ferry (www.someblog.com)",
        "Night Ferry [someblog.net]", "Night Ferry (UK)", "Night Ferry - Free Download",
        "Night Ferry ()", "Night Ferry (", "Night Ferry )", "Night Ferry [] ()", "- Night Ferry -",
        "Night Ferry (320kbps)", "Night Ferry (Premiere) [Free Download]",
        "Night Ferry (music.someblog.com)", "Night Ferry - 8A", "Night Ferry - 11A - 126",
        "Night Ferry - 08m - 124.5 bpm", "7654321_Night_Ferry.mp3",
    ],
)  # fmt: skip
def test_noise_is_removed(text):
    """Catalogue numbers, labels, "Free Download", sites, ratings, key/BPM prefixes, suffixes."""
    base, *version = parts(text)
    assert base.title() == "Night Ferry"
    assert tuple(version) == PLAIN


@each_row(
    "text, base, names",
    [
        ("Night Ferry feat. Ana Sol", "Night Ferry", "Ana Sol"),
        ("Night Ferry ft. Ana Sol", "Night Ferry", "Ana Sol"),
        ("Night Ferry ft Ana Sol", "Night Ferry", "Ana Sol"),
        ("Night Ferry FEAT Ana Sol", "Night Ferry", "Ana Sol"),
        ("Night Ferry featuring Ana Sol & Tom", "Night Ferry", "Ana Sol, Tom"),
        ("Night Ferry (feat. Ana Sol)", "Night Ferry", "Ana Sol"),
        ("Night Ferry [ft. Ana Sol]", "Night Ferry", "Ana Sol"),
        ("Night Ferry (with Ana Sol)", "Night Ferry", "Ana Sol"),
        ("Night Ferry feat. Ana Sol (Dub Mix)", "Night Ferry", "Ana Sol"),
        ("Night Ferry (Dub Mix) feat. Ana Sol", "Night Ferry", "Ana Sol"),
        ("Night Ferry (feat. Ana Sol) [Dub Mix]", "Night Ferry", "Ana Sol"),
        ("Night Ferry feat. Ana Sol - Dub Mix", "Night Ferry", "Ana Sol"),
        ("Night Ferry (Only You) feat. Ana Sol (Dub)", "Night Ferry (Only You)", "Ana Sol"),
        ("Tom feat. Ana Sol - Night Ferry", "Tom - Night Ferry", "Ana Sol"),
        ("Night Ferry (feat. Ana Sol, Tom & Nørd)", "Night Ferry", "Ana Sol, Tom, Nørd"),
        ("Left Behind", "Left Behind", ""), ("Gift Shop", "Gift Shop", ""),
        ("Feat of Strength", "Feat of Strength", ""), ("Defeat", "Defeat", ""),
        ("feat. Ana", "feat. Ana", ""), ("With You", "With You", ""),
        ("Night Ferry (w/ Ana Sol)", "Night Ferry", "Ana Sol"),
        ("Night Ferry (Dub Mix feat. Ana Sol)", "Night Ferry", "Ana Sol"),
        ("Night Ferry (Nørd Remix feat. Ana Sol)", "Night Ferry", "Ana Sol"),
    ],
)  # fmt: skip
def test_featured_artists_are_separated_in_every_place(text, base, names):
    """The "ft" in "left" does not introduce a featured artist."""
    parsed = parse_title(text)
    assert (parsed.base, ", ".join(parsed.featured)) == (base, names)


@each_row(
    "text, names",
    [
        ("Night Ferry (Nørd Remix)", "Nørd"), ("Night Ferry - Nørd Edit", "Nørd"),
        ("Night Ferry (Nørd & Ana Sol Remix)", "Nørd, Ana Sol"),
        ("Night Ferry (Nørd vs. Ana Sol Rework)", "Nørd, Ana Sol"),
        ("Night Ferry (Nørd's Harbour Remix)", "Nørd"),
        ("Night Ferry (Nørd’s Harbour Remix)", "Nørd"),
        ("Night Ferry (Nørd Extended Remix)", "Nørd"),
        ("Night Ferry (Remixed by Nørd & Tom)", "Nørd, Tom"),
        ("Night Ferry (Nørd Bootleg)", "Nørd"),
        ("Night Ferry (Nørd Remix) (Tom Edit)", "Nørd, Tom"),
        ("Night Ferry (Nørd VIP Remix)", "Nørd"),
        ("Night Ferry (Remix)", ""), ("Night Ferry (Radio Edit)", ""),
        ("Night Ferry (Extended Mix)", ""),
        ("Night Ferry (Original Mix)", ""), ("Night Ferry (Dub)", ""),
    ],
)  # fmt: skip
def test_remixers_are_the_names_in_the_version_as_written(text, names):
    assert ", ".join(parse_title(text).remixers) == names


@each_row(
    "text",
    [
        "Marea (We've Lost Dancing)", "Harbour (The Long Way Home)", "One Night (Only You)",
        "Take Me (To the Club)", "(I Just) Sail Away", "Tide (No. 5)", "(Don't) Look Back",
        "White Feathers", "Dub Be Good To Me", "Edit", "Original", "Remix", "Dub", "Live", "Radio",
        "Instrumental", "Free", "Final", "Intro", "Part", "Part of Me", "Live Forever",
        "Vocal Cords",
        "Mixed Emotions", "Club Tropics", "Radio Silence", "The Original", "Black & White Mix",
        "Extended Family", "Original Sin", "Master of None", "VIP Area", "Short Circuit",
        "Demo Tape",
        "119 BPM", "119 BPM (Long Way Home)",
        "1999", "124", "8A", "A1", "01", "99 Lanterns", "7th Ferry", "24/7", "4 AM", "303",
        "!!!", "...", "?", "-", "()", "[]", "♥", "(Original Mix)", "[Intro]", "(Free Download)",
        "S.O.S.", "Mr. Right", "A-Side", "X-Press", "Re-Entry", "T.N.T", "夜の鉄道", "Ночной паром",
        "Ana Sol - Night Ferry", "Ana Sol & Tom - Night Ferry", "Pt.",
        "Something (In the Mix)",
        "Lost (In Dub)",
        "Night Ferry Original-Mix",
        "Six Ft Under",
        "Night Ferry (II)",
    ],
)  # fmt: skip
def test_text_of_the_title_stays(text):
    """Brackets that belong to the title stay, and so do words that only look like markers."""
    assert parts(text) == (text, *PLAIN)


def test_a_title_that_is_only_a_marker_can_have_a_version():
    """ "Edit (Original Mix)" is the original version of a track named Edit."""
    assert parts("Edit (Original Mix)") == ("Edit", *PLAIN)
    assert parts("Dub (Nørd Remix)") == ("Dub", *REMIX)
    assert parts("Original (Extended Mix)") == ("Original", *EXTENDED)


@each_row(
    "text, base, version",
    [
        ("01_ana_sol-night_ferry-original_mix.mp3", "ana sol - night ferry", PLAIN),
        ("ana_sol_-_night_ferry_(nord_remix).aiff", "ana sol - night ferry", REMIX),
        ("07 - Ana Sol - Night Ferry (Nørd Remix).m4a", "Ana Sol - Night Ferry", REMIX),
        ("03. Ana Sol - Night Ferry (Extended Mix) [QUAY012].wav",
        "Ana Sol - Night Ferry", EXTENDED),
        ("8A - 124 - Ana Sol - Night Ferry (Radio Edit).flac", "Ana Sol - Night Ferry", RADIO),
        ("Ana Sol – Night Ferry – Dub Mix", "Ana Sol - Night Ferry", DUB),
    ],
)  # fmt: skip
def test_file_names_are_parsed(text, base, version):
    """Underscores, number, key, tempo, label and suffix are removed."""
    assert parts(text) == (base, *version)


@each_row("title", ["夜のフェリー", "Ночной паром", "Νύχτα", "مركب الليل", "מעבורת לילה"])
@each_row("form", ["{} (Extended Mix)", "01 - {} - Extended Mix", "{} [Extended Mix].mp3"])
def test_titles_in_every_script_are_parsed_like_latin_titles(title, form):
    assert parts(form.format(title)) == (title, *EXTENDED)


def test_removed_parts_are_recorded_as_noise():
    """The user can see what was removed."""
    parsed = parse_title("01 - Night Ferry (Free Download) [QUAY012]")
    assert parsed == ParsedTitle("Night Ferry", noise=("01 -", "Free Download", "QUAY012"))


def test_a_part_behind_a_version_is_not_a_label():
    parsed = parse_title("Night Ferry (Dub) Harbour Pt. 2")
    assert (parsed.base, parsed.version.part, parsed.aside) == ("Night Ferry Harbour", "2", ())


def test_a_title_after_the_artist_may_look_like_a_catalogue_number():
    """It is noise only after a dash that follows artist and title."""
    assert parse_title("Ana Sol - QUAY012").base == "Ana Sol - QUAY012"
    assert parse_title("Ana Sol - Night Ferry - QUAY012").base == "Ana Sol - Night Ferry"


def test_text_behind_a_version_does_not_belong_to_the_title():
    """A catalogue number there is noise; other text may be a label and is recorded in `aside`."""
    assert parse_title("Night Ferry (Nørd Remix) QR012").noise == ("QR012",)
    parsed = parse_title("Night Ferry (Nørd Remix) Quay Records")
    assert (parsed.base, parsed.aside) == ("Night Ferry", ("Quay Records",))


@each_row(
    "text, names",
    [
        ("Ana Sol", "Ana Sol"), ("Ana & Tom", "Ana|Tom"), ("Ana feat. Tom", "Ana|Tom"),
        ("Ana vs. Tom vs Nørd", "Ana|Tom|Nørd"), ("Ana, Tom;Nørd / Lea", "Ana|Tom|Nørd|Lea"),
        ("Ana x Tom", "Ana|Tom"), ("Ana X Tom", "Ana|Tom"), ("Xana Sol", "Xana Sol"),
        ("Ana pres. Sol", "Ana|Sol"), ("Ana with Tom", "Ana|Tom"), ("", ""), (" , ", ""),
        ("&", "&"),
        ("Andrea Sandt", "Andrea Sandt"), ("夜 & 昼", "夜|昼"), ("Ana meets Tom", "Ana|Tom"),
    ],
)  # fmt: skip
def test_a_credit_is_split_into_names(text, names):
    """Connectives count only between blanks: "A & B", "A feat. B", "A vs. B", "A x B"."""
    assert "|".join(split_names(text)) == names


DECORATIONS = [
    "(Original Mix)",
    "[Free Download]",
    "(feat. Ana Sol)",
    "[QUAY012]",
    "(Official Video)",
]
PREFIXES = ["", "01 - ", "8A - ", "124 BPM ", "★★ ", "[7] "]
WORDS = "lantern orchard velvet harbour quay kingfisher".split()


@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    prefix=st.sampled_from(PREFIXES),
    decorations=st.lists(st.sampled_from(DECORATIONS), max_size=5),
    suffix=st.sampled_from(["", ".mp3", ".wav"]),
)
def test_decorations_are_stripped_in_any_order(words, prefix, decorations, suffix):
    base = " ".join(words)
    assert parse_title(" ".join([prefix + base, *decorations]) + suffix).base == base


# Pieces that have a meaning in a title, combined at random.
PIECES = st.sampled_from(
    "night|ferry|夜|Ж|(|)|[|]|{|}|<|>| - |-|_| |  |\t|–|（|feat. |ft|Remix|Original|Mix|Dub|Pt. 2"
    "|01|8A|124|BPM|.mp3|★|Free|[x]|(UK)|Nørd|www.a.com|Edi|w/ |&|\u200b".split("|")
)
TITLES = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text())


@given(TITLES)
@example("((((")
@example("Night (Ferry (Dub")
@example("feat. feat. feat.")
@example("Night Ferry Pt. 2 Extended Mix")
def test_parsing_is_idempotent(text):
    base = parse_title(text).base
    assert parse_title(base) == ParsedTitle(base)


# Words that may be stripped from a title of plain words, and some others.
PLAIN_WORDS = st.sampled_from(
    "night ferry feat ft featuring with part pt two ii original extended radio dub mix edit remix "
    "version hq hd official music video audio wwwferrycom www Premiere free download x dj".split()
)


@given(st.lists(PLAIN_WORDS, min_size=1, max_size=6).map(" ".join))
@example("night wwwferrycom")
@example("night ferry part two")
def test_shortcut_for_plain_words_gives_the_same_result(text):
    if titles.has_nothing_to_strip(text):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(titles, "has_nothing_to_strip", lambda _: False)
            assert titles.parse_title.__wrapped__(text) == ParsedTitle(text)


@given(TITLES)
@example("(((Original Mix)))")
@example("01 - ")
@example(".mp3")
@example("[Label] (Free Download)")
def test_base_is_empty_only_for_blank_text(text):
    assert bool(parse_title(text).base.strip()) == bool(text.strip())


HOSTILE = {
    "opened": "(" * 50_000,
    "closed": ")" * 50_000,
    "nested": "(a" * 50_000,
    "nested and closed": "(" * 25_000 + "x" + ")" * 25_000,
    "many": "x " + "(a) " * 20_000,
    "many versions": "x " + "(Dub) " * 20_000,
    "every kind": "([{<" * 20_000,
    "features": "x" + " feat. y" * 20_000,
    "tails": "x" + " - dub" * 20_000,
    "parts": "x" + " pt. 1" * 20_000,
    "numbers": "1. " * 20_000,
    "blanks": "x" + " " * 50_000 + "y",
    "suffixes": "x" + ".mp3" * 20_000,
    "underscores": "_" * 50_000,
    "endings": "x" + " original mix" * 10_000,
    "expands": "\ufdfa" * 20_000,
}


@each_row("text", HOSTILE.values())
def test_work_on_hostile_titles_is_bounded(text):
    """Titles are truncated to `MAX_TITLE_LENGTH`."""
    titles.parse_title.cache_clear()
    with limit_executed_lines(300_000):
        parsed = parse_title(text)
    assert 0 < len(parsed.base) < 10_000


@pytest.mark.parametrize("text", ["(foo \ue0000\ue001)", "\ue0000\ue001 (foo \ue0000\ue001)"])
def test_a_title_cannot_contain_a_placeholder(text):
    """The private characters of placeholders have no meaning if a title contains them."""
    titles.parse_title.cache_clear()
    with limit_executed_lines(3_000):
        assert "foo" in parse_title(text).base


def test_a_title_of_private_characters_has_a_base():
    assert parse_title("\ue000").base


def test_work_on_blanks_in_a_credit_is_bounded():
    """An earlier version took minutes for a credit padded with blanks."""
    assert split_names("Ana" + " " * 100_000 + "& Tom") == ("Ana", "Tom")


@each_row(
    "text, base, cut",
    [
        ("Night Ferry (Victor Ru", "Night Ferry (Victor Ru)", "Victor Ru"),
        ("Night Ferry (Victor Ru - 7A - 126", "Night Ferry (Victor Ru)", "Victor Ru"),
        ("Night Ferry (Nørd Remi", "Night Ferry", ""),
        ("Night Ferry (Victor Ru)", "Night Ferry (Victor Ru)", ""),
    ],
)
def test_truncated_bracket_is_recorded_in_cut(text, base, cut):
    """The bracket also stays in the base."""
    parsed = parse_title(text)
    assert (parsed.base, parsed.cut) == (base, cut)


def test_a_title_that_is_not_text_is_an_error():
    with pytest.raises(MisuseError, match=r"^the title must be text, not 5\.$"):
        parse_title(5)
