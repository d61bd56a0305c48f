"""HTTP clients: make one, and send a request once.

* A client needs only `get(url, params=…, headers=…)`, so a client of `httpx`, of `httpx2` or of the
  calling program works. For the same reason, a client's exceptions are recognised by class name.
* If a client has `stream`, as the clients of `httpx` and `httpx2` have, this module decompresses
  the body piece by piece (`bounded_body`). A small body that decompresses to gigabytes then uses
  no more memory than the limit. If a client has no `stream`, the size is checked after the client
  has read the body.
* No redirect is followed and nothing is retried here: `matching.request_flow` decides both.
* A sync request runs in a separate thread. Only so can the caller stop waiting for a server that
  sends one byte of a header at a time: the timeout of a socket begins again with each byte.
* The library's own clients keep no cookies, and use no proxy of the environment for this machine.
* `httpx` is imported when a client is made, so that importing this library stays fast.
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from contextvars import copy_context
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

import anyio

from beatport_match.errors import (
    Failure,
    MissingDependencyError,
    MisuseError,
    SettingsError,
    wrong_argument,
)
from beatport_match.files.guarded_read import reason
from beatport_match.matching.protocol import Request, Response
from beatport_match.model.validation import is_loopback_url
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.bounded_body import (
    ACCEPTED_ENCODING,
    BoundedDecoder,
    size_failure,
)
from beatport_match.transport.client_pool import (
    ClientPool,
    ProxyOf,
    SyncClientPool,
    no_known_proxy,
)
from beatport_match.transport.proxies import proxy_in_force
from beatport_match.transport.reachability import cannot_reach

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")

# While the engine waits, it calls `stop` this often.
STOP_POLL_INTERVAL_S = 0.25
# The exceptions of a connection that was made and then failed.
_BROKEN_CONNECTION = {"ReadError", "WriteError", "CloseError", "RemoteProtocolError"}


class HttpClient(Protocol):
    """A sync HTTP client, such as `httpx.Client`."""

    def get(self, url: str, *, params: Any = ..., headers: Any = ...) -> Any:
        """Send a GET request; the response has `status_code`, `headers`, `content` and `url`."""
        ...


class AsyncHttpClient(Protocol):
    """An async HTTP client, such as `httpx.AsyncClient`."""

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

    Raises:
        SettingsError: The certificates that the environment names cannot be used.
    """
    import httpx

    file = os.environ.get("SSL_CERT_FILE")
    variable = "SSL_CERT_FILE" if file else "SSL_CERT_DIR"
    try:
        if file:
            Path(file).stat()  # httpx before 0.28 ignores a file that does not exist
        context = httpx.create_ssl_context()
    except OSError as error:
        raise SettingsError(
            f"The certificates that the environment variable {variable} names cannot be used "
            f"({reason(error)}); correct the variable, or remove it."
        ) from None
    # httpx imports most of its code only here. Otherwise the first async client would do so, and
    # block the event loop for 50 ms.
    httpx.HTTPTransport(verify=context)
    return context


def new_client(settings: MatchSettings) -> SyncClientPool:
    """Make the library's own sync client.

    Raises:
        SettingsError: The environment or the settings name certificates or a proxy that cannot be
            used. Those of a proxy are checked when the pool makes its first client.
        MissingDependencyError: The proxy is a SOCKS proxy, and its package is not installed.
    """
    import httpx

    return SyncClientPool(
        _client_maker(httpx.Client, settings), settings.max_connections, _proxy_of(settings)
    )


def new_async_client(settings: MatchSettings) -> ClientPool:
    """Make the library's own async client; the errors are those of `new_client`."""
    import httpx

    return ClientPool(
        _client_maker(httpx.AsyncClient, settings), settings.max_connections, _proxy_of(settings)
    )


def _proxy_of(settings: MatchSettings) -> ProxyOf:
    return lambda url: proxy_in_force(url, settings)


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


