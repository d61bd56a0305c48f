"""The user's tokens for Beatport's API: read, checked, refreshed and saved.

All tasks and threads of a matcher share one `TokenStore`. The content of a token file and the
requests for a refresh are defined in `beatport.oauth`; this module reads and writes the file, and
reads the clock. The engine sends the request, for one task or thread at a time.

* The file is read when a token is first needed. It is read again before each refresh, because
  another program may have refreshed the token. A lock file beside it lets one program at a time
  look, refresh and write: a server that rotates refresh tokens accepts each only once. After a
  rejection the file is read once more, for a program that does not know the lock.
* A new token that is rejected before it has been used successfully is not refreshed again.
* After a refresh was rejected, every request fails until the file holds another token.
* No token is ever logged.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import replace

from beatport_match._logging import logger
from beatport_match.beatport.oauth import Tokens, parse_refresh, parse_tokens, refresh_request
from beatport_match.errors import Failure
from beatport_match.files.atomic_write import atomic_write
from beatport_match.files.guarded_read import read_text, reason
from beatport_match.files.locked_file import lock_file
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings

MAX_TOKEN_FILE_BYTES = 100_000
# After this time, the library no longer waits for a program that holds the lock file.
MAX_TOKEN_LOCK_WAIT_S = 120.0
_NO_TOKEN = Failure(
    "auth",
    "Beatport's API needs a user's token: set token_file to a file with an access_token, or "
    "access_token to the token itself.",
)
_NEW_TOKEN_REJECTED = Failure(
    "auth",
    "Beatport refreshed the access token and then rejected the new one; log in to Beatport again "
    "and write a new token file.",
)


def read_tokens(settings: MatchSettings) -> Tokens | Failure:
    """Return the tokens of the settings or of the token file, or why there are none."""
    path = settings.token_file
    if path is None:
        token = settings.access_token
        return Tokens(token.get_secret_value()) if token else _NO_TOKEN
    try:
        return parse_tokens(read_text(path, MAX_TOKEN_FILE_BYTES), path.name)
    except OSError as error:
        remedy = "set token_file to a file that this user can read"
        return Failure(
            "auth", f"The token file {path.name} cannot be read ({reason(error)}); {remedy}."
        )


class TokenStore:
    """The tokens of one user: read from the file, refreshed once for all callers, and saved.

    `now` and `token_rejected_at` are seconds on the engine's clock. `token_rejected_at` is when a
    request was sent whose token Beatport rejected; `None` if no token was rejected.

    Args:
        settings: `token_file` or `access_token`, and the API's URL.
    """

    def __init__(self, settings: MatchSettings) -> None:
        self._settings = settings
        self._tokens: Tokens | Failure | None = None
        # When the present token was read or received.
        self._active_since = float("-inf")
        # Whether the present token came from the file or has been used successfully.
        self._is_confirmed = True
        # The access token that the file held last; another one in the file is a new one.
        self._access_in_file = ""

    def is_valid(self, token_rejected_at: float | None) -> bool:
        """Return whether the present token can be used, without reading the file."""
        if not isinstance(self._tokens, Tokens) or not self._is_newer_than(token_rejected_at):
            return False
        return self._tokens.is_valid(time.time())

    def try_lock(self) -> ExitStack | None:
        """Lock the token file for a refresh, until the result is closed.

        Return `None` if another program holds the lock.
        """
        path, lock = self._settings.token_file, ExitStack()
        if path is not None:
            # The folder may be read-only. A refresh without a lock is better than no refresh.
            with suppress(OSError):
                if not lock.enter_context(lock_file(path.with_name(f"{path.name}.lock"))):
                    return None
        return lock

    def refresh_request(
        self, token_rejected_at: float | None, now: float
    ) -> Request | Failure | None:
        """Return the request for a new token; `None` if the present token is valid.

        Return a failure if there is no token, or if it cannot be refreshed.
        """
        if self.is_valid(token_rejected_at):
            return None  # another caller has refreshed it in the meantime
        self._reload_file(now)
        if self.is_valid(token_rejected_at):
            return None
        # The failure is kept, so that a rejected refresh is not sent again for every track.
        if isinstance(self._tokens, Tokens):
            request = self._request_or_failure(self._tokens, token_rejected_at)
            if isinstance(request, Request):
                return request
            self._tokens = request
        return self._tokens

    def accept(self, response: Response | Failure, now: float) -> Failure | None:
        """Use the tokens in the response to a refresh and save them, or return the failure."""
        if isinstance(response, Failure):
            return response
        assert isinstance(self._tokens, Tokens)
        tokens = parse_refresh(response, self._tokens, time.time())
        if isinstance(tokens, Failure):
            if tokens.kind == "auth":
                used = self._tokens
                self._reload_file(now)
                if self._tokens is not used:
                    return None
                self._tokens = tokens
            return tokens
        self._tokens, self._active_since, self._is_confirmed = tokens, now, False
        self._save(tokens)
        return None

    def confirm(self) -> None:
        """Record that a request with the present token was answered."""
        self._is_confirmed = True

    def authorize(self, request: Request) -> Request:
        """Return the request with the token in its headers, if it needs one."""
        if not request.needs_token or not isinstance(self._tokens, Tokens):
            return request
        header = ("Authorization", f"Bearer {self._tokens.access}")
        return replace(request, headers=(*request.headers, header))

    def _is_newer_than(self, token_rejected_at: float | None) -> bool:
        return token_rejected_at is None or self._active_since > token_rejected_at

    def _reload_file(self, now: float) -> None:
        """Read the file; use its token at first, and later only if it is another than before."""
        tokens = read_tokens(self._settings)
        is_changed = isinstance(tokens, Tokens) and tokens.access != self._access_in_file
        if self._tokens is None or is_changed:
            self._tokens, self._active_since, self._is_confirmed = tokens, now, True
        if isinstance(tokens, Tokens):
            self._access_in_file = tokens.access

    def _request_or_failure(
        self, tokens: Tokens, token_rejected_at: float | None
    ) -> Request | Failure:
        """Return the request for a new token, unless the refreshed token itself was rejected."""
        if not self._is_confirmed and not self._is_newer_than(token_rejected_at):
            return _NEW_TOKEN_REJECTED
        return refresh_request(tokens, self._settings.api_url, self._settings.user_agent)

    def _save(self, tokens: Tokens) -> None:
        """Write the token file, readable by its user only; log a warning if that fails.

        Without the warning the user would not know that a new login may be needed: the refresh
        token that is still in the file may be invalid by now.
        """
        path = self._settings.token_file
        if path is None:
            return
        try:
            with atomic_write(path, secret=True) as temporary:
                temporary.write_text(tokens.to_text(), encoding="utf-8")
            path.chmod(0o600)
            self._access_in_file = tokens.access
        except OSError as error:
            logger.warning(
                "the refreshed token could not be saved in the token file (%s); you may have to "
                "log in to Beatport again before the next run",
                reason(error),
            )
