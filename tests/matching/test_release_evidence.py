"""Evidence of folders and albums: most other tracks are on one release."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modes import EXACT_SEARCH, Mode
from tables import each_row

from beatport_match import Candidate, Match, MatchSettings, Track, rank
from beatport_match.matching.release_evidence import with_release_evidence
from beatport_match.scoring.confidence import outcome_of
from beatport_match.testing import CatalogueTrack, FakeBeatport

SETTINGS = MatchSettings()
WORDS = "Amber Birch Cedar Dune Ember Fjord Grove Heath Inlet Juniper".split()


def sold(number: int, name: str, release: str | None = "Ten Trees", **fields: object) -> Candidate:
    values = {"label": "Quay", "length_s": 300.0, "mix_name": "Original Mix", **fields}
    return Candidate(id=number, name=name, artists=("Ana Holm",), release=release, **values)  # type: ignore[arg-type]


def judged(track: Track, *candidates: Candidate) -> Match:
    ranked = rank(track, candidates)
    outcome = outcome_of(ranked, SETTINGS)
    return Match(
        track=track,
        outcome=outcome,
        best=ranked[0] if outcome in {"matched", "review"} else None,
        candidates=ranked,
        confidence=ranked[0].confidence if ranked else 0.0,
        queries=(),
        failures=(),
        stopped="exhausted",
    )


def siblings(count: int = 9, folder: str = "/music/trees", **fields: object) -> list[Match]:
    """Accepted tracks of one release in one folder."""
    return [
        judged(
            Track(word, "Ana Holm", duration_s=300, file=f"{folder}/{word}.mp3"),
            sold(number, word, **fields),  # type: ignore[arg-type]
        )
        for number, word in enumerate(WORDS[:count], start=1)
    ]


def doubtful(*more: Candidate, file: str = "/music/trees/10.mp3", title: str = "Junipar") -> Match:
    """A track whose title of one word differs by a letter, and whose length is unknown."""
    return judged(Track(title, "Ana Holm", file=file), sold(10, "Juniper"), *more)


def last(matches: Sequence[Match]) -> Match:
    return with_release_evidence(matches, SETTINGS)[-1]


def test_release_of_the_other_tracks_makes_a_doubtful_title_likelier() -> None:
    before = doubtful()
    assert (before.outcome, before.confidence) == ("review", 0.75)
    match = last([*siblings(), before])
    assert (match.outcome, match.best and match.best.id) == ("matched", 10)
    assert 0.9 < match.confidence < 0.95
    assert match.best
    assert match.best.reject_reason is None
    (line,) = (one for one in match.candidates[0].evidence if one.name == "release")
    assert (line.code, line.catalogue) == ("siblings", "Ten Trees")
    assert line.note == "9 of the 9 other tracks of the folder are on it"
    assert sum(one.effect for one in match.candidates[0].evidence) == pytest.approx(
        match.candidates[0].score
    )


def test_release_counts_once_in_the_results_of_an_earlier_run() -> None:
    """`missing_only` takes matches from a results file, and adds the evidence of the new run."""
    strict = MatchSettings(accept_confidence=0.99)
    once = with_release_evidence([*siblings(), doubtful()], strict)
    assert once[-1].outcome == "review"
    assert with_release_evidence(once, strict) == once


def test_unknown_case_of_another_version_gets_no_evidence() -> None:
    before = doubtful()
    (scored,) = before.candidates
    line = replace(scored.evidence[0], code="of_another_version")
    other = replace(before, candidates=(replace(scored, evidence=(line,)),))
    assert last([*siblings(), other]) is other


def test_album_tag_counts_like_a_folder() -> None:
    tracks = [
        replace(one, track=replace(one.track, file=None, album="Ten trees"))
        for one in (*siblings(), doubtful())
    ]
    match = last(tracks)
    assert match.matched
    assert "of the album are on it" in match.candidates[0].evidence[-1].note


@each_row(
    "matches",
    [
        [*siblings(3), doubtful()],
        [*siblings(6), *siblings(3, release="Other"), doubtful()],
        [*siblings(label="Another Label"), doubtful()],
        [*siblings(release=None), doubtful()],
        [*siblings(folder="/music/other"), doubtful()],
        [*siblings(), doubtful(file="")],
    ],
)
def test_without_a_common_release_nothing_changes(matches: list[Match]) -> None:
    assert with_release_evidence(matches, SETTINGS) == tuple(matches)


def test_two_versions_of_the_title_on_the_release_stay_in_review() -> None:
    other = sold(11, "Juniper", mix_name="Tor Remix", remixers=("Tor",))
    assert last([*siblings(), doubtful(other)]).outcome == "review"


@each_row(
    "track",
    [
        Track("Juniper [Slowed]", "Ana Holm", file="/music/trees/10.mp3", duration_s=300),
        Track("Juniper", "Ana Holm", file="/music/trees/10.mp3", duration_s=320),
        Track("Juniper (Remix)", "Ana Holm", file="/music/trees/10.mp3"),
        Track("Other Name Entirely", "Ana Holm", file="/music/trees/10.mp3"),
    ],
)
def test_release_alone_accepts_nothing(track: Track) -> None:
    """It is no evidence for a version or a length, or for unexplained text."""
    before = judged(track, sold(10, "Juniper"))
    assert not before.matched
    assert last([*siblings(), before]) == before


def test_candidate_on_the_release_becomes_the_best_one() -> None:
    """Of two recordings that fit equally well, the one on the release of the folder is likelier."""
    elsewhere = sold(20, "Juniper", release="Elsewhere", length_s=410.0)
    before = judged(
        Track("Juniper", "Ana Holm", file="/music/trees/10.mp3", key="Am"),
        replace(sold(10, "Juniper"), release_date="2020-01-01"),
        replace(elsewhere, release_date="2010-01-01"),
    )
    assert [one.id for one in before.candidates] == [20, 10]
    after = last([*siblings(), before])
    assert after.candidates[0].id == 10
    assert [one.confidence for one in after.candidates] == sorted(
        (one.confidence for one in after.candidates), reverse=True
    )


def test_accepted_failed_and_picked_matches_stay() -> None:
    failed = replace(doubtful(), outcome="failed", best=None)
    picked = doubtful().pick(doubtful().candidates[0])
    matches = [*siblings(), failed, picked]
    assert with_release_evidence(matches, SETTINGS) == tuple(matches)


@given(seed=st.integers(0, 10_000), count=st.integers(0, 9))
def test_order_of_the_tracks_does_not_matter(seed: int, count: int) -> None:
    matches = [*siblings(count), doubtful(), doubtful(file="/music/trees/11.mp3")]
    shuffled = random.Random(seed).sample(matches, len(matches))
    expected = dict(zip(map(id, matches), with_release_evidence(matches, SETTINGS), strict=True))
    found = dict(zip(map(id, shuffled), with_release_evidence(shuffled, SETTINGS), strict=True))
    assert found == expected


def test_playlist_run_uses_it_and_its_metrics_agree() -> None:
    rows = [
        CatalogueTrack(
            id=number,
            name=word,
            mix_name="Original Mix",
            artists=("Ana Holm",),
            remixers=(),
            label="Quay",
            release="Ten Trees",
            release_date="2020-02-02",
            bpm=124,
            key="G Major",
            genre="House",
            sub_genre=None,
            length_ms=300_000,
            isrc=f"XXAA120000{number:02}",
            catalog_number="A1",
        )
        for number, word in enumerate(WORDS, start=1)
    ]
    fake = FakeBeatport(rows, **EXACT_SEARCH)
    tracks = [one.track for one in siblings()]
    mistyped = Track("Junipar", "Ana Holm", file="/music/trees/10.mp3")
    run = Mode("sync").call("match_playlist", [*tracks, mistyped], transport=fake.transport())
    match = run.matches[-1]
    assert (match.outcome, match.metrics.outcome, match.metrics.match_found) == (
        "matched",
        "matched",
        True,
    )
    assert run.metrics.aggregate_stats.match_rate == 100.0
