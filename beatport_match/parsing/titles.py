"""Title parsing: separate the base of a title from version, featured artists and noise.

`parse_title` strips a title in passes, from the outside to the inside, until a pass changes
nothing. Text that it cannot classify stays in the base, and the base is empty only for a blank
title. The module uses no track and no candidate: `interpretations` separates artists from titles.

Each pass replaces the brackets by placeholders, classifies their contents, and puts back those that
belong to the title. Then it strips featured artists and the last segments after dashes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from beatport_match.errors import wrong_argument
from beatport_match.parsing import noise
from beatport_match.parsing.normalize import POSSESSIVE, fold, normalize_spacing, words_of_text
from beatport_match.parsing.versions import (
    UNSTATED,
    Version,
    completes_to_marker,
    is_year,
    names_version,
    parse_version,
)
from beatport_match.parsing.vocabulary import (
    CLOSING,
    FEATURING_WORDS,
    KINDS,
    NUMERALS,
    PARTS,
    UNBRACKETED_KINDS,
    UNBRACKETED_VERSIONS,
)

# Longer titles are truncated. Real titles are shorter; the limit bounds the work on hostile ones.
MAX_TITLE_LENGTH = 400

_OPENERS = {"(": ")", "[": "]", "{": "}", "<": ">", "【": "】", "〔": "〕"}
_CLOSERS = frozenset(_OPENERS.values())
_BRACKET = re.compile(f"([{re.escape(''.join((*_OPENERS, *_CLOSERS)))}])")
# A placeholder replaces a bracket until its content is classified: its number between two
# characters of the private use area.
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")

# A dash with a space on at least one side: "Artist - Title", "Artist- Title".
DASH = re.compile(r"\s+-+\s*|\s*-+\s+")
# Other separators before a tail: "Title | Dub", "Title • Dub", "Title : Dub", "Title // Dub".
TAIL_SEPARATOR = re.compile(r"\s+(?:[|•·:~/]|//)\s+")
# A separator that remains at the end after noise is removed: "Title | HQ".
_DANGLING = re.compile(r"(?<=\w) (?:[|•·:~/]|//)$")
# A note between stars, or a hashtag at the end: "Title *OUT NOW*", "Title #techhouse".
_NOTE = re.compile(r"(?<!\S)\*+([^*\s][^*]*?)\*+(?!\S)|(?<=\w\s)#(\w*[^\W\d]\w*)(?=\s+#|\s*$)")
# Text after the last bracket: "Title (Original Mix) Label", "Title (Original Mix) // Label".
_TAIL = re.compile("\ue000(\\d+)\ue001\\s*(?://|\\|)?\\s*([^\ue000\ue001()-]+)$")
# Words after "with" that are not a name: "(With You)", "(with spoken words by Ana)".
_NO_NAME = r"(?!(?:me|you|us|him|her|them|it|my\w*|your\w*|our\w*|a|an|the|love|no|out)\b|.*\sby\s)"
# A featured artist without brackets: "Title feat. Ana Sol", up to a dash, a quote or a bracket.
_FEATURED = re.compile(
    r"(?<!\S)(?:(?:"
    + "|".join(sorted(FEATURING_WORDS))
    + r")\b\.?|f[./])\s+(?P<names>[^\ue000]+?)"
    + r"(?=\s+-|-\s|\s+['\"]|\s+(?:[|•·:~/]|//)\s|\s*\ue000|$)",
    re.IGNORECASE,
)
# Featured artists in brackets: "(feat. Ana Sol)", "(w/ Ana Sol)". But "(With You)" belongs to the
# title.
IN_BRACKETS = re.compile(
    r"(?:(?:feat|ft|featuring)\b\.?\s|f[./]\s*|(?:with\b\s|w/)\s*"
    rf"{_NO_NAME})\s*(?P<names>.+)",
    re.IGNORECASE,
)
# "Dub Mix feat. Ana Sol"
VERSION_WITH_GUEST = re.compile(
    r"(?P<version>.+?)\s+(?:feat|ft|featuring)\b\.?\s+(?P<names>.+)", re.IGNORECASE
)
# The words before "ft" if it means feet: "Six Ft Under".
_FEET_AND_INCHES = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten))\s*$", re.IGNORECASE
)
# A part without brackets at the end of a title: "Night Ferry, Pt. 2".
_BARE_PART = re.compile(
    r"(?:\s|,)+(?:" + "|".join(PARTS) + r")\.?\s*(\d{1,3}|" + "|".join(NUMERALS) + r")$",
    re.IGNORECASE,
)
# The separators in a credit: "A, B", "A & B", "A x B", "A vs. B". Words need spaces around them.
_BETWEEN_NAMES = re.compile(
    r"\s*[,;/|]\s*|\s+(?:&|\+|and|x|vs\.?|versus|feat\.?|ft\.?|f[./]|featuring|with|w/|pres\.?|presents|meets)\s+",
    re.IGNORECASE,
)
# Only a version of these kinds names its remixer: others make them from an artist's track.
_REMIXER_KINDS = frozenset({"remix", "rework", "bootleg", "edit"})
# The name of a remixer ends before one of these words: "Nørd Extended Remix".
_ENDS_REMIXER_NAME = frozenset(KINDS) | {"mix", "extended", "radio", "original", "version"}
_UNBRACKETED_ENDINGS = tuple(f" {ending}" for ending in UNBRACKETED_VERSIONS)
# A title of plain ASCII words has no bracket, dash, number, dot or key.
_WORDS = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
# Words that can still be stripped from a title of plain words; the other case is a site that starts
# with "www".
_STRIPPABLE = {*FEATURING_WORDS, *PARTS, "hq", "hd", "video", "audio", "download", "dl"} | {
    ending.split()[-1] for ending in UNBRACKETED_VERSIONS
}


@dataclass(frozen=True, slots=True)
class ParsedTitle:
    """The parts of a title, as `parse_title` returns them.

    All parts except `version` keep the spelling of the title.

    Attributes:
        base: The name of the music, `"Night Ferry"`. Empty only if the text was blank.
        version: The version that the title states; `Version()` if it states none.
        remixers: The remixers that the version names: `("Nørd",)` for "Nørd Remix".
        featured: The featured artists: `("Ana Sol",)` for "feat. Ana Sol".
        noise: The removed parts that do not describe the music, such as "Free Download".
        aside: Unclassified text in square brackets or after a bracketed version: mostly the
            label, sometimes a mix.
        cut: The content of a last bracket that lacks its end, `"Victor Ru"` for
            "Night Ferry (Victor Ru". It also stays in `base`: it may be the start of a version.
            Empty if no bracket was cut off.

    Example:
        ```python
        parsed = parse_title("Undertow (Extended Mix)")
        parsed.base, parsed.version.length
        # ('Undertow', 'long')
        ```
    """

    base: str
    version: Version = UNSTATED
    remixers: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    cut: str = ""


@lru_cache(maxsize=2048)
def parse_title(text: str) -> ParsedTitle:
    """Separate a title or file name into base, version, featured artists and noise.

    The function understands `Title (X Remix)`, `Title - X Remix`, `Title [X Remix]` and file names.
    `Artist - Title` stays together in `base`, because only the artist field or a candidate shows
    which is which. Parsing is idempotent: parsing the base again returns the same base.

    Args:
        text: The title or file name. Text beyond 400 characters is ignored.

    Returns:
        The parts of the title; results are cached. Any text is valid.

    Raises:
        MisuseError: `text` is not a text.

    Example:
        ```python
        parsed = parse_title("01 - Night Ferry (Nørd Remix) [feat. Ana Sol].mp3")
        parsed.base, parsed.remixers, parsed.featured
        # ('Night Ferry', ('Nørd',), ('Ana Sol',))
        ```
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("the title", text, "text")
    # A title must not contain its own placeholders.
    text = text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd").strip()[:MAX_TITLE_LENGTH]
    if has_nothing_to_strip(text):
        return ParsedTitle(text)
    parsed = _strip_layer(text)
    while (again := _strip_layer(parsed.base)).base != parsed.base:
        parsed = ParsedTitle(
            base=again.base,
            version=again.version | parsed.version,
            remixers=again.remixers + parsed.remixers,
            featured=again.featured + parsed.featured,
            noise=again.noise + parsed.noise,
            aside=again.aside + parsed.aside,
            cut=parsed.cut or again.cut,
        )
    return parsed


