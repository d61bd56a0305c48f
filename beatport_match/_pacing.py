"""The pace of one matcher, shared by all its tasks and threads."""

from __future__ import annotations

from threading import Lock

from beatport_match._log import LOG
from beatport_match.errors import Failure
from beatport_match.pace import Pace, PaceRules, admit, heard, rate
from beatport_match.settings import MatchSettings
from beatport_match.wire import Later, Understood


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
