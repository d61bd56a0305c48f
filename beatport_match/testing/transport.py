"""The fake as an httpx transport for sync and async clients; it opens no socket.

The transport sleeps with `time.sleep` for a sync client and with `anyio.sleep` for an async one. A
client whose timeout is shorter than the delay gets `httpx.ReadTimeout`, as it would from a real
server.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import anyio
import httpx

from beatport_match.testing.messages import (
    MAX_REQUEST_BODY_BYTES,
    PendingReply,
    RecordRequest,
    Request,
)


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answer the requests of an `httpx.Client` or `httpx.AsyncClient` in this process.

    `FakeBeatport.transport()` makes one.

    Example:
        ```python
        import httpx
        client = httpx.AsyncClient(transport=FakeBeatport().transport())
        ```
    """

    def __init__(self, record: RecordRequest) -> None:
        self._record = record

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client; httpx calls this."""
        with self._record(_request(request, request.read())) as pending:
            time.sleep(min(pending.pause_s, _read_timeout_s(request)))
            return _response(request, pending)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client, on asyncio or trio; httpx calls this."""
        with self._record(_request(request, await request.aread())) as pending:
            await anyio.sleep(min(pending.pause_s, _read_timeout_s(request)))
            return _response(request, pending)


class _PacedBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces with pauses between them; an error may follow the last piece."""

    def __init__(self, pieces: list[bytes], gap_s: float, error: httpx.TransportError | None):
        self._pieces, self._gap_s, self._error = pieces, gap_s, error

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if self._gap_s:
                time.sleep(self._gap_s)
            yield piece
        if self._error:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            await anyio.sleep(self._gap_s)
            yield piece
        if self._error:
            raise self._error


def _request(request: httpx.Request, body: bytes) -> Request:
    target = request.url.raw_path.decode("ascii")
    return Request(request.method, target, dict(request.headers), body[:MAX_REQUEST_BODY_BYTES])


def _response(request: httpx.Request, pending: PendingReply) -> httpx.Response:
    """Return the response after the delay, or raise the error that the client gets in its place."""
    reply, timeout_s = pending.reply, _read_timeout_s(request)
    if reply.delivery == "hang" or pending.pause_s > timeout_s:
        raise httpx.ReadTimeout("The fake Beatport did not answer in time.", request=request)
    if reply.delivery == "reset":
        raise httpx.ReadError("The fake Beatport reset the connection.", request=request)
    # A stream, not `content`: httpx would decompress `content` at once, also a gzip bomb.
    stream = _PacedBody(pending.pieces, pending.gap_s, None)
    if reply.delivery == "cut":
        text = "The fake Beatport closed the connection inside the body."
        cut = httpx.RemoteProtocolError(text, request=request)
        stream = _PacedBody(pending.pieces, 0.0, cut)
    elif pending.gap_s > timeout_s:
        text = "The fake Beatport sent the body too slowly."
        stream = _PacedBody([], 0.0, httpx.ReadTimeout(text, request=request))
    headers = (*reply.headers, ("content-length", str(len(reply.body))))
    return httpx.Response(reply.status, headers=headers, stream=stream)


def _read_timeout_s(request: httpx.Request) -> float:
    read = request.extensions.get("timeout", {}).get("read")
    return float("inf") if read is None else float(read)