def split_names(text: str) -> tuple[str, ...]:
    """Split a credit into names: `A & B`, `A feat. B`, `A vs. B`, `A, B`.

    A name that contains `&` is split, too. Therefore scoring compares the words of all names of a
    credit and not name by name.
    """
    return tuple(
        name
        for part in _BETWEEN_NAMES.split(normalize_spacing(text))
        if (name := part.strip(" .-"))
    )


def has_nothing_to_strip(text: str) -> bool:
    """Return whether a title consists of plain words that `parse_title` does not strip.

    The check is a shortcut for most titles. `False` means that a full pass must decide.
    """
    if not _WORDS.fullmatch(text):
        return False
    lower = text.lower()
    return "www" not in lower and _STRIPPABLE.isdisjoint(lower.split())


def _strip_layer(text: str) -> ParsedTitle:
    """Run one pass: strip noise, brackets, featured artists and segments after dashes."""
    if has_nothing_to_strip(text):
        return ParsedTitle(text)
    text, dropped = noise.strip_noise(text)
    if "*" in text or "#" in text:
        text = _NOTE.sub(lambda note: f"[{note[1] or note[2]}]", text)
    text_left, brackets, unclosed = _extract_brackets(text)
    parts = _Parts(dropped)
    kept: dict[int, str] = {}
    versions: set[int] = set()
    for number, (opener, content) in brackets.items():
        if names_version(content):
            versions.add(number)
        if not parts.take(_PLACEHOLDER.sub(" ", content), may_be_aside=opener in "[{【〔"):
            kept[number] = f"{opener}{content}{_OPENERS[opener]}"
            if number == unclosed:
                parts.cut = normalize_spacing(content)
    text_left = _extract_featured(text_left, kept, parts)
    tail = _TAIL.search(text_left) if brackets else None
    if (
        tail
        and tail[2].strip()
        and int(tail[1]) in versions
        and not _BARE_PART.search(f" {tail[2]}")
    ):
        parts.take(tail[2], may_be_aside=True)
        text_left = text_left[: tail.start()]
    base = _extract_last_segments(text_left, kept, parts)
    while "\ue000" in base:  # kept brackets may contain kept brackets
        base = _fill_placeholders(base, kept)
    base = _DANGLING.sub("", normalize_spacing(base)).strip(" -")
    base = _extract_unbracketed_version(base, parts)
    # A title that consists only of brackets and noise is kept as it is.
    return parts.parsed(base) if base else ParsedTitle(text)


