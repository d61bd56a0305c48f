"""The commands `track`, `playlist` and `demo`, run in this process against the fake Beatport."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audio_files import mp3
from command_line import ROOT, CommandResult, child_process, misuse_message, untimed_matches

from beatport_match import Decisions, Matcher, PlaylistMatch, __version__, match_playlist
from beatport_match.settings.models import MatchSettings
from beatport_match.testing import FakeBeatport, always, demo_answers

UMBRELLA = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"
FILES = {"results.json", "matches.csv", "review.csv", "candidates.csv", "queries.csv"}


def test_track_shows_url_key_bpm_label_and_date(
    command: Callable[..., CommandResult], base_url: str
) -> None:
    result = command("track", UMBRELLA, "--base-url", base_url)
    assert result.code == 0
    assert result.err == ""
    first, *facts = result.out.splitlines()
    assert first == "matched    " + UMBRELLA or first == "matched  " + UMBRELLA
    details = dict(fact.split(maxsplit=1) for fact in facts[1:])
    assert details["url"].startswith(base_url + "/track/borrowed-umbrella/")
    assert details["key"] == "Db Minor (12A)"
    assert details["BPM"] == "128"
    assert details["label"] == "Gravel & Lace"
    assert details["released"] == "2017-03-03"


def test_track_not_found_exits_with_0(command: Callable[..., CommandResult], base_url: str) -> None:
    result = command("track", "Unknown Artist - Unknown Title", "--base-url", base_url)
    assert result.code == 0
    assert result.out.startswith("not found")


def test_a_blocked_track_is_failed_and_exits_with_1(command: Callable[..., CommandResult]) -> None:
    """A blocked request is never reported as "not found"."""
    with FakeBeatport(faults=always("challenge")).serve() as base_url:
        result = command("track", UMBRELLA, "--base-url", base_url)
    assert result.code == 1
    assert result.out.startswith("failed")
    assert "blocked" in result.out
    assert "not found" not in result.out


def test_the_address_of_a_track_page_names_its_track(
    command: Callable[..., CommandResult], base_url: str
) -> None:
    address = "https://www.beatport.com/de/track/undertow/22808886?utm=1"
    result = command("track", address, "--base-url", base_url)
    assert result.out.startswith("matched  Olvarin - Undertow (Original Mix)\n")


@pytest.mark.parametrize("arguments", [("track", UMBRELLA), ("playlist", None)])
@pytest.mark.parametrize(
    ("tokens", "problem"),
    [((), "needs a user's token"), (("--token-file", "absent"), "absent cannot be read")],
)
def test_the_api_without_a_token_is_a_usage_error(
    command: Callable[..., CommandResult],
    collection: Path,
    arguments: tuple[str | None, ...],
    tokens: tuple[str, ...],
    problem: str,
) -> None:
    given = [collection if one is None else one for one in arguments]
    message = misuse_message(command(*given, "--source", "api", *tokens))
    assert problem in message
    assert "--token-file" in message


def test_a_playlist_run_uses_the_decisions_of_a_review_in_its_folder(
    command: Callable[..., CommandResult], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """If the same command runs again, the decisions are kept."""
    run = ("playlist", collection, "--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url)
    run = (*run, "--journal", "run.journal", "--out", tmp_path)
    assert "decisions" not in command(*run).err
    match, *_ = PlaylistMatch.from_json(tmp_path / "results.json").review
    decisions = Decisions(tmp_path / "decisions.jsonl")
    decisions.accept(match.track, match.candidates[0].candidate)
    assert f"Note: the decisions in {decisions.path} are used" in command(*run).err
    again = PlaylistMatch.from_json(tmp_path / "results.json").matches
    assert [one.track for one in again if one.decided_by] == [match.track]
    other = command(*run, "--decisions", tmp_path / "other.jsonl")
    assert "Note" not in other.err


def test_explain_prints_the_score_breakdown(
    command: Callable[..., CommandResult], base_url: str
) -> None:
    result = command("track", UMBRELLA, "--base-url", base_url, "--explain")
    assert result.code == 0
    assert "Runners-up:" in result.out
    assert "same title" in result.out
    assert " score\n" in result.out


def test_track_options_become_fields_of_the_track(
    command: Callable[..., CommandResult], base_url: str
) -> None:
    hints = ("--bpm", "128", "--key", "12A", "--duration", "6:25", "--isrc", "ZZXX11234567")
    result = command("track", UMBRELLA, "--base-url", base_url, "--json", *hints)
    track = json.loads(result.out)["track"]
    assert (track["bpm"], track["key"], track["duration_s"]) == (128.0, "12A", 385.0)
    assert track["isrc"] == "ZZXX11234567"


def test_playlist_prints_table_and_summary_and_writes_files(
    command: Callable[..., CommandResult], collection: Path, base_url: str, tmp_path: Path
) -> None:
    """Progress goes to stderr only."""
    out = tmp_path / "deep" / "out"
    arguments = ("--playlist", "Sets/Friday", "--unpaced", "--base-url", base_url, "--out", out)
    result = command("playlist", collection, *arguments)
    assert result.code == 0
    assert "20/20" in result.err
    assert "20/20" not in result.out
    assert "20 tracks:" in result.out
    assert f"Written to {out}" in result.out
    assert f"doubtful track: beatport-match review {out / 'results.json'}" in result.out
    assert {path.name for path in out.iterdir()} == FILES
    document = json.loads((out / "results.json").read_text(encoding="utf-8"))
    with (out / "matches.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert document["summary"]["tracks"] == len(rows) == 20


def test_playlist_finds_the_matches_of_match_playlist(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    """Sync and async print the same matches."""
    friday = ("--playlist", "Sets/Friday")
    arguments = ("playlist", collection, *friday, "--unpaced", "--base-url", base_url, "--json")
    sync = json.loads(command(*arguments).out)
    threaded = json.loads(command(*arguments, "--async").out)
    settings = MatchSettings(base_url=base_url, requests_per_second=None)
    found = match_playlist(collection, playlist="Sets/Friday", settings=settings)
    library = json.loads(json.dumps(found.document()))
    assert untimed_matches(sync) == untimed_matches(threaded) == untimed_matches(library)
    assert (sync["metrics"]["mode"], threaded["metrics"]["mode"]) == ("sync", "async")


def test_json_is_the_only_text_on_stdout_and_ascii(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    result = command("playlist", collection, "--unpaced", "--base-url", base_url, "--json")
    assert result.out.isascii()
    names = {match["track"]["title"] for match in json.loads(result.out)["matches"]}
    assert any(not name.isascii() for name in names)


def test_limit_matches_only_the_first_tracks(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    options = ("--unpaced", "--base-url", base_url, "--json", "--limit", 3)
    document = json.loads(command("playlist", collection, *options).out)
    assert [match["track"]["id"] for match in document["matches"]] == ["3001", "3002", "3003"]


def test_a_track_listed_twice_has_two_results(
    command: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    """Results are in the order of the playlist, one for each entry."""
    playlist = tmp_path / "twice.m3u"
    lines = ["Plinth - Countersunk (Extended Mix).mp3", "Tigerglass - Pavement.mp3"]
    playlist.write_text("\n".join([lines[0], lines[1], lines[0]]), encoding="utf-8")
    result = command("playlist", playlist, "--unpaced", "--base-url", base_url, "--json")
    titles = [match["track"]["title"] for match in json.loads(result.out)["matches"]]
    assert len(titles) == 3
    assert titles[0] == titles[2] != titles[1]


def test_a_folder_of_music_is_matched_with_its_tags(
    command: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    (tmp_path / "1.mp3").write_bytes(mp3({"title": "Pavement", "artist": "Tigerglass"}))
    result = command("playlist", tmp_path, "--unpaced", "--base-url", base_url)
    assert "Tigerglass - Pavement" in result.out
    assert "reading: 1 track read" in result.err
    playlist = tmp_path / "list.m3u"
    playlist.write_text("1.mp3\n", encoding="utf-8")
    result = command("playlist", playlist, "--tags", "--unpaced", "--base-url", base_url)
    assert "Tigerglass - Pavement" in result.out
    assert "reading: 1 track read" in result.err


def test_the_encoding_of_a_playlist_can_be_stated(
    command: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    playlist = tmp_path / "list.csv"
    playlist.write_bytes("title,artist\nŻółw,Tigerglass\n".encode("cp1250"))
    options = ("--unpaced", "--base-url", base_url, "--json")
    result = command("playlist", playlist, "--encoding", "windows-1250", *options)
    assert json.loads(result.out)["matches"][0]["track"]["title"] == "Żółw"
    result = command("playlist", playlist, *options)
    assert "read as Windows-1252" in json.loads(result.out)["problems"][0]["detail"]


def test_an_unreadable_entry_is_reported_and_the_others_are_matched(
    command: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    playlist = tmp_path / "list.csv"
    playlist.write_text("title,artist\n,\nPavement,Tigerglass\n ,Unknown\n", encoding="utf-8")
    result = command("playlist", playlist, "--unpaced", "--base-url", base_url, "--out", tmp_path)
    assert result.code == 0
    assert "1 track:  1 matched" in result.out
    assert "in the playlist:" in result.out
    assert "line 4" in result.out
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert any(problem["place"] == "line 4" for problem in document["problems"])


def test_an_empty_playlist_exits_with_0(
    command: Callable[..., CommandResult], collection: Path, base_url: str
) -> None:
    result = command(
        "playlist", collection, "--playlist", "Archive/To Sort", "--base-url", base_url
    )
    assert result.code == 0
    assert "0 tracks:" in result.out


def test_failures_are_counted_by_kind_and_exit_with_1(
    command: Callable[..., CommandResult], collection: Path
) -> None:
    with FakeBeatport(faults=always("challenge")).serve() as base_url:
        options = ("--unpaced", "--limit", 2, "--base-url", base_url)
        result = command("playlist", collection, *options)
    assert result.code == 1
    assert "2 failed" in result.out
    assert "blocked (2)" in result.out
    assert "no answer" in result.out


def test_list_prints_the_playlists_of_a_file(
    command: Callable[..., CommandResult], collection: Path, tmp_path: Path
) -> None:
    """One playlist in each line; no request is sent."""
    result = command("playlist", collection, "--list")
    assert result.code == 0
    assert result.out.splitlines()[:2] == ["Sets/Friday", "Sets/Warm Up"]
    assert json.loads(command("playlist", collection, "--list", "--json").out)[0] == "Sets/Friday"
    unnamed = tmp_path / "one.m3u"
    unnamed.write_text("a - b.mp3\n", encoding="utf-8")
    result = command("playlist", unnamed, "--list")
    assert (result.code, result.out) == (0, "")
    assert "without a name" in result.err


@pytest.mark.parametrize(
    ("options", "rate"),
    [((), 5.0), (("--pace", "2.5"), 2.5), (("--unpaced",), None)],
)
def test_the_rate_limit_is_the_library_s_unless_an_option_changes_it(
    command: Callable[..., CommandResult],
    monkeypatch: pytest.MonkeyPatch,
    collection: Path,
    options: tuple[str, ...],
    rate: float | None,
) -> None:
    used: list[MatchSettings] = []

    match_all = Matcher.match_playlist

    def record(matcher: Matcher, *_: object, **__: object) -> PlaylistMatch:
        used.append(matcher.settings)
        return match_all(matcher, [])

    monkeypatch.setattr(Matcher, "match_playlist", record)
    assert command("playlist", collection, *options).code == 0
    assert used[0].requests_per_second == rate
    assert used[0].base_url == "https://www.beatport.com"


def test_demo_shows_both_runs_checks_answers_and_writes_files(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    """The summary is first, then what to look at and what Beatport adds; the last line is the next
    command."""
    result = command("demo", "--latency", 0)
    assert result.code == 0
    assert "Nothing leaves this machine" in result.out
    assert "The results are written to output/demo;" in result.out.partition("85 tracks:")[0]
    assert "invented" in result.out
    assert "requests_per_second=None" in result.out
    assert "85 tracks:" in result.out
    assert "Both gave the same answers" in result.out
    assert "times as fast as sync" in result.out
    assert "sync  85/85" in result.err
    assert "async 85/85" in result.err
    folder = tmp_path / "output" / "demo"
    metrics = {path.name for path in folder.glob("demo_*_metrics_*.json")}
    assert {path.name for path in folder.iterdir()} - metrics == FILES
    matches = json.loads((folder / "results.json").read_text(encoding="utf-8"))["matches"]
    matched = [match for match in matches if match["outcome"] == "matched"]
    right = sum(match["best_id"] in demo_answers()[match["track"]["id"]] for match in matched)
    wrong = len(matched) - right
    verdict = f"{wrong} of {len(matched)} are WRONG" if wrong else f"{right} of {right} are right"
    assert f"  matched    {verdict}" in result.out
    out = result.out
    places = [
        out.index(text)
        for text in (
            "85 tracks:",
            "To review: ",
            "Not found: ",
            "What Beatport adds to 5 of them:",
            "Both gave the same answers",
            "beatport-match playlist FILE --out results",
        )
    ]
    assert places == sorted(places)
    assert re.search(r"\n  label +- +→ \w+", out)
    assert out.count("\n  released ") == 5
    assert len(re.findall("^matched ", out, re.MULTILINE)) == 0
    assert len(re.findall("^review ", out, re.MULTILINE)) == 7
    every = command("demo", "--latency", 0, "--playlist", "Sets/Friday", "--all").out
    assert len(re.findall(r"^(matched|review|not found) ", every, re.MULTILINE)) == 20


@pytest.mark.parametrize(
    ("only", "words"),
    [("matched", {"matched"}), ("review", {"review"}), ("missing", {"not found"})],
)
def test_only_one_group_of_tracks_is_shown(
    command: Callable[..., CommandResult],
    collection: Path,
    base_url: str,
    only: str,
    words: set[str],
) -> None:
    options = ("--playlist", "Not on sale", "--unpaced", "--base-url", base_url)
    for arguments in (
        ("playlist", collection, *options),
        ("demo", "--latency", 0, *options[:2]),
    ):
        out = command(*arguments, "--only", only).out
        table = re.findall(r"^(matched|review|not found) +[0-9 ]{5}", out, re.MULTILINE)
        assert set(table) <= words
        assert table or only == "matched"
        assert "10 tracks:" in out


def test_demo_names_a_wrong_match(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text and JSON both name it."""
    answers = {**demo_answers(), "3001": (1,)}
    monkeypatch.setattr("beatport_match.cli.demo.demo_answers", lambda: answers)
    arguments = ("demo", "--latency", 0, "--playlist", "Sets/Friday")
    result = command(*arguments)
    assert "are WRONG:" in result.out
    assert "Kestrel Dobbs - Borrowed Umbrella (Original Mix) → Kestrel Dobbs" in result.out
    assert json.loads(command(*arguments, "--json").out)["check"]["wrong"] == ["3001"]


