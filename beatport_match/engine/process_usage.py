"""Figures of the operating system about this process."""

from __future__ import annotations

import sys


def peak_memory_bytes() -> int | None:
    """Return the peak of the resident memory of this process since it began, in bytes.

    `None` on Windows, where the standard library does not report it.
    """
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, other systems KiB.
    return peak if sys.platform == "darwin" else 1024 * peak