class _Parts:
    """The parts that one pass has stripped from a title so far."""

    def __init__(self, dropped: list[str]) -> None:
        self.version = UNSTATED
        self.remixers: list[str] = []
        self.featured: list[str] = []
        self.aside: list[str] = []
        self.cut = ""
        self.noise = dropped

    def take(self, phrase: str, *, may_be_aside: bool = False) -> bool:
        """Classify and store a phrase; return `False` if it belongs to the title."""
        phrase = normalize_spacing(phrase).strip(" -")
        folded = fold(phrase)
        if not phrase or noise.is_noise(phrase):
            self.noise.append(phrase)
        elif featured := IN_BRACKETS.fullmatch(phrase):
            self.featured += split_names(featured["names"])
        elif names_version(phrase):
            self.take_version(phrase)
        elif (guest := VERSION_WITH_GUEST.fullmatch(phrase)) and names_version(guest["version"]):
            self.take_version(guest["version"])
            self.featured += split_names(guest["names"])
        elif noise.is_catalogue_number(phrase) or noise.is_country(phrase):
            self.noise.append(phrase)  # (JAM001), (UK)
        elif self._take_all(phrase):
            pass
        elif may_be_aside:
            is_number = folded.replace(" ", "").isdigit() and not is_year(folded)
            (self.noise if is_number else self.aside).append(phrase)
        else:
            return False
        return True

    def _take_all(self, phrase: str) -> bool:
        """Take a phrase whose parts between dashes are versions or noise: "(X Remix - Mixed)"."""
        parts = DASH.split(phrase)
        if len(parts) == 1 or not all(
            names_version(part) or noise.is_noise(part) for part in parts
        ):
            return False
        for part in parts:
            self.take(part)
        return True

    def take_version(self, phrase: str) -> None:
        """Add a phrase that names a version."""
        self.version |= parse_version(phrase)
        self.remixers += _remixers(phrase)

    def parsed(self, base: str) -> ParsedTitle:
        """Return the parts together with what is left as base."""
        return ParsedTitle(
            base=base,
            version=self.version,
            remixers=tuple(self.remixers),
            featured=tuple(self.featured),
            noise=tuple(self.noise),
            aside=tuple(self.aside),
            cut=self.cut,
        )


