"""Whether the same thing is asked again: freshness, retry, backoff, redirects.

A pure generator around one question. It is told the time and the dice in every `Reply`, so equal
replies give equal exchanges in both colours. What to ask next is `conversation`'s to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    Answer,
    Exchange,
    Heard,
    Keep,
    Known,
    Later,
    Look,
    LookUp,
    Question,
    Read,
    Reader,
    CacheGet,
    Request,
    Response,
    Send,
    Sent,
    Shelf,
    Sign,
    Sleep,
    Turn,
    Understood,
)

# RFC 9110 and RFC 6585: what may go away by itself. Every other 4xx is our own doing.
_PASSING = frozenset({408, 425, 429, *range(500, 600)})
_PASSING_KINDS = frozenset({"timeout", "network", "rate_limited"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
# Somebody else's requests may use up what one was waiting for; more is no bad luck.
_MOST_REFUSED_TOKENS = 3
_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 20.0
# A server that wants longer than this is obeyed by the next run, not by a sleeping program.
_LONGEST_RETRY_AFTER_S = 60.0


def exchange(
    question: Question, *, attempts: int, fresh_s: Mapping[Shelf, float]
) -> Exchange[Answer]:
    """Ask one question, again where that may help, at most `attempts` times.

    An answer that is known and no older than `fresh_s` seconds for its shelf is not asked for.
    """
    log = _Log(question.request)
    known = yield from log.recall()
    # Less than no age is the trace of a clock that went wrong.
    if known is not None and 0 <= known.age_s <= fresh_s[question.shelf]:
        return log.answer(question, known.value, cached=True)
    if question.look is not None:
        # At hand: nothing is sent, kept or waited for.
        return log.answer(question, (yield from log.look_up(question.look)))
    tries = 0
    while True:
        outcome, response = yield from _try(log, question.read)
        tries += 1
        if isinstance(outcome, Understood):
            yield from log.keep(question.request, outcome)
        failure = outcome if isinstance(outcome, Failure) else None
        if failure is None or not _may_pass(failure, response) or tries >= attempts:
            return log.answer(question, outcome)
        stopped = yield from log.sleep(backoff(tries, log.dice, response))
        if stopped is not None:
            return log.answer(question, stopped)


def _try(log: _Log, read: Reader) -> Exchange[tuple[Understood | Failure, Response | None]]:
    """Send the request, follow where it leads, and say what came of it."""
    while True:
        refused = (yield from log.turn()) or (yield from log.sign())
        if refused is not None:
            return refused, None
        came = yield from log.send()
        response = came if isinstance(came, Response) else None
        target = _redirect(log.request, response) if response else None
        if isinstance(target, Request) and log.redirects < _MOST_REDIRECTS:
            log.request, log.redirects = target, log.redirects + 1
            continue
        outcome: Understood | Failure
        if isinstance(target, Request):
            outcome = Failure("status", f"more than {_MOST_REDIRECTS} redirects", log.request.url)
        elif target is not None:
            outcome = target
        elif isinstance(came, Response):
            outcome = yield from log.read(read, came)
        else:
            outcome = came
        yield from log.heard(outcome)
        if log.must_sign_anew(response):
            continue
        return outcome, response


def until_answered(request: Request, *, attempts: int) -> Exchange[Response | Failure]:
    """Send a request that is no question to a catalogue, again where that may help."""
    log = _Log(request)
    tries = 0
    while True:
        refused = yield from log.turn()
        if refused is not None:
            return refused
        came = yield from log.send()
        tries += 1
        failure, response = (came, None) if isinstance(came, Failure) else (None, came)
        if not _may_pass(failure, response) or tries >= attempts:
            return came
        stopped = yield from log.sleep(backoff(tries, log.dice, response))
        if stopped is not None:
            return stopped


def backoff(tries: int, dice: float, response: Response | None) -> float:
    """Seconds before the next try: what the server asks for, else exponential with full jitter.

    `tries` counts from 1, `dice` is in [0, 1); the result is 0-60.
    """
    asked = _retry_after(response) if response else None
    if asked is not None:
        return asked
    return dice * min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2.0**tries)


class _Log:
    """What has happened in one exchange, and when."""

    def __init__(self, request: Request) -> None:
        # Where it leads to is asked at once when it has to be asked again.
        self.request = request
        self.redirects = 0
        self.refusals = 0
        self.refused_at: float | None = None
        self.started = 0.0
        self.now = 0.0
        self.dice = 0.0
        self.sent: list[Sent] = []
        self.waited = 0.0
        self.paced = 0.0
        self.read_s = 0.0

    def recall(self) -> Exchange[Known | None]:
        reply = yield CacheGet(self.request)
        self.started = self.now = reply.now
        assert reply.outcome is None or isinstance(reply.outcome, Known)
        return reply.outcome

    def turn(self) -> Exchange[Failure | None]:
        """Wait for a place in the pace; the failure says that there is none to be had."""
        while True:
            reply = yield Turn()
            self.now = reply.now
            delay = reply.outcome
            if isinstance(delay, Failure):
                return delay
            assert isinstance(delay, Later | float)
            seconds, waited = delay.seconds if isinstance(delay, Later) else delay, self.waited
            stopped = (yield from self.sleep(seconds)) if seconds > 0 else None
            self.paced += self.waited - waited
            if stopped is not None or not isinstance(delay, Later):
                return stopped

    def sign(self) -> Exchange[Failure | None]:
        """See to it that the request goes out with a good token, where it needs one."""
        if not self.request.signed:
            return None
        began = self.now
        reply = yield Sign(self.refused_at)
        self.now = reply.now
        self.waited += reply.now - began
        assert reply.outcome is None or isinstance(reply.outcome, Failure)
        return reply.outcome

    def must_sign_anew(self, response: Response | None) -> bool:
        """Whether the token was refused, and may have run out on its way."""
        refused = response is not None and response.status == 401 and self.request.signed
        if not refused or self.refusals >= _MOST_REFUSED_TOKENS:
            return False
        self.refusals, self.refused_at = self.refusals + 1, self.sent[-1].started
        return True

    def send(self) -> Exchange[Response | Failure]:
        began = self.now
        reply = yield Send(self.request)
        self.now, self.dice = reply.now, reply.dice
        assert isinstance(reply.outcome, Response | Failure)
        status = reply.outcome.status if isinstance(reply.outcome, Response) else None
        self.sent.append(Sent(started=began, ended=reply.now, status=status))
        return reply.outcome

    def look_up(self, look: Look) -> Exchange[Understood | Failure]:
        began = self.now
        reply = yield LookUp(look)
        self.now = reply.now
        self.read_s += reply.now - began
        assert isinstance(reply.outcome, Understood | Failure)
        return reply.outcome

    def read(self, read: Reader, response: Response) -> Exchange[Understood | Failure]:
        began = self.now
        reply = yield Read(read, response)
        self.now = reply.now
        self.read_s += reply.now - began
        assert isinstance(reply.outcome, Understood | Failure)
        return reply.outcome

    def heard(self, value: Understood | Failure) -> Exchange[None]:
        yield Heard(value, self.sent[-1].started)

    def keep(self, request: Request, value: Understood) -> Exchange[None]:
        reply = yield Keep(request, value)
        self.now = reply.now

    def sleep(self, seconds: float) -> Exchange[Failure | None]:
        began = self.now
        reply = yield Sleep(seconds)
        self.now = reply.now
        self.waited += reply.now - began
        assert reply.outcome is None or isinstance(reply.outcome, Failure)
        return reply.outcome

    def answer(
        self, question: Question, value: Understood | Failure, *, cached: bool = False
    ) -> Answer:
        return Answer(
            question=question,
            value=value,
            started=self.started,
            ended=self.now,
            sent=tuple(self.sent),
            waited=self.waited,
            paced=self.paced,
            read_s=self.read_s,
            cached=cached,
        )


def _may_pass(failure: Failure | None, response: Response | None) -> bool:
    """Whether trouble may go away by itself: by what was made of it, or by its status alone."""
    kind = failure.kind if failure else ""
    if kind in {"stopped", "blocked"}:
        return False
    return kind in _PASSING_KINDS or (response is not None and response.status in _PASSING)


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
