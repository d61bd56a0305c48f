"""The fake Beatport as a real HTTP/1.1 server on the loopback, one thread a connection.

This is the only file of the fake that opens a socket. It says nothing, keeps connections alive and
closes at once, whoever still hangs on.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from beatport_match.testing.faults import Reply, inside_data
from beatport_match.testing.request_log import (
    BODY_PIECES,
    HANG_S,
    MAX_BODY_BYTES,
    PendingReply,
    RequestLog,
    body_pieces,
)

_POLL_S = 0.02
_GRACE_S = 5.0


@contextmanager
def serving(book: RequestLog) -> Generator[str, None, None]:
    """Serve on a free port of 127.0.0.1 and give the base URL; nothing is left on leaving."""
    with _Server(book) as server:
        loop = threading.Thread(
            target=server.serve_forever, args=(_POLL_S,), name="fake-beatport", daemon=True
        )
        loop.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            loop.join()
            server.hang_up()


class _Server(ThreadingHTTPServer):
    # The default backlog of five drops connections when a client opens thirty at once.
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, book: RequestLog) -> None:
        self.book = book
        self.closing = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="fake-beatport-visitor",
            daemon=True,
        )
        self._connections[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            del self._connections[threading.current_thread()]

    def shutdown_request(self, request: Any) -> None:
        # A polite shutdown would turn the reset that `_reset` asked for into an ordinary end.
        if _is_reset(request):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that go away are daily bread; anything else is a bug and is shown.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        self.closing.set()
        connections = self._connections.copy()
        for connection in connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections:
            thread.join(_GRACE_S)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with server.book.record(self.command, self.path, headers, self._body()) as visit:
            self._deliver(visit, server.closing)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _body(self) -> bytes:
        told = self.headers.get("content-length", "0")
        sized = told.isdecimal() and "transfer-encoding" not in self.headers
        size = int(told[:9]) if sized else 0
        # What is left unread would be taken for the next request, so the connection must end.
        self.close_connection |= not sized or size > MAX_BODY_BYTES
        return self.rfile.read(min(size, MAX_BODY_BYTES))

    def _deliver(self, visit: PendingReply, closing: threading.Event) -> None:
        reply = visit.reply
        closing.wait(HANG_S if reply.delivery == "hang" else visit.pause_s)
        if reply.delivery == "whole":
            self.wfile.write(_head(reply, close=self.close_connection) + reply.body)
            return
        if reply.delivery == "slow":
            self.wfile.write(_head(reply, close=False))
            for drip in body_pieces(reply.body):
                closing.wait(visit.body_s / BODY_PIECES)
                self.wfile.write(drip)
            return
        self.close_connection = True
        if reply.delivery == "cut":
            self.wfile.write(_head(reply, close=True) + reply.body[: inside_data(reply.body)])
        elif reply.delivery == "reset":
            _reset(self.connection)


def _head(reply: Reply, *, close: bool) -> bytes:
    headers = [*reply.headers, ("content-length", str(len(reply.body)))]
    if close:
        headers.append(("connection", "close"))
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join((*lines, "", "")).encode("latin-1")


# Lingering on, for zero seconds: closing then resets the connection instead of ending it.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET)) == _RESET
