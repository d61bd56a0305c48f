"""The command `probe`: how Beatport's search page can be read, against the fake Beatport."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandResult, misuse_message

from beatport_match import __version__, clear_shared_state
from beatport_match.beatport import WebSource
from beatport_match.errors import Failure
from beatport_match.matching.protocol import Response
from beatport_match.testing import FakeBeatport, Fault, PageForm, always

Command = Callable[..., CommandResult]
FIELDS = (
    "version status size_bytes read_from shape tracks unreadable missing partly_missing failure"
)


def probe(command: Command, fake: FakeBeatport, *options: object) -> CommandResult:
    with fake.serve() as base_url:
        return command("probe", "--base-url", base_url, *options)


def document(command: Command, fake: FakeBeatport, *options: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(probe(command, fake, "--json", *options).out)
    assert " ".join(found) == FIELDS
    return found


def test_page_of_today_is_shown(command: Command) -> None:
    result = probe(command, FakeBeatport())
    assert (result.code, result.err) == (0, "")
    first, *lines = result.out.splitlines()
    assert first == f"Search page of Beatport, read by beatport-match {__version__}"
    shown = {line[2:17].strip(): line[19:] for line in lines}
    assert list(shown) == "answer,read from,shape,tracks,missing,missing in some".split(",")
    assert shown["answer"].startswith("HTTP 200, ")
    assert shown["read from"] == "the data script, as this version expects"
    assert shown["shape"] == "search"
    assert shown["tracks"].endswith(", and 0 unreadable rows")
    assert shown["missing"] == "none of the expected fields"


@pytest.mark.parametrize(
    ("form", "read_from", "shape"),
    [
        ("data_script", "data_script", "search"),
        ("other_id", "json", "search"),
        ("flight", "flight", "search"),
        ("html", "html", "html"),
    ],
)
def test_form_of_a_page_is_named(
    command: Command, form: PageForm, read_from: str, shape: str
) -> None:
    found = document(command, FakeBeatport(page_form=form), "--query", "winter")
    assert (found["read_from"], found["shape"], found["failure"]) == (read_from, shape, None)
    assert found["tracks"] == 4
    expected = ["genre", "length_s", "isrc", "catalog_number"] if form == "html" else []
    assert found["missing"] == expected


def test_field_that_some_tracks_lack_is_counted(command: Command) -> None:
    found = document(command, FakeBeatport(), "--query", "gilt harbour mix")
    name, count = next(iter(found["partly_missing"].items()))
    assert 0 < count < found["tracks"]
    result = probe(command, FakeBeatport(), "--query", "gilt harbour mix")
    assert f"{name} ({count})" in result.out


@pytest.mark.parametrize("fault", ["reset", "unavailable", "rate_limited", "challenge", "empty"])
def test_a_fault_is_not_retried(command: Command, fault: Fault) -> None:
    """The command sends only one request."""
    fake = FakeBeatport(faults=always(fault))
    result = probe(command, fake)
    assert result.code == 1
    assert len(fake.requests) == 1
    assert "failed" in result.out
    assert ("no response" in result.out) == (fault == "reset")


def test_changed_page_is_described(command: Command) -> None:
    result = probe(command, FakeBeatport(page_form="json_ld"))
    assert result.code == 1
    text = " ".join(result.out.split())
    assert "catalogue_changed: Beatport's page no longer has script#__NEXT_DATA__; also" in text
    found = document(command, FakeBeatport(faults=always("wrong_shape")))
    assert found["failure"]["kind"] == "catalogue_changed"
    assert (found["read_from"], found["shape"], found["tracks"]) == (None, None, 0)


def test_malformed_rows_are_counted(command: Command) -> None:
    assert document(command, FakeBeatport(faults=always("bad_record")))["unreadable"] == 1


def test_search_without_a_result_asks_for_another_one(command: Command) -> None:
    result = probe(command, FakeBeatport(), "--query", "xyzzy")
    assert result.code == 0
    assert "none; choose another search with --query" in result.out
    assert document(command, FakeBeatport(), "--query", "xyzzy")["missing"] == []


@pytest.mark.parametrize("form", ["data_script", "flight"])
def test_saved_page_is_a_fixture_without_personal_data(
    command: Command, tmp_path: Path, form: PageForm
) -> None:
    """The saved page gives the same tracks as the page itself."""
    path = tmp_path / "page.html"
    fake = FakeBeatport(page_form=form)
    result = probe(command, fake, "--save", path)
    assert result.out.endswith(f"Page written to {path}\n")
    page = path.read_bytes()
    for private in (b"203.0.113.7", b"not-a-token", b'"NL"}', b"0fa4ebea7f0e1d2c"):
        assert private in fake.respond("GET", "/search/tracks?q=undertow").body.replace(b"\\", b"")
        assert private not in page.replace(b"\\", b""), private
    question = WebSource("https://www.beatport.com", 100, "x").search("undertow", "x")
    served = fake.respond("GET", "/search/tracks?q=undertow&per_page=100").body
    values = [question.parse(Response(status=200, url="", body=body)) for body in (page, served)]
    assert values[0] == values[1]
    assert not isinstance(values[0], Failure)


def test_output_has_no_title_name_or_query(command: Command) -> None:
    for form in ("data_script", "html"):
        found = probe(command, FakeBeatport(page_form=form), "--query", "olvarin", "--json").out
        assert "olvarin" not in found.lower()
    found = probe(command, FakeBeatport(faults=always("challenge")), "--query", "olvarin").out
    assert "olvarin" not in found.lower()


def test_without_a_response_no_page_is_written(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    fake = FakeBeatport(faults=always("reset"))
    assert (
        f"No page to write to {path}: there was no response."
        in probe(command, fake, "--save", path).out
    )
    result = probe(command, fake, "--save", path, "--json")
    assert result.err.startswith("No page to write")
    assert json.loads(result.out)["status"] is None
    assert not path.exists()


def test_page_that_cannot_be_written_is_one_sentence(command: Command, tmp_path: Path) -> None:
    result = probe(command, FakeBeatport(), "--save", tmp_path)
    assert misuse_message(result).endswith("choose another file with --save.\n")


def test_blank_query_is_one_sentence(command: Command) -> None:
    fake = FakeBeatport()
    assert "give at least one word" in misuse_message(probe(command, fake, "--query", " "))
    assert fake.requests == ()


@pytest.mark.parametrize("columns", ["60", "120"])
def test_lines_fit_the_screen(
    command: Command, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for form in ("data_script", "html", "json_ld"):
        lines = probe(command, FakeBeatport(page_form=form)).out.splitlines()
        assert max(map(len, lines)) <= int(columns)


def test_settings_file_and_user_agent_apply(command: Command, tmp_path: Path) -> None:
    """A cache is not used: the answer is that of today."""
    fake = FakeBeatport()
    path = tmp_path / "settings.toml"
    with fake.serve() as base_url:
        path.write_text(f'base_url = "{base_url}"\ncache_path = "{tmp_path.as_posix()}/cache"\n')
        for _ in range(2):
            assert command("probe", "--settings", path).code == 0
    assert len(fake.requests) == 2
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("form", ["other_id", "html"])
def test_track_from_a_changed_page_has_a_note(command: Command, form: PageForm) -> None:
    note = "Beatport's page has changed; see beatport-match probe"
    with FakeBeatport(page_form=form).serve() as base_url:
        assert note in command("track", "Olvarin - Undertow", "--base-url", base_url).out
        assert note in command("track", "Winter Xyzzy", "--base-url", base_url).out
        playlist = Path("list.csv")
        playlist.write_text("title,artist\nUndertow,Olvarin\n", encoding="utf-8")
        result = command("playlist", playlist, "--unpaced", "--base-url", base_url)
        assert f"{note} (1 track)" in result.out
    clear_shared_state()  # the next server may get the same port
    with FakeBeatport().serve() as base_url:
        assert note not in command("track", "Olvarin - Undertow", "--base-url", base_url).out
