"""The sync line to Beatport: one client, one pace and one memory, and hands that use them.

Method for method the same as `_aline`.
"""

from __future__ import annotations

import random
import time
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

from beatport_match.engine.playlist_run import LONGEST_NAP_S, STOPPED, Stop, fresh_s
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Known, Later, Look, Request, Response, Understood
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.answer_cache import Answers, Places
from beatport_match.transport.http import HttpClient, get, new_client
from beatport_match.transport.rate_limiter import SharedPace
from beatport_match.transport.token_store import SharedTokens

if TYPE_CHECKING:
    import httpx


class Line:
    """A matcher's line to Beatport: one client, one pace and one memory for all that it asks."""

    def __init__(self, settings: MatchSettings, client: HttpClient | None) -> None:
        self.settings = settings
        self.pace = SharedPace(settings)
        self.answers = Answers(settings)
        self.places = Places()
        self.tokens = SharedTokens(settings)
        self.signing = Lock()
        self._given = client
        self._ours: httpx.Client | None = None
        self._lock = Lock()

    def hands(self, stop: Stop) -> Hands:
        """Hands for one conversation."""
        return Hands(self, stop)

    def client(self) -> HttpClient:
        """The client, made when first needed."""
        if self._given is not None:
            return self._given
        with self._lock:
            self._ours = self._ours or new_client(self.settings)
            return self._ours

    def close(self) -> None:
        """Close what is ours."""
        with self._lock:
            client, self._ours = self._ours, None
        if client is not None:
            client.close()
        self.answers.close()


class Hands:
    """What `drive` needs, for one track."""

    def __init__(self, line: Line, stop: Stop) -> None:
        self.attempts = line.settings.async_io.retry_attempts
        self.fresh_s = fresh_s(line.settings)
        self._line = line
        self._stop = stop

    def now(self) -> float:
        return time.monotonic()

    def dice(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def turn(self) -> float | Later | Failure:
        return STOPPED if self._stop() else self._line.pace.turn(self.now())

    def heard(self, value: Understood | Failure, sent: float) -> None:
        self._line.pace.heard(value, sent=sent, now=self.now())
        if isinstance(value, Understood):
            self._line.tokens.served()

    def alone(self, request: Request) -> AbstractContextManager[None]:
        return self._line.places.alone(request.canonical)

    def recall(self, request: Request) -> Known | None:
        return self._line.answers.recall(request)

    def keep(self, request: Request, value: Understood) -> None:
        self._line.answers.keep(request, value)

    def look_up(self, look: Look) -> Understood | Failure:
        return look()

    def send(self, request: Request) -> Response | Failure:
        total_s = self._line.settings.async_io.request_timeout
        return get(self._line.client(), self._line.tokens.signed(request), total_s)

    def is_signed(self, refused_at: float | None) -> bool:
        return self._line.tokens.is_good(refused_at)

    def signing(self) -> Lock:
        return self._line.signing

    def renewal(self, refused_at: float | None) -> Request | Failure | None:
        return self._line.tokens.renewal(refused_at, self.now())

    def renewed(self, came: Response | Failure) -> Failure | None:
        return self._line.tokens.renewed(came, self.now())

    def sleep(self, seconds: float) -> Failure | None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            time.sleep(min(left, LONGEST_NAP_S))
            if self._stop():
                return STOPPED
        return None
