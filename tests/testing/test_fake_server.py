"""The real server: many connections at once, keep-alive, and a clean shutdown."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import anyio
import httpx
import pytest
from held_requests import until

from beatport_match.testing import FakeBeatport, always
from beatport_match.testing.messages import MAX_REQUEST_BODY_BYTES, PendingReply, Request

SEARCH = "/search/tracks?q=olvarin"
pytestmark = pytest.mark.filterwarnings("error")


def server_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("fake-beatport")]


def test_parallel_requests_overlap_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request is answered before all forty are in flight."""
    fake, all_arrived = FakeBeatport(), threading.Barrier(40)
    record = fake._record

    @contextmanager
    def record_with_others(request: Request) -> Iterator[PendingReply]:
        with record(request) as pending:
            all_arrived.wait(60)
            yield pending

    monkeypatch.setattr(fake, "_record", record_with_others)
    limits = httpx.Limits(max_connections=40)
    with (
        fake.serve() as url,
        httpx.Client(base_url=url, limits=limits) as client,
        ThreadPoolExecutor(40) as pool,
    ):
        replies = list(pool.map(client.get, [f"{SEARCH}+{n}" for n in range(40)]))
    assert {reply.status_code for reply in replies} == {200}
    assert fake.peak_in_flight == 40
    assert len(fake.requests) == 40


def test_parallel_requests_overlap_on_the_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delay of an async answer does not block the event loop."""
    fake, delays = FakeBeatport(latency_s=0.05, jitter_s=0.01), list[float]()

    async def sleep(seconds: float) -> None:
        if seconds > 0:  # 0 is the pause between two pieces of a body
            delays.append(seconds)
            await until(lambda: len(delays) % 32 == 0)

    monkeypatch.setattr("beatport_match.testing.transport.anyio.sleep", sleep)

    async def run() -> None:
        async with (
            httpx.AsyncClient(transport=fake.transport(), base_url="http://fake") as client,
            anyio.create_task_group() as group,
        ):
            for n in range(32):
                group.start_soon(client.get, f"{SEARCH}+{n}")

    for backend in ("asyncio", "trio"):
        anyio.run(run, backend=backend)
    assert fake.peak_in_flight == 32
    assert all(0.05 <= seconds <= 0.06 for seconds in delays)
    assert [request.status for request in fake.requests] == [200] * 64


def test_a_cancelled_request_is_no_longer_in_flight() -> None:
    fake = FakeBeatport(faults=always("hang"))

    async def give_up() -> None:
        async with httpx.AsyncClient(transport=fake.transport(), timeout=None) as client:
            sent = len(fake.requests)
            async with anyio.create_task_group() as group:
                group.start_soon(client.get, f"http://fake{SEARCH}")
                await until(lambda: len(fake.requests) > sent)
                group.cancel_scope.cancel()

    for _ in range(3):
        anyio.run(give_up)
    assert fake.peak_in_flight == 1


def test_connections_are_kept_alive() -> None:
    """One connection serves many requests, also after an error."""
    fake = FakeBeatport()
    with (
        fake.serve() as url,
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw,
    ):
        for path in (SEARCH, "/nowhere", SEARCH):
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = b""
            while b"\r\n\r\n" not in head:
                head += raw.recv(1)
            assert b"connection: close" not in head
            left = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            while left:
                left -= len(raw.recv(left))
    assert [request.status for request in fake.requests] == [200, 404, 200]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_a_405(method: str) -> None:
    """The connection stays usable."""
    with FakeBeatport().serve() as url, httpx.Client(base_url=url) as client:
        assert client.request(method, "/search", content=b"x" * 10).status_code == 405
        assert client.get(SEARCH).status_code == 200


def raw_answers(url: str, request: bytes) -> bytes:
    """Return all bytes that the server sends for raw requests until the connection ends."""
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw:
        raw.sendall(request)
        with suppress(OSError):  # the server may have ended the connection
            raw.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: raw.recv(65_536), b""))


def test_the_body_of_a_request_is_not_parsed_as_the_next_request() -> None:
    post = b"POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n"
    smuggled = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".ljust(40, b"!")
    fake = FakeBeatport()
    with fake.serve() as url:
        answers = raw_answers(url, post + smuggled + f"GET {SEARCH} HTTP/1.1\r\n\r\n".encode())
    assert answers.count(b"HTTP/1.1 ") == 2
    assert [request.status for request in fake.requests] == [405, 200]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (f"Content-Length: {2 * MAX_REQUEST_BODY_BYTES}", b"x" * 2 * MAX_REQUEST_BODY_BYTES),
        ("Content-Length: 99999999999999", b""),
        ("Content-Length: some", b"x"),
        ("Content-Length: -1", b"x"),
        ("Transfer-Encoding: chunked", b"1\r\nx\r\n0\r\n\r\n"),
    ],
    ids=["long", "longer", "some", "negative", "chunked"],
)
def test_a_body_without_a_small_size_ends_the_connection(header: str, body: bytes) -> None:
    """The unread bytes would be parsed as the next request."""
    fake = FakeBeatport()
    request = f"GET {SEARCH} HTTP/1.1\r\n{header}\r\n\r\n".encode()
    # A connection that ends with unread bytes is reset, maybe before the client reads the answer.
    with fake.serve() as url, suppress(ConnectionError):
        answer = raw_answers(url, request + body)
        assert answer.partition(b"\r\n\r\n")[2] == fake.respond("GET", SEARCH).body
    assert fake.requests == ((SEARCH, 200),)


@pytest.mark.parametrize("client_state", ["idle", "hanging", "waiting"])
def test_closing_leaves_no_thread_and_no_socket(client_state: str, capfd) -> None:
    """This also holds while clients are connected; nothing is printed."""
    fake = FakeBeatport(
        faults=always("hang") if client_state == "hanging" else None,
        latency_s=60.0 if client_state == "waiting" else 0.0,
    )
    with fake.serve() as url:
        port = int(url.rsplit(":", 1)[1])
        raw = socket.create_connection(("127.0.0.1", port))
        raw.sendall(f"GET {SEARCH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not fake.requests:
            threading.Event().wait(0.001)
        assert len(server_threads()) == 2
    assert server_threads() == []
    with raw, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    del raw
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_a_fake_can_be_served_twice_and_again() -> None:
    """All servers of a fake share its request log."""
    fake = FakeBeatport()
    with fake.serve() as one, fake.serve() as two:
        assert one != two
        assert httpx.get(one + SEARCH).content == httpx.get(two + SEARCH).content
    with fake.serve() as again:
        assert httpx.get(again + SEARCH).status_code == 200
    assert len(fake.requests) == 3


def test_the_server_stops_when_the_block_raises() -> None:
    with pytest.raises(KeyError), FakeBeatport().serve():
        raise KeyError
    assert server_threads() == []
