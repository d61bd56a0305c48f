"""What both pairs of hands know about an HTTP client: how to make one, and how to read it.

A client is met through one method, `get(url, headers=…, params=…)`, so that an `httpx` or an
`httpx2` client serves. Their exceptions are told apart by name for the same reason. Where a client
can `stream` as those two can, its answers are unpacked and bounded here, piece by piece. `httpx` is
imported when a client is made: importing this library must stay quick.
"""

from __future__ import annotations

import inspect
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import anyio

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.client_pool import ClientPool

if TYPE_CHECKING:
    import httpx


class HttpResponse(Protocol):
    """What we read of a client's response."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def url(self) -> object: ...


class HttpClient(Protocol):
    """A sync client; `get` returns an `HttpResponse`."""

    def get(self, url: str, *, params: Any = ..., headers: Any = ...) -> Any: ...


class AsyncHttpClient(Protocol):
    """An async client; `get` returns an awaitable of an `HttpResponse`."""

    async def get(self, url: str, *, params: Any = ..., headers: Any = ...) -> Any: ...


# What `httpx` and `httpx2` give to read an answer piece by piece.
Stream: TypeAlias = Callable[..., AbstractContextManager[Any]]
AsyncStream: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


def new_client(settings: MatchSettings) -> httpx.Client:
    """Our own sync client."""
    import httpx

    return httpx.Client(**_options(settings))


def new_async_client(settings: MatchSettings) -> ClientPool:
    """Our own async client."""
    import httpx

    options = _options(settings) | {
        # Shared by all of them: certificates take long to load, and a cookie is the visitor's.
        "verify": httpx.create_ssl_context(),
        "cookies": httpx.Cookies().jar,
        # No bound but ours: a place that a broken-off request left taken would block its client.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=1),
    }
    return ClientPool(partial(httpx.AsyncClient, **options), settings.max_connections)


def is_async(client: HttpClient | AsyncHttpClient) -> bool:
    """Whether a client's `get` has to be awaited."""
    return inspect.iscoroutinefunction(client.get)


def require_client_kind(client: HttpClient | AsyncHttpClient, *, asynchronous: bool) -> None:
    """Refuse a client of the wrong colour before a request goes out.

    Raises:
        MisuseError: The client is of the other colour.
    """
    if is_async(client) != asynchronous:
        want, got = ("an async", "a sync") if asynchronous else ("a sync", "an async")
        raise MisuseError(f"http_client must be {want} client here, not {got} one.")


def get(client: HttpClient, request: Request, total_s: float) -> Response | Failure:
    """Send a request and read the answer, within so many seconds in all.

    The time is looked at between two pieces of the body: one wait for the wire may come on top.
    """
    try:
        stream: Stream | None = getattr(client, "stream", None)
        if stream is None:
            return _ready(_plain(client, request)(request.url, **_arguments(request)), request)
        until = time.monotonic() + total_s
        with stream(*_request_arguments(request), **_streaming(request)) as response:
            if response.is_stream_consumed:
                return _ready(response, request)
            body = _body(response, request)
            for piece in response.iter_raw():
                if not body.feed(piece):
                    break
                if time.monotonic() > until:
                    return _timed_out(request, total_s)
            return _read(response, body.finish())
    except Exception as error:  # noqa: BLE001 - `_read_error` raises what is not the client's
        return _read_error(error, request)


async def aget(
    client: AsyncHttpClient | ClientPool, request: Request, total_s: float
) -> Response | Failure:
    """Send a request and read the answer, within so many seconds in all."""
    body: BoundedDecoder | None = None
    try:
        with anyio.move_on_after(total_s) as scope:
            stream: AsyncStream | None = getattr(client, "stream", None)
            if stream is None:
                assert not isinstance(client, ClientPool)
                came = await _plain(client, request)(request.url, **_arguments(request))
                return _ready(came, request)
            async with stream(*_request_arguments(request), **_streaming(request)) as response:
                if response.is_stream_consumed:
                    return _ready(response, request)
                body = _body(response, request)
                async for piece in response.aiter_raw():
                    if not body.feed(piece):
                        # Breaking off would leave the client's generators to the collector.
                        scope.cancel()
                return _read(response, body.finish())
    except Exception as error:  # noqa: BLE001 - `_read_error` raises what is not the client's
        return _read_error(error, request)
    return (body.failure if body else None) or _timed_out(request, total_s)


class RequestFailedError(Exception):
    """How a client of our own making hands on a `failure` it was told."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _body(response: HttpResponse, request: Request) -> BoundedDecoder:
    return BoundedDecoder(request.url, response.headers.get("content-encoding", ""))


def _ready(response: HttpResponse, request: Request) -> Response | Failure:
    """An answer whose body the client has read and unpacked already."""
    body = response.content
    return _read(response, too_large(len(body), request.url) or body)


def _read(response: HttpResponse, body: bytes | Failure) -> Response | Failure:
    """A client's response as a value; header names in lower case."""
    if isinstance(body, Failure):
        return body
    return Response(
        status=response.status_code,
        url=str(response.url),
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
    )


