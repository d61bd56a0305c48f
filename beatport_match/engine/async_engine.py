"""The async engine: runs the generators with one client, rate limiter, cache and token store.

Has the same methods as `sync_engine`, with `await`, and runs the questions of a batch at the same
time. It contains no rule of matching or requesting.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial
from typing import TypeVar

import anyio
from anyio.lowlevel import RunVar

from beatport_match.engine.arguments import IsStopped, never_stop
from beatport_match.engine.beatport_source import max_ages_s
from beatport_match.engine.request_logging import log_answer, log_retry, log_sent
from beatport_match.engine.task_errors import passing_errors, single_error
from beatport_match.engine.time_budget import TimeBudget
from beatport_match.engine.track_outcome import STOPPED
from beatport_match.engine.transcript import TranscriptRecorder
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import (
    Answer,
    Ask,
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
from beatport_match.transport.client_pool import ClientPool
from beatport_match.transport.http import (
    STOP_POLL_INTERVAL_S,
    AsyncHttpClient,
    asend,
    new_async_client,
    ssl_context,
    stopped_failure,
)
from beatport_match.transport.rate_limiter import LocalRateLimiter
from beatport_match.transport.rate_rules import RetryAfter
from beatport_match.transport.shared import SharedState, shared_async_client
from beatport_match.transport.token_store import MAX_TOKEN_LOCK_WAIT_S, TokenStore
from beatport_match.transport.worker_threads import in_thread

T = TypeVar("T")
_turn: RunVar[anyio.Lock] = RunVar("beatport_match_turn")


class AsyncEngine:
    """Runs search flows, the questions of a batch at the same time, in one event loop.

    Args:
        settings: Rate limit, cache, retries, timeouts and tokens.
        client: The caller's HTTP client; `None` makes one when it is first needed.
        state: The rate limiter and the memory cache, which other engines may share.
    """

    def __init__(
        self, settings: MatchSettings, client: AsyncHttpClient | None, state: SharedState
    ) -> None:
        self.rate_limiter: LocalRateLimiter = state.rate_limiter
        self._settings = settings
        self._cache = TieredCache(settings, state.memory)
        self._in_flight = KeyedLocks(anyio.Lock)
        self._new_flow = partial(
            question_flow,
            attempts=settings.async_io.retry_attempts,
            max_ages_s=max_ages_s(settings),
        )
        self._tokens = TokenStore(settings)
        self._token_lock = anyio.Lock()
        self._given_client = client
        self._own_client: ClientPool | None = None
        self._shares_client = state.shares_client
        self._is_closed = False

    async def aclose(self) -> None:
        """Close the client that the engine made, and the cache."""
        self._is_closed = True
        client, self._own_client = self._own_client, None
        if client is not None:
            await client.aclose()
        await self._with_cache(self._cache.close)

    async def run(
        self, flow: SearchFlow[T], stop: IsStopped, max_s: float | None = None
    ) -> Recorded[T]:
        """Run a search flow to its end, within `max_s` seconds; exceptions pass through."""
        self.require_open()
        budget = TimeBudget(stop, max_s, self.now)
        recorder = TranscriptRecorder(flow, self.now)
        batch = await _in_own_turn(recorder.next_batch)
        while batch is not None:
            answers = await self._answers(batch, budget.is_over)
            batch = await _in_own_turn(partial(recorder.next_batch, budget.with_reason(answers)))
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

    async def _answers(self, batch: Ask, stop: IsStopped) -> tuple[Answer, ...]:
        """Answer a batch at the same time, in the order of the questions."""
        questions = batch.questions
        if len(questions) == 1:  # one question needs no task group
            return (await self._answer(questions[0], stop),)
        answers: dict[int, Answer] = {}
        limit = batch.max_concurrent or self._settings.async_io.max_concurrent_requests
        slots = anyio.Semaphore(limit)

        async def answer(index: int, question: Question) -> None:
            async with slots:
                answers[index] = await self._answer(question, stop)

        try:
            async with anyio.create_task_group() as group:
                for index, question in enumerate(questions):
                    group.start_soon(passing_errors, answer, index, question)
        except BaseExceptionGroup as errors:
            raise single_error(errors) from None
        return tuple(answers[index] for index in range(len(questions)))

    async def _answer(self, question: Question, stop: IsStopped) -> Answer:
        if question.local_lookup is not None:
            return await self._look_up(question)
        # A task with an equal question waits here, and then finds the answer in the cache.
        async with self._in_flight.of(question.request.canonical):
            flow = self._new_flow(question)
            answer = await self._drive(flow, stop, question.request, question.query_type)
        log_answer(answer)
        return answer

    async def _look_up(self, question: Question) -> Answer:
        assert question.local_lookup is not None
        started = self.now()
        value = await in_thread(question.local_lookup)
        ended = self.now()
        return Answer(
            question=question, value=value, started=started, ended=ended, parse_s=ended - started
        )

    async def _drive(
        self, flow: RequestFlow[T], stop: IsStopped, request: Request, query_type: str
    ) -> T:
        """Run a request flow to its end; the last two arguments are for the log."""
        step = next(flow)
        outcome: Response | Failure | None = None
        while True:
            result: StepResult = None
            now: float | None = None
            if isinstance(step, CacheGet):
                result = await self._with_cache(partial(self._cache.get, step.request))
            elif isinstance(step, Send):
                result = await self._send(step, stop)
                outcome = result.outcome
                log_sent(step.request, query_type, result)
            elif isinstance(step, Report):
                now = self.now()
                await self._report(step, now)
            else:
                log_retry(request, query_type, step.seconds, outcome)
                result = await self._sleep(step.seconds, stop)
            now = self.now() if now is None else now
            try:
                step = flow.send(Reply(result=result, now=now, jitter=self.jitter()))
            except StopIteration as end:
                value: T = end.value
                return value

    async def _send(self, step: Send, stop: IsStopped) -> Delivery:
        """Wait for a slot, authorise the request, and send it once."""
        started = self.now()
        failure = refusal = await self._wait_for_slot(stop)
        slot_at = self.now()
        if failure is None and step.request.needs_token:
            failure = await self._ensure_token(step.token_rejected_at, stop)
        sent_at = self.now()
        waits = (slot_at - started, sent_at - slot_at)
        if failure is not None:
            return Delivery(failure, None, *waits, is_refused=refusal is not None)
        outcome = await self._transmit(self._tokens.authorize(step.request), stop)
        status = outcome.status if isinstance(outcome, Response) else None
        return Delivery(outcome, Sent(started=sent_at, ended=self.now(), status=status), *waits)

    async def _wait_for_slot(self, stop: IsStopped) -> Failure | None:
        while True:
            slot = STOPPED if stop() else await self.rate_limiter.areserve(self.now())
            if isinstance(slot, Failure):
                return slot
            seconds = slot.seconds if isinstance(slot, RetryAfter) else slot
            failure = await self._sleep(seconds, stop) if seconds > 0 else None
            if failure is not None or not isinstance(slot, RetryAfter):
                return failure

    async def _ensure_token(self, rejected_at: float | None, stop: IsStopped) -> Failure | None:
        """Refresh the access token if it is not valid, once for all tasks that wait for it."""
        if self._tokens.is_valid(rejected_at):
            return None
        async with self._token_lock:
            give_up_at = self.now() + MAX_TOKEN_LOCK_WAIT_S
            lock = await in_thread(self._tokens.try_lock)
            while lock is None and self.now() < give_up_at:
                if failure := await self._sleep(STOP_POLL_INTERVAL_S, stop):
                    return failure
                lock = await in_thread(self._tokens.try_lock)
            with lock or nullcontext():
                return await self._refresh_token(rejected_at, stop)

    async def _refresh_token(self, rejected_at: float | None, stop: IsStopped) -> Failure | None:
        refresh_request = partial(self._tokens.refresh_request, rejected_at, self.now())
        request = await in_thread(refresh_request)
        if not isinstance(request, Request):
            return request
        flow = token_refresh_flow(request, attempts=self._settings.async_io.retry_attempts)
        outcome = await self._drive(flow, stop, request, "token")
        return await in_thread(partial(self._tokens.accept, outcome, self.now()))

    async def _transmit(self, request: Request, stop: IsStopped) -> Response | Failure:
        timeout_s = self._settings.async_io.request_timeout
        call = partial(asend, await self._client(), request, timeout_s)
        return await unless_stopped(call, request, stop)

    async def _client(self) -> AsyncHttpClient | ClientPool:
        if self._given_client is not None:
            return self._given_client
        if self._shares_client:
            return await shared_async_client(self._settings)
        if self._own_client is None:
            await in_thread(ssl_context)
            # Another task may have made it meanwhile.
            self._own_client = self._own_client or new_async_client(self._settings)
        return self._own_client

    async def _with_cache(self, call: Callable[[], T]) -> T:
        """Use the cache; one on a disk is used in a thread, so that the loop never waits for it."""
        return await in_thread(call) if self._cache.on_disk else call()

    async def _report(self, step: Report, now: float) -> None:
        await self.rate_limiter.arecord(step.value, sent=step.sent_at, now=now)
        if isinstance(step.value, ParsedResult):
            self._tokens.confirm()
        if isinstance(step.value, ParsedResult) and step.value.doubt is None:
            await self._with_cache(partial(self._cache.put, step.request, step.value))

    async def _sleep(self, seconds: float, stop: IsStopped) -> Failure | None:
        """Wait, and check `stop` at least every `STOP_POLL_INTERVAL_S`."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await anyio.sleep(min(left, STOP_POLL_INTERVAL_S))
            if stop():
                return STOPPED
        return None


async def _in_own_turn(step: Callable[[], T]) -> T:
    """Plan or score (some milliseconds); only one task of this event loop does so at a time.

    Otherwise tasks that are ready at the same moment would together block the loop: 100 calls that
    begin at once block it for 80 ms.
    """
    if (lock := _turn.get(None)) is None:
        _turn.set(lock := anyio.Lock())
    async with lock:
        return step()


async def unless_stopped(
    call: Callable[[], Awaitable[Response | Failure]], request: Request, stop: IsStopped
) -> Response | Failure:
    """Await the outcome of a request; give the request up if the run is stopped meanwhile."""
    if stop is never_stop:  # saves a task for each request
        return await call()
    outcome: Response | Failure = stopped_failure(request)

    async def watch() -> None:
        await anyio.sleep(STOP_POLL_INTERVAL_S)
        while not stop():  # noqa: ASYNC110 - a plain function cannot wake a task
            await anyio.sleep(STOP_POLL_INTERVAL_S)
        group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(passing_errors, watch)
            outcome = await passing_errors(call)
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        raise single_error(errors) from None
    return outcome
