"""Test the settings models: defaults, ranges, error messages, load and save."""

import ast
import inspect
import json
from typing import Any

import pytest
from tables import each_row

from beatport_match.errors import BeatportMatchError, SettingsError
from beatport_match.settings import models
from beatport_match.settings.models import AsyncSettings, MatchSettings


def test_defaults():
    settings = MatchSettings()
    assert settings.base_url == "https://www.beatport.com"
    assert (settings.enough_score, settings.requests_per_second) == (95, 5.0)
    assert settings.max_connections == 32
    assert settings.async_io == AsyncSettings(
        enabled=False,
        max_concurrent_tracks=5,
        max_concurrent_requests=10,
        request_timeout=30.0,
        retry_attempts=3,
        connect_timeout=None,
        read_timeout=None,
    )


def test_type_checkers_see_every_setting():
    """The constructor that type checkers see has one parameter for each setting."""
    (seen,) = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(models)))
        if isinstance(node, ast.FunctionDef) and node.name == "__init__" and node.args.kwonlyargs
    ]
    assert [one.arg for one in seen.args.kwonlyargs] == list(MatchSettings.model_fields)


def test_default_threshold_for_matched_is_above_that_for_review():
    assert 0 < MatchSettings().review_confidence < MatchSettings().accept_confidence < 1


# (name, smallest and largest allowed, one below, one above)
RANGES = [
    (MatchSettings, "accept_confidence", 0, 1, -0.01, 1.01),
    (MatchSettings, "review_confidence", 0, 1, -0.01, 1.01),
    (MatchSettings, "enough_score", 0, 100, -1, 100.5),
    (MatchSettings, "max_queries", 1, 20, 0, 21),
    (MatchSettings, "queries_at_once", 1, 20, 0, 21),
    (MatchSettings, "max_results", 1, 150, 0, 151),
    (MatchSettings, "max_candidates", 1, 150, 0, 151),
    (MatchSettings, "requests_per_second", 0.001, 1000, 0, 1001),
    (MatchSettings, "max_refusals", 1, 1000, 0, 1001),
    (MatchSettings, "refusal_pause_s", 0.001, 3600, 0, 3601),
    (MatchSettings, "max_offline_wait_s", 0, 86_400, -1, 86_401),
    (MatchSettings, "retry_failed", 0, 5, -1, 6),
    (MatchSettings, "cache_ttl_s", 0.001, 3650 * 86_400, 0, 3651 * 86_400),
    (MatchSettings, "cache_page_ttl_s", 0.001, 3650 * 86_400, 0, 3651 * 86_400),
    (MatchSettings, "max_connections", 1, 100, 0, 101),
    (AsyncSettings, "max_concurrent_tracks", 1, 100, 0, 101),
    (AsyncSettings, "max_concurrent_requests", 1, 100, 0, 101),
    (AsyncSettings, "request_timeout", 0.001, 600, 0, 601),
    (AsyncSettings, "retry_attempts", 1, 10, 0, 11),
]


def test_every_number_has_a_range():
    """A new setting must be added to the table above."""
    numbers = {
        (model, name)
        for model in (MatchSettings, AsyncSettings)
        for name, field in model.model_fields.items()
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool)
    }
    assert {row[:2] for row in RANGES} == numbers


@each_row("model, name, minimum, maximum, below, above", RANGES)
def test_value_out_of_range_raises_settings_error(model, name, minimum, maximum, below, above):
    """The message names the setting, the value and the range."""
    # Each threshold limits the other.
    other = {
        "accept_confidence": {"review_confidence": 0},
        "review_confidence": {"accept_confidence": 1},
    }
    for allowed in (minimum, maximum):
        assert getattr(model(**{name: allowed}, **other.get(name, {})), name) == allowed
    for rejected, limit in ((below, minimum), (above, maximum)):
        with pytest.raises(SettingsError) as caught:
            model(**{name: rejected})
        sentence = str(caught.value)
        assert sentence.startswith(f"{model._name_prefix}{name} cannot be {rejected!r}: ")
        assert sentence.endswith(".")
        # The lower limit 0.001 in the table means "above 0".
        assert str(0 if limit == 0.001 else limit) in sentence


