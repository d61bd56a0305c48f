"""The user's tokens for Beatport's API, shared by all tasks and threads of a matcher.

What a token file holds and what a renewal says is `beatport.tokens`' to know; here are its file and
the clock. Nothing of it is logged.
"""

from __future__ import annotations

import time
from dataclasses import replace

from beatport_match._logging import logger
from beatport_match.beatport.oauth import Tokens, parse_refresh, parse_tokens, refresh_request
from beatport_match.errors import Failure
from beatport_match.files.atomic_write import atomic_write
from beatport_match.matching.protocol import Request, Response
from beatport_match.settings.models import MatchSettings

MAX_FILE_BYTES = 100_000
_NO_TOKEN = Failure(
    "auth",
    "Beatport's API needs the token of a user: set token_file to a file with an access_token, or "
    "access_token to the token itself.",
)
_REJECTED_AGAIN = Failure(
    "auth",
    "Beatport renewed the access token and then refused the new one; log in to Beatport again and "
    "write a new token file.",
)


class TokenStore:
    """A user's tokens: read when first needed, renewed once for all, and kept in their file."""

    def __init__(self, settings: MatchSettings) -> None:
        self._settings = settings
        self._tokens: Tokens | Failure | None = None
        # When the token in use became so, on the hands' clock.
        self._since = float("-inf")
        # Whether anything was served for the token in use.
        self._proven = True
        # The token that was last seen in the file: another one is news.
        self._in_file = ""

    def is_valid(self, token_rejected_at: float | None) -> bool:
        """Whether the token at hand is known to be good, without looking into its file."""
        if not isinstance(self._tokens, Tokens) or not self._is_newer_than(token_rejected_at):
            return False
        return self._tokens.is_valid(time.time())

    def refresh_request(
        self, token_rejected_at: float | None, now: float
    ) -> Request | Failure | None:
        """The request for a new token; `None` where there is a good one, a failure where none.

        `now` is the hands' clock. Another program may have renewed it: its file is read again.
        """
        if self.is_valid(token_rejected_at):
            return None  # somebody else renewed it meanwhile
        self._reload_file(now)
        if self.is_valid(token_rejected_at):
            return None
        # What was refused is not asked for again for every track, until the file has other news.
        if isinstance(self._tokens, Tokens):
            asked = self._asked(self._tokens, token_rejected_at)
            if isinstance(asked, Request):
                return asked
            self._tokens = asked
        return self._tokens

    def accept(self, came: Response | Failure, now: float) -> Failure | None:
        """Take in what a renewal came to, and keep it in the file; `now` is the hands' clock."""
        if isinstance(came, Failure):
            return came
        assert isinstance(self._tokens, Tokens)
        found = parse_refresh(came, self._tokens, time.time())
        if isinstance(found, Failure):
            if found.kind == "auth":
                self._tokens = found
            return found
        self._tokens, self._since, self._proven = found, now, False
        self._save(found)
        return None

    def confirm(self) -> None:
        """Take note that something was served for the token in use."""
        self._proven = True

    def authorize(self, request: Request) -> Request:
        """The request with the token in its head, where it needs one."""
        if not request.needs_token or not isinstance(self._tokens, Tokens):
            return request
        header = ("Authorization", f"Bearer {self._tokens.access}")
        return replace(request, headers=(*request.headers, header))

    def _is_newer_than(self, token_rejected_at: float | None) -> bool:
        return token_rejected_at is None or self._since > token_rejected_at

    def _reload_file(self, now: float) -> None:
        """Take what is new there: at first all, later what another program or the user wrote."""
        found = self._read()
        news = isinstance(found, Tokens) and found.access != self._in_file
        if self._tokens is None or news:
            self._tokens, self._since, self._proven = found, now, True
        if isinstance(found, Tokens):
            self._in_file = found.access

    def _asked(self, tokens: Tokens, token_rejected_at: float | None) -> Request | Failure:
        """The request for a new token, unless it was renewed in vain already."""
        if not self._proven and not self._is_newer_than(token_rejected_at):
            return _REJECTED_AGAIN
        return refresh_request(tokens, self._settings.api_url, self._settings.user_agent)

    def _read(self) -> Tokens | Failure:
        path = self._settings.token_file
        if path is None:
            given = self._settings.access_token
            return Tokens(given.get_secret_value()) if given else _NO_TOKEN
        try:
            with path.open(encoding="utf-8") as file:
                return parse_tokens(file.read(MAX_FILE_BYTES), path.name)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            remedy = "name a file that this user may read in token_file"
            return Failure("auth", f"The token file {path.name} cannot be read ({why}); {remedy}.")

    def _save(self, tokens: Tokens) -> None:
        """Write the file anew, for its user alone; a disk that refuses costs the next run a login.

        The old refresh token may be dead by now, so the user is told.
        """
        path = self._settings.token_file
        if path is None:
            return
        try:
            with atomic_write(path) as draft:
                draft.write_text(tokens.to_text(), encoding="utf-8")
            path.chmod(0o600)
            self._in_file = tokens.access
        except OSError as error:
            logger.warning(
                "The renewed token could not be kept in its file (%s): the next run may have to "
                "log in again",
                error.strerror,
            )
