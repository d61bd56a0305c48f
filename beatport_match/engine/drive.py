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
    Asked,
    Conversation,
    Exchange,
    Heard,
    Keep,
    Known,
    Later,
    Look,
    LookUp,
    Outcome,
    Question,
    Read,
    CacheGet,
    Reply,
    Request,
    Response,
    Send,
    Shelf,
    Sign,
    Sleep,
    Told,
    Transcript,
    Turn,
    Understood,
)
from beatport_match.matching.request_flow import exchange, until_answered

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
    fresh_s: Mapping[Shelf, float]

    def now(self) -> float: ...
    def dice(self) -> float: ...
    def turn(self) -> float | Later | Failure: ...
    def heard(self, value: Understood | Failure, sent: float) -> None: ...
    def alone(self, request: Request) -> AbstractContextManager[None]: ...
    def is_signed(self, refused_at: float | None) -> bool: ...
    def signing(self) -> AbstractContextManager[Any]: ...
    def renewal(self, refused_at: float | None) -> Request | Failure | None: ...
    def renewed(self, came: Response | Failure) -> Failure | None: ...
    def recall(self, request: Request) -> Known | None: ...
    def keep(self, request: Request, value: Understood) -> None: ...
    def look_up(self, look: Look) -> Understood | Failure: ...
    def send(self, request: Request) -> Response | Failure: ...
    def sleep(self, seconds: float) -> Failure | None: ...


class AsyncHands(Protocol):
    """The same for an async driver; `at_once` bounds the questions of one track in flight."""

    attempts: int
    at_once: int
    fresh_s: Mapping[Shelf, float]

    def now(self) -> float: ...
    def dice(self) -> float: ...
    def turn(self) -> float | Later | Failure: ...
    def heard(self, value: Understood | Failure, sent: float) -> None: ...
    def alone(self, request: Request) -> AbstractAsyncContextManager[None]: ...
    def is_signed(self, refused_at: float | None) -> bool: ...
    def signing(self) -> AbstractAsyncContextManager[Any]: ...
    async def renewal(self, refused_at: float | None) -> Request | Failure | None: ...
    async def renewed(self, came: Response | Failure) -> Failure | None: ...
    async def recall(self, request: Request) -> Known | None: ...
    async def keep(self, request: Request, value: Understood) -> None: ...
    async def look_up(self, look: Look) -> Understood | Failure: ...
    async def send(self, request: Request) -> Response | Failure: ...
    async def sleep(self, seconds: float) -> Failure | None: ...


def drive(conversation: Conversation[T], hands: Hands) -> Told[T]:
    """Run a conversation to its end; whatever the hands raise passes through."""
    talk = _Talk(conversation, hands.now)
    while not isinstance(ask := talk.next(), _Done):
        talk.heard = tuple([_answer(question, hands) for question in ask.questions])
    return talk.told(ask.value)


async def adrive(conversation: Conversation[T], hands: AsyncHands) -> Told[T]:
    """Run a conversation to its end; whatever the hands raise passes through."""
    talk = _Talk(conversation, hands.now)
    while not isinstance(ask := talk.next(), _Done):
        talk.heard = await _gather(ask.questions, hands)
    return talk.told(ask.value)


def _answer(question: Question, hands: Hands) -> Answer:
    with hands.alone(question.request):
        return _run(exchange(question, attempts=hands.attempts, fresh_s=hands.fresh_s), hands)


async def _aanswer(question: Question, hands: AsyncHands) -> Answer:
    async with hands.alone(question.request):
        steps = exchange(question, attempts=hands.attempts, fresh_s=hands.fresh_s)
        return await _arun(steps, hands)


def _run(steps: Exchange[T], hands: Hands) -> T:
    reply: Reply | None = None
    while not isinstance(step := _advance(steps, reply), _Done):
        outcome: Outcome = None
        if isinstance(step, Send):
            outcome = hands.send(step.request)
        elif isinstance(step, Sleep):
            outcome = hands.sleep(step.seconds)
        elif isinstance(step, CacheGet):
            outcome = hands.recall(step.request)
        elif isinstance(step, Keep):
            hands.keep(step.request, step.value)
        elif isinstance(step, LookUp):
            outcome = hands.look_up(step.look)
        elif isinstance(step, Sign):
            outcome = None if hands.is_signed(step.refused_at) else _sign(step, hands)
        else:
            outcome = _at_hand(step, hands)
        reply = Reply(outcome=outcome, now=hands.now(), dice=hands.dice())
    return step.value


async def _arun(steps: Exchange[T], hands: AsyncHands) -> T:
    reply: Reply | None = None
    while not isinstance(step := _advance(steps, reply), _Done):
        outcome: Outcome = None
        if isinstance(step, Send):
            outcome = await hands.send(step.request)
        elif isinstance(step, Sleep):
            outcome = await hands.sleep(step.seconds)
        elif isinstance(step, CacheGet):
            outcome = await hands.recall(step.request)
        elif isinstance(step, Keep):
            await hands.keep(step.request, step.value)
        elif isinstance(step, LookUp):
            outcome = await hands.look_up(step.look)
        elif isinstance(step, Sign):
            outcome = None if hands.is_signed(step.refused_at) else await _asign(step, hands)
        else:
            outcome = _at_hand(step, hands)
        reply = Reply(outcome=outcome, now=hands.now(), dice=hands.dice())
    return step.value


def _sign(step: Sign, hands: Hands) -> Failure | None:
    """Renew the token, once for all who wait for it."""
    with hands.signing():
        renewal = hands.renewal(step.refused_at)
        if not isinstance(renewal, Request):
            return renewal
        return hands.renewed(_run(until_answered(renewal, attempts=hands.attempts), hands))


async def _asign(step: Sign, hands: AsyncHands) -> Failure | None:
    """Renew the token, once for all who wait for it."""
    async with hands.signing():
        renewal = await hands.renewal(step.refused_at)
        if not isinstance(renewal, Request):
            return renewal
        came = await _arun(until_answered(renewal, attempts=hands.attempts), hands)
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


def _at_hand(step: Turn | Read | Heard, hands: Hands | AsyncHands) -> Outcome:
    """The steps that wait for nobody, so that both colours do them alike."""
    if isinstance(step, Heard):
        hands.heard(step.value, step.sent)
        return None
    return step.reader(step.response) if isinstance(step, Read) else hands.turn()


class _Talk(Generic[T]):
    """A conversation under way, and what its transcript will be; `heard` is what it hears next."""

    def __init__(self, conversation: Conversation[T], now: Callable[[], float]) -> None:
        self.heard: tuple[Answer, ...] | None = None
        self._conversation = conversation
        self._now = now
        self._started = now()
        self._asks: list[Asked] = []

    def next(self) -> Ask | _Done[T]:
        began = self._now()
        ask = _advance(self._conversation, self.heard)
        if self.heard is not None:
            self._asks.append(Asked(answers=self.heard, weighed_s=self._now() - began))
        return ask

    def told(self, value: T) -> Told[T]:
        asks = tuple(self._asks)
        return Told(value, Transcript(started=self._started, ended=self._now(), asks=asks))


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
