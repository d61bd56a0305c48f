"""The command `catalogue`, and the option `--catalogue` of other commands."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tantivy", reason="the extra `offline` is not installed")

from command_line import CommandResult, child_process, misuse_message, untimed_matches
from tables import each_row

from beatport_match import Catalogue
from beatport_match.cli import catalogue
from beatport_match.testing import FakeBeatport, bundled_catalogue

COLUMNS = "id name mix_name artists remixers bpm key length_ms".split()
ROWS = [{name: getattr(one, name) for name in COLUMNS} for one in bundled_catalogue()]
# Every second row, so that some tracks are only on Beatport.
HALF = ROWS[::2]
INCLUDED = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"
MISSING = "Unknown Artist - Velvet Gearbox"


def write_rows(file: Path, rows: list[Any]) -> Path:
    """Write rows to a file, one line each; a text is copied as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "pool"
    Catalogue.build(HALF, path)
    return path


@pytest.fixture
def pool(built: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return shutil.copytree(built, tmp_path / "pool")


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, without the lock files of the search engine."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def test_build_counts_rows_and_shows_progress_on_stderr(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", HALF)
    result = command("catalogue", "build", file, "pool")
    assert (result.code, result.out) == (0, f"pool: {len(HALF)} rows built, 0 left out\n")
    assert re.fullmatch(rf"building: {len(HALF)} rows read, took \d+ s\n", result.err)
    with Catalogue.open("pool") as opened:
        assert len(opened) == len(HALF)


def test_rows_left_out_are_reported_with_their_lines(command: Callable[..., CommandResult]) -> None:
    """The exit code is 1 if rows were left out."""
    file = write_rows(Path("rows.jsonl"), [HALF[0], {"name": "x"}, "{torn", HALF[0], HALF[1]])
    result = command("catalogue", "build", file, "pool")
    assert result.code == 1
    assert result.out.splitlines() == [
        "pool: 2 rows built, 3 left out",
        "3 problems in the rows:",
        "  line 2  there is no id; the row is left out",
        "  line 3  the line is not well-formed JSON; the row is left out",
        f"  line 4  id {HALF[0]['id']} was used in an earlier row; the row is left out",
    ]


def test_a_bad_value_is_reported_and_its_row_is_built(
    command: Callable[..., CommandResult],
) -> None:
    """The exit code is 0, because no row was left out."""
    file = write_rows(Path("rows.jsonl"), [{**HALF[0], "bpm": "fast", "mood": "blue"}])
    result = command("catalogue", "build", file, "pool")
    assert result.code == 0
    assert "1 row built, 0 left out" in result.out
    assert "Unknown columns, not read: mood" in result.out
    assert "bpm must be a number" in result.out


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (20, None),
        (21, "… and 1 more; --json lists all."),
        (1200, "… and 1,180 more; --json lists the first 1,000."),
    ],
)
def test_twenty_problems_are_shown_and_json_lists_a_thousand(
    command: Callable[..., CommandResult], bad: int, expected: str | None
) -> None:
    file = write_rows(Path("rows.jsonl"), [*[{}] * bad, {"id": 7, "name": "Undertow"}])
    lines = command("catalogue", "build", file, "pool").out.splitlines()
    assert len([line for line in lines if "there is no id" in line]) == min(bad, 20)
    assert (lines[-1].strip() if "more" in lines[-1] else None) == expected
    document = json.loads(command("catalogue", "build", file, "pool", "--json").out)
    assert len(document["problems"]) == min(bad, 1000)
    assert document["problem_count"] == document["left_out"] == bad
    assert document["problems"][0] == {
        "file": "rows.jsonl",
        "place": "line 1",
        "detail": "there is no id; the row is left out",
    }


