"""Matching over Beatport's API with a user's tokens: found, renewed, refused, and never shown."""

from __future__ import annotations

import json
import logging
import stat
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from held_requests import QUICK
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import (
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

every_colour = pytest.mark.parametrize("name", MODES)
SECRETS = ("an-access-token", "a-refresh-token", "a-client")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.json"
    write(path)
    return path


def write(path: Path, **changes: object) -> None:
    given = {
        "access_token": "an-access-token",
        "refresh_token": "a-refresh-token",
        "client_id": "a-client",
        "scope": "user:dj",
        **changes,
    }
    path.write_text(json.dumps({key: value for key, value in given.items() if value is not None}))
    path.chmod(0o644)


def shop(requests_per_token: int | None = None, **given: Any) -> FakeBeatport:
    return FakeBeatport(
        **EXACT_SEARCH, api=FakeTokens(requests_per_token=requests_per_token), **given
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
    given = asking(path, **settings)
    return Mode(name).call(
        "match_playlist", tracks, transport=fake.transport(), settings=given, journal=journal
    )


def forbid(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a file be somebody else's, which for root no mode of it does."""
    opened = Path.open

    def refuse(self: Path, *rest: Any, **more: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(self, *rest, **more)

    monkeypatch.setattr(Path, "open", refuse)


def asking(path: Path | None, attempts: int = 1, **settings: Any) -> MatchSettings:
    return with_attempts(
        attempts, source="api", api_url="https://api.example/v4", token_file=path, **settings
    )


def posts(fake: FakeBeatport) -> int:
    return sum("/auth/o/token/" in request.path for request in fake.requests)


@every_colour
def test_the_api_is_matched_as_the_pages_are(name: Name, token_file: Path) -> None:
    """Issue: "one judgement serves all of them: only where candidates come from changes"."""
    with demo_collection() as file:
        tracks = list(read_playlist(file))[:30]
    there = run(name, shop(), token_file, tracks)
    pages = Mode(name).call(
        "match_playlist", tracks, transport=shop().transport(), settings=with_attempts()
    )
    assert [match.outcome for match in there.matches] == [match.outcome for match in pages.matches]
    assert len(there.matched) > 20
    for ours, theirs in zip(there.matches, pages.matches, strict=True):
        assert (ours.best and ours.best.id) == (theirs.best and theirs.best.id)


@every_colour
def test_an_isrc_is_asked_for_first(name: Name, token_file: Path) -> None:
    """API: `/v4/catalog/tracks/?isrc=`; a proof needs no search."""
    isrc = next(one.isrc for one in bundled_catalogue() if one.isrc)
    known, fake = Track("Anything at all", isrc=isrc), shop()
    found = run(name, fake, token_file, [known])
    assert found.matches[0].queries[0].query_type == "isrc"
    assert "/v4/catalog/tracks/?isrc=" in fake.requests[0].path


@every_colour
def test_tokens_that_end_in_the_middle_are_renewed_once_each(name: Name, token_file: Path) -> None:
    """Issue: "refreshed as an exchange of its own (once, shared by all tasks)"."""
    fake = shop(requests_per_token=20)
    tracks = [f"{title} {number}" for number in range(12) for title in QUICK]
    found = run(name, fake, token_file, tracks)
    assert not found.failed
    assert fake.tokens.refreshed == posts(fake) >= 2
    kept = json.loads(token_file.read_text())
    assert kept["access_token"] == f"an-access-token.{fake.tokens.refreshed}"
    assert kept["refresh_token"] == fake.tokens.refresh
    assert kept["scope"] == "user:dj"
    assert kept["expires_at"] > time.time() + 35_000
    if sys.platform != "win32":
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600


@every_colour
def test_a_token_whose_end_is_known_is_renewed_before_it(name: Name, token_file: Path) -> None:
    """Tokens.is_valid: what has ended is not sent."""
    write(token_file, expires_at=time.time() - 5)
    fake = shop()
    found = run(name, fake, token_file)
    assert len(found.matched) == len(QUICK)
    assert posts(fake) == 1
    assert 401 not in {request.status for request in fake.requests}


@every_colour
@pytest.mark.parametrize(
    ("changes", "requests", "says"),
    [
        ({"refresh_token": None}, range(1, 6), "there is no refresh_token"),
        ({"client_id": None}, range(1, 6), "there is no client_id"),
        ({"refresh_token": "dead"}, range(2, 7), "invalid_grant"),
        ({"client_id": "another"}, range(2, 7), "invalid_client"),
        ({"access_token": None}, range(1), "access_token"),
    ],
)
def test_what_cannot_be_renewed_ends_as_auth(
    name: Name, token_file: Path, changes: dict[str, Any], requests: range, says: str
) -> None:
    """Issue: "one sentence with the remedy; the run ends as `failed: auth` … never as not found";
    nobody is asked again for every track."""
    write(token_file, **{"access_token": "long-dead", **changes})
    fake = shop()
    found = run(name, fake, token_file, [f"{one} {n}" for n in range(9) for one in QUICK])
    assert {match.outcome for match in found.matches} == {"failed"}
    assert {match.failures[-1].kind for match in found.matches} == {"auth"}
    assert says in found.matches[-1].failures[-1].detail
    assert "write a new token file" in found.matches[-1].failures[-1].detail
    assert len(fake.requests) in requests
    assert posts(fake) <= 1


@every_colour
def test_a_new_token_that_is_refused_is_renewed_no_more(name: Name, token_file: Path) -> None:
    """Nobody is hammered: a token that was renewed and served nothing is the end of it."""

    class Stubborn(httpx.BaseTransport, httpx.AsyncBaseTransport):
        posts = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(401, json={"message": "Invalid or expired token"})
            self.posts += 1
            return httpx.Response(200, json={"access_token": f"new-{self.posts}"})

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    stubborn = Stubborn()
    found = Mode(name).call(
        "match_playlist", QUICK, transport=stubborn, settings=asking(token_file)
    )
    assert {one.failures[-1].kind for one in found.matches} == {"auth"}
    assert stubborn.posts == 1


def test_a_client_that_cannot_post_renews_no_token(token_file: Path) -> None:
    """_http: "without which no token can be renewed": the run fails as `auth`, with that reason."""

    class Reader:
        def __init__(self, client: httpx.Client) -> None:
            self.get = client.get

    write(token_file, access_token="long-dead")
    with httpx.Client(transport=shop().transport()) as client:
        found = match_track(QUICK[0], settings=asking(token_file), http_client=Reader(client))
    assert (found.outcome, found.failures[-1].kind) == ("failed", "auth")
    assert "http_client has no `post`" in found.failures[-1].detail


@every_colour
@pytest.mark.parametrize("kind", ["missing", "folder", "bytes", "none", "forbidden"])
def test_without_a_token_nothing_is_asked(
    name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Issue: "token file missing, unreadable by permission": one sentence with the remedy."""
    path = tmp_path / "tokens.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    elif kind == "forbidden":
        write(path)
        forbid(monkeypatch, path)
    fake = shop()
    found = run(name, fake, None if kind == "none" else path)
    assert fake.requests == ()
    (detail,) = {match.failures[-1].detail for match in found.matches}
    assert {match.failures[-1].kind for match in found.matches} == {"auth"}
    assert ("token_file" if kind == "none" else "tokens.json") in detail
    assert str(tmp_path) not in detail


@every_colour
def test_a_run_without_a_token_goes_on_later(name: Name, tmp_path: Path, token_file: Path) -> None:
    """Issue: "resumable": what failed for want of a token is asked in the next run."""
    journal = tmp_path / "run.journal"
    write(token_file, access_token="long-dead", refresh_token=None)
    assert len(run(name, shop(), token_file, journal=journal).failed) == len(QUICK)
    write(token_file)
    assert len(run(name, shop(), token_file, journal=journal).matched) == len(QUICK)
    fake = shop()
    assert len(run(name, fake, token_file, journal=journal).matched) == len(QUICK)
    assert fake.requests == ()


@every_colour
def test_a_matcher_goes_on_once_its_user_has_logged_in(name: Name, token_file: Path) -> None:
    """SharedTokens: what was refused stays so "until the file has other news"."""
    write(token_file, access_token="long-dead", refresh_token=None)
    fake, told = shop(), list[Progress]()

    def log_in(progress: Progress) -> None:
        told.append(progress)
        if len(told) == len(QUICK):
            write(token_file)

    found = Mode(name).call(
        "match_playlist",
        [*(f"{one} 1" for one in QUICK), *QUICK, *(f"{one} 2" for one in QUICK)],
        transport=fake.transport(),
        settings=asking(token_file),
        on_progress=log_in,
    )
    assert found.matches[0].failures[-1].kind == "auth"
    assert not found.matches[-1].failures


def test_a_token_that_ended_unused_is_renewed(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SharedTokens: in vain was a renewal whose token was refused, not one whose token ended."""
    now = [time.time()]
    monkeypatch.setattr("beatport_match.transport.token_store.time.time", lambda: now[0])
    write(token_file, expires_at=now[0] - 5)
    tokens = TokenStore(asking(token_file))
    assert isinstance(tokens.refresh_request(None, 1.0), Request)
    body = json.dumps({"access_token": "new", "expires_in": 600}).encode()
    assert tokens.accept(Response(status=200, url="https://api.example/", body=body), 2.0) is None
    assert tokens.refresh_request(None, 3.0) is None
    now[0] += 3600
    assert isinstance(tokens.refresh_request(None, 3603.0), Request)
    refused = tokens.refresh_request(2.5, 3604.0)
    assert isinstance(refused, Failure)
    assert "refused the new one" in refused.detail


@every_colour
def test_a_token_alone_is_enough(name: Name) -> None:
    """Settings: `access_token`, "the token itself, where no file is kept"."""
    token = MatchSettings(access_token="an-access-token").access_token
    found = run(name, shop(), None, access_token=token)
    assert len(found.matched) == len(QUICK)
    spent = run(name, shop(requests_per_token=2), None, access_token=token)
    assert {one.failures[-1].kind for one in spent.failed} == {"auth"}
    assert len(spent.matched) + len(spent.failed) == len(QUICK)


def test_another_program_may_have_renewed_it(token_file: Path) -> None:
    """SharedTokens.renewal: "another program may have renewed it: its file is read again"."""
    fake, told = shop(requests_per_token=3), list[Progress]()

    def renew_behind_its_back(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 3:
            with httpx.Client(transport=fake.transport()) as client:
                form = json.loads(token_file.read_text()) | {"grant_type": "refresh_token"}
                came = client.post("https://api.example/v4/auth/o/token/", data=form).json()
            write(token_file, **{key: came[key] for key in ("access_token", "refresh_token")})

    found = Mode("sync").call(
        "match_playlist",
        QUICK[:5],
        transport=fake.transport(),
        settings=asking(token_file),
        on_progress=renew_behind_its_back,
    )
    assert posts(fake) == 1
    assert not found.failed


@every_colour
def test_a_file_that_cannot_be_written_costs_nothing_now(
    name: Name, token_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """SharedTokens: "a disk that refuses costs the next run a login", and the user is told."""

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("beatport_match.transport.token_store.atomic_write", full)
    fake = shop(requests_per_token=20)
    with caplog.at_level(logging.WARNING, "beatport_match"):
        found = run(name, fake, token_file, [f"{one} {n}" for n in range(12) for one in QUICK])
    assert not found.failed
    assert fake.tokens.refreshed >= 2
    assert "could not be kept" in caplog.text
    assert str(token_file) not in caplog.text


@every_colour
def test_a_renewal_is_tried_again_where_that_helps(name: Name, token_file: Path) -> None:
    """send_with_retries: "again where that may help"."""
    write(token_file, expires_at=1)
    fake = shop(faults=first(1, "unavailable"))
    found = Mode(name).call(
        "match_playlist", QUICK[:1], transport=fake.transport(), settings=asking(token_file, 3)
    )
    assert len(found.matched) == 1


@every_colour
def test_a_wall_before_the_api_is_told_as_one(name: Name, token_file: Path) -> None:
    """The reliability of the pages holds for the API: a challenge is `blocked`."""
    found = run(name, shop(faults=always("challenge")), token_file)
    assert {one.failures[-1].kind for one in found.matches} == {"blocked"}


@every_colour
def test_nothing_secret_is_ever_shown(
    name: Name, token_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Issue: "never logged, never in metrics, journals or error texts"."""
    fake, journal = shop(requests_per_token=4), tmp_path / "run.journal"
    with caplog.at_level(logging.DEBUG):
        found = run(name, fake, token_file, journal=journal)
        failed = run(name, shop(), token_file, [Track("Candle Tax 7")])
    written = (
        journal.read_text(),
        json.dumps(found.document(), default=str),
        repr((found, failed, fake.requests)),
        caplog.text,
        str(found.metrics.model_dump_json()),
    )
    assert failed.failed
    assert not any(secret in text for secret in SECRETS for text in written)
