"""The flags `--journal` and `--cache`: what they save, and how trouble with them is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from command_line import Ran

from beatport_match.testing import FakeBeatport


def outcomes(ran: Ran) -> list[tuple[str, str]]:
    matches = json.loads(ran.out)["matches"]
    return [(match["track"]["id"], match["outcome"]) for match in matches]


def test_an_interrupted_run_goes_on(
    command: Callable[..., Ran],
    interrupt_after: Callable[[int], None],
    collection: Path,
    tmp_path: Path,
) -> None:
    """`playlist --help`: "a later run goes on where this one stopped", and ends the same."""
    journal, fake = tmp_path / "j", FakeBeatport()
    with fake.serve() as base_url:
        options = ("--unpaced", "--base-url", base_url, "--json")
        whole = command("playlist", collection, *options)
        asked = len(fake.requests)
        interrupt_after(30)
        broken = command("playlist", collection, *options, "--journal", journal)
        assert broken.code == 130
        assert len(journal.read_bytes().splitlines()) == 30
        resumed = command("playlist", collection, *options, "--journal", journal, "--async")
    assert len(fake.requests) < 2 * asked + 10
    assert outcomes(resumed) == outcomes(whole)


def test_a_cache_saves_the_second_run(
    command: Callable[..., Ran], collection: Path, tmp_path: Path
) -> None:
    """`--cache FILE`: "keep Beatport's answers there for later runs", for either command."""
    fake = FakeBeatport()
    with fake.serve() as base_url:
        options = ("--base-url", base_url, "--cache", tmp_path / "c", "--json")
        first = command("playlist", collection, "--unpaced", *options)
        asked = len(fake.requests)
        second = command("playlist", collection, "--unpaced", *options)
        assert len(fake.requests) == asked > 0
        assert outcomes(second) == outcomes(first)
        for _ in range(2):
            assert command("track", "Plinth - Countersunk", *options).code == 0
        assert len(fake.requests) <= asked + 1


def test_a_bad_cache_is_a_remark(
    command: Callable[..., Ran], collection: Path, tmp_path: Path
) -> None:
    """A cache is never fatal: the run is done, and stderr says what became of the file."""
    (tmp_path / "c").write_text("not a cache")
    with FakeBeatport().serve() as base_url:
        options = ("--unpaced", "--base-url", base_url, "--cache", tmp_path / "c")
        ran = command("playlist", collection, "--playlist", "Not on sale", *options)
    assert ran.code == 0
    assert "Note: the cache c is damaged; it is set aside as c.set-aside-1, and a new" in ran.err


def test_a_bad_journal_is_misuse(
    command: Callable[..., Ran], collection: Path, base_url: str
) -> None:
    """The playlist named as its own journal: one sentence, exit code 2, and it is as it was."""
    before = collection.read_bytes()
    ran = command("playlist", collection, "--base-url", base_url, "--journal", collection)
    assert ran.code == 2
    assert ran.err.rstrip("\n").endswith("is not a journal of beatport_match; name another file.")
    assert collection.read_bytes() == before


def test_a_damaged_line_is_told_of(
    command: Callable[..., Ran], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """A journal that rotted is told of among the problems, and costs one track's asking."""
    options = ("--unpaced", "--base-url", base_url, "--playlist", "Not on sale", "--json")
    journal = tmp_path / "j"
    first = command("playlist", collection, *options, "--journal", journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"rot\n", *lines[2:]]))
    ran = command("playlist", collection, *options, "--journal", journal)
    assert outcomes(ran) == outcomes(first)
    assert [one["place"] for one in json.loads(ran.out)["problems"]] == ["line 2"]
    assert "Note: line 2 of the journal j is damaged." in ran.err
