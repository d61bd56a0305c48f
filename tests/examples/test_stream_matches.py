"""The web service example: valid input, invalid input, and clients that disconnect."""

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
from modes import tasks

from beatport_match import read_playlist
from beatport_match.testing import FakeBeatport, demo_collection

pytest.importorskip("starlette", reason='the web example needs Starlette: pip install -e ".[web]"')
pytest.importorskip("uvicorn", reason='the web example needs uvicorn: pip install -e ".[web]"')

FILE = Path(__file__).parents[2] / "examples" / "stream_matches" / "service.py"
with demo_collection() as path:
    DEMO = [str(track) for track in read_playlist(path)]


@pytest.fixture
def anyio_backend() -> str:
    """uvicorn, which runs the service, supports only asyncio."""
    return "asyncio"


@pytest.fixture
def service() -> ModuleType:
    """The example, imported as uvicorn imports it."""
    spec = importlib.util.spec_from_file_location("service", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBeatport]:
    """A fake Beatport that answers so slowly that a client can disconnect in the middle."""
    fake = FakeBeatport(latency_s=0.02)
    with fake.serve() as base_url:
        monkeypatch.setenv("BEATPORT_MATCH_BASE_URL", base_url)
        monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "200")
        yield fake


async def responses(service: ModuleType, *bodies: bytes) -> list[httpx.Response]:
    """Send several uploads to one running app and return its responses."""
    async with service.app.router.lifespan_context(service.app) as state:

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await service.app({**scope, "state": state}, receive, send)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await client.post("/match", content=body) for body in bodies]


@pytest.mark.anyio
async def test_each_track_gives_one_line_of_json(service: ModuleType, fake: FakeBeatport) -> None:
    """Matches come in any order; each line names the line of its track."""
    body = "\n".join(["Olvarin - Undertow", "Nobody - Nothing at All", DEMO[1]]).encode()
    (answer,) = await responses(service, body)
    assert answer.headers["content-type"] == "application/x-ndjson"
    found = {one["line"]: one for one in map(json.loads, answer.text.splitlines())}
    assert {line: one["outcome"] for line, one in found.items()} == {
        "1": "matched",
        "2": "not_found",
        "3": "matched",
    }
    assert "/track/undertow/" in found["1"]["url"]
    assert found["2"]["url"] is None


@pytest.mark.anyio
async def test_clients_share_one_matcher(service: ModuleType, fake: FakeBeatport) -> None:
    """An equal query of another client is answered from memory."""
    first, second = await responses(service, b"Olvarin - Undertow", b"Olvarin - Undertow\n")
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
async def test_invalid_input_gets_a_4xx_with_one_sentence(
    service: ModuleType, fake: FakeBeatport, body: bytes, status: int
) -> None:
    """No request is sent to Beatport for it."""
    (answer,) = await responses(service, body)
    assert answer.status_code == status
    assert answer.text.startswith("Send ")
    assert "\n" not in answer.text
    assert not fake.requests


@pytest.mark.anyio
@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_no_request_is_sent_after_the_client_disconnected(
    service: ModuleType, fake: FakeBeatport, spec_version: str
) -> None:
    """The server reports a closed connection (ASGI 2.3), or the next send fails (ASGI 2.4)."""
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
            raise OSError("the client disconnected")
        if message.get("body"):
            gone.set()

    scope = {"type": "http", "method": "POST", "path": "/match", "headers": []}
    scope |= {"query_string": b"", "asgi": {"version": "3.0", "spec_version": spec_version}}
    async with service.app.router.lifespan_context(service.app) as state:
        # A server that logs the exception keeps it alive; its frames must not send more requests.
        kept: list[Exception] = []
        before = tasks()
        try:
            await service.app({**scope, "state": state}, receive, send)
        except Exception as disconnected:  # noqa: BLE001 - Starlette may raise any exception, or none
            kept.append(disconnected)
        # Only a task of the run could send another request.
        assert tasks() == before
    assert 0 < len(fake.requests) < len(DEMO) / 2


def test_lines_are_streamed_over_real_sockets(
    service: ModuleType, fake: FakeBeatport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With uvicorn, the first lines arrive before the run ends, and a disconnect ends the run."""
    import socket

    import uvicorn

    # So slow that the run cannot end before the first line is read, even on a busy machine.
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
        # The server exits when its open requests have ended.
        server.should_exit = True
        serving.join()
    assert len(fake.requests) < len(DEMO)