IMPOSSIBLE_HOSTS = (
    "localhost:70000",
    "127.0.0.1:-1",
    "127.0.0.1:0",
    "a..b",
    "xn--zzzz.invalid",
    f"{'a' * 64}.invalid",
    ":80",
    "[::1",
    "[x]",
)


@each_row(
    "values",
    [
        {"accept_confidence": float("nan")}, {"enough_score": float("inf")}, {"max_queries": 2.5},
        {"max_queries": "many"}, {"max_queries": None}, {"requests_per_second": float("inf")},
        {"base_url": "ftp://example.com"}, {"base_url": "www.example.com"}, {"base_url": "https://"},
        {"base_url": 5}, {"user_agent": ""}, {"user_agent": "a\nb"}, {"user_agent": "å"},
        {"user_agent": "x" * 501}, {"wanted_fields": ("nonesuch",)}, {"wanted_fields": "isrc"},
        {"async_io": "yes"}, {"async_io": 5}, {"access_token": "two words"}, {"access_token": ""},
        {"access_token": "å"}, {"proxy": "127.0.0.1:3128"}, {"proxy": "ftp://127.0.0.1:21"},
        {"proxy": "http://127.0.0.1:70000"}, {"proxy": "http://user:secret@127.0.0.1:3128"},
        *({"base_url": f"http://{host}"} for host in IMPOSSIBLE_HOSTS),
    ],
)  # fmt: skip
def test_invalid_value_raises_settings_error_with_the_name(values):
    """The message is one sentence that begins with the setting's name."""
    with pytest.raises(SettingsError) as caught:
        MatchSettings(**values)
    (name,) = values
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)
    assert isinstance(caught.value, BeatportMatchError)


@each_row("name", ["base_url", "api_url", "proxy"])
@each_row("user", ["user:s3cret@", "s3cret@", ":s3cret@", "user:s3cret@x@"])
def test_urls_with_a_password_are_rejected_and_not_shown(name, user):
    """They would be written to every result file, cache and journal."""
    with pytest.raises(SettingsError, match=r"user name .* password.* http_client") as caught:
        MatchSettings(**{name: f"https://{user}mirror.invalid"})
    assert "s3cret" not in str(caught.value)


def test_at_sign_in_a_path_is_no_password():
    assert MatchSettings(base_url="http://mirror.invalid/a@b").base_url.endswith("/a@b")


@pytest.mark.parametrize("token", [{"access_token": "secret"}, {"token_file": "token.json"}])
def test_token_is_not_sent_without_encryption(token):
    """Except to this machine, where a test may run a fake."""
    with pytest.raises(SettingsError, match="must begin with https://"):
        MatchSettings(api_url="http://api.invalid/v4", **token)
    for host in ("localhost:80", "127.0.0.1:8000", "127.8.9.1", "[::1]"):
        assert MatchSettings(api_url=f"http://{host}/v4", **token).api_url
    assert MatchSettings(api_url="http://api.invalid/v4").api_url


@pytest.mark.parametrize("proxy", ["http://proxy.invalid:3128", "socks5://127.0.0.1:1080"])
def test_proxy_is_kept_as_it_is_written(proxy, tmp_path):
    settings = MatchSettings(proxy=proxy)
    settings.save(tmp_path / "settings.toml")
    assert MatchSettings.load(tmp_path / "settings.toml").proxy == proxy
    assert MatchSettings(proxy=False).proxy is None


def test_unknown_key_raises_settings_error_with_the_name():
    with pytest.raises(SettingsError, match="'max_querys' is not a setting; write max_queries,"):
        MatchSettings(max_querys=3)
    with pytest.raises(SettingsError, match="retries' is not a setting"):
        AsyncSettings(retries=3)


def test_unknown_inner_key_raises_settings_error_with_the_dotted_name():
    with pytest.raises(SettingsError, match=r"^'async_io\.retries' is not a setting"):
        MatchSettings(async_io={"retries": 3})


def test_invalid_inner_value_raises_settings_error_with_the_dotted_name():
    with pytest.raises(SettingsError, match=r"async_io\.retry_attempts cannot be 99"):
        MatchSettings(async_io={"retry_attempts": 99})


