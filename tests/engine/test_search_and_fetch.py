"""One search, one page: what is given, what is `None`, and what is raised, in every colour."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from modes import EXACT_SEARCH, Mode, Name, with_attempts

from beatport_match import BeatportUnavailable, MisuseError, Track, match_playlist
from beatport_match.errors import FailureKind
from beatport_match.testing import FakeBeatport, Fault, always, bundled_catalogue

every_colour = pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
ONE, OTHER, *_ = bundled_catalogue()
MISSING = 11


def call(name: Name, method: str, *args: object, fault: Fault | None = None) -> object:
    fake = FakeBeatport(**EXACT_SEARCH, faults=always(fault) if fault else None)
    return Mode(name).call(method, *args, transport=fake.transport(), settings=with_attempts())


@every_colour
@pytest.mark.parametrize(
    "asked",
    [
        ONE.id,
        str(ONE.id),
        f"https://www.beatport.com/track/any-slug/{ONE.id}",
        f"https://www.beatport.com/de/track/any-slug/{ONE.id}?utm=x",
    ],
)
def test_a_track_is_fetched_by_number_or_address(name: Name, asked: int | str) -> None:
    """API.md: "`fetch_track` one `Candidate`", by url or id."""
    found = call(name, "fetch_track", asked)
    assert (found.id, found.name, found.mix_name) == (ONE.id, ONE.name, ONE.mix_name)
    assert found.isrc == ONE.isrc


@every_colour
def test_a_track_that_is_not_there_is_none(name: Name) -> None:
    """API.md: "`None` where Beatport has no such track"."""
    assert call(name, "fetch_track", MISSING) is None


@every_colour
def test_several_tracks_keep_their_order(name: Name) -> None:
    """fetch_tracks: "in the order given", gaps included."""
    found = call(name, "fetch_tracks", [OTHER.id, MISSING, ONE.id])
    assert [one and one.id for one in found] == [OTHER.id, None, ONE.id]
    assert call(name, "fetch_tracks", []) == ()


@every_colour
@pytest.mark.parametrize(
    "asked",
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
def test_what_is_no_track_here_is_misuse(name: Name, asked: object) -> None:
    """fetch_track: MisuseError where "it is neither a number nor the address of a track on this
    Beatport"; and nothing is asked."""
    fake = FakeBeatport()
    with pytest.raises(MisuseError, match="number"):
        Mode(name).call("fetch_track", asked, transport=fake.transport())
    assert fake.requests == ()


@every_colour
def test_one_text_is_not_several_tracks(name: Name) -> None:
    """A string is an iterable of strings: its digits must not be fetched one by one."""
    fake = FakeBeatport()
    with pytest.raises(MisuseError):
        Mode(name).call("fetch_tracks", "123", transport=fake.transport())
    assert fake.requests == ()


@every_colour
def test_a_search_gives_what_the_site_gives(name: Name) -> None:
    """API.md: "`search_tracks` gives a tuple of `Candidate`"; nothing there is an empty one."""
    found = call(name, "search_tracks", f"{ONE.name} {ONE.artists[0]}")
    assert ONE.id in {one.id for one in found}
    assert call(name, "search_tracks", "qqqqqq") == ()


@every_colour
@pytest.mark.parametrize("query", ["", "  ", "()", "\x1b"])
def test_a_blank_search_is_misuse(name: Name, query: str) -> None:
    """search_tracks: MisuseError where "the query is blank"."""
    with pytest.raises(MisuseError):
        call(name, "search_tracks", query)


KINDS: list[tuple[Fault, FailureKind]] = [
    ("challenge", "blocked"),
    ("challenge_200", "blocked"),
    ("rate_limited", "rate_limited"),
    ("unavailable", "status"),
    ("reset", "network"),
    ("cut", "network"),
    ("moved", "catalogue_changed"),
    ("truncated", "network"),
    ("wrong_shape", "catalogue_changed"),
]


@every_colour
@pytest.mark.parametrize(("fault", "kind"), KINDS)
@pytest.mark.parametrize(
    ("method", "asked"),
    [("fetch_track", ONE.id), ("fetch_tracks", [OTHER.id, ONE.id]), ("search_tracks", "winter")],
)
def test_a_fault_is_raised_with_its_failure(
    name: Name, method: str, asked: object, fault: Fault, kind: FailureKind
) -> None:
    """API.md: "both raise `BeatportUnavailable` (carrying the `Failure`) when a fault kept them
    from knowing", which is never "not found"."""
    with pytest.raises(BeatportUnavailable) as caught:
        call(name, method, asked, fault=fault)
    assert caught.value.failure.kind == kind
    assert str(caught.value.failure) == str(caught.value)


@pytest.mark.parametrize(
    ("tracks", "playlist", "said"),
    [
        (Track("Title"), None, "one track is no playlist: use match_track"),
        ([Track("Title")], "Sets", "playlist= names a playlist within a file"),
        (["Title", 7], None, "a track must be a Track or text, not 7"),
    ],
)
def test_what_is_no_playlist_is_misuse(tracks: Any, playlist: Any, said: str) -> None:
    """errors: "the caller broke a rule of the API; the text says which and what to do instead"."""
    fake = FakeBeatport(**EXACT_SEARCH)
    with (
        httpx.Client(transport=fake.transport()) as client,
        pytest.raises(MisuseError, match=said),
    ):
        match_playlist(tracks, playlist=playlist, settings=with_attempts(), http_client=client)
