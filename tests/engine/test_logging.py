"""The log: requests at DEBUG, runs at INFO, and no private data."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from modes import EXACT_SEARCH, MODES, Mode, Name, with_attempts

from beatport_match.testing import FakeBeatport, always, first

TRACKS = ["Kestrel Dobbs - Borrowed Umbrella", "Corvane - Paper Satellites"]
pytestmark = pytest.mark.usefixtures("skipped_waits")
every_mode = pytest.mark.parametrize("name", MODES)


def lines(caplog: pytest.LogCaptureFixture, level: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == level]


@every_mode
def test_each_sent_request_is_a_debug_line(
    name: Name, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    with caplog.at_level(logging.DEBUG, "beatport_match"):
        Mode(name).call("match_playlist", TRACKS, transport=fake.transport())
    sent = [line for line in lines(caplog, "DEBUG") if " sent: " in line]
    assert len(sent) == len(fake.requests)
    assert all(
        re.fullmatch(r"www\.beatport\.com: \w+ sent: 200 after \d+\.\d{3} s", x) for x in sent
    )
    assert capfd.readouterr() == ("", "")


@every_mode
def test_a_retry_and_a_failed_query_are_debug_lines(
    name: Name, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeBeatport(**EXACT_SEARCH, faults=always("unavailable"))
    settings = with_attempts(2, max_queries=1)
    with caplog.at_level(logging.DEBUG, "beatport_match"):
        Mode(name).call("match_track", TRACKS[0], transport=fake.transport(), settings=settings)
    first_sent, retry, second_sent, failed = lines(caplog, "DEBUG")
    assert " sent: 503 " in first_sent
    assert " sent: 503 " in second_sent
    assert lines(caplog, "INFO") == []
    pattern = r"www\.beatport\.com: artist_title failed \(503\); retry in \d\.\d s"
    assert re.fullmatch(pattern, retry)
    assert failed == "www.beatport.com: artist_title failed (status) after 2 requests"


@every_mode
def test_an_answer_from_the_cache_is_a_debug_line(
    name: Name, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    fake = FakeBeatport(**EXACT_SEARCH)
    settings = with_attempts(cache_path=tmp_path / "answers.cache")
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "beatport_match"):
            Mode(name).call("match_track", TRACKS[0], transport=fake.transport(), settings=settings)
    assert set(lines(caplog, "DEBUG")) == {"www.beatport.com: artist_title served from the cache"}


@every_mode
@pytest.mark.parametrize("method", ["match_playlist", "iter_matches"])
def test_a_run_is_one_info_line(name: Name, method: str, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(1, "challenge"))
    with caplog.at_level(logging.INFO, "beatport_match"):
        Mode(name).call(method, TRACKS, transport=fake.transport())
    (line,) = lines(caplog, "INFO")
    mode = "sync" if name == "sync" else "async"
    assert re.fullmatch(
        rf"{mode} run: 2 tracks \(0 from the journal\) in \d\.\d s with 2 requests: "
        "1 matched, 0 review, 0 not_found, 1 failed",
        line,
    )


@every_mode
def test_no_line_holds_a_title_an_artist_or_a_path(
    name: Name, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    fake = FakeBeatport(**EXACT_SEARCH, faults=first(2, "unavailable"))
    settings = with_attempts(2, cache_path=tmp_path / "answers.cache")
    with caplog.at_level(logging.DEBUG, "beatport_match"):
        Mode(name).call("match_playlist", TRACKS, transport=fake.transport(), settings=settings)
    text = " ".join(record.getMessage() for record in caplog.records).casefold()
    words = {word.casefold() for track in TRACKS for word in re.findall(r"\w+", track)}
    assert not [word for word in words if re.search(rf"\b{word}\b", text)]
    assert str(tmp_path) not in text
    assert "http" not in text
