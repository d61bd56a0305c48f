"""The sync engine: runs the generators with one client, rate limiter, cache and token store.

Has the same methods as `async_engine`, which differs by `await` and runs the questions of a batch
at the same time. It contains no rule of matching or requesting.
"""

from __future__ import annotations

import random
import time
from contextlib import nullcontext
from functools import partial
from threading import Lock
from typing import TypeVar

from beatport_match.engine.arguments import IsStopped
from beatport_match.engine.beatport_source import max_ages_s
from beatport_match.engine.request_logging import log_answer, log_retry, log_sent
from beatport_match.engine.time_budget import TimeBudget
from beatport_match.engine.track_outcome import STOPPED
from beatport_match.engine.transcript import TranscriptRecorder
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import (
    Answer,
    CacheGet,
    Delivery,
    ParsedResult,
    Question,
    Recorded,
    Reply,
    Report,
    Request,
    RequestFlow,
    Response,
    SearchFlow,
    Send,
    Sent,
    StepResult,
)
from beatport_match.matching.request_flow import question_flow, token_refresh_flow
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.answer_cache import KeyedLocks, TieredCache
from beatport_match.transport.client_pool import SyncClientPool
from beatport_match.transport.http import STOP_POLL_INTERVAL_S, HttpClient, new_client, send
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.rate_rules import RetryAfter
from beatport_match.transport.shared import SharedState
from beatport_match.transport.token_store import MAX_TOKEN_LOCK_WAIT_S, TokenStore

T = TypeVar("T")