def _read_error(error: Exception, request: Request) -> Failure:
    """A client's exception as a value; a bug is raised again, bare."""
    if isinstance(error, RequestFailedError):
        return error.failure
    names = {kind.__name__ for kind in type(error).__mro__}
    said = str(error) or type(error).__name__
    if "TimeoutException" in names:
        return Failure("timeout", f"no answer in time ({type(error).__name__})", request.url)
    if names & {"TransportError", "DecodingError", "TooManyRedirects", "StreamError", "InvalidURL"}:
        return Failure("network", said, request.url)
    raise error


def _timed_out(request: Request, total_s: float) -> Failure:
    return Failure("timeout", f"no whole answer within {total_s:g} s", request.url)


def _plain(client: HttpClient | AsyncHttpClient, request: Request) -> Callable[..., Any]:
    """The method of a client that cannot stream."""
    if not request.form:
        return client.get
    post: Callable[..., Any] | None = getattr(client, "post", None)
    if post is None:
        why = "the http_client has no `post`, without which no token can be renewed"
        raise RequestFailedError(Failure("auth", why, request.url))
    return post


def _request_arguments(request: Request) -> tuple[str, str]:
    """The method and the address."""
    return "POST" if request.form else "GET", request.url


def _arguments(request: Request) -> dict[str, Any]:
    """A request as the keyword arguments of `get` or `post`."""
    given = {"params": dict(request.params) or None, "headers": dict(request.headers)}
    return given | ({"data": dict(request.form)} if request.form else {})


def _streaming(request: Request) -> dict[str, Any]:
    """The same for `stream`, which we unpack ourselves and never let wander off."""
    given = _arguments(request)
    headers = {**given["headers"], "Accept-Encoding": ACCEPTED}
    return {**given, "headers": headers, "follow_redirects": False}


def _options(settings: MatchSettings) -> dict[str, Any]:
    import httpx

    limits = httpx.Limits(
        max_connections=settings.max_connections,
        max_keepalive_connections=settings.max_connections,
    )
    # Redirects are `exchange`'s to follow: only it knows which host was meant.
    return {
        "timeout": settings.async_io.request_timeout,
        "limits": limits,
        "follow_redirects": False,
    }


# MERGED The body of an answer as it comes in: unpacked piece by piece, and bounded.
# Beatport's largest pages come to 0.6 MB.
MAX_BODY_BYTES = 16 * 2**20
# What we ask for, and so what we must be able to unpack ourselves.
ACCEPTED = "gzip"
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
# zlib's own sign for "gzip or zlib, whichever the header says".
_EITHER = 32 + zlib.MAX_WBITS


class BoundedDecoder:
    """What has come so far; `failure` says why it is unfit, once it is.

    Args:
        url: What was asked for, to be named where the body is unfit.
        encoding: The answer's `Content-Encoding`.
    """

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._parts: list[bytes] = []
        self._size = 0
        self.failure: Failure | None = None
        encoding = encoding.strip().lower()
        self._unpacker = zlib.decompressobj(_EITHER) if encoding in _PACKED else None
        if encoding not in _PLAIN | _PACKED:
            self._fail(f"is packed as {encoding[:50]!r}, which was not asked for")

    def feed(self, piece: bytes) -> bool:
        """Take the next piece, and say whether more is wanted."""
        if self.failure is not None:
            return False
        if self._unpacker is not None:
            try:
                piece = self._unpacker.decompress(piece, MAX_BODY_BYTES + 1 - self._size)
            except zlib.error as error:
                self._fail(f"cannot be unpacked ({error})")
                return False
        self._parts.append(piece)
        self._size += len(piece)
        self.failure = too_large(self._size, self._url)
        return self.failure is None

    def finish(self) -> bytes | Failure:
        """The body, now that all has come, or why there is none."""
        if self._unpacker is not None and self._size and not self._unpacker.eof:
            self._fail(f"was cut off after {self._size} bytes")
        return self.failure or b"".join(self._parts)

    def _fail(self, what: str) -> None:
        if self.failure is None:
            self.failure = Failure("network", f"Beatport's answer {what}.", self._url)


def too_large(size: int, url: str) -> Failure | None:
    """Why a body of more than 16 MiB is refused: no page of Beatport's could have it."""
    if size <= MAX_BODY_BYTES:
        return None
    shown = f"Beatport's answer is larger than {MAX_BODY_BYTES // 2**20} MiB, as no page is."
    return Failure("catalogue_changed", shown, url)
