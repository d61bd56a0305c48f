"""The commands `track`, `playlist` and `demo`, run in this process against the fake Beatport."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import ROOT, Ran, child

from beatport_match import PlaylistMatch, __version__, match_playlist
from beatport_match.settings.models import MatchSettings
from beatport_match.testing import FakeBeatport, always, demo_answers

UMBRELLA = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"
FILES = {"results.json", "matches.csv", "review.csv", "candidates.csv", "queries.csv"}


def test_track_says_what_a_dj_wants_to_know(command: Callable[..., Ran], base_url: str) -> None:
    """`track` prints outcome, best with url, key, BPM, label, date."""
    ran = command("track", UMBRELLA, "--base-url", base_url)
    assert ran.code == 0
    assert ran.err == ""
    first, *facts = ran.out.splitlines()
    assert first == "matched    " + UMBRELLA or first == "matched  " + UMBRELLA
    told = dict(fact.split(maxsplit=1) for fact in facts[1:])
    assert told["url"].startswith(base_url + "/track/borrowed-umbrella/")
    assert told["key"] == "Db Minor (12A)"
    assert told["BPM"] == "128"
    assert told["label"] == "Gravel & Lace"
    assert told["released"] == "2017-03-03"


def test_track_that_is_not_there_is_no_failure(command: Callable[..., Ran], base_url: str) -> None:
    """ "Exit 0 done": not found is an answer."""
    ran = command("track", "Nobody At All - Nothing Whatever", "--base-url", base_url)
    assert ran.code == 0
    assert ran.out.startswith("not found")


def test_track_that_could_not_be_asked_fails(command: Callable[..., Ran]) -> None:
    """ "1 finished with failures": a blocked request is never "not found"."""
    with FakeBeatport(faults=always("challenge")).serve() as base_url:
        ran = command("track", UMBRELLA, "--base-url", base_url)
    assert ran.code == 1
    assert ran.out.startswith("failed")
    assert "blocked" in ran.out
    assert "not found" not in ran.out


def test_track_explains(command: Callable[..., Ran], base_url: str) -> None:
    """`--explain` prints the ledger."""
    ran = command("track", UMBRELLA, "--base-url", base_url, "--explain")
    assert ran.code == 0
    assert "Runners-up:" in ran.out
    assert "same title" in ran.out
    assert " score\n" in ran.out


def test_hints_reach_the_judgement(command: Callable[..., Ran], base_url: str) -> None:
    """`--bpm --key --duration --isrc` are what the DJ knows of the track."""
    hints = ("--bpm", "128", "--key", "12A", "--duration", "6:25", "--isrc", "ZZXX11234567")
    ran = command("track", UMBRELLA, "--base-url", base_url, "--json", *hints)
    track = json.loads(ran.out)["track"]
    assert (track["bpm"], track["key"], track["duration_s"]) == (128.0, "12A", 385.0)
    assert track["isrc"] == "ZZXX11234567"


def test_playlist_is_shown_summed_up_and_written(
    command: Callable[..., Ran], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """Table, summary and files; progress on stderr only."""
    out = tmp_path / "deep" / "out"
    arguments = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url, "--out", out)
    ran = command("playlist", collection, *arguments)
    assert ran.code == 0
    assert "20/20" in ran.err
    assert "20/20" not in ran.out
    assert "20 tracks:" in ran.out
    assert f"Written to {out}" in ran.out
    assert {path.name for path in out.iterdir()} == FILES
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    with (out / "matches.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert document["summary"]["tracks"] == len(rows) == 20


def test_playlist_gives_the_library_s_answers(
    command: Callable[..., Ran], collection: Path, base_url: str
) -> None:
    """`--json` holds what `match_playlist` finds, and sync and async print the same matches."""
    arguments = ("playlist", collection, "--unpaced", "--base-url", base_url, "--json")
    sync = json.loads(command(*arguments).out)
    threaded = json.loads(command(*arguments, "--async").out)
    settings = MatchSettings(base_url=base_url, requests_per_second=None)
    library = json.loads(json.dumps(match_playlist(collection, settings=settings).document()))
    assert sync["matches"] == threaded["matches"] == library["matches"]
    assert (sync["metrics"]["mode"], threaded["metrics"]["mode"]) == ("sync", "async")


def test_json_on_stdout_is_ascii_and_nothing_else(
    command: Callable[..., Ran], collection: Path, base_url: str
) -> None:
    """ "`--json` prints one JSON document on stdout and nothing else there"."""
    ran = command("playlist", collection, "--unpaced", "--base-url", base_url, "--json")
    assert ran.out.isascii()
    names = {match["track"]["title"] for match in json.loads(ran.out)["matches"]}
    assert any(not name.isascii() for name in names)


def test_limit_takes_the_first(
    command: Callable[..., Ran], collection: Path, base_url: str
) -> None:
    """`--limit N`: only the first N tracks."""
    options = ("--unpaced", "--base-url", base_url, "--json", "--limit", 3)
    document = json.loads(command("playlist", collection, *options).out)
    assert [match["track"]["id"] for match in document["matches"]] == ["3001", "3002", "3003"]


def test_a_track_that_a_playlist_holds_twice_is_matched_twice(
    command: Callable[..., Ran], base_url: str, tmp_path: Path
) -> None:
    """Results stand in input order, one for each entry."""
    playlist = tmp_path / "twice.m3u"
    lines = ["Plinth - Countersunk (Extended Mix).mp3", "Tigerglass - Pavement.mp3"]
    playlist.write_text("\n".join([lines[0], lines[1], lines[0]]), encoding="utf-8")
    ran = command("playlist", playlist, "--unpaced", "--base-url", base_url, "--json")
    titles = [match["track"]["title"] for match in json.loads(ran.out)["matches"]]
    assert len(titles) == 3
    assert titles[0] == titles[2] != titles[1]


def test_an_unreadable_entry_is_reported_and_the_rest_goes_on(
    command: Callable[..., Ran], base_url: str, tmp_path: Path
) -> None:
    """ "A playlist entry that cannot be read is reported and the rest goes on"."""
    playlist = tmp_path / "list.csv"
    playlist.write_text("title,artist\n,\nPavement,Tigerglass\n ,Nobody\n", encoding="utf-8")
    ran = command("playlist", playlist, "--unpaced", "--base-url", base_url, "--out", tmp_path)
    assert ran.code == 0
    assert "1 track:  1 matched" in ran.out
    assert "could not be read:" in ran.out
    assert "line 4" in ran.out
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert any(problem["place"] == "line 4" for problem in document["problems"])


def test_an_empty_playlist_is_done(
    command: Callable[..., Ran], collection: Path, base_url: str
) -> None:
    """Nothing to do is no failure."""
    ran = command("playlist", collection, "--playlist", "Archive/To Sort", "--base-url", base_url)
    assert ran.code == 0
    assert "0 tracks:" in ran.out


def test_failures_are_counted_by_kind(command: Callable[..., Ran], collection: Path) -> None:
    """ "1 finished with failures", and the summary says what they were."""
    with FakeBeatport(faults=always("challenge")).serve() as base_url:
        options = ("--unpaced", "--limit", 2, "--base-url", base_url)
        ran = command("playlist", collection, *options)
    assert ran.code == 1
    assert "2 failed" in ran.out
    assert "blocked (2)" in ran.out
    assert "could not ask" in ran.out


def test_list_names_the_playlists(
    command: Callable[..., Ran], collection: Path, tmp_path: Path
) -> None:
    """`--list` prints the playlists in the file, one a line, and asks nothing."""
    ran = command("playlist", collection, "--list")
    assert ran.code == 0
    assert ran.out.splitlines()[:2] == ["Sets/Friday", "Sets/Warm Up"]
    assert json.loads(command("playlist", collection, "--list", "--json").out)[0] == "Sets/Friday"
    nameless = tmp_path / "one.m3u"
    nameless.write_text("a - b.mp3\n", encoding="utf-8")
    ran = command("playlist", nameless, "--list")
    assert (ran.code, ran.out) == (0, "")
    assert "without a name" in ran.err


@pytest.mark.parametrize(
    ("options", "pace"),
    [((), 5.0), (("--pace", "2.5"), 2.5), (("--unpaced",), None)],
)
def test_the_pace_is_the_library_s_unless_told(
    command: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    collection: Path,
    options: tuple[str, ...],
    pace: float | None,
) -> None:
    """`[--pace R | --unpaced]`; a run is polite by default."""
    seen: list[MatchSettings] = []

    def spy(tracks: object, *, settings: MatchSettings, **_: object) -> PlaylistMatch:
        seen.append(settings)
        return match_playlist([], settings=settings)

    monkeypatch.setattr("beatport_match.cli.match_commands.match_playlist", spy)
    assert command("playlist", collection, *options).code == 0
    assert seen[0].requests_per_second == pace
    assert seen[0].base_url == "https://www.beatport.com"


def test_demo_shows_checks_and_writes(command: Callable[..., Ran], tmp_path: Path) -> None:
    """The demo of the issue: table, known answers, both times, requests, equal answers, files."""
    ran = command("demo", "--latency", 0)
    assert ran.code == 0
    assert "Nothing leaves this machine" in ran.out
    assert "invented" in ran.out
    assert "requests_per_second=None" in ran.out
    assert "85 tracks:" in ran.out
    assert "Both gave the same answers" in ran.out
    assert "times as fast as sync" in ran.out
    assert "sync  85/85" in ran.err
    assert "async 85/85" in ran.err
    written = tmp_path / "output" / "demo"
    figures = {path.name for path in written.glob("demo_*_metrics_*.json")}
    assert {path.name for path in written.iterdir()} - figures == FILES
    matches = json.loads((written / "results.json").read_text(encoding="utf-8"))["matches"]
    matched = [match for match in matches if match["outcome"] == "matched"]
    right = sum(match["best"] in demo_answers()[match["track"]["id"]] for match in matched)
    wrong = len(matched) - right
    verdict = f"{wrong} of {len(matched)} are WRONG" if wrong else f"{right} of {right} are right"
    assert f"  matched    {verdict}" in ran.out


def test_demo_admits_a_wrong_match(
    command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong ones among the accepted are said honestly, by name, in text and JSON."""
    answers = {**demo_answers(), "3001": (1,)}
    monkeypatch.setattr("beatport_match.cli.demo.demo_answers", lambda: answers)
    arguments = ("demo", "--latency", 0, "--playlist", "Sets/Friday")
    ran = command(*arguments)
    assert "are WRONG:" in ran.out
    assert "Kestrel Dobbs - Borrowed Umbrella (Original Mix) → Kestrel Dobbs" in ran.out
    assert json.loads(command(*arguments, "--json").out)["check"]["wrong"] == ["3001"]


