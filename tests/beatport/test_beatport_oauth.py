"""Token files and renewals: secrets that are read, renewed and never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatport_match.beatport.oauth import Tokens, parse_refresh, parse_tokens, refresh_request
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Request, Response

TOKENS = Tokens(access="aaa", refresh="rrr", client_id="ccc", expires_at=1000.0)


def file(**keys: object) -> str:
    return json.dumps({"access_token": "aaa", **keys})


def tokens(content: str) -> Tokens:
    found = parse_tokens(content, "mine.json")
    assert isinstance(found, Tokens), found
    return found


def renewed(body: object, status: int = 200) -> Tokens | Failure:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_refresh(Response(status=status, url="https://a/", body=content), TOKENS, 500.0)


def test_a_file_is_read_and_written_again() -> None:
    """A file keeps what it held, with the keys of others."""
    found = tokens(file(refresh_token="rrr", client_id="ccc", expires_at=1000, scope="user:dj"))
    assert found == Tokens("aaa", "rrr", "ccc", 1000.0, {"scope": "user:dj"})
    assert tokens(found.to_text()) == found


@pytest.mark.parametrize(
    "given", [1_800_000_000, "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+01:00"]
)
def test_the_end_is_a_number_or_a_date(given: object) -> None:
    """`expires_at`: "a number of seconds since 1970 or a date and time of ISO 8601"."""
    assert tokens(file(expires_at=given)).expires_at == 1_800_000_000.0


def test_a_token_is_good_until_shortly_before_its_end() -> None:
    """`is_valid`: thirty seconds to spare; without a known end, until it is refused."""
    assert TOKENS.is_valid(969.0)
    assert not TOKENS.is_valid(971.0)
    assert Tokens("aaa").is_valid(1e12)


@pytest.mark.parametrize(
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
        file(expires_at="tomorrow"),
        file(expires_at="2027-01-15T08:00:00"),
        file(expires_at=True),
        '{"access_token": "aaa", "expires_at": 1e999}',
    ],
)
def test_a_bad_file_is_one_sentence_with_a_remedy(content: str) -> None:
    """A damaged token file is `auth`, names the file and says what to do."""
    found = parse_tokens(content, "mine.json")
    assert isinstance(found, Failure)
    assert found.kind == "auth"
    assert "mine.json" in found.detail
    assert "log in to Beatport again" in found.detail


@given(st.text())
def test_any_text_is_read_to_a_value(content: str) -> None:
    """Input from outside is hostile until read: no file raises."""
    assert isinstance(parse_tokens(content, "mine.json"), Tokens | Failure)


def test_a_renewal_is_a_form() -> None:
    """RFC 6749, section 6: grant_type, refresh_token, client_id, posted to the token endpoint."""
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
    ("has", "lacks"),
    [(Tokens("a", client_id="c"), "refresh_token"), (Tokens("a", "r"), "client_id")],
)
def test_what_cannot_be_renewed_is_said(has: Tokens, lacks: str) -> None:
    """An expired token without a refresh token is `auth`, with the remedy."""
    found = refresh_request(has, "https://api.example/v4", "test/1")
    assert isinstance(found, Failure)
    assert (found.kind, lacks in found.detail) == ("auth", True)


def test_new_tokens_take_the_place_of_the_old() -> None:
    """A rotated refresh token is kept, an end is counted from now; what is not sent stays."""
    sent: dict[str, Any] = {"access_token": "bbb", "expires_in": 600, "refresh_token": "sss"}
    assert renewed(sent) == Tokens("bbb", "sss", "ccc", 1100.0)
    assert renewed({"access_token": "bbb"}) == Tokens("bbb", "rrr", "ccc", None)
    assert renewed({"access_token": "bbb", "expires_in": "soon"}) == Tokens("bbb", "rrr", "ccc")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
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
def test_a_refused_renewal(status: int, body: object, kind: str) -> None:
    """Refused by the server is `auth` with the remedy; what may pass is told apart from it."""
    found = renewed(body, status)
    assert isinstance(found, Failure)
    assert found.kind == kind
    assert (kind == "auth") == ("log in to Beatport again" in found.detail)


def test_nothing_secret_is_shown() -> None:
    """ "never logged, never in … error texts": no repr and no failure holds a token."""
    request = refresh_request(TOKENS, "https://api.example/v4", "test/1")
    bad = parse_tokens(file(expires_at="x").replace("aaa", "SECRET"), "mine.json")
    shown = repr((TOKENS, request, bad, renewed({"error": "invalid_grant"}, 401)))
    assert not any(secret in shown for secret in ("aaa", "rrr", "SECRET"))
