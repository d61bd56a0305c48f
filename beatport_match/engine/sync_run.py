"""Runs the search of one track, and of all tracks of a run: in sync, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from beatport_match.engine.arguments import IsStopped, OnError
from beatport_match.engine.playlist_run import PlaylistRun
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.engine.track_outcome import failed_match
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Recorded, SearchFlow
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Track
from beatport_match.settings.models import MatchSettings


def match_one(
    engine: SyncEngine,
    settings: MatchSettings,
    track: Track,
    flow: SearchFlow[Match],
    is_stopped: IsStopped,
    on_error: OnError,
) -> Recorded[Match]:
    """Match one track; `failed_match` says what an unexpected exception does."""
    started = engine.now()
    try:
        return engine.run(flow, is_stopped, settings.max_track_time_s)
    except Exception as error:  # noqa: BLE001 - raised again unless the caller wants a result
        return failed_match(error, on_error, track, started, engine.now())


def match_each(engine: SyncEngine, run: PlaylistRun) -> Iterator[Match]:
    """Match the tracks of a run, and yield each match as soon as it is known."""
    with run.opened():
        while (entry := run.next_track()) is not None:
            place, track, found = entry
            if found is None:
                decided = run.decided(track)
                flow = match_flow(track, run.settings, run.sources, decided=decided)
                searched = match_one(
                    engine, run.settings, track, flow, run.is_stopped, run.on_error
                )
                found = run.settle(searched, place)
                if found is None:
                    continue
            progress = run.finish(found, place)
            if run.on_progress is not None:
                try:
                    run.on_progress(progress)
                except Exception as error:  # noqa: BLE001 - raised again by default
                    found = run.fail(found, place, error)
            yield found