def test_demo_with_different_answers_exits_with_1(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Different answers of sync and async are a bug."""

    match_all = Matcher.match_playlist

    def match_fewer(matcher: Matcher, tracks: Any, **_: object) -> PlaylistMatch:
        some = list(tracks)[: 1 if matcher.settings.async_io.enabled else 2]
        return match_all(matcher, some)

    monkeypatch.setattr(Matcher, "match_playlist", match_fewer)
    result = command("demo", "--latency", 0)
    assert result.code == 1
    assert "DIFFERENT answers" in result.out


def test_demo_json_is_one_document(command: Callable[..., CommandResult]) -> None:
    """The introduction goes to stderr."""
    result = command("demo", "--latency", 0, "--playlist", "Not on sale", "--json")
    document = json.loads(result.out)
    runs = document["runs"]
    assert document["same_answers"] is True
    assert runs["sync"]["requests"] == runs["async"]["requests"]
    assert document["results"]["summary"]["tracks"] == runs["sync"]["tracks"] == 10
    assert "Nothing leaves this machine" in result.err


def test_demo_of_an_empty_playlist_compares_nothing(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    run = ("demo", "--playlist", "Archive/To Sort", "--out", tmp_path)
    result = command(*run)
    assert result.code == 0
    assert "\nNo track was searched for, so there is nothing to compare.\n" in result.out
    assert "async" not in result.out
    assert json.loads(command(*run, "--json").out)["comparison"] is None


def test_demo_does_not_use_a_proxy(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request leaves this machine, also where all HTTP goes through a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    result = command("demo", "--latency", 0, "--playlist", "Not on sale")
    assert result.code == 0
    assert "0 failed" in result.out


def test_a_process_runs_without_warning_or_traceback(collection: Path, base_url: str) -> None:
    options = ("--unpaced", "--base-url", base_url, "--limit", 2, "--json")
    with child_process("playlist", collection, *options) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert len(json.loads(out)["matches"]) == 2


def test_version_and_help_of_every_command(command: Callable[..., CommandResult]) -> None:
    assert command("--version") == (0, f"beatport-match {__version__}\n", "")
    for arguments in ((), ("demo",), ("track",), ("playlist",), ("analyze",)):
        result = command(*arguments, "--help")
        assert result.code == 0
        assert result.out.startswith("usage: beatport-match")


def test_help_imports_no_heavy_modules() -> None:
    """A quick `--help` imports neither the HTTP client nor the HTML parser nor rich."""
    code = (
        "import sys\n"
        "from beatport_match.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('httpx', 'parsel', 'rich', 'asyncio') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_options_override_environment_and_environment_overrides_the_file(
    command: Callable[..., CommandResult],
    base_url: str,
    tmp_path: Path,
    collection: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The metrics of the run hold the settings that were used."""
    file = tmp_path / "settings.toml"
    MatchSettings(base_url=base_url, requests_per_second=900, max_queries=3, max_results=50).save(
        file
    )
    monkeypatch.setenv("BEATPORT_MATCH_MAX_QUERIES", "2")
    monkeypatch.setenv("BEATPORT_MATCH_REQUESTS_PER_SECOND", "800")
    monkeypatch.setenv("BEATPORT_MATCH_ASYNC_IO__MAX_CONCURRENT_TRACKS", "3")
    options = ["--settings", file, "--pace", "700", "--async", "--limit", "1"]
    result = command("playlist", collection, *options, "--json")
    assert result.code == 0, result.err
    used = json.loads(result.out)["metrics"]["settings"]
    assert used["requests_per_second"] == 700
    assert used["max_queries"] == 2
    assert used["max_results"] == 50
    assert used["max_candidates"] == 10
    assert used["async_io"]["enabled"] is True
    assert used["async_io"]["max_concurrent_tracks"] == 3


def test_a_bad_setting_is_reported_with_its_file_or_variable(
    command: Callable[..., CommandResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("max_querys = 3")
    result = command("track", "Olvarin - Undertow", "--settings", file)
    assert result.code == 2
    assert f"{file}: 'max_querys' is not a setting" in result.err
    monkeypatch.setenv("BEATPORT_MATCH_MAX_QUERYS", "3")
    result = command("track", "Olvarin - Undertow")
    assert result.code == 2
    assert "'BEATPORT_MATCH_MAX_QUERYS' is not a setting" in result.err


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doctor", "check this cache"),
        ("doctor", "check this file of a shared rate limit"),
        ("tag", "--results results/results.json --write --backup old-tags.jsonl"),
        ("tag", "beatport-match tag --undo old-tags.jsonl"),
        ("analyze", "METRICS [METRICS ...]"),
    ],
)
def test_help_says_what_the_command_does_with_its_options(
    command: Callable[..., CommandResult], name: str, expected: str
) -> None:
    """Options of the same name have different texts in commands that use them differently."""
    assert expected in command(name, "--help").out
