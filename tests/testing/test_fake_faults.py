"""Every fault works for sync and async clients of the transport, and for the real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from client_kinds import client, every_client_kind

from beatport_match.errors import MisuseError
from beatport_match.testing import (
    FAULTS,
    FakeBeatport,
    Fault,
    always,
    bundled_catalogue,
    first,
    mixed,
    sometimes,
)

SEARCH = "/search/tracks?q=olvarin+undertow"
ALL = "/search?q=olvarin+undertow"
TRACK = f"/track/-/{bundled_catalogue()[0].id}"
FAKE, OLD_FAKE = FakeBeatport(), FakeBeatport(track_shape="V4")


def get_page(
    kind: Fault, client_kind: str, path: str = SEARCH, timeout: float = 60.0
) -> httpx.Response:
    with client(FakeBeatport(faults=always(kind), slow_body_s=0.05), client_kind, timeout) as get:
        return get(path)


pytestmark = pytest.mark.filterwarnings("error")


@every_client_kind
def test_without_fault_server_and_transport_give_the_same_bytes(client_kind: str) -> None:
    fake = FakeBeatport()
    with client(fake, client_kind) as get:
        reply = get(SEARCH)
    expected = FakeBeatport().respond("GET", SEARCH)
    assert (reply.status_code, reply.content) == (200, expected.body)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-length"] == str(len(expected.body))
    assert fake.requests == ((SEARCH, 200),)


def test_challenge_is_a_cloudflare_page_with_403_or_200() -> None:
    """Only the 403 has the header `cf-mitigated`; `test_fake_api_faults` tests every client."""
    for kind, status in (("challenge", 403), ("challenge_200", 200)):
        reply = get_page(kind, "server")
        assert reply.status_code == status, kind
        assert (reply.headers.get("cf-mitigated") == "challenge") == (status == 403), kind
        for mark in ("Just a moment...", "_cf_chl_opt", "challenge-error-text"):
            assert mark in reply.text[:16_000], kind
        assert "__NEXT_DATA__" not in reply.text, kind


def test_rate_limited_unavailable_and_empty() -> None:
    """These are a 429 with Retry-After, a 503, and a 200 without a body."""
    for kind, status in (("rate_limited", 429), ("unavailable", 503), ("empty", 200)):
        reply = get_page(kind, "server")
        assert reply.status_code == status, kind
        assert ("retry-after" in reply.headers) == (kind == "rate_limited"), kind
        assert (reply.content == b"") == (kind == "empty"), kind


@every_client_kind
def test_a_truncated_body_ends_inside_the_data_and_has_its_length(client_kind: str) -> None:
    reply = get_page("truncated", client_kind)
    assert reply.status_code == 200
    assert reply.headers["content-length"] == str(len(reply.content))
    assert b'id="__NEXT_DATA__"' in reply.content
    assert b"</script><script>" not in reply.content[reply.content.index(b"__NEXT_DATA__") :]


@every_client_kind
def test_cut_ends_the_connection_before_content_length(client_kind: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        get_page("cut", client_kind)


@every_client_kind
def test_reset_is_logged_without_a_status(client_kind: str) -> None:
    fake = FakeBeatport(faults=always("reset"))
    with client(fake, client_kind) as get, pytest.raises(httpx.ReadError):
        get(SEARCH)
    assert fake.requests == ((SEARCH, None),)


@every_client_kind
def test_hang_lasts_until_the_timeout_of_the_client(client_kind: str) -> None:
    """The server still closes at once."""
    with pytest.raises(httpx.ReadTimeout):
        get_page("hang", client_kind, timeout=0.05)


@every_client_kind
def test_a_slow_body_is_complete(client_kind: str) -> None:
    assert get_page("slow_body", client_kind).content == FakeBeatport().respond("GET", SEARCH).body


@pytest.mark.parametrize("client_kind", ["sync", "asyncio", "trio"])
@pytest.mark.parametrize("kind", [None, "slow_body"])
def test_a_client_with_a_short_timeout_gets_a_read_timeout(
    client_kind: str, kind: Fault | None
) -> None:
    plan = always(kind) if kind else None
    latency = 0.0 if kind else 9.0
    fake = FakeBeatport(faults=plan, latency_s=latency, slow_body_s=90.0)
    with client(fake, client_kind, timeout=0.02) as get, pytest.raises(httpx.ReadTimeout):
        get(SEARCH)


@every_client_kind
def test_no_next_data_removes_only_the_data_script(client_kind: str) -> None:
    reply = get_page("no_next_data", client_kind)
    assert reply.status_code == 200
    assert "__NEXT_DATA__" not in reply.text
    assert 'rel="canonical"' in reply.text


def test_moved_renames_the_key_of_the_data(next_data: Callable[[bytes], Any]) -> None:
    for fake in (FAKE, OLD_FAKE):
        for path in (SEARCH, ALL, TRACK):
            props = next_data(fake.respond("GET", path, "moved").body)["props"]["pageProps"]
            assert {"dehydratedState", "track"}.isdisjoint(props), path
            assert props["dehydratedStateNext"]["queries"], path


def test_bad_record_comes_before_the_good_records(queries: Callable[[bytes], Any]) -> None:
    def records(path: str, fault: Fault | None) -> Any:
        data = queries(FAKE.respond("GET", path, fault).body)[0]["state"]["data"]
        return data.get("tracks", data)["data"]

    for path in (SEARCH, ALL):
        good, damaged = records(path, None), records(path, "bad_record")
        assert good, path
        assert damaged[1:] == good, path
        assert damaged[0]["track_name"] is None, path
        assert records(path, None) == good, f"{path}: the fault must apply to one request only"


def test_bad_record_on_a_track_page_is_the_record_itself(next_data: Callable[[bytes], Any]) -> None:
    """An old page has the record twice; both are malformed."""
    for fake in (FAKE, OLD_FAKE):
        props = next_data(fake.respond("GET", TRACK, "bad_record").body)["props"]["pageProps"]
        records = [props["dehydratedState"]["queries"][0]["state"]["data"]]
        records += [props["track"]] if fake is OLD_FAKE else []
        assert {record["track_id"] for record in records} == {"n/a"}


def test_wrong_shape_is_a_text_in_place_of_the_data(queries: Callable[[bytes], Any]) -> None:
    for path in (SEARCH, ALL, TRACK):
        data = queries(FAKE.respond("GET", path, "wrong_shape").body)[0]["state"]["data"]
        data = data if path == TRACK else data.get("tracks", data)["data"]
        assert data == "see elsewhere", path


def test_first_applies_to_the_first_requests_only() -> None:
    """A plan can be any function of the number and the path."""
    fake = FakeBeatport(faults=first(2, "unavailable"))
    with client(fake, "sync") as get:
        assert [get(SEARCH).status_code for _ in range(4)] == [503, 503, 200, 200]
    fake = FakeBeatport(
        faults=lambda index, path: "rate_limited" if "q=b" in path and index else None
    )
    with client(fake, "sync") as get:
        assert [get(f"/search?q={q}").status_code for q in "bab"] == [200, 200, 429]


def test_sometimes_depends_on_path_and_count_not_on_order() -> None:
    """Sync and async runs therefore get the same faults."""
    paths = [f"/search?q={n}" for n in range(200)]
    forward, backward = sometimes("challenge", 0.3, seed=4), sometimes("challenge", 0.3, seed=4)
    one = {path: [forward(i, path), forward(i, path)] for i, path in enumerate(paths)}
    two = {path: [backward(i, path), backward(i, path)] for i, path in enumerate(reversed(paths))}
    assert one == two
    challenges = sum(faults.count("challenge") for faults in one.values())
    assert 0.2 < challenges / 400 < 0.4
    assert any(a != b for a, b in one.values()), "a second request must have its own random number"
    other = sometimes("challenge", 0.3, seed=5)
    assert [other(0, path) for path in paths] != [faults[0] for faults in one.values()]


def test_mixed_has_each_of_its_faults_at_the_requests_of_sometimes() -> None:
    paths = [f"/search?q={n}" for n in range(400)]
    plan, one = mixed(0.3, ["challenge", "reset"], seed=4), sometimes("bomb", 0.3, seed=4)
    faults = [plan(0, path) for path in paths]
    assert set(faults) == {"challenge", "reset", None}
    assert [kind is not None for kind in faults] == [one(0, path) is not None for path in paths]
    assert 0.4 < faults.count("reset") / (faults.count("reset") + faults.count("challenge")) < 0.6


def test_unknown_faults_are_rejected_by_name() -> None:
    makers: tuple[Callable[[Any], object], ...] = (
        always,
        lambda kind: first(1, kind),
        lambda kind: sometimes(kind, 1),
        lambda kind: mixed(1, ["reset", kind]),
        lambda kind: FAKE.respond("GET", SEARCH, kind),
    )
    for make in makers:
        with pytest.raises(MisuseError, match=r"earthquake.*challenge_200"):
            make("earthquake")


def test_every_fault_changes_every_page() -> None:
    """The pages are those that have records."""
    for path in (SEARCH, ALL, TRACK):
        for kind in FAULTS:
            assert FAKE.respond("GET", path, kind) != FAKE.respond("GET", path), (kind, path)
