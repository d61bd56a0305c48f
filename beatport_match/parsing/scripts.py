"""Scripts: in which writing systems a text is, and its spelling in Latin letters.

A title in Cyrillic, kana or Hangul and its translation have no letter in common. Comparing them
word by word proves nothing. A transliteration is used as a further search query and to compare
artists' names.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# The usual transliteration of Russian, Ukrainian and Bulgarian names.
_CYRILLIC_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщыэюяіїєґў"
_CYRILLIC_SOUNDS = (
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya i yi ye g u"
)
_CYRILLIC = dict(zip(_CYRILLIC_LETTERS, _CYRILLIC_SOUNDS.split(), strict=True)) | {"ъ": "", "ь": ""}
# Modern Greek.
_GREEK_SOUNDS = "a v g d e z i th i k l m n x o p r s t y f ch ps o s"
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψως", _GREEK_SOUNDS.split(), strict=True))
# The Unicode names of these characters end in their sound: "HIRAGANA LETTER KA".
_SPELLED_BY_NAME = ("HIRAGANA LETTER", "KATAKANA LETTER", "HANGUL SYLLABLE")


@lru_cache(maxsize=4096)
def words_by_script(folded: str) -> dict[str, tuple[str, ...]]:
    """Return the words of a folded text by the script of their letters; digits have none."""
    words: dict[str, list[str]] = {}
    for word in folded.split():
        script = next((_script(char) for char in word if char.isalpha()), "")
        if script:
            words.setdefault(script, []).append(word)
    return {script: tuple(found) for script, found in words.items()}


def are_in_two_scripts(one: str, other: str) -> bool:
    """Return whether both folded texts have letters, but no script in common."""
    if one.isascii() and other.isascii():
        return False
    mine, theirs = words_by_script(one), words_by_script(other)
    return bool(mine) and bool(theirs) and mine.keys().isdisjoint(theirs)


def transliterate(text: str) -> str:
    """Write Cyrillic, Greek, kana and Hangul in Latin letters; other characters stay as they are.

    The result is a usual spelling and not the only one: a search engine or a comparison of similar
    letters can use it.
    """
    if text.isascii():
        return text
    latin: list[str] = []
    for char in unicodedata.normalize("NFKC", text).lower():
        name = unicodedata.name(char, "")
        if char in _CYRILLIC:
            latin.append(_CYRILLIC[char])
        elif (letter := unicodedata.normalize("NFD", char)[0]) in _GREEK:
            latin.append(_GREEK[letter])
        elif name.startswith(("HIRAGANA LETTER SMALL Y", "KATAKANA LETTER SMALL Y")):
            # "ki" and a small "ya" are "kya".
            before = latin.pop() if latin else ""
            latin.append(before.removesuffix("i") + name.rpartition(" ")[2].lower())
        elif name.startswith(_SPELLED_BY_NAME):
            latin.append(name.rpartition(" ")[2].lower())
        elif not name.startswith("KATAKANA-HIRAGANA PROLONGED"):
            latin.append(char)
    return "".join(latin)


def _script(letter: str) -> str:
    """Return the script of a letter: the first word of its Unicode name.

    Japanese mixes three scripts, which count as one.
    """
    if letter.isascii():
        return "latin"
    script = unicodedata.name(letter, "").partition(" ")[0].lower()
    return "japanese" if script in {"hiragana", "katakana", "cjk"} else script
