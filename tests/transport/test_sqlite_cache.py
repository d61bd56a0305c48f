"""The cache on disk and single flight: content, age, size, shared use and damaged files."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cache_filling import fill
from held_requests import QUICK, SLOW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match import Candidate, Match, Matcher, PlaylistMatch, Track
from beatport_match.matching.protocol import CachedResult, ParsedResult
from beatport_match.model.validation import single_line
from beatport_match.testing import FakeBeatport, Fault, always, first
from beatport_match.transport import sqlite_cache as cache_module
from beatport_match.transport.cache_codec import decode, encode
from beatport_match.transport.sqlite_cache import SqliteCache

every_mode = pytest.mark.parametrize("name", MODES)
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


def test_results_of_another_version_are_not_used(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version may parse the same page differently."""
    cache = SqliteCache(path)
    cache.put("/search?q=copper", ONE)
    assert cache.get("/search?q=copper") is not None
    monkeypatch.setattr(cache_module, "__version__", "0.0.1")
    assert cache.get("/search?q=copper") is None
    cache.close()


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
def test_a_closed_matcher_has_closed_the_file(
    name: Name, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[SqliteCache] = []
    close = SqliteCache.close
    monkeypatch.setattr(SqliteCache, "close", lambda cache: (closed.append(cache), close(cache)))
    run(name, FakeBeatport(**EXACT_SEARCH), path)
    assert [cache._connection for cache in closed] == [None]


@every_mode
def test_second_run_sends_no_request(name: Name, path: Path) -> None:
    """The results are the same, and the metrics show the cache hits."""
    fake = FakeBeatport(**EXACT_SEARCH)
    before = run(name, fake, path)
    sent = len(fake.requests)
    after = run(name, fake, path)
    assert sent == len(fake.requests) > 0
    assert after.matches == before.matches
    assert before.metrics.aggregate_stats.cache_hit_rate == 0.0
    assert after.metrics.aggregate_stats.cache_hit_rate == 100.0
    assert after.metrics.requests == 0


def test_all_modes_share_one_cache(path: Path) -> None:
    """The key of an entry is the canonical request, which is the same in each mode."""
    fake = FakeBeatport(**EXACT_SEARCH)
    run("sync", fake, path)
    sent = len(fake.requests)
    for name in MODES:
        run(name, fake, path)
    assert len(fake.requests) == sent


@pytest.mark.parametrize(
    "fault",
    "challenge challenge_200 rate_limited unavailable empty no_next_data truncated reset "
    "wrong_shape bomb elsewhere".split(),
)
def test_faults_are_never_cached(path: Path, fault: Fault) -> None:
    """No challenge page, no error and no page that could not be parsed."""
    run("sync", FakeBeatport(faults=always(fault)), path, attempts=1, max_refusals=1000)
    fake = FakeBeatport(**EXACT_SEARCH)
    assert run("sync", fake, path).metrics.aggregate_stats.cache_hit_rate == 0.0
    assert len(fake.requests) >= len(QUICK)


def test_searches_and_track_pages_have_their_own_maximum_age(path: Path) -> None:
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


def test_cached_result_has_its_age(path: Path) -> None:
    """A lookup does not change the age; storing the result again does."""
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
def test_cache_file_is_accessible_to_its_owner_only(path: Path) -> None:
    before = os.umask(0)
    try:
        cache = SqliteCache(path)
        cache.put("a", ONE)
        files = [path, *path.parent.glob(f"{path.name}-*")]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        cache.close()
    finally:
        os.umask(before)


def test_oldest_entries_are_deleted_above_the_size_limit(path: Path) -> None:
    clock, max_bytes = Clock(), 300_000
    cache = SqliteCache(path, max_bytes=max_bytes, clock=clock)
    big = ParsedResult(
        candidates=tuple(Candidate(id=n, name=os.urandom(200).hex()) for n in range(1, 50))
    )
    for number in range(100):
        clock.now += 1
        cache.put(str(number), big)
    cache.close()
    assert path.stat().st_size < 1.2 * max_bytes
    cache = SqliteCache(path)
    kept = [number for number in range(100) if cache.get(str(number))]
    assert kept == list(range(kept[0], 100))
    assert len(kept) > 5
    cache.close()


def test_several_processes_share_the_file(path: Path) -> None:
    """Also while the file is created."""
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=fill, args=(path, start, ONE)) for start in (0, 50, 100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    cache = SqliteCache(path)
    assert all(cache.get(str(number)) for number in range(150))
    cache.close()


def test_two_programs_that_create_the_file_at_once_share_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other program creates the table between the first check and the lock."""
    is_cache, other = cache_module._is_cache, SqliteCache(path)

    def interrupted(connection: sqlite3.Connection) -> bool:
        monkeypatch.setattr(cache_module, "_is_cache", is_cache)
        result = is_cache(connection)
        other.put("from the other", ONE)
        return result

    monkeypatch.setattr(cache_module, "_is_cache", interrupted)
    cache = SqliteCache(path)
    cache.put("from this one", ONE)
    for each in (cache, other):
        assert all(each.get(key) for key in ("from this one", "from the other"))
    for each in (cache, other):
        each.close()


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_file_that_becomes_a_cache_during_the_check_is_accepted(path: Path, moment: int) -> None:
    """Another program creates the table between any two of the check's queries."""
    connection, other = sqlite3.connect(path, isolation_level=None), SqliteCache(path)
    queries: list[str] = []

    class Interrupted:
        def execute(self, query: str) -> Any:
            if len(queries) == moment:
                other.put("from the other", ONE)
            queries.append(query)
            return connection.execute(query)

    cache_module._is_cache(Interrupted())  # type: ignore[arg-type]
    assert len(queries) == 3
    assert cache_module._is_cache(connection)
    connection.close()
    other.close()


def test_several_threads_share_a_cache(path: Path) -> None:
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


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:] = os.urandom(len(content) - 100)
    path.write_bytes(content)


