"""Test token files and token refresh; secrets never appear in a repr or a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match.beatport.oauth import Tokens, parse_refresh, parse_tokens, refresh_request
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Request, Response

TOKENS = Tokens(access="aaa", refresh="rrr", client_id="ccc", expires_at=1000.0)


def token_file(**keys: object) -> str:
    return json.dumps({"access_token": "aaa", **keys})


def tokens(content: str) -> Tokens:
    found = parse_tokens(content, "mine.json")
    assert isinstance(found, Tokens), found
    return found


def refreshed(body: object, status: int = 200) -> Tokens | Failure:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_refresh(Response(status=status, url="https://a/", body=content), TOKENS, 500.0)


def test_token_file_keeps_unknown_keys() -> None:
    content = token_file(refresh_token="rrr", client_id="ccc", expires_at=1000, scope="user:dj")
    found = tokens(content)
    assert found == Tokens("aaa", "rrr", "ccc", 1000.0, {"scope": "user:dj"})
    assert tokens(found.to_text()) == found


@pytest.mark.parametrize(
    "expires_at", [1_800_000_000, "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+01:00"]
)
def test_expires_at_may_be_seconds_or_an_iso_8601_date(expires_at: object) -> None:
    assert tokens(token_file(expires_at=expires_at)).expires_at == 1_800_000_000.0


@pytest.mark.parametrize("expires_at", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_the_first_and_last_date_in_any_time_zone_are_seconds(expires_at: str) -> None:
    """In UTC these dates are outside the years that Python supports."""
    assert isinstance(tokens(token_file(expires_at=expires_at)).expires_at, float)


def test_token_is_valid_until_30_s_before_it_expires() -> None:
    """A token without a known expiry time is always valid."""
    assert TOKENS.is_valid(969.0)
    assert not TOKENS.is_valid(971.0)
    assert Tokens("aaa").is_valid(1e12)


@each_row(
    "content",
    [
        "",
        "[]",
        "{",
        "{}",
        "[" * 100_000,
        json.dumps({"access_token": 7}),
        json.dumps({"access_token": "two words"}),
        json.dumps({"access_token": "a\r\nX-Other: b"}),
        json.dumps({"access_token": "x" * 20_000}),
        token_file(expires_at="tomorrow"),
        token_file(expires_at="2027-01-15T08:00:00"),
        token_file(expires_at=True),
        '{"access_token": "aaa", "expires_at": 1e999}',
        token_file(expires_at=10**400),
    ],
)
def test_invalid_token_file_is_an_auth_failure_with_a_remedy(content: str) -> None:
    """The failure names the file."""
    found = parse_tokens(content, "mine.json")
    assert isinstance(found, Failure)
    assert found.kind == "auth"
    assert "mine.json" in found.detail
    assert "log in to Beatport again" in found.detail


@given(st.text())
def test_no_token_file_raises(content: str) -> None:
    assert isinstance(parse_tokens(content, "mine.json"), Tokens | Failure)


def test_refresh_request_posts_a_form_to_the_token_endpoint() -> None:
    """RFC 6749, section 6, defines the fields of the form."""
    request = refresh_request(TOKENS, "https://api.example/v4/", "test/1")
    assert isinstance(request, Request)
    assert request.url == "https://api.example/v4/auth/o/token/"
    assert dict(request.form) == {
        "grant_type": "refresh_token",
        "refresh_token": "rrr",
        "client_id": "ccc",
    }
    assert not request.needs_token


@pytest.mark.parametrize(
    ("incomplete", "missing"),
    [(Tokens("a", client_id="c"), "refresh_token"), (Tokens("a", "r"), "client_id")],
)
def test_refresh_without_refresh_token_or_client_id_is_an_auth_failure(
    incomplete: Tokens, missing: str
) -> None:
    """The failure names the missing key."""
    found = refresh_request(incomplete, "https://api.example/v4", "test/1")
    assert isinstance(found, Failure)
    assert (found.kind, missing in found.detail) == ("auth", True)


def test_refresh_replaces_the_tokens() -> None:
    """`expires_in` counts from now. Without a new refresh token, the old one stays."""
    body: dict[str, Any] = {"access_token": "bbb", "expires_in": 600, "refresh_token": "sss"}
    assert refreshed(body) == Tokens("bbb", "sss", "ccc", 1100.0)
    assert refreshed({"access_token": "bbb"}) == Tokens("bbb", "rrr", "ccc", None)
    for lifetime_s in ("soon", 10**400):
        body = {"access_token": "bbb", "expires_in": lifetime_s}
        assert refreshed(body) == Tokens("bbb", "rrr", "ccc")


@each_row(
    "status, body, kind",
    [
        (401, {"error": "invalid_grant"}, "auth"),
        (401, {"error": "invalid_client"}, "auth"),
        (400, {"error": "unauthorized_client"}, "auth"),
        (403, b"<html>", "status"),
        (429, {}, "rate_limited"),
        (503, b"", "status"),
        (200, b"", "catalogue_changed"),
        (200, {"access_token": ""}, "catalogue_changed"),
    ],
)
def test_failed_refresh(status: int, body: object, kind: str) -> None:
    """A rejected refresh is `auth` and needs a new login; other failures may go away."""
    found = refreshed(body, status)
    assert isinstance(found, Failure)
    assert found.kind == kind
    assert (kind == "auth") == ("log in to Beatport again" in found.detail)


def test_no_repr_and_no_failure_contains_a_token() -> None:
    request = refresh_request(TOKENS, "https://api.example/v4", "test/1")
    invalid = parse_tokens(token_file(expires_at="x").replace("aaa", "SECRET"), "mine.json")
    shown = repr((TOKENS, request, invalid, refreshed({"error": "invalid_grant"}, 401)))
    assert not any(secret in shown for secret in ("aaa", "rrr", "SECRET"))
