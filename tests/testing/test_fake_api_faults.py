"""Each fault befalls the API as well, in the shapes of the API."""

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


def told(path: str, kind: Fault | None = None) -> Any:
    return json.loads(reply(path, kind).body)


def ask(kind: Fault, client_kind: str, timeout: float = 5.0) -> httpx.Response:
    fake = FakeBeatport(api=ACCOUNT, faults=always(kind), slow_body_s=0.05)
    with client(fake, client_kind, timeout) as send:
        return send(LIST, headers={**BEARER, "Host": "fake"})


@pytest.mark.parametrize("path", [SEARCH, GROUPS, LIST, ONE, TOKEN])
@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_changes_something(kind: Fault, path: str) -> None:
    """No fault of the list is without effect on any answer of the API that holds records."""
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
def test_walls_stand_before_the_api_too(client_kind: str, kind: Fault, status: int) -> None:
    """A wall looks the same from whatever side: no JSON of the API's is behind it."""
    answer = ask(kind, client_kind)
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
def test_broken_answers(client_kind: str, kind: Fault, error: type[Exception]) -> None:
    """cut, reset and hang: the client's own exceptions, in every client_kind in."""
    with pytest.raises(error):
        ask(kind, client_kind, timeout=0.05 if kind == "hang" else 5.0)


@every_client_kind
def test_slow_and_truncated_bodies(client_kind: str) -> None:
    """In drips it comes whole; truncated, it ends inside the data and its length agrees."""
    whole = FakeBeatport(api=ACCOUNT).respond("GET", LIST, headers={**BEARER, "Host": "fake"}).body
    assert ask("slow_body", client_kind).content == whole
    short = ask("truncated", client_kind)
    assert short.headers["content-length"] == str(len(short.content))
    assert whole.startswith(short.content)
    with pytest.raises(ValueError, match=r"\S"):
        short.json()


@pytest.mark.parametrize("path", KEYS)
def test_spoiled_lists(path: str) -> None:
    """moved: under another name; wrong_shape: a text; bad_record: one more, ahead of the good."""
    key, good = KEYS[path], told(path)[KEYS[path]]
    assert key not in told(path, "moved")
    assert told(path, "moved")[f"{key}Next"] == good
    assert told(path, "wrong_shape")[key] == "see elsewhere"
    bad, *others = told(path, "bad_record")[key]
    assert (bad["id"], bad["name"], bad["artists"]) == ("n/a", None, "see elsewhere")
    assert others == good
    assert told(path)[key] == good, "the fault must not outlive its request"


@pytest.mark.parametrize(("path", "key"), [(ONE, "track"), (TOKEN, "token")])
def test_spoiled_records(path: str, key: str) -> None:
    """An answer that is one record is spoiled as a whole."""
    assert told(path, "moved") == {f"{key}Next": told(path)}
    assert told(path, "wrong_shape") == "see elsewhere"
    assert told(path, "bad_record")["id"] == "n/a"
    assert not {"access_token", "mix_name"} & set(told(path, "bad_record"))


@pytest.mark.parametrize("path", [SEARCH, LIST, ONE, TOKEN])
def test_no_next_data_is_an_empty_object(path: str) -> None:
    """200 and an answer without the data: of the API, an empty object."""
    assert (reply(path, "no_next_data").status, told(path, "no_next_data")) == (200, {})


@pytest.mark.parametrize("kind", ["moved", "wrong_shape", "bad_record"])
def test_errors_hold_no_records_to_spoil(kind: Fault) -> None:
    """What is refused stays refused, whatever befalls the records."""
    fake = FakeBeatport(api=ACCOUNT)
    assert fake.respond("GET", LIST, kind) == fake.respond("GET", LIST)
    assert fake.respond("GET", LIST).status == 401