def test_demo_admits_different_answers(
    command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sync and async that disagree are a bug: said so, and exit code 1."""

    def forgetful(tracks: object, *, settings: MatchSettings, **_: object) -> PlaylistMatch:
        some = list(tracks)[: 1 if settings.async_io.enabled else 2]  # type: ignore[call-overload]
        return match_playlist(some, settings=settings)

    monkeypatch.setattr("beatport_match.cli.match_commands.match_playlist", forgetful)
    ran = command("demo", "--latency", 0)
    assert ran.code == 1
    assert "DIFFERENT answers" in ran.out


def test_demo_json_is_one_document(command: Callable[..., Ran]) -> None:
    """`demo --json`: nothing else on stdout; the introduction goes to stderr."""
    ran = command("demo", "--latency", 0, "--playlist", "Not on sale", "--json")
    told = json.loads(ran.out)
    assert told["same_answers"] is True
    assert told["runs"]["sync"]["requests"] == told["runs"]["async"]["requests"]
    assert told["results"]["summary"]["tracks"] == told["runs"]["sync"]["tracks"] == 10
    assert "Nothing leaves this machine" in ran.err


def test_demo_needs_no_proxy(command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine, also where all HTTP is sent to a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    ran = command("demo", "--latency", 0, "--playlist", "Not on sale")
    assert ran.code == 0
    assert "0 failed" in ran.out


def test_a_real_process(collection: Path, base_url: str) -> None:
    """`python -m beatport_match`: a run without a warning, a traceback or a network."""
    options = ("--unpaced", "--base-url", base_url, "--limit", 2, "--json")
    with child("playlist", collection, *options) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert len(json.loads(out)["matches"]) == 2


def test_version_and_help(command: Callable[..., Ran]) -> None:
    """`--version` is global; every command explains itself."""
    assert command("--version") == (0, f"beatport-match {__version__}\n", "")
    for arguments in ((), ("demo",), ("track",), ("playlist",), ("analyze",)):
        ran = command(*arguments, "--help")
        assert ran.code == 0
        assert ran.out.startswith("usage: beatport-match")


def test_help_waits_for_nothing_it_does_not_need() -> None:
    """A quick `--help`: neither the HTTP client nor the HTML parser nor rich is imported."""
    code = (
        "import sys\n"
        "from beatport_match.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('httpx', 'parsel', 'rich', 'asyncio') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_settings_come_from_options_environment_file_and_defaults_in_that_order(
    command: Callable[..., Ran],
    base_url: str,
    tmp_path: Path,
    collection: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """docs/settings.md, "Which goes first": each place outdoes the one below it; what the figures
    say of the run's settings is looked at."""
    file = tmp_path / "settings.toml"
    MatchSettings(base_url=base_url, requests_per_second=900, max_queries=3, max_results=50).save(
        file
    )
    monkeypatch.setenv("BEATPORT_MATCH_MAX_QUERIES", "2")
    monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "800")
    monkeypatch.setenv("BEATPORT_MATCH_ASYNC_IO__MAX_CONCURRENT_TRACKS", "3")
    options = ["--settings", file, "--pace", "700", "--async", "--limit", "1"]
    ran = command("playlist", collection, *options, "--json")
    assert ran.code == 0, ran.err
    used = json.loads(ran.out)["metrics"]["settings"]
    assert used["requests_per_second"] == 700
    assert used["max_queries"] == 2
    assert used["max_results"] == 50
    assert used["max_candidates"] == 10
    assert used["async_io"]["enabled"] is True
    assert used["async_io"]["max_concurrent_tracks"] == 3


def test_bad_settings_are_refused_with_their_place(
    command: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """common: a clear sentence that names the place, whether file or environment."""
    file = tmp_path / "settings.toml"
    file.write_text("max_querys = 3")
    ran = command("track", "Olvarin - Undertow", "--settings", file)
    assert ran.code == 2
    assert f"{file}: max_querys is not a setting" in ran.err
    monkeypatch.setenv("BEATPORT_MATCH_MAX_QUERYS", "3")
    ran = command("track", "Olvarin - Undertow")
    assert ran.code == 2
    assert "BEATPORT_MATCH_MAX_QUERYS is not a setting" in ran.err
