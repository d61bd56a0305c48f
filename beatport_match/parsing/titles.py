"""Reading a title: what is the name of the music, what its version, who is featured, what is noise.

Text in, structure out. A title is peeled from the outside in until nothing more comes off; what
cannot be told stays in the base, and a base is never empty. This room knows no track and no
candidate: who made the music is told apart in `interpretations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from beatport_match.parsing import noise
from beatport_match.parsing.normalize import fold, normalize_spacing, words_of_text
from beatport_match.parsing.versions import (
    UNSTATED,
    Version,
    completes_to_marker,
    names_version,
    parse_version,
)
from beatport_match.parsing.vocabulary import (
    FEATURING_WORDS,
    KINDS,
    NUMERALS,
    PARTS,
    UNBRACKETED_VERSIONS,
)

# A longer title is cut: nobody's title is longer, and a hostile one must not cost time.
MAX_TITLE_LENGTH = 400

_OPENERS = {"(": ")", "[": "]", "{": "}", "<": ">", "【": "】", "〔": "〕"}
_CLOSERS = frozenset(_OPENERS.values())
_BRACKET = re.compile(f"([{re.escape(''.join((*_OPENERS, *_CLOSERS)))}])")
# Where a bracket stood, until it is known whether it belongs to the title (private use area).
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")

DASH = re.compile(r"\s+-+\s*|\s*-+\s+")
# What stands behind a version in brackets: "Title (Original Mix) Label".
_TAIL = re.compile("\ue000(\\d+)\ue001\\s*(?://|\\|)?\\s*([^\ue000\ue001()-]+)$")
_FEATURED = re.compile(
    r"(?<!\S)(?:"
    + "|".join(sorted(FEATURING_WORDS))
    + r")\b\.?\s+(?P<names>[^\ue000]+?)(?=\s+-|-\s|\s+['\"]|\s*\ue000|$)",
    re.IGNORECASE,
)
# "(With You)" is a title's, not a guest.
IN_BRACKETS = re.compile(
    r"(?:(?:feat|ft|featuring)\b\.?\s|(?:with\b\s|w/)\s*"
    r"(?!(?:me|you|us|him|her|them|it|my\w*|your\w*|our\w*|a|an|the|love|no|out)\b))"
    r"\s*(?P<names>.+)",
    re.IGNORECASE,
)
VERSION_WITH_GUEST = re.compile(
    r"(?P<version>.+?)\s+(?:feat|ft|featuring)\b\.?\s+(?P<names>.+)", re.IGNORECASE
)
# Six feet under: a length, not a guest.
_FEET_AND_INCHES = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten))\s*$", re.IGNORECASE
)
_BARE_PART = re.compile(
    r"(?:\s|,)+(?:" + "|".join(PARTS) + r")\.?\s*(\d{1,3}|" + "|".join(NUMERALS) + r")$",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(
    r"\s*[,;/|]\s*|\s+(?:&|\+|and|x|vs\.?|versus|feat\.?|ft\.?|featuring|with|pres\.?|presents|meets)\s+",
    re.IGNORECASE,
)
# Only kinds that somebody makes of another's track name a remixer.
_BY_REMIXER = frozenset({"remix", "rework", "bootleg", "edit"})
_AFTER_A_WORD = tuple(f" {ending}" for ending in UNBRACKETED_VERSIONS)
# Letters of no accent: a title of these words has no bracket, dash, number, dot or key.
_WORDS = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
# What comes off nevertheless has one of these words, or is a site that begins with "www".
_STRIPPABLE = {*FEATURING_WORDS, *PARTS, "hq", "hd", "video", "audio"} | {
    ending.split()[-1] for ending in UNBRACKETED_VERSIONS
}
_POSSESSIVE = re.compile(r"(?:'s|s')\b.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedTitle:
    """A title, taken apart; every part but `version` keeps the spelling it came with.

    `base` is what the music is called and never empty unless the text was blank. `remixers` are
    the names the version itself gives, `featured` the guests. `noise` is what was dropped; `aside`
    what stood in square brackets and could not be told: mostly the label, now and then a mix. `cut`
    is a last bracket that was cut short and still stands in the base: perhaps the beginning of a
    version.
    """

    base: str
    version: Version = UNSTATED
    remixers: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    cut: str = ""


@lru_cache(maxsize=4096)
def parse_title(text: str) -> ParsedTitle:
    """Take a title apart: `Title (X Remix)`, `Title - X Remix`, `[X Remix]`, file names.

    `Artist - Title` stays together in `base`: only who knows the artists can tell them apart.
    Idempotent: the base, parsed again, is itself.
    """
    text = text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    parsed = _strip_layer(text.strip()[:MAX_TITLE_LENGTH])
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
    """The names in a credit: `A & B`, `A feat. B`, `A vs. B`, `A, B`.

    A name that holds `&` itself comes apart too, so names from two sides are compared by their
    words, never one by one.
    """
    return tuple(
        name
        for part in _BETWEEN_NAMES.split(normalize_spacing(text))
        if (name := part.strip(" .-"))
    )


def _strip_layer(text: str) -> ParsedTitle:
    """One layer off: leading noise, brackets, tails behind a dash, featured names."""
    if has_nothing_to_strip(text):
        return ParsedTitle(text)
    text, dropped = noise.strip_noise(text)
    held, groups, cut = _brackets(text)
    found = _Parts(dropped)
    kept: dict[int, str] = {}
    versions: set[int] = set()
    for number, (opener, content) in groups.items():
        if names_version(content):
            versions.add(number)
        if not found.take(_PLACEHOLDER.sub(" ", content), square=opener in "[{【〔"):
            kept[number] = f"{opener}{content}{_OPENERS[opener]}"
            if number == cut:
                found.cut = normalize_spacing(content)
    held = _featured(held, kept, found)
    behind = _TAIL.search(held) if groups else None
    if (
        behind
        and behind[2].strip()
        and int(behind[1]) in versions
        and not _BARE_PART.search(f" {behind[2]}")
    ):
        found.take(behind[2], square=True)
        held = held[: behind.start()]
    base = _tails(held, kept, found)
    while "\ue000" in base:
        base = _PLACEHOLDER.sub(lambda hole: kept.get(int(hole[1]), ""), base)
    base = _unbracketed_versions(normalize_spacing(base).strip(" -"), found)
    # Nothing but brackets and noise: then they are the title.
    return found.parsed(base) if base else ParsedTitle(text)


def has_nothing_to_strip(text: str) -> bool:
    """Whether a title is nothing but words of which none can come off.

    For most titles that spares the rest; what is no such title may still have nothing to peel.
    """
    if not _WORDS.fullmatch(text):
        return False
    lower = text.lower()
    return "www" not in lower and _STRIPPABLE.isdisjoint(lower.split())


class _Parts:
    """What has come off a title so far."""

    def __init__(self, dropped: list[str]) -> None:
        self.version = UNSTATED
        self.remixers: list[str] = []
        self.featured: list[str] = []
        self.square: list[str] = []
        self.cut = ""
        self.noise = dropped

    def take(self, phrase: str, *, square: bool = False) -> bool:
        """Whether the phrase could be told and is now kept here rather than in the title."""
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
        elif square:
            (self.noise if folded.replace(" ", "").isdigit() else self.square).append(phrase)
        else:
            return False
        return True

    def take_version(self, phrase: str) -> None:
        self.version |= parse_version(phrase)
        self.remixers += _remixers(phrase)

    def parsed(self, base: str) -> ParsedTitle:
        return ParsedTitle(
            base=base,
            version=self.version,
            remixers=tuple(self.remixers),
            featured=tuple(self.featured),
            noise=tuple(self.noise),
            aside=tuple(self.square),
            cut=self.cut,
        )


def _brackets(text: str) -> tuple[str, dict[int, tuple[str, str]], int | None]:
    """The text with holes for its brackets, what stood in them, and which one never closed.

    A bracket that never closes is a title cut short, perhaps within its last word.
    """
    groups: dict[int, tuple[str, str]] = {}
    if not _BRACKET.search(text):
        return text, groups, None
    open_groups: list[tuple[int, str, list[str]]] = []
    out: list[str] = []
    current, number = out, 0
    cut: int | None = None
    for piece in _BRACKET.split(text):
        if piece in _OPENERS:
            current.append(f" \ue000{number}\ue001 ")
            groups[number] = (piece, "")
            open_groups.append((number, piece, current))
            current, number = [], number + 1
        elif piece in _CLOSERS:
            if open_groups:
                at, opener, outer = open_groups.pop()
                groups[at] = (opener, "".join(current))
                current = outer
        else:
            current.append(piece)
    while open_groups:
        at, opener, outer = open_groups.pop()
        groups[at] = (opener, completes_to_marker("".join(current)))
        current, cut = outer, at
    return "".join(out), groups, cut


def _featured(text: str, kept: dict[int, str], found: _Parts) -> str:
    """The text without `feat. X`, where something is left of it."""
    while match := _FEATURED.search(text):
        rest = text[: match.start()] + text[match.end() :]
        before = text[: match.start()]
        if not before.strip(" -") or (
            "." not in match.group()[:5] and _FEET_AND_INCHES.search(before)
        ):
            break
        names = _PLACEHOLDER.sub(lambda hole: kept.get(int(hole[1]), ""), match["names"])
        found.featured += split_names(names)
        text = rest
    return text


def _tails(text: str, kept: dict[int, str], found: _Parts) -> str:
    """The text without what stands behind its last dashes, as long as that can be told."""
    if "-" not in text:
        return text
    segments = DASH.split(text)
    while len(segments) > 1:
        tail = normalize_spacing(
            _PLACEHOLDER.sub(lambda hole: kept.get(int(hole[1]), ""), segments[-1])
        )
        if noise.is_catalogue_number(tail) and len(segments) > 2:
            found.noise.append(tail)
        elif not (names_version(tail) or noise.is_noise(tail)) or not found.take(tail):
            break
        segments.pop()
    return " - ".join(segments)


def _unbracketed_versions(base: str, found: _Parts) -> str:
    """The base without `Original Mix` or `Pt. 2` at its end, where something is left of it."""
    if fold(base).endswith(_AFTER_A_WORD):
        words = base.split()
        ending = " ".join(words[-2:])
        if len(words) > 2 and fold(ending) in UNBRACKETED_VERSIONS:
            found.take_version(ending)
            return " ".join(words[:-2]).strip(" -")
    if (part := _BARE_PART.search(base)) and base[: part.start()].strip(" -,"):
        found.version |= parse_version(part.group().strip(" ,"))
        return base[: part.start()].strip(" -,")
    return base


def _remixers(phrase: str) -> list[str]:
    """Who the phrase says made this version: the names before its first marker."""
    words = phrase.split()
    folded = [fold(word) for word in words]
    if not _BY_REMIXER & {KINDS.get(word, "") for word in folded}:
        return []
    if len(folded) > 2 and folded[1] == "by":
        return list(split_names(" ".join(words[2:])))
    ends = next((at for at, word in enumerate(folded) if word in _ENDS_A_NAME), len(words))
    names = _POSSESSIVE.sub("", " ".join(words[:ends]))
    return [name for name in split_names(names) if words_of_text(name)]


_ENDS_A_NAME = frozenset(KINDS) | {"mix", "extended", "radio", "original", "version"}
