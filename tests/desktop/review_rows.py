"""Matches and rows for the tests of the desktop example."""

from __future__ import annotations

from review import Review

from beatport_match import Candidate, Failure, Match, Track, rank

MIXES = ("Original Mix", "Extended Mix", "Radio Edit")
TRACK = Track("Paper <b>Satellites</b>", "Corvane", duration_s=372, album="Harbour EP")


def make_match(outcome: str = "review", **fields: object) -> Match:
    candidates = [
        Candidate(
            id=number,
            name="Paper <b>Satellites</b>",
            mix_name=mix,
            artists=("Corvane",),
            label="Zinc & Theatre",
            release="Harbour EP",
            release_date="2020-02-14",
            bpm=124.5,
            key="A Minor",
            camelot="8A",
            length_s=372.0,
        )
        for number, mix in enumerate(MIXES, 1)
    ]
    scored = tuple(rank(TRACK, candidates))
    values = {
        "track": TRACK,
        "outcome": outcome,
        "best": scored[0] if outcome in ("matched", "review") else None,
        "candidates": scored,
        "confidence": scored[0].confidence,
        "queries": (),
        "failures": (Failure("timeout", "no answer within 30 s"),) * (outcome == "failed"),
        "stopped": "exhausted",
    }
    return Match(**{**values, **fields})


def make_review(*matches: Match) -> Review:
    review = Review()
    review.begin([TRACK] * len(matches), ())
    review.put(enumerate(matches))
    return review
