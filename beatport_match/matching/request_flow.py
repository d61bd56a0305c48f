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
    Authorize,
    CachedResult,
    CacheGet,
    CachePut,
    LocalLookup,
    Parse,
    ParsedResult,
    Parser,
    Question,
    Report,
    Request,
    RequestFlow,
    ReserveSlot,
    Response,
    ResultKind,
    RetryAfter,
    RunLocalLookup,
    Send,
    Sent,
    Sleep,
)

# RFC 9110 and RFC 6585: what may go away by itself. Every other 4xx is our own doing.
_RETRYABLE_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
_RETRYABLE_KINDS = frozenset({"timeout", "network", "rate_limited"})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 3
# Somebody else's requests may use up what one was waiting for; more is no bad luck.
MAX_REJECTED_TOKENS = 3
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 20.0
# A server that wants longer than this is obeyed by the next run, not by a sleeping program.
MAX_RETRY_AFTER_S = 60.0


def question_flow(
    question: Question, *, attempts: int, max_ages_s: Mapping[ResultKind, float]
) -> RequestFlow[Answer]:
    """Ask one question, again where that may help, at most `attempts` times.

    An answer that is known and no older than `max_ages_s` seconds for its shelf is not asked for.
    """
    log = _Timing(question.request)
    known = yield from log.cache_get()
    # Less than no age is the trace of a clock that went wrong.
    if known is not None and 0 <= known.age_s <= max_ages_s[question.kind]:
        return log.answer(question, known.value, cached=True)
    if question.local_lookup is not None:
        # At hand: nothing is sent, kept or waited for.
        return log.answer(question, (yield from log.run_local_lookup(question.local_lookup)))
    tries = 0
    while True:
        outcome, response = yield from _try(log, question.parse)
        tries += 1
        if isinstance(outcome, ParsedResult):
            yield from log.cache_put(question.request, outcome)
        failure = outcome if isinstance(outcome, Failure) else None
        if failure is None or not _is_retryable(failure, response) or tries >= attempts:
            return log.answer(question, outcome)
        stopped = yield from log.sleep(backoff(tries, log.jitter, response))
        if stopped is not None:
            return log.answer(question, stopped)


def _try(log: _Timing, read: Parser) -> RequestFlow[tuple[ParsedResult | Failure, Response | None]]:
    """Send the request, follow where it leads, and say what came of it."""
    while True:
        refused = (yield from log.reserve_slot()) or (yield from log.authorize())
        if refused is not None:
            return refused, None
        came = yield from log.send()
        response = came if isinstance(came, Response) else None
        target = _redirect(log.request, response) if response else None
        if isinstance(target, Request) and log.redirects < MAX_REDIRECTS:
            log.request, log.redirects = target, log.redirects + 1
            continue
        outcome: ParsedResult | Failure
        if isinstance(target, Request):
            outcome = Failure("status", f"more than {MAX_REDIRECTS} redirects", log.request.url)
        elif target is not None:
            outcome = target
        elif isinstance(came, Response):
            outcome = yield from log.parse(read, came)
        else:
            outcome = came
        yield from log.report(outcome)
        if log.must_refresh_token(response):
            continue
        return outcome, response


def send_with_retries(request: Request, *, attempts: int) -> RequestFlow[Response | Failure]:
    """Send a request that is no question to a catalogue, again where that may help."""
    log = _Timing(request)
    tries = 0
    while True:
        refused = yield from log.reserve_slot()
        if refused is not None:
            return refused
        came = yield from log.send()
        tries += 1
        failure, response = (came, None) if isinstance(came, Failure) else (None, came)
        if not _is_retryable(failure, response) or tries >= attempts:
            return came
        stopped = yield from log.sleep(backoff(tries, log.jitter, response))
        if stopped is not None:
            return stopped


def backoff(tries: int, jitter: float, response: Response | None) -> float:
    """Seconds before the next try: what the server asks for, else exponential with full jitter.

    `tries` counts from 1, `jitter` is in [0, 1); the result is 0-60.
    """
    asked = _retry_after(response) if response else None
    if asked is not None:
        return asked
    return jitter * min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0**tries)


