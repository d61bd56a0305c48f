"""Limits against hostile answers: how much is unpacked, how long is waited, where it may lead."""

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
from beatport_match.transport.http import MAX_BODY_BYTES, BoundedDecoder

every_colour = pytest.mark.parametrize("name", MODES)
URL = "https://shop.example/"


def match(name: Name, transport: Any, **settings: Any) -> Match:
    return Mode(name).call(
        "match_track" if name != "bridge" else "match_playlist",
        SLOW if name != "bridge" else [SLOW],
        transport=transport,
        settings=with_attempts(**settings),
    )


def failed(name: Name, transport: Any) -> tuple[str, str]:
    """The kind and the detail of the only failure."""
    found: Any = match(name, transport)
    (found,) = (found,) if isinstance(found, Match) else found.matches
    assert found.outcome == "failed"
    (failure,) = found.failures
    return failure.kind, failure.detail


@every_colour
def test_a_bomb_is_not_unpacked(name: Name) -> None:
    """Issue: "body size cap after decompression (a small gzip that unpacks to gigabytes)"; what
    memory it takes is the cap's, not the bomb's."""
    transport = FakeBeatport(faults=always("bomb")).transport()
    FakeBeatport(faults=always("bomb")).respond("GET", "/", "bomb")  # packed before we measure
    tracemalloc.start()
    try:
        kind, detail = failed(name, transport)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kind == "catalogue_changed"
    assert "larger than 16 MiB" in detail
    assert peak < 3 * MAX_BODY_BYTES


@every_colour
def test_a_large_plain_body_is_refused_as_well(name: Name) -> None:
    """The same without gzip, and where a client has read the body before we see it."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bytes(MAX_BODY_BYTES + 1))

    assert failed(name, httpx.MockTransport(answer))[0] == "catalogue_changed"


class Streams(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with a body that comes in pieces."""

    def __init__(self, pieces: Any, **headers: str) -> None:
        self._pieces, self._headers = pieces, headers
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
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
def test_an_endless_answer_ends(name: Name) -> None:
    """Settings: `request_timeout` is "from its sending to the last byte of its answer"."""
    found: Any = Mode(name).call(
        "match_playlist",
        [SLOW],
        transport=Streams(endless),
        settings=with_attempts().model_copy(
            update={
                "async_io": with_attempts().async_io.model_copy(update={"request_timeout": 0.05})
            }
        ),
    )
    (failure,) = found.failed[0].failures
    assert failure.kind == "timeout"
    assert "0.05 s" in failure.detail


@every_colour
@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_only_what_was_asked_for_is_unpacked(name: Name, encoding: str) -> None:
    """A bomb may be packed twice, or in ways that no limit can be given to."""
    transport = Streams(lambda: [b"x"], **{"content-encoding": encoding})
    kind, detail = failed(name, transport)
    assert kind == "network"
    assert repr(encoding) in detail
    assert {one.headers["accept-encoding"] for one in transport.asked} == {"gzip"}


@every_colour
@pytest.mark.parametrize("packed", [b"\x1f\x8bjunk", gzip.compress(b"<html>" * 99)[:-9]])
def test_what_cannot_be_unpacked_is_a_broken_wire(name: Name, packed: bytes) -> None:
    """Issue: "truncated bodies are retried": a gzip cut short is one, and is called `network`."""
    assert failed(name, Streams(lambda: [packed], **{"content-encoding": "gzip"}))[0] == "network"


@every_colour
def test_packed_pages_are_read(name: Name) -> None:
    """What is ordinary stays so: a gzipped page in small pieces is a page."""
    fake = FakeBeatport(**EXACT_SEARCH)

    class Packing(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            packed = gzip.compress(served(fake, request).content)
            pieces = [packed[at : at + 1000] for at in range(0, len(packed), 1000)]
            headers = {"content-encoding": "gzip"}
            return httpx.Response(200, headers=headers, stream=_Pieces(lambda: pieces))

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    found: Any = match(name, Packing())
    assert (found.candidates if isinstance(found, Match) else found.matches[0].candidates) != ()


@every_colour
def test_a_client_that_wanders_is_held(name: Name) -> None:
    """Issue: "redirects only within the configured host", also where the caller's client would
    follow anyone."""
    fake = FakeBeatport(faults=first(1, "elsewhere"))
    if name != "sync":
        assert failed(name, fake.transport())[0] == "blocked"
        return
    with httpx.Client(transport=fake.transport(), follow_redirects=True) as client:
        found = Matcher(with_attempts(), http_client=client).match_track(SLOW)
    assert found.failures[0].kind == "blocked"
    assert "elsewhere.example" in found.failures[0].detail
    assert len(fake.requests) == 1


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "x-gzip", "deflate", " GZIP ", ""]))
def test_any_pieces_give_a_body_or_a_failure(junk: bytes, encoding: str) -> None:
    """Hostile until read: whatever is unpacked, nothing is raised."""
    body = BoundedDecoder(URL, encoding)
    wanted = body.feed(junk[:7]) and body.feed(junk[7:])
    came = body.finish()
    assert wanted or isinstance(came, Failure)
    if not encoding:
        assert came == junk
    elif isinstance(came, Failure):
        assert (came.kind, came.url) == ("network", URL)


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_what_was_packed_is_unpacked(plain: bytes, size: int) -> None:
    """Body: "unpacked piece by piece", wherever the pieces are cut; both forms of deflate."""
    for packed, encoding in ((gzip.compress(plain), "gzip"), (zlib.compress(plain), "deflate")):
        body = BoundedDecoder(URL, encoding)
        for at in range(0, len(packed), size):
            body.feed(packed[at : at + size])
        assert body.finish() == plain


class GetOnly:
    """The least a client may be: it has read the body before anyone can bound it."""

    def __init__(self, content: bytes) -> None:
        self._answer = httpx.Response(200, content=content, request=httpx.Request("GET", URL))

    def get(self, url: str, *, params: Any = None, headers: Any = None) -> httpx.Response:
        assert "Accept-Encoding" not in headers  # what it cannot unpack is its own business
        return self._answer


class AsyncGetOnly(GetOnly):
    async def get(  # type: ignore[override]
        self, url: str, *, params: Any = None, headers: Any = None
    ) -> httpx.Response:
        return super().get(url, params=params, headers=headers)


@pytest.mark.anyio
@pytest.mark.parametrize(("size", "says"), [(MAX_BODY_BYTES + 1, "larger than"), (0, "cut off")])
async def test_a_client_with_nothing_but_get_is_looked_at_too(size: int, says: str) -> None:
    """docs/reliability.md: "one that has only `get` is looked at when it has read the body"."""
    sync = Matcher(with_attempts(), http_client=GetOnly(bytes(size))).match_track(SLOW)
    async with AsyncMatcher(with_attempts(), http_client=AsyncGetOnly(bytes(size))) as matcher:
        other = await matcher.match_track(SLOW)
    assert other == sync
    assert says in sync.failures[0].detail


@pytest.mark.anyio
async def test_a_client_that_never_answers_is_given_up() -> None:
    """The same for time: whatever the client, an async request ends after `request_timeout`."""

    class Silent:
        async def get(self, url: str, *, params: Any = None, headers: Any = None) -> Any:
            await anyio.sleep_forever()

    settings = with_attempts()
    engine = settings.async_io.model_copy(update={"request_timeout": 0.05})
    settings = settings.model_copy(update={"async_io": engine})
    async with AsyncMatcher(settings, http_client=Silent()) as matcher:
        found = await matcher.match_track(SLOW)
    assert found.failures[0].kind == "timeout"