@each_row(
    "values, allowed",
    [
        ({"max_queries": "abc"}, "a whole number from 1 to 20"),
        ({"max_queries": 21}, "a whole number from 1 to 20"),
        ({"cache_ttl_s": 0}, "a number above 0, up to 315360000"),
        ({"max_track_time_s": "soon"}, "a number above 0, up to 86400, or None (false in TOML)"),
        ({"accept_confidence": "high"}, "a number from 0 to 1"),
        ({"wanted_fields": "isrc"}, 'several names; write ["isrc"]'),
        ({"wanted_fields": 5}, 'several names; write ["isrc"]'),
        ({"source": "file"}, '"web" or "api"'),
        ({"run_all_queries": "maybe"}, "true or false"),
        ({"base_url": 5}, "text"),
        ({"user_agent": ""}, "text of 1 to 500 characters"),
        ({"cache_path": 5}, "the path of a file, or None (false in TOML)"),
        ({"async_io": {"retry_attempts": "x"}}, "a whole number from 1 to 10"),
    ],
)
def test_message_says_in_plain_words_what_is_allowed(values: dict[str, Any], allowed: str) -> None:
    """Pydantic's own messages name Python's types and the direction of a comparison."""
    with pytest.raises(SettingsError) as caught:
        MatchSettings(**values)
    assert str(caught.value).endswith(f": it must be {allowed}.")


def test_each_setting_says_what_is_allowed() -> None:
    """An object has a wrong type for each of them."""
    for model in (MatchSettings, AsyncSettings):
        for name in model.model_fields:
            with pytest.raises(SettingsError, match=r" cannot be .*: it must be .{4}"):
                model(**{name: object()})


def test_all_wrong_settings_are_reported_at_once() -> None:
    """A user would otherwise correct a file as often as it has faults."""
    inner = {"retry_attempts": 99, "nonesuch": 1}
    with pytest.raises(SettingsError) as caught:
        MatchSettings(max_queries=0, other=1, proxy="http://u:s3cret@x.invalid", async_io=inner)
    sentence = str(caught.value)
    for name in (
        "max_queries",
        "'other'",
        "proxy cannot",
        "async_io.retry_attempts",
        "'async_io.none",
    ):
        assert sentence.count(name) == 1, name
    assert "s3cret" not in sentence
    with pytest.raises(SettingsError, match=r"; 95 more are wrong\.$"):
        MatchSettings(**{f"x{number}": 1 for number in range(100)})


def test_message_about_a_huge_value_is_short():
    with pytest.raises(SettingsError) as caught:
        MatchSettings(user_agent="x" * 1_000_000)
    assert len(str(caught.value)) < 1000


def test_review_threshold_above_accept_threshold_raises_settings_error():
    with pytest.raises(SettingsError, match="review_confidence"):
        MatchSettings(accept_confidence=0.5, review_confidence=0.9)


def test_settings_are_frozen():
    """So they cannot change during a run."""
    settings = MatchSettings()
    for frozen, name in ((settings, "max_queries"), (settings.async_io, "enabled")):
        with pytest.raises(SettingsError, match=f"^{name} cannot be set, because") as caught:
            setattr(frozen, name, 3)
        assert f"make new ones with {type(frozen).__name__}({name}=...)" in str(caught.value)
    assert hash(settings) == hash(MatchSettings())
    assert settings.with_(max_queries=3) != settings


def test_with_changes_some_settings_and_keeps_the_others():
    settings = MatchSettings(max_queries=2, access_token="secret", async_io={"retry_attempts": 2})
    changed = settings.with_(max_queries=3, async_io={"enabled": True})
    assert changed.max_queries == 3
    assert changed.async_io == AsyncSettings(enabled=True, retry_attempts=2)
    assert changed.access_token.get_secret_value() == "secret"
    assert changed.with_(max_queries=2, async_io=settings.async_io) == settings
    assert (settings.max_queries, settings.async_io.enabled) == (2, False)
    assert settings.async_io.with_(retry_attempts=4) == AsyncSettings(retry_attempts=4)


