"""The fake as an httpx transport for sync and async clients; it opens no socket.

The transport sleeps in the way of the client: `time.sleep` for a sync client, `anyio.sleep` for an
async one. A client whose timeout is shorter than the delay gets `httpx.ReadTimeout`, as it would
from a real server.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import anyio
import httpx

from beatport_match.testing.faults import middle_of_data
from beatport_match.testing.request_log import (
    BODY_PIECES,
    HANG_S,
    MAX_BODY_BYTES,
    PendingReply,
    RequestLog,
    body_pieces,
)


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answer the requests of an `httpx.Client` or `httpx.AsyncClient` in this process.

    `FakeBeatport.transport()` makes one.

    Example:
        ```python
        client = httpx.AsyncClient(transport=FakeBeatport().transport())
        ```
    """

    def __init__(self, log: RequestLog) -> None:
        self._log = log

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client; httpx calls this."""
        with self._log.record(*_request_parts(request, request.read())) as pending:
            wait_s, ending = _ending(request, pending)
            time.sleep(wait_s)
            return _response_or_raise(ending)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client, on asyncio or trio; httpx calls this."""
        with self._log.record(*_request_parts(request, await request.aread())) as pending:
            wait_s, ending = _ending(request, pending)
            await anyio.sleep(wait_s)
            return _response_or_raise(ending)


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


def _request_parts(request: httpx.Request, body: bytes) -> tuple[str, str, dict[str, str], bytes]:
    """Return the arguments of `RequestLog.record`."""
    target = request.url.raw_path.decode("ascii")
    return request.method, target, dict(request.headers), body[:MAX_BODY_BYTES]


def _response_or_raise(ending: httpx.Response | httpx.TransportError) -> httpx.Response:
    if isinstance(ending, httpx.TransportError):
        raise ending
    return ending


def _ending(
    request: httpx.Request, pending: PendingReply
) -> tuple[float, httpx.Response | httpx.TransportError]:
    """Return how long to wait, and the response or the error that follows."""
    delivery = pending.reply.delivery
    pause_s = HANG_S if delivery == "hang" else pending.pause_s
    timeout_s = _read_timeout_s(request)
    if delivery == "hang" or pause_s > timeout_s:
        error = httpx.ReadTimeout("The fake Beatport did not answer in time.", request=request)
        return min(pause_s, timeout_s), error
    if delivery == "reset":
        return pause_s, httpx.ReadError("The fake Beatport reset the connection.", request=request)
    return pause_s, _response(request, pending)


def _response(request: httpx.Request, pending: PendingReply) -> httpx.Response:
    status, headers, body, delivery = pending.reply
    headers = (*headers, ("content-length", str(len(body))))
    if delivery == "cut":
        error = httpx.RemoteProtocolError(
            "The fake Beatport closed the connection inside the body.", request=request
        )
        stream = _PacedBody([body[: middle_of_data(body)]], 0.0, error)
        return httpx.Response(status, headers=headers, stream=stream)
    if delivery == "slow":
        gap_s = pending.body_s / BODY_PIECES
        if gap_s > _read_timeout_s(request):
            late = httpx.ReadTimeout("The fake Beatport sent the body too slowly.", request=request)
            return httpx.Response(status, headers=headers, stream=_PacedBody([], 0.0, late))
        return httpx.Response(
            status, headers=headers, stream=_PacedBody(body_pieces(body), gap_s, None)
        )
    # A stream, not `content`: httpx would decompress `content` at once, also a gzip bomb.
    return httpx.Response(status, headers=headers, stream=_PacedBody([body], 0.0, None))


def _read_timeout_s(request: httpx.Request) -> float:
    read = request.extensions.get("timeout", {}).get("read")
    return float("inf") if read is None else float(read)