def _extract_brackets(text: str) -> tuple[str, dict[int, tuple[str, str]], int | None]:
    """Replace brackets by placeholders.

    Returns the text, the opener and content of each bracket by number, and the number of the
    bracket that is never closed. Such a title was truncated, perhaps within its last word.
    """
    brackets: dict[int, tuple[str, str]] = {}
    if not _BRACKET.search(text):
        return text, brackets, None
    open_brackets: list[tuple[int, str, list[str]]] = []
    top_level: list[str] = []
    current, next_number = top_level, 0
    unclosed: int | None = None
    for piece in _BRACKET.split(text):
        if piece in _OPENERS:
            current.append(f" \ue000{next_number}\ue001 ")
            brackets[next_number] = (piece, "")
            open_brackets.append((next_number, piece, current))
            current, next_number = [], next_number + 1
        elif piece in _CLOSERS:
            if open_brackets:
                number, opener, outer = open_brackets.pop()
                brackets[number] = (opener, "".join(current))
                current = outer
        else:
            current.append(piece)
    while open_brackets:
        number, opener, outer = open_brackets.pop()
        brackets[number] = (opener, completes_to_marker("".join(current)))
        current, unclosed = outer, number
    return "".join(top_level), brackets, unclosed


def _fill_placeholders(text: str, kept: dict[int, str]) -> str:
    """Put the kept brackets back, and remove the placeholders of the others."""
    return _PLACEHOLDER.sub(lambda placeholder: kept.get(int(placeholder[1]), ""), text)


def _extract_featured(text: str, kept: dict[int, str], parts: _Parts) -> str:
    """Strip `feat. X` from the text if other text comes before it."""
    while match := _FEATURED.search(text):
        rest = text[: match.start()] + text[match.end() :]
        before = text[: match.start()]
        if not before.strip(" -") or (
            "." not in match.group()[:5] and _FEET_AND_INCHES.search(before)
        ):
            break
        names = _fill_placeholders(match["names"], kept)
        *guest, last = names.split() or [""]
        if guest and (fold(last) in CLOSING or fold(last) in UNBRACKETED_KINDS):
            parts.take_version(last)  # "Title feat. Ana Sol VIP"
            names = " ".join(guest)
        parts.featured += split_names(names)
        text = rest
    return text


def _extract_last_segments(text: str, kept: dict[int, str], parts: _Parts) -> str:
    """Strip segments after dashes from the end, as long as they are a version or noise."""
    for separator in (DASH, TAIL_SEPARATOR):
        # Segments and the separators between them alternate.
        segments = re.split(f"({separator.pattern})", text)
        while len(segments) > 1:
            segment = normalize_spacing(_fill_placeholders(segments[-1], kept))
            if noise.is_catalogue_number(segment) and len(segments) > 3:
                parts.noise.append(segment)
            elif not (names_version(segment) or noise.is_noise(segment)) or not parts.take(segment):
                break
            del segments[-2:]
        text = " - ".join(segments[::2]) if separator is DASH else "".join(segments)
    return text


def _extract_unbracketed_version(base: str, parts: _Parts) -> str:
    """Strip `Original Mix` or `Pt. 2` from the end of the base if other text is left."""
    if fold(base).endswith(_UNBRACKETED_ENDINGS):
        words = base.split()
        ending = " ".join(words[-2:])
        if len(words) > 2 and fold(ending) in UNBRACKETED_VERSIONS:
            parts.take_version(ending)
            return " ".join(words[:-2]).strip(" -")
    if (part := _BARE_PART.search(base)) and base[: part.start()].strip(" -,"):
        parts.version |= parse_version(part.group().strip(" ,"))
        return base[: part.start()].strip(" -,")
    return base


def _remixers(phrase: str) -> list[str]:
    """Return the remixers that a phrase names: the names before its first marker."""
    words = phrase.split()
    folded = [fold(word) for word in words]
    if not _REMIXER_KINDS & {KINDS.get(word, "") for word in folded}:
        return []
    if len(folded) > 2 and folded[1] == "by":
        return list(split_names(" ".join(words[2:])))
    end = next((at for at, word in enumerate(folded) if word in _ENDS_REMIXER_NAME), len(words))
    # "Nørd's Harbour Remix" names Nørd.
    names = POSSESSIVE.split(" ".join(words[:end]), maxsplit=1)[0]
    return [name for name in split_names(names) if words_of_text(name)]
