"""HTTP clients: make one, send a request once, and read a response body of limited size.

* A client needs only `get(url, params=…, headers=…)`, so a client of `httpx`, of `httpx2` or of the
  calling program works. For the same reason, a client's exceptions are recognised by class name.
* If a client has `stream`, as the clients of `httpx` and `httpx2` have, this module decompresses
  the body piece by piece (`BoundedDecoder`). A small body that decompresses to gigabytes then uses
  no more memory than the limit. If a client has no `stream`, the size is checked after the client
  has read the body.
* Redirects are not followed here: only `matching.request_flow` knows which host was meant.
* `httpx` is imported when a client is made, so that importing this library stays fast.
"""

from __future__ import annotations

import inspect
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import anyio

from beatport_match.errors import Failure, MisuseError, wrong_argument
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.client_pool import ClientPool

if TYPE_CHECKING:
    import ssl

    import httpx

# Beatport's largest pages have 0.6 MB.
MAX_BODY_BYTES = 16 * 2**20
# The value of `Accept-Encoding`: only what `BoundedDecoder` can decompress.
ACCEPTED_ENCODING = "gzip"
_UNCOMPRESSED_ENCODINGS = frozenset({"", "identity"})
_COMPRESSED_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
# For this value of `wbits`, zlib reads in the header whether the format is gzip or zlib.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class HttpClient(Protocol):
    """A sync client."""

    def get(self, url: str, *, params: Any = ..., headers: Any = ...) -> Any:
        """Send a GET request; the response has `status_code`, `headers`, `content` and `url`."""
        ...


class AsyncHttpClient(Protocol):
    """An async client."""

    async def get(self, url: str, *, params: Any = ..., headers: Any = ...) -> Any:
        """Send a GET request; the response has `status_code`, `headers`, `content` and `url`."""
        ...


# The method `stream` of a client of `httpx` or `httpx2`.
Stream: TypeAlias = Callable[..., AbstractContextManager[Any]]
AsyncStream: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@cache
def ssl_context() -> ssl.SSLContext:
    """Return the TLS settings of all clients of this process.

    It takes some 150 ms the first time, which loads the certificates and imports httpx. Async code
    calls it in a thread before it makes a client.
    """
    import httpx

    context = httpx.create_ssl_context()
    # httpx imports most of its code only here. Otherwise the first async client would do so, and
    # block the event loop for 50 ms.
    httpx.HTTPTransport(verify=context)
    return context


def new_client(settings: MatchSettings) -> httpx.Client:
    """Make the library's own sync client."""
    import httpx

    return httpx.Client(**_client_options(settings), verify=ssl_context())


def new_async_client(settings: MatchSettings) -> ClientPool:
    """Make the library's own async client."""
    import httpx

    options = _client_options(settings) | {
        # All clients of the pool share both: certificates take long to load, and a cookie belongs
        # to the visitor, not to a connection.
        "verify": ssl_context(),
        "cookies": httpx.Cookies().jar,
        # The pool limits the requests. With a limit in httpx as well, a cancelled request could
        # keep its place, and its client would block for ever.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=1),
    }
    return ClientPool(partial(httpx.AsyncClient, **options), settings.max_connections)


def require_client_kind(client: HttpClient | AsyncHttpClient, *, asynchronous: bool) -> None:
    """Reject a sync client for an async engine, and the reverse, before a request is sent.

    Raises:
        MisuseError: The client is of the other kind, or no HTTP client.
    """
    # A dict has a method `get`, and so has a class of clients.
    if isinstance(client, type | Mapping) or not callable(getattr(client, "get", None)):
        example = "httpx.AsyncClient()" if asynchronous else "httpx.Client()"
        raise wrong_argument("http_client=", client, f"a client such as {example}")
    if inspect.iscoroutinefunction(client.get) != asynchronous:
        want, got = ("an async", "a sync") if asynchronous else ("a sync", "an async")
        raise MisuseError(f"http_client must be {want} client here, not {got} one.")


def send(client: HttpClient, request: Request, timeout_s: float) -> Response | Failure:
    """Send a request once and read its response, within `timeout_s` seconds in total.

    The time is checked between two pieces of the body. The wait for one more piece may come on top.
    """
    try:
        stream: Stream | None = getattr(client, "stream", None)
        if stream is None:
            method = _get_or_post(client, request)
            if isinstance(method, Failure):
                return method
            return _from_read_response(method(request.url, **_arguments(request)), request)
        deadline = time.monotonic() + timeout_s
        with stream(*_method_and_url(request), **_stream_arguments(request)) as response:
            if response.is_stream_consumed:
                return _from_read_response(response, request)
            decoder = _new_decoder(response, request)
            for piece in response.iter_raw():
                if not decoder.feed(piece):
                    break
                if time.monotonic() > deadline:
                    return timeout_failure(request, timeout_s)
            return _from_response(response, decoder.finish())
    except Exception as error:  # noqa: BLE001 - raised again if it is not a fault of the network
        return _from_exception(error, request)


