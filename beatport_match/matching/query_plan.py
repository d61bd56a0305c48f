"""The search queries for a track: the strictest and cheapest first, no two with the same words.

This module only builds the words, or takes those of the caller. `search_flow` decides how many of
the queries are sent, and a source removes what its site does not accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from beatport_match.errors import MisuseError, require_several, wrong_argument
from beatport_match.model.tracks import Track
from beatport_match.parsing.damaged_text import readable
from beatport_match.parsing.interpretations import interpret
from beatport_match.parsing.normalize import normalize_spacing, words_of_text
from beatport_match.parsing.parsed_track import ParsedTrack, artists_as_written
from beatport_match.parsing.scripts import transliterate
from beatport_match.parsing.titles import parse_title
from beatport_match.parsing.word_frequency import information_weight

QueryType: TypeAlias = Literal[
    "beatport_id",  # the Beatport track number from the tags
    "isrc",  # the recording's code, if the source can search for it
    "artist_title",  # artists, title, and the mix if it is not the plain one
    "first_artist",  # the first artist and the title
    "remixer",  # the title and the remixers
    "transliterated",  # the first artist and the title in Latin letters
    "title_only",  # only the title
    "keyword",  # the first artist and the rarest word of the title
    "as_written",  # all words as written
    "track_page",  # no search: the best candidate's page, for fields that a search lacks
    "search",  # a search in the caller's words: of `search_tracks`, or one of `queries=`
]

_BRACKETS = re.compile(r"[()\[\]{}<>\"“”]+")
# More artists do not narrow the search, but each name may be spelled differently on the site.
MAX_ARTISTS = 3
# Longer queries find no more candidates.
MAX_QUERY_LENGTH = 200
# The largest allowed value of the setting `max_queries`.
MAX_OWN_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Query:
    """A search query.

    Attributes:
        text: The words to search for.
        query_type: How the query was built.
    """

    text: str
    query_type: QueryType


def plan_queries(track: Track) -> tuple[Query, ...]:
    """Plan the search queries for a track.

    Args:
        track: The local track.

    Returns:
        The queries, best first, each with another set of words; empty if the track has no word to
        search for.

    Example:
        `plan_queries(Track("Some Title", "Artist"))[0].text` is `"Artist Some Title"`.
    """
    planned: set[frozenset[str]] = set()
    queries: list[Query] = []
    for query in _query_variants(track, interpret(track)[0]):
        words = frozenset(words_of_text(query.text))
        # Some lists write dashes for an empty field. Other signs can be a name, such as "!!!".
        if words and query.text.strip("-_ ") and words not in planned:
            planned.add(words)
            queries.append(query)
    return tuple(queries)


def own_queries(texts: Iterable[str]) -> tuple[Query, ...]:
    """Check the queries that a caller wrote for a track.

    Args:
        texts: 1-20 texts; a source raises a `MisuseError` for one without a word.

    Returns:
        The queries of the type `search`, in the same order.

    Raises:
        MisuseError: There is none or there are too many, or one is blank or not text.

    Example:
        `own_queries(["artist title", "title"])[1].text` is `"title"`.
    """
    require_several("queries=", texts, "texts", 'write ["one", "other"]')
    queries = tuple(Query(_checked_text(text), "search") for text in texts)
    if not 1 <= len(queries) <= MAX_OWN_QUERIES:
        raise MisuseError(
            f"queries= has {len(queries)} texts; give 1-{MAX_OWN_QUERIES}, or leave it out for the "
            "queries that are planned from the track."
        )
    return queries


def _checked_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise wrong_argument("a text of queries=", text, "text with at least one word")
    return text


def _query_variants(track: Track, local: ParsedTrack) -> Iterator[Query]:
    """Yield the query variants, also those that are empty or repeat the words of another."""
    track = readable(track)
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
    latin = transliterate(" ".join((*artists[:1], local.shown)))
    if latin.isascii():
        yield _query("transliterated", latin)  # of a Latin text, it repeats an earlier query
    yield _query("title_only", local.shown)
    if artists:
        yield _query("keyword", artists[0], _rarest_words(local.shown))
    yield _query("as_written", artists_as_written(track), track.title)


def _rarest_words(title: str) -> str:
    """Return the word of a title that occurs in the fewest titles; of several, the longest."""
    return max(
        title.split(),
        key=lambda word: (information_weight(words_of_text(word)), len(word)),
        default="",
    )


def _query(query_type: QueryType, *parts: str) -> Query:
    """Join the parts; each word occurs once, because a repeated word does not narrow the search."""
    words = _BRACKETS.sub(" ", normalize_spacing(" ".join(parts))).replace(" - ", " ").split()
    return Query(" ".join(dict.fromkeys(words))[:MAX_QUERY_LENGTH].rstrip(), query_type)