def send(
    client: HttpClient | SyncClientPool,
    request: Request,
    timeout_s: float,
    stop: Callable[[], bool],
) -> Response | Failure:
    """Send a request once and read its response, within `timeout_s` seconds in total.

    If the request has its own timeout, that one is used. `stop` is called at least every 0.25 s;
    once it returns `True`, the request is abandoned.
    """
    timeout_s = request.timeout_s or timeout_s
    if not isinstance(client, SyncClientPool):
        return _send_in_thread(client, request, timeout_s, stop)
    with client.lend() as lent:
        return _send_in_thread(lent, request, timeout_s, stop, client.proxy_of, lent.close)


def _send_in_thread(
    client: HttpClient | httpx.Client,
    request: Request,
    timeout_s: float,
    stop: Callable[[], bool],
    proxy_of: ProxyOf = no_known_proxy,
    give_up: Callable[[], None] | None = None,
) -> Response | Failure:
    """Send a request in a thread; if the request is abandoned, nothing waits for the thread.

    `give_up` ends the thread then. Without it, the thread ends at the next piece of the body, or
    after the client's own timeout.
    """
    is_over, finished = Event(), Event()
    deadline = time.monotonic() + timeout_s
    outcomes: list[Response | Failure | BaseException] = []

    def work() -> None:
        try:
            outcomes.append(_send_here(client, request, timeout_s, is_over, proxy_of))
        except BaseException as error:  # noqa: BLE001 - raised again where the outcome is awaited
            outcomes.append(error)
        finished.set()

    try:
        Thread(target=copy_context().run, args=(work,), daemon=True).start()
    except RuntimeError:  # the system starts no more threads
        return _send_here(client, request, timeout_s, is_over, proxy_of)
    failure: Failure | None = None
    try:
        while failure is None:
            left_s = deadline - time.monotonic()
            if finished.wait(min(max(left_s, 0.0), STOP_POLL_INTERVAL_S)):
                break
            if left_s <= 0:
                failure = timeout_failure(request, timeout_s)
            elif stop():
                failure = stopped_failure(request)
    finally:
        if not finished.is_set():
            is_over.set()
            if give_up is not None:
                give_up()
    if failure is not None:
        return failure
    (outcome,) = outcomes
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _send_here(
    client: HttpClient | httpx.Client,
    request: Request,
    timeout_s: float,
    is_over: Event,
    proxy_of: ProxyOf,
) -> Response | Failure:
    """Send a request once in this thread; the time is checked between two pieces of the body."""
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
                if is_over.is_set() or time.monotonic() > deadline:
                    return timeout_failure(request, timeout_s)
            return _from_response(response, decoder.finish())
    except Exception as error:  # noqa: BLE001 - raised again if it is not a fault of the network
        return _from_exception(error, request, proxy_of)


async def asend(
    client: AsyncHttpClient | ClientPool, request: Request, timeout_s: float
) -> Response | Failure:
    """Send a request once and read its response, within `timeout_s` seconds in total.

    If the request has its own timeout, that one is used.
    """
    timeout_s = request.timeout_s or timeout_s
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
        proxy_of = client.proxy_of if isinstance(client, ClientPool) else no_known_proxy
        return _from_exception(error, request, proxy_of)
    return (decoder.failure if decoder else None) or timeout_failure(request, timeout_s)


def _new_decoder(response: Any, request: Request) -> BoundedDecoder:
    return BoundedDecoder(request.url, response.headers.get("content-encoding", ""))


def _from_read_response(response: Any, request: Request) -> Response | Failure:
    """Convert a response whose body the client has already read and decompressed."""
    body = response.content
    return _from_response(response, size_failure(len(body), request.url) or body)


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


