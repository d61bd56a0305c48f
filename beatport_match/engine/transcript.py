"""What both engines do with a search flow: take its next batch, and record its transcript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from beatport_match.matching.protocol import (
    Answer,
    Ask,
    Recorded,
    Round,
    SearchFlow,
    Transcript,
)

T = TypeVar("T")


class TranscriptRecorder(Generic[T]):
    """A search flow that is running, with the transcript of its rounds.

    Args:
        flow: The search flow to run.
        now: The engine's monotonic clock, in seconds.
    """

    def __init__(self, flow: SearchFlow[T], now: Callable[[], float]) -> None:
        self._flow = flow
        self._now = now
        self._started = now()
        self._rounds: list[Round] = []
        self._value: T

    def next_batch(self, answers: tuple[Answer, ...] | None = None) -> Ask | None:
        """Send the flow the last answers; return its next batch, `None` at its end."""
        started = self._now()
        batch: Ask | None = None
        try:
            batch = next(self._flow) if answers is None else self._flow.send(answers)
        except StopIteration as end:
            self._value = end.value
        if answers is not None:
            self._rounds.append(Round(answers=answers, scoring_s=self._now() - started))
        return batch

    def recorded(self) -> Recorded[T]:
        """Return the flow's result with its transcript, once `next_batch` has returned `None`."""
        rounds = tuple(self._rounds)
        transcript = Transcript(started=self._started, ended=self._now(), rounds=rounds)
        return Recorded(self._value, transcript)
