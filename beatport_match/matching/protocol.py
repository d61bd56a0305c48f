"""The shapes that talk passes around: what to ask, what came back, and who waits for what.

Only shapes live here. Nothing in this file opens a socket, reads a clock or knows Beatport.

Two generators carry the whole dialogue:

* a **conversation** about one track yields an `Ask` (questions that may be asked at once) and
  receives their `Answer`s in the order asked;
* an **exchange** about one question yields one small `Step` at a time (`Recall`, `Turn`, `Sign`,
  `Send`, `LookUp`, `Read`, `Heard`, `Keep`, `Sleep`) and receives a `Reply` that tells it the
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

    With a `form` it is a POST of it. `signed` says that the user's token has to go with it, which
    only the hands know.
    """

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    # What a form holds may be secret.
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    signed: bool = False

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
class Understood:
    """What a reader made of a response.

    `candidates` stand in the order served; an empty tuple means that Beatport was asked and has
    none. `unreadable` counts records that were dropped because they were malformed.
    """

    candidates: tuple[Candidate, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was understood before, `age_s` seconds ago."""

    value: Understood
    age_s: float


Reader: TypeAlias = Callable[[Response], "Understood | Failure"]
Look: TypeAlias = Callable[[], "Understood | Failure"]
"""How a catalogue that is at hand is asked; it may take its time, and never raises."""
Shelf: TypeAlias = Literal["search", "page"]
"""How fast an answer grows stale: the order of a search changes from day to day, a page seldom."""

# Whom a question is for that says nothing else.
ON_BEATPORT = "on Beatport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request together with the reader of its answer.

    `query_type` names what the planner did (see `queries`); `text` is the query as a person
    would type it; `shelf` says which age is too old for a known answer, `where` whom is asked. With
    `look` the answer is at hand: it is called, and nothing is sent.
    """

    request: Request
    read: Reader
    text: str
    query_type: str
    shelf: Shelf = "search"
    where: str = ON_BEATPORT
    look: Look | None = None


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

    `value` is what was understood or the last failure. `sent` has one entry per HTTP request, so
    retries show. `waited` is time spent waiting for a turn or between retries, `paced` the part of
    it that was for a turn, `read_s` time spent understanding; all in seconds. `cached` says that it
    came from the cache or from an equal question of this run.
    """

    question: Question
    value: Understood | Failure
    started: float
    ended: float
    sent: tuple[Sent, ...] = ()
    waited: float = 0.0
    paced: float = 0.0
    read_s: float = 0.0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class CacheGet:
    """Ask whether the answer is known; the reply's outcome is `Known` or nothing."""

    request: Request


@dataclass(frozen=True, slots=True)
class Keep:
    """Let the answer be known from now on; the reply has no outcome."""

    request: Request
    value: Understood


@dataclass(frozen=True, slots=True)
class Later:
    """No place in the pace is to be had for so many seconds: ask for one again after them."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Ask the hands for a place in the pace.

    The reply's outcome is a delay in seconds, `Later`, or a `Failure` where nothing may be sent.
    """


@dataclass(frozen=True, slots=True)
class Sign:
    """Make sure that the user's token is good; the reply's outcome is a `Failure` where it is not.

    `refused_at` is when a request was sent whose token was refused, on the hands' clock: a token
    that is older than that is not good.
    """

    refused_at: float | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request; the reply's outcome is a `Response` or a `Failure`."""

    request: Request


@dataclass(frozen=True, slots=True)
class Read:
    """Understand the response; the reply's outcome is `Understood` or a `Failure`.

    The hands do the call only so that its time can be told: the reader is pure.
    """

    reader: Reader
    response: Response


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask a catalogue that is at hand; the reply's outcome is `Understood` or a `Failure`."""

    look: Look


@dataclass(frozen=True, slots=True)
class Heard:
    """Tell the pace what the request sent at `sent` came to; the reply has no outcome."""

    value: Understood | Failure
    sent: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; the reply's outcome is a `Failure` where the host stopped the run meanwhile."""

    seconds: float


Step: TypeAlias = "CacheGet | Turn | Sign | Send | LookUp | Read | Heard | Keep | Sleep"
Outcome: TypeAlias = "Known | Response | Understood | Failure | Later | float | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the hands tell an exchange after a step.

    `now` is the hands' monotonic clock in seconds, `dice` a number in [0, 1).
    """

    outcome: Outcome
    now: float
    dice: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One `Ask` with its answers, in the order asked.

    `weighed_s` is how long the conversation took, in seconds, to weigh them and to decide what is
    next.
    """

    answers: tuple[Answer, ...]
    weighed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Everything that was asked for one track, and when: metrics are measured from this."""

    started: float
    ended: float
    asks: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a driven conversation came to, with its transcript."""

    value: T
    transcript: Transcript


Conversation: TypeAlias = Generator[Ask, tuple[Answer, ...], T]
Exchange: TypeAlias = Generator[Step, Reply, T]
