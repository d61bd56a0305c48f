"""Every fault also works for the API, in the format of the API."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from client_kinds import client, every_client_kind

from beatport_match.testing import (
    FAULTS,
    FakeBeatport,
    FakeTokens,
    Fault,
    Reply,
    always,
    bundled_catalogue,
)

pytestmark = pytest.mark.filterwarnings("error")

ACCOUNT = FakeTokens(access="good", refresh="again", client_id="tool")
BEARER = {"Authorization": "Bearer good"}
SEARCH = "/v4/catalog/search/?q=olvarin+undertow&type=tracks"
GROUPS = "/v4/catalog/search/?q=olvarin+undertow"
LIST = "/v4/catalog/tracks/?name=undertow"
ONE = f"/v4/catalog/tracks/{bundled_catalogue()[0].id}/"
TOKEN = "/v4/auth/o/token/"
FORM = b"grant_type=refresh_token&refresh_token=again&client_id=tool"


FAKE = FakeBeatport(api=ACCOUNT)


def reply(path: str, kind: Fault | None = None) -> Reply:
    if path == TOKEN:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return FAKE.respond("POST", path, kind, headers=form, body=FORM)
    return FAKE.respond("GET", path, kind, headers=BEARER)


def json_of(path: str, kind: Fault | None = None) -> Any:
    return json.loads(reply(path, kind).body)


def get_list(kind: Fault, client_kind: str, timeout: float = 5.0) -> httpx.Response:
    fake = FakeBeatport(api=ACCOUNT, faults=always(kind), slow_body_s=0.05)
    with client(fake, client_kind, timeout) as send:
        return send(LIST, headers={**BEARER, "Host": "fake"})


def test_every_fault_changes_every_api_answer() -> None:
    """The answers are those that have records."""
    for path in (SEARCH, GROUPS, LIST, ONE, TOKEN):
        assert reply(path).status == 200, path
        for kind in FAULTS:
            assert reply(path, kind) != reply(path), (kind, path)


@every_client_kind
def test_blocked_answers_of_the_api_are_those_of_the_pages(client_kind: str) -> None:
    """They have no JSON of the API."""
    for kind, status in (
        *(("challenge", 403), ("challenge_200", 200), ("rate_limited", 429)),
        *(("unavailable", 503), ("empty", 200), ("elsewhere", 302)),
    ):
        answer = get_list(kind, client_kind)
        assert answer.status_code == status, kind
        assert answer.content == FAKE.respond("GET", "/search?q=a", kind).body, kind
        assert ("cf-mitigated" in answer.headers) == (kind == "challenge"), kind
        assert ("retry-after" in answer.headers) == (kind == "rate_limited"), kind
        assert ("location" in answer.headers) == (kind == "elsewhere"), kind


@every_client_kind
def test_cut_reset_and_hang_raise_errors_of_the_client(client_kind: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        get_list("cut", client_kind)
    with pytest.raises(httpx.ReadError):
        get_list("reset", client_kind)
    with pytest.raises(httpx.ReadTimeout):
        get_list("hang", client_kind, timeout=0.05)


@every_client_kind
def test_a_slow_body_is_complete_and_a_truncated_one_is_not(client_kind: str) -> None:
    """`Content-Length` is the length of the truncated body."""
    whole = FakeBeatport(api=ACCOUNT).respond("GET", LIST, headers={**BEARER, "Host": "fake"}).body
    assert get_list("slow_body", client_kind).content == whole
    short = get_list("truncated", client_kind)
    assert short.headers["content-length"] == str(len(short.content))
    assert whole.startswith(short.content)
    with pytest.raises(ValueError, match=r"\S"):
        short.json()


def test_faults_of_the_data_change_lists() -> None:
    """The faults are a renamed key, a text in place of the list, and a bad first record."""
    for path, key in {SEARCH: "tracks", GROUPS: "tracks", LIST: "results"}.items():
        good = json_of(path)[key]
        assert key not in json_of(path, "moved"), path
        assert json_of(path, "moved")[f"{key}Next"] == good, path
        assert json_of(path, "wrong_shape")[key] == "see elsewhere", path
        bad, *others = json_of(path, "bad_record")[key]
        assert (bad["id"], bad["name"], bad["artists"]) == ("n/a", None, "see elsewhere"), path
        assert others == good, path
        assert json_of(path)[key] == good, f"{path}: the fault must apply to one request only"


def test_faults_of_the_data_change_single_records() -> None:
    for path, key in ((ONE, "track"), (TOKEN, "token")):
        assert json_of(path, "moved") == {f"{key}Next": json_of(path)}
        assert json_of(path, "wrong_shape") == "see elsewhere", path
        assert json_of(path, "bad_record")["id"] == "n/a", path
        assert not {"access_token", "mix_name"} & set(json_of(path, "bad_record")), path


def test_no_next_data_is_an_empty_object() -> None:
    for path in (SEARCH, LIST, ONE, TOKEN):
        assert reply(path, "no_next_data")[::2] == (200, b"{}"), path


def test_faults_of_the_data_do_not_change_errors() -> None:
    assert FAKE.respond("GET", LIST).status == 401
    for kind in ("moved", "wrong_shape", "bad_record"):
        assert FAKE.respond("GET", LIST, kind) == FAKE.respond("GET", LIST), kind