async def asend(
    client: AsyncHttpClient | ClientPool, request: Request, timeout_s: float
) -> Response | Failure:
    """Send a request once and read its response, within `timeout_s` seconds in total."""
    decoder: BoundedDecoder | None = None
    try:
        with anyio.move_on_after(timeout_s) as scope:
            stream: AsyncStream | None = getattr(client, "stream", None)
            if stream is None:
                assert not isinstance(client, ClientPool)
                method = _get_or_post(client, request)
                if isinstance(method, Failure):
                    return method
                response = await method(request.url, **_arguments(request))
                return _from_read_response(response, request)
            async with stream(*_method_and_url(request), **_stream_arguments(request)) as response:
                if response.is_stream_consumed:
                    return _from_read_response(response, request)
                decoder = _new_decoder(response, request)
                async for piece in response.aiter_raw():
                    if not decoder.feed(piece):
                        # After `break`, only the garbage collector would close the client's async
                        # generators.
                        scope.cancel()
                return _from_response(response, decoder.finish())
    except Exception as error:  # noqa: BLE001 - raised again if it is not a fault of the network
        return _from_exception(error, request)
    return (decoder.failure if decoder else None) or timeout_failure(request, timeout_s)


class BoundedDecoder:
    """Decompresses a response body piece by piece, up to `MAX_BODY_BYTES`.

    `failure` says why the body is rejected; `None` so far.

    Args:
        url: The request's URL, for the failure.
        encoding: The response's `Content-Encoding`.
    """

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._parts: list[bytes] = []
        self._size = 0
        self.failure: Failure | None = None
        encoding = encoding.strip().lower()
        is_compressed = encoding in _COMPRESSED_ENCODINGS
        self._decompressor = zlib.decompressobj(_GZIP_OR_ZLIB) if is_compressed else None
        if not is_compressed and encoding not in _UNCOMPRESSED_ENCODINGS:
            self._fail(
                f"has the encoding {encoding[:50]!r}, but the request accepts only "
                f"{ACCEPTED_ENCODING}"
            )

    def feed(self, piece: bytes) -> bool:
        """Add the next piece, and return whether more pieces are needed."""
        if self.failure is not None:
            return False
        if self._decompressor is not None:
            try:
                piece = self._decompressor.decompress(piece, MAX_BODY_BYTES + 1 - self._size)
            except zlib.error as error:
                self._fail(f"cannot be decompressed ({error})")
                return False
        self._parts.append(piece)
        self._size += len(piece)
        self.failure = _size_failure(self._size, self._url)
        return self.failure is None

    def finish(self) -> bytes | Failure:
        """Return the whole body after the last piece, or why it is rejected."""
        if self._decompressor is not None and self._size and not self._decompressor.eof:
            self._fail(f"was cut off after {self._size} bytes")
        return self.failure or b"".join(self._parts)

    def _fail(self, problem: str) -> None:
        if self.failure is None:
            self.failure = Failure("network", f"Beatport's answer {problem}.", self._url)


def _new_decoder(response: Any, request: Request) -> BoundedDecoder:
    return BoundedDecoder(request.url, response.headers.get("content-encoding", ""))


def _size_failure(size: int, url: str) -> Failure | None:
    if size <= MAX_BODY_BYTES:
        return None
    limit = f"{MAX_BODY_BYTES // 2**20} MiB"
    detail = f"Beatport's answer is larger than {limit}, the limit for a page."
    return Failure("catalogue_changed", detail, url)


def _from_read_response(response: Any, request: Request) -> Response | Failure:
    """Convert a response whose body the client has already read and decompressed."""
    body = response.content
    return _from_response(response, _size_failure(len(body), request.url) or body)


def _from_response(response: Any, body: bytes | Failure) -> Response | Failure:
    """Convert a client's response; header names become lower case."""
    if isinstance(body, Failure):
        return body
    return Response(
        status=response.status_code,
        url=str(response.url),
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
    )


def _from_exception(error: Exception, request: Request) -> Failure:
    """Convert a client's exception; an exception that is a bug is raised again unchanged."""
    names = {kind.__name__ for kind in type(error).__mro__}
    message = str(error) or type(error).__name__
    if "TimeoutException" in names:
        return Failure("timeout", f"no answer in time ({type(error).__name__})", request.url)
    if names & {"TransportError", "DecodingError", "TooManyRedirects", "StreamError", "InvalidURL"}:
        return Failure("network", message, request.url)
    raise error


def timeout_failure(request: Request, timeout_s: float) -> Failure:
    """Return the failure of a request whose response was not complete in time."""
    return Failure("timeout", f"no complete answer within {timeout_s:g} s", request.url)


def _get_or_post(
    client: HttpClient | AsyncHttpClient, request: Request
) -> Callable[..., Any] | Failure:
    """Return the method of a client without `stream` that sends a request."""
    if not request.form:
        return client.get
    post: Callable[..., Any] | None = getattr(client, "post", None)
    if post is None:
        detail = (
            "the http_client has no `post` method, which the refresh of a token needs; pass a "
            "client that has one"
        )
        return Failure("auth", detail, request.url)
    return post


def _method_and_url(request: Request) -> tuple[str, str]:
    return "POST" if request.form else "GET", request.url


def _arguments(request: Request) -> dict[str, Any]:
    """Return the keyword arguments for `get` or `post`."""
    arguments = {"params": dict(request.params) or None, "headers": dict(request.headers)}
    return arguments | ({"data": dict(request.form)} if request.form else {})


def _stream_arguments(request: Request) -> dict[str, Any]:
    """Return the keyword arguments for `stream`."""
    arguments = _arguments(request)
    headers = {**arguments["headers"], "Accept-Encoding": ACCEPTED_ENCODING}
    # The caller's client may follow redirects to any host by default.
    return {**arguments, "headers": headers, "follow_redirects": False}


def _client_options(settings: MatchSettings) -> dict[str, Any]:
    import httpx

    limits = httpx.Limits(
        max_connections=settings.max_connections,
        max_keepalive_connections=settings.max_connections,
    )
    return {
        "timeout": settings.async_io.request_timeout,
        "limits": limits,
        "follow_redirects": False,
    }
