"""The shapes that talk passes around: what to ask, what came back, and who waits for what.

Only shapes live here. Nothing in this file opens a socket, reads a clock or knows Beatport.

Two generators carry the whole dialogue:

* a **conversation** about one track yields an `Ask` (questions that may be asked at once) and
  receives their `Answer`s in the order asked;
* an **exchange** about one question yields one small `Step` at a time (`Recall`, `ReserveSlot`, `Authorize`,
  `Send`, `RunLocalLookup`, `Parse`, `Report`, `CachePut`, `Sleep`) and receives a `Reply` that tells it the
  outcome, the time and the dice.

The hands that drive them are the only code that knows what a second or a socket is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Literal, TypeAlias, TypeVar
from urllib.parse import urlencode

from beatport_match.errors import Failure
from beatport_match.model.tracks import Candidate

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET, described but not sent; `params` are not yet encoded.

    With a `form` it is a POST of it. `needs_token` says that the user's token has to go with it, which
    only the hands know.
    """

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    # What a form holds may be secret.
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    needs_token: bool = False

    @property
    def canonical(self) -> str:
        """What is asked for, in one spelling: neither order nor headers make another request."""
        return _canonical(self.url, self.params)


# Asked for by everyone who recalls, waits for or keeps an answer.
@lru_cache(maxsize=1024)
def _canonical(url: str, params: tuple[tuple[str, str], ...]) -> str:
    return f"{url}?{urlencode(sorted(params))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; header names are lower case, `body` is decompressed."""

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedResult:
    """What a reader made of a response.

    `candidates` stand in the order served; an empty tuple means that Beatport was asked and has
    none. `unreadable` counts records that were dropped because they were malformed.
    """

    candidates: tuple[Candidate, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedResult:
    """What was understood before, `age_s` seconds ago."""

    value: ParsedResult
    age_s: float


Parser: TypeAlias = Callable[[Response], "ParsedResult | Failure"]
LocalLookup: TypeAlias = Callable[[], "ParsedResult | Failure"]
"""How a catalogue that is at hand is asked; it may take its time, and never raises."""
ResultKind: TypeAlias = Literal["search", "page"]
"""How fast an answer grows stale: the order of a search changes from day to day, a page seldom."""

# Whom a question is for that says nothing else.
DEFAULT_WHERE = "on Beatport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request together with the reader of its answer.

    `query_type` names what the planner did (see `queries`); `text` is the query as a person
    would type it; `kind` says which age is too old for a known answer, `where` whom is asked. With
    `lookup` the answer is at hand: it is called, and nothing is sent.
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
    """A batch of questions that may be asked at once."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request as it happened; times on the hands' clock, in seconds."""

    started: float
    ended: float
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How one question ended.

    `value` is what was understood or the last failure. `sent_at` has one entry per HTTP request, so
    retries show. `wait_s` is time spent waiting for a turn or between retries, `slot_wait_s` the part of
    it that was for a turn, `parse_s` time spent understanding; all in seconds. `cached` says that it
    came from the cache or from an equal question of this run.
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
    """Ask whether the answer is known; the reply's outcome is `CachedResult` or nothing."""

    request: Request


@dataclass(frozen=True, slots=True)
class CachePut:
    """Let the answer be known from now on; the reply has no outcome."""

    request: Request
    value: ParsedResult


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """No place in the pace is to be had for so many seconds: ask for one again after them."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ReserveSlot:
    """Ask the hands for a place in the pace.

    The reply's outcome is a delay in seconds, `RetryAfter`, or a `Failure` where nothing may be sent.
    """


@dataclass(frozen=True, slots=True)
class Authorize:
    """Make sure that the user's token is good; the reply's outcome is a `Failure` where it is not.

    `token_rejected_at` is when a request was sent whose token was refused, on the hands' clock: a token
    that is older than that is not good.
    """

    token_rejected_at: float | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request; the reply's outcome is a `Response` or a `Failure`."""

    request: Request


@dataclass(frozen=True, slots=True)
class Parse:
    """Understand the response; the reply's outcome is `ParsedResult` or a `Failure`.

    The hands do the call only so that its time can be told: the reader is pure.
    """

    parser: Parser
    response: Response


@dataclass(frozen=True, slots=True)
class RunLocalLookup:
    """Ask a catalogue that is at hand; the reply's outcome is `ParsedResult` or a `Failure`."""

    lookup: LocalLookup


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the pace what the request sent at `sent_at` came to; the reply has no outcome."""

    value: ParsedResult | Failure
    sent_at: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; the reply's outcome is a `Failure` where the host stopped the run meanwhile."""

    seconds: float


Step: TypeAlias = (
    "CacheGet | ReserveSlot | Authorize | Send | RunLocalLookup | Parse | Report | CachePut | Sleep"
)
StepResult: TypeAlias = (
    "CachedResult | Response | ParsedResult | Failure | RetryAfter | float | None"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the hands tell an exchange after a step.

    `now` is the hands' monotonic clock in seconds, `jitter` a number in [0, 1).
    """

    result: StepResult
    now: float
    jitter: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One `Ask` with its answers, in the order asked.

    `scoring_s` is how long the conversation took, in seconds, to weigh them and to decide what is
    next.
    """

    answers: tuple[Answer, ...]
    scoring_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Everything that was asked for one track, and when: metrics are measured from this."""

    started: float
    ended: float
    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class Recorded(Generic[T]):
    """What a driven conversation came to, with its transcript."""

    value: T
    transcript: Transcript


SearchFlow: TypeAlias = Generator[Ask, tuple[Answer, ...], T]
RequestFlow: TypeAlias = Generator[Step, Reply, T]
