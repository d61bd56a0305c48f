"""Test settings files (TOML, JSON, older versions, hostile input) and environment variables."""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from tables import each_row

from beatport_match import AsyncSettings, MatchSettings, SettingsError, settings_from_environment
from beatport_match.settings.files import docstring_args
from beatport_match.settings.models import USER_AGENT

FORMATS = pytest.mark.parametrize("ending", [".toml", ".TOML", ".json", ""])
UNUSUAL = MatchSettings(
    base_url="http://127.0.0.1:8000",
    wanted_fields=("preview_url", "isrc"),
    requests_per_second=None,
    cache_path=Path('a "quoted"\\folder\x7f', "åß.cache"),
    cache_ttl_s=1e-05,
    user_agent="another/1.0",
    async_io=AsyncSettings(enabled=True, request_timeout=12.5),
)
TEXT = strategies.text(strategies.characters(codec="utf-8"), min_size=1, max_size=30)
ANY = strategies.builds(
    MatchSettings,
    enough_score=strategies.floats(0, 100),
    cache_ttl_s=strategies.floats(1e-300, 1e6),
    cache_path=strategies.none() | TEXT.map(Path),
    requests_per_second=strategies.none() | strategies.floats(1e-9, 1000),
    user_agent=strategies.from_regex(r"[ -~]+", fullmatch=True),
    wanted_fields=strategies.lists(strategies.sampled_from(["isrc", "preview_url"])),
    async_io=strategies.builds(
        AsyncSettings, enabled=strategies.booleans(), retry_attempts=strategies.integers(1, 10)
    ),
)  # fmt: skip


