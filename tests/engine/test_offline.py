"""A run without a network, and one whose network comes back."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from held_requests import QUICK, SLOW
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import PlaylistMatch, Progress
from beatport_match.testing import FakeBeatport
from beatport_match.transport.reachability import MAX_UNANSWERED

pytestmark = pytest.mark.usefixtures("skipped_waits")
every_mode = pytest.mark.parametrize("name", MODES)
MANY = tuple(f"{SLOW} {number}" for number in range(40))


class Network(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A network that cannot be reached for a number of requests."""

    def __init__(self, away: float) -> None:
        self.fake = FakeBeatport(**EXACT_SEARCH)
        self.away, self.requests = away, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.requests <= self.away:
            raise httpx.ConnectError("Network is unreachable")
        return self.fake.transport().handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def run(name: Name, network: Network, tracks: Any, **settings: Any) -> PlaylistMatch:
    arguments = {key: settings.pop(key) for key in ("stop", "on_progress") if key in settings}
    return Mode(name).call(
        "match_playlist",
        tracks,
        transport=network,
        settings=with_attempts(max_queries=1, retry_failed=1, **settings),
        **arguments,
    )


@every_mode
def test_run_without_a_network_sends_few_requests(name: Name) -> None:
    """Five tracks may be in flight in addition. The other tracks fail at once."""
    network, reports = Network(away=float("inf")), list[Progress]()
    result = run(name, network, MANY, on_progress=reports.append)
    assert MAX_UNANSWERED <= network.requests <= MAX_UNANSWERED + 5
    assert {match.failures[-1].kind for match in result.matches} == {"network"}
    detail = result.matches[-1].failures[-1].detail
    assert detail.startswith("cannot reach www.beatport.com; are you online? ")
    assert "Network is unreachable" in detail
    assert reports[-1].blocked
    assert len(reports) == len(result.matches) == len(MANY)


@every_mode
def test_waiting_run_continues_when_the_network_is_back(
    name: Name, caplog: pytest.LogCaptureFixture
) -> None:
    network = Network(away=MAX_UNANSWERED + 7)
    with caplog.at_level(logging.WARNING, "beatport_match"):
        result = run(name, network, [*QUICK, *MANY], max_offline_wait_s=3600.0)
    assert not result.failed
    assert len(result.matched) >= len(QUICK)
    messages = [record.getMessage() for record in caplog.records]
    assert "www.beatport.com cannot be reached" in messages[0]
    assert messages[-1] == "www.beatport.com can be reached again"


@every_mode
def test_wait_for_the_network_ends_after_its_limit(name: Name) -> None:
    """If the request of a track is a probe, its failure has the error of this request."""
    result = run(name, Network(away=float("inf")), MANY, max_offline_wait_s=100.0)
    assert len(result.failed) == len(MANY)
    details = [match.failures[-1].detail for match in result.matches]
    assert sum("are you online?" in detail for detail in details) > len(MANY) / 2


@every_mode
def test_stop_ends_the_wait_for_the_network(name: Name) -> None:
    network = Network(away=float("inf"))
    result = run(
        name,
        network,
        MANY,
        max_offline_wait_s=3600.0,
        stop=lambda: network.requests > MAX_UNANSWERED,
    )
    assert len(result.failed) == len(MANY)
    assert result.matches[-1].failures[-1].kind == "stopped"
