"""Settings: frozen models that refuse what they do not know, in one sentence that names it."""

import json

import pytest
from pydantic import ValidationError

from beatport_match.errors import BeatportMatchError, SettingsError
from beatport_match.settings.models import AsyncSettings, MatchSettings


def test_the_defaults_are_the_documented_ones():
    """The defaults that the public surface names."""
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
    )


def test_what_is_accepted_unasked_is_surer_than_what_is_shown():
    """The defaults are ordered: `matched` asks for more confidence than `review`."""
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
    (MatchSettings, "cache_ttl_s", 0.001, 3650 * 86_400, 0, 3651 * 86_400),
    (MatchSettings, "cache_page_ttl_s", 0.001, 3650 * 86_400, 0, 3651 * 86_400),
    (MatchSettings, "max_connections", 1, 100, 0, 101),
    (AsyncSettings, "max_concurrent_tracks", 1, 100, 0, 101),
    (AsyncSettings, "max_concurrent_requests", 1, 100, 0, 101),
    (AsyncSettings, "request_timeout", 0.001, 600, 0, 601),
    (AsyncSettings, "retry_attempts", 1, 10, 0, 11),
]


def test_every_number_has_a_range():
    """No number is without limits (guards the table above against a new setting)."""
    numbers = {
        (model, name)
        for model in (MatchSettings, AsyncSettings)
        for name, field in model.model_fields.items()
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool)
    }
    assert {row[:2] for row in RANGES} == numbers


@pytest.mark.parametrize(("model", "name", "least", "most", "below", "above"), RANGES)
def test_ranges(model, name, least, most, below, above):
    """A setting out of range is refused; the text names the setting, the value and the range."""
    # The two thresholds bound each other.
    other = {
        "accept_confidence": {"review_confidence": 0},
        "review_confidence": {"accept_confidence": 1},
    }
    for allowed in (least, most):
        assert getattr(model(**{name: allowed}, **other.get(name, {})), name) == allowed
    for refused, limit in ((below, least), (above, most)):
        with pytest.raises(SettingsError) as caught:
            model(**{name: refused})
        sentence = str(caught.value)
        assert sentence.startswith(f"{name} cannot be {refused!r}: ")
        assert sentence.endswith(".")
        # A lower limit of a thousandth stands for "more than nothing".
        assert str(0 if limit == 0.001 else limit) in sentence


@pytest.mark.parametrize(
    "values",
    [
        {"accept_confidence": float("nan")}, {"enough_score": float("inf")}, {"max_queries": 2.5},
        {"max_queries": "many"}, {"max_queries": None}, {"requests_per_second": float("inf")},
        {"base_url": "ftp://example.com"}, {"base_url": "www.example.com"}, {"base_url": "https://"},
        {"base_url": 5}, {"user_agent": ""}, {"user_agent": "a\nb"}, {"user_agent": "å"},
        {"user_agent": "x" * 501}, {"wanted_fields": ("nonesuch",)}, {"wanted_fields": "isrc"},
        {"async_io": "yes"}, {"async_io": 5}, {"access_token": "two words"}, {"access_token": ""},
        {"access_token": "å"},
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_by_name(values):
    """Each error is a `SettingsError` of one sentence that begins with the setting's name."""
    with pytest.raises(SettingsError) as caught:
        MatchSettings(**values)
    (name,) = values
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)
    assert isinstance(caught.value, BeatportMatchError)


def test_an_unknown_key_is_refused_with_its_name():
    """Unknown keys are refused with their name, also one level down."""
    with pytest.raises(SettingsError, match="max_querys is not a setting"):
        MatchSettings(max_querys=3)
    with pytest.raises(SettingsError, match="retries is not a setting"):
        AsyncSettings(retries=3)


def test_an_unknown_inner_key_is_refused_with_its_place():
    """Unknown keys are refused with their dotted name, in a sentence that reads as one."""
    with pytest.raises(SettingsError, match=r"^async_io\.retries is not a setting"):
        MatchSettings(async_io={"retries": 3})


def test_an_inner_setting_is_named_with_its_place():
    """The first thing wrong is named by its dotted name."""
    with pytest.raises(SettingsError, match=r"async_io\.retry_attempts cannot be 99"):
        MatchSettings(async_io={"retry_attempts": 99})


def test_a_message_is_readable_whatever_was_given():
    """One clear sentence: a value of a megabyte does not make a message of one."""
    with pytest.raises(SettingsError) as caught:
        MatchSettings(user_agent="x" * 1_000_000)
    assert len(str(caught.value)) < 1000


def test_thresholds_in_the_wrong_order_are_refused():
    """A person cannot be asked only where we are surer than where we do not ask."""
    with pytest.raises(SettingsError, match="review_confidence"):
        MatchSettings(accept_confidence=0.5, review_confidence=0.9)


def test_settings_are_frozen():
    """Settings are frozen: nothing changes them under a run."""
    settings = MatchSettings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.max_queries = 3
    assert hash(settings) == hash(MatchSettings())
    assert settings.model_copy(update={"max_queries": 3}) != settings


def test_no_pace_is_a_setting():
    """`requests_per_second`: `None` is unpaced."""
    assert MatchSettings(requests_per_second=None).requests_per_second is None


def test_a_base_url_loses_its_last_stroke():
    """`base_url` is where paths are put behind: a stroke at its end is none too many."""
    assert MatchSettings(base_url="http://127.0.0.1:8000/").base_url == "http://127.0.0.1:8000"


CHANGED = MatchSettings(
    base_url="http://127.0.0.1:8000",
    accept_confidence=0.9,
    wanted_fields=("preview_url", "isrc"),
    requests_per_second=None,
    async_io=AsyncSettings(enabled=True, retry_attempts=1),
)


@pytest.mark.parametrize("settings", [MatchSettings(), CHANGED], ids=["defaults", "changed"])
def test_saved_settings_load_as_they_were(tmp_path, settings):
    """`load(path)` and `save(path)` are a round trip, by text or by path; what is not chosen but
    names this version is left out."""
    file = tmp_path / "settings.json"
    settings.save(file)
    assert MatchSettings.load(file) == settings == MatchSettings.load(str(file))
    written = set(json.loads(file.read_text("utf-8")))
    left_out = {"user_agent", "access_token"}
    assert written == MatchSettings.model_fields.keys() - left_out | {"version"}


def test_what_a_file_leaves_out_has_its_default(tmp_path):
    """What the file leaves out has its default."""
    file = tmp_path / "settings.json"
    file.write_text('{"async_io": {"enabled": true}}', "utf-8")
    assert MatchSettings.load(file) == MatchSettings(async_io=AsyncSettings(enabled=True))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"max_queries": 0}', "max_queries"), ('{"max_querys": 1}', "max_querys"),
        ('{"async_io": {"retry_attempts": 99}}', "retry_attempts"), ("{", "not JSON"),
        ("", "not JSON"),
        ("\xff\xfe", "not JSON"), ("[]", "object"), ("null", "object"), ('"x"', "object"),
        ('{"max_queries": NaN}', "max_queries"), ('{"async_io": null}', "async_io"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_name_and_the_place(tmp_path, text, place):
    """Each error of `load` is a `SettingsError` whose text names the file and the place."""
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
def test_a_file_that_cannot_be_opened_is_named(tmp_path, name):
    """A missing file or a folder: one sentence that names it, for reading and for writing."""
    place = tmp_path / name
    with pytest.raises(SettingsError, match="cannot be read"):
        MatchSettings.load(place)
    target = place if place.is_dir() else place / "deeper"
    with pytest.raises(SettingsError, match="cannot be written"):
        MatchSettings().save(target)
