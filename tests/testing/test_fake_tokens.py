"""Which tokens the fake API accepts, when they expire, and how they are refreshed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from client_kinds import Send, client, every_client_kind
from tables import each_row

from beatport_match.errors import MisuseError
from beatport_match.testing import FakeBeatport, FakeTokens, GoodTokens, Reply, first
from beatport_match.testing.messages import MAX_REQUEST_BODY_BYTES

pytestmark = pytest.mark.filterwarnings("error")

TRACKS, TOKEN = "/v4/catalog/tracks/", "/v4/auth/o/token/"
KNOWN = FakeTokens(access="good", refresh="again", client_id="tool", requests_per_token=3)
FORM = {"grant_type": "refresh_token", "refresh_token": "again", "client_id": "tool"}


def get_tracks(send: Send, access: str) -> httpx.Response:
    return send(TRACKS, headers={"Authorization": f"Bearer {access}"})


def refresh(send: Send, **other: str) -> httpx.Response:
    return send(TOKEN, "POST", data={**FORM, **other})


def status_and_json(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body)


@every_client_kind
def test_a_request_without_a_token_is_a_401(client_kind: str) -> None:
    """The text is at `detail`, and `WWW-Authenticate` is `Bearer realm="api"`."""
    with client(FakeBeatport(api=KNOWN), client_kind) as send:
        for header in (None, "", "Bearer", "Basic good", "good"):
            answer = send(TRACKS, headers={} if header is None else {"Authorization": header})
            assert answer.status_code == 401, header
            text = "Authentication credentials were not provided."
            assert answer.json() == {"detail": text}, header
            assert answer.headers["www-authenticate"] == 'Bearer realm="api"', header


@every_client_kind
@pytest.mark.parametrize("api", [None, KNOWN], ids=["no account", "an account"])
def test_an_unknown_token_is_a_401(client_kind: str, api: FakeTokens | None) -> None:
    """The text is at `message`. Without an account, every token is unknown."""
    fake = FakeBeatport(api=api)
    with client(fake, client_kind) as send:
        answers = [
            get_tracks(send, access)
            for access in ("other", "good.1", "GOOD", "None", "not-a-token")
        ]
        refreshes = [refresh(send, client_id=client_id) for client_id in ("other", "None")]
    assert [(a.status_code, a.json()) for a in answers] == (
        [(401, {"message": "Invalid or expired token"})] * 5
    )
    assert [(r.status_code, r.json()) for r in refreshes] == [
        (401, {"error": "invalid_client"})
    ] * 2
    assert fake.tokens == (("good", "again", 0) if api else (None, None, 0))


@every_client_kind
def test_a_token_expires_after_its_requests_and_is_refreshed(client_kind: str) -> None:
    fake = FakeBeatport(api=KNOWN)
    with client(fake, client_kind) as send:
        assert [get_tracks(send, "good").status_code for _ in range(5)] == [200, 200, 200, 401, 401]
        assert get_tracks(send, "good").json() == {"message": "Invalid or expired token"}
        assert fake.tokens == GoodTokens(None, "again", 0)
        answer = refresh(send)
        assert [get_tracks(send, "good.1").status_code for _ in range(4)] == [200, 200, 200, 401]
    assert answer.status_code == 200
    assert answer.json() == {
        "access_token": "good.1",
        "expires_in": 36_000,
        "token_type": "Bearer",
        "scope": "app:docs user:dj",
        "refresh_token": "again.1",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert fake.tokens == GoodTokens(None, "again.1", 1)


@every_client_kind
def test_a_refresh_replaces_both_tokens(client_kind: str) -> None:
    """An old refresh token is rejected with `invalid_grant`."""
    fake = FakeBeatport(api=KNOWN)
    with client(fake, client_kind) as send:
        assert refresh(send).json()["access_token"] == "good.1"
        assert get_tracks(send, "good").json() == {"message": "Invalid or expired token"}
        old = refresh(send)
        assert refresh(send, refresh_token="again.1").json()["refresh_token"] == "again.2"
        assert get_tracks(send, "good.2").status_code == 200
    assert (old.status_code, old.json()) == (401, {"error": "invalid_grant"})
    assert fake.tokens == GoodTokens("good.2", "again.2", 2)


@every_client_kind
def test_only_a_form_with_the_refresh_grant_refreshes(client_kind: str) -> None:
    """Everything else is a 400 with `unauthorized_client`."""
    fake = FakeBeatport(api=KNOWN)
    with client(fake, client_kind) as send:
        answers = [
            refresh(send, grant_type="password"),
            send(TOKEN, "POST"),
            send(TOKEN, "POST", json=FORM),
            send(TOKEN, "POST", content=b"\xff=%zz&&&"),
            send(TOKEN, "POST", content=str(httpx.QueryParams(FORM))),
            send(f"{TOKEN}?{httpx.QueryParams(FORM)}", "POST"),
        ]
        empty = refresh(send, refresh_token="")
    assert [(a.status_code, a.json()) for a in answers] == (
        [(400, {"error": "unauthorized_client"})] * len(answers)
    )
    assert (empty.status_code, empty.json()) == (401, {"error": "invalid_grant"})
    assert fake.tokens == GoodTokens("good", "again", 0)


@pytest.mark.parametrize("client_kind", ["sync", "asyncio", "trio"])
def test_only_the_first_bytes_of_a_long_body_are_read(client_kind: str) -> None:
    fake, long = FakeBeatport(api=KNOWN), "x" * MAX_REQUEST_BODY_BYTES
    with client(fake, client_kind) as send:
        assert send(TOKEN, "POST", data={"pad": long, **FORM}).status_code == 400
        assert send(TOKEN, "POST", data={**FORM, "pad": long}).status_code == 200


def test_one_of_forty_parallel_refreshes_succeeds() -> None:
    """A refresh token works once."""
    fake = FakeBeatport(api=KNOWN)
    with client(fake, "sync") as send, ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: refresh(send).status_code, range(40)))
    assert sorted(answers) == [200, *[401] * 39]
    assert fake.tokens.refreshed == 1


def test_parallel_requests_are_counted_exactly() -> None:
    """In every run the token expires after the same number of requests."""
    fake = FakeBeatport(api=FakeTokens(access="good", requests_per_token=25))
    with client(fake, "sync") as send, ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: get_tracks(send, "good").status_code, range(40)))
    assert sorted(answers) == [*[200] * 25, *[401] * 15]


def test_only_authorised_requests_count() -> None:
    """A rejected, redirected, unknown or blocked request is not a use of the token."""
    fake = FakeBeatport(api=KNOWN, faults=first(2, "unavailable"))
    with client(fake, "sync") as send:
        assert [get_tracks(send, "good").status_code for _ in range(2)] == [503, 503]
        assert get_tracks(send, "other").status_code == 401
        bearer = {"Authorization": "Bearer good"}
        assert send("/v4/catalog/tracks", headers=bearer).status_code == 301
        assert send("/v4/nowhere/", headers=bearer).status_code == 404
        assert send("/search?q=a", headers=bearer).status_code == 200
        assert [get_tracks(send, "good").status_code for _ in range(4)] == [200, 200, 200, 401]


def test_a_refresh_whose_answer_is_lost_has_refreshed() -> None:
    """A fault that replaces the answer does not refresh the tokens."""
    fake = FakeBeatport(api=KNOWN, faults=first(1, "unavailable"))
    with client(fake, "sync") as send:
        assert refresh(send).status_code == 503
    assert fake.tokens == GoodTokens("good", "again", 0)
    fake = FakeBeatport(api=KNOWN, faults=first(1, "cut"))
    with client(fake, "sync") as send:
        with pytest.raises(httpx.RemoteProtocolError):
            refresh(send)
        assert refresh(send).json() == {"error": "invalid_grant"}
    assert fake.tokens == GoodTokens("good.1", "again.1", 1)


def test_respond_neither_counts_nor_refreshes() -> None:
    fake = FakeBeatport(api=replace(KNOWN, requests_per_token=1, expires_in_s=5))
    with client(fake, "sync") as send:
        refresh(send)
    now, requests = fake.tokens, fake.requests
    assert now == GoodTokens("good.1", "again.1", 1)
    form = httpx.Request("POST", "http://fake", data={**FORM, "refresh_token": "again.1"})
    headers, body = dict(form.headers), form.read()
    for _ in range(3):
        bearer = {"AUTHORIZATION": "bearer good.1"}
        assert fake.respond("GET", TRACKS, headers=bearer).status == 200
        status, answer = status_and_json(fake.respond("POST", TOKEN, headers=headers, body=body))
        assert (status, answer["access_token"], answer["expires_in"]) == (200, "good.2", 5)
    assert (fake.tokens, fake.requests) == (now, requests)


def test_the_request_log_has_no_tokens() -> None:
    """Neither headers nor bodies are recorded."""
    fake = FakeBeatport(api=KNOWN)
    with client(fake, "server") as send:
        get_tracks(send, "good")
        refresh(send)
    assert fake.requests == ((TRACKS, 200), (TOKEN, 200))
    assert not {"good", "again"} & set(repr(fake.requests).replace("'", " ").split())


def test_a_token_without_a_limit_does_not_expire() -> None:
    fake = FakeBeatport(api=FakeTokens(access="good"))
    with client(fake, "sync") as send:
        assert {get_tracks(send, "good").status_code for _ in range(60)} == {200}
    assert fake.tokens.access == "good"


@each_row(
    "wrong",
    [
        {"access": ""},
        {"access": "two words"},
        {"refresh": "line\nbreak"},
        {"client_id": "clé"},
        {"requests_per_token": 0},
        {"expires_in_s": -1},
    ],
)
def test_a_bad_field_of_an_account_is_rejected_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(MisuseError, match=f"FakeTokens.{next(iter(wrong))} "):
        FakeTokens(**wrong)


def test_the_example_of_the_docs_page_runs() -> None:
    """The example is in docs/testing-with-the-fake.md, section "The API"."""
    page = Path(__file__).parents[2] / "docs" / "testing-with-the-fake.md"
    example = page.read_text("utf-8").partition("## The API")[2].split("```")[1]
    exec(example.removeprefix("python"), {})
