"""The fake Beatport as an `httpx` transport, for sync and async clients alike: no socket at all.

Waiting is done in the client's own colour, and a client that waits less long than the fake takes
meets `httpx.ReadTimeout`, as it would on the wire.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import anyio
import httpx

from beatport_match.testing.faults import inside_data
from beatport_match.testing.request_log import (
    BODY_PIECES,
    HANG_S,
    MAX_BODY_BYTES,
    PendingReply,
    RequestLog,
    body_pieces,
)


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Give it to a client: `httpx.Client(transport=…)` or `httpx.AsyncClient(transport=…)`."""

    def __init__(self, book: RequestLog) -> None:
        self._book = book

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a sync client."""
        with self._book.record(*_as_fake_request(request, request.read())) as visit:
            wait_s, ending = _ending(request, visit)
            time.sleep(wait_s)
            return _as_httpx_response(ending)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an async client on any event loop that anyio knows."""
        with self._book.record(*_as_fake_request(request, await request.aread())) as visit:
            wait_s, ending = _ending(request, visit)
            await anyio.sleep(wait_s)
            return _as_httpx_response(ending)


class _SlowBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces with pauses between them, that may end in an error."""

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


def _as_fake_request(request: httpx.Request, body: bytes) -> tuple[str, str, dict[str, str], bytes]:
    target = request.url.raw_path.decode("ascii")
    return request.method, target, dict(request.headers), body[:MAX_BODY_BYTES]


def _as_httpx_response(ending: httpx.Response | httpx.TransportError) -> httpx.Response:
    if isinstance(ending, httpx.TransportError):
        raise ending
    return ending


def _ending(
    request: httpx.Request, visit: PendingReply
) -> tuple[float, httpx.Response | httpx.TransportError]:
    """How long to wait, and what happens then."""
    delivery = visit.reply.delivery
    pause_s = HANG_S if delivery == "hang" else visit.pause_s
    patience_s = _read_timeout(request)
    if delivery == "hang" or pause_s > patience_s:
        late = httpx.ReadTimeout("The fake Beatport did not answer in time.", request=request)
        return min(pause_s, patience_s), late
    if delivery == "reset":
        return pause_s, httpx.ReadError("The fake Beatport hung up.", request=request)
    return pause_s, _response(request, visit)


def _response(request: httpx.Request, visit: PendingReply) -> httpx.Response:
    status, headers, body, delivery = visit.reply
    headers = (*headers, ("content-length", str(len(body))))
    if delivery == "cut":
        short = httpx.RemoteProtocolError("The fake Beatport broke off.", request=request)
        stream = _SlowBody([body[: inside_data(body)]], 0.0, short)
        return httpx.Response(status, headers=headers, stream=stream)
    if delivery == "slow":
        gap_s = visit.body_s / BODY_PIECES
        if gap_s > _read_timeout(request):
            late = httpx.ReadTimeout("The fake Beatport was too slow.", request=request)
            return httpx.Response(status, headers=headers, stream=_SlowBody([], 0.0, late))
        return httpx.Response(
            status, headers=headers, stream=_SlowBody(body_pieces(body), gap_s, None)
        )
    # Not as `content`, which httpx would unpack here and now, bombs too.
    return httpx.Response(status, headers=headers, stream=_SlowBody([body], 0.0, None))


def _read_timeout(request: httpx.Request) -> float:
    read = request.extensions.get("timeout", {}).get("read")
    return float("inf") if read is None else float(read)