@each_row(
    "changes, message",
    [
        ({"max_querys": 3}, "'max_querys' is not a setting; write max_queries,"),
        ({"requests_per_second": 0}, "requests_per_second cannot be 0"),
        ({"review_confidence": 0.95}, "review_confidence cannot be 0.95"),
        ({"async_io": {"retry_attempts": 0}}, r"async_io\.retry_attempts cannot be 0"),
        ({"async_io": {"enable": True}}, r"'async_io\.enable' .* write async_io\.enabled,"),
        ({"async_io": 5}, "async_io cannot be 5"),
    ],
)
def test_with_checks_the_changes_as_the_constructor_does(changes, message):
    """`model_copy(update=...)` checks nothing: such settings failed only during the run."""
    with pytest.raises(SettingsError, match=message):
        MatchSettings().with_(**changes)


@pytest.mark.parametrize(
    ("model", "name", "maximum"),
    [
        (MatchSettings, "max_track_time_s", 86_400),
        (AsyncSettings, "connect_timeout", 600),
        (AsyncSettings, "read_timeout", 600),
    ],
)
def test_a_time_that_may_be_unlimited_is_none_by_default(model, name, maximum):
    assert getattr(model(), name) is None
    assert getattr(model(**{name: False}), name) is None  # as in TOML
    assert getattr(model(**{name: maximum}), name) == maximum
    for wrong in (0, maximum + 1, "soon"):
        with pytest.raises(SettingsError, match=f"{name} cannot be"):
            model(**{name: wrong})


def test_rate_limit_can_be_turned_off():
    assert MatchSettings(requests_per_second=None).requests_per_second is None
    assert MatchSettings(max_candidates=False).max_candidates is None


def test_slash_at_the_end_of_base_url_is_removed():
    """Paths are appended to `base_url`."""
    assert MatchSettings(base_url="http://127.0.0.1:8000/").base_url == "http://127.0.0.1:8000"


CHANGED = MatchSettings(
    base_url="http://127.0.0.1:8000",
    accept_confidence=0.9,
    wanted_fields=("preview_url", "isrc"),
    requests_per_second=None,
    async_io=AsyncSettings(enabled=True, retry_attempts=1),
)


@pytest.mark.parametrize("settings", [MatchSettings(), CHANGED], ids=["defaults", "changed"])
def test_saved_settings_are_loaded_unchanged(tmp_path, settings):
    """The default `user_agent` is not written, because it names the version of the library."""
    file = tmp_path / "settings.json"
    settings.save(file)
    assert MatchSettings.load(file) == settings == MatchSettings.load(str(file))
    written = set(json.loads(file.read_text("utf-8")))
    left_out = {"user_agent", "access_token"}
    assert written == MatchSettings.model_fields.keys() - left_out | {"version"}


def test_setting_missing_from_the_file_has_its_default(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"async_io": {"enabled": true}}', "utf-8")
    assert MatchSettings.load(file) == MatchSettings(async_io=AsyncSettings(enabled=True))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"max_queries": 0}', "max_queries"), ('{"max_querys": 1}', "max_querys"),
        ('{"async_io": {"retry_attempts": 99}}', "retry_attempts"), ("{", "not JSON"),
        ("", "not JSON"),
        ("\xff\xfe", "not UTF-8"), ("[]", "object"), ("null", "object"), ('"x"', "object"),
        ('{"max_queries": NaN}', "max_queries"), ('{"async_io": null}', "async_io"),
    ],
)  # fmt: skip
def test_invalid_json_file_raises_settings_error_with_file_and_place(tmp_path, text, place):
    file = tmp_path / "settings.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError) as caught:
        MatchSettings.load(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert place in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "nonesuch.json",
        ".",
        "a\0b",
    ],
)
def test_path_that_cannot_be_opened_raises_settings_error(tmp_path, name):
    """Both `load` and `save` raise it."""
    path = tmp_path / name
    with pytest.raises(SettingsError, match="cannot be read"):
        MatchSettings.load(path)
    target = path if path.is_dir() else path / "deeper"
    with pytest.raises(SettingsError, match="cannot be written"):
        MatchSettings().save(target)
