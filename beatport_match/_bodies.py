"""The body of an answer as it comes in: unpacked piece by piece, and bounded.

A few kilobytes of gzip unpack to gigabytes, so unpacking is never left to run. This file knows no
client.
"""

from __future__ import annotations

import zlib

from beatport_match.errors import Failure, FailureKind

# Beatport's largest pages come to 0.6 MB.
LARGEST_BODY = 16 * 2**20
# What we ask for, and so what we must be able to unpack ourselves.
ACCEPTED = "gzip"
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
# zlib's own sign for "gzip or zlib, whichever the header says".
_EITHER = 32 + zlib.MAX_WBITS


class FailedError(Exception):
    """There is no whole answer; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Body:
    """What has come so far.

    Args:
        url: What was asked for, to be named where the body is unfit.
        encoding: The answer's `Content-Encoding`.

    Raises:
        FailedError: It is packed in a way that was not asked for.
    """

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._parts: list[bytes] = []
        self._size = 0
        encoding = encoding.strip().lower()
        if encoding not in _PLAIN | _PACKED:
            shown = f"Beatport's answer is packed as {encoding[:50]!r}, which was not asked for."
            raise _failed("network", shown, url)
        self._unpacker = zlib.decompressobj(_EITHER) if encoding in _PACKED else None

    def take(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            FailedError: It cannot be unpacked, or is too much.
        """
        if self._unpacker is not None:
            try:
                piece = self._unpacker.decompress(piece, LARGEST_BODY + 1 - self._size)
            except zlib.error as error:
                shown = f"Beatport's answer cannot be unpacked ({error})."
                raise _failed("network", shown, self._url) from None
        self._parts.append(piece)
        self._size += len(piece)
        check_size(self._size, self._url)

    def whole(self) -> bytes:
        """The body, now that all has come.

        Raises:
            FailedError: The packed data ended too soon.
        """
        if self._unpacker is not None and self._size and not self._unpacker.eof:
            shown = f"Beatport's answer was cut off after {self._size} bytes."
            raise _failed("network", shown, self._url)
        return b"".join(self._parts)


def check_size(size: int, url: str) -> None:
    """Refuse a body that no page of Beatport's could have.

    Raises:
        FailedError: It is larger than 16 MiB.
    """
    if size > LARGEST_BODY:
        shown = f"Beatport's answer is larger than {LARGEST_BODY // 2**20} MiB, as no page is."
        raise _failed("catalogue_changed", shown, url)


def _failed(kind: FailureKind, detail: str, url: str) -> FailedError:
    return FailedError(Failure(kind, detail, url))
