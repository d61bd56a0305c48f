"""Dialogues as tests: a generator's part and the world's, in the order they are spoken.

    playbook << Turn() >> 0.0 << Send(request) >> response(200) << Read(…) >> nothing

`<<` is what the generator must say next, `>>` what it is told. Each is checked where it stands,
and `ended` is the last word. The clock moves only where the dialogue says so. This file knows
no rule of asking or matching.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from beatport_match.errors import Failure
from beatport_match.matching.protocol import (
    Answer,
    Ask,
    CacheGet,
    CachePut,
    Parse,
    ParsedResult,
    Question,
    Reply,
    Report,
    Request,
    Response,
    ResultKind,
    Sleep,
)
from beatport_match.model.tracks import Candidate


@dataclass(frozen=True)
class After:
    """An outcome that took its time, in seconds."""

    seconds: float
    outcome: Any


class _Playbook:
    def __init__(self, steps: Generator[Any, Any, Any]) -> None:
        self._steps = steps
        self.said: Any = None
        self.has_ended = False
        self.value: Any = None
        self._advance(None)

    def __lshift__(self, expected: Any) -> Any:
        assert not self.has_ended, f"ended with {self.value!r} where {expected!r} was to come"
        assert self._heard(self.said) == expected
        return self

    def __rshift__(self, told: Any) -> Any:
        assert not self.has_ended, f"ended with {self.value!r} before it could be told {told!r}"
        self._advance(self._reply(told))
        return self

    @property
    def ended(self) -> Any:
        """What the generator returned."""
        assert self.has_ended, f"still says {self.said!r}"
        return self.value

    def _advance(self, reply: Any) -> None:
        try:
            self.said = self._steps.send(reply)
        except StopIteration as end:
            self.has_ended, self.value = True, end.value

    def _heard(self, said: Any) -> Any:
        return said

    def _reply(self, told: Any) -> Any:
        raise NotImplementedError


class ExchangePlaybook(_Playbook):
    """A dialogue with `exchange`; a sleep lasts as long as it was asked for.

    What it says to the memory and to the pace is put `aside`, answered with nothing, unless the
    dialogue is to be heard in full (`aside=False`).
    """

    def __init__(
        self, steps: Generator[Any, Any, Any], *, dice: float = 0.5, aside: bool = True
    ) -> None:
        self.now = 1000.0
        self.dice = dice
        self._whispers = (CacheGet, Report, CachePut) if aside else ()
        self.aside: list[Any] = []
        super().__init__(steps)

    def _advance(self, reply: Any) -> None:
        super()._advance(reply)
        while not self.has_ended and isinstance(self.said, self._whispers):
            self.aside.append(self.said)
            super()._advance(self._reply(None))

    def _reply(self, told: Any) -> Reply:
        if isinstance(self.said, Sleep):
            self.now += self.said.seconds
        if isinstance(told, After):
            self.now += told.seconds
            told = told.outcome
        return Reply(result=told, now=self.now, jitter=self.dice)


class ConversationPlaybook(_Playbook):
    """A dialogue with a conversation: it says `(query type, words)`, and is told candidates,
    a failure, or what was understood; one of each for every question of the batch."""

    def _heard(self, said: Ask) -> Any:
        spoken = tuple((question.query_type, question.text) for question in said.questions)
        return spoken[0] if len(spoken) == 1 else spoken

    def _reply(self, told: Any) -> tuple[Answer, ...]:
        values = told if isinstance(told, tuple) else (told,)
        return tuple(
            answer(question, value)
            for question, value in zip(self.said.questions, values, strict=True)
        )


def answer(question: Question, value: ParsedResult | Failure | Iterable[Candidate]) -> Answer:
    """An answer that took one request and no time."""
    if not isinstance(value, ParsedResult | Failure):
        value = ParsedResult(candidates=tuple(value))
    return Answer(question=question, value=value, started=0.0, ended=0.0)


class Shop:
    """An invented `Source`; it asks whatever it is told to and reads nothing."""

    name = "an invented shop"

    def search(self, text: str, query_type: str) -> Question:
        return question(f"/search?{text}", text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return question(f"/isrc/{isrc}", isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return question(f"/track/{url_or_id}", str(url_or_id), query_type, shelf="page")


def question(
    path: str, text: str = "", query_type: str = "search", shelf: ResultKind = "search"
) -> Question:
    """A question to the invented shop."""
    request = Request(url=f"https://shop.example{path}")
    return Question(request=request, parse=unread, text=text, query_type=query_type, kind=shelf)


FRESH: dict[ResultKind, float] = {"search": 100.0, "page": 1000.0}


def unread(response: Response) -> ParsedResult | Failure:
    """The shop's reader: playbooks tell what was understood, so nobody may call it."""
    raise AssertionError(f"a generator read {response.url} itself; reading is the hands' to time")


def response(status: int, url: str = "https://shop.example/", **headers: str) -> Response:
    """A response; `retry_after="1"` stands for the header `retry-after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url=url, headers=named)


def reading(came: Response) -> Parse:
    """The step by which an exchange has a response understood."""
    return Parse(unread, came)
