"""Proxies and certificates: the environment, the setting, and what cannot be used."""

from __future__ import annotations

import importlib.util
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from held_requests import SLOW
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts
from raw_server import RawServer, answer, raw_server

from beatport_match import MissingDependencyError, SettingsError, match_track
from beatport_match.testing import FakeBeatport
from beatport_match.transport.http import ssl_context

every_mode = pytest.mark.parametrize("name", MODES)
REMOTE = {"base_url": "http://beatport.invalid", "max_queries": 1}


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def match(name: Name, **settings: Any) -> Any:
    return Mode(name).call("match_playlist", [SLOW], settings=with_attempts(**settings)).matches[0]


def proxied(server: RawServer, connection: socket.socket) -> None:
    reply = FakeBeatport(**EXACT_SEARCH).respond("GET", "/search/tracks")
    connection.sendall(answer(reply.body))


@every_mode
@pytest.mark.parametrize(
    ("variable", "value"),
    [("HTTP_PROXY", "garbage://x"), ("ALL_PROXY", "socks://x:1"), ("NO_PROXY", "localhost,[::1]")],
)
def test_proxy_that_cannot_be_used_is_one_sentence(
    name: Name, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=r"environment .* cannot be used .*; correct it"):
        match(name, **REMOTE)


@every_mode
@pytest.mark.skipif(importlib.util.find_spec("socksio") is not None, reason="socksio is installed")
@pytest.mark.parametrize("by_setting", [False, True])
def test_socks_proxy_needs_the_extra(
    name: Name, by_setting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = "socks5://127.0.0.1:1"
    if not by_setting:
        monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(MissingDependencyError, match=r"pip install 'beatport-match\[socks\]'"):
        match(name, **REMOTE, proxy=proxy if by_setting else None)


@every_mode
@pytest.mark.parametrize("content", [None, b"no certificates"])
def test_certificates_that_cannot_be_used_are_one_sentence(
    name: Name, content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    ssl_context.cache_clear()
    try:
        with pytest.raises(SettingsError, match="SSL_CERT_FILE names cannot be used"):
            match(name, **REMOTE)
    finally:
        ssl_context.cache_clear()


@every_mode
def test_proxy_of_the_environment_is_used(name: Name, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(proxied) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert match(name, **REMOTE).failures == ()
    assert proxy.heads[0].startswith(b"GET http://beatport.invalid/search/tracks?q=")


@every_mode
def test_proxy_setting_comes_before_the_environment(
    name: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "garbage://x")
    with raw_server(proxied) as proxy:
        assert match(name, **REMOTE, proxy=proxy.url).failures == ()
    assert proxy.heads[0].startswith(b"GET http://beatport.invalid/search/tracks?q=")


@every_mode
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "garbage://x", "socks5://127.0.0.1:9"])
def test_requests_to_this_machine_use_no_proxy_of_the_environment(
    name: Name, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("ALL_PROXY", proxy)
    fake = FakeBeatport(**EXACT_SEARCH)
    with fake.serve() as base_url:
        assert match(name, base_url=base_url, max_queries=1).failures == ()
    assert len(fake.requests) == 1


@every_mode
@pytest.mark.parametrize("by_setting", [False, True])
def test_proxy_that_cannot_be_reached_is_named_without_its_password(
    name: Name, by_setting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not by_setting:
        monkeypatch.setenv("HTTP_PROXY", "http://me:hush@127.0.0.1:9")
    proxy = "http://127.0.0.1:9" if by_setting else None
    (failure,) = match(name, **REMOTE, proxy=proxy).failures
    assert failure.kind == "network"
    assert failure.detail.startswith("cannot reach the proxy http://127.0.0.1:9; correct or remove")
    assert "hush" not in str(failure)


@every_mode
def test_proxy_that_refuses_a_host_is_named(name: Name) -> None:
    def refusing(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    with raw_server(refusing) as proxy:
        remote = {**REMOTE, "base_url": "https://beatport.invalid"}
        (failure,) = match(name, **remote, proxy=proxy.url).failures
    problem = f"the proxy {proxy.url} does not connect to beatport.invalid; correct or remove it"
    assert failure.detail == f"{problem} (407 Who are you)"


@every_mode
def test_first_failure_without_a_network_is_a_plain_sentence(name: Name) -> None:
    """The message of the system comes after it."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        (failure,) = match(name, base_url=base_url, max_queries=1).failures
    assert failure.kind == "network"
    assert re.fullmatch(r"cannot reach 127\.0\.0\.1; are you online\? \(.+\)", failure.detail)


@pytest.mark.parametrize("kind", [httpx.ReadError, httpx.RemoteProtocolError])
def test_broken_connection_is_a_plain_sentence(kind: type[httpx.TransportError]) -> None:
    assert detail_of(kind("[Errno 104] Connection reset by peer")) == (
        "the connection to www.beatport.com failed ([Errno 104] Connection reset by peer)"
    )


@pytest.mark.parametrize("text", ["[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate has expired"])
def test_rejected_certificate_is_not_a_missing_network(text: str) -> None:
    detail = detail_of(httpx.ConnectError(text))
    assert detail.startswith("no secure connection to www.beatport.com; log in")
    assert detail.endswith(f"({text})")


def detail_of(error: Exception) -> str:
    """Return the detail of a failure whose client raises an error."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    client = httpx.Client(transport=httpx.MockTransport(fail))
    settings = with_attempts(max_queries=1)
    (failure,) = match_track("a - b", settings=settings, http_client=client).failures
    return failure.detail
