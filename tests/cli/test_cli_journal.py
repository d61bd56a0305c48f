"""The options `--journal`, `--cache` and `--rate-limit-file`: what they save, and their errors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from command_line import CommandResult, misuse_message

from beatport_match.matching.protocol import ParsedResult
from beatport_match.testing import FakeBeatport, always
from beatport_match.transport.sqlite_cache import SqliteCache


def outcomes(result: CommandResult) -> list[tuple[str, str]]:
    matches = json.loads(result.out)["matches"]
    return [(match["track"]["id"], match["outcome"]) for match in matches]


def test_an_interrupted_run_resumes_from_the_journal(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    collection: Path,
    tmp_path: Path,
) -> None:
    """The resumed run ends with the outcomes of an uninterrupted one."""
    journal, fake = tmp_path / "j", FakeBeatport()
    with fake.serve() as base_url:
        options = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url, "--json")
        whole = command("playlist", collection, *options)
        request_count = len(fake.requests)
        interrupt_after(8)
        broken = command("playlist", collection, *options, "--journal", journal)
        assert broken.code == 130
        assert len(journal.read_bytes().splitlines()) == 8
        resumed = command("playlist", collection, *options, "--journal", journal, "--async")
    assert len(fake.requests) < 2 * request_count + 10
    assert outcomes(resumed) == outcomes(whole)


def test_a_second_run_with_the_cache_sends_no_requests(
    command: Callable[..., CommandResult], collection: Path, tmp_path: Path
) -> None:
    """The commands `playlist` and `track` share the cache."""
    fake = FakeBeatport()
    with fake.serve() as base_url:
        options = ("--base-url", base_url, "--cache", tmp_path / "c", "--json")
        friday = ("playlist", collection, "--playlist", "Sets/Friday", "--unpaced", *options)
        first = command(*friday)
        request_count = len(fake.requests)
        second = command(*friday)
        assert len(fake.requests) == request_count > 0
        assert outcomes(second) == outcomes(first)
        for _ in range(2):
            assert command("track", "Plinth - Countersunk", *options).code == 0
        assert len(fake.requests) <= request_count + 1


def test_a_damaged_cache_is_a_note(
    command: Callable[..., CommandResult], collection: Path, tmp_path: Path
) -> None:
    """A cache error never ends a run; stderr shows the new name of the file."""
    with closing(SqliteCache(tmp_path / "c")) as cache:
        cache.put("a", ParsedResult(candidates=()))
    os.truncate(tmp_path / "c", 3000)
    with FakeBeatport().serve() as base_url:
        options = ("--unpaced", "--base-url", base_url, "--cache", tmp_path / "c")
        result = command("playlist", collection, "--playlist", "Not on sale", *options)
    assert result.code == 0
    assert "Note: the cache c is damaged; it is renamed to c.set-aside-1, and a new" in result.err


def test_a_file_that_is_no_cache_is_a_usage_error(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    """The playlist itself is given as the cache. It stays unchanged."""
    before = collection.read_bytes()
    result = command("playlist", collection, "--base-url", base_url, "--cache", collection)
    assert result.code == 2
    assert result.err.rstrip("\n").endswith("is not a cache of beatport_match; name another file.")
    assert collection.read_bytes() == before


def test_a_blocked_run_stops_the_next_command_with_the_same_rate_limit_file(
    command: Callable[..., CommandResult], collection: Path, tmp_path: Path
) -> None:
    """The commands `playlist` and `track` share the rate limit and the circuit breaker."""
    fake = FakeBeatport(faults=always("challenge"))
    with fake.serve() as base_url:
        options = ("--base-url", base_url, "--rate-limit-file", tmp_path / "rate", "--json")
        command("playlist", collection, "--unpaced", *options)
        assert len(fake.requests) == 10
        track = command("track", "Plinth - Countersunk", *options)
    assert (track.code, len(fake.requests)) == (1, 10)
    assert json.loads(track.out)["failures"][0]["kind"] == "blocked"


def test_a_file_that_is_no_rate_limit_file_is_a_usage_error(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    before = collection.read_bytes()
    options = ("--base-url", base_url, "--rate-limit-file", collection)
    for what in (("playlist", collection), ("track", "Plinth - Countersunk")):
        assert "cannot be the rate limit file" in misuse_message(command(*what, *options))
    assert collection.read_bytes() == before


def test_a_file_that_is_no_journal_is_a_usage_error(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    """The playlist itself is given as the journal. It stays unchanged."""
    before = collection.read_bytes()
    result = command("playlist", collection, "--base-url", base_url, "--journal", collection)
    assert result.code == 2
    assert result.err.rstrip("\n").endswith(
        "is not a journal of beatport_match; name another file."
    )
    assert collection.read_bytes() == before


def test_a_damaged_journal_line_is_reported_as_a_problem(
    command: Callable[..., CommandResult], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """Only the track of that line is matched again."""
    options = ("--unpaced", "--base-url", base_url, "--playlist", "Not on sale", "--json")
    journal = tmp_path / "j"
    first = command("playlist", collection, *options, "--journal", journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"damaged\n", *lines[2:]]))
    result = command("playlist", collection, *options, "--journal", journal)
    assert outcomes(result) == outcomes(first)
    assert [problem["place"] for problem in json.loads(result.out)["problems"]] == ["line 2"]
    assert "Note: line 2 of the journal j is damaged." in result.err
