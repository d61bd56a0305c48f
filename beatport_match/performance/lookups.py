"""Collect the metrics of single searches and fetches, which belong to no track of a run."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping
from datetime import datetime
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING, TypeVar

from pydantic import JsonValue

from beatport_match.matching.protocol import Answer, Ask, SearchFlow
from beatport_match.model.metrics import Mode, QueryMetrics
from beatport_match.performance.measure import query_metrics

if TYPE_CHECKING:
    from beatport_match.model.run_metrics import PerformanceStats

T = TypeVar("T")

# A program may search for days with one matcher.
MAX_LOOKUPS = 1000


class LookupMetrics:
    """The metrics of the last `MAX_LOOKUPS` queries and pages of a matcher's single calls.

    Args:
        mode: The engine that runs the calls.
        settings: The settings, for the metrics file.
        began: The present time of the engine's clock, in seconds.
        started_at: The same moment as a date and time.
    """

    def __init__(
        self, mode: Mode, settings: Mapping[str, JsonValue], *, began: float, started_at: datetime
    ) -> None:
        self._mode: Mode = mode
        self._settings = settings
        self._began = began
        self._started_at = started_at
        self._answered = deque[tuple[tuple[float, float], QueryMetrics]](maxlen=MAX_LOOKUPS)

    def recording(self, flow: SearchFlow[T]) -> Generator[Ask, tuple[Answer, ...], T]:
        """Run a search flow, and record its answers, also if it raises an exception."""
        try:
            ask = next(flow)
            while True:
                answers = yield ask
                for one in answers:
                    figures = query_metrics([(one, 0.0)], self._began)
                    self._answered.append(((one.started, one.ended), figures))
                ask = flow.send(answers)
        except StopIteration as end:
            value: T = end.value
            return value

    def stats(self) -> PerformanceStats:
        """Compute the metrics; the total time is the time with at least one query in progress."""
        from beatport_match.performance.run_stats import in_flight, performance_stats

        answered = tuple(self._answered)
        changes = in_flight(span for span, _ in answered)
        busy = fsum(end - begin for (begin, count), (end, _) in pairwise(changes) if count)
        return performance_stats(
            (),
            lookups=tuple(figures for _, figures in answered),
            mode=self._mode,
            total_time=busy,
            started_at=self._started_at,
            settings=self._settings,
        )
