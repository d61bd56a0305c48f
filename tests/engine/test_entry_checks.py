"""Wrong arguments: an error of one sentence when they are passed, in each mode."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from audio_files import mp3
from held_requests import QUICK
from hypothesis import given
from hypothesis import strategies as st
from modes import EXACT_SEARCH, MODES, UNPACED, Mode, Name, bridged
from tables import each_row

import beatport_match
from beatport_match import (
    AsyncMatcher,
    BeatportMatchError,
    Candidate,
    Matcher,
    MatchSettings,
    MisuseError,
    Progress,
    SettingsError,
    Track,
    aiter_matches,
    amatch_playlist,
    amatch_track,
    beatport_source,
    iter_matches,
    match_playlist,
    match_track,
    rank,
    settings_from_environment,
)
from beatport_match.beatport import WebSource
from beatport_match.testing import FakeBeatport

every_mode = pytest.mark.parametrize("name", MODES)
every_mode_but_bridge = pytest.mark.parametrize("name", MODES[:3])
async_modes = pytest.mark.parametrize("name", ["asyncio", "trio"])
sync_modes = pytest.mark.parametrize("name", ["sync", "bridge"])

TRACKS = (
    "tracks_or_path must be the path of a playlist file, or tracks: each a Track or a text, not"
)
STOP = (
    "stop= must be an event such as threading.Event(), or a plain function that returns a bool, not"
)
SEVERAL = "urls_or_ids must be several URLs or IDs, not"
CLOSED = "this matcher is closed; make a new one for another run."


async def async_function(*_: object) -> bool:
    return True


FILE_ONLY = "encoding= and tags= say how to read a file; give the path of the file as the tracks."


class AsyncObject:
    async def __call__(self, *_: object) -> None:
        """Do nothing."""


def call(name: Name, method: str, *args: Any, fake: FakeBeatport | None = None, **more: Any) -> Any:
    transport = (fake or FakeBeatport(**EXACT_SEARCH)).transport()
    return Mode(name).call(method, *args, transport=transport, **more)


def refused(run: Callable[[], object], kind: type[BeatportMatchError] = MisuseError) -> str:
    """Return the message of the error, which must be one sentence."""
    with pytest.raises(kind) as caught:
        run()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


@every_mode
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tracks_or_path": 5}, f"{TRACKS} 5."),
        ({"tracks_or_path": None}, f"{TRACKS} None."),
        ({"tracks_or_path": b"a.xml"}, f"{TRACKS} b'a.xml'."),
        ({"tracks_or_path": [5]}, "a track must be a Track or text, not 5."),
        ({"playlist": 5}, "playlist= must be text: the name of a playlist in the file, not 5."),
        (
            {"encoding": 5},
            "encoding= must be text: the encoding of the file, such as windows-1250, not 5.",
        ),
        ({"encoding": "utf-8"}, FILE_ONLY),
        ({"tags": True}, FILE_ONLY),
        ({"journal": 5}, "journal= must be the path of a file, not 5."),
        ({"stop": True}, f"{STOP} True."),
        ({"stop": threading.Event}, f"{STOP} <class 'threading.Event'>."),
        ({"on_progress": 5}, "on_progress= must be a function that takes a Progress, not 5."),
    ],
)
def test_a_wrong_argument_of_a_run_is_reported_before_the_first_request(
    name: Name, arguments: dict[str, Any], sentence: str
) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    arguments = {"tracks_or_path": QUICK, **arguments}
    methods = ["match_playlist", *(["iter_matches"] if name != "bridge" else [])]
    for method in methods:
        assert refused(lambda m=method: call(name, m, fake=fake, **arguments)) == sentence
    assert not fake.requests


@every_mode
def test_encoding_and_tags_of_a_file_are_passed_on(name: Name, tmp_path: Path) -> None:
    """The whole file is in this encoding, and the tags of the music file name the ISRC."""
    (tmp_path / "a.mp3").write_bytes(mp3({"isrc": "ZZA123200001"}))
    file = tmp_path / "list.m3u"
    file.write_bytes("#EXTM3U\n#EXTINF:9,Łódź - Żar\na.mp3\n".encode("cp1250"))
    options = {"encoding": "windows-1250", "tags": True}
    (match,) = call(name, "match_playlist", file, **options).matches
    assert (match.track.title, match.track.isrc) == ("Łódź - Żar", "ZZA123200001")
    if name != "bridge":
        (streamed,) = call(name, "iter_matches", file, **options)
        assert streamed.track == match.track


@every_mode_but_bridge
@pytest.mark.parametrize(
    ("method", "argument", "sentence"),
    [
        ("match_track", 5, "a track must be a Track or text, not 5."),
        ("search_tracks", 5, "the query must be text: the words to search for, not 5."),
        ("fetch_tracks", 5, f"{SEVERAL} 5; use fetch_track for one."),
        ("fetch_tracks", "7", f"{SEVERAL} '7'; use fetch_track for one."),
    ],
)
def test_a_wrong_argument_of_a_single_query_is_one_sentence(
    name: Name, method: str, argument: object, sentence: str
) -> None:
    assert refused(lambda: call(name, method, argument)) == sentence


@every_mode_but_bridge
def test_the_path_of_a_playlist_is_no_track(name: Name, tmp_path: Path) -> None:
    """The sentence names match_playlist. A text that is not a file is a track."""
    path = tmp_path / "friday.m3u8"
    database = tmp_path / "database V2"
    for file in (path, database):
        file.touch()
    remedy = "; pass a playlist file to match_playlist."
    for track in (str(path), path, str(database), str(tmp_path)):
        assert refused(partial(call, name, "match_track", track)).endswith(remedy)
    for text in ("Countersunk.csv", "x" * 5000 + ".txt"):
        assert call(name, "match_track", text).outcome != "failed"


ENTRIES: dict[str, Callable[..., Any]] = {
    "Matcher": Matcher,
    "AsyncMatcher": AsyncMatcher,
    "match_track": partial(match_track, "a - b"),
    "match_playlist": partial(match_playlist, ["a - b"]),
    "iter_matches": partial(iter_matches, ["a - b"]),
    "aiter_matches": partial(aiter_matches, ["a - b"]),
    "amatch_track": lambda **more: anyio.run(partial(amatch_track, "a - b", **more)),
    "amatch_playlist": lambda **more: anyio.run(partial(amatch_playlist, ["a - b"], **more)),
}


@each_row("entry", ENTRIES)
def test_settings_as_a_dict_are_rejected_without_showing_a_token(entry: str) -> None:
    message = refused(lambda: ENTRIES[entry](settings={"access_token": "secret"}), SettingsError)
    assert message == (
        "settings must be a MatchSettings, not of the type dict; write "
        "MatchSettings(max_queries=3), or MatchSettings(**values) for a dict of values."
    )


@pytest.mark.parametrize("use", [beatport_source, settings_from_environment])
def test_functions_that_take_settings_check_them(use: Callable[[Any], object]) -> None:
    assert "not of the type str" in refused(lambda: use("settings.toml"), SettingsError)


@each_row("entry", ENTRIES)
@each_row("client", ["x", 5, {"get": 1}, httpx.Client])
def test_an_http_client_that_is_no_client_is_rejected(entry: str, client: object) -> None:
    message = refused(lambda: ENTRIES[entry](http_client=client))
    assert message.startswith("http_client= must be a client such as httpx.")
    assert repr(client) in message


@pytest.mark.parametrize("source", [5, WebSource, [WebSource], "pool.catalogue"])
def test_a_source_that_is_no_source_is_rejected(source: object) -> None:
    """A class is also not a source."""
    assert refused(lambda: Matcher(source=source)).startswith("source= takes a Source, an open")


def test_rank_names_the_value_of_a_wrong_type() -> None:
    track, found = Track("Countersunk"), Candidate(id=1, name="Countersunk")
    assert refused(lambda: rank("A - B", [])) == (
        "the track must be a Track, not 'A - B'; for a text, use Track.from_text(text)."
    )
    assert refused(lambda: rank(track, ["x"])) == (
        "a candidate must be a Candidate, not 'x'; Matcher.search_tracks returns candidates."
    )
    assert "several candidates" in refused(lambda: rank(track, found))
    assert len(rank(track, iter([found]))) == 1


def test_a_long_value_is_cut_in_the_message() -> None:
    """A value whose `repr` fails is named by its type."""
    assert len(refused(lambda: Matcher(http_client=["x"] * 1000))) < 250
    assert refused(lambda: Track("x", bpm=10**5000)).endswith("not <int>.")


# Any value, also one that is valid for some arguments.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=3),
    st.text(max_size=3),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.builds(object),
)
ARGUMENTS: list[tuple[str, str]] = [
    ("match_track", "track_or_text"),
    *(("match_track", name) for name in ("stop", "queries", "on_error")),
    *(
        (method, name)
        for method in ("match_playlist", "iter_matches")
        for name in ("tracks_or_path", "playlist", "stop", "on_progress", "journal", "on_error")
    ),
    *(("search_tracks", name) for name in ("query", "timeout", "max_results")),
    ("fetch_track", "url_or_id"),
    *(("fetch_tracks", name) for name in ("urls_or_ids", "max_concurrent")),
]
REQUIRED = {"match_track": "track_or_text", "match_playlist": "tracks_or_path",
            "iter_matches": "tracks_or_path", "search_tracks": "query"}  # fmt: skip


@pytest.mark.fuzz
@pytest.mark.parametrize("name", ["sync", "asyncio"])
@given(argument=st.sampled_from(ARGUMENTS), value=VALUES)
def test_any_value_gives_a_result_or_an_error_of_this_library(
    name: Name, tmp_path_factory: pytest.TempPathFactory, argument: tuple[str, str], value: Any
) -> None:
    method, parameter = argument
    arguments = {parameter: value}
    if method in REQUIRED:
        arguments.setdefault(REQUIRED[method], "Plinth - Countersunk")
        if REQUIRED[method] == "tracks_or_path" != parameter:
            arguments["tracks_or_path"] = ["Plinth - Countersunk"]
    elif method == "fetch_tracks":
        arguments.setdefault("urls_or_ids", [7])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.getbasetemp())  # a text may be a path
        try:
            call(name, method, **arguments)
        except BeatportMatchError as error:
            assert "\n" not in str(error)  # noqa: PT017 - the error is optional


@pytest.mark.fuzz
@given(parameter=st.sampled_from(["settings", "http_client", "source"]), value=VALUES)
def test_any_value_makes_a_matcher_or_an_error_of_this_library(parameter: str, value: Any) -> None:
    for kind in (Matcher, AsyncMatcher):
        try:
            kind(**{parameter: value})
        except BeatportMatchError as error:
            assert "\n" not in str(error)  # noqa: PT017 - the error is optional


# Stopping with an event


@every_mode
def test_a_run_ends_when_an_event_is_set(name: Name) -> None:
    event, done = threading.Event(), list[Progress]()

    def on_progress(progress: Progress) -> None:
        done.append(progress)
        event.set()

    found = call(name, "match_playlist", QUICK * 4, stop=event, on_progress=on_progress)
    stopped = [match for match in found.matches if match.stopped == "stopped"]
    assert len(found.matches) == 24
    assert 1 <= len(done) <= 5
    assert len(stopped) >= 24 - 5


@pytest.mark.anyio
async def test_the_event_of_a_loop_ends_a_run(anyio_backend: str) -> None:
    """`anyio.Event` in both loops, and `asyncio.Event`."""
    events = [anyio.Event(), *([asyncio.Event()] if anyio_backend == "asyncio" else [])]
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    for event in events:
        async with (
            httpx.AsyncClient(transport=transport) as client,
            AsyncMatcher(UNPACED, http_client=client) as matcher,
        ):
            before = await matcher.match_track(QUICK[0], stop=event)
            event.set()
            after = await matcher.match_track(QUICK[1], stop=event)
        assert (before.outcome != "failed", after.stopped) == (True, "stopped")


@every_mode
@pytest.mark.parametrize("stop", [async_function, AsyncObject()])
def test_an_async_stop_is_rejected(name: Name, stop: object) -> None:
    """What it returns is true, so it would end each run at once."""
    assert refused(lambda: call(name, "match_playlist", QUICK, stop=stop)).startswith(STOP)


# Async progress


@sync_modes
@pytest.mark.parametrize("on_progress", [async_function, partial(async_function), AsyncObject()])
def test_a_sync_run_rejects_an_async_on_progress(name: Name, on_progress: object) -> None:
    message = refused(lambda: call(name, "match_playlist", QUICK, on_progress=on_progress))
    assert message == (
        "on_progress= is an async function, which a sync run cannot await; pass a plain function, "
        "or use amatch_playlist, aiter_matches or AsyncMatcher."
    )


def test_a_sync_stream_rejects_an_async_on_progress_when_it_is_made() -> None:
    with pytest.raises(MisuseError, match="which a sync run cannot await"):
        iter_matches(QUICK, on_progress=async_function)


@async_modes
@pytest.mark.parametrize("method", ["match_playlist", "iter_matches"])
def test_an_async_on_progress_is_awaited_one_call_at_a_time(name: Name, method: str) -> None:
    """The calls are in the order in which the tracks finish."""
    done, running = list[int](), 0

    async def on_progress(progress: Progress) -> None:
        nonlocal running
        running += 1
        assert running == 1
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        done.append(progress.done)
        running -= 1

    call(name, method, QUICK * 2, on_progress=on_progress)
    assert done == list(range(1, 13))


@async_modes
def test_a_plain_function_may_return_an_awaitable(name: Name) -> None:
    done = list[int]()

    async def note(progress: Progress) -> None:
        done.append(progress.done)

    call(name, "match_playlist", QUICK, on_progress=lambda progress: note(progress))
    assert done == [1, 2, 3, 4, 5, 6]


# A closed matcher

CALLS: Mapping[str, tuple[object, ...]] = {
    "match_track": ("a - b",),
    "match_playlist": ([],),
    "iter_matches": ([],),
    "search_tracks": ("a b",),
    "fetch_track": (7,),
    "fetch_tracks": ([7],),
}


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("settings", [UNPACED, bridged(UNPACED)], ids=["sync", "bridge"])
def test_a_closed_matcher_cannot_be_used(method: str, settings: MatchSettings) -> None:
    """It would make a client that is never closed. `close` may be called again."""
    with Matcher(settings) as matcher:
        pass
    assert refused(lambda: getattr(matcher, method)(*CALLS[method])) == CLOSED
    matcher.close()


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.anyio
async def test_a_closed_async_matcher_cannot_be_used(method: str) -> None:
    async with AsyncMatcher(UNPACED) as matcher:
        unused = matcher.iter_matches(["a - b"])

    async def use() -> None:
        result = getattr(matcher, method)(*CALLS[method])
        await result

    with pytest.raises(MisuseError) as caught:
        await use()
    assert str(caught.value) == CLOSED
    with pytest.raises(MisuseError):  # a stream from before the end
        await anext(unused)
    await matcher.aclose()


def test_the_new_errors_are_public() -> None:
    assert issubclass(beatport_match.OutputError, (BeatportMatchError, OSError))
    assert issubclass(beatport_match.MissingDependencyError, (BeatportMatchError, ImportError))
    for name in ("OutputError", "MissingDependencyError"):
        assert not issubclass(getattr(beatport_match, name), MisuseError)
