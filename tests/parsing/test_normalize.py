"""Normalisation: two spellings of one name become one string, and no text becomes empty."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.parsing.normalize import fold, normalize_spacing, words_of_text

# Without accents that stand alone (tested below) and letters that have no visible form.
VISIBLE = st.characters(
    categories=("L", "N", "P", "Sm", "Sc", "So"), exclude_characters="\u115f\u1160\u3164\uffa0"
)


@each_row(
    "written, folded",
    [
        ("Rønne", "ronne"), ("Straße", "strasse"), ("Ægir", "aegir"), ("Łódź", "lodz"),
        ("Đurđa", "durda"), ("Œuvre", "oeuvre"), ("Þór", "thor"), ("Ħal", "hal"),
        ("Ğınar", "ginar"), ("Façade", "facade"),
        ("Café", "cafe"), ("Cafe\u0301", "cafe"), ("ANA", "ana"), ("Őrült Ű", "orult u"),
        ("Don’t", "dont"), ("Don't", "dont"), ("Don`t", "dont"),
        ("‘Quoted’ “Twice”", "quoted twice"),
        ("One–Two—Three‐Four−Five", "one two three four five"), ("One-Two", "one two"),
        ("Ｎｉｇｈｔ　Ｆｅｒｒｙ！", "night ferry"), ("Ni\u200bght Fe\u2060rry", "night ferry"),
        ("\ufeffNight\u00ad", "night"), ("①②", "12"), ("Ⅳ", "iv"), ("ﬁn", "fin"),
        ("A & B", "a and b"), ("A + B", "a and b"), ("A&B", "a and b"), ("M$LL@", "mslla"),
        ("under_score", "under score"), ("  many\t\n blanks ", "many blanks"), ("S.O.S.", "s o s"),
        ("Night / Ferry", "night ferry"), ("Night\u00a0Ferry", "night ferry"),
    ],
)  # fmt: skip
def test_spellings_of_a_name_fold_to_one_string(written, folded):
    """ø ß æ ł đ, typographic quotes and dashes, full-width and zero-width characters fold."""
    assert fold(written) == folded


@each_row(
    "title",
    ["夜の鉄道", "ナイトフェリー", "밤의 여객선", "夜行渡轮", "Ночной паром", "Νύχτα", "مركب الليل",
     "מעבורת לילה",
     "เรือกลางคืน", "रात की नाव", "ღამის ბორანი", "Գիշերային"],
)  # fmt: skip
def test_letters_stay_in_their_own_script(title):
    script = {unicodedata.name(char).split()[0] for char in title if char.isalpha()}
    folded = fold(title)
    kept = {unicodedata.name(char).split()[0] for char in folded if char.isalpha()}
    assert kept == script
    assert len([char for char in folded if char.isalpha()]) == len(
        [char for char in title if char.isalpha()]
    )


@each_row(
    "one, other",
    [
        ("ガラス", "カラス"),
        ("パン", "バン"),
        ("กี", "กู"),
        ("का", "की"),
    ],
)
def test_marks_that_make_another_letter_are_kept(one, other):
    """A voiced kana or a vowel sign is another letter."""
    assert fold(one) != fold(other)


@each_row(
    "pointed, bare",
    [
        ("שָׁלוֹם", "שלום"),
        ("שְׁנַיִם", "שנים"),  # a sheva, the point with the lowest combining class
        ("مَرْكَب", "مركب"),
        ("Ёлка", "Елка"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
    ],
)
def test_accents_and_vowel_points_are_removed(pointed, bare):
    """Latin, Greek and Cyrillic lose their accents, Hebrew and Arabic their vowel points."""
    assert fold(pointed) == fold(bare)


@each_row("title", ["!!!", "???", "...", "-", "()", "♥", "_", "'", "( )", "★ ★"])
def test_a_title_of_punctuation_folds_to_itself(title):
    """Otherwise it would fold to an empty text."""
    assert fold(title) == title


@pytest.mark.parametrize("title", ["¨", "´ ´", "¯"])
def test_a_title_of_accents_does_not_fold_to_an_empty_text(title):
    assert fold(title)


@given(st.text())
@example("\uffa0Tide")  # a filler that NFKC turns into an invisible character
def test_folding_is_idempotent(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(), VISIBLE)
def test_text_with_a_visible_character_folds_to_a_non_empty_text(text, visible):
    assert fold(text + visible).strip()


@given(st.text())
def test_folded_text_is_lower_case_words_with_single_blanks(text):
    """`words_of_text` returns the same words."""
    folded = fold(text)
    assert folded == folded.casefold()
    assert tuple(folded.split()) == words_of_text(text)
    assert folded == " ".join(words_of_text(text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_folding_ignores_case(text):
    assert fold(text.upper()) == fold(text) == fold(text.lower())


@given(st.text(), st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad"))
def test_folding_ignores_invisible_characters(text, invisible):
    assert fold(invisible.join(text)) == fold(text)


@each_row(
    "written, normalized",
    [
        ("  Night \t Ferry\n", "Night Ferry"), ("Night – Ferry", "Night - Ferry"),
        ("Night\u200b Ferry", "Night Ferry"), ("Ｎｉｇｈｔ（ＶＩＰ）", "Night(VIP)"),
        ("Dön’t (Stop)", "Dön’t (Stop)"),
    ],
)  # fmt: skip
def test_normalize_spacing_keeps_case_accents_and_punctuation(written, normalized):
    assert normalize_spacing(written) == normalized


@given(st.text())
def test_normalize_spacing_is_idempotent_and_keeps_the_folded_text(text):
    assert normalize_spacing(normalize_spacing(text)) == normalize_spacing(text)
    assert fold(normalize_spacing(text)) == fold(text)


def test_normalize_spacing_removes_an_invisible_character_that_nfkc_makes():
    assert normalize_spacing("\uffa0Tide") == "Tide"


def test_a_character_that_folds_to_a_combining_one_is_folded_again() -> None:
    """The Greek iota subscript folds to a combining character, and this one to a letter."""
    assert fold("\u037a") == fold(fold("\u037a"))
