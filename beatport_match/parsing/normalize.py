"""Normalisation: two spellings of one name become one string.

`normalize_spacing` keeps the spelling and removes typographic variants; `fold` also removes case,
accents and punctuation. The functions work on letters only; `versions` handles mixes and remixers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from beatport_match.model.validation import without_invisible

# Letters that Unicode normalisation does not decompose, with the spelling that people type instead.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŋ": "n",
        "ς": "σ",
        "$": "s",
        "@": "a",
        "&": " and ",
        "+": " and ",
    }
)
# An exclamation mark within a word replaces "i" ("P!nk"), and a Greek letter within a Latin word
# for the letter it looks like ("KΛYTRA").
_IN_A_WORD = re.compile(r"(?<=\w)!(?=\w)")
_LOOKS_LATIN = str.maketrans({"λ": "a", "δ": "a", "ξ": "e", "σ": "e"})
_GREEK_IN_LATIN = re.compile(r"\b(?=\w*[a-z])(?=\w*[λδξσ])[a-zλδξσ]+\b")
# Letters of a rude word that a shop or a library hides.
_CENSORED = (
    (re.compile(r"\bf[*#]+(?:c?k)"), "fuck"),
    (re.compile(r"\bs[h*]\*+t"), "shit"),
    (re.compile(r"\bb\*+t?ch"), "bitch"),
)
# "Rock 'n' Roll", "Drum'n'Bass".
_SHORT_AND = re.compile(r"(?<=\w)\s?['’‘`´]\s?n\s?['’‘`´]\s?(?=\w)")
# Apostrophes are removed, so that "Don't" and "Dont" are equal.
_APOSTROPHES = re.compile(r"['’‘`´ʼ′＇]")
# The possessive of a name: "Nørd's Harbour Dub".
POSSESSIVE = re.compile(r"(?<=\w)['’‘`´ʼ′＇]s\b", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[\W_]+")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


def normalize_spacing(text: str) -> str:
    """Replace typographic variants: one kind of dash and space, no invisible characters.

    Case, accents and punctuation stay as they are.
    """
    if not text.isascii():
        # Normalise first: NFKC can turn a character into an invisible one.
        text = without_invisible(unicodedata.normalize("NFKC", text))
        text = _DASHES.sub("-", text)
    return " ".join(text.split())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Reduce the text to lower-case words with single spaces, without accents and punctuation.

    Folding is idempotent. The result is empty only for a blank text: a title that consists of
    punctuation folds to itself. Latin, Greek and Cyrillic lose their accents, Hebrew and Arabic
    their vowel points; other scripts keep all their marks.
    """
    folded = _fold_once(text)
    while not folded.isascii() and (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def words_of_text(text: str) -> tuple[str, ...]:
    """Return the words of the folded text."""
    return tuple(fold(text).split())


def _fold_once(text: str) -> str:
    """Apply one pass of folding; the fast paths are for ASCII text."""
    plain = _respelled(text.casefold())
    if "n" in plain:
        plain = _SHORT_AND.sub(" and ", plain)
    if plain.isascii():
        if plain.replace(" ", "").isalnum():
            return " ".join(plain.split())
        words = _NOT_A_WORD.sub(" ", _APOSTROPHES.sub("", plain.translate(_LETTERS))).strip()
        return words or " ".join(plain.split())
    visible = without_invisible(plain)
    bare = _APOSTROPHES.sub("", _without_accents(visible).translate(_LETTERS))
    # In many scripts vowels are marks, which `\w` does not match.
    words = "".join(char if char.isalnum() or _is_mark(char) else " " for char in bare)
    return " ".join(words.split()) or normalize_spacing(visible)


def _respelled(plain: str) -> str:
    """Replace characters that are used for a letter, and hidden letters, in a lower-case text."""
    if "!" in plain:
        plain = _IN_A_WORD.sub("i", plain)
    if "*" in plain or "#" in plain:
        for pattern, word in _CENSORED:
            plain = pattern.sub(word, plain)
    if not plain.isascii():
        plain = _GREEK_IN_LATIN.sub(lambda word: word.group().translate(_LOOKS_LATIN), plain)
    return plain


def _is_mark(char: str) -> bool:
    """Return whether a character combines with the letter before it (Unicode category M)."""
    return unicodedata.category(char)[0] == "M"


def _without_accents(text: str) -> str:
    """Remove accents and vowel points; keep marks that make a different letter."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_LETTERS)
    kept = "".join(char for char in decomposed if not _is_accent(unicodedata.combining(char)))
    return unicodedata.normalize("NFKC", kept).casefold()


def _is_accent(combining_class: int) -> bool:
    """Return whether a canonical combining class belongs to accents or vowel points."""
    # 10-36: Hebrew and Arabic points; 200 and up: accents above, below and across. All others (kana
    # voicing marks, viramas, Thai vowels) make a different letter of their base.
    return 10 <= combining_class <= 36 or combining_class >= 200
