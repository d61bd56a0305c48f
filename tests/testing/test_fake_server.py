"""The real server: many connections at once, kept alive, and nothing left behind."""

from __future__ import annotations

import gc
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import anyio
import httpx
import pytest

from beatport_match.testing import FakeBeatport, always
from beatport_match.testing.request_log import MAX_BODY_BYTES

SEARCH = "/search/tracks?q=olvarin"
pytestmark = pytest.mark.filterwarnings("error")


def visitors() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("fake-beatport")]


def test_32_parallel_requests_overlap_on_the_server() -> None:
    """Works with 32 and more parallel connections."""
    # Long enough for forty threads to come together, also on a machine that is busy elsewhere.
    fake = FakeBeatport(latency_s=1.5)
    limits = httpx.Limits(max_connections=40)
    with (
        fake.serve() as url,
        httpx.Client(base_url=url, limits=limits) as client,
        ThreadPoolExecutor(40) as pool,
    ):
        replies = list(pool.map(client.get, [f"{SEARCH}+{n}" for n in range(40)]))
    assert {reply.status_code for reply in replies} == {200}
    assert fake.peak_in_flight >= 32
    assert len(fake.requests) == 40


def test_32_parallel_requests_overlap_on_the_transport() -> None:
    """Latency in async must not block the loop."""
    fake = FakeBeatport(latency_s=0.05, jitter_s=0.01)

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
    assert [request.status for request in fake.requests] == [200] * 64


def test_a_cancelled_visitor_leaves_the_shop() -> None:
    """`peak_in_flight` counts those being answered, not those who went."""
    fake = FakeBeatport(faults=always("hang"))

    async def give_up() -> None:
        async with httpx.AsyncClient(transport=fake.transport(), timeout=None) as client:
            with anyio.move_on_after(0.01):
                await client.get(f"http://fake{SEARCH}")

    for _ in range(3):
        anyio.run(give_up)
    assert fake.peak_in_flight == 1


def test_connections_are_kept_alive() -> None:
    """A real HTTP/1.1 keep-alive server: one connection serves many requests, errors included."""
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
def test_other_methods_are_refused(method: str) -> None:
    """Other methods 405, and the connection stays usable for the client."""
    with FakeBeatport().serve() as url, httpx.Client(base_url=url) as client:
        assert client.request(method, "/search", content=b"x" * 10).status_code == 405
        assert client.get(SEARCH).status_code == 200


def said(url: str, request: bytes) -> bytes:
    """Everything that a raw request is answered with until the connection ends or says no more."""
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw:
        raw.sendall(request)
        raw.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: raw.recv(65_536), b""))


def test_a_body_is_read_and_the_connection_goes_on() -> None:
    """The server hands on the request's body, and takes no byte of it for the next request."""
    post = b"POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n"
    smuggled = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".ljust(40, b"!")
    fake = FakeBeatport()
    with fake.serve() as url:
        answers = said(url, post + smuggled + f"GET {SEARCH} HTTP/1.1\r\n\r\n".encode())
    assert answers.count(b"HTTP/1.1 ") == 2
    assert [request.status for request in fake.requests] == [405, 200]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (f"Content-Length: {2 * MAX_BODY_BYTES}", b"x" * 2 * MAX_BODY_BYTES),
        ("Content-Length: 99999999999999", b""),
        ("Content-Length: some", b"x"),
        ("Content-Length: -1", b"x"),
        ("Transfer-Encoding: chunked", b"1\r\nx\r\n0\r\n\r\n"),
    ],
    ids=["long", "longer", "some", "negative", "chunked"],
)
def test_a_body_without_a_small_size_ends_the_connection(header: str, body: bytes) -> None:
    """Small, bounded: what is left unread would be taken for the next request."""
    fake = FakeBeatport()
    ask = f"GET {SEARCH} HTTP/1.1\r\n{header}\r\n\r\n".encode()
    # A connection that ends with bytes unread is reset, maybe before its answer has been taken.
    with fake.serve() as url, suppress(ConnectionError):
        answer = said(url, ask + body)
        assert answer.partition(b"\r\n\r\n")[2] == fake.respond("GET", SEARCH).body
    assert fake.requests == ((SEARCH, 200),)


@pytest.mark.parametrize("leaving", ["idle", "hanging", "waiting"])
def test_closing_leaves_no_thread_and_no_socket(leaving: str, capfd) -> None:
    """Closes cleanly, whoever still hangs on: no thread, no open port, no noise, no warning."""
    fake = FakeBeatport(
        faults=always("hang") if leaving == "hanging" else None,
        latency_s=60.0 if leaving == "waiting" else 0.0,
    )
    with fake.serve() as url:
        port = int(url.rsplit(":", 1)[1])
        raw = socket.create_connection(("127.0.0.1", port))
        raw.sendall(f"GET {SEARCH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not fake.requests:
            threading.Event().wait(0.001)
        assert len(visitors()) == 2
    assert visitors() == []
    with raw, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    del raw
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_a_fake_can_be_served_again_and_twice_at_once() -> None:
    """Each `serve` is a server of its own; the book is the fake's."""
    fake = FakeBeatport()
    with fake.serve() as one, fake.serve() as two:
        assert one != two
        assert httpx.get(one + SEARCH).content == httpx.get(two + SEARCH).content
    with fake.serve() as again:
        assert httpx.get(again + SEARCH).status_code == 200
    assert len(fake.requests) == 3


def test_the_server_is_stopped_when_the_block_fails() -> None:
    """An error in the user's block comes through, and the server is gone."""
    with pytest.raises(KeyError), FakeBeatport().serve():
        raise KeyError
    assert visitors() == []
