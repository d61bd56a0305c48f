"""Settings: frozen models that refuse what they do not know, and say so by name.

How they are written down is `settings_files`' to say; what `Args:` says of each stands in the file.
The environment is read only where a program asks for it (`settings_from_environment`).
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from beatport_match._version import __version__
from beatport_match.errors import SettingsError
from beatport_match.model.tracks import Candidate
from beatport_match.settings import files as settings_files

MAX_SHOWN_LENGTH = 100
_DAY_S = 24 * 60 * 60.0
MAX_TTL_S = 3650 * _DAY_S
USER_AGENT = f"beatport-match/{__version__}"


class _Frozen(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False
    )

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_first_error_as_sentence(error)) from None


class AsyncSettings(_Frozen):
    """How the async engine works.

    Args:
        enabled: Whether `match_playlist` uses it, from sync code.
        max_concurrent_tracks: How many tracks are worked on at once (1-100).
        max_concurrent_requests: How many requests one track may have under way at once (1-100),
            where `queries_at_once` asks for several.
        request_timeout: The seconds (up to 600) that one request may take, from its sending to the
            last byte of its answer; in both modes.
        retry_attempts: How often (1-10) one request is tried, the first try included; in both
            modes.

    Raises:
        SettingsError: A key is unknown or a value out of range.
    """

    enabled: bool = False
    max_concurrent_tracks: Annotated[int, Field(ge=1, le=100)] = 5
    max_concurrent_requests: Annotated[int, Field(ge=1, le=100)] = 10
    request_timeout: Annotated[float, Field(gt=0, le=600)] = 30.0
    retry_attempts: Annotated[int, Field(ge=1, le=10)] = 3


class MatchSettings(_Frozen):
    """How to match and how to ask.

    Args:
        base_url: Where Beatport is; another host is for tests.
        source: Where candidates come from: `web`, Beatport's pages, or `api`, its API, which needs
            the token of a user.
        api_url: Where the API is.
        token_file: A file with that user's tokens (JSON: `access_token`, and `refresh_token`,
            `client_id`, `expires_at` to renew it, which is then written back); `None`, in TOML
            `false`, is none.
        access_token: The token itself, where no file is kept; it cannot be renewed. It is shown
            nowhere and never saved.
        accept_confidence: From here on (0-1) an answer is `matched`: applied unasked.
        review_confidence: From here on (0-1) an answer is `review`: a person should look.
        enough_score: A best score (0-100) that ends the asking.
        max_queries: The most searches for one track (1-20).
        queries_at_once: How many searches for one track go out together (1-20). At 1 the next is
            asked only when the last was not enough; more cost requests that one by one would not
            have been needed, and shorten the wait where they would. The answers are the same. Only
            the async engine asks them at once, `async_io.max_concurrent_requests` at the most.
        max_results: The most rows asked of one search (1-150; Beatport's pages held 150 in 2023).
        max_candidates: The most ranked candidates a match keeps (1-150).
        wanted_fields: Fields of `Candidate` you cannot do without. A search leaves some out
            (`preview_url`, mostly); the track's own page is asked for only when one is missing.
        requests_per_second: The pace of all requests together (up to 1000); `None` is unpaced,
            in TOML `false`.
        max_refusals: After so many refusals in a row (1-1000; challenges, 403, 429) nothing more
            is asked: what is left ends as `failed` with the kind `blocked`.
        refusal_pause_s: How long (up to 3600 s) nothing is asked then, before one request is let
            through to see; each further refusal doubles it, up to an hour.
        wait_when_refused: Sit that out instead of failing; `stop` still ends it.
        cache_path: A file that keeps what was understood for later runs; `None`, in TOML `false`,
            keeps nothing. It is made where there is none, several programs may share it, and it
            stays below 256 MiB.
        cache_ttl_s: How long (s, up to ten years) a search in the cache counts; a week.
        cache_page_ttl_s: The same for the page of a track; thirty days.
        max_connections: The most connections at once (1-100).
        user_agent: What we call ourselves.
        async_io: How the async engine works.

    Raises:
        SettingsError: A key is unknown or a value out of range.
    """

    base_url: str = "https://www.beatport.com"
    source: Literal["web", "api"] = "web"
    api_url: str = "https://api.beatport.com/v4"
    token_file: Path | None = None
    access_token: Annotated[SecretStr | None, Field(exclude=True)] = None
    accept_confidence: Annotated[float, Field(ge=0, le=1)] = 0.9
    review_confidence: Annotated[float, Field(ge=0, le=1)] = 0.15
    enough_score: Annotated[float, Field(ge=0, le=100)] = 95.0
    max_queries: Annotated[int, Field(ge=1, le=20)] = 4
    queries_at_once: Annotated[int, Field(ge=1, le=20)] = 1
    max_results: Annotated[int, Field(ge=1, le=150)] = 100
    max_candidates: Annotated[int, Field(ge=1, le=150)] = 10
    wanted_fields: tuple[str, ...] = ()
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = 5.0
    max_refusals: Annotated[int, Field(ge=1, le=1000)] = 10
    refusal_pause_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    wait_when_refused: bool = False
    cache_path: Path | None = None
    cache_ttl_s: Annotated[float, Field(gt=0, le=MAX_TTL_S)] = 7 * _DAY_S
    cache_page_ttl_s: Annotated[float, Field(gt=0, le=MAX_TTL_S)] = 30 * _DAY_S
    max_connections: Annotated[int, Field(ge=1, le=100)] = 32
    user_agent: Annotated[str, Field(min_length=1, max_length=500)] = USER_AGENT
    async_io: AsyncSettings = AsyncSettings()

    @field_validator("base_url", "api_url")
    @classmethod
    def _must_be_a_web_address(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")) or not url.partition("://")[2].strip("/"):
            raise ValueError("must begin with https:// or http:// and name a host")
        return url.rstrip("/")

    @field_validator("requests_per_second", "cache_path", "token_file", mode="before")
    @classmethod
    def _may_be_off(cls, given: object) -> object:
        return None if given is False else given

    @field_validator("access_token")
    @classmethod
    def _must_be_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        text = "-" if token is None else token.get_secret_value()
        if not text.isascii() or not text.isprintable() or " " in text or not text:
            raise SettingsError("access_token must be one word of ASCII: it is sent as a header.")
        return token

    @field_validator("async_io", mode="before")
    @classmethod
    def _must_say_where(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        try:
            return AsyncSettings(**cast("dict[str, Any]", given))
        except SettingsError as error:
            raise SettingsError(f"async_io.{error}") from None

    @model_validator(mode="after")
    def _must_be_in_order(self) -> Self:
        if self.review_confidence > self.accept_confidence:
            raise SettingsError(
                f"review_confidence cannot be {self.review_confidence}: it must not be above "
                f"accept_confidence, which is {self.accept_confidence}."
            )
        return self

    @field_validator("wanted_fields")
    @classmethod
    def _must_be_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [field.name for field in fields(Candidate)]
        if strange := [name for name in names if name not in known]:
            raise ValueError(f"{strange[0]} is no field of Candidate; those are {', '.join(known)}")
        return names

    @field_validator("user_agent")
    @classmethod
    def _must_fit_a_header(cls, text: str) -> str:
        if not text.isascii() or not text.isprintable():
            raise ValueError("must be printable ASCII: it is sent as a header")
        return text

    def values(self) -> dict[str, Any]:
        """What equal settings can be made of: a dump, and what is secret and in none."""
        return {**self.model_dump(), "access_token": self.access_token}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read settings from a TOML file, or a JSON one where the name does not end in `.toml`.

        What the file leaves out has its default; a file that an older version saved is understood.

        Raises:
            SettingsError: The file cannot be read, is not TOML or JSON, or holds a key or a value
                that is refused; the text names the file and the place.
        """
        try:
            values = settings_files.read(Path(path))
        except OSError as error:
            raise SettingsError(f"{str(path)!r} cannot be read ({_reason(error)}).") from None
        except ValueError as error:
            raise SettingsError(f"{path}: {error}.") from None
        try:
            return cls(**values)
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write the settings as TOML with comments, or JSON, whole or not at all.

        A `user_agent` that is the default is left out, since it names this version.

        Raises:
            SettingsError: The file cannot be written.
        """
        ours = {"user_agent"} if self.user_agent == USER_AGENT else set[str]()
        inner = settings_files.docstring_args(AsyncSettings.__doc__)
        comments = settings_files.docstring_args(MatchSettings.__doc__) | {
            f"async_io.{name}": text for name, text in inner.items()
        }
        try:
            values = self.model_dump(mode="json", exclude=ours)
            settings_files.write(Path(path), values, comments)
        except (OSError, ValueError) as error:
            raise SettingsError(f"{str(path)!r} cannot be written ({_reason(error)}).") from None


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def _first_error_as_sentence(error: ValidationError) -> str:
    """The first thing wrong, by its dotted name, with the value and what is allowed."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:MAX_SHOWN_LENGTH]
    name = name if name.isprintable() else repr(name)
    if first["type"] == "extra_forbidden":
        return f"{name} is not a setting; see MatchSettings for those there are."
    why = first["msg"].removeprefix("Value error, ")
    shown = repr(first["input"])
    shown = shown if len(shown) <= MAX_SHOWN_LENGTH else shown[:MAX_SHOWN_LENGTH] + "…"
    return f"{name} cannot be {shown}: {why[:1].lower()}{why[1:]}."
