"""Single searches and fetches of track pages, without scoring: generators like `search_flow`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from beatport_match.errors import (
    BeatportUnavailable,
    Failure,
    MisuseError,
    require_several,
    wrong_argument,
)
from beatport_match.matching.fetched_tracks import FetchedTracks
from beatport_match.matching.protocol import Answer, Ask, ParsedResult, Question, SearchFlow
from beatport_match.matching.sources import Sources, resolve_sources
from beatport_match.model.tracks import Candidate


def query_flow(
    query: str,
    sources: Sources,
    *,
    timeout_s: float | None = None,
    max_results: int | None = None,
) -> SearchFlow[tuple[Candidate, ...]]:
    """Send one query, to one source after the other until one has a result.

    Args:
        query: The words to search for, as the caller wrote them.
        sources: One source, or several in order.
        timeout_s: The seconds that one request may take; `None` for the value of the settings.
        max_results: The maximum number of candidates; `None` for all that the source gives.

    Returns:
        The candidates in the order of the source; empty if no source has one.

    Raises:
        MisuseError: The query is not text, or blank.
        BeatportUnavailable: A fault prevented the answer.

    Example:
        `ask = next(query_flow("some title", source))` yields the only `Ask`.
    """
    if not isinstance(query, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("the query", query, "text: the words to search for")
    found: tuple[Candidate, ...] = ()
    for source in resolve_sources(sources):
        question = source.search(query, "search")
        if timeout_s is not None:
            question = replace(question, request=replace(question.request, timeout_s=timeout_s))
        (answer,) = yield Ask(questions=(question,))
        if found := _parsed(answer).candidates:
            break
    return found[:max_results]


def fetch_one_flow(url_or_id: str | int, sources: Sources) -> SearchFlow[Candidate | None]:
    """Fetch the page of one track.

    Args:
        url_or_id: The URL or the number of the track.
        sources: One source, or several in order.

    Returns:
        The track; `None` if no source has it.

    Raises:
        MisuseError: It is neither a number nor the URL of a track.
        BeatportUnavailable: A fault prevented the answer.
    """
    fetched = yield from fetch_flow((url_or_id,), sources)
    if fetched.failures:
        raise BeatportUnavailable(fetched.failures[0])
    return fetched[0]


def fetch_flow(
    urls_or_ids: Iterable[str | int], sources: Sources, max_concurrent: int | None = None
) -> SearchFlow[FetchedTracks]:
    """Fetch track pages.

    Args:
        urls_or_ids: URLs or numbers of tracks; any iterable except a single string.
        sources: One source, or several in order. After a failure, no later source is queried for
            that track: there, the same number may be that of another track.
        max_concurrent: The maximum number of concurrent requests; `None` for the settings' value.

    Returns:
        One entry for each URL or number, in their order; `None` if no source has such a track, or
        if there is a failure.

    Raises:
        MisuseError: `urls_or_ids` is no iterable, or an entry is neither a number nor the URL of a
            track.

    Example:
        `ask = next(fetch_flow([123, 456], source))` yields both questions in one `Ask`.
    """
    require_several("urls_or_ids", urls_or_ids, "URLs or IDs", "use fetch_track for one")
    wanted = tuple(urls_or_ids)
    found: dict[int, Candidate] = {}
    failures: dict[int, Failure] = {}
    in_order = resolve_sources(sources)
    for source in in_order:
        # A later source may accept a URL that this one rejects; only the last one's error counts.
        ignored = () if source is in_order[-1] else (MisuseError,)
        questions: dict[int, Question] = {}
        for index in range(len(wanted)):
            if index not in found and index not in failures:
                with suppress(*ignored):
                    questions[index] = source.track(wanted[index], "track_page")
        batch = Ask(questions=tuple(questions.values()), max_concurrent=max_concurrent)
        answers = (yield batch) if questions else ()
        for index, answer in zip(questions, answers, strict=True):
            if failure := _failure(answer):
                failures[index] = failure
            elif isinstance(answer.value, ParsedResult) and answer.value.candidates:
                found[index] = answer.value.candidates[0]
    return FetchedTracks(tuple(found.get(index) for index in range(len(wanted))), failures)


def _failure(answer: Answer) -> Failure | None:
    """Return why an answer cannot be relied on; `None` if it can."""
    return answer.value if isinstance(answer.value, Failure) else answer.value.doubt


def _parsed(answer: Answer) -> ParsedResult:
    """Return the result of an answer; raise its failure."""
    if failure := _failure(answer):
        raise BeatportUnavailable(failure)
    assert isinstance(answer.value, ParsedResult)
    return answer.value
