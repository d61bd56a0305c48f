"""Servers that never finish their answer, or whose answers must not reach the next request."""

from __future__ import annotations

import socket
import threading
from typing import Any

import httpx
import pytest
from held_requests import SLOW
from modes import EXACT_SEARCH, MODES, Mode, Name, bridged, with_attempts
from raw_server import GIVES_UP_S, RawServer, answer, raw_server

from beatport_match import AsyncSettings, Match, Matcher, MatchSettings, Track
from beatport_match.testing import FakeBeatport

pytestmark = pytest.mark.usefixtures("short_polls")
every_mode = pytest.mark.parametrize("name", MODES)
OK = b"HTTP/1.1 200 OK\r\n"
UNFINISHED = {
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
    "head": (OK + b"x-slow: ", b"a"),
    "chunk extension": (OK + b"transfer-encoding: chunked\r\n\r\n5;ext=", b"a"),
    "trailer": (OK + b"transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx: ", b"a"),
    "body": (OK + b"content-length: 100000\r\n\r\n", b"a"),
}


# It states no search, so it fits any.
PAGE = FakeBeatport(**EXACT_SEARCH).respond("GET", "/search/tracks").body


def first_match(name: Name, server: RawServer, timeout_s: float, **arguments: Any) -> Match:
    settings = with_attempts(base_url=server.url)
    engine = settings.async_io.with_(request_timeout=timeout_s)
    settings = settings.with_(async_io=engine)
    result = Mode(name).call("match_playlist", [SLOW], settings=settings, **arguments)
    match: Match = result.matches[0]
    return match


@pytest.fixture
def patient_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no single wait of httpx time out, also on a busy machine."""
    for kind in (httpx.Client, httpx.AsyncClient):

        def make(client: Any, make_plain: Any = kind.__init__, **options: Any) -> None:
            make_plain(client, **{**options, "timeout": 60.0})

        monkeypatch.setattr(kind, "__init__", make)


@every_mode
@pytest.mark.usefixtures("patient_httpx")
@pytest.mark.parametrize("part", UNFINISHED)
def test_timeout_covers_every_part_of_an_answer(name: Name, part: str) -> None:
    """The server sends one more piece every 5 ms. After 30 s it would end the connection."""
    start, piece = UNFINISHED[part]
    with raw_server(lambda server, connection: server.drip(connection, start, piece)) as server:
        match = first_match(name, server, 0.15)
    (failure,) = match.failures
    assert (failure.kind, "0.15 s" in failure.detail) == ("timeout", True)


@every_mode
@pytest.mark.parametrize("part", ["silence", "head"])
def test_stop_ends_the_wait_for_an_answer(name: Name, part: str) -> None:
    def handle(server: RawServer, connection: socket.socket) -> None:
        if part == "silence":
            server.ended.wait(GIVES_UP_S)
        else:
            server.drip(connection, *UNFINISHED[part])

    with raw_server(handle) as server:
        match = first_match(name, server, 60.0, stop=server.arrived)
    (failure,) = match.failures
    assert failure.kind == "stopped"
    assert failure.url.startswith(server.url)


@pytest.mark.parametrize("enabled", [False, True])
def test_stop_ends_the_wait_with_a_client_of_the_caller(enabled: bool) -> None:
    """The thread that is still waiting does not keep the process alive."""
    with (
        raw_server(lambda server, connection: server.drip(connection, b"", b"")) as server,
        httpx.Client(timeout=60) as client,
    ):
        settings = with_attempts(base_url=server.url)
        settings = bridged(settings) if enabled else settings
        before = set(threading.enumerate())
        with Matcher(settings, http_client=client) as matcher:
            result = matcher.match_playlist([SLOW], stop=server.arrived)
        left = [one for one in threading.enumerate() if one not in before and not one.daemon]
        for thread in left:
            thread.join(60)
        assert not any(thread.is_alive() for thread in left)
    assert result.failed[0].failures[0].kind == "stopped"


def test_client_of_a_request_that_was_given_up_is_not_used_again() -> None:
    def handle(server: RawServer, connection: socket.socket) -> None:
        if len(server.heads) == 1:
            server.drip(connection, *UNFINISHED["head"])
        else:
            connection.sendall(answer(PAGE))

    with raw_server(handle) as server:
        settings = with_attempts(base_url=server.url, max_queries=1)
        with Matcher(settings) as matcher:
            assert matcher.match_track(SLOW, stop=server.arrived).failures[0].kind == "stopped"
            assert matcher.match_track(SLOW).failures == ()


@every_mode
@pytest.mark.parametrize("value", ["café=1; path=/", "=;=;", f"a={'v' * 4000}", "a=1; expires=🎵"])
def test_no_cookie_is_kept(name: Name, value: str) -> None:
    """A portal of a hotel sets cookies too, and httpx cannot send one that is not ASCII."""

    def handle(server: RawServer, connection: socket.socket) -> None:
        numbered = f"set-cookie: n{len(server.heads)}{value}"
        connection.sendall(answer(PAGE, numbered, f"set-cookie: {value}"))

    tracks = [Track(f"Title {number}", "Artist") for number in range(3)]
    with raw_server(handle) as server:
        settings = MatchSettings(
            base_url=server.url,
            requests_per_second=None,
            max_queries=1,
            async_io=AsyncSettings(max_concurrent_tracks=1),
        )
        result = Mode(name).call("match_playlist", tracks, settings=settings)
    assert len(server.heads) == len(tracks)
    assert not any(b"cookie:" in head.lower() for head in server.heads)
    assert [match.failures for match in result.matches] == [()] * len(tracks)


@every_mode
def test_cookie_of_the_callers_client_that_cannot_be_sent_is_a_failure(name: Name) -> None:
    class Refusing(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            "é".encode("ascii")
            raise AssertionError

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    result = Mode(name).call(
        "match_playlist", [SLOW], transport=Refusing(), settings=with_attempts()
    )
    (failure,) = result.failed[0].failures
    assert failure.kind == "network"
    assert "clear the client's cookies" in failure.detail


@every_mode
@pytest.mark.parametrize("cached", [False, True])
def test_run_works_where_no_thread_can_be_started(
    name: Name, cached: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may limit the number of threads."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    settings = with_attempts(cache_path=tmp_path / "cache" if cached else None)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    fake = FakeBeatport(**EXACT_SEARCH)
    result = Mode(name).call(
        "match_playlist", [SLOW], transport=fake.transport(), settings=settings
    )
    assert result.matches[0].candidates
    assert (tmp_path / "cache").exists() is cached


def test_exception_of_a_callers_client_is_raised_unchanged() -> None:
    """Its traceback shows where the client raised it."""

    class Broken:
        def get(self, url: str, **_: Any) -> Any:
            raise LookupError(url)

    with pytest.raises(LookupError) as raised:
        Matcher(MatchSettings(), http_client=Broken()).match_track(SLOW)
    assert raised.traceback[-1].name == "get"
