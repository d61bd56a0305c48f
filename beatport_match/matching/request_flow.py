"""One question, from the cache to its answer: freshness, retries, backoff, redirects, tokens.

`question_flow` is a pure generator (see `protocol`). Every `Reply` has the time and a random
number, so equal replies give equal flows in sync and async. The rules:

* A cached result that is young enough is the answer; nothing is sent.
* A timeout, a network fault, a 408, 425, 429 or 5xx is retried after a backoff, up to `attempts`
  tries: a random time of up to 1 s, doubled with each further try, at most 20 s; or the time
  of `Retry-After`, at most 60 s. All other failures are final.
* Up to 3 redirects are followed within scheme, host and port; retries go to the new URL. A redirect
  that loses the text of the search is not followed: its page would answer another question.
* A 401 on a request with a token makes the engine refresh the token, up to 3 times in a question:
  requests of other tasks may use up the new token before this one is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urljoin, urlsplit

from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    Answer,
    CachedResult,
    CacheGet,
    Delivery,
    ParsedResult,
    Question,
    Reply,
    Report,
    Request,
    RequestFlow,
    Response,
    ResultKind,
    Send,
    Sent,
    Sleep,
)

# RFC 9110, 6585 and 8470: statuses that may be gone at the next try. Other 4xx are final.
RETRYABLE_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
RETRYABLE_KINDS = frozenset({"timeout", "network", "rate_limited"})
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 3
MAX_TOKEN_REJECTIONS = 3
FIRST_BACKOFF_S = 1.0
MAX_BACKOFF_S = 20.0
# If a server asks for a longer time, the retry is still sent after this time.
MAX_RETRY_AFTER_S = 60.0


def question_flow(
    question: Question, *, attempts: int, max_ages_s: Mapping[ResultKind, float]
) -> RequestFlow[Answer]:
    """Answer one question.

    Args:
        question: What to request and how to parse the response.
        attempts: How many times the request is sent at most, the first included; redirects and
            token refreshes do not count.
        max_ages_s: The age in seconds up to which a cached result of each kind is used.

    Returns:
        The answer, with the times of everything that was done for it.
    """
    timing = _Timing()
    cached = timing.started_by((yield CacheGet(question.request)))
    # A negative age means that the system clock was set back.
    if cached is not None and 0 <= cached.age_s <= max_ages_s[question.kind]:
        return timing.answer(question, cached.value, cached=True)
    request, redirects, tries = question.request, 0, 0
    rejections, token_rejected_at = 0, None
    while True:
        delivery = timing.delivered((yield Send(request, token_rejected_at)))
        response = delivery.outcome if isinstance(delivery.outcome, Response) else None
        target = _redirect(question, request, response, redirects)
        if isinstance(target, Request):
            request, redirects = target, redirects + 1
            continue
        result = _result(delivery, target, question)
        if delivery.sent is not None:
            timing.parsed((yield Report(question.request, result, delivery.sent.started)))
            rejected = response is not None and response.status == 401 and request.needs_token
            if rejected and rejections < MAX_TOKEN_REJECTIONS:
                rejections, token_rejected_at = rejections + 1, delivery.sent.started
                continue
        tries += 1
        is_final = delivery.is_refused or not _is_retryable(result, response)
        if tries >= attempts or is_final:
            return timing.answer(question, result)
        stopped = timing.slept((yield Sleep(backoff(tries, timing.jitter, response))))
        if stopped is not None:
            return timing.answer(question, stopped)


def token_refresh_flow(request: Request, *, attempts: int) -> RequestFlow[Response | Failure]:
    """Send a token refresh, retried as a question is; its response is for the token store."""
    timing = _Timing()
    tries = 0
    while True:
        delivery = timing.delivered((yield Send(request)))
        tries += 1
        outcome = delivery.outcome
        response, failure = (outcome, None) if isinstance(outcome, Response) else (None, outcome)
        if tries >= attempts or not _is_retryable(failure, response):
            return outcome
        stopped = timing.slept((yield Sleep(backoff(tries, timing.jitter, response))))
        if stopped is not None:
            return stopped


def backoff(tries: int, jitter: float, response: Response | None) -> float:
    """Compute the delay before the next try.

    Args:
        tries: How many requests have been sent so far, from 1.
        jitter: A random number in [0, 1).
        response: The last response, whose `Retry-After` is used if it has one.

    Returns:
        The delay in seconds: `Retry-After` if there is one (at most 60), otherwise exponential
        backoff with full jitter (at most 20).

    Example:
        ```python
        backoff(3, 0.5, None)
        # 2.0
        ```
    """
    requested = _retry_after(response) if response else None
    if requested is not None:
        return requested
    return jitter * min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** (tries - 1))


class _Timing:
    """The times of one request flow, taken from the replies."""

    def __init__(self) -> None:
        self.jitter = 0.0
        self._started = 0.0
        self._now = 0.0
        self._sent: list[Sent] = []
        self._wait_s = 0.0
        self._slot_wait_s = 0.0
        self._parse_s = 0.0

    def started_by(self, reply: Reply) -> CachedResult | None:
        """Begin with the reply to `CacheGet`."""
        assert reply.result is None or isinstance(reply.result, CachedResult)
        self._started = self._now = reply.now
        return reply.result

    def delivered(self, reply: Reply) -> Delivery:
        """Add the reply to a `Send`."""
        assert isinstance(reply.result, Delivery)
        self._now, self.jitter = reply.now, reply.jitter
        self._slot_wait_s += reply.result.slot_wait_s
        self._wait_s += reply.result.slot_wait_s + reply.result.token_wait_s
        if reply.result.sent is not None:
            self._sent.append(reply.result.sent)
        return reply.result

    def parsed(self, reply: Reply) -> None:
        """Add the reply to a `Report`: the response was parsed since the reply before."""
        self._parse_s += reply.now - self._now
        self._now = reply.now

    def slept(self, reply: Reply) -> Failure | None:
        """Add the reply to a `Sleep`."""
        assert reply.result is None or isinstance(reply.result, Failure)
        self._wait_s += reply.now - self._now
        self._now = reply.now
        return reply.result

    def answer(
        self, question: Question, value: ParsedResult | Failure, *, cached: bool = False
    ) -> Answer:
        """Put the times into the answer."""
        return Answer(
            question=question,
            value=value,
            started=self._started,
            ended=self._now,
            sent=tuple(self._sent),
            wait_s=self._wait_s,
            slot_wait_s=self._slot_wait_s,
            parse_s=self._parse_s,
            cached=cached,
        )


def _result(
    delivery: Delivery, target: Failure | None, question: Question
) -> ParsedResult | Failure:
    """Parse the response, unless the delivery or a redirect failed."""
    if target is not None:
        return target
    if isinstance(delivery.outcome, Failure):
        return delivery.outcome
    return question.parse(delivery.outcome)


def _is_retryable(result: ParsedResult | Failure | None, response: Response | None) -> bool:
    """Decide by the failure, or by the status alone, whether the same request may succeed later."""
    if isinstance(result, ParsedResult):
        return False
    if result is not None and result.kind in {"stopped", "blocked"}:
        return False
    is_retryable_kind = result is not None and result.kind in RETRYABLE_KINDS
    return is_retryable_kind or (response is not None and response.status in RETRYABLE_STATUSES)


def _redirect(
    question: Question, request: Request, response: Response | None, redirects: int
) -> Request | Failure | None:
    """Return the request for the target of a redirect; a failure if it may not be followed."""
    location = response.headers.get("location") if response else None
    if response is None or response.status not in REDIRECT_STATUSES or not location:
        return None
    try:
        target = urljoin(response.url or request.url, location)
        is_elsewhere = urlsplit(target)[:2] != urlsplit(request.url)[:2]
        stated = {value for _, value in parse_qsl(urlsplit(target).query)}
    except ValueError:
        is_elsewhere, target, stated = True, location, set[str]()
    if is_elsewhere:
        return Failure("blocked", f"redirected to another site: {target[:200]}", request.url)
    asked = {value for _, value in question.request.params}
    if question.text in asked - stated:
        detail = f"redirected to a page without the search: {target[:200]}"
        return Failure("catalogue_changed", detail, request.url)
    if redirects >= MAX_REDIRECTS:
        return Failure("status", f"more than {MAX_REDIRECTS} redirects", request.url)
    return replace(request, url=target, params=())


def _retry_after(response: Response) -> float | None:
    """Read `Retry-After`: seconds, or a date relative to the response's; `None` if unreadable."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(text)
        delay = (then - parsedate_to_datetime(response.headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(delay, 0.0), MAX_RETRY_AFTER_S)
