"""The words to ask with: strictest and cheapest first, never the same words twice.

This room invents queries; whether one more is worth a request is `conversation`'s to decide, and
what the site does not stomach is the source's to take out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from beatport_match.model.tracks import Track
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.normalize import normalize_spacing, words_of_text
from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.titles import parse_title
from beatport_match.parsing.word_frequency import information_weight

QueryType: TypeAlias = Literal[
    "beatport_id",  # the number in the tags, looked up
    "isrc",  # the recording's code, where the source can be asked for one
    "artist_title",  # artists, title, and the mix where it is a particular one
    "first_artist",  # the first artist and the title
    "remixer",  # the title and who remixed it
    "title_only",  # nothing but the title
    "keyword",  # the first artist and the rarest word of the title
    "as_written",  # all words, as they came
    "track_page",  # not a search: the page of the best candidate, for what a search leaves out
    "search",  # a search the caller worded
]

_BRACKETS = re.compile(r"[()\[\]{}<>\"“”]+")
# More artists narrow nothing down, but each is one more word that may be spelled another way.
MAX_ARTISTS = 3
# Longer ones find nothing more.
MAX_QUERY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Query:
    """Words to search with, and what the planner did to find them."""

    text: str
    query_type: QueryType


def plan_queries(track: Track) -> tuple[Query, ...]:
    """The searches for a track, best first; each has a set of words that no earlier one had."""
    asked: set[frozenset[str]] = set()
    queries: list[Query] = []
    for query in _query_variants(track, interpret(track)[0]):
        words = frozenset(words_of_text(query.text))
        if words and words not in asked:
            asked.add(words)
            queries.append(query)
    return tuple(queries)


def _query_variants(track: Track, local: ParsedTrack) -> Iterator[Query]:
    parsed = parse_title(track.title)
    artists = [part for part in re.split(r"\s*[,;/]\s*", local.artists_shown) if part]
    mix = local.version.text
    if not local.version.part and (local.version.plain or not local.version.is_stated):
        mix = ""
    remixers = " ".join(parsed.remixers) or track.remixer_text
    yield _query("artist_title", *artists[:MAX_ARTISTS], local.shown, mix)
    yield _query("first_artist", *artists[:1], local.shown)
    if remixers:
        yield _query("remixer", local.shown, remixers)
    yield _query("title_only", local.shown)
    if artists:
        yield _query("keyword", artists[0], _rarest_words(local.shown))
    yield _query("as_written", track.artist_text, track.title)


def _rarest_words(title: str) -> str:
    """The word of a title that tells most: of few titles, and long."""
    return max(
        title.split(),
        key=lambda word: (information_weight(words_of_text(word)), len(word)),
        default="",
    )


def _query(query_type: QueryType, *parts: str) -> Query:
    """The parts in a row, every word once: a repeated one only narrows the site's patience."""
    words = _BRACKETS.sub(" ", normalize_spacing(" ".join(parts))).replace(" - ", " ").split()
    return Query(" ".join(dict.fromkeys(words))[:MAX_QUERY_LENGTH].rstrip(), query_type)
