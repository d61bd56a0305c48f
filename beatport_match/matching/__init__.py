"""Which queries are sent for a track, and what their results mean: sans-IO generators.

    search_flow       one track: which queries are sent, when the search ends (yields `Ask`)
    lookup_flows      single searches and fetches of track pages, without scoring
    request_flow      one question: cache, retries, redirects (yields a `Step` at a time)
    query_plan        the queries for a track, best first
    sources           where candidates come from
    protocol          the values that the generators exchange with the engine
    match             the result for one track
    query_record      one query of it
    fetched_tracks    the result of `fetch_tracks`
    progress          the progress of a run
    decided           which earlier decisions are about a track
    decided_match     the match that they lead to
    earlier_answers   the answers of an earlier run, by track
    release_evidence  what the other tracks of a folder say about a doubtful match
    second_round      which tracks a run tries again at its end

The generators do no I/O: an engine runs them, sync or async. The names below are for programs with
their own engine (docs/conversation.md).
"""

from beatport_match.matching.lookup_flows import fetch_flow, fetch_one_flow, query_flow
from beatport_match.matching.protocol import (
    Answer,
    Ask,
    CachedResult,
    CacheGet,
    Delivery,
    LocalLookup,
    ParsedResult,
    Parser,
    Question,
    Recorded,
    Reply,
    Report,
    Request,
    RequestFlow,
    Response,
    Round,
    SearchFlow,
    Send,
    Sent,
    Sleep,
    Step,
    Transcript,
)
from beatport_match.matching.query_plan import own_queries
from beatport_match.matching.request_flow import backoff, question_flow
from beatport_match.matching.search_flow import match_flow
from beatport_match.matching.sources import Source

__all__ = [
    "Answer",
    "Ask",
    "CacheGet",
    "CachedResult",
    "Delivery",
    "LocalLookup",
    "ParsedResult",
    "Parser",
    "Question",
    "Recorded",
    "Reply",
    "Report",
    "Request",
    "RequestFlow",
    "Response",
    "Round",
    "SearchFlow",
    "Send",
    "Sent",
    "Sleep",
    "Source",
    "Step",
    "Transcript",
    "backoff",
    "fetch_flow",
    "fetch_one_flow",
    "match_flow",
    "own_queries",
    "query_flow",
    "question_flow",
]