class SyncEngine:
    """Runs search flows one question after the other; several threads may use it.

    Args:
        settings: Rate limit, cache, retries, timeouts and tokens.
        client: The caller's HTTP client; `None` makes one when it is first needed.
        state: The rate limiter and the memory cache, which other engines may share.
    """

    def __init__(
        self, settings: MatchSettings, client: HttpClient | None, state: SharedState
    ) -> None:
        self.rate_limiter: LocalRateLimiter = state.rate_limiter
        self._settings = settings
        self._cache = TieredCache(settings, state.memory)
        self._in_flight = KeyedLocks(Lock)
        self._new_flow = partial(
            question_flow,
            attempts=settings.async_io.retry_attempts,
            max_ages_s=max_ages_s(settings),
        )
        self._tokens = TokenStore(settings)
        self._token_lock = Lock()
        self._given_client = client
        self._own_client: SyncClientPool | None = None
        self._client_lock = Lock()
        self._is_closed = False

    def close(self) -> None:
        """Close the client that the engine made, and the cache."""
        self._is_closed = True
        with self._client_lock:
            client, self._own_client = self._own_client, None
        if client is not None:
            client.close()
        self._cache.close()

    def run(self, flow: SearchFlow[T], stop: IsStopped, max_s: float | None = None) -> Recorded[T]:
        """Run a search flow to its end, within `max_s` seconds; exceptions pass through."""
        self.require_open()
        budget = TimeBudget(stop, max_s, self.now)
        recorder = TranscriptRecorder(flow, self.now)
        batch = recorder.next_batch()
        while batch is not None:
            answers = tuple([self._answer(one, budget.is_over) for one in batch.questions])
            batch = recorder.next_batch(budget.with_reason(answers))
        return recorder.recorded()

    def require_open(self) -> None:
        """Raise a `MisuseError` if the engine is closed: its client would never be closed again."""
        if self._is_closed:
            raise MisuseError("this matcher is closed; make a new one for another run.")

    def now(self) -> float:
        """Return the engine's clock: monotonic seconds."""
        return time.monotonic()

    def jitter(self) -> float:
        """Return a random number in [0, 1)."""
        return random.random()  # noqa: S311 - jitter, not a secret

    def _answer(self, question: Question, stop: IsStopped) -> Answer:
        if question.local_lookup is not None:
            return self._look_up(question)
        # A thread with an equal question waits here, and then finds the answer in the cache.
        with self._in_flight.of(question.request.canonical):
            flow = self._new_flow(question)
            answer = self._drive(flow, stop, question.request, question.query_type)
        log_answer(answer)
        return answer

    def _look_up(self, question: Question) -> Answer:
        assert question.local_lookup is not None
        started = self.now()
        value = question.local_lookup()
        ended = self.now()
        return Answer(
            question=question, value=value, started=started, ended=ended, parse_s=ended - started
        )

    def _drive(self, flow: RequestFlow[T], stop: IsStopped, request: Request, query_type: str) -> T:
        """Run a request flow to its end; the last two arguments are for the log."""
        step = next(flow)
        outcome: Response | Failure | None = None
        while True:
            result: StepResult = None
            now: float | None = None
            if isinstance(step, CacheGet):
                result = self._cache.get(step.request)
            elif isinstance(step, Send):
                result = self._send(step, stop)
                outcome = result.outcome
                log_sent(step.request, query_type, result)
            elif isinstance(step, Report):
                now = self.now()
                self._report(step, now)
            else:
                log_retry(request, query_type, step.seconds, outcome)
                result = self._sleep(step.seconds, stop)
            now = self.now() if now is None else now
            try:
                step = flow.send(Reply(result=result, now=now, jitter=self.jitter()))
            except StopIteration as end:
                value: T = end.value
                return value

    def _send(self, step: Send, stop: IsStopped) -> Delivery:
        """Wait for a slot, authorise the request, and send it once."""
        started = self.now()
        failure = refusal = self._wait_for_slot(stop)
        slot_at = self.now()
        if failure is None and step.request.needs_token:
            failure = self._ensure_token(step.token_rejected_at, stop)
        sent_at = self.now()
        waits = (slot_at - started, sent_at - slot_at)
        if failure is not None:
            return Delivery(failure, None, *waits, is_refused=refusal is not None)
        outcome = self._transmit(self._tokens.authorize(step.request), stop)
        status = outcome.status if isinstance(outcome, Response) else None
        return Delivery(outcome, Sent(started=sent_at, ended=self.now(), status=status), *waits)

    def _wait_for_slot(self, stop: IsStopped) -> Failure | None:
        while True:
            slot = STOPPED if stop() else self.rate_limiter.reserve(self.now())
            if isinstance(slot, Failure):
                return slot
            seconds = slot.seconds if isinstance(slot, RetryAfter) else slot
            failure = self._sleep(seconds, stop) if seconds > 0 else None
            if failure is not None or not isinstance(slot, RetryAfter):
                return failure

    def _ensure_token(self, rejected_at: float | None, stop: IsStopped) -> Failure | None:
        """Refresh the access token if it is not valid, once for all threads that wait for it."""
        if self._tokens.is_valid(rejected_at):
            return None
        with self._token_lock:
            give_up_at = self.now() + MAX_TOKEN_LOCK_WAIT_S
            lock = self._tokens.try_lock()
            while lock is None and self.now() < give_up_at:
                if failure := self._sleep(STOP_POLL_INTERVAL_S, stop):
                    return failure
                lock = self._tokens.try_lock()
            with lock or nullcontext():
                return self._refresh_token(rejected_at, stop)

    def _refresh_token(self, rejected_at: float | None, stop: IsStopped) -> Failure | None:
        request = self._tokens.refresh_request(rejected_at, self.now())
        if not isinstance(request, Request):
            return request
        flow = token_refresh_flow(request, attempts=self._settings.async_io.retry_attempts)
        outcome = self._drive(flow, stop, request, "token")
        return self._tokens.accept(outcome, self.now())

    def _transmit(self, request: Request, stop: IsStopped) -> Response | Failure:
        return send(self._client(), request, self._settings.async_io.request_timeout, stop)

    def _client(self) -> HttpClient | SyncClientPool:
        if self._given_client is not None:
            return self._given_client
        with self._client_lock:
            self._own_client = self._own_client or new_client(self._settings)
            return self._own_client

    def _report(self, step: Report, now: float) -> None:
        self.rate_limiter.record(step.value, sent=step.sent_at, now=now)
        if isinstance(step.value, ParsedResult):
            self._tokens.confirm()
        if isinstance(step.value, ParsedResult) and step.value.doubt is None:
            self._cache.put(step.request, step.value)

    def _sleep(self, seconds: float, stop: IsStopped) -> Failure | None:
        """Wait, and check `stop` at least every `STOP_POLL_INTERVAL_S`."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            time.sleep(min(left, STOP_POLL_INTERVAL_S))
            if stop():
                return STOPPED
        return None
