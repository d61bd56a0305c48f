"""Limits against hostile responses: size, encoding, time and redirects."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import httpx
import pytest
from held_requests import SLOW
from hypothesis import given
from hypothesis import strategies as st
from modes import EXACT_SEARCH, MODES, Mode, Name, served, with_attempts

from beatport_match import AsyncMatcher, Match, Matcher
from beatport_match.errors import Failure
from beatport_match.testing import FakeBeatport, always, first
from beatport_match.transport.bounded_body import MAX_BODY_BYTES, BoundedDecoder

every_mode = pytest.mark.parametrize("name", MODES)
URL = "https://site.example/"


def match(name: Name, transport: Any, **settings: Any) -> Match:
    return Mode(name).call(
        "match_track" if name != "bridge" else "match_playlist",
        SLOW if name != "bridge" else [SLOW],
        transport=transport,
        settings=with_attempts(**settings),
    )


def failed(name: Name, transport: Any) -> tuple[str, str]:
    """Return the kind and the detail of the only failure."""
    result: Any = match(name, transport)
    (result,) = (result,) if isinstance(result, Match) else result.matches
    assert result.outcome == "failed"
    (failure,) = result.failures
    return failure.kind, failure.detail


@every_mode
def test_decompression_bomb_uses_no_more_memory_than_the_limit(name: Name) -> None:
    """The bomb is a small gzip body that decompresses to gigabytes."""
    transport = FakeBeatport(faults=always("bomb")).transport()
    FakeBeatport(faults=always("bomb")).respond(
        "GET", "/", "bomb"
    )  # compress it before the measurement
    tracemalloc.start()
    try:
        kind, detail = failed(name, transport)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kind == "catalogue_changed"
    assert "larger than 16 MiB" in detail
    assert peak < 3 * MAX_BODY_BYTES


@every_mode
def test_large_uncompressed_body_is_rejected(name: Name) -> None:
    """Also if the client has read the whole body before the library gets it."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bytes(MAX_BODY_BYTES + 1))

    assert failed(name, httpx.MockTransport(answer))[0] == "catalogue_changed"


