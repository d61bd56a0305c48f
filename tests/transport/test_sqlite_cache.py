"""The cache: what is kept, for how long, shared with whom, and what a broken file costs."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sqlite3
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from held_requests import QUICK, SLOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import Candidate, Match, Matcher, PlaylistMatch, Track
from beatport_match.matching.protocol import CachedResult, ParsedResult
from beatport_match.testing import FakeBeatport, Fault, always, first
from beatport_match.transport import sqlite_cache as cache_module
from beatport_match.transport.cache_codec import decode, encode
from beatport_match.transport.sqlite_cache import SqliteCache

every_colour = pytest.mark.parametrize("name", MODES)
ONE = ParsedResult(candidates=(Candidate(id=7, name="Copper", artists=("Plinth",), bpm=124.0),))


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.cache"


def run(name: Name, fake: FakeBeatport, path: Path, **settings: Any) -> PlaylistMatch:
    settings = {"cache_path": path, "attempts": 2, **settings}
    return Mode(name).call(
        "match_playlist", QUICK, transport=fake.transport(), settings=with_attempts(**settings)
    )


@every_colour
def test_a_second_run_asks_nothing(name: Name, path: Path) -> None:
    """Issue: "hits visible in metrics in both colours", and the answers are the same."""
    fake = FakeBeatport(**EXACT_SEARCH)
    before = run(name, fake, path)
    asked = len(fake.requests)
    after = run(name, fake, path)
    assert asked == len(fake.requests) > 0
    assert after.matches == before.matches
    assert before.metrics.aggregate_stats.cache_hit_rate == 0.0
    assert after.metrics.aggregate_stats.cache_hit_rate == 100.0
    assert after.metrics.requests == 0


def test_every_colour_shares_one_cache(path: Path) -> None:
    """The key is "the canonical request": what one colour kept, another is given."""
    fake = FakeBeatport(**EXACT_SEARCH)
    run("sync", fake, path)
    asked = len(fake.requests)
    for name in MODES:
        run(name, fake, path)
    assert len(fake.requests) == asked


@pytest.mark.parametrize(
    "fault",
    "challenge challenge_200 rate_limited unavailable empty no_next_data moved truncated reset "
    "wrong_shape bomb elsewhere".split(),
)
def test_trouble_is_never_kept(path: Path, fault: Fault) -> None:
    """Issue: "never a challenge, error or unparsed page"."""
    run("sync", FakeBeatport(faults=always(fault)), path, attempts=1, max_refusals=1000)
    fake = FakeBeatport(**EXACT_SEARCH)
    assert run("sync", fake, path).metrics.aggregate_stats.cache_hit_rate == 0.0
    assert len(fake.requests) >= len(QUICK)


def test_a_search_grows_stale_before_a_page(path: Path) -> None:
    """Issue: "TTL for searches and for pages"."""
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = {"cache_path": path, "cache_ttl_s": 1e-9, "cache_page_ttl_s": 60.0}
    for _ in range(2):
        Mode("sync").call(
            "search_tracks",
            "winter",
            transport=fake.transport(),
            settings=with_attempts(**settings),
        )
        Mode("sync").call(
            "fetch_track", 501, transport=fake.transport(), settings=with_attempts(**settings)
        )
    kinds = [request.path.split("/")[1] for request in fake.requests]
    assert kinds == ["search", "track", "search"]


def test_what_is_kept_has_its_age(path: Path) -> None:
    """Issue: "with its age"; asking for it does not make it younger."""
    clock = Clock()
    cache = SqliteCache(path, clock=clock)
    cache.put("a", ONE)
    for age in (5.0, 60.0, 1e6):
        clock.now = Clock.now + age
        assert cache.get("a") == CachedResult(value=ONE, age_s=age)
    cache.put("a", ParsedResult(candidates=()))
    assert cache.get("a") == CachedResult(value=ParsedResult(candidates=()), age_s=0.0)
    assert cache.get("b") is None
    cache.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such permissions")
def test_the_file_is_its_owners_alone(path: Path) -> None:
    """Issue: files are written "with the user's permissions only"."""
    before = os.umask(0)
    try:
        cache = SqliteCache(path)
        cache.put("a", ONE)
        files = [path, *path.parent.glob(f"{path.name}-*")]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        cache.close()
    finally:
        os.umask(before)


def test_the_oldest_make_room(path: Path) -> None:
    """Issue: "size bounded"."""
    clock, bound = Clock(), 300_000
    cache = SqliteCache(path, most_bytes=bound, clock=clock)
    big = ParsedResult(
        candidates=tuple(Candidate(id=n, name=os.urandom(200).hex()) for n in range(1, 50))
    )
    for number in range(100):
        clock.now += 1
        cache.put(str(number), big)
    cache.close()
    assert path.stat().st_size < 1.2 * bound
    cache = SqliteCache(path)
    kept = [number for number in range(100) if cache.get(str(number))]
    assert kept == list(range(kept[0], 100))
    assert len(kept) > 5
    cache.close()


def _fill(path: Path, start: int) -> None:
    cache = SqliteCache(path)
    for number in range(start, start + 50):
        # A file that is busy for too long costs an answer; the next to ask keeps it.
        while cache.get(str(number)) is None:
            cache.put(str(number), ONE)
    cache.close()


def test_several_processes_share_the_file(path: Path) -> None:
    """Issue: "several processes may share the file", from its very first moment on."""
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_fill, args=(path, start)) for start in (0, 50, 100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    cache = SqliteCache(path)
    assert all(cache.get(str(number)) for number in range(150))
    cache.close()


def test_two_that_begin_the_file_at_once_share_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same at the worst moment: another makes the file between our look and our lock."""
    look, other = cache_module._is_ours, SqliteCache(path)

    def slowly(connection: sqlite3.Connection) -> bool:
        monkeypatch.setattr(cache_module, "_is_ours", look)
        seen = look(connection)
        other.put("theirs", ONE)
        return seen

    monkeypatch.setattr(cache_module, "_is_ours", slowly)
    ours = SqliteCache(path)
    ours.put("ours", ONE)
    assert all(one.get(key) for one in (ours, other) for key in ("ours", "theirs"))
    for one in (ours, other):
        one.close()


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_a_file_that_becomes_a_cache_while_it_is_looked_at_is_one(path: Path, moment: int) -> None:
    """The same between any two looks: half of what is seen must not make it a stranger's."""
    connection, other = sqlite3.connect(path, isolation_level=None), SqliteCache(path)
    looks: list[str] = []

    class Looking:
        def execute(self, query: str) -> Any:
            if len(looks) == moment:
                other.put("theirs", ONE)
            looks.append(query)
            return connection.execute(query)

    cache_module._is_ours(Looking())  # type: ignore[arg-type]
    assert len(looks) == 3
    assert cache_module._is_ours(connection)
    connection.close()
    other.close()


