"""`search_tracks`, `fetch_track` and `fetch_tracks`: results, `None`, exceptions, in each mode."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from held_requests import GatedBeatport, until
from modes import EXACT_SEARCH, Mode, Name, with_attempts

from beatport_match import (
    AsyncMatcher,
    BeatportUnavailable,
    FetchedTracks,
    MisuseError,
    Track,
    match_playlist,
)
from beatport_match.errors import FailureKind
from beatport_match.testing import FakeBeatport, Fault, always, bundled_catalogue, first

every_mode = pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
ONE, OTHER, *_ = bundled_catalogue()
MISSING = 11


def call(name: Name, method: str, *args: object, fault: Fault | None = None) -> object:
    fake = FakeBeatport(**EXACT_SEARCH, faults=always(fault) if fault else None)
    return Mode(name).call(method, *args, transport=fake.transport(), settings=with_attempts())


@every_mode
@pytest.mark.parametrize(
    "argument",
    [
        ONE.id,
        str(ONE.id),
        f"https://www.beatport.com/track/any-slug/{ONE.id}",
        f"https://www.beatport.com/de/track/any-slug/{ONE.id}?utm=x",
    ],
)
def test_fetch_track_accepts_an_id_or_a_url(name: Name, argument: int | str) -> None:
    found = call(name, "fetch_track", argument)
    assert (found.id, found.name, found.mix_name) == (ONE.id, ONE.name, ONE.mix_name)
    assert found.isrc == ONE.isrc


@every_mode
def test_fetch_track_returns_none_for_an_unknown_track(name: Name) -> None:
    assert call(name, "fetch_track", MISSING) is None


@every_mode
def test_fetch_tracks_keeps_the_order(name: Name) -> None:
    """A track that does not exist is `None`."""
    found = call(name, "fetch_tracks", [OTHER.id, MISSING, ONE.id])
    assert [one and one.id for one in found] == [OTHER.id, None, ONE.id]
    assert found.failures == {}
    assert tuple(call(name, "fetch_tracks", [])) == ()


@every_mode
def test_fetch_tracks_keeps_the_tracks_whose_pages_can_be_read(name: Name) -> None:
    """A page that fails is `None`, and `failures` says why."""
    wanted = [one.id for one in bundled_catalogue()[:5]]

    def plan(_: int, path: str) -> Fault | None:
        return "unavailable" if path.endswith(f"/{wanted[2]}") else None

    fake = FakeBeatport(**EXACT_SEARCH, faults=plan)
    found = Mode(name).call(
        "fetch_tracks", [*wanted, MISSING], transport=fake.transport(), settings=with_attempts()
    )
    assert isinstance(found, FetchedTracks)
    assert [one and one.id for one in found] == [*wanted[:2], None, *wanted[3:], None]
    assert [(index, one.kind) for index, one in found.failures.items()] == [(2, "status")]


@pytest.mark.parametrize("limit", [1, 5, 20])
@pytest.mark.parametrize("by", ["setting", "parameter"])
@pytest.mark.anyio
async def test_max_concurrent_limits_the_pages_in_flight(limit: int, by: str) -> None:
    engine = {"max_concurrent_requests": limit if by == "setting" else 7}
    settings = with_attempts().with_(async_io=engine)
    chosen = {"max_concurrent": limit} if by == "parameter" else {}
    wanted = [one.id for one in bundled_catalogue()[:30]]
    site, found = GatedBeatport(lambda _: True), list[FetchedTracks]()
    async with (
        site.client() as client,
        AsyncMatcher(settings, http_client=client) as matcher,
        anyio.create_task_group() as group,
    ):

        async def fetch() -> None:
            found.append(await matcher.fetch_tracks(wanted, **chosen))

        group.start_soon(fetch)
        await until(lambda: site.waiting == limit)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert site.waiting == limit
        site.gate.set()
    assert [one and one.id for one in found[0]] == wanted


@every_mode
def test_a_search_returns_at_most_max_results(name: Name) -> None:
    """No more rows are requested from Beatport."""
    fake = FakeBeatport(**EXACT_SEARCH)
    found = Mode(name).call("search_tracks", "winter", max_results=2, transport=fake.transport())
    assert len(found) == 2
    assert "per_page=2" in fake.requests[0].path


@every_mode
def test_a_search_has_its_own_timeout(name: Name) -> None:
    """Longer or shorter than that of the settings; with the library's own client too."""
    with FakeBeatport(**EXACT_SEARCH, faults=first(1, "hang")).serve() as base_url:
        settings = with_attempts(base_url=base_url)
        with pytest.raises(BeatportUnavailable, match="timeout"):
            Mode(name).call("search_tracks", "winter", timeout=0.05, settings=settings)
        short = settings.with_(async_io={"request_timeout": 0.001})
        assert Mode(name).call("search_tracks", "winter", timeout=60, settings=short)


