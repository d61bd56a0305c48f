"""How fast Beatport is asked, and whether at all: the pace that everyone of a matcher shares.

Frozen values and functions that are told the time. Three rules stand here: requests are spread
evenly (GCRA), a refusal halves the pace and good answers give it back bit by bit (AIMD), and after
a run of refusals nothing is asked for a while (a circuit breaker, half open after a pause).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from beatport_match._logging import LOG
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Later, Understood
from beatport_match.settings.models import MatchSettings

# Beatport says "slower" (429) or shows its wall; everything else says nothing about the pace.
_REFUSALS = frozenset({"rate_limited", "blocked"})
# From half to full again in 25 good answers, which is ten seconds at the default pace.
_GIVEN_BACK = 0.02
_SLOWEST = 1 / 16
_LONGEST_PAUSE_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRules:
    """What the settings ask for.

    `per_second` is the full pace, `None` unpaced; after `most_refusals` in a row nothing is asked
    for `pause_s` seconds; `wait` says to sit that out instead of failing.
    """

    per_second: float | None
    most_refusals: int = 10
    pause_s: float = 60.0
    wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Where the pace stands; times on the hands' clock, in seconds.

    `share` (0-1) of the full pace is in use, `next_free` the next place in it. What was sent before
    `slowed_at` cannot slow it again. `refused` counts refusals since the last good answer. From
    `closed_at` on nothing is asked for `pause_s`, which is 0 where the way is open.
    """

    next_free: float = 0.0
    share: float = 1.0
    slowed_at: float = float("-inf")
    refused: int = 0
    closed_at: float = 0.0
    pause_s: float = 0.0

    @property
    def closed(self) -> bool:
        """Whether Beatport refused so often that nothing is asked but now and then one probe."""
        return self.pause_s > 0


def admit(pace: Pace, rules: PaceRules, now: float) -> tuple[Pace, float | Later | Failure]:
    """One place in the pace: how long to wait for it in seconds, or why there is none.

    The generic cell rate algorithm (ITU-T I.371) with a burst of one: requests are spread evenly,
    however many ask at once. Where the way is closed, the first to come after the pause is let
    through to see; the others wait for what becomes of it, or fail.
    """
    if pace.closed:
        left = pace.closed_at + pace.pause_s - now
        if left > 0:
            return pace, Later(left) if rules.wait else _closed(rules)
        # Should nothing ever be heard of this probe, the next may go after another pause.
        pace = replace(pace, closed_at=now)
    per_second = rate(pace, rules)
    if per_second is None:
        return pace, 0.0
    at = max(pace.next_free, now)
    return replace(pace, next_free=at + 1 / per_second), at - now


def heard(
    pace: Pace, rules: PaceRules, value: Understood | Failure, *, sent: float, now: float
) -> Pace:
    """The pace after an answer to a request that was sent at `sent`.

    A refusal halves the pace, at most once for all that was under way together, and never below a
    sixteenth; a good answer gives back a fiftieth of the full pace. Other trouble changes nothing.
    """
    if isinstance(value, Understood):
        share = min(1.0, pace.share + _GIVEN_BACK)
        return replace(pace, share=share, refused=0, pause_s=0.0)
    if value.kind not in _REFUSALS:
        return pace
    pace = replace(pace, refused=pace.refused + 1)
    if sent >= pace.slowed_at:
        pace = replace(pace, share=max(_SLOWEST, pace.share / 2), slowed_at=now)
    if pace.closed:
        # What was under way when the way was closed is no probe.
        longer = min(_LONGEST_PAUSE_S, 2 * pace.pause_s)
        return pace if sent < pace.closed_at else replace(pace, pause_s=longer, closed_at=now)
    if pace.refused >= rules.most_refusals:
        return replace(pace, pause_s=rules.pause_s, closed_at=now)
    return pace


def rate(pace: Pace, rules: PaceRules) -> float | None:
    """The requests in a second that are let through now; `None` is unpaced."""
    return None if rules.per_second is None else rules.per_second * pace.share


def _closed(rules: PaceRules) -> Failure:
    return Failure(
        "blocked",
        f"Beatport refused {rules.most_refusals} requests in a row, so this was not asked; "
        f"try again later",
    )


# MERGED The pace of one matcher, shared by all its tasks and threads.
class SharedPace:
    """Where the pace stands; the rules are `pace`'s, the clock is whoever's asks."""

    def __init__(self, settings: MatchSettings) -> None:
        self._rules = PaceRules(
            per_second=settings.requests_per_second,
            most_refusals=settings.max_refusals,
            pause_s=settings.refusal_pause_s,
            wait=settings.wait_when_refused,
        )
        self._pace = Pace()
        self._lock = Lock()

    @property
    def per_second(self) -> float | None:
        """The requests in a second that are let through now; `None` is unpaced."""
        return rate(self._pace, self._rules)

    @property
    def closed(self) -> bool:
        """Whether Beatport refused so often that nothing is asked."""
        return self._pace.closed

    def turn(self, now: float) -> float | Later | Failure:
        """A place in the pace."""
        with self._lock:
            self._pace, place = admit(self._pace, self._rules, now)
        return place

    def heard(self, value: Understood | Failure, *, sent: float, now: float) -> None:
        """Take in what a request came to."""
        with self._lock:
            before = self._pace
            self._pace = after = heard(before, self._rules, value, sent=sent, now=now)
        if after.closed and after.pause_s != before.pause_s:
            LOG.warning(
                "Beatport refused %d requests in a row; nothing is asked for %.0f s",
                after.refused,
                after.pause_s,
            )
        elif before.closed and not after.closed:
            LOG.warning("Beatport answers again")
