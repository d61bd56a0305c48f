"""Run a `Matcher` or an `AsyncMatcher` through one sync call, in each mode.

With it, one test checks a rule in sync and in async mode. This module only calls the matchers; the
tests assert.
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
MODES: tuple[Name, ...] = ("sync", "asyncio", "trio", "bridge")
"""`bridge` is sync code that runs the async engine, as `settings.async_io.enabled` requests."""

UNPACED = MatchSettings(requests_per_second=None)
# The fake search then ranks by shared words alone and leaves out no row, so a test knows what a
# query returns.
EXACT_SEARCH = {"noise": 0.0, "miss_rate": 0.0}


@dataclass(frozen=True)
class Mode:
    """One way to run the engine."""

    name: Name

    def call(
        self,
        method: str,
        *args: Any,
        transport: Any = None,
        settings: MatchSettings = UNPACED,
        decisions: Any = None,
        missing_only: Any = False,
        **kwargs: Any,
    ) -> Any:
        """Call a matcher's method over a transport; without one, over the library's own client."""
        if self.name in {"asyncio", "trio"}:
            given = {"decisions": decisions, "missing_only": missing_only}
            call = partial(_call_async, method, args, kwargs, transport, settings, given)
            return anyio.run(call, backend=self.name)
        if self.name == "bridge":
            settings = bridged(settings)
        client = httpx.Client(transport=transport) if transport else None
        try:
            with Matcher(
                settings, http_client=client, decisions=decisions, missing_only=missing_only
            ) as matcher:
                result = getattr(matcher, method)(*args, **kwargs)
                return list(result) if method == "iter_matches" else result
        finally:
            if client is not None:
                client.close()


def bridged(settings: MatchSettings) -> MatchSettings:
    """Return the same settings with the async engine enabled."""
    return settings.with_(async_io={"enabled": True})


def with_attempts(attempts: int = 1, **settings: Any) -> MatchSettings:
    """Make settings without a rate limit and with few attempts, so that no test waits long."""
    engine = AsyncSettings(retry_attempts=attempts)
    rounds = {"retry_failed": 0, **settings}
    return MatchSettings(requests_per_second=None, async_io=engine, **rounds)


async def _call_async(
    method: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    transport: Any,
    settings: MatchSettings,
    given: dict[str, Any],
) -> Any:
    client = httpx.AsyncClient(transport=transport) if transport else None
    try:
        async with AsyncMatcher(settings, http_client=client, **given) as matcher:
            result = getattr(matcher, method)(*args, **kwargs)
            if method == "iter_matches":
                return [match async for match in result]
            return await result
    finally:
        if client is not None:
            await client.aclose()


def tasks() -> int:
    """Count the tasks of the running event loop."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        import trio

        return trio.lowlevel.current_statistics().tasks_living


def served(fake: FakeBeatport, request: httpx.Request) -> httpx.Response:
    """Return the fake's response, for tests with their own transport."""
    reply = fake.respond(request.method, request.url.raw_path.decode("ascii"))
    return httpx.Response(reply.status, headers=reply.headers, content=reply.body)
