"""Response bodies of limited size: decompress one piece by piece, and reject it above the limit.

A small body that decompresses to gigabytes uses no more memory than the limit.
"""

from __future__ import annotations

import zlib

from beatport_match.errors import Failure

# Beatport's largest pages have 0.6 MB.
MAX_BODY_BYTES = 16 * 2**20
# The value of `Accept-Encoding`: only what `BoundedDecoder` can decompress.
ACCEPTED_ENCODING = "gzip"
_UNCOMPRESSED_ENCODINGS = frozenset({"", "identity"})
_COMPRESSED_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
# For this value of `wbits`, zlib reads in the header whether the format is gzip or zlib.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class BoundedDecoder:
    """Decompresses a response body piece by piece, up to `MAX_BODY_BYTES`.

    `failure` says why the body is rejected; `None` so far.

    Args:
        url: The request's URL, for the failure.
        encoding: The response's `Content-Encoding`.
    """

    def __init__(self, url: str, encoding: str) -> None:
        self._url = url
        self._parts: list[bytes] = []
        self._size = 0
        self.failure: Failure | None = None
        encoding = encoding.strip().lower()
        is_compressed = encoding in _COMPRESSED_ENCODINGS
        self._decompressor = zlib.decompressobj(_GZIP_OR_ZLIB) if is_compressed else None
        if not is_compressed and encoding not in _UNCOMPRESSED_ENCODINGS:
            self._fail(
                f"has the encoding {encoding[:50]!r}, but the request accepts only "
                f"{ACCEPTED_ENCODING}"
            )

    def feed(self, piece: bytes) -> bool:
        """Add the next piece, and return whether more pieces are needed."""
        if self.failure is not None:
            return False
        if self._decompressor is not None:
            try:
                piece = self._decompressor.decompress(piece, MAX_BODY_BYTES + 1 - self._size)
            except zlib.error as error:
                self._fail(f"cannot be decompressed ({error})")
                return False
            if self._decompressor.unused_data:
                # zlib keeps all data after the compressed end in memory, without a limit.
                self._fail("has data after the end of its compressed body")
                return False
        self._parts.append(piece)
        self._size += len(piece)
        self.failure = size_failure(self._size, self._url)
        return self.failure is None

    def finish(self) -> bytes | Failure:
        """Return the whole body after the last piece, or why it is rejected."""
        if self._decompressor is not None and self._size and not self._decompressor.eof:
            self._fail(f"was cut off after {self._size} bytes")
        return self.failure or b"".join(self._parts)

    def _fail(self, problem: str) -> None:
        if self.failure is None:
            self.failure = Failure("network", f"Beatport's answer {problem}.", self._url)


def size_failure(size: int, url: str) -> Failure | None:
    """Return the failure of a body that is larger than `MAX_BODY_BYTES`, or `None`."""
    if size <= MAX_BODY_BYTES:
        return None
    limit = f"{MAX_BODY_BYTES // 2**20} MiB"
    detail = f"Beatport's answer is larger than {limit}, the limit for a page."
    return Failure("catalogue_changed", detail, url)
