"""What both pairs of hands know about an HTTP client: how to make one, and how to read it.

A client is met through one method, `get(url, headers=…, params=…)`, so that an `httpx` or an
`httpx2` client serves. Their exceptions are told apart by name for the same reason. `httpx` is
imported when a client is made: importing this library must stay quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from beatport_match.errors import Failure, MisuseError
from beatport_match.settings import MatchSettings
from beatport_match.wire import Request, Response

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


def new_client(settings: MatchSettings) -> httpx.Client:
    """Our own sync client."""
    import httpx

    return httpx.Client(**_options(settings))


def new_async_client(settings: MatchSettings) -> httpx.AsyncClient:
    """Our own async client."""
    import httpx

    return httpx.AsyncClient(**_options(settings))


def is_async(client: HttpClient | AsyncHttpClient) -> bool:
    """Whether a client's `get` has to be awaited."""
    return inspect.iscoroutinefunction(client.get)


def need_colour(client: HttpClient | AsyncHttpClient, *, asynchronous: bool) -> None:
    """Refuse a client of the wrong colour before a request goes out.

    Raises:
        MisuseError: The client is of the other colour.
    """
    if is_async(client) != asynchronous:
        want, got = ("an async", "a sync") if asynchronous else ("a sync", "an async")
        raise MisuseError(f"http_client must be {want} client here, not {got} one.")


def read_response(response: HttpResponse) -> Response:
    """A client's response as a value; header names in lower case."""
    return Response(
        status=response.status_code,
        url=str(response.url),
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
    )


def read_error(error: Exception, request: Request) -> Failure:
    """A client's exception as a value; a bug is raised again, bare."""
    names = {kind.__name__ for kind in type(error).__mro__}
    said = str(error) or type(error).__name__
    if "TimeoutException" in names:
        return Failure("timeout", f"no answer in time ({type(error).__name__})", request.url)
    if names & {"TransportError", "DecodingError", "TooManyRedirects", "StreamError"}:
        return Failure("network", said, request.url)
    raise error


def arguments(request: Request) -> dict[str, Any]:
    """A request as the keyword arguments of `get`."""
    return {"params": dict(request.params) or None, "headers": dict(request.headers)}


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