class Streams(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends a body in pieces, with any headers."""

    def __init__(self, pieces: Any, **headers: str) -> None:
        self._pieces, self._headers = pieces, headers
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, headers=self._headers, stream=_Pieces(self._pieces))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces():
            await anyio.lowlevel.checkpoint()
            yield piece


def endless() -> Iterator[bytes]:
    while True:
        yield b" "


@pytest.mark.parametrize("name", MODES)
def test_endless_response_ends_at_the_timeout(name: Name) -> None:
    """`request_timeout` is the time from sending a request to the last byte of its response."""
    result: Any = Mode(name).call(
        "match_playlist",
        [SLOW],
        transport=Streams(endless),
        settings=with_attempts().with_(async_io={"request_timeout": 0.05}),
    )
    (failure,) = result.failed[0].failures
    assert failure.kind == "timeout"
    assert "0.05 s" in failure.detail


@every_mode
@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_encodings_that_were_not_accepted_are_rejected(name: Name, encoding: str) -> None:
    """A bomb may be compressed twice, or in a format that cannot be decompressed with a limit."""
    transport = Streams(lambda: [b"x"], **{"content-encoding": encoding})
    kind, detail = failed(name, transport)
    assert kind == "network"
    assert repr(encoding) in detail
    assert {request.headers["accept-encoding"] for request in transport.requests} == {"gzip"}


@every_mode
@pytest.mark.parametrize("body", [b"\x1f\x8bjunk", gzip.compress(b"<html>" * 99, mtime=0)[:-9]])
def test_invalid_or_truncated_gzip_is_a_network_failure(name: Name, body: bytes) -> None:
    """Failures of the kind `network` are retried."""
    assert failed(name, Streams(lambda: [body], **{"content-encoding": "gzip"}))[0] == "network"


@every_mode
@pytest.mark.parametrize("pieces", [[b"junk"], [b"", b"junk"], [gzip.compress(b"<html>", mtime=0)]])
def test_data_behind_a_gzip_body_ends_the_reading(name: Name, pieces: list[bytes]) -> None:
    """zlib keeps such data in memory, without a limit."""

    def body() -> Iterator[bytes]:
        yield gzip.compress(b"<html>", mtime=0)
        yield from pieces
        yield from endless()

    kind, detail = failed(name, Streams(body, **{"content-encoding": "gzip"}))
    assert kind == "network"
    assert "after the end of its compressed body" in detail


@every_mode
def test_gzip_page_in_small_pieces_is_parsed(name: Name) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)

    class Compressing(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            body = gzip.compress(served(fake, request).content)
            pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
            headers = {"content-encoding": "gzip"}
            return httpx.Response(200, headers=headers, stream=_Pieces(lambda: pieces))

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    result: Any = match(name, Compressing())
    assert (result.candidates if isinstance(result, Match) else result.matches[0].candidates) != ()


@every_mode
def test_redirect_to_another_host_is_not_followed(name: Name) -> None:
    """Also if the caller's client follows redirects to any host."""
    fake = FakeBeatport(faults=first(1, "elsewhere"))
    if name != "sync":
        assert failed(name, fake.transport())[0] == "blocked"
        return
    with httpx.Client(transport=fake.transport(), follow_redirects=True) as client:
        result = Matcher(with_attempts(), http_client=client).match_track(SLOW)
    assert result.failures[0].kind == "blocked"
    assert "elsewhere.example" in result.failures[0].detail
    assert len(fake.requests) == 1


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "x-gzip", "deflate", " GZIP ", ""]))
def test_any_bytes_give_a_body_or_a_failure(junk: bytes, encoding: str) -> None:
    """The decoder raises no exception for any input."""
    decoder = BoundedDecoder(URL, encoding)
    accepts_more = decoder.feed(junk[:7]) and decoder.feed(junk[7:])
    body = decoder.finish()
    assert accepts_more or isinstance(body, Failure)
    if not encoding:
        assert body == junk
    elif isinstance(body, Failure):
        assert (body.kind, body.url) == ("network", URL)


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_pieces_of_any_size_are_decompressed(plain: bytes, size: int) -> None:
    for encoded, encoding in (
        (gzip.compress(plain, mtime=0), "gzip"),
        (zlib.compress(plain), "deflate"),
    ):
        decoder = BoundedDecoder(URL, encoding)
        for at in range(0, len(encoded), size):
            decoder.feed(encoded[at : at + size])
        assert decoder.finish() == plain


class GetOnly:
    """The smallest client: it has no `stream`, and reads the whole body itself."""

    def __init__(self, content: bytes) -> None:
        self._response = httpx.Response(200, content=content, request=httpx.Request("GET", URL))

    def get(self, url: str, *, params: Any = None, headers: Any = None) -> httpx.Response:
        assert "Accept-Encoding" not in headers  # only the client knows what it can decompress
        return self._response


class AsyncGetOnly(GetOnly):
    async def get(  # type: ignore[override]
        self, url: str, *, params: Any = None, headers: Any = None
    ) -> httpx.Response:
        return super().get(url, params=params, headers=headers)


@pytest.mark.anyio
@pytest.mark.parametrize(("size", "detail"), [(MAX_BODY_BYTES + 1, "larger than"), (0, "cut off")])
async def test_body_of_a_client_without_stream_is_checked(size: int, detail: str) -> None:
    """Such a body is checked after the client has read it."""
    sync = Matcher(with_attempts(), http_client=GetOnly(bytes(size))).match_track(SLOW)
    async with AsyncMatcher(with_attempts(), http_client=AsyncGetOnly(bytes(size))) as matcher:
        from_async = await matcher.match_track(SLOW)
    assert from_async == sync
    assert detail in sync.failures[0].detail


@pytest.mark.anyio
async def test_async_request_ends_at_the_timeout_with_any_client() -> None:

    class Silent:
        async def get(self, url: str, *, params: Any = None, headers: Any = None) -> Any:
            await anyio.sleep_forever()

    settings = with_attempts()
    engine = settings.async_io.with_(request_timeout=0.05)
    settings = settings.with_(async_io=engine)
    async with AsyncMatcher(settings, http_client=Silent()) as matcher:
        result = await matcher.match_track(SLOW)
    assert result.failures[0].kind == "timeout"
