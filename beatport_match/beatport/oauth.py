"""The user's OAuth tokens for Beatport's API: the token file's content, and token refresh.

This module parses text and responses into values. `transport.token_store` reads and writes the file
and decides when to refresh. No `repr` and no error message contains a secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from beatport_match.beatport.api import error_text
from beatport_match.beatport.json_fields import Record, is_record
from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import Request, Response
from beatport_match.model.validation import finite_number, is_header_token, parse_json

# A token that expires within this time may be rejected when the request arrives.
EXPIRY_MARGIN_S = 30.0
MAX_SECRET_LENGTH = 10_000
_KNOWN_KEYS = frozenset({"access_token", "refresh_token", "client_id", "expires_at", "expires_in"})
_LOG_IN = "log in to Beatport again and write a new token file"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A user's tokens.

    `access` authorises every request. `refresh` and `client_id` are needed to refresh it; each is
    empty if the file has none. `expires_at` is in seconds since 1970 (UTC), `None` if unknown.
    `others` holds the file's other keys, which are written back unchanged.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    expires_at: float | None = None
    others: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)

    def is_valid(self, now: float) -> bool:
        """Return whether the access token can be used at `now` (seconds since 1970, UTC)."""
        return self.expires_at is None or now < self.expires_at - EXPIRY_MARGIN_S

    def to_text(self) -> str:
        """Return the content of the token file, as JSON."""
        known = {
            "access_token": self.access,
            "refresh_token": self.refresh or None,
            "client_id": self.client_id or None,
            "expires_at": self.expires_at,
        }
        stated = {name: value for name, value in known.items() if value is not None}
        return json.dumps({**self.others, **stated}, indent=2) + "\n"


def parse_tokens(content: str, name: str) -> Tokens | Failure:
    """Parse the content of the token file `name`: JSON with `access_token` and optional keys.

    `refresh_token` and `client_id` are needed for a refresh. `expires_at` is a number of seconds
    since 1970, or an ISO 8601 date and time with its time zone.
    """
    found = parse_json(content)
    if not is_record(found):
        return _rejected(f"The token file {name} does not hold a JSON object; {_LOG_IN}.")
    secrets = {key: _secret(found, key) for key in ("access_token", "refresh_token", "client_id")}
    if not secrets["access_token"]:
        return _rejected(f"The token file {name} has no text under access_token; {_LOG_IN}.")
    try:
        expires_at = _timestamp(found.get("expires_at"))
    except ValueError:
        return _rejected(
            f"The token file {name} has an expires_at that is neither seconds since 1970 nor a "
            f"date and time with its time zone; {_LOG_IN}, or leave expires_at out."
        )
    return Tokens(
        access=secrets["access_token"],
        refresh=secrets["refresh_token"],
        client_id=secrets["client_id"],
        expires_at=expires_at,
        others={key: value for key, value in found.items() if key not in _KNOWN_KEYS},
    )


def refresh_request(tokens: Tokens, api_url: str, user_agent: str) -> Request | Failure:
    """Return the request for new tokens (RFC 6749, section 6)."""
    if not tokens.refresh or not tokens.client_id:
        missing = "refresh_token" if not tokens.refresh else "client_id"
        return _rejected(
            f"Beatport's access token has expired, and there is no {missing} to refresh it with; "
            f"{_LOG_IN}."
        )
    return Request(
        url=f"{api_url.rstrip('/')}/auth/o/token/",
        headers=(("User-Agent", user_agent), ("Accept", "application/json")),
        form=(
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh),
            ("client_id", tokens.client_id),
        ),
    )


def parse_refresh(response: Response, tokens: Tokens, now: float) -> Tokens | Failure:
    """Parse the response to the request for new tokens.

    `now` is the present time in seconds since 1970 (UTC).
    """
    message = error_text(response)
    quoted = f', "{message}"' if message else ""
    if response.status in {400, 401, 403} and message:
        why = f"Beatport rejected the refresh of the access token (HTTP {response.status}{quoted})"
        return Failure("auth", f"{why}; {_LOG_IN}.", response.url)
    if not 200 <= response.status < 300:
        kind: FailureKind = "rate_limited" if response.status == 429 else "status"
        why = f"Beatport could not refresh the access token (HTTP {response.status}{quoted})."
        return Failure(kind, why, response.url)
    found = parse_json(response.body)
    access = _secret(found, "access_token") if is_record(found) else ""
    if not is_record(found) or not access:
        why = "Beatport's answer to the refresh of the access token holds no access_token."
        return Failure("catalogue_changed", why, response.url)
    lifetime_s = finite_number(found.get("expires_in"))
    return replace(
        tokens,
        access=access,
        # A server that rotates refresh tokens sends a new one, and the old one becomes invalid.
        refresh=_secret(found, "refresh_token") or tokens.refresh,
        expires_at=None if lifetime_s is None else now + lifetime_s,
    )


def _secret(found: Record, key: str) -> str:
    """Return a text that can be sent in a header; empty if there is none."""
    value = found.get(key)
    if not isinstance(value, str) or len(value) > MAX_SECRET_LENGTH:
        return ""
    value = value.strip()
    return value if is_header_token(value) else ""


def _timestamp(value: object) -> float | None:
    """Return seconds since 1970, from a number or an ISO 8601 date and time; `None` if not given.

    Raises:
        ValueError: The value is none of these.
    """
    if value is None:
        return None
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.timestamp()
    number = finite_number(value)
    if number is None:
        raise ValueError(value)
    return number


def _rejected(detail: str) -> Failure:
    return Failure("auth", detail)
