"""ARCHITECTURE: "a property test compares *transcripts*, not only results".

Scripted hands answer both drivers from the fake's pure pages, with faults fixed by the address and
how often it was asked. Their clock moves only when they work, so even the times are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlencode, urlsplit
from zlib import crc32

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beatport_match.beatport import WebSource
from beatport_match.engine.drive import adrive, drive
from beatport_match.errors import BeatportUnavailable, Failure
from beatport_match.matching.protocol import (
    CachedResult,
    ParsedResult,
    Recorded,
    Request,
    Response,
    ResultKind,
    SearchFlow,
)
from beatport_match.matching.search_flow import fetch_flow, match_flow
from beatport_match.model.tracks import Track
from beatport_match.playlists import read_playlist
from beatport_match.settings.models import MatchSettings
from beatport_match.testing import FakeBeatport, Fault, demo_answers, demo_collection

FAKE = FakeBeatport()
SOURCE = WebSource(base_url="https://www.beatport.com", max_results=50, user_agent="test")
SETTINGS = MatchSettings(wanted_fields=("preview_url", "isrc"))
with demo_collection() as path:
    DEMO = tuple(read_playlist(path))
IDS = sorted({number for ids in demo_answers().values() for number in ids})

faults: st.SearchStrategy[list[Fault | None]] = st.lists(
    st.sampled_from(
        [None, None, "unavailable", "rate_limited", "reset", "hang", "challenge", "truncated"]
    ),
    min_size=1,
    max_size=7,
)
turns = st.integers(min_value=0, max_value=12) | st.just(10**6)


class Scripted:
    """Sync hands without a world: `faults` befall by address and try, `turns` run out."""

    at_once = 3
    max_ages_s: Mapping[ResultKind, float] = {"search": 60.0, "page": 60.0}

    def __init__(self, faults: list[Fault | None], turns: int, attempts: int) -> None:
        self.attempts = attempts
        self.asked = Counter[str]()
        self._known: dict[str, CachedResult] = {}
        self._faults, self._turns, self._now = faults, turns, 100.0

    def now(self) -> float:
        return self._now

    def dice(self) -> float:
        return 0.5

    def turn(self) -> float | Failure:
        self._turns -= 1
        return 0.25 if self._turns >= 0 else Failure("stopped", "the script ends here")

    def send(self, request: Request) -> Response | Failure:
        path = urlsplit(request.url).path
        target = f"{path}?{urlencode(request.params)}" if request.params else path
        self.asked[target] += 1
        self._now += 0.5
        fault = self._faults[(crc32(target.encode()) + self.asked[target]) % len(self._faults)]
        reply = FAKE.respond("GET", target, fault)
        if reply.delivery in {"reset", "hang"}:
            kind = "network" if reply.delivery == "reset" else "timeout"
            return Failure(kind, reply.delivery, request.url)
        headers = dict(reply.headers)
        return Response(status=reply.status, url=request.url, headers=headers, body=reply.body)

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def heard(self, value: ParsedResult | Failure, sent: float) -> None:
        pass

    def alone(self, request: Request) -> AbstractContextManager[None]:
        return nullcontext()

    def recall(self, request: Request) -> CachedResult | None:
        return self._known.get(request.canonical)

    def keep(self, request: Request, value: ParsedResult) -> None:
        self._known[request.canonical] = CachedResult(value=value, age_s=1.0)


class AsyncScripted(Scripted):
    """The same hands for the async driver; each wait lets the other tasks go first."""

    async def send(self, request: Request) -> Response | Failure:  # type: ignore[override]
        await anyio.lowlevel.checkpoint()
        return super().send(request)

    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        await anyio.lowlevel.checkpoint()
        super().sleep(seconds)

    async def recall(self, request: Request) -> CachedResult | None:  # type: ignore[override]
        return super().recall(request)

    async def keep(self, request: Request, value: ParsedResult) -> None:  # type: ignore[override]
        super().keep(request, value)


Talk = Callable[[], SearchFlow[Any]]


def run(talk: Talk, *script: Any) -> list[Recorded[Any] | Failure]:
    """The same conversation with both drivers, the async one on both loops."""

    async def run_async() -> Recorded[Any]:
        return await adrive(talk(), AsyncScripted(*script))

    ways: list[Callable[[], Recorded[Any]]] = [lambda: drive(talk(), Scripted(*script))]
    ways += [lambda loop=loop: anyio.run(run_async, backend=loop) for loop in ("asyncio", "trio")]
    came: list[Recorded[Any] | Failure] = []
    for way in ways:
        try:
            came.append(way())
        except BeatportUnavailable as error:
            came.append(error.failure)
    return came


def spoken(told: Recorded[Any]) -> list[list[Any]]:
    """The sequence of questions and answers, without times: a batch is asked at once."""
    return [
        [
            (answer.question.request, answer.value, [sent.status for sent in answer.sent])
            for answer in ask.answers
        ]
        for ask in told.transcript.rounds
    ]


def timed(told: Recorded[Any]) -> list[list[Any]]:
    """The times of the same."""
    return [
        [
            (one.started, one.ended, one.sent, one.wait_s, one.slot_wait_s, one.parse_s)
            for one in ask.answers
        ]
        for ask in told.transcript.rounds
    ]


tracks = st.sampled_from(DEMO) | st.builds(
    Track,
    st.sampled_from(["Lido in Winter (Dub)", "Candle Tax", "Copperhythe - Lido in Winter", "()"]),
    st.sampled_from(["", "Copperhythe", "Rook & Tallow"]),
    beatport_id=st.none() | st.sampled_from(IDS),
)


@settings(max_examples=60)
@given(tracks, faults, turns, st.integers(min_value=1, max_value=4))
def test_a_track_is_asked_for_alike_in_all_colours(
    track: Track, script: list[Fault | None], turns: int, attempts: int
) -> None:
    """ "Same inputs and same answers give the same Match, byte for byte, in sync, asyncio and
    trio": the same requests in the same order, the same answers, the same times."""
    first, *others = run(lambda: match_flow(track, SETTINGS, SOURCE), script, turns, attempts)
    assert isinstance(first, Recorded)
    for other in others:
        assert spoken(other) == spoken(first)
        assert timed(other) == timed(first)
        assert repr(other.value) == repr(first.value)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(IDS) | st.just(11), max_size=8, unique=True),
    st.just([None]) | faults,
    st.integers(min_value=1, max_value=4),
)
def test_a_batch_is_answered_alike_in_all_colours(
    ids: list[int], script: list[Fault | None], attempts: int
) -> None:
    """wire: a conversation "receives their `Answer`s in the order asked", whoever was first."""
    first, *others = run(lambda: fetch_flow(ids, SOURCE), script, 10**6, attempts)
    for other in others:
        assert type(other) is type(first)
        if isinstance(first, Failure):
            assert other == first
        else:
            assert spoken(other) == spoken(first)
            assert other.value == first.value


@settings(max_examples=30)
@given(tracks, st.just([None]) | faults, st.integers(min_value=2, max_value=4))
def test_queries_asked_at_once_are_answered_alike_in_all_colours(
    track: Track, script: list[Fault | None], at_once: int
) -> None:
    """Settings: of `queries_at_once`, "the answers are the same"; sync has the same plan."""
    asking = SETTINGS.model_copy(update={"queries_at_once": at_once})
    first, *others = run(lambda: match_flow(track, asking, SOURCE), script, 10**6, 3)
    assert isinstance(first, Recorded)
    for other in others:
        assert spoken(other) == spoken(first)
        assert repr(other.value) == repr(first.value)


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.anyio
async def test_a_batch_keeps_its_bound(at_once: int) -> None:
    """AsyncHands: "`at_once` bounds the questions of one track in flight"."""

    class Counting(AsyncScripted):
        flying = most = 0

        async def send(self, request: Request) -> Response | Failure:
            self.flying += 1
            self.most = max(self.most, self.flying)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            self.flying -= 1
            return await super().send(request)

    hands = Counting([None], 10**6, 1)
    hands.at_once = at_once
    await adrive(fetch_flow(IDS[:6], SOURCE), hands)
    assert hands.most == at_once