@FORMATS
@given(chosen=ANY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_saved_settings_are_loaded_unchanged(
    tmp_path: Path, ending: str, chosen: MatchSettings
) -> None:
    file = tmp_path / f"settings{ending}"
    chosen.save(file)
    assert MatchSettings.load(file) == chosen


@FORMATS
def test_unusual_settings_are_loaded_unchanged(tmp_path: Path, ending: str) -> None:
    """These settings contain quotes, control characters and `None`."""
    file = tmp_path / f"settings{ending}"
    UNUSUAL.save(file)
    assert MatchSettings.load(file) == UNUSUAL
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_comment_explains_each_key(tmp_path: Path) -> None:
    """The comments are the texts of the docstrings, so every setting needs one."""
    for model in (MatchSettings, AsyncSettings):
        texts = docstring_args(model.__doc__)
        assert texts.keys() == model.model_fields.keys()
        assert [name for name, text in texts.items() if "Default" not in text] == []
    file = tmp_path / "settings.toml"
    UNUSUAL.save(file)
    text = file.read_text("utf-8")
    lines = text.splitlines()
    keys = [index for index, line in enumerate(lines) if " = " in line and line[0] != "#"]
    # The secret access_token is not written.
    assert len(keys) == len(MatchSettings.model_fields) + len(AsyncSettings.model_fields) - 1
    assert "\naccess_token" not in text
    unexplained = [lines[index] for index in keys[1:] if not lines[index - 1].startswith("# ")]
    assert unexplained == []
    comment = "# Maximum number of searches by text for one track (1-20). Default 4."
    assert f"{comment}\nmax_queries = 4\n" in text
    assert max(map(len, lines)) <= 100
    assert tomllib.loads(text)["async_io"]["request_timeout"] == 12.5


def test_file_of_an_older_version_is_converted(tmp_path: Path) -> None:
    """A file without a version contains the default user agent of that time, which is dropped; a
    user agent that the user chose stays."""
    file = tmp_path / "settings.json"
    file.write_text('{"user_agent": "beatport-match/0.0.1", "max_queries": 7}')
    assert MatchSettings.load(file) == MatchSettings(max_queries=7)
    file.write_text('{"user_agent": "beatport-match for me/1"}')
    assert MatchSettings.load(file).user_agent == "beatport-match for me/1"
    file.write_text('{"version": 1, "user_agent": "beatport-match/0.0.1"}')
    assert MatchSettings.load(file).user_agent == "beatport-match/0.0.1"
    MatchSettings().save(file)
    assert USER_AGENT not in file.read_text()
    assert json.loads(file.read_text())["version"] == 1


@pytest.mark.parametrize("version", ["2", "-1", "true", '"1"', "1.0", "[]"])
def test_file_of_a_later_version_raises_settings_error(tmp_path: Path, version: str) -> None:
    """The message says what to do."""
    for name, text in (("a.json", f'{{"version": {version}}}'), ("a.toml", f"version = {version}")):
        file = tmp_path / name
        file.write_text(text)
        with pytest.raises(SettingsError, match=r"version cannot be .* needs a newer") as caught:
            MatchSettings.load(file)
        assert str(caught.value).startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"max_querys = 3", "'max_querys' is not a setting; write max_queries,"),
        (b"[async_io]\nretries = 3", "'async_io.retries' is not a setting; see docs"),
        (b"[async_io]\nretry_attempts = 99", "async_io.retry_attempts cannot be 99"),
        (b"[other]\nretries = 3", "'other' is not a setting"),
        (b"max_queries = 0", "max_queries cannot be 0: "), (b"self = 1", "'self' is not a setting"),
        (b"max_queries = nan", "max_queries cannot be nan"),
        (b"max_queries = 2024-01-01", "max_queries cannot be"),
        (b"max_queries = false", "max_queries cannot be False"),
        (b"max_queries = 3\nmax_queries = 4", "is not TOML: "), (b"\nmax_queries =\n", "line 2"),
        (b"\xff\xfe", "cannot be read (it is not UTF-8 text)"),
        (b"a = " + b"[" * 100_000, "is not TOML: "),
        (b"a = " + b"9" * 10_000, "is not TOML: "),
    ],
)  # fmt: skip
def test_invalid_toml_file_raises_settings_error(tmp_path: Path, text: bytes, words: str) -> None:
    """The message is one sentence that names the file, the setting and the value."""
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    with pytest.raises(SettingsError) as caught:
        MatchSettings.load(file)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}: ")
    assert words in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 1000
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "is not JSON: .*; correct it, or rename it: a file is TOML if its name ends in"),
        ("missing", "cannot be read .*; check the path"),
        (".", "cannot be read .*; check the path"),
    ],
)
def test_message_about_an_unreadable_file_names_the_remedy(
    tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(SettingsError, match=words):
        MatchSettings.load(tmp_path / name)


@pytest.mark.fuzz
@given(strategies.binary(max_size=200) | strategies.text(max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_gives_settings_or_a_settings_error(tmp_path: Path, text: bytes) -> None:
    for name in ("settings.toml", "settings.json"):
        file = tmp_path / name
        file.write_bytes(text)
        with suppress(SettingsError):
            assert isinstance(MatchSettings.load(file), MatchSettings)


def test_pipe_or_very_large_file_is_not_read(tmp_path: Path) -> None:
    """A pipe could block the program, and a very large file could fill its memory."""
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    with pytest.raises(SettingsError, match=r"cannot be read \(it is not a regular file\)"):
        MatchSettings.load(pipe)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(SettingsError, match=r"cannot be read \(it is larger than 1048576 bytes"):
        MatchSettings.load(large)


def test_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    MatchSettings(max_queries=9).save(file)
    with pytest.raises(SettingsError, match="cannot be written"):
        MatchSettings(cache_path=Path("\udcff")).save(file)
    assert MatchSettings.load(file).max_queries == 9
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]


FILE = MatchSettings(max_queries=3, max_results=50, async_io=AsyncSettings(retry_attempts=2))


@each_row(
    "variable, text, values",
    [
        ("MAX_QUERIES", "5", {"max_queries": 5}), ("MAX_QUERIES", " 5 ", {"max_queries": 5}),
        ("BASE_URL", "http://127.0.0.1:8000/", {"base_url": "http://127.0.0.1:8000"}),
        ("CACHE_PATH", "some.cache", {"cache_path": Path("some.cache")}),
        ("CACHE_PATH", "1\n2", {"cache_path": Path("1\n2")}),
        ("CACHE_PATH", "'x'\nmax_queries = 9", {"cache_path": Path("'x'\nmax_queries = 9")}),
        ("REQUESTS_PER_SECOND", "false", {"requests_per_second": None}),
        ("WANTED_FIELDS", '["isrc"]', {"wanted_fields": ("isrc",)}),
        ("ASYNC_IO__ENABLED", "true", {"async_io": AsyncSettings(enabled=True, retry_attempts=2)}),
        ("MAX_QUERIES", "", {}), ("MAX_QUERIES", "  ", {}),
    ],
)  # fmt: skip
def test_environment_variable_overrides_the_given_settings(
    variable: str, text: str, values: dict[str, Any]
) -> None:
    found = settings_from_environment(FILE, {f"BEATPORT_MATCH_{variable}": text, "PATH": "/bin"})
    assert found == FILE.with_(**values)


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MatchSettings()` does not read the environment."""
    monkeypatch.setenv("BEATPORT_MATCH_MAX_QUERIES", "11")
    assert settings_from_environment() == MatchSettings(max_queries=11)
    assert MatchSettings().max_queries == 4


@each_row(
    "variable, text, words",
    [
        ("MAX_QUERYS", "5", "_QUERYS' is not a setting; write BEATPORT_MATCH_MAX_QUERIES, or see"),
        ("FOO", "5", "'BEATPORT_MATCH_FOO' is not a setting; see docs/settings.md"),
        ("ASYNC_IO", "{}", "'BEATPORT_MATCH_ASYNC_IO' is not a setting"),
        ("MAX_QUERIES", "many", "MAX_QUERIES): max_queries cannot be 'many'"),
        ("MAX_QUERIES", "21", "max_queries cannot be 21: "),
        ("ASYNC_IO__RETRY_ATTEMPTS", "99", "async_io.retry_attempts cannot be 99"),
    ],
)
def test_invalid_variable_raises_settings_error(variable: str, text: str, words: str) -> None:
    """The message names the setting, the value and the range."""
    with pytest.raises(SettingsError) as caught:
        settings_from_environment(FILE, {f"BEATPORT_MATCH_{variable}": text})
    assert words in str(caught.value)
