"""The body of an answer as it comes in: unpacked piece by piece, and bounded.

A few kilobytes of gzip unpack to gigabytes, so unpacking is never left to run. This file knows no
client.
"""

from __future__ import annotations

import zlib

from beatport_match.errors import Failure

# Beatport's largest pages come to 0.6 MB.
LARGEST_BODY = 16 * 2**20
# What we ask for, and so what we must be able to unpack ourselves.
ACCEPTED = "gzip"
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
# zlib's own sign for "gzip or zlib, whichever the header says".
_EITHER = 32 + zlib.MAX_WBITS


class Body:
    """What has come so far; `failure` says why it is unfit, once it is.

    Args:
        url: What was asked for, to be named where the body is unfit.
        encoding: The answer's `Content-Encoding`.
    """

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._parts: list[bytes] = []
        self._size = 0
        self.failure: Failure | None = None
        encoding = encoding.strip().lower()
        self._unpacker = zlib.decompressobj(_EITHER) if encoding in _PACKED else None
        if encoding not in _PLAIN | _PACKED:
            self._fail(f"is packed as {encoding[:50]!r}, which was not asked for")

    def take(self, piece: bytes) -> bool:
        """Take the next piece, and say whether more is wanted."""
        if self.failure is not None:
            return False
        if self._unpacker is not None:
            try:
                piece = self._unpacker.decompress(piece, LARGEST_BODY + 1 - self._size)
            except zlib.error as error:
                self._fail(f"cannot be unpacked ({error})")
                return False
        self._parts.append(piece)
        self._size += len(piece)
        self.failure = too_large(self._size, self._url)
        return self.failure is None

    def whole(self) -> bytes | Failure:
        """The body, now that all has come, or why there is none."""
        if self._unpacker is not None and self._size and not self._unpacker.eof:
            self._fail(f"was cut off after {self._size} bytes")
        return self.failure or b"".join(self._parts)

    def _fail(self, what: str) -> None:
        if self.failure is None:
            self.failure = Failure("network", f"Beatport's answer {what}.", self._url)


def too_large(size: int, url: str) -> Failure | None:
    """Why a body of more than 16 MiB is refused: no page of Beatport's could have it."""
    if size <= LARGEST_BODY:
        return None
    shown = f"Beatport's answer is larger than {LARGEST_BODY // 2**20} MiB, as no page is."
    return Failure("catalogue_changed", shown, url)
