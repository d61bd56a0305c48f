"""The command `review`: keys in, decisions and results out, and a terminal that is restored."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandResult, make_match, misuse_message

from beatport_match import Candidate, Decisions, Match, PlaylistMatch, Track, rank
from beatport_match.cli import key_input
from beatport_match.cli.key_input import keys_from
from beatport_match.cli.review_view import review_lines
from beatport_match.cli.text_cells import TextLine
from beatport_match.performance.run_stats import performance_stats
from beatport_match.review.session import start

FOUND = Candidate(
    id=1,
    url="https://www.beatport.com/track/lantern/1",
    name="Lantern",
    mix_name="Extended Mix",
    artists=("Ana Solberg",),
    length_s=380.0,
    bpm=124.0,
    camelot="8A",
    label="Saffron Meridian Records",
    release_date="2019-03-02",
)
RIVAL = replace(FOUND, id=2, mix_name="Club Mix", url=None, length_s=None, bpm=None, camelot=None)
TRACKS = [
    Track(f"{title} (Mix)", "Ana Solberg", duration_s=372.0, bpm=124.0, file=f"/{title}.mp3")
    for title in ("Lantern", "Meridian", "Tundra")
]


def doubtful(track: Track) -> Match:
    rival = make_match(track, "review", RIVAL, note="another mix", confidence=0.4).candidates[0]
    return make_match(track, "review", FOUND, note="8 s apart", confidence=0.6, rivals=(rival,))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    matches = (make_match(Track("Quarry"), "matched", FOUND), *map(doubtful, TRACKS))
    started = datetime(2026, 2, 3, tzinfo=UTC)
    metrics = performance_stats([], mode="sync", total_time=1.0, started_at=started, settings={})
    PlaylistMatch(matches, metrics).to_json(tmp_path / "results.json")
    return tmp_path / "results.json"


@pytest.fixture
def typed(
    command: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., CommandResult]:
    """Run the command with keys, one in each line of standard input."""

    def run(keys: str, *arguments: object) -> CommandResult:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{key}\n" for key in keys)))
        return command("review", *arguments)

    return run


def outcomes(results: Path) -> list[tuple[str, int | None]]:
    matches = PlaylistMatch.from_json(results).matches
    return [(match.outcome, match.best.id if match.best else None) for match in matches]


def test_a_review_writes_decisions_and_results(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    result = typed("2n", results)
    assert result.code == 0
    assert outcomes(results) == [("matched", 1), ("matched", 2), ("not_found", None), ("review", 1)]
    assert "1 track left to review." in result.out
    decisions = Decisions(results.with_name("decisions.jsonl"))
    assert str(decisions.path) in result.out
    assert [one.verdict for one in decisions] == ["accepted", "rejected", "rejected"]
    decided = PlaylistMatch.from_json(results).matches[1]
    assert decided.decided_by
    assert decided.decided_by.by == "person"


def test_a_review_resumes_where_it_stopped(
    typed: Callable[..., CommandResult], results: Path, tmp_path: Path
) -> None:
    """The decisions are enough: the results file may be an older copy."""
    before = results.read_bytes()
    kept = tmp_path / "kept.jsonl"
    assert "1/3  Ana Solberg - Lantern" in typed("y", results, "--decisions", kept).out
    results.write_bytes(before)
    result = typed("sq", results, "--decisions", kept)
    assert "1/2  Ana Solberg - Meridian" in result.out
    assert "2/2  Ana Solberg - Tundra" in result.out
    assert "2 tracks left to review." in result.out
    assert outcomes(results)[1] == ("matched", 1)


def test_undo_leaves_the_track_in_review(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    typed("yyyuq", results)
    assert [outcome for outcome, _ in outcomes(results)] == [
        *("matched", "matched", "matched", "review")
    ]


def test_an_older_decision_can_be_withdrawn(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    """The track is in review again with all candidates that are known, also in the CSV files."""
    PlaylistMatch.from_json(results).to_csv(results.parent)
    typed("ynn", results)
    result = typed("", results, "--withdraw", "meridian")
    assert result.out.startswith("Withdrawn: Ana Solberg - Meridian (Mix)\nDecide about it again: ")
    assert outcomes(results)[1:] == [("matched", 1), ("review", 1), ("not_found", None)]
    assert len(PlaylistMatch.from_json(results).matches[2].candidates) == 2
    assert results.with_name("review.csv").read_text("utf-8-sig").count("\n") == 2
    decisions = Decisions(results.with_name("decisions.jsonl"))
    assert not decisions.about(TRACKS[1]).rejected
    assert "1/1  Ana Solberg - Meridian" in typed("2", results).out
    assert outcomes(results)[2] == ("matched", 2)


def test_no_earlier_decision_about_a_withdrawn_track_is_left(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    """One was made later by the clock of another machine, and one accepted another candidate."""
    decisions = Decisions(results.with_name("decisions.jsonl"))
    decisions.accept(TRACKS[0], RIVAL)
    decisions.accept(TRACKS[0], FOUND, at=datetime(2150, 1, 1, tzinfo=UTC))
    typed("", results, "--withdraw", "Ana Solberg - Lantern (Mix)")
    decisions.refresh()
    assert decisions.about(TRACKS[0]).accepted is None
    assert outcomes(results)[1] == ("review", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "no decided track of the results has this text; check its spelling."),
        ("Quarry", "no decided track of the results has this text; check its spelling."),
        ("solberg", "2 decided tracks have this text, such as Ana Solberg - Lantern (Mix); Ana "),
    ],
)
def test_a_track_to_withdraw_must_be_named_clearly(
    typed: Callable[..., CommandResult], results: Path, text: str, message: str
) -> None:
    typed("yyq", results)
    before = results.read_bytes()
    assert message in misuse_message(typed("", results, "--withdraw", text))
    assert results.read_bytes() == before


def test_the_csv_files_beside_the_results_are_written_again(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    PlaylistMatch.from_json(results).to_csv(results.parent)
    typed("yyyq", results)
    assert results.with_name("review.csv").read_text("utf-8-sig").count("\n") == 1
    assert results.with_name("matches.csv").read_text("utf-8-sig").count("person on 2") == 6


def test_nothing_to_review_reads_no_key(typed: Callable[..., CommandResult], results: Path) -> None:
    typed("yyyq", results)
    assert typed("", results).out.startswith("0 tracks left to review.")


def test_ctrl_c_keeps_what_was_decided(
    command: Callable[..., CommandResult], results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(io.StringIO):
        def __iter__(self) -> Iterator[str]:  # type: ignore[override]
            yield "y\n"
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert command("review", results).code == 130
    assert outcomes(results)[1] == ("matched", 1)
    assert len(Decisions(results.with_name("decisions.jsonl"))) == 1


def test_the_page_is_opened_in_the_browser(
    typed: Callable[..., CommandResult], results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    typed("ojoq", results)
    assert opened == [FOUND.url]


def test_a_damaged_line_of_the_decisions_is_a_note(
    typed: Callable[..., CommandResult], results: Path
) -> None:
    typed("y", results)
    with results.with_name("decisions.jsonl").open("a") as file:
        file.write("x\n")
    assert "decisions.jsonl, line 2: " in typed("q", results).err


def test_another_file_is_rejected(command: Callable[..., CommandResult], tmp_path: Path) -> None:
    (tmp_path / "list.m3u").write_text("#EXTM3U\n")
    assert "is not a complete JSON document" in misuse_message(
        command("review", tmp_path / "list.m3u")
    )


def text_of(lines: Iterator[TextLine]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize("width", [60, 80])
def test_the_lines_show_the_facts_and_fit_the_width(width: int) -> None:
    lines = text_of(review_lines(start((doubtful(TRACKS[0]),)), width))
    text = "\n".join(lines)
    assert lines[1] == "1/1  Ana Solberg - Lantern (Mix)"
    assert "6:12, 124 BPM, Lantern" in text
    assert "> 1  Ana Solberg - Lantern (Extended Mix)" in text
    facts = "6:20 (+8 s), 124 BPM, 8A, 60%, 2019-03-02, Saffron Meridian Records"
    assert facts in " ".join(text.split())
    assert "  2  Ana Solberg - Lantern (Club Mix)" in text
    assert "another mix" in text
    assert "q quit" in text
    assert max(map(len, lines)) <= width


def test_a_candidate_that_is_another_track_shows_its_title_and_artist_first() -> None:
    """Its doubts name only what else differs, and another mix costs more points."""
    track = Track("Night Ferry (Harbour Dub)", "Lea Quint", duration_s=345.0, bpm=124.0)
    other = replace(FOUND, name="Slow Regatta", mix_name="Live at Kiln House", bpm=100.0)
    match = replace(doubtful(track), candidates=rank(track, [other]))
    assert "another title; another artist" in text_of(review_lines(start((match,)), 80))[-3].strip()
    assert replace(match, outcome="not_found", best=None).reason == (
        "the closest candidate is Ana Solberg - Slow Regatta (Live at Kiln House): "
        "another title; another artist"
    )


def test_a_hostile_title_cannot_control_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202eTitle\r\n" * 40 + " (Mix)"
    match = doubtful(Track(evil, evil, label=evil, album=evil))
    found = replace(match.candidates[0].candidate, name=evil, label=evil, artists=(evil,))
    scored = replace(match.candidates[0], candidate=found, doubts=(evil, evil))
    lines = text_of(review_lines(start((replace(match, best=scored, candidates=(scored,)),)), 60))
    assert max(map(len, lines)) <= 60
    assert all(line.isprintable() for line in lines)


def test_wide_characters_count_as_two_cells() -> None:
    from rich.cells import cell_len

    match = doubtful(Track("夜の鉄道" * 20, "夜の鉄道" * 20, duration_s=372.0))
    assert max(map(cell_len, text_of(review_lines(start((match,)), 60, cell_len)))) <= 60


def test_keys_of_a_stream_without_a_terminal_are_its_lines() -> None:
    with keys_from(io.StringIO("Y\n\n 2 \nno")) as keys:
        assert list(keys) == ["y", "", "2", "no"]
    with keys_from(None) as keys:
        assert list(keys) == []
    with keys_from(io.TextIOWrapper(io.BytesIO(b"y\n\xff\n"), "utf-8")) as keys:
        assert list(keys) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("error", [None, KeyboardInterrupt, RuntimeError])
def test_a_terminal_gives_single_keys_and_is_restored(error: type[BaseException] | None) -> None:
    import termios

    person, program = os.openpty()
    with os.fdopen(program, "r") as stream:
        before = termios.tcgetattr(program)
        seen: list[str] = []
        try:
            with keys_from(stream) as keys:
                assert not termios.tcgetattr(program)[3] & (termios.ICANON | termios.ECHO)
                for sent in (b"Y", b"\x1b[B", b"\x1bOA", b"\xff", "é".encode(), b"\x1b[5~"):
                    os.write(person, sent)
                    seen.append(next(keys))
                if error:
                    raise error
                os.write(person, b"\x04")
                assert list(keys) == []
        except (KeyboardInterrupt, RuntimeError):
            assert error
        assert termios.tcgetattr(program) == before
    os.close(person)
    assert seen == ["y", "down", "up", "�", "é", "\x1b[5~"]


def test_keys_of_windows_are_single_characters() -> None:
    def typing(text: str) -> Any:
        return iter(text).__next__

    assert list(key_input._windows_keys(typing("Y\xe0P\x00H\xe0K\x1a"))) == [
        *("y", "down", "up", "")
    ]
    with pytest.raises(KeyboardInterrupt):
        list(key_input._windows_keys(typing("y\x03")))


def test_decisions_are_merged_exported_and_imported(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    laptop, home, table = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "all.csv"
    Decisions(laptop).accept(TRACKS[0], FOUND)
    Decisions(home).reject(TRACKS[1], FOUND)
    result = command("decisions", home, "--add", laptop, "--to-csv", table)
    assert (result.code, result.out) == (0, "2 decisions (1 added): 1 rejected, 1 accepted\n")
    result = command("decisions", tmp_path / "new.jsonl", "--add", table)
    assert result.out == "2 decisions (2 added): 1 accepted, 1 rejected\n"
    assert set(Decisions(tmp_path / "new.jsonl")) == set(Decisions(home))


def test_decisions_that_cannot_be_read_are_reported(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    kept = tmp_path / "a.jsonl"
    Decisions(kept).accept(TRACKS[0], FOUND)
    (tmp_path / "b.csv").write_text("verdict,at\nmaybe,\n")
    result = command("decisions", kept, "--add", tmp_path / "b.csv")
    assert result.code == 1
    assert "b.csv, line 2" in result.err
    document = json.loads(command("decisions", kept, "--add", tmp_path / "b.csv", "--json").out)
    assert (document["added"], document["accepted"], len(document["problems"])) == (0, 1, 1)
    for mistyped in (("decisions", "no.jsonl"), ("decisions", kept, "--add", "no.jsonl")):
        assert "no.jsonl: there is no such file" in misuse_message(command(*mistyped))
    assert "is not a file of decisions" in misuse_message(command("decisions", tmp_path / "b.csv"))


def test_only_missing_tracks_are_asked_for(
    command: Callable[..., CommandResult], base_url: str, tmp_path: Path
) -> None:
    (tmp_path / "set.csv").write_text("title,artist\nNo Such Thing Anywhere,Absent Orchard\n")
    run = ("playlist", tmp_path / "set.csv", "--base-url", base_url, "--unpaced", "--json")
    run = (*run, "--decisions", tmp_path / "kept.jsonl")
    assert "requests" in command(*run, "--out", tmp_path / "out").err
    results = tmp_path / "out" / "results.json"
    second = command(*run, "--missing-only", "--results", results)
    assert json.loads(second.out)["summary"]["not_found"] == 1
    assert "request" not in second.err
    assert (
        "\n0 requests, "
        in command(*run[:-3], *run[-2:], "--missing-only", "--results", results).out
    )
    assert "--missing-only needs --decisions FILE" in misuse_message(
        command("playlist", tmp_path / "set.csv", "--missing-only")
    )
    assert "--missing-only needs" in misuse_message(command(*run, "--missing-only"))
    assert "--results only applies to --missing-only" in misuse_message(
        command(*run, "--results", results)
    )


def test_one_decided_track_needs_no_request(
    command: Callable[..., CommandResult], tmp_path: Path
) -> None:
    Decisions(tmp_path / "kept.jsonl").accept(Track("Ana Solberg - Lantern"), FOUND)
    result = command(
        *("track", "Ana Solberg - Lantern", "--decisions", tmp_path / "kept.jsonl"),
        *("--base-url", "http://127.0.0.1:9"),
    )
    assert result.code == 0
    assert "decided by person on" in result.out


def test_html_writes_a_page_and_asks_nothing(
    command: Callable[..., CommandResult], results: Path, tmp_path: Path
) -> None:
    before = results.read_bytes()
    result = command("review", results, "--html", tmp_path / "pages")
    page = tmp_path / "pages" / "review.html"
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Page written to {page}\n")
    assert "Download decisions" in page.read_text("utf-8")
    assert results.read_bytes() == before
    assert not results.with_name("decisions.jsonl").exists()
    download = tmp_path / "my download.jsonl"
    Decisions(download).accept(TRACKS[0], FOUND)
    add, review = [line.split(": ", 1)[1] for line in result.out.splitlines()[1:]]
    (_, *words) = shlex.split(add)
    assert add.endswith(" --add ~/Downloads/decisions.jsonl")  # unquoted, for the shell
    assert command(*words[:-1], download).code == 0
    command(*shlex.split(review)[1:])
    assert outcomes(results)[1] == ("matched", 1)


def test_a_page_is_written_to_a_folder(
    command: Callable[..., CommandResult], results: Path, tmp_path: Path
) -> None:
    result = command("review", results, "--html", tmp_path / "review.html")
    assert "must be a folder" in misuse_message(result)
    assert not (tmp_path / "review.html").exists()
