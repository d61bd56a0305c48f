"""The time that one track may take (`max_track_time_s`), for both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from beatport_match.engine.arguments import IsStopped
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Answer


class TimeBudget:
    """Ends the search for a track when its time has run out, as `stop` ends a run.

    `is_over` is the `stop` to give to the requests: that of the caller, or the end of the time.

    Args:
        stop: The `stop` of the caller.
        max_s: The seconds for the track, from now; `None` for no limit.
        now: The monotonic clock of the engine, in seconds.
    """

    def __init__(self, stop: IsStopped, max_s: float | None, now: Callable[[], float]) -> None:
        self._stop, self._max_s, self._now = stop, max_s, now
        self._end = now() + (max_s or 0.0)
        # Without a limit the caller's own function stays: the async engine recognises the default.
        self.is_over: IsStopped = stop if max_s is None else self._is_over

    def with_reason(self, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """Return the answers; the reason of those that were stopped is that the time ran out."""
        if self._max_s is None or not self._has_run_out() or self._stop():
            return answers
        return tuple(self._with_reason(answer) for answer in answers)

    def _with_reason(self, answer: Answer) -> Answer:
        if not isinstance(answer.value, Failure) or answer.value.kind != "stopped":
            return answer
        detail = f"the track took longer than {self._max_s:g} s; raise max_track_time_s"
        return replace(answer, value=Failure("time_budget", detail, answer.value.url))

    def _is_over(self) -> bool:
        return self._has_run_out() or self._stop()

    def _has_run_out(self) -> bool:
        return self._now() >= self._end
