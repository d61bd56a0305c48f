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
KEYS = {SEARCH: "tracks", GROUPS: "tracks", LIST: "results"}


def reply(path: str, kind: Fault | None = None) -> Reply:
    fake = FakeBeatport(api=ACCOUNT)
    if path == TOKEN:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return fake.respond("POST", path, kind, headers=form, body=FORM)
    return fake.respond("GET", path, kind, headers=BEARER)


def json_of(path: str, kind: Fault | None = None) -> Any:
    return json.loads(reply(path, kind).body)


def get_list(kind: Fault, client_kind: str, timeout: float = 5.0) -> httpx.Response:
    fake = FakeBeatport(api=ACCOUNT, faults=always(kind), slow_body_s=0.05)
    with client(fake, client_kind, timeout) as send:
        return send(LIST, headers={**BEARER, "Host": "fake"})


@pytest.mark.parametrize("path", [SEARCH, GROUPS, LIST, ONE, TOKEN])
@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_changes_every_api_answer(kind: Fault, path: str) -> None:
    """The answers are those that have records."""
    assert reply(path).status == 200
    assert reply(path, kind) != reply(path)


@every_client_kind
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *(("challenge", 403), ("challenge_200", 200), ("rate_limited", 429)),
        *(("unavailable", 503), ("empty", 200), ("elsewhere", 302)),
    ],
)
def test_blocked_answers_of_the_api_are_those_of_the_pages(
    client_kind: str, kind: Fault, status: int
) -> None:
    """They have no JSON of the API."""
    answer = get_list(kind, client_kind)
    assert answer.status_code == status
    assert answer.content == FakeBeatport().respond("GET", "/search?q=a", kind).body
    assert ("cf-mitigated" in answer.headers) == (kind == "challenge")
    assert ("retry-after" in answer.headers) == (kind == "rate_limited")
    assert ("location" in answer.headers) == (kind == "elsewhere")


@every_client_kind
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        *(("cut", httpx.RemoteProtocolError), ("reset", httpx.ReadError)),
        *(("hang", httpx.ReadTimeout),),
    ],
)
def test_cut_reset_and_hang_raise_errors_of_the_client(
    client_kind: str, kind: Fault, error: type[Exception]
) -> None:
    with pytest.raises(error):
        get_list(kind, client_kind, timeout=0.05 if kind == "hang" else 5.0)


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


@pytest.mark.parametrize("path", KEYS)
def test_faults_of_the_data_change_lists(path: str) -> None:
    """The faults are a renamed key, a text in place of the list, and a bad first record."""
    key, good = KEYS[path], json_of(path)[KEYS[path]]
    assert key not in json_of(path, "moved")
    assert json_of(path, "moved")[f"{key}Next"] == good
    assert json_of(path, "wrong_shape")[key] == "see elsewhere"
    bad, *others = json_of(path, "bad_record")[key]
    assert (bad["id"], bad["name"], bad["artists"]) == ("n/a", None, "see elsewhere")
    assert others == good
    assert json_of(path)[key] == good, "the fault must apply to one request only"


@pytest.mark.parametrize(("path", "key"), [(ONE, "track"), (TOKEN, "token")])
def test_faults_of_the_data_change_single_records(path: str, key: str) -> None:
    assert json_of(path, "moved") == {f"{key}Next": json_of(path)}
    assert json_of(path, "wrong_shape") == "see elsewhere"
    assert json_of(path, "bad_record")["id"] == "n/a"
    assert not {"access_token", "mix_name"} & set(json_of(path, "bad_record"))


@pytest.mark.parametrize("path", [SEARCH, LIST, ONE, TOKEN])
def test_no_next_data_is_an_empty_object(path: str) -> None:
    assert (reply(path, "no_next_data").status, json_of(path, "no_next_data")) == (200, {})


@pytest.mark.parametrize("kind", ["moved", "wrong_shape", "bad_record"])
def test_faults_of_the_data_do_not_change_errors(kind: Fault) -> None:
    fake = FakeBeatport(api=ACCOUNT)
    assert fake.respond("GET", LIST, kind) == fake.respond("GET", LIST)
    assert fake.respond("GET", LIST).status == 401
