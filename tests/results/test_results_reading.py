"""A results file can be read again, and a wrong one is rejected in one sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modes import EXACT_SEARCH, Mode, with_attempts

from beatport_match import DecidedBy, MisuseError, PlaylistMatch, ResultsFileError, Track, results
from beatport_match.testing import FakeBeatport


@pytest.fixture(scope="module")
def found() -> PlaylistMatch:
    """Tracks of each outcome, and one whose file name holds bytes that are not text."""
    fake = FakeBeatport(
        **EXACT_SEARCH, faults=lambda _index, target: "reset" if "Broken" in target else None
    )
    tracks = [
        Track("Candle Tax", file="/music/\udcff candle.mp3", duration_s=346),
        Track("Lido in Winter", ["A", "B"]),
        Track("No Such Thing Anywhere \udc80"),
        Track("Broken Song"),
    ]
    return Mode("sync").call(
        "match_playlist", tracks, transport=fake.transport(), settings=with_attempts()
    )


def written(result: PlaylistMatch, folder: Path) -> Path:
    result.to_json(folder / "run.json")
    return folder / "run.json"


def test_the_decision_about_a_match_is_read_again(found: PlaylistMatch, tmp_path: Path) -> None:
    first, *others = found.matches
    decided_by = DecidedBy("my rule", datetime(2026, 2, 3, 12, 30, tzinfo=UTC))
    decided = replace(first, decided_by=decided_by, stopped="decided", rejected=first.candidates)
    result = found.with_matches([decided, *others])
    assert result.metrics == found.metrics
    read = PlaylistMatch.from_json(written(result, tmp_path)).matches[0]
    assert (read.decided_by, read.rejected, read.stopped) == (
        decided_by,
        first.candidates,
        "decided",
    )


def test_other_matches_must_be_matches(found: PlaylistMatch) -> None:
    with pytest.raises(MisuseError, match=r"matches must be several matches"):
        found.with_matches(["Artist - Title"])  # type: ignore[list-item]


def saved(document: object, folder: Path) -> Path:
    path = folder / "changed.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def rejection(path: Path) -> str:
    with pytest.raises(ResultsFileError) as caught:
        PlaylistMatch.from_json(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_results_that_are_read_equal_the_written_ones(found: PlaylistMatch, tmp_path: Path) -> None:
    """Texts with surrogates are kept in the track and replaced elsewhere."""
    result = PlaylistMatch.from_json(written(found, tmp_path))
    first, *_ = result.matches
    assert [match.track for match in result.matches] == [match.track for match in found.matches]
    assert [match.outcome for match in result.matches] == [match.outcome for match in found.matches]
    expected = [replace(match, candidates_weighed=0, metrics=None) for match in found.matches]
    assert (result.matches[0], result.matches[1]) == (expected[0], expected[1])
    assert first.best is first.candidates[0]
    assert result.metrics.session_info.total_tracks == 4
    assert [first.explain(), result.requests] == [found.matches[0].explain(), found.requests]


def test_results_survive_a_second_writing(found: PlaylistMatch, tmp_path: Path) -> None:
    first = PlaylistMatch.from_json(written(found, tmp_path))
    assert PlaylistMatch.from_json(written(first, tmp_path)) == first


def test_unknown_and_missing_optional_fields_are_accepted(
    found: PlaylistMatch, tmp_path: Path
) -> None:
    """Files of an earlier version lack the newer fields; files of a later one have more."""
    document = found.document()
    for match in document["matches"]:
        del match["picked"], match["degraded"]
        match["later"] = {"any": "thing"}
        for candidate in match["candidates"]:
            del candidate["doubts"], candidate["rerelease"]
    result = PlaylistMatch.from_json(saved(document, tmp_path))
    assert [match.best and match.best.id for match in result.matches] == [
        match.best and match.best.id for match in found.matches
    ]


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ((), [], "is not a results file"),
        (("matches",), {}, "is not a results file"),
        (("version",), "9.0", "newer beatport_match: update it, or run `playlist --out` again."),
        (("version",), "1.10", "newer beatport_match: update it, or run `playlist --out` again."),
        (("version",), "0.9", "but only '1.0' and '1.1' can be read; run `playlist --out` again."),
        (("version",), None, "but only '1.0' and '1.1' can be read; run `playlist --out` again."),
        (("matches", 1), 7, "matches[1] has no track"),
        (("matches", 1, "track", "title"), " ", "matches[1] is wrong: "),
        (("matches", 1, "track"), {}, "matches[1] is wrong: Track.title must not be blank"),
        (("matches", 1, "track", "colour"), 1, "Track has no field 'colour'"),
        (("matches", 0, "outcome"), "sold", "matches[0].outcome is wrong: "),
        (("matches", 0, "best_id"), 4, "matches[0].best_id is not one of its candidates"),
        (("matches", 0, "confidence"), "high", "matches[0].confidence is wrong: "),
        # `review` would write them as NaN and Infinity, and the file could not be read again.
        (("matches", 0, "confidence"), "NaN", "matches[0].confidence is wrong: "),
        (("matches", 0, "candidates", 0, "score"), "inf", "candidates.0.score is wrong: "),
        (("matches", 0, "candidates", 0, "candidate", "bpm"), "inf", "candidate.bpm is wrong: "),
        (("matches", 0, "candidates", 0, "candidate", "id"), [], "candidates.0.candidate.id"),
        (("metrics",), None, "metrics or problems is wrong"),
        (("problems",), [4], "metrics or problems.0 is wrong"),
    ],
)
def test_wrong_value_is_named(
    found: PlaylistMatch, place: tuple[str | int, ...], value: object, says: str, tmp_path: Path
) -> None:
    document: Any = found.document()
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    if place:
        inner[place[-1]] = value
    else:
        document = value
    assert says in rejection(saved(document, tmp_path))


def test_a_file_of_version_1_0_names_the_best_candidate_by_its_number(
    found: PlaylistMatch, tmp_path: Path
) -> None:
    document: Any = found.document()
    document["version"] = "1.0"
    for match in document["matches"]:
        match["best"] = match.pop("best_id")
        del match["decided_by"], match["rejected"]
    read = PlaylistMatch.from_json(saved(document, tmp_path))
    assert read.matches[0].best
    assert [match.best for match in read.matches] == [match.best for match in found.matches]
    document["matches"][0]["best"] = 4
    assert "matches[0].best is not one of" in rejection(saved(document, tmp_path))


def test_file_that_is_not_json_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    assert "cannot be read" in rejection(path)
    assert "is a folder" in rejection(tmp_path)
    for text in ("", "{", '{"version": NaN}', "[" * 100_000):
        path.write_text(text)
        assert "is not a complete JSON document" in rejection(path)
    monkeypatch.setattr(results, "MAX_RESULTS_BYTES", 3)
    path.write_text("{}  ")
    assert "it is larger than 3 bytes" in rejection(path)


@given(data=st.data())
def test_any_changed_value_gives_results_or_the_documented_error(
    found: PlaylistMatch, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    document: Any = json.loads(json.dumps(found.document()))
    inner = document
    while True:
        key = data.draw(
            st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner)))
        )
        if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = data.draw(st.sampled_from([None, -1, 1e300, "x", "\ud800", [], {}, [[]], True]))
    path = saved(document, tmp_path_factory.getbasetemp())
    with suppress(ResultsFileError):
        PlaylistMatch.from_json(path)
