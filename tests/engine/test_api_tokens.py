"""Matching over Beatport's API with a user's tokens: refresh, rejection, token file, secrecy."""

from __future__ import annotations

import json
import logging
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from held_requests import QUICK
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import (
    Matcher,
    MatchSettings,
    PlaylistMatch,
    Progress,
    Track,
    match_track,
    read_playlist,
)
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Request, Response
from beatport_match.testing import (
    FakeBeatport,
    FakeTokens,
    always,
    bundled_catalogue,
    demo_collection,
    first,
)
from beatport_match.transport.token_store import TokenStore

every_mode = pytest.mark.parametrize("name", MODES)
SECRETS = ("an-access-token", "a-refresh-token", "a-client")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.json"
    write(path)
    return path


def write(path: Path, **changes: object) -> None:
    content = {
        "access_token": "an-access-token",
        "refresh_token": "a-refresh-token",
        "client_id": "a-client",
        "scope": "user:dj",
        **changes,
    }
    # Another thread may read the file at the same time.
    draft = path.with_suffix(".draft")
    draft.write_text(
        json.dumps({key: value for key, value in content.items() if value is not None})
    )
    draft.chmod(0o644)
    draft.replace(path)


class StopAfter:
    """A `stop` that says yes from its call number `calls` on."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def served_api(fake: FakeBeatport, request: httpx.Request) -> httpx.Response:
    return fake.transport().handle_request(request)


def fake_api(requests_per_token: int | None = None, **options: Any) -> FakeBeatport:
    return FakeBeatport(
        **EXACT_SEARCH, api=FakeTokens(requests_per_token=requests_per_token), **options
    )


def run(
    name: Name,
    fake: FakeBeatport,
    path: Path | None,
    tracks: Any = QUICK,
    *,
    journal: Path | None = None,
    **settings: Any,
) -> PlaylistMatch:
    return Mode(name).call(
        "match_playlist",
        tracks,
        transport=fake.transport(),
        settings=api_settings(path, **settings),
        journal=journal,
    )


def forbid(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Make a file unreadable: root may read a file of any mode, so `chmod` would not do it."""
    original = Path.open

    def open_or_raise(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return original(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_or_raise)


def api_settings(path: Path | None, attempts: int = 1, **settings: Any) -> MatchSettings:
    return with_attempts(
        attempts, source="api", api_url="https://api.example/v4", token_file=path, **settings
    )


def refreshes(fake: FakeBeatport) -> int:
    return sum("/auth/o/token/" in request.path for request in fake.requests)


@every_mode
def test_api_and_web_pages_give_the_same_matches(name: Name, token_file: Path) -> None:
    """Parsing and scoring do not depend on the source of the candidates."""
    with demo_collection() as file:
        tracks = list(read_playlist(file))[:15]
    api = run(name, fake_api(), token_file, tracks)
    pages = Mode(name).call(
        "match_playlist", tracks, transport=fake_api().transport(), settings=with_attempts()
    )
    assert [match.outcome for match in api.matches] == [match.outcome for match in pages.matches]
    assert len(api.matched) > 10
    for one, other in zip(api.matches, pages.matches, strict=True):
        assert (one.best and one.best.id) == (other.best and other.best.id)


@every_mode
def test_isrc_is_queried_first(name: Name, token_file: Path) -> None:
    isrc = next(row.isrc for row in bundled_catalogue() if row.isrc)
    track, fake = Track("Anything at all", isrc=isrc), fake_api()
    result = run(name, fake, token_file, [track])
    assert result.matches[0].queries[0].query_type == "isrc"
    assert "/v4/catalog/tracks/?isrc=" in fake.requests[0].path


@every_mode
def test_token_that_expires_during_a_run_is_refreshed_once(name: Name, token_file: Path) -> None:
    """All tasks and threads share one refresh."""
    fake = fake_api(requests_per_token=20)
    tracks = [f"{title} {number}" for number in range(8) for title in QUICK]
    # With more queries at a time, they use up a new token before all of them are answered.
    result = run(name, fake, token_file, tracks, max_queries=1)
    assert not result.failed
    assert fake.tokens.refreshed == refreshes(fake) >= 2
    saved = json.loads(token_file.read_text())
    assert saved["access_token"] == f"an-access-token.{fake.tokens.refreshed}"
    assert saved["refresh_token"] == fake.tokens.refresh
    assert saved["scope"] == "user:dj"
    assert saved["expires_at"] > time.time() + 35_000
    if sys.platform != "win32":
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600


def test_threads_of_one_matcher_refresh_a_token_once(token_file: Path) -> None:
    """Each finds the expired token, and waits while one of them refreshes it."""
    fake = fake_api()
    transport = fake.transport()

    def handle(request: httpx.Request) -> httpx.Response:
        if "/auth/o/token/" in request.url.path:
            time.sleep(0.3)  # the other threads arrive meanwhile
        return transport.handle_request(request)

    write(token_file, expires_at=time.time() - 1)
    with (
        httpx.Client(transport=httpx.MockTransport(handle)) as client,
        Matcher(api_settings(token_file), http_client=client) as matcher,
        ThreadPoolExecutor(4) as threads,
    ):
        matches = list(threads.map(matcher.match_track, QUICK[:4]))
    assert not any(match.failures for match in matches)
    assert refreshes(fake) == 1


@every_mode
def test_expired_token_is_refreshed_before_it_is_sent(name: Name, token_file: Path) -> None:
    write(token_file, expires_at=time.time() - 5)
    fake = fake_api()
    result = run(name, fake, token_file)
    assert len(result.matched) == len(QUICK)
    assert refreshes(fake) == 1
    assert 401 not in {request.status for request in fake.requests}


@every_mode
@pytest.mark.parametrize(
    ("changes", "requests", "detail"),
    [
        ({"refresh_token": None}, range(1, 6), "there is no refresh_token"),
        ({"client_id": None}, range(1, 6), "there is no client_id"),
        ({"refresh_token": "dead"}, range(2, 7), "invalid_grant"),
        ({"client_id": "another"}, range(2, 7), "invalid_client"),
        ({"access_token": None}, range(1), "access_token"),
    ],
)
def test_token_that_cannot_be_refreshed_is_an_auth_failure(
    name: Name, token_file: Path, changes: dict[str, Any], requests: range, detail: str
) -> None:
    """The message says what to do; the refresh is not sent again for every track."""
    write(token_file, **{"access_token": "long-dead", **changes})
    fake = fake_api()
    result = run(name, fake, token_file, [f"{title} {n}" for n in range(3) for title in QUICK])
    assert {match.outcome for match in result.matches} == {"failed"}
    assert {match.failures[-1].kind for match in result.matches} == {"auth"}
    assert detail in result.matches[-1].failures[-1].detail
    assert "write a new token file" in result.matches[-1].failures[-1].detail
    assert len(fake.requests) in requests
    assert refreshes(fake) <= 1


@every_mode
def test_new_token_that_is_rejected_is_not_refreshed_again(name: Name, token_file: Path) -> None:
    """Otherwise the library would send refreshes to the server without end."""

    class Rejecting(httpx.BaseTransport, httpx.AsyncBaseTransport):
        posts = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(401, json={"message": "Invalid or expired token"})
            self.posts += 1
            return httpx.Response(200, json={"access_token": f"new-{self.posts}"})

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    transport = Rejecting()
    result = Mode(name).call(
        "match_playlist", QUICK, transport=transport, settings=api_settings(token_file)
    )
    assert {match.failures[-1].kind for match in result.matches} == {"auth"}
    assert transport.posts == 1


def test_client_without_post_is_an_auth_failure_on_refresh(token_file: Path) -> None:
    class GetOnly:
        def __init__(self, client: httpx.Client) -> None:
            self.get = client.get

    write(token_file, access_token="long-dead")
    with httpx.Client(transport=fake_api().transport()) as client:
        match = match_track(
            QUICK[0], settings=api_settings(token_file), http_client=GetOnly(client)
        )
    assert (match.outcome, match.failures[-1].kind) == ("failed", "auth")
    assert "http_client has no `post`" in match.failures[-1].detail


@every_mode
@pytest.mark.parametrize("kind", ["missing", "folder", "bytes", "none", "forbidden"])
def test_no_request_is_sent_without_a_token(
    name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The message names the file without its folder, or the setting."""
    path = tmp_path / "tokens.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    elif kind == "forbidden":
        write(path)
        forbid(monkeypatch, path)
    fake = fake_api()
    result = run(name, fake, None if kind == "none" else path)
    assert fake.requests == ()
    (detail,) = {match.failures[-1].detail for match in result.matches}
    assert {match.failures[-1].kind for match in result.matches} == {"auth"}
    assert ("token_file" if kind == "none" else "tokens.json") in detail
    assert str(tmp_path) not in detail


@every_mode
def test_run_without_a_valid_token_resumes_after_a_login(
    name: Name, tmp_path: Path, token_file: Path
) -> None:
    """The next run with the same journal sends the queries that failed."""
    journal = tmp_path / "run.journal"
    write(token_file, access_token="long-dead", refresh_token=None)
    assert len(run(name, fake_api(), token_file, journal=journal).failed) == len(QUICK)
    write(token_file)
    assert len(run(name, fake_api(), token_file, journal=journal).matched) == len(QUICK)
    fake = fake_api()
    assert len(run(name, fake, token_file, journal=journal).matched) == len(QUICK)
    assert fake.requests == ()


@every_mode
def test_matcher_uses_a_new_token_that_the_user_writes_during_a_run(
    name: Name, token_file: Path
) -> None:
    """After a failed refresh, requests fail until the file holds another token."""
    write(token_file, access_token="long-dead", refresh_token=None)
    fake, reports = fake_api(), list[Progress]()

    def log_in(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) == len(QUICK):
            write(token_file)

    result = Mode(name).call(
        "match_playlist",
        [*(f"{title} 1" for title in QUICK), *QUICK, *(f"{title} 2" for title in QUICK)],
        transport=fake.transport(),
        # With more tracks at a time, the last one may begin before the sixth is reported.
        settings=api_settings(token_file).with_(async_io={"max_concurrent_tracks": 1}),
        on_progress=log_in,
    )
    assert result.matches[0].failures[-1].kind == "auth"
    assert not result.matches[-1].failures


def test_new_token_that_expired_unused_is_refreshed(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a new token that was rejected is not refreshed again."""
    now = [time.time()]
    monkeypatch.setattr("beatport_match.transport.token_store.time.time", lambda: now[0])
    write(token_file, expires_at=now[0] - 5)
    tokens = TokenStore(api_settings(token_file))
    assert isinstance(tokens.refresh_request(None, 1.0), Request)
    body = json.dumps({"access_token": "new", "expires_in": 600}).encode()
    assert tokens.accept(Response(status=200, url="https://api.example/", body=body), 2.0) is None
    assert tokens.refresh_request(None, 3.0) is None
    now[0] += 3600
    assert isinstance(tokens.refresh_request(None, 3603.0), Request)
    failure = tokens.refresh_request(2.5, 3604.0)
    assert isinstance(failure, Failure)
    assert "rejected the new one" in failure.detail


@every_mode
def test_access_token_without_a_file_is_enough(name: Name) -> None:
    """Such a token cannot be refreshed: after it expires, requests fail as `auth`."""
    token = MatchSettings(access_token="an-access-token").access_token
    result = run(name, fake_api(), None, access_token=token)
    assert len(result.matched) == len(QUICK)
    expired = run(name, fake_api(requests_per_token=2), None, access_token=token)
    assert {match.failures[-1].kind for match in expired.failed} == {"auth"}
    assert len(expired.matched) + len(expired.failed) == len(QUICK)


def test_token_that_another_program_refreshed_is_read_from_the_file(token_file: Path) -> None:
    """The file is read again before a refresh."""
    fake, reports = fake_api(requests_per_token=3), list[Progress]()

    def refresh_in_another_program(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) == 3:
            with httpx.Client(transport=fake.transport()) as client:
                form = json.loads(token_file.read_text()) | {"grant_type": "refresh_token"}
                answer = client.post("https://api.example/v4/auth/o/token/", data=form).json()
            write(token_file, **{key: answer[key] for key in ("access_token", "refresh_token")})

    result = Mode("sync").call(
        "match_playlist",
        QUICK[:5],
        transport=fake.transport(),
        settings=api_settings(token_file),
        on_progress=refresh_in_another_program,
    )
    assert refreshes(fake) == 1
    assert not result.failed


def test_programs_that_share_a_file_refresh_its_token_once(token_file: Path) -> None:
    """The fake accepts each refresh token once, so the second refresh would be rejected."""
    write(token_file, expires_at=1)
    fake = fake_api()
    transport = fake.transport()

    def handle(request: httpx.Request) -> httpx.Response:
        if "/auth/o/token/" in request.url.path:
            time.sleep(0.3)  # the other program arrives meanwhile
        return transport.handle_request(request)

    def program(title: str) -> Any:
        with httpx.Client(transport=httpx.MockTransport(handle)) as client:
            return match_track(title, settings=api_settings(token_file), http_client=client)

    with ThreadPoolExecutor(3) as threads:
        matches = list(threads.map(program, QUICK[:3]))
    assert not any(match.failures for match in matches)
    assert refreshes(fake) == 1
    assert [file.name for file in token_file.parent.iterdir()] == [token_file.name]


@every_mode
def test_new_token_in_the_file_is_used_after_a_rejected_refresh(
    name: Name, token_file: Path
) -> None:
    """Another program may not know the lock."""
    write(token_file, access_token="old", refresh_token="used-up", expires_at=1)
    fake = fake_api()

    class Other(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return served_api(fake, request)
            write(token_file)
            return httpx.Response(400, json={"error": "invalid_grant"})

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    result = Mode(name).call(
        "match_playlist", QUICK[:2], transport=Other(), settings=api_settings(token_file)
    )
    assert len(result.matched) == 2


@every_mode
@pytest.mark.usefixtures("skipped_waits")
@pytest.mark.parametrize("by_stop", [False, True])
def test_wait_for_another_program_ends(name: Name, by_stop: bool, token_file: Path) -> None:
    """By `stop`, or after a time, because that program may hang."""
    write(token_file, expires_at=1)
    fake = fake_api()
    holder = TokenStore(api_settings(token_file)).try_lock()
    assert holder is not None
    with holder:
        result = Mode(name).call(
            "match_playlist",
            QUICK[:1],
            transport=fake.transport(),
            settings=api_settings(token_file),
            stop=StopAfter(3) if by_stop else None,
        )
    outcome = "failed" if by_stop else "matched"
    assert [match.outcome for match in result.matches] == [outcome]
    assert len(fake.requests) == (0 if by_stop else 2)


def test_token_file_is_refreshed_where_no_lock_file_can_be_made(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("beatport_match.transport.token_store.lock_file", refuse)
    write(token_file, expires_at=1)
    assert len(run("sync", fake_api(), token_file, QUICK[:1]).matched) == 1


@every_mode
def test_run_continues_if_the_token_file_cannot_be_written(
    name: Name, token_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A warning says that the next run may need a new login."""

    def raise_disk_full(path: Path, **options: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("beatport_match.transport.token_store.atomic_write", raise_disk_full)
    fake = fake_api(requests_per_token=20)
    with caplog.at_level(logging.WARNING, "beatport_match"):
        tracks = [f"{title} {n}" for n in range(8) for title in QUICK]
        result = run(name, fake, token_file, tracks, max_queries=1)
    assert not result.failed
    assert fake.tokens.refreshed >= 2
    assert "could not be saved" in caplog.text
    assert str(token_file) not in caplog.text


@every_mode
@pytest.mark.usefixtures("skipped_waits")
def test_refresh_is_retried_after_a_temporary_failure(name: Name, token_file: Path) -> None:
    write(token_file, expires_at=1)
    fake = fake_api(faults=first(1, "unavailable"))
    result = Mode(name).call(
        "match_playlist",
        QUICK[:1],
        transport=fake.transport(),
        settings=api_settings(token_file, 3),
    )
    assert len(result.matched) == 1


@every_mode
def test_challenge_page_of_the_api_is_a_blocked_failure(name: Name, token_file: Path) -> None:
    """As for the web pages."""
    result = run(name, fake_api(faults=always("challenge")), token_file)
    assert {match.failures[-1].kind for match in result.matches} == {"blocked"}


@every_mode
def test_secrets_are_in_no_log_journal_metrics_or_message(
    name: Name, token_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake, journal = fake_api(requests_per_token=4), tmp_path / "run.journal"
    with caplog.at_level(logging.DEBUG):
        result = run(name, fake, token_file, journal=journal)
        failed = run(name, fake_api(), token_file, [Track("Candle Tax 7")])
    written = (
        journal.read_text(),
        json.dumps(result.document(), default=str),
        repr((result, failed, fake.requests)),
        caplog.text,
        str(result.metrics.model_dump_json()),
    )
    assert failed.failed
    assert not any(secret in text for secret in SECRETS for text in written)
