"""The tokens of the fake API: which are valid, how long, and how a client refreshes them.

This module uses no URLs and no clock. A token expires after a number of requests, not after a
time, so that it expires at the same request on every machine.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from beatport_match.errors import MisuseError

Rejection: TypeAlias = Literal["invalid_client", "invalid_grant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeTokens:
    """The only account of a fake's API.

    Args:
        access: The first access token. The next ones are `<access>.1`, `<access>.2` and so on.
        refresh: The first refresh token. It works once; each refresh returns the next one,
            `<refresh>.1` and so on.
        client_id: The OAuth client that may refresh tokens.
        requests_per_token: The number of catalogue requests after which an access token expires
            (1 or more); `None` (default): it never expires.
        expires_in_s: The lifetime that the fake reports for a new access token, in seconds (0 or
            more). The fake does not apply it. The default, 36,000, is Beatport's value.

    Raises:
        MisuseError: A text is empty or not a single ASCII word, or a number is out of range.

    Example:
        ```python
        fake = FakeBeatport(api=FakeTokens(access="good", requests_per_token=40))
        ```
    """

    access: str = "an-access-token"
    refresh: str = "a-refresh-token"
    client_id: str = "a-client"
    requests_per_token: int | None = None
    expires_in_s: int = 36_000

    def __post_init__(self) -> None:
        for field in ("access", "refresh", "client_id"):
            text = getattr(self, field)
            if not text or not text.isascii() or not text.isprintable() or " " in text:
                raise MisuseError(
                    f"FakeTokens.{field} must be one word of printable ASCII, not {text!r}."
                )
        if self.requests_per_token is not None and self.requests_per_token < 1:
            raise MisuseError(
                f"FakeTokens.requests_per_token must be 1 or more, or None for no limit, not "
                f"{self.requests_per_token}."
            )
        if self.expires_in_s < 0:
            raise MisuseError(
                f"FakeTokens.expires_in_s must be 0 or more, not {self.expires_in_s}."
            )


class GoodTokens(NamedTuple):
    """The tokens that the fake API accepts now.

    Args:
        access: The valid access token; `None` if it is used up or if there is no account.
        refresh: The valid refresh token; `None` if there is no account.
        refreshed: How often the tokens were refreshed.

    Example:
        ```python
        fake = FakeBeatport(api=FakeTokens(access="good"))
        fake.tokens.access
        # 'good'
        ```
    """

    access: str | None
    refresh: str | None
    refreshed: int


class TokenRegistry:
    """Hold the valid tokens of an account; safe to use from many threads.

    Args:
        account: The account; with `None`, no token is ever valid.
        refreshed: How often the tokens were refreshed.
        used: The number of requests that the current access token has served.
    """

    def __init__(self, account: FakeTokens | None, *, refreshed: int = 0, used: int = 0) -> None:
        self._account, self._refreshed, self._used = account, refreshed, used
        self._lock = threading.RLock()

    @property
    def valid(self) -> GoodTokens:
        """The tokens that are valid now."""
        account = self._account
        if account is None:
            return GoodTokens(None, None, 0)
        with self._lock:
            limit, refreshed = account.requests_per_token, self._refreshed
            is_expired = limit is not None and self._used >= limit
        access = None if is_expired else _nth_token(account.access, refreshed)
        return GoodTokens(access, _nth_token(account.refresh, refreshed), refreshed)

    @property
    def expires_in_s(self) -> int:
        """The reported lifetime of a new access token, in seconds."""
        return self._account.expires_in_s if self._account else 0

    def copy(self) -> TokenRegistry:
        """Return an independent registry in the same state."""
        with self._lock:
            return TokenRegistry(self._account, refreshed=self._refreshed, used=self._used)

    def check(self, access: str) -> bool:
        """Return whether an access token is valid, and count one use of it if it is."""
        with self._lock:
            if access != self.valid.access:
                return False
            self._used += 1
            return True

    def refresh(self, refresh: str, client_id: str) -> GoodTokens | Rejection:
        """Replace both tokens by new ones, or return the reason of the rejection."""
        with self._lock:
            if self._account is None or client_id != self._account.client_id:
                return "invalid_client"
            if refresh != self.valid.refresh:
                return "invalid_grant"
            self._refreshed, self._used = self._refreshed + 1, 0
            return self.valid


def _nth_token(first: str, refreshed: int) -> str:
    return f"{first}.{refreshed}" if refreshed else first
