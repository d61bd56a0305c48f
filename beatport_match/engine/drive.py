"""The two drivers: they run a conversation with a pair of hands, sync or async.

The only code that knows `StopIteration`. Line by line the same in both colours, but that sync
walks a batch and async gathers it; no rule of matching or asking may stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar, cast

import anyio

from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    Answer,
    Ask,
    Authorize,
    CachedResult,
    CacheGet,
    CachePut,
    LocalLookup,
    Parse,
    ParsedResult,
    Question,
    Recorded,
    Reply,
    Report,
    Request,
    RequestFlow,
    ReserveSlot,
    Response,
    ResultKind,
    RetryAfter,
    Round,
    RunLocalLookup,
    SearchFlow,
    Send,
    Sleep,
    StepResult,
    Transcript,
)
from beatport_match.matching.request_flow import question_flow, send_with_retries

T = TypeVar("T")
YieldT = TypeVar("YieldT")
SendT = TypeVar("SendT")


class Hands(Protocol):
    """What a sync driver needs: a clock, dice, the pace, a memory, a socket.

    While one holds `alone`, nobody else who shares these hands' line asks the same; while one holds
    `signing`, nobody else renews the user's token: `renewal` gives the request for a new one where
    that is needed, `renewed` takes in what came of it.
    """

    attempts: int
    max_ages_s: Mapping[ResultKind, float]

    def now(self) -> float: ...
    def dice(self) -> float: ...
    def turn(self) -> float | RetryAfter | Failure: ...
    def heard(self, value: ParsedResult | Failure, sent: float) -> None: ...
    def alone(self, request: Request) -> AbstractContextManager[None]: ...
    def is_signed(self, token_rejected_at: float | None) -> bool: ...
    def signing(self) -> AbstractContextManager[Any]: ...
    def renewal(self, token_rejected_at: float | None) -> Request | Failure | None: ...
    def renewed(self, came: Response | Failure) -> Failure | None: ...
    def recall(self, request: Request) -> CachedResult | None: ...
    def keep(self, request: Request, value: ParsedResult) -> None: ...
    def run_local_lookup(self, look: LocalLookup) -> ParsedResult | Failure: ...
    def send(self, request: Request) -> Response | Failure: ...
    def sleep(self, seconds: float) -> Failure | None: ...


class AsyncHands(Protocol):
    """The same for an async driver; `at_once` bounds the questions of one track in flight."""

    attempts: int
    at_once: int
    max_ages_s: Mapping[ResultKind, float]

    def now(self) -> float: ...
    def dice(self) -> float: ...
    def turn(self) -> float | RetryAfter | Failure: ...
    def heard(self, value: ParsedResult | Failure, sent: float) -> None: ...
    def alone(self, request: Request) -> AbstractAsyncContextManager[None]: ...
    def is_signed(self, token_rejected_at: float | None) -> bool: ...
    def signing(self) -> AbstractAsyncContextManager[Any]: ...
    async def renewal(self, token_rejected_at: float | None) -> Request | Failure | None: ...
    async def renewed(self, came: Response | Failure) -> Failure | None: ...
    async def recall(self, request: Request) -> CachedResult | None: ...
    async def keep(self, request: Request, value: ParsedResult) -> None: ...
    async def run_local_lookup(self, look: LocalLookup) -> ParsedResult | Failure: ...
    async def send(self, request: Request) -> Response | Failure: ...
    async def sleep(self, seconds: float) -> Failure | None: ...


def drive(conversation: SearchFlow[T], hands: Hands) -> Recorded[T]:
    """Run a conversation to its end; whatever the hands raise passes through."""
    talk = _TranscriptRecorder(conversation, hands.now)
    while not isinstance(ask := talk.next(), _Done):
        talk.answers = tuple([_answer(question, hands) for question in ask.questions])
    return talk.told(ask.value)


async def adrive(conversation: SearchFlow[T], hands: AsyncHands) -> Recorded[T]:
    """Run a conversation to its end; whatever the hands raise passes through."""
    talk = _TranscriptRecorder(conversation, hands.now)
    while not isinstance(ask := talk.next(), _Done):
        talk.answers = await _gather(ask.questions, hands)
    return talk.told(ask.value)


def _answer(question: Question, hands: Hands) -> Answer:
    with hands.alone(question.request):
        return _run(
            question_flow(question, attempts=hands.attempts, max_ages_s=hands.max_ages_s), hands
        )


async def _aanswer(question: Question, hands: AsyncHands) -> Answer:
    async with hands.alone(question.request):
        steps = question_flow(question, attempts=hands.attempts, max_ages_s=hands.max_ages_s)
        return await _arun(steps, hands)


def _run(steps: RequestFlow[T], hands: Hands) -> T:
    reply: Reply | None = None
    while not isinstance(step := _advance(steps, reply), _Done):
        outcome: StepResult = None
        if isinstance(step, Send):
            outcome = hands.send(step.request)
        elif isinstance(step, Sleep):
            outcome = hands.sleep(step.seconds)
        elif isinstance(step, CacheGet):
            outcome = hands.recall(step.request)
        elif isinstance(step, CachePut):
            hands.keep(step.request, step.value)
        elif isinstance(step, RunLocalLookup):
            outcome = hands.run_local_lookup(step.lookup)
        elif isinstance(step, Authorize):
            outcome = None if hands.is_signed(step.token_rejected_at) else _sign(step, hands)
        else:
            outcome = _at_hand(step, hands)
        reply = Reply(result=outcome, now=hands.now(), jitter=hands.dice())
    return step.value


async def _arun(steps: RequestFlow[T], hands: AsyncHands) -> T:
    reply: Reply | None = None
    while not isinstance(step := _advance(steps, reply), _Done):
        outcome: StepResult = None
        if isinstance(step, Send):
            outcome = await hands.send(step.request)
        elif isinstance(step, Sleep):
            outcome = await hands.sleep(step.seconds)
        elif isinstance(step, CacheGet):
            outcome = await hands.recall(step.request)
        elif isinstance(step, CachePut):
            await hands.keep(step.request, step.value)
        elif isinstance(step, RunLocalLookup):
            outcome = await hands.run_local_lookup(step.lookup)
        elif isinstance(step, Authorize):
            outcome = None if hands.is_signed(step.token_rejected_at) else await _asign(step, hands)
        else:
            outcome = _at_hand(step, hands)
        reply = Reply(result=outcome, now=hands.now(), jitter=hands.dice())
    return step.value


def _sign(step: Authorize, hands: Hands) -> Failure | None:
    """Renew the token, once for all who wait for it."""
    with hands.signing():
        renewal = hands.renewal(step.token_rejected_at)
        if not isinstance(renewal, Request):
            return renewal
        return hands.renewed(_run(send_with_retries(renewal, attempts=hands.attempts), hands))


async def _asign(step: Authorize, hands: AsyncHands) -> Failure | None:
    """Renew the token, once for all who wait for it."""
    async with hands.signing():
        renewal = await hands.renewal(step.token_rejected_at)
        if not isinstance(renewal, Request):
            return renewal
        came = await _arun(send_with_retries(renewal, attempts=hands.attempts), hands)
        return await hands.renewed(came)


async def _gather(questions: tuple[Question, ...], hands: AsyncHands) -> tuple[Answer, ...]:
    """Answer a batch at once, in the order asked; one question needs no tasks."""
    if len(questions) == 1:
        return (await _aanswer(questions[0], hands),)
    answers: dict[int, Answer] = {}
    places = anyio.Semaphore(hands.at_once)

    async def one(place: int, question: Question) -> None:
        async with places:
            answers[place] = await _aanswer(question, hands)

    try:
        async with anyio.create_task_group() as group:
            for place, question in enumerate(questions):
                group.start_soon(one, place, question)
    except BaseExceptionGroup as bugs:
        raise bare(bugs) from None
    return tuple(answers[place] for place in range(len(questions)))


def bare(error: BaseException) -> BaseException:
    """The first exception within a task group's: a bug looks the same in both colours."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def _at_hand(step: ReserveSlot | Parse | Report, hands: Hands | AsyncHands) -> StepResult:
    """The steps that wait for nobody, so that both colours do them alike."""
    if isinstance(step, Report):
        hands.heard(step.value, step.sent_at)
        return None
    return step.parser(step.response) if isinstance(step, Parse) else hands.turn()


class _TranscriptRecorder(Generic[T]):
    """A conversation under way, and what its transcript will be; `answers` is what it hears next."""

    def __init__(self, conversation: SearchFlow[T], now: Callable[[], float]) -> None:
        self.answers: tuple[Answer, ...] | None = None
        self._conversation = conversation
        self._now = now
        self._started = now()
        self._asks: list[Round] = []

    def next(self) -> Ask | _Done[T]:
        began = self._now()
        ask = _advance(self._conversation, self.answers)
        if self.answers is not None:
            self._asks.append(Round(answers=self.answers, scoring_s=self._now() - began))
        return ask

    def told(self, value: T) -> Recorded[T]:
        asks = tuple(self._asks)
        return Recorded(value, Transcript(started=self._started, ended=self._now(), rounds=asks))


class _Done(Generic[T]):
    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value


def _advance(steps: Generator[YieldT, SendT, T], reply: SendT | None) -> YieldT | _Done[T]:
    """The generator's next step, or `_Done` with what it returned."""
    try:
        return next(steps) if reply is None else steps.send(reply)
    except StopIteration as end:
        return _Done(end.value)
