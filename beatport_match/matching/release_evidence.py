"""Evidence for a doubtful match from the other tracks of its folder or album.

If nearly all other tracks of a folder are accepted and are on one release, a candidate on that
release is more likely. This evidence is added after all tracks are matched, so the order of the
tracks, a resumed run and a stream change nothing. It is used only for tracks that are not accepted
without it. A folder of mixed origin has no such release.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from beatport_match.matching.match import Match
from beatport_match.model.evidence import Evidence, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.normalize import fold
from beatport_match.scoring import cases
from beatport_match.scoring.cases import CASES, Finding
from beatport_match.scoring.confidence import MAX_CONFIDENCE_OF_RELATION, outcome_of
from beatport_match.scoring.rejection import with_reject_reasons
from beatport_match.settings.models import MatchSettings

# At least this many other tracks must be on the release, and this share of the other tracks.
MIN_SIBLINGS = 4
MIN_RELEASE_SHARE = 0.8
# The odds of a candidate on the release are multiplied by this. A candidate of less than
# `MIN_CONFIDENCE` has too little other evidence: the release alone never makes a match.
ODDS_FACTOR = 4.0
MIN_CONFIDENCE = 0.5
# A release is no evidence for a doubtful version or length, or for unexplained text.
_NAMES = {"title", "artists"}

Release: TypeAlias = tuple[str, str]
"""The folded names of a release and its label."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A folder or an album: its name for people, and the places of its tracks."""

    name: str
    places: list[int]


def with_release_evidence(matches: Sequence[Match], settings: MatchSettings) -> tuple[Match, ...]:
    """Add the evidence of folders and albums to the matches of a run that are not accepted.

    Args:
        matches: All matches of the run, in any order.
        settings: The settings of the run, with the thresholds of the outcomes.

    Returns:
        The matches in the same order. A candidate on the release of its folder has one more line of
        evidence, `release.siblings`, and a higher confidence; its match may now be `matched`.
    """
    result = list(matches)
    for group in _groups(matches):
        others = [matches[place] for place in group.places]
        counts = Counter(release for match in others for release in _releases(match))
        if not counts:
            continue
        release, count = counts.most_common(1)[0]
        for place in group.places:
            match = matches[place]
            is_open = match.outcome in {"review", "not_found"} and result[place] is match
            if is_open and count >= max(MIN_SIBLINGS, MIN_RELEASE_SHARE * (len(others) - 1)):
                finding = cases.RELEASE_SIBLINGS.found(count, len(others) - 1, group.name)
                result[place] = _lifted(match, release, finding, settings)
    return tuple(result)


def _groups(matches: Sequence[Match]) -> Iterator[_Group]:
    """Yield the folders, then the albums, that hold enough tracks."""
    folders: defaultdict[str, list[int]] = defaultdict(list)
    albums: defaultdict[str, list[int]] = defaultdict(list)
    for place, match in enumerate(matches):
        folders[_folder(match.track)].append(place)
        albums[fold(match.track.album or "")].append(place)
    for name, found in (("folder", folders), ("album", albums)):
        for key, places in found.items():
            if key and len(places) > MIN_SIBLINGS:
                yield _Group(name, places)


def _folder(track: Track) -> str:
    return (track.file or "").replace("\\", "/").rpartition("/")[0]


def _releases(match: Match) -> set[Release]:
    """Return all releases of the accepted recording; they count only if it was accepted."""
    if not match.accepted:
        return set()
    found = (match.accepted, *match.rereleases)
    return {release for scored in found if (release := _release(scored.candidate))}


def _release(candidate: Candidate) -> Release | None:
    name = fold(candidate.release or "")
    return (name, fold(candidate.label or "")) if name else None


def _lifted(match: Match, release: Release, finding: Finding, settings: MatchSettings) -> Match:
    """Return the match with more confidence in its candidates on the release."""
    on_release = [
        one
        for one in match.candidates
        if one.relation != "different" and _release(one.candidate) == release
    ]
    # If several versions of the title are on the release, the release cannot distinguish them.
    if len(on_release) != 1 or not _has_own_evidence(on_release[0]):
        return match
    (chosen,) = on_release
    lifted = _with_evidence(chosen, finding)
    others = [
        _as_alternative(one, lifted, chosen, match.candidates[0])
        for one in match.candidates
        if one is not chosen
    ]
    outcome = outcome_of((lifted, *others), settings)
    candidates = with_reject_reasons((lifted, *others), outcome, settings)
    return replace(
        match,
        outcome=outcome,
        best=None if outcome == "not_found" else candidates[0],
        candidates=candidates,
        confidence=lifted.confidence,
    )


def _has_own_evidence(scored: ScoredCandidate) -> bool:
    """Return whether it is the recording, and at most its title or artists are in doubt."""
    if scored.relation != "same_recording" or scored.confidence < MIN_CONFIDENCE:
        return False
    names = {f"{line.name}.{line.code}" for line in scored.evidence if line.code}
    # In results that were read from a file, the release may have counted already, and another
    # version may have found other cases.
    if not names <= CASES.keys() or cases.RELEASE_SIBLINGS.name in names:
        return False
    return {name.partition(".")[0] for name in names if CASES[name].cap < 1} <= _NAMES


def _with_evidence(scored: ScoredCandidate, finding: Finding) -> ScoredCandidate:
    odds = ODDS_FACTOR * scored.confidence / (1 - scored.confidence)
    confidence = min(MAX_CONFIDENCE_OF_RELATION[scored.relation], odds / (1 + odds))
    # A score stays within 0-100.
    points = round(min(finding.points, 100.0 - scored.score), 1)
    name, code = finding.case.name.split(".")
    line = Evidence(name, "", scored.candidate.release or "", points, finding.note, code)
    return replace(
        scored,
        score=round(scored.score + points, 1),
        confidence=round(confidence, 4),
        evidence=(*scored.evidence, line),
        reject_reason=None,
        rerelease=False,
    )


def _as_alternative(
    scored: ScoredCandidate, best: ScoredCandidate, chosen: ScoredCandidate, first: ScoredCandidate
) -> ScoredCandidate:
    """Return another candidate with its confidence beside the new best one, which was `chosen`."""
    if chosen is first:
        is_rerelease = scored.rerelease
    else:
        is_rerelease = chosen.rerelease and (scored is first or scored.rerelease)
    limit = best.confidence if is_rerelease else 1 - best.confidence
    confidence = round(min(scored.confidence, limit), 4)
    return replace(scored, confidence=confidence, rerelease=is_rerelease)
