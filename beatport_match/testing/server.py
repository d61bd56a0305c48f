"""The fake as a real HTTP/1.1 server on 127.0.0.1, with one thread for each connection.

This is the only module of the fake that opens a socket. The server prints nothing, keeps
connections alive and closes at once, also while clients are connected.
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

from beatport_match.testing.faults import Reply, middle_of_data
from beatport_match.testing.request_log import (
    BODY_PIECES,
    HANG_S,
    MAX_BODY_BYTES,
    PendingReply,
    RequestLog,
    body_pieces,
)

_POLL_S = 0.02
_JOIN_TIMEOUT_S = 5.0


@contextmanager
def serve_log(log: RequestLog) -> Generator[str, None, None]:
    """Serve on a free port of 127.0.0.1 and give the base URL.

    No thread and no socket remains when the block ends.
    """
    with _Server(log) as server:
        loop = threading.Thread(
            target=server.serve_forever, args=(_POLL_S,), name="fake-beatport", daemon=True
        )
        loop.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            loop.join()
            server.close_connections()


class _Server(ThreadingHTTPServer):
    # The default backlog of 5 drops connections when a client opens 30 at the same time.
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, log: RequestLog) -> None:
        self.log = log
        self.closing = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="fake-beatport-connection",
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
        # An orderly shutdown would replace the reset that `_reset` has set up.
        if _is_reset(request):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients often disconnect early. Any other error is a bug and is printed.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        self.closing.set()
        connections = self._connections.copy()
        for connection in connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections:
            thread.join(_JOIN_TIMEOUT_S)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with server.log.record(self.command, self.path, headers, self._body()) as pending:
            self._deliver(pending, server.closing)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        is_sized = length.isdecimal() and "transfer-encoding" not in self.headers
        size = int(length[:9]) if is_sized else 0
        # Unread bytes would be parsed as the next request, so the connection must end.
        self.close_connection |= not is_sized or size > MAX_BODY_BYTES
        return self.rfile.read(min(size, MAX_BODY_BYTES))

    def _deliver(self, pending: PendingReply, closing: threading.Event) -> None:
        reply = pending.reply
        closing.wait(HANG_S if reply.delivery == "hang" else pending.pause_s)
        if reply.delivery == "whole":
            self.wfile.write(_head(reply, close=self.close_connection) + reply.body)
            return
        if reply.delivery == "slow":
            self.wfile.write(_head(reply, close=False))
            for piece in body_pieces(reply.body):
                closing.wait(pending.body_s / BODY_PIECES)
                self.wfile.write(piece)
            return
        self.close_connection = True
        if reply.delivery == "cut":
            self.wfile.write(_head(reply, close=True) + reply.body[: middle_of_data(reply.body)])
        elif reply.delivery == "reset":
            _reset(self.connection)


def _head(reply: Reply, *, close: bool) -> bytes:
    headers = [*reply.headers, ("content-length", str(len(reply.body)))]
    if close:
        headers.append(("connection", "close"))
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join((*lines, "", "")).encode("latin-1")


# SO_LINGER on, with zero seconds: closing the socket then sends a reset instead of an end.
_LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)


def _is_reset(connection: socket.socket) -> bool:
    linger = connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_LINGER_ZERO))
    return linger == _LINGER_ZERO
