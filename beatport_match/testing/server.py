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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from beatport_match.testing.messages import (
    MAX_REQUEST_BODY_BYTES,
    PendingReply,
    RecordRequest,
    Reply,
    Request,
)

_POLL_S = 0.02
_JOIN_TIMEOUT_S = 5.0


@contextmanager
def serve(record: RecordRequest) -> Generator[str, None, None]:
    """Serve on a free port of 127.0.0.1 and give the base URL.

    No thread and no socket remains when the block ends.
    """
    with _Server(record) as server:
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

    def __init__(self, record: RecordRequest) -> None:
        self.record = record
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
    # Otherwise the body waits until the client has acknowledged the head, up to 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with server.record(Request(self.command, self.path, headers, self._body())) as pending:
            self._deliver(pending, server.closing)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        is_sized = length.isdecimal() and "transfer-encoding" not in self.headers
        size = int(length[:9]) if is_sized else 0
        # Unread bytes would be parsed as the next request, so the connection must end.
        self.close_connection |= not is_sized or size > MAX_REQUEST_BODY_BYTES
        return self.rfile.read(min(size, MAX_REQUEST_BODY_BYTES))

    def _deliver(self, pending: PendingReply, closing: threading.Event) -> None:
        reply = pending.reply
        closing.wait(pending.pause_s)
        self.close_connection |= reply.delivery in ("cut", "reset", "hang")
        if reply.delivery == "reset":
            _reset(self.connection)
        elif reply.delivery != "hang":
            self._send_head(reply)
            for piece in pending.pieces:
                closing.wait(pending.gap_s)
                self.wfile.write(piece)

    def _send_head(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in (*reply.headers, ("content-length", str(len(reply.body)))):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()


# SO_LINGER on, with zero seconds: closing the socket then sends a reset instead of an end.
_LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    # The server would end the connection in an orderly way before it closes the socket.
    connection.close()
