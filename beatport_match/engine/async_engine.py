"""The async line to Beatport: one client, one pace and one memory, and hands that use them.

Method for method the same as `_line`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from beatport_match.engine.playlist_run import LONGEST_NAP_S, STOPPED, Stop, fresh_s
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Known, Later, Look, Request, Response, Understood
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.answer_cache import Answers, AsyncPlaces
from beatport_match.transport.client_pool import Lanes
from beatport_match.transport.http import AsyncHttpClient, aget, new_async_client
from beatport_match.transport.rate_limiter import SharedPace
from beatport_match.transport.token_store import SharedTokens

T = TypeVar("T")


class AsyncLine:
    """A matcher's line to Beatport: one client, one pace and one memory for all that it asks."""

    def __init__(self, settings: MatchSettings, client: AsyncHttpClient | None) -> None:
        self.settings = settings
        self.pace = SharedPace(settings)
        self.answers = Answers(settings)
        self.places = AsyncPlaces()
        self.tokens = SharedTokens(settings)
        self.signing = anyio.Lock()
        self._given = client
        self._ours: Lanes | None = None

    def hands(self, stop: Stop) -> Hands:
        """Hands for one conversation."""
        return Hands(self, stop)

    def client(self) -> AsyncHttpClient | Lanes:
        """The client, made when first needed."""
        if self._given is not None:
            return self._given
        self._ours = self._ours or new_async_client(self.settings)
        return self._ours

    async def known(self, act: Callable[[], T]) -> T:
        """Look up or keep an answer; a disk that is slow must not hold up the loop."""
        return await anyio.to_thread.run_sync(act) if self.answers.on_disk else act()

    async def aclose(self) -> None:
        """Close what is ours."""
        client, self._ours = self._ours, None
        if client is not None:
            await client.aclose()
        await self.known(self.answers.close)


class Hands:
    """What `adrive` needs, for one track."""

    def __init__(self, line: AsyncLine, stop: Stop) -> None:
        self.attempts = line.settings.async_io.retry_attempts
        self.at_once = line.settings.async_io.max_concurrent_requests
        self.fresh_s = fresh_s(line.settings)
        self._line = line
        self._stop = stop

    def now(self) -> float:
        return anyio.current_time()

    def dice(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    def turn(self) -> float | Later | Failure:
        return STOPPED if self._stop() else self._line.pace.turn(self.now())

    def heard(self, value: Understood | Failure, sent: float) -> None:
        self._line.pace.heard(value, sent=sent, now=self.now())
        if isinstance(value, Understood):
            self._line.tokens.served()

    def alone(self, request: Request) -> AbstractAsyncContextManager[None]:
        return self._line.places.alone(request.canonical)

    async def recall(self, request: Request) -> Known | None:
        return await self._line.known(partial(self._line.answers.recall, request))

    async def keep(self, request: Request, value: Understood) -> None:
        await self._line.known(partial(self._line.answers.keep, request, value))

    async def look_up(self, look: Look) -> Understood | Failure:
        # Whoever looks something up takes a moment, and holds up nobody.
        return await anyio.to_thread.run_sync(look)

    async def send(self, request: Request) -> Response | Failure:
        total_s = self._line.settings.async_io.request_timeout
        return await aget(self._line.client(), self._line.tokens.signed(request), total_s)

    def is_signed(self, refused_at: float | None) -> bool:
        return self._line.tokens.is_good(refused_at)

    def signing(self) -> anyio.Lock:
        return self._line.signing

    async def renewal(self, refused_at: float | None) -> Request | Failure | None:
        renewal = partial(self._line.tokens.renewal, refused_at, self.now())
        return await anyio.to_thread.run_sync(renewal)

    async def renewed(self, came: Response | Failure) -> Failure | None:
        return await anyio.to_thread.run_sync(self._line.tokens.renewed, came, self.now())

    async def sleep(self, seconds: float) -> Failure | None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await anyio.sleep(min(left, LONGEST_NAP_S))
            if self._stop():
                return STOPPED
        return None
