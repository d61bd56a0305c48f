"""The metrics of a match and of the lookups of a matcher, and the settings that both show."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded, Transcript
from beatport_match.model.metrics import Mode
from beatport_match.performance.lookups import LookupMetrics
from beatport_match.performance.measure import outcome_metrics, track_metrics
from beatport_match.settings.models import MatchSettings


def public_settings(settings: MatchSettings) -> dict[str, JsonValue]:
    """Return the settings that a metrics file shows."""
    # Users share metrics files, so paths and network settings are left out.
    private = {"cache_path", "rate_limit_file", "token_file", "proxy"}
    return settings.model_dump(mode="json", exclude=private)


def new_lookups(mode: Mode, settings: MatchSettings) -> LookupMetrics:
    """Return the metrics of a new matcher, which has not searched or fetched yet."""
    now, today = time.monotonic(), datetime.now().astimezone()
    return LookupMetrics(mode, public_settings(settings), began=now, started_at=today)


def with_metrics(recorded: Recorded[Match], place: int = 0, start: float | None = None) -> Match:
    """Return the match with its metrics; `start` is when its run started, if it is part of one."""
    start = recorded.transcript.started if start is None else start
    return replace(recorded.value, metrics=track_metrics(recorded, place=place, began=start))


def with_outcome_metrics(match: Match) -> Match:
    """Return a match whose outcome has changed since it was measured, with new metrics of it."""
    if match.metrics is None:
        return match
    return replace(match, metrics=match.metrics.model_copy(update=outcome_metrics(match)))


def without_cost(match: Match, place: int, start: float) -> Match:
    """Return a match of an earlier run; its metrics count no time and no request in this run."""
    nothing = Transcript(started=start, ended=start, rounds=())
    return with_metrics(Recorded(match, nothing), place, start)


def peak_memory_bytes() -> int | None:
    """Return the peak of the resident memory of this process since it began, in bytes.

    `None` on Windows, where the standard library cannot tell it.
    """
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, other systems KiB.
    return peak if sys.platform == "darwin" else 1024 * peak
