"""The command `catalogue`, and `--catalogue` of the others: docs/offline-catalogue.md."""

from __future__ import annotations

import importlib.metadata
import json
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

from command_line import Ran, child, refused

from beatport_match import Catalogue
from beatport_match.cli import catalogue
from beatport_match.testing import FakeBeatport, bundled_catalogue

COLUMNS = "id name mix_name artists remixers bpm key length_ms".split()
ROWS = [{name: getattr(one, name) for name in COLUMNS} for one in bundled_catalogue()]
# Every second one, so that there is something to ask Beatport for.
HALF = ROWS[::2]
THERE = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"
NOWHERE = "Nobody At All - Velvet Gearbox"


def written(file: Path, rows: list[Any]) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    Catalogue.build(HALF, tmp_path / "pool")
    return tmp_path / "pool"


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but those that the engine keeps its books in."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def test_rows_are_built_and_counted(command: Callable[..., Ran], tmp_path: Path) -> None:
    """ "`build` and `update` tell how many rows were built"; done is 0, progress is on stderr."""
    file = written(tmp_path / "rows.jsonl", HALF)
    ran = command("catalogue", "build", file, "pool")
    assert (ran.code, ran.out) == (0, f"pool: {len(HALF)} rows built, 0 left out\n")
    assert ran.err == f"building: {len(HALF)} rows read, took 0 s\n"
    with Catalogue.open("pool") as opened:
        assert len(opened) == len(HALF)


def test_what_is_left_out_is_told_with_its_line(command: Callable[..., Ran]) -> None:
    """ "… how many left out, and … problems with their lines"; "1 where rows were left out"."""
    file = written(Path("rows.jsonl"), [HALF[0], {"name": "x"}, "{torn", HALF[0], HALF[1]])
    ran = command("catalogue", "build", file, "pool")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "pool: 2 rows built, 3 left out",
        "3 problems in the rows:",
        "  line 2  there is no id; the row is left out",
        "  line 3  the line is not well-formed JSON; the row is left out",
        f"  line 4  id {HALF[0]['id']} was used in an earlier row; the row is left out",
    ]


def test_a_value_that_is_not_believed_leaves_no_row_out(command: Callable[..., Ran]) -> None:
    """ "They end with 0, with 1 where rows were left out": this row is built, and told of."""
    file = written(Path("rows.jsonl"), [{**HALF[0], "bpm": "fast", "mood": "blue"}])
    ran = command("catalogue", "build", file, "pool")
    assert ran.code == 0
    assert "1 row built, 0 left out" in ran.out
    assert "Not read, being no columns of ours: mood" in ran.out
    assert "bpm must be a number" in ran.out


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (20, None),
        (21, "… and 1 more; --json lists all."),
        (1200, "… and 1,180 more; --json lists the first 1,000."),
    ],
)
def test_the_first_twenty_problems_are_shown(
    command: Callable[..., Ran], bad: int, told: str | None
) -> None:
    """ "the first twenty problems with their lines; `--json` lists up to 1,000"."""
    file = written(Path("rows.jsonl"), [*[{}] * bad, {"id": 7, "name": "Undertow"}])
    lines = command("catalogue", "build", file, "pool").out.splitlines()
    assert len([line for line in lines if "there is no id" in line]) == min(bad, 20)
    assert (lines[-1].strip() if "more" in lines[-1] else None) == told
    document = json.loads(command("catalogue", "build", file, "pool", "--json").out)
    assert len(document["problems"]) == min(bad, 1000)
    assert document["problem_count"] == document["left_out"] == bad
    assert document["problems"][0] == {
        "file": "rows.jsonl",
        "place": "line 1",
        "detail": "there is no id; the row is left out",
    }