def test_several_threads_share_a_cache(path: Path) -> None:
    """Matcher: "May be used from several threads"."""
    cache = SqliteCache(path)
    threads = [
        threading.Thread(target=lambda n=n: [cache.put(f"{n}.{i}", ONE) for i in range(20)])
        for n in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.get(f"{n}.{i}") for n in range(5) for i in range(20))
    cache.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def garble(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[100:] = os.urandom(len(whole) - 100)
    path.write_bytes(whole)


def replace_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE answers")
        connection.execute("CREATE TABLE answers (other)")
    connection.close()


def text(path: Path) -> None:
    path.write_text("<DJ_PLAYLISTS/>" * 50)


DAMAGE = [cut, garble, replace_table, text]


@pytest.mark.parametrize("damage", DAMAGE)
@every_colour
def test_a_damaged_file_is_set_aside(
    name: Name, path: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Issue: "a damaged or foreign file is set aside with a warning, never trusted and never
    fatal": its bytes stay, a new one is begun, and no folder is named in the log."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    damage(path)
    damaged = path.read_bytes()
    with caplog.at_level(logging.WARNING, "beatport_match"):
        found = run(name, FakeBeatport(**EXACT_SEARCH), path)
    assert len(found.matched) == len(QUICK)
    aside = path.with_name(f"{path.name}.set-aside-1")
    assert aside.read_bytes()[:100] == damaged[:100]
    (said,) = [record.getMessage() for record in caplog.records]
    assert "damaged" in said
    assert aside.name in said
    assert str(path.parent) not in said
    fake = FakeBeatport(**EXACT_SEARCH)
    again = run(name, fake, path)
    assert again.matches == found.matches
    assert len(fake.requests) <= 1  # the question that met the damage was answered, not kept


def test_an_older_set_aside_file_is_not_overwritten(path: Path) -> None:
    """Nothing is lost."""
    for number in (1, 2):
        text(path)
        SqliteCache(path).get("a")
        assert path.with_name(f"{path.name}.set-aside-{number}").exists()
    assert not path.exists()


def test_another_programs_database_is_left_alone(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same for a healthy file of somebody else's: moving it would harm whoever uses it."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE music (title)")
        connection.execute("INSERT INTO music VALUES ('Copper')")
    connection.close()
    before = path.read_bytes()
    found = run("sync", FakeBeatport(**EXACT_SEARCH), path)
    assert len(found.matched) == len(QUICK)
    assert path.read_bytes() == before
    assert [record.getMessage() for record in caplog.records] == [
        f"the cache {path.name} is not used: it is another program's database"
    ]


@pytest.mark.parametrize("bad", ["folder", "missing/answers.cache", "fifo"])
def test_a_place_that_cannot_hold_a_cache_costs_only_the_cache(
    tmp_path: Path, bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Issue: "never fatal"; said once, however many questions follow."""
    (tmp_path / "folder").mkdir()
    if bad == "fifo":
        if sys.platform == "win32":
            pytest.skip("Windows has no such files")
        os.mkfifo(tmp_path / "fifo")
    found = run("sync", FakeBeatport(**EXACT_SEARCH), tmp_path / bad)
    assert len(found.matched) == len(QUICK)
    assert len(caplog.records) == 1
    assert "is not used" in caplog.records[0].getMessage()


def test_a_locked_file_is_waited_for_and_then_done_without(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program's lock costs an answer, not the cache."""
    monkeypatch.setattr("beatport_match.transport.sqlite_cache.LOCK_TIMEOUT_S", 0.01)
    cache = SqliteCache(path)
    cache.put("a", ONE)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    cache.put("b", ONE)
    other.execute("ROLLBACK")
    other.close()
    assert cache.get("a") is not None
    assert cache.get("b") is None
    cache.put("b", ONE)
    assert cache.get("b") is not None
    cache.close()


@pytest.mark.parametrize(
    "row",
    [
        ("now", encode(ONE)),
        (1.0, "text"),
        (1.0, b""),
        (1.0, b"junk"),
        (1.0, encode(ONE)[:-3]),
        (1.0, encode(ParsedResult(candidates=(Candidate(id=1, name="\x1b[2J"),)))),
        (1.0, encode(ParsedResult(candidates=(Candidate(id=1, name="x", url="javascript:x"),)))),
        (1.0, encode(ParsedResult(candidates=(Candidate(id=-1, name="x"),)))),
        (1.0, encode(ParsedResult(candidates=(), unreadable=-1))),
    ],
)
def test_a_row_that_is_no_answer_is_none(path: Path, row: tuple[Any, Any]) -> None:
    """The same for one row: "never trusted", and gone afterwards."""
    cache = SqliteCache(path)
    cache.put("a", ONE)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET stored = ?, answer = ?", row)
    assert cache.get("a") is None
    assert connection.execute("SELECT count(*) FROM answers").fetchone() == (0,)
    connection.close()
    cache.close()


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(junk=b"\x00\x80", at=4053, ours=True)  # SQLite's own message was no text
@given(junk=st.binary(max_size=300), at=st.integers(0, 8191), ours=st.booleans())
def test_any_bytes_are_a_cache_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int, ours: bool
) -> None:
    """Issue: a damaged or foreign file is "never trusted and never fatal", wherever it is hit."""
    path = tmp_path_factory.getbasetemp() / "fuzzed.cache"
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    if ours:
        before = SqliteCache(path)
        before.put("a", ONE)
        before.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    else:
        path.write_bytes(junk)
    cache = SqliteCache(path)
    known = cache.get("a")
    assert known is None or isinstance(known.value, ParsedResult)
    cache.put("b", ONE)
    cache.get("b")
    cache.close()


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    """_packing: "hostile until read"."""
    assert decode(data) is None or isinstance(decode(data), ParsedResult)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=50)
candidates = st.builds(
    Candidate,
    id=st.integers(1, 2**63 - 1),
    name=texts,
    mix_name=st.none() | texts,
    artists=st.lists(texts, max_size=3).map(tuple),
    bpm=st.none() | st.floats(1, 1000),
    url=st.none() | st.just("https://shop.example/track/x/1"),
)


@given(st.lists(candidates, max_size=5).map(tuple), st.integers(0, 9))
def test_what_is_packed_comes_back(found: tuple[Candidate, ...], unreadable: int) -> None:
    """The cache gives "what was understood", to the last field."""
    value = ParsedResult(candidates=found, unreadable=unreadable)
    assert decode(encode(value)) == value


@every_colour
def test_one_question_is_asked_once(name: Name) -> None:
    """Issue: "equal questions in flight or already answered in a run are asked once"; every track
    has its answer, and the books say who asked."""
    fake = FakeBeatport(**EXACT_SEARCH, latency_s=0.01)
    tracks = [*QUICK, *QUICK, *QUICK]
    found = Mode(name).call(
        "match_playlist", tracks, transport=fake.transport(), settings=with_attempts()
    )
    paths = [request.path for request in fake.requests]
    assert len(paths) == len(set(paths))
    assert len(found.matched) == len(tracks)
    assert sum(match.requests for match in found.matches) == len(paths)
    hits = [query.cache_hit for track in found.metrics.track_metrics for query in track.queries]
    assert hits.count(False) == len(paths)


@every_colour
def test_a_failure_is_not_shared(name: Name) -> None:
    """_memory: "Failures are not: whoever asks next may have better luck"."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "challenge"))
    found = Mode(name).call(
        "match_playlist", [SLOW, SLOW], transport=fake.transport(), settings=with_attempts()
    )
    assert sorted(match.outcome == "failed" for match in found.matches) == [False, True]


def test_threads_ask_one_question_once() -> None:
    """Matcher: "what one of them has been answered the others need not ask"."""
    import httpx

    fake, found = FakeBeatport(**EXACT_SEARCH, latency_s=0.05), list[Match]()
    with httpx.Client(transport=fake.transport()) as client:
        matcher = Matcher(with_attempts(), http_client=client)
        ask = lambda: found.append(matcher.match_track(Track(QUICK[0])))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 8
    assert len(fake.requests) == len({request.path for request in fake.requests})
