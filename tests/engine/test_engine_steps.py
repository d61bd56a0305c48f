"""How the engines perform the steps of a request flow, in sync and async."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from scripted_engines import SOURCE, UNLIMITED_SLOTS, AsyncScriptedEngine, ScriptedEngine
from scripted_flow import question

from beatport_match.errors import Failure
from beatport_match.matching.protocol import Answer, Ask, ParsedResult, Question, SearchFlow
from beatport_match.transport.rate_rules import RetryAfter

QUESTION = question("/search?q=meridian")


def one_question(asked: Question) -> SearchFlow[Answer]:
    (answer,) = yield Ask(questions=(asked,))
    return answer


class Slots:
    """A rate limiter that returns the given answers and records the reports."""

    def __init__(self, *slots: Any) -> None:
        self.slots = list(slots)
        self.reports: list[Any] = []

    def reserve(self, now: float) -> Any:
        return self.slots.pop(0)

    def record(self, value: Any, *, sent: float, now: float) -> None:
        self.reports.append((value, sent, now))

    async def areserve(self, now: float) -> Any:
        return self.reserve(now)

    async def arecord(self, value: Any, *, sent: float, now: float) -> None:
        self.record(value, sent=sent, now=now)


def run_sync(asked: Question, limiter: Any, stop: Callable[[], bool]) -> tuple[Answer, Any]:
    engine = ScriptedEngine([None], UNLIMITED_SLOTS, 1)
    engine.rate_limiter = limiter
    return engine.run(one_question(asked), stop).value, engine


def run_async(asked: Question, limiter: Any, stop: Callable[[], bool]) -> tuple[Answer, Any]:
    async def run() -> tuple[Answer, Any]:
        engine = AsyncScriptedEngine([None], UNLIMITED_SLOTS, 1)
        engine.rate_limiter = limiter
        return (await engine.run(one_question(asked), stop)).value, engine

    return anyio.run(run)


both_modes = pytest.mark.parametrize("run", [run_sync, run_async])


def go_on() -> bool:
    return False


@both_modes
def test_a_slot_of_the_rate_limiter_is_waited_for(run: Any) -> None:
    answer, _ = run(QUESTION, Slots(0.5), go_on)
    assert (answer.slot_wait_s, answer.wait_s) == (0.5, 0.5)
    assert answer.sent[0].started == 100.5


@both_modes
def test_without_a_free_slot_another_one_is_reserved_later(run: Any) -> None:
    answer, _ = run(QUESTION, Slots(RetryAfter(30.0), RetryAfter(60.0), 0.25), go_on)
    assert answer.slot_wait_s == 90.25
    assert len(answer.sent) == 1


@both_modes
def test_an_open_circuit_breaker_sends_nothing(run: Any) -> None:
    limiter, failure = Slots(Failure("blocked", "open")), Failure("blocked", "open")
    answer, engine = run(QUESTION, limiter, go_on)
    assert (answer.value, answer.sent, limiter.reports) == (failure, (), [])
    assert not engine.requested


@both_modes
def test_a_stop_is_obeyed_before_a_slot_is_reserved(run: Any) -> None:
    answer, engine = run(QUESTION, Slots(), lambda: True)
    assert answer.value.kind == "stopped"
    assert not engine.requested


@both_modes
def test_a_result_is_reported_with_the_time_of_its_request(run: Any) -> None:
    limiter = Slots(0.25)
    answer, _ = run(QUESTION, limiter, go_on)
    assert limiter.reports == [(answer.value, 100.25, 100.75)]


@both_modes
def test_a_local_lookup_sends_nothing(run: Any) -> None:
    found = ParsedResult(candidates=(), unreadable=3)
    answer, engine = run(replace(QUESTION, local_lookup=lambda: found), Slots(), go_on)
    assert (answer.value, answer.sent, answer.wait_s) == (found, (), 0.0)
    assert not engine.requested


@both_modes
def test_a_cached_result_needs_no_slot(run: Any) -> None:
    found = SOURCE.search("Borrowed Umbrella", "search")
    first, engine = run(found, Slots(0.0), go_on)
    if isinstance(engine, ScriptedEngine):
        again = engine.run(one_question(found), go_on).value
    else:
        again = anyio.run(engine.run, one_question(found), go_on).value
    assert isinstance(first.value, ParsedResult)
    assert (again.value, again.cached, again.sent) == (first.value, True, ())


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_between_the_steps_of_two_flows_the_loop_runs_other_tasks(backend: str) -> None:
    """Calls that begin together would otherwise block the loop for the sum of their steps."""
    turns, step_turns = [0], list[int]()

    def flow() -> SearchFlow[None]:
        step_turns.append(turns[0])
        return
        yield

    async def count_turns() -> None:
        while True:
            turns[0] += 1
            await anyio.lowlevel.checkpoint()

    async def run() -> None:
        engine = AsyncScriptedEngine([None], UNLIMITED_SLOTS, 1)
        async with anyio.create_task_group() as group:
            group.start_soon(count_turns)
            async with anyio.create_task_group() as runs:
                for _ in range(5):
                    runs.start_soon(engine.run, flow(), go_on)
            group.cancel_scope.cancel()

    anyio.run(run, backend=backend)
    # Trio runs the tasks of one turn in any order: two steps of two turns can see one number.
    assert len(step_turns) == 5
    assert len({*step_turns}) >= 3
