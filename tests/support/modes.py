"""The colours side by side: one sync call for a `Matcher` or an `AsyncMatcher` on either loop.

With it, a promise of both colours is one test. Only calling is known here, nothing is judged.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import anyio
import httpx

from beatport_match import AsyncMatcher, AsyncSettings, Matcher, MatchSettings
from beatport_match.testing import FakeBeatport

Name = Literal["sync", "asyncio", "trio", "bridge"]
COLOURS: tuple[Name, ...] = ("sync", "asyncio", "trio", "bridge")
"""`bridge` is sync code that runs the async engine, as `settings.async_io.enabled` asks for."""

UNPACED = MatchSettings(requests_per_second=None)
# Ranks by shared words alone and leaves nothing out, so that a test knows what will be found.
KIND = {"noise": 0.0, "miss_rate": 0.0}


@dataclass(frozen=True)
class Colour:
    """One way to run the engine."""

    name: Name

    def call(
        self,
        method: str,
        *args: Any,
        transport: Any = None,
        settings: MatchSettings = UNPACED,
        **kwargs: Any,
    ) -> Any:
        """Call a matcher's method over a transport, or over our own client without one."""
        if self.name in {"asyncio", "trio"}:
            call = partial(_acall, method, args, kwargs, transport, settings)
            return anyio.run(call, backend=self.name)
        if self.name == "bridge":
            settings = bridged(settings)
        client = httpx.Client(transport=transport) if transport else None
        try:
            with Matcher(settings, http_client=client) as matcher:
                came = getattr(matcher, method)(*args, **kwargs)
                return list(came) if method == "iter_matches" else came
        finally:
            if client is not None:
                client.close()


def bridged(settings: MatchSettings) -> MatchSettings:
    """The same settings with the async engine asked for."""
    engine = settings.async_io.model_copy(update={"enabled": True})
    return settings.model_copy(update={"async_io": engine})


def impatient(attempts: int = 1, **settings: Any) -> MatchSettings:
    """Unpaced, and with few tries: no test waits for a backoff."""
    engine = AsyncSettings(retry_attempts=attempts)
    return MatchSettings(requests_per_second=None, async_io=engine, **settings)


async def _acall(
    method: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    transport: Any,
    settings: MatchSettings,
) -> Any:
    client = httpx.AsyncClient(transport=transport) if transport else None
    try:
        async with AsyncMatcher(settings, http_client=client) as matcher:
            came = getattr(matcher, method)(*args, **kwargs)
            if method == "iter_matches":
                return [match async for match in came]
            return await came
    finally:
        if client is not None:
            await client.aclose()


def tasks() -> int:
    """How many tasks live on the running loop."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        import trio

        return trio.lowlevel.current_statistics().tasks_living


def served(fake: FakeBeatport, request: httpx.Request) -> httpx.Response:
    """What the fake answers, for tests that deliver it themselves."""
    reply = fake.respond(request.method, request.url.raw_path.decode("ascii"))
    return httpx.Response(reply.status, headers=reply.headers, content=reply.body)
