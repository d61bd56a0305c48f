"""What a user of the command line can do about each kind of failure."""

from __future__ import annotations

from collections.abc import Mapping

# For each `FailureKind`; docs/confidence-and-outcomes.md says more about them.
REMEDIES: Mapping[str, str] = {
    "timeout": "run the command again later, on a slow network with a longer request_timeout",
    "network": "check the network and the proxy, then run the command again",
    "status": "run the command again later",
    "rate_limited": "run the command again later, with a lower rate limit",
    "blocked": "run the command again later, with a lower rate limit",
    "catalogue_changed": "see beatport-match probe and install a newer version, or build a "
    "damaged catalogue again",
    "restricted": "no remedy, because the track was removed or may not be shown in this country",
    "auth": "log in to Beatport again and write a new token file (--token-file)",
    "stopped": "run the command again",
    "unaskable": "correct the entries in the playlist, then run the command again",
    "time_budget": "set a larger max_track_time_s, then run the command again",
    "exception": "correct the program that raised the exception",
}


def with_remedy(kind: str, detail: str) -> str:
    """Return a failure as one sentence that ends with what helps."""
    return f"{kind}: {detail.rstrip('.')}; {REMEDIES[kind]}."
