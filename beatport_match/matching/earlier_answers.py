"""The answers of an earlier run, by what their tracks are. This module opens no file.

The key, label and other fields that an answer gave are often in the library or in the tags by the
next run. Such a track is still the same one, so its answer counts, as a decision would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from beatport_match.matching.decided import is_about
from beatport_match.matching.match import Match
from beatport_match.model.decisions import Decision
from beatport_match.model.tracks import Track

# The comparison reads neither.
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

        A match also counts if fields were added that agree with it. The track of another answer
        must be as it was: what was added may help to find it.
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
