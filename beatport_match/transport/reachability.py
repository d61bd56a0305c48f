"""Whether the site can be reached: after many requests without an answer, none is sent for a while.

Two pure functions of a frozen state and the time. After `MAX_UNANSWERED` timeouts and network
failures in a row, `admit` lets through one request as a probe every few seconds. Any answer to a
request ends this. A request that was sent before the last answer does not count: of several
concurrent requests, the answers arrive first, and then all timeouts together. `rate_limiter` holds
the state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from beatport_match.errors import Failure
from beatport_match.matching.protocol import ParsedResult

UNANSWERED_KINDS = frozenset({"timeout", "network"})
# Of 600 requests of which 30 % fail by chance, ten in a row fail in 1 of 300 runs.
MAX_UNANSWERED = 10
FIRST_PROBE_S = 5.0
MAX_PROBE_S = 60.0
_CANNOT_REACH = "cannot reach "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """The state; times are seconds on the engine's clock.

    `answered_at` is when the last answer came. `unanswered` counts the requests without an answer
    that were sent since then, `reason` says why the last one had none. Since `lost_at` nothing is
    sent, apart from a probe at `probe_at` or later, and the next one `probe_s` after it; `lost_at`
    is `None` while the site can be reached.
    """

    answered_at: float = float("-inf")
    unanswered: int = 0
    reason: str = ""
    lost_at: float | None = None
    probe_at: float = 0.0
    probe_s: float = FIRST_PROBE_S


def admit(
    state: Reachability, host: str, max_wait_s: float, now: float
) -> tuple[Reachability, float | Failure]:
    """Return how many seconds to wait before the next try (0: send now), or a failure.

    A caller waits until `max_wait_s` seconds after the site was lost, and fails then.
    """
    if state.lost_at is None:
        return state, 0.0
    if now >= state.probe_at:
        return replace(state, probe_at=now + state.probe_s), 0.0
    left_s = state.lost_at + max_wait_s - now
    if left_s > 0:
        return state, min(left_s, state.probe_at - now)
    reason = state.reason
    # The reason may already name the host or proxy that cannot be reached.
    if not reason.startswith(_CANNOT_REACH):
        reason = f"{cannot_reach(host)} The last request failed: {reason}"
    return state, Failure("network", reason)


def cannot_reach(host: str) -> str:
    """Return the sentence for a host to which there is no connection."""
    return f"{_CANNOT_REACH}{host}; are you online?"


def observe(
    state: Reachability, value: ParsedResult | Failure, *, sent: float, now: float
) -> Reachability:
    """Return the state after the result of a request that was sent at `sent`."""
    if isinstance(value, ParsedResult) or value.kind not in UNANSWERED_KINDS:
        return Reachability(answered_at=now)
    if sent < state.answered_at:
        return state
    if state.lost_at is None:
        state = replace(state, unanswered=state.unanswered + 1, reason=value.detail)
        if state.unanswered < MAX_UNANSWERED:
            return state
        return replace(state, lost_at=now, probe_at=now + state.probe_s)
    if sent < state.lost_at:  # no probe: it was in flight when the site was lost
        return state
    probe_s = min(MAX_PROBE_S, 2 * state.probe_s)
    return replace(state, reason=value.detail, probe_s=probe_s, probe_at=now + probe_s)
