"""Tests as dialogues: what a generator yields, and what it receives, in their order.

    dialogue << Send(request) >> response(503, "status") << Sleep(0.5) >> None

`<<` checks the next step that the generator yields, `>>` sends it a result. `ended` is what the
generator returned. The clock moves only where the dialogue says so.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, cast

from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import (
    Answer,
    Ask,
    CacheGet,
    Delivery,
    ParsedResult,
    Question,
    Reply,
    Report,
    Request,
    Response,
    ResultKind,
    Send,
    Sent,
    Sleep,
)
from beatport_match.model.tracks import Candidate

SITE = "https://shop.example"
MAX_AGES_S: dict[ResultKind, float] = {"search": 100.0, "page": 1000.0}
NOTHING = ParsedResult(candidates=())


@dataclass(frozen=True)
class After:
    """A result that took its time, in seconds."""

    seconds: float
    result: Any


class _Dialogue:
    def __init__(self, flow: Generator[Any, Any, Any]) -> None:
        self._flow = flow
        self.step: Any = None
        self.has_ended = False
        self.value: Any = None
        self._advance(None)

    def __lshift__(self, expected: Any) -> Any:
        assert not self.has_ended, f"ended with {self.value!r} instead of {expected!r}"
        assert self._shown(self.step) == expected
        return self

    def __rshift__(self, result: Any) -> Any:
        assert not self.has_ended, f"ended with {self.value!r} before it could receive {result!r}"
        self._advance(self._reply(result))
        return self

    @property
    def ended(self) -> Any:
        """What the generator returned."""
        assert self.has_ended, f"still yields {self.step!r}"
        return self.value

    def _advance(self, reply: Any) -> None:
        try:
            self.step = self._flow.send(reply)
        except StopIteration as end:
            self.has_ended, self.value = True, end.value

    def _shown(self, step: Any) -> Any:
        return step

    def _reply(self, result: Any) -> Any:
        raise NotImplementedError


class RequestDialogue(_Dialogue):
    """A dialogue with a request flow.

    A `Sleep` takes as long as it asks for. A `Send` may be answered with a `Response` or a
    `Failure`, which then was sent, or with a `Delivery`. `CacheGet` and `Report` are answered with
    `None` and kept in `background`, unless the dialogue is `full`.
    """

    def __init__(
        self, flow: Generator[Any, Any, Any], *, jitter: float = 0.5, full: bool = False
    ) -> None:
        self.now = 1000.0
        self.jitter = jitter
        self.background: list[Any] = []
        self._in_background = () if full else (CacheGet, Report)
        super().__init__(flow)

    def _advance(self, reply: Any) -> None:
        super()._advance(reply)
        while not self.has_ended and isinstance(self.step, self._in_background):
            self.background.append(self.step)
            super()._advance(self._reply(None))

    def _reply(self, result: Any) -> Reply:
        started = self.now
        if isinstance(self.step, Sleep):
            self.now += self.step.seconds
        if isinstance(result, After):
            self.now += result.seconds
            result = result.result
        if isinstance(self.step, Send) and not isinstance(result, Delivery):
            status = result.status if isinstance(result, Response) else None
            result = Delivery(result, Sent(started=started, ended=self.now, status=status))
        return Reply(result=result, now=self.now, jitter=self.jitter)


class SearchDialogue(_Dialogue):
    """A dialogue with a search flow.

    It yields `(query type, text)`, or a tuple of those for a batch. It receives candidates, a
    failure or a parsed result, one for each question of the batch.
    """

    def _shown(self, step: Ask) -> Any:
        shown = tuple((question.query_type, question.text) for question in step.questions)
        return shown[0] if len(shown) == 1 else shown

    def _reply(self, result: Any) -> tuple[Answer, ...]:
        values = result if isinstance(result, tuple) else (result,)
        return tuple(
            answer(question, value)
            for question, value in zip(self.step.questions, values, strict=True)
        )


def answer(question: Question, value: ParsedResult | Failure | Iterable[Candidate]) -> Answer:
    """An answer that took no time."""
    if not isinstance(value, ParsedResult | Failure):
        value = ParsedResult(candidates=tuple(value))
    return Answer(question=question, value=value, started=0.0, ended=0.0)


class InventedSource:
    """A `Source` that accepts any query and parses nothing."""

    name = "an invented shop"

    def search(self, text: str, query_type: str) -> Question:
        return question(f"/search?{text}", text, query_type)

    def isrc(self, isrc: str, query_type: str) -> Question:
        return question(f"/isrc/{isrc}", isrc, query_type)

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return question(f"/track/{url_or_id}", str(url_or_id), query_type, kind="page")


def question(
    path: str, text: str = "", query_type: str = "search", kind: ResultKind = "search"
) -> Question:
    """A question to the invented site, whose parser understands `response`."""
    request = Request(url=f"{SITE}{path}")
    return Question(request=request, parse=parsed, text=text, query_type=query_type, kind=kind)


def response(
    status: int, failure: FailureKind | None = None, url: str = f"{SITE}/", **headers: str
) -> Response:
    """A response that is parsed as a failure of a kind, or as no candidates.

    `retry_after="1"` is the header `retry-after`.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url=url, headers=named, body=(failure or "").encode())


def parsed(response: Response) -> ParsedResult | Failure:
    """What the parser of the invented site returns for a `response`."""
    kind = cast("FailureKind", response.body.decode())
    return Failure(kind, f"HTTP {response.status}", response.url) if kind else NOTHING
