"""A server on 127.0.0.1 that sends any bytes, at any speed, as no correct server would."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# A test that waits for the server to give up fails, but it does not block the run.
GIVES_UP_S = 30.0


@dataclass
class RawServer:
    """The server: its URL, the heads of the requests so far, and whether the test has ended."""

    url: str
    heads: list[bytes] = field(default_factory=list[bytes])
    arrived: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def drip(self, connection: socket.socket, start: bytes, piece: bytes) -> None:
        """Send a start, and then a piece every 5 ms until the test has ended."""
        connection.sendall(start)
        for _ in range(int(GIVES_UP_S / 0.005)):
            if self.ended.wait(0.005):
                return
            connection.sendall(piece)


Handler = Callable[[RawServer, socket.socket], None]


@contextmanager
def raw_server(handle: Handler) -> Generator[RawServer, None, None]:
    """Serve each connection with `handle`, after the head of its request has arrived."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (piece := connection.recv(65536)):
                        return
                    head += piece
                server.heads.append(head)
                server.arrived.set()
                handle(server, connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            server.ended.set()
            listener.shutdown(socket.SHUT_RDWR)


def answer(body: bytes, *headers: str) -> bytes:
    """Return an answer with status 200, after which the connection ends."""
    lines = ("HTTP/1.1 200 OK", f"content-length: {len(body)}", "connection: close", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