def _from_exception(error: Exception, request: Request, proxy_of: ProxyOf) -> Failure:
    """Convert a client's exception; an exception that is a bug is raised again unchanged."""
    names = {kind.__name__ for kind in type(error).__mro__}
    message = str(error) or type(error).__name__
    if "TimeoutException" in names:
        return Failure("timeout", f"no answer in time ({type(error).__name__})", request.url)
    if names & {"TransportError", "DecodingError", "TooManyRedirects", "StreamError", "InvalidURL"}:
        return Failure("network", _network_detail(names, message, request, proxy_of), request.url)
    if isinstance(error, UnicodeError):
        # A host name that cannot be encoded, or a cookie that the caller's client has kept.
        detail = f"a host name or a cookie cannot be sent ({message}); clear the client's cookies"
        return Failure("network", detail, request.url)
    raise error


def _network_detail(names: set[str], message: str, request: Request, proxy_of: ProxyOf) -> str:
    """Return which host or proxy could not be reached, with the message of the system."""
    try:
        host = urlsplit(request.url).hostname or request.url
    except ValueError:  # the message says that the URL is invalid
        return message
    if names & _BROKEN_CONNECTION:
        return f"the connection to {host} failed ({message})"
    is_proxy_error = "ProxyError" in names
    if not is_proxy_error and "ConnectError" not in names:
        return message
    if "[SSL" in message or "certificate" in message:
        return (
            f"no secure connection to {host}; log in to the Wi-Fi if it has a login page, "
            f"or check the certificates of a proxy or virus scanner ({message})"
        )
    if proxy := proxy_of(request.url):
        problem = f"the proxy {proxy} does not connect to {host}" if is_proxy_error else ""
        return f"{problem or f'cannot reach the proxy {proxy}'}; correct or remove it ({message})"
    return f"{cannot_reach(host)} ({message})"


def timeout_failure(request: Request, timeout_s: float) -> Failure:
    """Return the failure of a request whose response was not complete in time."""
    return Failure("timeout", f"no complete answer within {timeout_s:g} s", request.url)


def stopped_failure(request: Request) -> Failure:
    """Return the failure of a request whose response was no longer awaited."""
    return Failure("stopped", "the run was stopped before Beatport's answer came", request.url)


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
    # A longer timeout than the client's own must replace it.
    timeout = {} if request.timeout_s is None else {"timeout": request.timeout_s}
    # The caller's client may follow redirects to any host by default.
    return {**arguments, "headers": headers, "follow_redirects": False, **timeout}


def _client_maker(kind: Callable[..., T], settings: MatchSettings) -> Callable[[], T]:
    """Return the function that makes a client of this kind for the pool."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    engine = settings.async_io
    options: dict[str, Any] = {
        "timeout": httpx.Timeout(
            engine.request_timeout,
            connect=engine.connect_timeout or engine.request_timeout,
            read=engine.read_timeout or engine.request_timeout,
        ),
        "follow_redirects": False,
        # All clients share the certificates, which take long to load.
        "verify": ssl_context(),
        # This policy accepts no cookie of either standard, so cookies are not even parsed.
        "cookies": CookieJar(DefaultCookiePolicy(netscape=False, rfc2965=False)),
        # The pool limits the requests. With a limit in httpx as well, a cancelled request could
        # keep its place, and its client would block forever.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=1),
        "proxy": settings.proxy,
        # Besides the certificates, httpx reads only proxies in the environment.
        "trust_env": not is_loopback_url(settings.site_url),
    }

    def make() -> T:
        try:
            return kind(**options)
        except ImportError as error:
            raise MissingDependencyError(
                "A SOCKS proxy needs the package socksio: pip install 'beatport-match[socks]', or "
                "set another proxy.",
                name=error.name or "socksio",
            ) from None
        except (ValueError, httpx.InvalidURL) as error:
            where = "setting proxy" if settings.proxy else "environment (such as HTTP_PROXY)"
            raise SettingsError(
                f"A proxy or a host of NO_PROXY in the {where} cannot be used ({error}); correct "
                "it, or remove it."
            ) from None

    return make
