"""Whether the same thing is asked again: pace, retry, backoff, redirects.

A pure generator around one question. It is told the time and the dice in every `Reply`, so equal
replies give equal exchanges in both colours. What to ask next is `conversation`'s to decide.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from beatport_match.errors import Failure
from beatport_match.wire import (
    Answer,
    Exchange,
    Question,
    Read,
    Request,
    Response,
    Send,
    Sent,
    Sleep,
    Turn,
    Understood,
)

# RFC 9110 and RFC 6585: what may go away by itself. Every other 4xx is our own doing.
_PASSING = frozenset({408, 425, 429, *range(500, 600)})
_PASSING_KINDS = frozenset({"timeout", "network", "rate_limited"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 20.0
# A server that wants longer than this is obeyed by the next run, not by a sleeping program.
_LONGEST_RETRY_AFTER_S = 60.0


def exchange(question: Question, *, attempts: int) -> Exchange[Answer]:
    """Ask one question, again where that may help, at most `attempts` times."""
    log = _Log(question)
    request, redirects, tries = question.request, 0, 0
    while True:
        came = yield from log.send(request)
        response = came if isinstance(came, Response) else None
        target = _redirect(request, response) if response else None
        if isinstance(target, Request) and redirects < _MOST_REDIRECTS:
            request, redirects = target, redirects + 1
            continue
        outcome: Understood | Failure
        if isinstance(target, Request):
            outcome = Failure("status", f"more than {_MOST_REDIRECTS} redirects", request.url)
        elif target is not None:
            outcome = target
        elif isinstance(came, Response):
            outcome = yield from log.read(came)
        else:
            outcome = came
        tries += 1
        if not _may_pass(outcome, response) or tries >= attempts:
            return log.answer(outcome)
        yield from log.sleep(backoff(tries, log.dice, response))


def backoff(tries: int, dice: float, response: Response | None) -> float:
    """Seconds before the next try: what the server asks for, else exponential with full jitter.

    `tries` counts from 1, `dice` is in [0, 1); the result is 0-60.
    """
    asked = _retry_after(response) if response else None
    if asked is not None:
        return asked
    return dice * min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2.0**tries)


def admit(next_free: float, now: float, per_second: float | None) -> tuple[float, float]:
    """One place in the pace: the delay in seconds, and when the next place is free.

    This is the generic cell rate algorithm (ITU-T I.371) with a burst of one: requests are spread
    evenly, however many ask at once.
    """
    if per_second is None:
        return 0.0, now
    at = max(next_free, now)
    return at - now, at + 1 / per_second


class _Log:
    """What has happened in one exchange, and when."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.started: float | None = None
        self.now = 0.0
        self.dice = 0.0
        self.sent: list[Sent] = []
        self.waited = 0.0
        self.paced = 0.0
        self.read_s = 0.0

    def send(self, request: Request) -> Exchange[Response | Failure]:
        reply = yield Turn()
        self.started = reply.now if self.started is None else self.started
        self.now = reply.now
        if isinstance(reply.outcome, Failure):
            return reply.outcome
        if isinstance(reply.outcome, float) and reply.outcome > 0:
            self.paced += yield from self.sleep(reply.outcome)
        began = self.now
        reply = yield Send(request)
        self.now, self.dice = reply.now, reply.dice
        assert isinstance(reply.outcome, Response | Failure)
        status = reply.outcome.status if isinstance(reply.outcome, Response) else None
        self.sent.append(Sent(started=began, ended=reply.now, status=status))
        return reply.outcome

    def read(self, response: Response) -> Exchange[Understood | Failure]:
        began = self.now
        reply = yield Read(self.question.read, response)
        self.now = reply.now
        self.read_s += reply.now - began
        assert isinstance(reply.outcome, Understood | Failure)
        return reply.outcome

    def sleep(self, seconds: float) -> Exchange[float]:
        began = self.now
        reply = yield Sleep(seconds)
        self.now = reply.now
        self.waited += reply.now - began
        return reply.now - began

    def answer(self, value: Understood | Failure) -> Answer:
        return Answer(
            question=self.question,
            value=value,
            started=self.now if self.started is None else self.started,
            ended=self.now,
            sent=tuple(self.sent),
            waited=self.waited,
            paced=self.paced,
            read_s=self.read_s,
        )


def _may_pass(outcome: Understood | Failure, response: Response | None) -> bool:
    if isinstance(outcome, Understood) or outcome.kind in {"stopped", "blocked"}:
        return False
    return outcome.kind in _PASSING_KINDS or (response is not None and response.status in _PASSING)


def _redirect(request: Request, response: Response) -> Request | Failure | None:
    """Where the server sends us: within its own host a request, elsewhere a failure."""
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        target = urljoin(response.url or request.url, location)
        elsewhere = urlsplit(target)[:2] != urlsplit(request.url)[:2]
    except ValueError:
        elsewhere, target = True, location
    if elsewhere:
        return Failure("blocked", f"sent to another site: {target[:200]}", request.url)
    return replace(request, url=target, params=())


def _retry_after(response: Response) -> float | None:
    """`Retry-After` in seconds, or as a date read against the response's own; garbage is none."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(text)
        delay = (then - parsedate_to_datetime(response.headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(delay, 0.0), _LONGEST_RETRY_AFTER_S)
