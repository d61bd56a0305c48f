"""Runs the search of one track, and of all tracks of a run: in async, several at the same time."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

import anyio

from beatport_match.engine.arguments import IsStopped, OnError
from beatport_match.engine.async_engine import AsyncEngine
from beatport_match.engine.match_stream import Emit
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.engine.task_errors import passing_errors, single_error
from beatport_match.engine.track_outcome import failed_match
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded, SearchFlow
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings

T = TypeVar("T")


class InCaller(Protocol):
    """Calls a function in the thread of the caller, and returns its result."""

    async def __call__(self, call: Callable[[], T], /) -> T:
        """Call the function."""
        ...


async def directly(call: Callable[[], T]) -> T:
    """Call a function here: the caller's thread is that of the event loop."""
    return call()


async def match_one(
    engine: AsyncEngine,
    settings: MatchSettings,
    track: Track,
    flow: SearchFlow[Match],
    is_stopped: IsStopped,
    on_error: OnError,
) -> Recorded[Match]:
    """Match one track; `failed_match` says what an unexpected exception does."""
    started = engine.now()
    try:
        return await engine.run(flow, is_stopped, settings.max_track_time_s)
    except Exception as error:  # noqa: BLE001 - raised again unless the caller wants a result
        return failed_match(error, on_error, track, started, engine.now())


async def match_all(
    engine: AsyncEngine,
    run: PlaylistRun,
    emit: Emit | None = None,
    in_caller: InCaller = directly,
) -> None:
    """Match the tracks of a run, several at the same time.

    Args:
        engine: The engine to use.
        run: The run.
        emit: Called with each match, and awaited.
        in_caller: Calls what may run code of the calling program, except `stop`.
    """
    # One call of `on_progress` at a time, in the order in which the tracks finish.
    reporting = anyio.Lock(fast_acquire=True)

    async def match_tracks() -> None:
        while (entry := await in_caller(run.next_track)) is not None:
            place, track, found = entry
            if found is None:
                decided = run.decided(track)
                flow = match_flow(track, run.settings, run.sources, decided=decided)
                searched = await match_one(
                    engine, run.settings, track, flow, run.is_stopped, run.on_error
                )
                found = await in_caller(partial(run.settle, searched, place))
                if found is None:
                    continue
            progress = await in_caller(partial(run.finish, found, place))
            if run.on_progress is not None:
                async with reporting:
                    try:
                        reported = await in_caller(partial(run.on_progress, progress))
                        if inspect.isawaitable(reported):
                            await reported
                    except Exception as error:  # noqa: BLE001 - raised again by default
                        found = run.fail(found, place, error)
            if emit is not None:
                await emit(found)

    with run.opened():
        try:
            async with anyio.create_task_group() as group:
                for _ in range(run.settings.async_io.max_concurrent_tracks):
                    group.start_soon(passing_errors, match_tracks)
        except BaseExceptionGroup as errors:
            raise single_error(errors) from None
