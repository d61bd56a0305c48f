"""Who may ask the API: which tokens are good, for how long, and how they are renewed.

This room knows no address and no clock. A token ends after so many requests and not after so many
seconds, so that it ends in the middle of a run wherever that run is made.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from beatport_match.errors import MisuseError

Rejection: TypeAlias = Literal["invalid_client", "invalid_grant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeTokens:
    """The one account that a fake's API knows.

    Args:
        access: The access token that is good at first. Those that follow are `access.1` and so on.
        refresh: The refresh token that renews it, once: with the new access token comes the next
            refresh token, `refresh.1` and so on.
        client_id: The client that may renew.
        requests_per_token: How many requests to the catalogue an access token is good for (1 or
            more); `None` for any number.
        expires_in_s: The seconds (0 or more) that the fake says a new access token lasts; it only
            says so. Beatport says 36,000.

    Raises:
        MisuseError: A text is empty or no ASCII word, or a number is out of range.
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
                    f"FakeTokens.{field} must be one word that a header can carry, not {text!r}."
                )
        if self.requests_per_token is not None and self.requests_per_token < 1:
            raise MisuseError(
                f"FakeTokens.requests_per_token must be 1 or more, or None for any number, not "
                f"{self.requests_per_token}."
            )
        if self.expires_in_s < 0:
            raise MisuseError(f"FakeTokens.expires_in_s must not be below 0: {self.expires_in_s}.")


class GoodTokens(NamedTuple):
    """The tokens that are good now; `None` where there is none.

    `access` is `None` once the last one is used up, and `refreshed` tells how often it was renewed.
    """

    access: str | None
    refresh: str | None
    refreshed: int


class TokenRegistry:
    """Keeps the book of an account's tokens; safe to use from many threads.

    Args:
        account: What is known at first; with `None` no token is good, ever.
        refreshed: How often the access token was renewed already.
        used: How many requests the present one has served.
    """

    def __init__(self, account: FakeTokens | None, *, refreshed: int = 0, used: int = 0) -> None:
        self._account, self._refreshed, self._used = account, refreshed, used
        self._lock = threading.Lock()

    @property
    def good(self) -> GoodTokens:
        """The tokens that are good now."""
        with self._lock:
            return self._valid()

    @property
    def expires_in_s(self) -> int:
        """The seconds that a new access token is said to last."""
        return self._account.expires_in_s if self._account else 0

    def copy(self) -> TokenRegistry:
        """A book that says the same today, and in which another hand may write."""
        with self._lock:
            return TokenRegistry(self._account, refreshed=self._refreshed, used=self._used)

    def check(self, access: str) -> bool:
        """Whether a request with this access token is served; if so, it counts."""
        with self._lock:
            if access != self._valid().access:
                return False
            self._used += 1
            return True

    def refresh(self, refresh: str, client_id: str) -> GoodTokens | Rejection:
        """Put new tokens in the place of both old ones, which are good no longer."""
        with self._lock:
            if self._account is None or client_id != self._account.client_id:
                return "invalid_client"
            if refresh != self._valid().refresh:
                return "invalid_grant"
            self._refreshed, self._used = self._refreshed + 1, 0
            return self._valid()

    def _valid(self) -> GoodTokens:
        account, turn = self._account, self._refreshed
        if account is None:
            return GoodTokens(None, None, 0)
        spent = account.requests_per_token is not None and self._used >= account.requests_per_token
        access = None if spent else _nth(account.access, turn)
        return GoodTokens(access, _nth(account.refresh, turn), turn)


def _nth(first: str, turn: int) -> str:
    return f"{first}.{turn}" if turn else first
