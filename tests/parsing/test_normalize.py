"""Text: two spellings of one name become one string, and no name is lost on the way."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beatport_match.parsing.normalize import fold, normalize_spacing, words_of_text

# Neither accents that stand alone (see below) nor letters that show nothing.
VISIBLE = st.characters(
    categories=("L", "N", "P", "Sm", "Sc", "So"), exclude_characters="\u115f\u1160\u3164\uffa0"
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Rønne", "ronne"), ("Straße", "strasse"), ("Ægir", "aegir"), ("Łódź", "lodz"),
        ("Đurđa", "durda"), ("Œuvre", "oeuvre"), ("Þór", "thor"), ("Ħal", "hal"),
        ("Ğınar", "ginar"),
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
def test_spellings_fold_together(written, folded):
    """ø ß æ ł đ, typographic quotes and dashes, full-width and zero-width characters fold."""
    assert fold(written) == folded


@pytest.mark.parametrize(
    "title",
    ["夜の鉄道", "ナイトフェリー", "밤의 여객선", "夜行渡轮", "Ночной паром", "Νύχτα", "مركب الليل",
     "מעבורת לילה",
     "เรือกลางคืน", "रात की नाव", "ღამის ბორანი", "Գիշերային"],
)  # fmt: skip
def test_scripts_survive(title):
    """Latin, Cyrillic, Greek, CJK, Arabic and Hebrew survive: letters stay, in their own script."""
    script = {unicodedata.name(char).split()[0] for char in title if char.isalpha()}
    folded = fold(title)
    kept = {unicodedata.name(char).split()[0] for char in folded if char.isalpha()}
    assert kept == script
    assert len([char for char in folded if char.isalpha()]) == len(
        [char for char in title if char.isalpha()]
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ガラス", "カラス"),
        ("パン", "バン"),
        ("กี", "กู"),
        ("का", "की"),
    ],
)
def test_marks_that_make_another_letter_are_kept(one, other):
    """Other scripts keep all their marks: a voiced kana or a vowel sign is another letter."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("pointed", "bare"),
    [("שָׁלוֹם", "שלום"), ("مَرْكَب", "مركب"), ("Ёлка", "Елка"), ("Ὀδυσσεύς", "οδυσσευσ")],
)
def test_points_and_accents_are_lost(pointed, bare):
    """Latin, Greek and Cyrillic lose their accents, Hebrew and Arabic their vowel points."""
    assert fold(pointed) == fold(bare)


@pytest.mark.parametrize("title", ["!!!", "???", "...", "-", "()", "♥", "_", "'", "( )", "★ ★"])
def test_a_title_of_punctuation_folds_to_itself(title):
    """Nothing is ever erased to empty: a title of nothing but punctuation folds to itself."""
    assert fold(title) == title


@pytest.mark.parametrize("title", ["¨", "´ ´", "¯"])
def test_an_accent_alone_is_not_erased(title):
    """Never empty unless the text is blank, not even where a title is nothing but an accent."""
    assert fold(title)


@given(st.text())
@example("\uffa0Tide")  # a filler that only shows its invisible self once it is normalised
def test_folding_is_idempotent(text):
    """Folding is idempotent."""
    assert fold(fold(text)) == fold(text)


@given(st.text(), VISIBLE)
def test_folding_never_erases(text, visible):
    """Nothing is ever erased to empty: what shows a character folds to something."""
    assert fold(text + visible).strip()


@given(st.text())
def test_folded_text_is_lower_case_words_one_blank_apart(text):
    """The folded text is words in lower case, one blank apart; `tokens` are those words."""
    folded = fold(text)
    assert folded == folded.casefold()
    assert tuple(folded.split()) == words_of_text(text)
    assert folded == " ".join(words_of_text(text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_case_never_tells_two_names_apart(text):
    """Two spellings of one name become one string: any mix of case folds alike."""
    assert fold(text.upper()) == fold(text) == fold(text.lower())


@given(st.text(), st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad"))
def test_invisible_characters_never_tell_two_names_apart(text, invisible):
    """Zero-width characters fold away wherever they stand."""
    assert fold(invisible.join(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("  Night \t Ferry\n", "Night Ferry"), ("Night – Ferry", "Night - Ferry"),
        ("Night\u200b Ferry", "Night Ferry"), ("Ｎｉｇｈｔ（ＶＩＰ）", "Night(VIP)"),
        ("Dön’t (Stop)", "Dön’t (Stop)"),
    ],
)  # fmt: skip
def test_tidying_keeps_the_spelling(written, tidied):
    """Typographic variants out, meaning kept: case, accents and punctuation stay as they are."""
    assert normalize_spacing(written) == tidied


@given(st.text())
def test_tidying_is_idempotent_and_keeps_the_words(text):
    """Tidying only removes variants: doing it again changes nothing, and it folds the same."""
    assert normalize_spacing(normalize_spacing(text)) == normalize_spacing(text)
    assert fold(normalize_spacing(text)) == fold(text)


def test_tidying_twice_changes_nothing_of_a_filler():
    """No invisible characters are left, nor such as normalising makes."""
    assert normalize_spacing("\uffa0Tide") == "Tide"
