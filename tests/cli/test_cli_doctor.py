"""The command `doctor`: versions, settings and files, and what does not work."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, CommandResult

from beatport_match import AsyncSettings, MatchSettings, __version__
from beatport_match.cli.doctor import EXTRAS
from beatport_match.testing import FakeBeatport, always

Command = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home folder of a person whose name must not be shown."""
    folder = tmp_path / "velda-quist"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


def document(command: Command, *options: object, code: int = 0) -> dict[str, Any]:
    result = command("doctor", "--json", *options)
    assert result.code == code, result.out
    found: dict[str, Any] = json.loads(result.out)
    assert bool(found["problems"]) == bool(code)
    return found


def test_versions_extras_and_terminal_are_shown(command: Command) -> None:
    found = document(command)
    assert found["version"] == __version__
    assert found["packages"].keys() == {"anyio", "httpx", "parsel", "pydantic", "rapidfuzz"}
    assert all(found["packages"].values())
    assert found["extras"]["cli"]["rich"]
    assert found["terminal"] == {"width": 100, "encoding": "UTF-8", "is_terminal": False}
    assert (found["proxy"], found["files"], found["online"]) == (None, {}, None)
    text = command("doctor").out
    assert f"beatport-match  {__version__}\n" in text
    assert text.endswith("problems        none\n")


def test_the_extras_are_those_of_the_project() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for extra, packages in EXTRAS.items():
        wanted = [one.partition(">")[0] for one in extras[extra] if "beatport-match[" not in one]
        assert list(packages) == wanted, extra


def test_package_that_is_missing_has_no_version(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXTRAS, "tags", ("no-such-package",))
    assert document(command)["extras"]["tags"] == {"no-such-package": None}
    assert "extra tags      no-such-package -\n" in command("doctor").out


