"""Three plain matchers to compare `rank` with. They use only the value classes of this library."""

from __future__ import annotations

import re
from collections.abc import Sequence

from decisions import Answer
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.utils import default_process

from beatport_match.model.tracks import Candidate, Track

MIN_RATIO = 90.0
_VERSION = re.compile(
    r"\s*[(\[]([^()\[\]]*\b(?:mix|remix|edit|version|dub|instrumental|vip|rework)\b[^()\[\]]*)[)\]]",
    re.IGNORECASE,
)
_FEATURED = re.compile(r"\s*[(\[]?\b(?:feat|ft)\b\.?\s[^()\[\]]*[)\]]?", re.IGNORECASE)
_NAMES = re.compile(r"\s*(?:,|&|\band\b|\bx\b|\bvs\b\.?)\s*", re.IGNORECASE)


def first_hit(track: Track, candidates: Sequence[Candidate]) -> Answer:
    """Accept the first candidate, in the given order."""
    return Answer(candidates[0].id, accepted=True)


def token_set(track: Track, candidates: Sequence[Candidate]) -> Answer:
    """Accept the candidate with the highest token-set ratio of all words, if it is at least 90."""
    ratios = {one.id: _ratio(track, one) for one in candidates}
    first = max(ratios, key=ratios.__getitem__)
    return Answer(first, ratios[first] >= MIN_RATIO, why=f"  ratios: {ratios}")


def parse_and_compare(track: Track, candidates: Sequence[Candidate]) -> Answer:
    """Split the texts with a few expressions; accept the candidate whose parts are all equal."""
    artist, title = track.artist_text, track.title
    if not artist and " - " in title:
        artist, title = title.split(" - ", 1)
    local = _parts(title, artist, "")
    equal = {
        one.id: sum(map(str.__eq__, local, _parts(one.name, ", ".join(one.artists), one.mix_name)))
        for one in candidates
    }
    first = max(equal, key=equal.__getitem__)
    return Answer(first, equal[first] == len(local), why=f"  equal parts: {equal}")


def _ratio(track: Track, one: Candidate) -> float:
    sold = " ".join([one.name, one.mix_name or "", *one.artists])
    local = f"{track.title} {track.artist_text}"
    return float(token_set_ratio(local, sold, processor=default_process))


def _parts(title: str, artist: str, mix: str | None) -> tuple[str, str, str]:
    """Return the title, the names in alphabetical order and the version, in lower case."""
    if found := _VERSION.search(title):
        title, mix = title.replace(found[0], ""), mix or found[1]
    names = sorted(filter(None, _NAMES.split(_FEATURED.sub("", artist).casefold())))
    words = _FEATURED.sub("", title).strip().casefold()
    return words, ", ".join(names), (mix or "Original Mix").casefold()
