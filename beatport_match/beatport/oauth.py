"""The user's access to Beatport's API: what a token file holds, and how a token is renewed.

Text and responses in, values out. Whose files these are, and when a token is renewed, is not known
here. What is secret is shown by no `repr` and stands in no error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from beatport_match.beatport.api import error_text
from beatport_match.beatport.json_fields import Record, is_record
from beatport_match.errors import Failure, FailureKind
from beatport_match.matching.protocol import Request, Response

# A token this near its end may be refused on its way.
EXPIRY_MARGIN_S = 30.0
MAX_SECRET_LENGTH = 10_000
_LOG_IN = "log in to Beatport again and write a new token file"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A user's tokens.

    `access` goes with every request; `refresh` and `client_id` are what a new one is asked for
    with, empty where the file has none. `expires_at` is in seconds since 1970 (UTC), `None` where
    it is not known. `others` are the keys of the file that are not ours: they are kept.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    expires_at: float | None = None
    others: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)

    def is_valid(self, now: float) -> bool:
        """Whether the access token can be expected to be taken at `now`."""
        return self.expires_at is None or now < self.expires_at - EXPIRY_MARGIN_S

    def to_text(self) -> str:
        """The file to keep them in."""
        ours = {
            "access_token": self.access,
            "refresh_token": self.refresh or None,
            "client_id": self.client_id or None,
            "expires_at": self.expires_at,
        }
        known = {name: value for name, value in ours.items() if value is not None}
        return json.dumps({**self.others, **known}, indent=2) + "\n"


_OURS = frozenset({"access_token", "refresh_token", "client_id", "expires_at", "expires_in"})


def parse_tokens(content: str, name: str) -> Tokens | Failure:
    """The tokens in a file called `name`: JSON with `access_token`, and what a renewal needs.

    `expires_at` is a number of seconds since 1970 or a date and time of ISO 8601 with its zone.
    """
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        found = None
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
            f"date and time with its zone; {_LOG_IN}, or leave expires_at out."
        )
    return Tokens(
        access=secrets["access_token"],
        refresh=secrets["refresh_token"],
        client_id=secrets["client_id"],
        expires_at=expires_at,
        others={key: value for key, value in found.items() if key not in _OURS},
    )


def refresh_request(tokens: Tokens, api_url: str, user_agent: str) -> Request | Failure:
    """The request for new tokens (RFC 6749, section 6)."""
    if not tokens.refresh or not tokens.client_id:
        lacks = "refresh_token" if not tokens.refresh else "client_id"
        return _rejected(
            f"Beatport's access token has expired, and there is no {lacks} to renew it with; "
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
    """What came of the request for new tokens; `now` is in seconds since 1970 (UTC)."""
    said = error_text(response)
    quoted = f', "{said}"' if said else ""
    if response.status in {400, 401, 403} and said:
        why = f"Beatport did not renew the access token (HTTP {response.status}{quoted})"
        return Failure("auth", f"{why}; {_LOG_IN}.", response.url)
    if not 200 <= response.status < 300:
        kind: FailureKind = "rate_limited" if response.status == 429 else "status"
        why = f"Beatport could not renew the access token (HTTP {response.status}{quoted})."
        return Failure(kind, why, response.url)
    try:
        found: object = json.loads(response.body)
    except (ValueError, RecursionError):
        found = None
    access = _secret(found, "access_token") if is_record(found) else ""
    if not is_record(found) or not access:
        why = "Beatport's answer to the renewal of the access token holds no access_token."
        return Failure("catalogue_changed", why, response.url)
    lasts = found.get("expires_in")
    known = isinstance(lasts, int | float) and not isinstance(lasts, bool) and math.isfinite(lasts)
    return replace(
        tokens,
        access=access,
        # A server that rotates them gives a new one; the old one is dead then.
        refresh=_secret(found, "refresh_token") or tokens.refresh,
        expires_at=now + float(lasts) if known and isinstance(lasts, int | float) else None,
    )


def _secret(found: Record, key: str) -> str:
    """A text that can stand in a header; empty where there is none."""
    value = found.get(key)
    if not isinstance(value, str) or len(value) > MAX_SECRET_LENGTH:
        return ""
    value = value.strip()
    return value if value.isascii() and value.isprintable() and " " not in value else ""


def _timestamp(value: object) -> float | None:
    """Seconds since 1970, from a number or a date and time.

    Raises:
        ValueError: It is neither.
    """
    if value is None:
        return None
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _rejected(detail: str) -> Failure:
    return Failure("auth", detail)
