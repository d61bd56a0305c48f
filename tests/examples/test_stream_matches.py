"""The web service among the examples: what it says to good input, to bad, and to nobody."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import httpx
import pytest

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport, demo_collection

pytest.importorskip("starlette", reason='the web example needs Starlette: pip install -e ".[web]"')
pytest.importorskip("uvicorn", reason='the web example needs uvicorn: pip install -e ".[web]"')

FILE = Path(__file__).parents[2] / "examples" / "stream_matches" / "service.py"
with demo_collection() as path:
    DEMO = [str(track) for track in read_playlist(path)]


@pytest.fixture
def anyio_backend() -> str:
    """uvicorn, which serves it, knows no other loop."""
    return "asyncio"


@pytest.fixture
def service() -> ModuleType:
    """The example, as uvicorn would import it."""
    spec = importlib.util.spec_from_file_location("service", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBeatport]:
    """A Beatport that answers slowly enough to leave in the middle."""
    fake = FakeBeatport(latency_s=0.02)
    with fake.serve() as base_url:
        monkeypatch.setenv("BEATPORT_MATCH_BASE_URL", base_url)
        monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "200")
        yield fake


async def sent(service: ModuleType, *bodies: bytes) -> list[httpx.Response]:
    """The answers to some uploads in the life of one app."""
    async with service.app.router.lifespan_context(service.app) as state:

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await service.app({**scope, "state": state}, receive, send)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await client.post("/match", content=body) for body in bodies]


@pytest.mark.anyio
async def test_a_line_of_json_for_each_track(service: ModuleType, fake: FakeBeatport) -> None:
    """service: "matches as they come", one line of JSON each, which says whose it is."""
    body = "\n".join(["Olvarin - Undertow", "Nobody - Nothing at All", DEMO[1]]).encode()
    (answer,) = await sent(service, body)
    assert answer.headers["content-type"] == "application/x-ndjson"
    said = {one["line"]: one for one in map(json.loads, answer.text.splitlines())}
    assert {line: one["outcome"] for line, one in said.items()} == {
        "1": "matched",
        "2": "not_found",
        "3": "matched",
    }
    assert "/track/undertow/" in said["1"]["url"]
    assert said["2"]["url"] is None


@pytest.mark.anyio
async def test_one_matcher_for_all_clients(service: ModuleType, fake: FakeBeatport) -> None:
    """service: its clients share "what it has heard": an equal question is asked once."""
    first, second = await sent(service, b"Olvarin - Undertow", b"Olvarin - Undertow\n")
    assert first.text == second.text
    assert len(fake.requests) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\n", 400),
        (b"Olvarin - Undertow\n \nX - Y", 400),
        (b"Olvarin \xff Undertow", 400),
        (b"x" * (64 * 1024 + 1), 413),
    ],
)
async def test_bad_input_is_one_sentence(
    service: ModuleType, fake: FakeBeatport, body: bytes, status: int
) -> None:
    """service: what is no list of tracks, or too large, is a 4xx that says so; nothing is asked."""
    (answer,) = await sent(service, body)
    assert answer.status_code == status
    assert answer.text.startswith("Send ")
    assert "\n" not in answer.text
    assert not fake.requests


@pytest.mark.anyio
@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_a_client_that_leaves_ends_the_asking(
    service: ModuleType, fake: FakeBeatport, spec_version: str
) -> None:
    """Lines: "nothing more is asked for a client that is gone", whether the server says so (ASGI
    2.3) or the next line cannot be sent (2.4)."""
    gone = anyio.Event()
    body = "\n".join(DEMO).encode()
    uploads = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if uploads:
            return uploads.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if gone.is_set() and spec_version == "2.4":
            raise OSError("the client is gone")
        if message.get("body"):
            gone.set()

    scope = {"type": "http", "method": "POST", "path": "/match", "headers": []}
    scope |= {"query_string": b"", "asgi": {"version": "3.0", "spec_version": spec_version}}
    async with service.app.router.lifespan_context(service.app) as state:
        # Kept, as a server that logs it would: what it holds must not go on asking.
        kept: list[Exception] = []
        try:
            await service.app({**scope, "state": state}, receive, send)
        except Exception as disconnected:  # noqa: BLE001 - whichever Starlette raises, if any
            kept.append(disconnected)
        asked = len(fake.requests)
        await anyio.sleep(0.3)
        assert len(fake.requests) == asked
    assert 0 < asked < len(DEMO) / 2


def test_over_real_sockets(
    service: ModuleType, fake: FakeBeatport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with uvicorn: lines arrive before the last is known, and leaving ends the asking."""
    import socket

    import uvicorn

    # So slow that a busy machine does not come to the end before the first line is read.
    monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "5")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/match"
    server = uvicorn.Server(uvicorn.Config(service.app, log_level="warning"))
    serving = threading.Thread(target=server.run, args=([listener],))
    serving.start()
    try:
        with httpx.stream("POST", url, content="\n".join(DEMO)) as answer:
            assert json.loads(next(answer.iter_lines()))["outcome"]
            assert len(fake.requests) < len(DEMO)
    finally:
        # It goes when what it was doing has ended.
        server.should_exit = True
        serving.join()
    assert len(fake.requests) < len(DEMO)