def test_problems_are_no_wider_than_the_screen(
    command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person reads them in a terminal; and a row from outside cannot steer it."""
    odd = {**HALF[0], "release_date": "\x1b[31m" + "long and longer " * 20, "mood " * 9: 1}
    file = written(Path("rows.jsonl"), [odd, {}, *[{}] * 8])
    monkeypatch.setenv("COLUMNS", "60")
    out = command("catalogue", "build", file, "pool").out
    assert max(map(len, out.splitlines())) <= 60
    assert "\x1b" not in out
    assert "   line 1  release_date must be a date" in out
    assert "  line 10  there is no id" in out


def test_an_update_adds_and_replaces(command: Callable[..., Ran], pool: Path) -> None:
    """ "`catalogue update`": add rows, and replace those of the same id."""
    file = written(Path("new.jsonl"), [{**HALF[0], "name": "Another"}, ROWS[1]])
    ran = command("catalogue", "update", file, pool)
    assert (ran.code, ran.out) == (0, f"{pool}: 2 rows added or replaced, 0 left out\n")
    assert ran.err.startswith("updating: 2 rows read, took ")
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF) + 1
        assert [one.name for one in [opened.by_id(HALF[0]["id"])] if one] == ["Another"]


def test_rows_are_removed_by_number(command: Callable[..., Ran], pool: Path) -> None:
    """ "`remove` counts numbers that are not there as no fault", however large they are."""
    numbers = (HALF[0]["id"], HALF[1]["id"], 10**30)
    ran = command("catalogue", "remove", pool, *numbers)
    assert ran == (0, f"{pool}: 2 rows removed; 1 not there\n", "")
    ran = command("catalogue", "remove", pool, HALF[2]["id"], HALF[2]["id"])
    assert ran.out == f"{pool}: 1 row removed\n"
    ran = command("catalogue", "remove", pool, *numbers, "--json")
    assert json.loads(ran.out) == {"path": str(pool), "asked": 3, "removed": 0}
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF) - 3


def test_a_catalogue_says_what_it_is(command: Callable[..., Ran], pool: Path) -> None:
    """`catalogue info`: rows, size, and what built it."""
    size, engine = (
        sum(file.stat().st_size for file in pool.rglob("*.*")),
        importlib.metadata.version("tantivy"),
    )
    ran = command("catalogue", "info", pool)
    assert ran.code == 0
    assert ran.out.splitlines() == [
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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("catalogue",), "ACTION"),
        (("catalogue", "build", "rows.jsonl"), "PATH"),
        (("catalogue", "build", "nope.jsonl", "new"), "nope.jsonl: there is no such file"),
        (("catalogue", "build", "rows.txt", "new"), "has an unknown format"),
        (("catalogue", "build", "rows.jsonl", "rows.txt"), "exists and is not a catalogue"),
        (("catalogue", "build", "rows.jsonl", "deep/down"), "does not exist; create it"),
        (("catalogue", "update", "rows.jsonl", "nope"), "beatport-match catalogue build"),
        (("catalogue", "remove", "pool", "0"), "from 1 on"),
        (("catalogue", "remove", "nope", "1"), "there is no catalogue"),
        (("catalogue", "info", "damaged"), "damaged; build it again"),
        (("track", THERE, "--catalogue", "nope"), "there is no catalogue"),
        (("track", THERE, "--catalogue", "pool", "--catalogue", "damaged"), "is damaged"),
        (("track", THERE, "--catalogue", "pool", "--token-file", "t"), "--source says what"),
        (("track", THERE, "--catalogue", "pool", "--base-url", "http://x"), "--base-url is for"),
        (("track", THERE, "--catalogue", "pool", "--api-url", "http://x"), "--api-url is for"),
    ],
)
def test_misuse_is_one_sentence(
    command: Callable[..., Ran], pool: Path, arguments: tuple[str, ...], says: str
) -> None:
    """ "with 2 where the rows cannot be read or the folder not be written"."""
    written(Path("rows.jsonl"), HALF[:3])
    Path("rows.txt").write_text("a b c")
    Path("damaged").mkdir()
    (Path("damaged") / "catalogue.json").write_bytes((pool / "catalogue.json").read_bytes())
    before = content(Path())
    assert says in refused(command(*arguments))
    assert content(Path()) == before


@pytest.mark.parametrize("action", ["build", "update", "track"])
def test_without_the_extra_it_is_named(
    command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, pool: Path, action: str
) -> None:
    """ "pip install "beatport-match[offline]"": one sentence says so."""

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    file = written(Path("rows.jsonl"), HALF[:3])
    given = ("track", THERE, "--catalogue", pool)
    ran = command(*(given if action == "track" else ("catalogue", action, file, pool)))
    assert "pip install 'beatport-match[offline]'" in refused(ran)


@pytest.mark.parametrize("action", ["build", "update", "build anew"])
def test_an_interrupt_leaves_the_catalogue_as_it_was(
    command: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    interruptible: None,
    pool: Path,
    action: str,
) -> None:
    """ "130 on Ctrl-C …: the catalogue is as it was", and no draft lies beside it, also where an
    impatient second one comes while that is cleared away."""

    @contextmanager
    def rows_on(*arguments: object) -> Iterator[Callable[[int], None]]:
        def tell(read: int) -> None:
            signal.raise_signal(signal.SIGINT)

        yield tell

    def rmtree(folder: Path, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        cleared.append(folder)
        remove(folder, **options)

    remove, cleared = shutil.rmtree, list[Path]()
    monkeypatch.setattr(catalogue, "rows_on", rows_on)
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    file = written(Path("rows.jsonl"), ROWS)
    before = content(Path())
    path = "new" if action == "build anew" else pool
    ran = command("catalogue", action.partition(" ")[0], file, path)
    assert ran == (130, "", "beatport-match: interrupted.\n")
    assert content(Path()) == before
    assert bool(cleared) == (action != "update")
    assert not Path("new").exists()
    with Catalogue.open(pool) as opened:
        assert len(opened) == len(HALF)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_a_real_process_leaves_nothing_half_built(
    tmp_path: Path, interruptible: None, pool: Path
) -> None:
    """The same of a process of its own, in the middle of its rows."""
    many = [{**HALF[at % len(HALF)], "id": at + 1} for at in range(100_000)]
    file, before = written(tmp_path / "rows.jsonl", many), content(pool)
    with child("catalogue", "build", file, pool) as process:
        until = time.monotonic() + 60
        while not list(tmp_path.glob(".pool.*.draft/index/*")) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "beatport-match: interrupted.\n")
    assert content(pool) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pool", "rows.jsonl"]


def matches(ran: Ran) -> list[dict[str, Any]]:
    return list(json.loads(ran.out)["matches"])


def went_on(match: dict[str, Any]) -> bool:
    """Whether Beatport was asked, be it by an equal question of before."""
    return any(query["where"] == "on Beatport" for query in match["queries"])


def test_a_catalogue_alone_sends_nothing(
    command: Callable[..., Ran], collection: Path, pool: Path
) -> None:
    """ "look in that catalogue and send nothing"; "`source` in a settings file" is not asked."""
    fake = FakeBeatport()
    with fake.serve() as base_url:
        Path("s.toml").write_text(f'source = "web"\nbase_url = "{base_url}"\n')
        ran = command("playlist", collection, "--catalogue", pool, "--settings", "s.toml")
    assert ran.code == 0
    assert fake.requests == ()
    assert "Looked up in the catalogue pool, in " in ran.out
    assert "; nothing was sent" in ran.out
    assert "→ not in the catalogue pool" in ran.out
    assert "request" not in ran.out + ran.err


def test_what_is_missing_is_asked_of_beatport(
    command: Callable[..., Ran], collection: Path, base_url: str, pool: Path
) -> None:
    """ "Beatport is asked for the tracks that the catalogue has no match for"; the summary tells
    what each had."""
    given = ("playlist", collection, "--catalogue", pool, "--unpaced")
    alone = [one for one in matches(command(*given, "--json")) if one["outcome"] == "matched"]
    given = (*given, "--source", "web", "--base-url", base_url)
    both = matches(command(*given, "--json"))
    asked = [one for one in both if went_on(one)]
    assert 0 < len(alone) < 85
    assert len(both) - len(asked) == len(alone)
    assert all(one["outcome"] == "matched" for one in both if not went_on(one))
    more = [one for one in asked if one["outcome"] == "matched"]
    assert more
    ran = command(*given)
    sent = sum(query["requests"] for one in both for query in one["queries"])
    assert f"{sent} requests, {sent / 85:.2f} per track" in ran.out
    told = f"Matched {len(alone)} in the catalogue pool, {len(more)} on Beatport"
    assert told in ran.out.splitlines()


def test_several_catalogues_are_looked_in_in_turn(
    command: Callable[..., Ran], pool: Path, tmp_path: Path
) -> None:
    """ "Several `--catalogue` are looked in one after the other"; a miss names them all."""
    Catalogue.build(ROWS, tmp_path / "all")
    missing = next(row for row in ROWS if row not in HALF and not row["remixers"])
    text = f"{missing['artists'][0]} - {missing['name']} ({missing['mix_name']})"
    several = ("--catalogue", pool, "--catalogue", tmp_path / "all")
    assert command("track", text, *several).out.startswith("matched")
    ran = command("track", NOWHERE, *several)
    assert ran.code == 0
    first = f"not found in the catalogue pool or in the catalogue all  {NOWHERE}"
    assert ran.out.splitlines()[0] == first
    explained = command("track", NOWHERE, *several, "--explain").out
    assert "Not in the catalogue pool or in the catalogue all: " in explained
    assert "'Velvet Gearbox' in the catalogue all -> " in explained


def test_a_damaged_catalogue_ends_it_before_anything_is_asked(
    command: Callable[..., Ran], collection: Path, pool: Path
) -> None:
    """ "One that is missing or damaged ends the command before anything is asked"."""
    for file in (pool / "index").glob("*.store"):
        file.write_bytes(file.read_bytes()[:-40])
    fake = FakeBeatport()
    with fake.serve() as base_url:
        options = ("--catalogue", pool, "--source", "web", "--base-url", base_url)
        sentence = refused(command("playlist", collection, *options, "--journal", "j"))
    assert sentence.startswith(f"beatport-match: {pool}: is damaged")
    assert fake.requests == ()
    assert not Path("j").exists()


@pytest.mark.parametrize("engine", [(), ("--async",)], ids=["sync", "async"])
def test_a_run_over_a_catalogue_is_a_run_as_ever(
    command: Callable[..., Ran],
    interrupt_after: Callable[[int], None],
    collection: Path,
    pool: Path,
    engine: tuple[str, ...],
) -> None:
    """`--async`, `--journal`, `--metrics` and `--out`: a run that was interrupted goes on, and what
    the files hold is what the run without them finds."""
    given = ("playlist", collection, "--catalogue", pool)
    whole = matches(command(*given, "--json"))
    interrupt_after(30)
    given = (*given, "--journal", "j", *engine)
    assert command(*given).code == 130
    kept = len(Path("j").read_bytes().splitlines())
    assert 30 <= kept < 85
    ran = command(*given, "--metrics", "m", "--out", "o")
    assert ran.code == 0
    document = json.loads(Path("o", "results.json").read_text("utf-8"))
    assert document["matches"] == whole
    assert len(Path("j").read_bytes().splitlines()) == 85
    (figures,) = Path("m").iterdir()
    report = command("analyze", figures).out
    assert " queries, 0 requests" in report


def test_a_journal_of_one_catalogue_is_not_another_s(
    command: Callable[..., Ran], pool: Path, tmp_path: Path
) -> None:
    """docs/sources.md: a source's name "tells it from others", so an answer counts where it was
    given."""
    playlist = written(tmp_path / "list.csv", ["title,artist", "Velvet Gearbox,Nobody"])
    given = ("playlist", playlist, "--journal", "j")
    assert "not found" in command(*given, "--catalogue", pool).out
    row = {"id": 1, "name": "Velvet Gearbox", "mix_name": "Original Mix", "artists": ["Nobody"]}
    Catalogue.build([row], tmp_path / "other")
    assert "1 matched" in command(*given, "--catalogue", tmp_path / "other").out
