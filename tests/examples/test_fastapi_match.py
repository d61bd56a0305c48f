"""The FastAPI example: answers, invalid input, faults, and clients that disconnect."""

from __future__ import annotations

import json
import runpy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from held_requests import SLOW_ONES, GatedBeatport, until
from modes import UNPACED

from beatport_match import AsyncMatcher
from beatport_match.testing import FakeBeatport, always

pytest.importorskip("fastapi", reason='the example needs FastAPI: pip install -e ".[web]"')

FILE = Path(__file__).parents[2] / "examples" / "fastapi_match.py"
UNDERTOW = {"title": "Undertow", "artists": "Olvarin"}


@pytest.fixture(scope="module")
def app() -> Any:
    return runpy.run_path(str(FILE))["app"]


@pytest.fixture
def fake() -> FakeBeatport:
    return FakeBeatport()


@pytest.fixture
async def client(app: Any, fake: FakeBeatport) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, whose matcher queries the fake."""
    async with (
        httpx.AsyncClient(transport=fake.transport()) as beatport,
        AsyncMatcher(UNPACED, http_client=beatport) as app.state.matcher,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("track", "outcome", "url_part"),
    [
        (UNDERTOW, "matched", "/track/undertow/"),
        (UNDERTOW | {"artists": ["Olvarin"], "duration_s": 443}, "matched", "/track/undertow/"),
        ({"title": "Low Season (Olvarin Remix)", "artists": "Marrow & Pine"}, "review", "/track/"),
        ({"title": "Nothing at All"}, "not_found", None),
    ],
)
async def test_a_track_gets_an_answer_with_200(
    client: httpx.AsyncClient, track: dict[str, Any], outcome: str, url_part: str | None
) -> None:
    """An answer has its reason, and `not_found` is an answer too."""
    answer = await client.post("/match", json=track)
    found = answer.json()
    assert (answer.status_code, found["outcome"]) == (200, outcome)
    assert found["reason"]
    assert url_part in found["best"]["url"] if url_part else found["best"] is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"artists": "Olvarin"}, "Field required"),
        ({"title": " "}, "Track.title must not be blank"),
        ({"title": "Undertow", "artists": [1]}, "valid string"),
        ({"title": "Undertow", "bpm": "fast"}, "valid number"),
        ({"title": "\ud800"}, "no word to search for"),
        ("Undertow", "be a dictionary"),
    ],
)
async def test_an_invalid_track_gets_422_with_the_reason(
    client: httpx.AsyncClient, fake: FakeBeatport, body: Any, said: str
) -> None:
    """No request is sent to Beatport for it."""
    answer = await client.post(
        "/match", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert not fake.requests


@pytest.mark.anyio
@pytest.mark.parametrize("fake", [FakeBeatport(faults=always("challenge"))])
async def test_a_fault_gets_503_with_the_reason(client: httpx.AsyncClient) -> None:
    """A fault is never "not found"."""
    answer = await client.post("/match", json=UNDERTOW)
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("blocked: ")


@pytest.mark.anyio
async def test_clients_share_one_matcher(client: httpx.AsyncClient, fake: FakeBeatport) -> None:
    """An equal query of another client is answered from memory."""
    first, second = [await client.post("/match", json=UNDERTOW) for _ in range(2)]
    assert first.text == second.text
    assert len(fake.requests) == 1


@pytest.mark.anyio
async def test_a_disconnect_cancels_the_requests_of_its_client_only(app: Any) -> None:
    beatport = GatedBeatport(lambda query: True)
    gone = anyio.Event()
    statuses: list[int] = []

    async def ask(title: str, disconnected: anyio.Event) -> None:
        bodies = [{"type": "http.request", "body": json.dumps({"title": title}).encode()}]

        async def receive() -> dict[str, Any]:
            if bodies:
                return bodies.pop()
            await disconnected.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if "status" in message:
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/match", "query_string": b""}
        scope |= {"headers": [(b"content-type", b"application/json")]}
        await app(scope, receive, send)

    async with (
        beatport.client() as http_client,
        AsyncMatcher(UNPACED, http_client=http_client) as app.state.matcher,
        anyio.create_task_group() as group,
    ):
        group.start_soon(ask, SLOW_ONES[0], gone)
        group.start_soon(ask, SLOW_ONES[1], anyio.Event())
        await until(lambda: beatport.waiting >= 2)
        before = beatport.waiting
        gone.set()
        await until(lambda: beatport.waiting < before)
        await until(lambda: statuses)
        assert statuses == [499]
        assert beatport.waiting
        beatport.gate.set()
    assert statuses == [499, 200]