def test_problems_are_no_wider_than_the_screen(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control characters of a row are not printed."""
    odd = {**HALF[0], "release_date": "\x1b[31m" + "long and longer " * 20, "mood " * 9: 1}
    file = write_rows(Path("rows.jsonl"), [odd, {}, *[{}] * 8])
    monkeypatch.setenv("COLUMNS", "60")
    out = command("catalogue", "build", file, "pool").out
    assert max(map(len, out.splitlines())) <= 60
    assert "\x1b" not in out
    assert "   line 1  release_date must be a date" in out
    assert "  line 10  there is no id" in out


def test_update_adds_rows_and_replaces_rows_of_the_same_id(
    command: Callable[..., CommandResult], pool: Path
) -> None:
    file = write_rows(Path("new.jsonl"), [{**HALF[0], "name": "Another"}, ROWS[1]])
    result = command("catalogue", "update", file, pool)
    assert (result.code, result.out) == (0, f"{pool}: 2 rows added or replaced, 0 left out\n")
    assert result.err.startswith("updating: 2 rows read, took ")
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF) + 1
        assert [one.name for one in [opened.by_id(HALF[0]["id"])] if one] == ["Another"]


def test_remove_counts_unknown_ids_without_an_error(
    command: Callable[..., CommandResult], pool: Path
) -> None:
    """An id can be as large as the user types it."""
    numbers = (HALF[0]["id"], HALF[1]["id"], 10**30)
    result = command("catalogue", "remove", pool, *numbers)
    assert result == (0, f"{pool}: 2 rows removed; 1 not found\n", "")
    result = command("catalogue", "remove", pool, HALF[2]["id"], HALF[2]["id"])
    assert result.out == f"{pool}: 1 row removed\n"
    result = command("catalogue", "remove", pool, *numbers, "--json")
    assert json.loads(result.out) == {"path": str(pool), "asked": 3, "removed": 0}
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF) - 3


def test_info_shows_rows_size_and_engine(command: Callable[..., CommandResult], pool: Path) -> None:
    size, engine = (
        sum(file.stat().st_size for file in pool.rglob("*.*")),
        importlib.metadata.version("tantivy"),
    )
    result = command("catalogue", "info", pool)
    assert result.code == 0
    assert result.out.splitlines() == [
        str(pool),
        f"  rows   {len(HALF)}",
        f"  size   {size / 1000:,.0f} kB",
        f"  built  with tantivy {engine}, format 1",
    ]
    assert json.loads(command("catalogue", "info", pool, "--json").out) == {
        "path": str(pool),
        "rows": len(HALF),
        "size_bytes": size,
        "engine": engine,
        "format": 1,
    }


@each_row(
    "arguments, expected",
    [
        (("catalogue",), "ACTION"),
        (("catalogue", "build", "rows.jsonl"), "PATH"),
        (("catalogue", "build", "nope.jsonl", "new"), "nope.jsonl: there is no such file"),
        (("catalogue", "build", "rows.txt", "new"), "has an unknown format"),
        (("catalogue", "build", "rows.jsonl", "rows.txt"), "exists and is not a catalogue"),
        (("catalogue", "build", "rows.jsonl", "deep/down"), "does not exist; create it"),
        (("catalogue", "update", "rows.jsonl", "nope"), "beatport-match catalogue build"),
        (("catalogue", "remove", "pool", "0"), "1 or more"),
        (("catalogue", "remove", "nope", "1"), "there is no catalogue"),
        (("catalogue", "info", "damaged"), "damaged; build it again"),
        (("track", INCLUDED, "--catalogue", "nope"), "there is no catalogue"),
        (("track", INCLUDED, "--catalogue", "pool", "--catalogue", "damaged"), "is damaged"),
        (
            ("track", INCLUDED, "--catalogue", "pool", "--token-file", "t"),
            "add --source web or --source api",
        ),
        (
            ("track", INCLUDED, "--catalogue", "pool", "--base-url", "http://x"),
            "--base-url only applies",
        ),
        (
            ("track", INCLUDED, "--catalogue", "pool", "--api-url", "http://x"),
            "--api-url only applies",
        ),
    ],
)
def test_misuse_is_one_sentence(
    command: Callable[..., CommandResult], pool: Path, arguments: tuple[str, ...], expected: str
) -> None:
    """The exit code is 2, and no file changes."""
    write_rows(Path("rows.jsonl"), HALF[:3])
    Path("rows.txt").write_text("a b c")
    Path("damaged").mkdir(exist_ok=True)
    (Path("damaged") / "catalogue.json").write_bytes((pool / "catalogue.json").read_bytes())
    before = files_below(Path())
    assert expected in misuse_message(command(*arguments))
    assert files_below(Path()) == before


@pytest.mark.parametrize("action", ["build", "update", "track"])
def test_without_the_extra_the_error_names_it(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch, pool: Path, action: str
) -> None:

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    file = write_rows(Path("rows.jsonl"), HALF[:3])
    arguments = ("track", INCLUDED, "--catalogue", pool)
    result = command(*(arguments if action == "track" else ("catalogue", action, file, pool)))
    assert "pip install 'beatport-match[offline]'" in misuse_message(result)


@pytest.mark.parametrize("action", ["build", "update", "build anew"])
def test_an_interrupt_leaves_the_catalogue_unchanged(
    command: Callable[..., CommandResult],
    monkeypatch: pytest.MonkeyPatch,
    interruptible: None,
    pool: Path,
    action: str,
) -> None:
    """No draft folder remains, even if a second Ctrl-C comes during the cleanup."""

    @contextmanager
    def show_row_count(*arguments: object) -> Iterator[Callable[[int], None]]:
        def report(read: int) -> None:
            signal.raise_signal(signal.SIGINT)

        yield report

    def rmtree(folder: Path, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        cleared.append(folder)
        remove(folder, **options)

    remove, cleared = shutil.rmtree, list[Path]()
    monkeypatch.setattr(catalogue, "show_row_count", show_row_count)
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    file = write_rows(Path("rows.jsonl"), ROWS)
    before = files_below(Path())
    path = "new" if action == "build anew" else pool
    result = command("catalogue", action.partition(" ")[0], file, path)
    assert result == (130, "", "beatport-match: interrupted.\n")
    assert files_below(Path()) == before
    assert bool(cleared) == (action != "update")
    assert not Path("new").exists()
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_an_interrupted_process_leaves_no_partial_catalogue(
    tmp_path: Path, interruptible: None, pool: Path
) -> None:
    """The interrupt comes in the middle of the rows."""
    many = [{**HALF[at % len(HALF)], "id": at + 1} for at in range(100_000)]
    file, before = write_rows(tmp_path / "rows.jsonl", many), files_below(pool)
    with child_process("catalogue", "build", file, pool) as process:
        until = time.monotonic() + 60
        while not list(tmp_path.glob(".pool.*.draft/index/*")) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "beatport-match: interrupted.\n")
    assert files_below(pool) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pool", "rows.jsonl"]


def matches(result: CommandResult) -> list[dict[str, Any]]:
    return untimed_matches(json.loads(result.out))


def searched_beatport(match: dict[str, Any]) -> bool:
    """Return whether Beatport was searched; the answer to an earlier equal query counts too."""
    return any(query["where"] == "on Beatport" for query in match["queries"])


def test_a_catalogue_without_source_sends_no_request(
    command: Callable[..., CommandResult], collection: Path, pool: Path
) -> None:
    """`source` in a settings file does not count as `--source`."""
    fake = FakeBeatport()
    with fake.serve() as base_url:
        Path("s.toml").write_text(f'source = "web"\nbase_url = "{base_url}"\n')
        result = command("playlist", collection, "--catalogue", pool, "--settings", "s.toml")
    assert result.code == 0
    assert fake.requests == ()
    assert "Searched in the catalogue pool, in " in result.out
    assert "; nothing was sent" in result.out
    assert "→ not in the catalogue pool" in result.out
    assert "request" not in result.out + result.err


def test_source_searches_beatport_for_tracks_missing_in_the_catalogue(
    command: Callable[..., CommandResult], collection: Path, base_url: str, pool: Path
) -> None:
    """The summary counts the matches of each source."""
    arguments = ("playlist", collection, "--playlist", "Sets/Friday", "--catalogue", pool)
    arguments = (*arguments, "--unpaced")
    in_catalogue = [
        match for match in matches(command(*arguments, "--json")) if match["outcome"] == "matched"
    ]
    arguments = (*arguments, "--source", "web", "--base-url", base_url)
    all_matches = matches(command(*arguments, "--json"))
    searched = [match for match in all_matches if searched_beatport(match)]
    assert 0 < len(in_catalogue) < 20
    assert len(all_matches) - len(searched) == len(in_catalogue)
    assert all(
        match["outcome"] == "matched" for match in all_matches if not searched_beatport(match)
    )
    on_beatport = [match for match in searched if match["outcome"] == "matched"]
    assert on_beatport
    result = command(*arguments)
    requests = sum(query["requests"] for match in all_matches for query in match["queries"])
    assert f"{requests} requests, {requests / 20:.2f} per track" in result.out
    summary = f"Matched {len(in_catalogue)} in the catalogue pool, {len(on_beatport)} on Beatport"
    assert summary in result.out.splitlines()


def test_several_catalogues_are_searched_in_order(
    command: Callable[..., CommandResult], pool: Path, tmp_path: Path
) -> None:
    """The answer for a track that is not found names all of them."""
    Catalogue.build(ROWS, tmp_path / "all")
    missing = next(row for row in ROWS if row not in HALF and not row["remixers"])
    text = f"{missing['artists'][0]} - {missing['name']} ({missing['mix_name']})"
    several = ("--catalogue", pool, "--catalogue", tmp_path / "all")
    assert command("track", text, *several).out.startswith("matched")
    result = command("track", MISSING, *several)
    assert result.code == 0
    first = f"not found in the catalogue pool or in the catalogue all  {MISSING}"
    assert result.out.splitlines()[0] == first
    explained = command("track", MISSING, *several, "--explain").out
    assert "Not in the catalogue pool or in the catalogue all: " in explained
    assert "'Velvet Gearbox' in the catalogue all -> " in explained


def test_a_damaged_catalogue_is_an_error_before_the_first_request(
    command: Callable[..., CommandResult], collection: Path, pool: Path
) -> None:
    for file in (pool / "index").glob("*.store"):
        file.write_bytes(file.read_bytes()[:-40])
    fake = FakeBeatport()
    with fake.serve() as base_url:
        options = ("--catalogue", pool, "--source", "web", "--base-url", base_url)
        sentence = misuse_message(command("playlist", collection, *options, "--journal", "j"))
    assert sentence.startswith(f"beatport-match: {pool}: is damaged")
    assert fake.requests == ()
    assert not Path("j").exists()


@pytest.mark.parametrize("engine", [(), ("--async",)], ids=["sync", "async"])
def test_a_catalogue_run_supports_async_journal_metrics_and_out(
    command: Callable[..., CommandResult],
    interrupt_after: Callable[[int], None],
    collection: Path,
    pool: Path,
    engine: tuple[str, ...],
) -> None:
    """An interrupted run resumes, and its files have the result of an uninterrupted run."""
    arguments = ("playlist", collection, "--catalogue", pool)
    whole = matches(command(*arguments, "--json"))
    interrupt_after(30)
    arguments = (*arguments, "--journal", "j", *engine)
    assert command(*arguments).code == 130
    kept = len(Path("j").read_bytes().splitlines())
    assert 30 <= kept < 85
    result = command(*arguments, "--metrics", "m", "--out", "o")
    assert result.code == 0
    document = json.loads(Path("o", "results.json").read_text("utf-8"))
    assert untimed_matches(document) == whole
    assert len(Path("j").read_bytes().splitlines()) == 85
    (figures,) = Path("m").iterdir()
    report = command("analyze", figures).out
    assert " queries, 0 requests" in report


def test_journal_entries_of_another_catalogue_are_not_used(
    command: Callable[..., CommandResult], pool: Path, tmp_path: Path
) -> None:
    playlist = write_rows(tmp_path / "list.csv", ["title,artist", "Velvet Gearbox,Ines"])
    arguments = ("playlist", playlist, "--journal", "j")
    assert "not found" in command(*arguments, "--catalogue", pool).out
    row = {"id": 1, "name": "Velvet Gearbox", "mix_name": "Original Mix", "artists": ["Ines"]}
    Catalogue.build([row], tmp_path / "other")
    assert "1 matched" in command(*arguments, "--catalogue", tmp_path / "other").out