@every_mode
@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("search_tracks", {"timeout": 0}, "timeout= must be a number from 0.001 to 600, not 0."),
        ("search_tracks", {"max_results": 2.5}, "max_results= must be a whole number from 1 to"),
        ("search_tracks", {"max_results": True}, "max_results= must be a whole number from 1 to"),
        ("fetch_tracks", {"max_concurrent": 101}, "max_concurrent= must be a whole number from 1"),
    ],
)
def test_a_number_out_of_range_raises_misuse_error(
    name: Name, method: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(MisuseError, match=message):
        Mode(name).call(method, "winter", **arguments)


@every_mode
@pytest.mark.parametrize(
    "argument",
    [
        "https://elsewhere.example/track/strobe/1",
        "https://www.beatport.com/release/strobe/1",
        "https://www.beatport.com.elsewhere.example/track/strobe/1",
        "Some Artist - Some Title",
        "",
        0,
        -1,
        10**18,
        True,
        None,
    ],
)
def test_a_value_that_is_not_a_track_of_this_site_raises_misuse_error(
    name: Name, argument: object
) -> None:
    """No request is sent."""
    fake = FakeBeatport()
    with pytest.raises(MisuseError, match="is not a Beatport track"):
        Mode(name).call("fetch_track", argument, transport=fake.transport())
    assert fake.requests == ()


@every_mode
def test_fetch_tracks_rejects_a_single_string(name: Name) -> None:
    """A string is an iterable of strings: its digits must not be fetched one by one."""
    fake = FakeBeatport()
    with pytest.raises(MisuseError):
        Mode(name).call("fetch_tracks", "123", transport=fake.transport())
    assert fake.requests == ()


@every_mode
def test_search_tracks_returns_the_candidates(name: Name) -> None:
    """Without a result, the tuple is empty."""
    found = call(name, "search_tracks", f"{ONE.name} {ONE.artists[0]}")
    assert ONE.id in {one.id for one in found}
    assert call(name, "search_tracks", "qqqqqq") == ()


@every_mode
@pytest.mark.parametrize("query", ["", "  ", "()", "\x1b"])
def test_a_blank_search_raises_misuse_error(name: Name, query: str) -> None:
    with pytest.raises(MisuseError):
        call(name, "search_tracks", query)


KINDS: list[tuple[Fault, FailureKind]] = [
    ("challenge", "blocked"),
    ("challenge_200", "blocked"),
    ("rate_limited", "rate_limited"),
    ("unavailable", "status"),
    ("reset", "network"),
    ("cut", "network"),
    ("truncated", "network"),
]
CALLS: list[tuple[str, object]] = [
    ("fetch_track", ONE.id),
    ("search_tracks", "winter"),
]
RAISED = [(*call, *kind) for call in CALLS for kind in KINDS]
# The heading of a track page names the track, even if its data cannot be read.
RAISED.append(("search_tracks", "winter", "wrong_shape", "catalogue_changed"))


@every_mode
@pytest.mark.parametrize(("method", "argument", "fault", "kind"), RAISED)
def test_a_fault_raises_beatport_unavailable_with_its_failure(
    name: Name, method: str, argument: object, fault: Fault, kind: FailureKind
) -> None:
    """A fault is never reported as "not found"."""
    with pytest.raises(BeatportUnavailable) as caught:
        call(name, method, argument, fault=fault)
    assert caught.value.failure.kind == kind
    assert str(caught.value.failure) == str(caught.value)


@pytest.mark.parametrize(
    ("tracks", "playlist", "message"),
    [
        (Track("Title"), None, "a single track is not a playlist: use match_track"),
        ([Track("Title")], "Sets", "playlist= names a playlist in a file"),
        (["Title", 7], None, "a track must be a Track or text, not 7"),
    ],
)
def test_a_value_that_is_not_a_playlist_raises_misuse_error(
    tracks: Any, playlist: Any, message: str
) -> None:
    """The message says what to do instead."""
    fake = FakeBeatport(**EXACT_SEARCH)
    with (
        httpx.Client(transport=fake.transport()) as client,
        pytest.raises(MisuseError, match=message),
    ):
        match_playlist(tracks, playlist=playlist, settings=with_attempts(), http_client=client)
