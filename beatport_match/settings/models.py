"""The settings as frozen models: names, defaults, ranges and validation.

An unknown setting or a value out of range raises a `SettingsError` that names the setting. The
`Args` of both class docstrings are also used elsewhere: `settings.files` writes them as comments
into a TOML file, and the table in docs/settings.md is generated from them. Environment variables
are read only in `settings.environment`.
"""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from beatport_match._version import __version__
from beatport_match.errors import SettingsError
from beatport_match.model.tracks import Candidate
from beatport_match.model.validation import is_header_token, is_loopback_url, web_url_problem
from beatport_match.settings.frozen import FrozenSettings, false_as_none, own_sentence

MAX_TTL_S = 3650 * 86_400.0  # ten years
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
USER_AGENT = f"beatport-match/{__version__}"
"""How the library names itself to servers."""


class AsyncSettings(FrozenSettings, frozen=True):
    """Settings of the async engine; timeouts and retries also hold for the sync engine.

    Args:
        enabled: Whether `match_playlist` and `iter_matches` use the async engine when sync code
            calls them. Default `False`.
        max_concurrent_tracks: Maximum number of tracks that are processed concurrently (1-100).
            Default 5.
        max_concurrent_requests: Maximum number of concurrent requests for one track, or for one
            call of `fetch_tracks` (1-100). One track has several requests at a time only if
            `queries_at_once` is above 1 or `run_all_queries` is set. Default 10.
        request_timeout: Seconds (above 0, up to 600) that one request may take, from sending it to
            the last byte of its response. In sync and async. Default 30.
        connect_timeout: Seconds (above 0, up to 600) that opening a connection may take. In sync
            and async, but not with an `http_client` of yours. Default `None` (`false` in TOML): as
            long as `request_timeout`.
        read_timeout: Seconds (above 0, up to 600) without a byte from the server after which a
            request ends. In sync and async, but not with an `http_client` of yours. Default `None`
            (`false` in TOML): as long as `request_timeout`.
        retry_attempts: Maximum number of tries for one request (1-10), the first try included. In
            sync and async. Default 3.

    Raises:
        SettingsError: A key is unknown, or a value is out of range.

    Example:
        ```python
        settings = MatchSettings(async_io=AsyncSettings(enabled=True, max_concurrent_tracks=8))
        ```
    """

    _name_prefix: ClassVar[str] = "async_io."

    enabled: bool = False
    max_concurrent_tracks: Annotated[int, Field(ge=1, le=100)] = 5
    max_concurrent_requests: Annotated[int, Field(ge=1, le=100)] = 10
    request_timeout: Annotated[float, Field(gt=0, le=600)] = 30.0
    connect_timeout: Annotated[float, Field(gt=0, le=600)] | None = None
    read_timeout: Annotated[float, Field(gt=0, le=600)] | None = None
    retry_attempts: Annotated[int, Field(ge=1, le=10)] = 3

    @field_validator("connect_timeout", "read_timeout", mode="before")
    @classmethod
    def _validate_false_as_none(cls, value: object) -> object:
        return false_as_none(value)


