"""The answers of an earlier run, found by comparing tracks. This module opens no file.

At the next run, the library or the tags often have the key, label and other fields of an answer.
Such a track is still the same one, so its answer is used, as a decision would be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from beatport_match.matching.decided import is_about
from beatport_match.matching.match import Match
from beatport_match.model.decisions import Decision
from beatport_match.model.tracks import Track

# The comparison uses neither of them.
_AT, _BY = datetime(2001, 1, 1, tzinfo=UTC), "an earlier run"


class EarlierAnswers:
    """The answers of an earlier run.

    Args:
        matches: Its matches; those without an answer are left out.
    """

    def __init__(self, matches: Iterable[Match]) -> None:
        self._by_track: dict[Track, Match] = {}
        # Neither `enrich` nor `tag` changes these fields.
        self._matched: dict[tuple[object, ...], list[Match]] = {}
        for match in matches:
            if match.outcome == "failed" or match.stopped == "stopped":
                continue
            self._by_track[match.track] = match
            if match.accepted:
                self._matched.setdefault(_entry(match.track), []).append(match)

    def about(self, track: Track) -> Match | None:
        """Return the answer about a track, with the track as it is now; `None` if there is none.

        A match is also used if fields were added that agree with it. The track of any other answer
        must be unchanged, because added fields may help to find it.
        """
        if (match := self._by_track.get(track)) is not None:
            return match
        for match in self._matched.get(_entry(track), ()):
            assert match.best is not None
            found = match.best.candidate
            as_decision = Decision(
                verdict="accepted", track=match.track, candidate=found, by=_BY, at=_AT
            )
            if is_about(as_decision, track):
                return replace(match, track=track)
        return None


def _entry(track: Track) -> tuple[object, ...]:
    return track.title, track.artists, track.file, track.id