def test_each_setting_names_where_it_comes_from(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("max_queries = 2\nmax_results = 9\n[async_io]\nretry_attempts = 2\n", "utf-8")
    monkeypatch.setenv("BEATPORT_MATCH_MAX_RESULTS", "8")
    monkeypatch.setenv("BEATPORT_MATCH_ASYNC_IO__ENABLED", "true")
    options = ("--settings", path, "--base-url", "https://example.com")
    settings = document(command, *options)["settings"]
    names = set(MatchSettings.model_fields) | {
        f"async_io.{one}" for one in AsyncSettings.model_fields
    }
    assert settings.keys() == names - {"async_io"}
    assert {
        name: tuple(one.values()) for name, one in settings.items() if one["from"] != "default"
    } == {
        "max_queries": (2, "file"),
        "async_io.retry_attempts": (2, "file"),
        "max_results": (8, "environment"),
        "async_io.enabled": (True, "environment"),
        "base_url": ("https://example.com", "option"),
    }
    text = command("doctor", *options).out
    assert "max_results              8 (environment)\n" in text
    assert "max_candidates" not in text


def test_output_has_no_secret_and_no_name(
    command: Command, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("BEATPORT_MATCH_ACCESS_TOKEN", "hush-token")
    monkeypatch.setenv("BEATPORT_MATCH_USER_AGENT", "tool (velda@example.com)")
    monkeypatch.setenv("HTTPS_PROXY", "http://velda:hush@proxy.example:3128/")
    options = ("--cache", home / "beatport.cache", "--journal", home / "none" / "all.journal")
    found = document(command, *options, code=1)
    assert found["proxy"] == {"url": "http://proxy.example:3128", "from": "environment or system"}
    assert found["settings"]["access_token"] == {"value": "set", "from": "environment"}
    assert found["files"]["cache"] == {"path": "~/beatport.cache", "problem": None}
    for text in (json.dumps(found), command("doctor", *options).out):
        assert "hush" not in text
        assert "velda" not in text


def test_wrong_token_is_not_shown(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of digits is read as a number, which is not a token."""
    monkeypatch.setenv("BEATPORT_MATCH_ACCESS_TOKEN", "73137313")
    assert "access_token cannot be this value" in document(command, code=1)["problems"][0]
    assert "73137313" not in command("doctor").out


def test_wrong_settings_are_one_problem_and_no_request_is_sent(command: Command) -> None:
    """The files of the options are still checked."""
    fake = FakeBeatport()
    with fake.serve() as base_url:
        options = ("--base-url", base_url, "--online", "--proxy", "ftp://x", "--cache", "no/cache")
        found = document(command, *options, code=1)
    assert fake.requests == ()
    assert found["online"] is None
    settings, cache = found["problems"]
    assert settings.startswith("settings: proxy must be a URL")
    assert cache.startswith("cache: cannot be written (the folder no does not exist)")


def test_proxy_of_the_settings_is_in_force(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only requests to this machine do not use the proxy of the environment."""
    monkeypatch.setenv("HTTPS_PROXY", "http://environment.example:1")
    monkeypatch.setenv("HTTP_PROXY", "http://environment.example:2")
    own = document(command, "--proxy", "http://own.example:3")["proxy"]
    assert own == {"url": "http://own.example:3", "from": "setting proxy"}
    assert document(command)["proxy"]["url"] == "http://environment.example:1"
    assert document(command, "--base-url", "http://127.0.0.1:9")["proxy"] is None
    monkeypatch.setenv("NO_PROXY", "beatport.com")
    assert document(command)["proxy"] is None


def test_socks_proxy_needs_its_extra(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beatport_match.cli.doctor._versions", lambda names: dict.fromkeys(names))
    found = document(command, "--proxy", "socks5://own.example:3", code=1)
    assert found["problems"] == ["The SOCKS proxy needs: pip install 'beatport-match[socks]'."]


def test_files_that_can_be_used_are_left_unchanged(command: Command, tmp_path: Path) -> None:
    """A file that does not exist is not created."""
    tokens = tmp_path / "tokens.json"
    tokens.write_text('{"access_token": "hush"}', "utf-8")
    tokens.chmod(0o600)
    journal = tmp_path / "all.journal"
    journal.write_text("", "utf-8")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.is_file()}
    options = ("--token-file", tokens, "--journal", journal, "--cache", "c", "--decisions", "d")
    files = document(command, *options)["files"]
    assert {what: one["problem"] for what, one in files.items()} == dict.fromkeys(
        ("cache", "token file", "decisions", "journal")
    )
    after = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.parametrize(
    ("option", "content", "problem"),
    [
        ("--cache", "#EXTM3U\n", "cannot be the cache"),
        ("--cache", None, "it is a folder"),
        ("--decisions", "#EXTM3U\n", "not a file of decisions"),
        ("--token-file", "{}", "has no text under access_token"),
        ("--token-file", None, "it is a folder"),
        ("--token-file", '{"access_token": "hush"}', "mode 0644"),
        ("--journal", None, "it is a folder"),
    ],
)
def test_file_that_cannot_be_used_is_a_problem(
    command: Command, tmp_path: Path, option: str, content: str | None, problem: str
) -> None:
    path = tmp_path / "given"
    if content is None:
        path.mkdir()
    else:
        path.write_text(content, "utf-8")
        path.chmod(0o644)
    (found,) = document(command, option, path, code=1)["problems"]
    assert problem in found
    text = " ".join(command("doctor", option, path).out.split())
    assert ": cannot be used " in text
    assert " PROBLEM " in text


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("reset", "check the network and the proxy, then run the command again."),
        ("rate_limited", "run the command again later, with a lower rate limit."),
        ("challenge", "run the command again later, with a lower rate limit."),
    ],
)
def test_online_sends_one_request_and_reports_a_fault(
    command: Command, fault: Any, remedy: str
) -> None:
    fake = FakeBeatport(faults=always(fault))
    with fake.serve() as base_url:
        found = document(command, "--base-url", base_url, "--online", code=1)
    assert len(fake.requests) == 1
    assert found["problems"][0].startswith("online: ")
    assert found["problems"][0].endswith(f"; {remedy}")


def test_online_reports_the_answer(command: Command) -> None:
    fake = FakeBeatport()
    with fake.serve() as base_url:
        found = document(command, "--base-url", base_url, "--online")
        assert found["online"] == f"HTTP 200 from {base_url}"
        assert document(command, "--base-url", base_url)["online"] is None
    assert len(fake.requests) == 1


def test_proxy_that_cannot_be_used_is_a_problem(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is not sent."""
    monkeypatch.setenv("HTTPS_PROXY", "strange://x")
    found = document(command, "--online", "--base-url", "https://beatport.invalid", code=1)
    assert found["online"] == "no request"


@pytest.mark.parametrize("columns", ["60", "120"])
def test_lines_fit_the_screen(
    command: Command, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = command("doctor", "--journal", "none/" + 30 * "long ").out.splitlines()
    assert max(map(len, lines)) <= int(columns)