class MatchSettings(FrozenSettings, frozen=True):
    """All settings of matching: sources, confidence thresholds, searches, rate limit and cache.

    Args:
        base_url: URL of Beatport's site (http or https). Use another one for tests. Default
            `https://www.beatport.com`.
        source: Where candidates come from: `web` (Beatport's web pages) or `api` (Beatport's API,
            which needs a user's token). Default `web`.
        api_url: URL of Beatport's API (http or https). Default `https://api.beatport.com/v4`.
        token_file: Path of a JSON file with the user's tokens for the API. It holds `access_token`
            and may hold `refresh_token`, `client_id` and `expires_at`; with these the library
            refreshes the token and rewrites the file. Default `None` (`false` in TOML): no file.
        proxy: URL of a proxy for all requests: http, https, or with the extra `socks` also socks5
            or socks5h, without a user name or password. With `None` (`false` in TOML) the proxies
            of the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and others) are used, but
            never for requests to this machine. Default `None`.
        access_token: The access token itself, if there is no `token_file`: printable ASCII without
            spaces. The library cannot refresh it, and never shows or saves it. Default `None`.
        accept_confidence: Lowest confidence (0-1) for the outcome `matched`, which is accepted
            automatically. Default 0.9.
        review_confidence: Lowest confidence (0-1) for the outcome `review`, which a user should
            check; not above `accept_confidence`. Default 0.15.
        enough_score: Lowest score (0-100) of a `matched` candidate with which the search for the
            track ends early. Default 95.
        max_queries: Maximum number of searches by text for one track (1-20). Default 4.
        queries_at_once: Number of searches for one track that are sent as a batch (1-20). With 1,
            the next search is sent only if the last one was not good enough. A higher number sends
            some unnecessary searches, but is faster for tracks that need several. The results are
            the same. Only the async engine sends a batch concurrently, with at most
            `async_io.max_concurrent_requests` requests at a time. Default 1.
        run_all_queries: Whether all planned queries (at most `max_queries`) are sent to all
            sources, also after a good answer or a failed query. They are one batch, of which the
            async engine sends at most `async_io.max_concurrent_requests` at a time. Default
            `False`.
        max_track_time_s: Seconds (above 0, up to 86400) for one track, including the wait for the
            rate limiter. When they run out, the search ends, and the track is `failed` with the
            kind `time_budget` unless a likely candidate was found before. Checked at least every
            0.25 s; each round of `retry_failed` has its own time. Default `None` (`false` in TOML):
            no limit.
        max_results: Maximum number of rows requested from one search (1-150). Beatport's pages held
            150 rows in 2023; the API returns at most 100. Default 100.
        max_candidates: Maximum number of ranked candidates in a match (1-150). `None` (`false` in
            TOML) keeps all candidates that the queries found. Default 10.
        wanted_fields: Names of the fields of `Candidate` that the best candidate should have.
            Search results lack some fields (mostly `preview_url`); the track's own page is
            requested only if one of these fields is missing. Default `()`: none.
        requests_per_second: Rate limit of all requests together, in requests per second (above 0,
            up to 1000). `None` (`false` in TOML) means no rate limit. Default 5.
        rate_limit_file: Path of a small file through which several processes of this machine share
            one rate limit, its slowdown and the circuit breaker. The library creates it if it does
            not exist. All processes need the same settings. Default `None` (`false` in TOML): each
            matcher has its own.
        max_refusals: Number of blocked responses in a row (1-1000) that opens the circuit breaker.
            Blocked responses are challenge pages, 403, 429 and redirects to another host. While the
            circuit breaker is open, no request is sent, and each remaining track ends as `failed`
            with the kind `blocked`. Default 10.
        refusal_pause_s: Seconds (above 0, up to 3600) after which an open circuit breaker lets one
            request through as a probe. Each blocked probe doubles the pause, up to an hour.
            Default 60.
        wait_when_refused: Whether a run waits while the circuit breaker is open, instead of failing
            the remaining tracks. `stop` still ends the run. Default `False`.
        max_offline_wait_s: Seconds (0-86400) that a run waits for the network to come back. After
            ten timeouts or network failures in a row, only a probe is sent, after 5 s and then
            after up to 60 s. The remaining tracks wait for its answer for at most this time, and
            then end as `failed` with the kind `network`. `stop` still ends the run. Default 0.
        retry_failed: How often (0-5) a playlist run tries a track again at its end, after all
            other tracks, if it failed by a fault that may pass: a timeout, a network failure, an
            error status or a rate limit. At most 1,000 tracks wait for that. Default 1.
        cache_path: Path of the file in which parsed answers are cached for later runs. The library
            creates it if it does not exist, and several programs may share it. It holds about
            256 MiB at most, and SQLite's `-wal` file next to it a few MiB more. Default `None`
            (`false` in TOML): no file.
        cache_ttl_s: Seconds (above 0, up to ten years) for which a cached search is valid. Default
            604800 (a week).
        cache_page_ttl_s: Seconds (above 0, up to ten years) for which a cached track page is valid.
            Default 2592000 (thirty days).
        max_connections: Maximum number of open connections (1-100). Default 32.
        user_agent: Value of the `User-Agent` header: 1-500 characters of printable ASCII. Default
            `beatport-match/` and the version of the library.
        async_io: Settings of the async engine, an `AsyncSettings`. Default: all its defaults.

    Raises:
        SettingsError: A key is unknown, or a value is out of range.

    Example:
        ```python
        settings = MatchSettings(requests_per_second=2, cache_path="beatport.cache")
        match = match_track("Artist - Title", settings=settings)
        ```
    """

    base_url: str = "https://www.beatport.com"
    source: Literal["web", "api"] = "web"
    api_url: str = "https://api.beatport.com/v4"
    token_file: Path | None = None
    proxy: str | None = None
    access_token: Annotated[SecretStr | None, Field(exclude=True)] = None
    accept_confidence: Annotated[float, Field(ge=0, le=1)] = 0.9
    review_confidence: Annotated[float, Field(ge=0, le=1)] = 0.15
    enough_score: Annotated[float, Field(ge=0, le=100)] = 95.0
    max_queries: Annotated[int, Field(ge=1, le=20)] = 4
    queries_at_once: Annotated[int, Field(ge=1, le=20)] = 1
    run_all_queries: bool = False
    max_track_time_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    max_results: Annotated[int, Field(ge=1, le=150)] = 100
    max_candidates: Annotated[int, Field(ge=1, le=150)] | None = 10
    wanted_fields: tuple[str, ...] = ()
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = 5.0
    rate_limit_file: Path | None = None
    max_refusals: Annotated[int, Field(ge=1, le=1000)] = 10
    refusal_pause_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    wait_when_refused: bool = False
    max_offline_wait_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    retry_failed: Annotated[int, Field(ge=0, le=5)] = 1
    cache_path: Path | None = None
    cache_ttl_s: Annotated[float, Field(gt=0, le=MAX_TTL_S)] = 604_800.0  # a week
    cache_page_ttl_s: Annotated[float, Field(gt=0, le=MAX_TTL_S)] = 2_592_000.0  # 30 days
    max_connections: Annotated[int, Field(ge=1, le=100)] = 32
    user_agent: Annotated[str, Field(min_length=1, max_length=500)] = USER_AGENT
    async_io: AsyncSettings = AsyncSettings()

    if TYPE_CHECKING:
        # Pydantic converts values. Type checkers would accept only the types of the fields, so this
        # names the types that the constructor accepts; a test compares the names.
        def __init__(
            self,
            *,
            base_url: str = ...,
            source: Literal["web", "api"] = ...,
            api_url: str = ...,
            token_file: str | Path | None = ...,
            proxy: str | None = ...,
            access_token: str | SecretStr | None = ...,
            accept_confidence: float = ...,
            review_confidence: float = ...,
            enough_score: float = ...,
            max_queries: int = ...,
            queries_at_once: int = ...,
            run_all_queries: bool = ...,
            max_track_time_s: float | None = ...,
            max_results: int = ...,
            max_candidates: int | None = ...,
            wanted_fields: list[str] | tuple[str, ...] = ...,
            requests_per_second: float | None = ...,
            rate_limit_file: str | Path | None = ...,
            max_refusals: int = ...,
            refusal_pause_s: float = ...,
            wait_when_refused: bool = ...,
            max_offline_wait_s: float = ...,
            retry_failed: int = ...,
            cache_path: str | Path | None = ...,
            cache_ttl_s: float = ...,
            cache_page_ttl_s: float = ...,
            max_connections: int = ...,
            user_agent: str = ...,
            async_io: AsyncSettings | dict[str, Any] = ...,
        ) -> None: ...

    @field_validator("base_url", "api_url")
    @classmethod
    def _check_web_url(cls, url: str, info: ValidationInfo) -> str:
        if problem := web_url_problem(url):
            if "@" in url:  # the message must not show a password
                raise own_sentence(f"{info.field_name} {problem}")
            raise ValueError(problem)
        return url.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, url: str | None) -> str | None:
        scheme, _, rest = (url or "").partition("://")
        if "@" in (url or ""):
            raise own_sentence(
                "proxy cannot hold a user name and a password; give the URL with them in the "
                "environment variable HTTPS_PROXY and leave the setting out, or give a client with "
                "this proxy as http_client"
            )
        if url is not None and (
            scheme not in _PROXY_SCHEMES or web_url_problem(f"http://{rest}") is not None
        ):
            raise own_sentence(
                "proxy must be a URL such as http://proxy.example:3128 with one of the schemes "
                f"{', '.join(_PROXY_SCHEMES)}"
            )
        return url

    @model_validator(mode="after")
    def _check_token_is_encrypted(self) -> Self:
        has_token = self.token_file is not None or self.access_token is not None
        is_plain = self.api_url.startswith("http://") and not is_loopback_url(self.api_url)
        if has_token and is_plain:
            raise own_sentence(
                f"api_url cannot be {self.api_url}: it must begin with https://, because the "
                "access token is sent to it"
            )
        return self

    @property
    def site_url(self) -> str:
        """The URL of the site or the API that `source` names."""
        return self.api_url if self.source == "api" else self.base_url

    @field_validator(
        *("requests_per_second", "cache_path", "token_file", "proxy", "max_candidates"),
        *("max_track_time_s", "rate_limit_file"),
        mode="before",
    )
    @classmethod
    def _validate_false_as_none(cls, value: object) -> object:
        return false_as_none(value)

    @field_validator("access_token")
    @classmethod
    def _check_access_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not is_header_token(token.get_secret_value()):
            raise own_sentence(
                "access_token must be printable ASCII without spaces, because it is sent in a "
                "header"
            )
        return token

    @field_validator("async_io", mode="before")
    @classmethod
    def _validate_async_io(cls, value: object) -> object:
        # The inner model is built here so that its errors get the dotted name of the setting.
        if not isinstance(value, dict):
            return value
        try:
            return AsyncSettings(**cast("dict[str, Any]", value))
        except SettingsError as error:
            raise own_sentence(str(error)) from None

    @model_validator(mode="after")
    def _check_threshold_order(self) -> Self:
        if self.review_confidence > self.accept_confidence:
            raise own_sentence(
                f"review_confidence cannot be {self.review_confidence}: it must not be above "
                f"accept_confidence, which is {self.accept_confidence}"
            )
        return self

    @field_validator("wanted_fields")
    @classmethod
    def _check_field_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [field.name for field in fields(Candidate)]
        if unknown := [name for name in names if name not in known]:
            raise ValueError(
                f"{unknown[0]} is not a field of Candidate; its fields are {', '.join(known)}"
            )
        return names

    @field_validator("user_agent")
    @classmethod
    def _check_user_agent(cls, text: str) -> str:
        if not text.isascii() or not text.isprintable():
            raise ValueError("must be printable ASCII, because it is sent as a header")
        return text

    def values(self) -> dict[str, Any]:
        """Return all values by name, from which equal settings can be built.

        Unlike `model_dump()`, the result includes the secret `access_token`.

        Returns:
            The values; that of `async_io` is a dict.

        Example:
            copy = MatchSettings(**settings.values())
        """
        return {**self.model_dump(), "access_token": self.access_token}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read settings from a file: TOML if its name ends in `.toml`, JSON otherwise.

        A setting that the file does not contain has its default. A file that an older version
        saved is converted.

        Args:
            path: The file: UTF-8, at most 1 MiB.

        Returns:
            The settings in the file.

        Raises:
            SettingsError: The file cannot be read, is not valid TOML or JSON, or holds an unknown
                key or an invalid value; the message names the file and the place.

        Example:
            ```python
            settings.save("settings.json")
            settings = MatchSettings.load("settings.json")
            ```
        """
        from beatport_match.settings import files

        values = files.read(path)
        try:
            return cls(**values)
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write the settings to a file: TOML with comments if its name ends in `.toml`, else JSON.

        The write is atomic: the file is written completely or not at all. `access_token` is never
        written. The default `user_agent` is not written either, because it names this version.

        Args:
            path: The file; an existing one is replaced.

        Raises:
            SettingsError: The file cannot be written.

        Example:
            ```python
            MatchSettings(max_queries=2).save("settings.toml")
            ```
        """
        from beatport_match.settings import files

        left_out = {"user_agent"} if self.user_agent == USER_AGENT else set[str]()
        inner = files.docstring_args(AsyncSettings.__doc__)
        comments = files.docstring_args(MatchSettings.__doc__) | {
            f"async_io.{name}": text for name, text in inner.items()
        }
        files.write(path, self, left_out, comments)


def settings_or_default(settings: MatchSettings | None) -> MatchSettings:
    """Return the settings, or the default settings for `None`.

    Raises:
        SettingsError: It is something else. The message does not show it: it may hold a token.
    """
    if settings is None:
        return MatchSettings()
    if not isinstance(settings, MatchSettings):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SettingsError(
            f"settings must be a MatchSettings, not of the type {type(settings).__name__}; write "
            "MatchSettings(max_queries=3), or MatchSettings(**values) for a dict of values."
        )
    return settings