def replace_table(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE answers")
        connection.execute("CREATE TABLE answers (other)")
    connection.close()


def endless_view(path: Path) -> None:
    """Replace the table with endless rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE answers")
        connection.execute(
            "CREATE VIEW answers AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) "
            "SELECT 'k' || x AS key, 1.0 AS stored, x AS answer FROM n"
        )
    connection.close()


def add_trigger(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TRIGGER slow AFTER INSERT ON answers BEGIN DELETE FROM answers; END"
        )
    connection.close()


# The damage does not depend on the mode, so one kind of damage is enough for the other modes.
DAMAGE = [truncate, garble, replace_table, endless_view, add_trigger]
DAMAGED_IN = [*(("sync", damage) for damage in DAMAGE), *((name, garble) for name in MODES[1:])]


@pytest.mark.parametrize(("name", "damage"), DAMAGED_IN)
def test_damaged_file_is_set_aside(
    name: Name, path: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is renamed, not deleted; a new file is created, and the warning names no folder."""
    run("sync", FakeBeatport(**EXACT_SEARCH), path)
    damage(path)
    damaged = path.read_bytes()
    with caplog.at_level(logging.WARNING, "beatport_match"):
        result = run(name, FakeBeatport(**EXACT_SEARCH), path)
    assert len(result.matched) == len(QUICK)
    set_aside = path.with_name(f"{path.name}.set-aside-1")
    assert set_aside.read_bytes()[:100] == damaged[:100]
    (message,) = [record.getMessage() for record in caplog.records]
    assert "damaged" in message
    assert set_aside.name in message
    assert str(path.parent) not in message
    fake = FakeBeatport(**EXACT_SEARCH)
    again = run(name, fake, path)
    assert again.matches == result.matches
    # The result of the query that found the damage was not stored.
    assert len(fake.requests) <= 1


def test_older_set_aside_file_is_not_overwritten(path: Path) -> None:
    for number in (1, 2):
        with closing(SqliteCache(path)) as cache:
            cache.put("a", ONE)
        truncate(path)
        with closing(SqliteCache(path)) as cache:
            cache.get("a")
        assert path.with_name(f"{path.name}.set-aside-{number}").exists()
    assert not path.exists()


def test_database_of_another_program_is_not_touched(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is intact, and the other program may need it at its place."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE music (title)")
        connection.execute("INSERT INTO music VALUES ('Copper')")
    connection.close()
    before = path.read_bytes()
    result = run("sync", FakeBeatport(**EXACT_SEARCH), path)
    assert len(result.matched) == len(QUICK)
    assert path.read_bytes() == before
    assert [record.getMessage() for record in caplog.records] == [
        f"the cache {path.name} is not used: it is another program's database"
    ]


@pytest.mark.parametrize("content", [b"#EXTM3U\nferry.mp3\n", b"\x00" * 200, b"SQLite format 3\0"])
@every_mode
def test_file_that_is_no_cache_is_not_touched(
    name: Name, content: bytes, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By mistake, the path may be that of a playlist."""
    path.write_bytes(content)
    result = run(name, FakeBeatport(**EXACT_SEARCH), path)
    assert len(result.matched) == len(QUICK)
    assert path.read_bytes() == content
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert [record.getMessage() for record in caplog.records] == [
        f"the cache {path.name} is not used: it is not a cache of beatport_match; name another file"
    ]


@pytest.mark.parametrize("bad", ["folder", "missing/answers.cache", "fifo"])
def test_run_continues_without_a_cache_if_the_path_cannot_hold_one(
    tmp_path: Path, bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning is logged once, not for each query."""
    (tmp_path / "folder").mkdir()
    if bad == "fifo":
        if sys.platform == "win32":
            pytest.skip("Windows has no such files")
        os.mkfifo(tmp_path / "fifo")
    result = run("sync", FakeBeatport(**EXACT_SEARCH), tmp_path / bad)
    assert len(result.matched) == len(QUICK)
    assert len(caplog.records) == 1
    assert "is not used" in caplog.records[0].getMessage()


def test_locked_file_is_skipped_after_a_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One entry is not stored; the next one is."""
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
def test_invalid_row_is_ignored_and_deleted(path: Path, row: tuple[Any, Any]) -> None:
    cache = SqliteCache(path)
    cache.put("a", ONE)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE answers SET stored = ?, answer = ?", row)
        assert cache.get("a") is None
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (0,)
    cache.close()


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(junk=b"\x00\x80", at=4053, is_cache=True)  # SQLite's own message was not text
@given(junk=st.binary(max_size=300), at=st.integers(0, 8191), is_cache=st.booleans())
def test_file_with_any_bytes_raises_nothing(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int, is_cache: bool
) -> None:
    """A file of any bytes, or a cache that is damaged at any place."""
    path = tmp_path_factory.getbasetemp() / "fuzzed.cache"
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    if is_cache:
        before = SqliteCache(path)
        before.put("a", ONE)
        before.close()
        content = path.read_bytes()
        path.write_bytes(content[:at] + junk + content[at + len(junk) :])
    else:
        path.write_bytes(junk)
    cache = SqliteCache(path)
    cached = cache.get("a")
    assert cached is None or isinstance(cached.value, ParsedResult)
    cache.put("b", ONE)
    cache.get("b")
    cache.close()


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_to_a_result_or_none(data: bytes) -> None:
    assert decode(data) is None or isinstance(decode(data), ParsedResult)


# Parsers clean every text with this policy.
texts = st.text(min_size=1, max_size=50).map(single_line).filter(bool)
candidates = st.builds(
    Candidate,
    id=st.integers(1, 2**63 - 1),
    name=texts,
    mix_name=st.none() | texts,
    artists=st.lists(texts, max_size=3).map(tuple),
    bpm=st.none() | st.floats(1, 1000),
    url=st.none() | st.just("https://site.example/track/x/1"),
)


@given(st.lists(candidates, max_size=5).map(tuple), st.integers(0, 9))
def test_encoded_result_is_decoded_unchanged(rows: tuple[Candidate, ...], unreadable: int) -> None:
    value = ParsedResult(candidates=rows, unreadable=unreadable)
    assert decode(encode(value)) == value


@every_mode
def test_equal_requests_of_a_run_are_sent_once(name: Name) -> None:
    """Every track gets the result; the metrics count the request for the track that sent it."""
    fake = FakeBeatport(**EXACT_SEARCH, latency_s=0.01)
    tracks = [*QUICK, *QUICK, *QUICK]
    result = Mode(name).call(
        "match_playlist", tracks, transport=fake.transport(), settings=with_attempts()
    )
    paths = [request.path for request in fake.requests]
    assert len(paths) == len(set(paths))
    assert len(result.matched) == len(tracks)
    assert sum(match.requests for match in result.matches) == len(paths)
    hits = [query.cache_hit for track in result.metrics.track_metrics for query in track.queries]
    assert hits.count(False) == len(paths)


@every_mode
def test_failure_is_not_shared_between_equal_requests(name: Name) -> None:
    """The next request may succeed."""
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "challenge"))
    result = Mode(name).call(
        "match_playlist", [SLOW, SLOW], transport=fake.transport(), settings=with_attempts()
    )
    assert sorted(match.outcome == "failed" for match in result.matches) == [False, True]


def test_equal_requests_of_several_threads_are_sent_once() -> None:
    import httpx

    fake, matches = FakeBeatport(**EXACT_SEARCH, latency_s=0.05), list[Match]()
    with httpx.Client(transport=fake.transport()) as client:
        matcher = Matcher(with_attempts(), http_client=client)
        match = lambda: matches.append(matcher.match_track(Track(QUICK[0])))  # noqa: E731
        threads = [threading.Thread(target=match) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(matches) == 8
    assert len(fake.requests) == len({request.path for request in fake.requests})


def test_the_root_of_a_disk_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """It has a path and no name."""
    root = Path(Path.cwd().anchor)
    with closing(SqliteCache(root)) as cache:
        assert cache.get("a") is None
    assert caplog.messages == [f"the cache {root} is not used: it is a folder"]
