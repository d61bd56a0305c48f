"""Sync, asyncio and trio give equal transcripts: equal requests, answers and times."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_engines import (
    SETTINGS,
    SOURCE,
    UNLIMITED_SLOTS,
    AsyncScriptedEngine,
    run_in_all_modes,
)
from scripted_runs import DEMO, IDS, faults, slots

from beatport_match.engine.arguments import IsStopped, never_stop
from beatport_match.errors import Failure
from beatport_match.matching.lookup_flows import fetch_flow
from beatport_match.matching.protocol import Recorded, Request, Response
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Track
from beatport_match.testing import Fault


def answers(recorded: Recorded[Any]) -> list[list[Any]]:
    """The questions with their answers, without the times."""
    return [
        [
            (answer.question.request, answer.value, [sent.status for sent in answer.sent])
            for answer in one.answers
        ]
        for one in recorded.transcript.rounds
    ]


def times(recorded: Recorded[Any]) -> list[list[Any]]:
    """The times of the same."""
    return [
        [
            (one.started, one.ended, one.sent, one.wait_s, one.slot_wait_s, one.parse_s)
            for one in one_round.answers
        ]
        for one_round in recorded.transcript.rounds
    ]


tracks = st.sampled_from(DEMO) | st.builds(
    Track,
    st.sampled_from(["Lido in Winter (Dub)", "Candle Tax", "Copperhythe - Lido in Winter", "()"]),
    st.sampled_from(["", "Copperhythe", "Rook & Tallow"]),
    beatport_id=st.none() | st.sampled_from(IDS),
)


@settings(max_examples=60)
@given(tracks, faults, slots, st.integers(min_value=1, max_value=4))
def test_a_track_has_the_same_transcript_in_all_modes(
    track: Track, script: list[Fault | None], slots: int, attempts: int
) -> None:
    first, *others = run_in_all_modes(
        lambda: match_flow(track, SETTINGS, SOURCE), script, slots, attempts
    )
    assert isinstance(first, Recorded)
    for other in others:
        assert isinstance(other, Recorded)
        assert answers(other) == answers(first)
        assert times(other) == times(first)
        assert repr(other.value) == repr(first.value)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(IDS) | st.just(11), max_size=8, unique=True),
    st.just([None]) | faults,
    st.integers(min_value=1, max_value=4),
)
def test_a_batch_keeps_the_order_of_its_questions_in_all_modes(
    ids: list[int], script: list[Fault | None], attempts: int
) -> None:
    first, *others = run_in_all_modes(
        lambda: fetch_flow(ids, SOURCE), script, UNLIMITED_SLOTS, attempts
    )
    for other in others:
        assert type(other) is type(first)
        if isinstance(first, Failure) or isinstance(other, Failure):
            assert other == first
        else:
            assert answers(other) == answers(first)
            assert other.value == first.value


@settings(max_examples=30)
@given(tracks, st.just([None]) | faults, st.integers(min_value=2, max_value=4))
def test_concurrent_queries_have_the_same_answers_in_all_modes(
    track: Track, script: list[Fault | None], concurrent: int
) -> None:
    """With `queries_at_once` above 1 the sync engine sends the same queries one by one."""
    several = SETTINGS.with_(queries_at_once=concurrent)
    first, *others = run_in_all_modes(
        lambda: match_flow(track, several, SOURCE), script, UNLIMITED_SLOTS, 3
    )
    assert isinstance(first, Recorded)
    for other in others:
        assert isinstance(other, Recorded)
        assert answers(other) == answers(first)
        assert repr(other.value) == repr(first.value)


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.anyio
async def test_max_concurrent_requests_bounds_the_requests_of_a_batch(limit: int) -> None:
    class Counting(AsyncScriptedEngine):
        in_flight = peak = 0

        async def _transmit(self, request: Request, stop: IsStopped) -> Response | Failure:
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            self.in_flight -= 1
            return await super()._transmit(request, stop)

    engine = Counting([None], UNLIMITED_SLOTS, 1, concurrency=limit)
    await engine.run(fetch_flow(IDS[:6], SOURCE), never_stop)
    assert engine.peak == limit