class _Timing:
    """What has happened in one exchange, and when."""

    def __init__(self, request: Request) -> None:
        # Where it leads to is asked at once when it has to be asked again.
        self.request = request
        self.redirects = 0
        self.rejections = 0
        self.token_rejected_at: float | None = None
        self.started = 0.0
        self.now = 0.0
        self.jitter = 0.0
        self.sent: list[Sent] = []
        self.wait_s = 0.0
        self.slot_wait_s = 0.0
        self.parse_s = 0.0

    def cache_get(self) -> RequestFlow[CachedResult | None]:
        reply = yield CacheGet(self.request)
        self.started = self.now = reply.now
        assert reply.result is None or isinstance(reply.result, CachedResult)
        return reply.result

    def reserve_slot(self) -> RequestFlow[Failure | None]:
        """Wait for a place in the pace; the failure says that there is none to be had."""
        while True:
            reply = yield ReserveSlot()
            self.now = reply.now
            delay = reply.result
            if isinstance(delay, Failure):
                return delay
            assert isinstance(delay, RetryAfter | float)
            seconds, waited = delay.seconds if isinstance(delay, RetryAfter) else delay, self.wait_s
            stopped = (yield from self.sleep(seconds)) if seconds > 0 else None
            self.slot_wait_s += self.wait_s - waited
            if stopped is not None or not isinstance(delay, RetryAfter):
                return stopped

    def authorize(self) -> RequestFlow[Failure | None]:
        """See to it that the request goes out with a good token, where it needs one."""
        if not self.request.needs_token:
            return None
        began = self.now
        reply = yield Authorize(self.token_rejected_at)
        self.now = reply.now
        self.wait_s += reply.now - began
        assert reply.result is None or isinstance(reply.result, Failure)
        return reply.result

    def must_refresh_token(self, response: Response | None) -> bool:
        """Whether the token was refused, and may have run out on its way."""
        refused = response is not None and response.status == 401 and self.request.needs_token
        if not refused or self.rejections >= MAX_REJECTED_TOKENS:
            return False
        self.rejections, self.token_rejected_at = self.rejections + 1, self.sent[-1].started
        return True

    def send(self) -> RequestFlow[Response | Failure]:
        began = self.now
        reply = yield Send(self.request)
        self.now, self.jitter = reply.now, reply.jitter
        assert isinstance(reply.result, Response | Failure)
        status = reply.result.status if isinstance(reply.result, Response) else None
        self.sent.append(Sent(started=began, ended=reply.now, status=status))
        return reply.result

    def run_local_lookup(self, look: LocalLookup) -> RequestFlow[ParsedResult | Failure]:
        began = self.now
        reply = yield RunLocalLookup(look)
        self.now = reply.now
        self.parse_s += reply.now - began
        assert isinstance(reply.result, ParsedResult | Failure)
        return reply.result

    def parse(self, read: Parser, response: Response) -> RequestFlow[ParsedResult | Failure]:
        began = self.now
        reply = yield Parse(read, response)
        self.now = reply.now
        self.parse_s += reply.now - began
        assert isinstance(reply.result, ParsedResult | Failure)
        return reply.result

    def report(self, value: ParsedResult | Failure) -> RequestFlow[None]:
        yield Report(value, self.sent[-1].started)

    def cache_put(self, request: Request, value: ParsedResult) -> RequestFlow[None]:
        reply = yield CachePut(request, value)
        self.now = reply.now

    def sleep(self, seconds: float) -> RequestFlow[Failure | None]:
        began = self.now
        reply = yield Sleep(seconds)
        self.now = reply.now
        self.wait_s += reply.now - began
        assert reply.result is None or isinstance(reply.result, Failure)
        return reply.result

    def answer(
        self, question: Question, value: ParsedResult | Failure, *, cached: bool = False
    ) -> Answer:
        return Answer(
            question=question,
            value=value,
            started=self.started,
            ended=self.now,
            sent=tuple(self.sent),
            wait_s=self.wait_s,
            slot_wait_s=self.slot_wait_s,
            parse_s=self.parse_s,
            cached=cached,
        )


def _is_retryable(failure: Failure | None, response: Response | None) -> bool:
    """Whether trouble may go away by itself: by what was made of it, or by its status alone."""
    kind = failure.kind if failure else ""
    if kind in {"stopped", "blocked"}:
        return False
    return kind in _RETRYABLE_KINDS or (
        response is not None and response.status in _RETRYABLE_STATUSES
    )


def _redirect(request: Request, response: Response) -> Request | Failure | None:
    """Where the server sends us: within its own host a request, elsewhere a failure."""
    location = response.headers.get("location")
    if response.status not in _REDIRECT_STATUSES or not location:
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
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(text)
        delay = (then - parsedate_to_datetime(response.headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(delay, 0.0), MAX_RETRY_AFTER_S)
