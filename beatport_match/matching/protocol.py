"""The values that the generators and the engines exchange: questions, steps, answers, transcripts.

Two kinds of generators hold all rules for requests, and do no I/O:

* a **search flow** handles one track. It yields an `Ask` (questions that may be sent at the same
  time) and receives their `Answer`s in the same order.
* a **request flow** handles one question. It yields one `Step` at a time and receives a `Reply`
  with the result of the step, the time and a random number:

      CacheGet  look the answer up in the cache           -> `CachedResult` or `None`
      Send      wait for a slot, authorise, send once     -> `Delivery`
      Report    tell the rate limiter and the cache       -> `None`
      Sleep     wait                                      -> `Failure` if the run was stopped

An engine (`engine/`) runs them, sync or async. Only the engines use a clock or a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Literal, TypeAlias, TypeVar
from urllib.parse import urlencode

from beatport_match.errors import Failure
from beatport_match.model.tracks import Candidate, ReadFrom

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request that is described but not sent.

    Attributes:
        url: The URL without a query.
        params: The pairs of the query, not yet encoded.
        headers: The headers of this request, besides those of the client.
        form: The fields of the body; with a form the method is POST, otherwise GET.
        needs_token: Whether the engine has to add the user's access token, which only the token
            store knows.
        timeout_s: How many seconds the request may take in total; `None`: the value of the
            settings.
    """

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    # A form may hold secrets.
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    needs_token: bool = False
    timeout_s: float | None = None

    @property
    def canonical(self) -> str:
        """The key of the request in caches; headers and the order of `params` do not matter."""
        return _canonical(self.url, self.params)


# Computed for each cache lookup, each single flight and each cache write of a request.
@lru_cache(maxsize=1024)
def _canonical(url: str, params: tuple[tuple[str, str], ...]) -> str:
    return f"{url}?{urlencode(sorted(params))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        url: The URL of the response.
        headers: The headers; their names are in lower case.
        body: The decompressed body.
    """

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedResult:
    """The parsed content of a response.

    `candidates` keep the order of the response; an empty tuple means that Beatport has none.
    `unreadable` counts records that were dropped because they were malformed. `partial` is what can
    be read of them, with the ID 0 and perhaps an empty name. `read_from` is where
    a changed page has its data; `None` for the usual place.
    `doubt` says that the response may answer another question: its candidates are used, but a
    missing track does not mean that Beatport lacks it. Such a result is not cached.
    """

    candidates: tuple[Candidate, ...]
    unreadable: int = 0
    read_from: ReadFrom | None = None
    partial: tuple[Candidate, ...] = ()
    doubt: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedResult:
    """A result from the cache, which is `age_s` seconds old."""

    value: ParsedResult
    age_s: float


Parser: TypeAlias = Callable[[Response], "ParsedResult | Failure"]
"""Parses a response; it never raises."""
LocalLookup: TypeAlias = Callable[[], "ParsedResult | Failure"]
"""Answers a question from a catalogue on this machine; it may take time, and never raises."""
ResultKind: TypeAlias = Literal["search", "page"]
"""Decides how long a cached result is valid: a search changes daily, a track page rarely."""

DEFAULT_WHERE = "on Beatport"
"""The name of Beatport as the place of a search, in texts for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A `request` with the parser of its response, `parse`.

    `text` is the query as a person would type it. `query_type` names how it was built (see
    `query_plan`). `kind` decides which cached age is too old. `where` names the source in texts
    for people. With a `local_lookup`, the engine calls this function and sends no request.
    """

    request: Request
    parse: Parser
    text: str
    query_type: str
    kind: ResultKind = "search"
    where: str = DEFAULT_WHERE
    local_lookup: LocalLookup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Questions that may be sent at the same time.

    At most `max_concurrent` of them are; `None` for `async_io.max_concurrent_requests`.
    """

    questions: tuple[Question, ...]
    max_concurrent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One HTTP request that was sent: when (seconds on the engine's clock) and its status.

    `status` is `None` if no response came.
    """

    started: float
    ended: float
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of one question, with its times in seconds.

    `value` is the parsed result or the last failure. `sent` has one entry for each HTTP request,
    so retries show. `wait_s` is the time spent waiting: for a slot of the rate limiter
    (`slot_wait_s`, which is part of it), for a token, and between retries. `parse_s` is the time
    spent parsing. `cached` says that the value came from the cache, or from an equal question of
    the same run.
    """

    question: Question
    value: ParsedResult | Failure
    started: float
    ended: float
    sent: tuple[Sent, ...] = ()
    wait_s: float = 0.0
    slot_wait_s: float = 0.0
    parse_s: float = 0.0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class CacheGet:
    """Look a request up in the cache; the result is a `CachedResult` or `None`."""

    request: Request


@dataclass(frozen=True, slots=True)
class Send:
    """Wait for a slot of the rate limiter, add the token if one is needed, and send once.

    The result is a `Delivery`. Redirects are not followed. `token_rejected_at` is when a request
    was sent whose token was rejected (engine's clock): a token from before that is not valid.
    """

    request: Request
    token_rejected_at: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Report the result of a request to the rate limiter and, if it succeeded, to the cache.

    `request` is the cache key, `sent_at` when the last request was sent (engine's clock). The
    reply's time is taken before the work, so that a slow disk does not count as parsing.
    """

    request: Request
    value: ParsedResult | Failure
    sent_at: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; the result is a `Failure` if the run was stopped meanwhile, otherwise `None`."""

    seconds: float


Step: TypeAlias = "CacheGet | Send | Report | Sleep"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of a `Send`.

    `sent` is `None` if nothing left this machine: the run was stopped, the circuit breaker is
    open, or there is no valid token; `outcome` is the reason then. `is_refused` says that the rate
    limiter did not allow the request, so another try does not help. The times are in seconds.
    """

    outcome: Response | Failure
    sent: Sent | None = None
    slot_wait_s: float = 0.0
    token_wait_s: float = 0.0
    is_refused: bool = False


StepResult: TypeAlias = "CachedResult | Delivery | Failure | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The value that an engine sends to a generator after a step.

    `now` is the engine's monotonic clock in seconds, `jitter` a random number in [0, 1).
    """

    result: StepResult
    now: float
    jitter: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One `Ask` with its answers, in the order of the questions.

    `scoring_s` is how long the search flow took, in seconds, to score them and to choose the next
    step.
    """

    answers: tuple[Answer, ...]
    scoring_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All rounds of one track, with their times: the metrics are computed from it."""

    started: float
    ended: float
    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class Recorded(Generic[T]):
    """The result of a search flow with its transcript."""

    value: T
    transcript: Transcript


SearchFlow: TypeAlias = Generator[Ask, tuple[Answer, ...], T]
RequestFlow: TypeAlias = Generator[Step, Reply, T]
