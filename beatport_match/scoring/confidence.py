"""Rank scored candidates: order, confidence and outcome.

`confidence` is the probability that a candidate is the recording the DJ has. It is a logistic
regression over the cases of the evidence list and over the other candidates; `coefficients` holds
its weights. A contradiction or a doubtful case limits the confidence, regardless of the weights.

The order of the candidates as given never changes the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from beatport_match.errors import require_several, wrong_argument
from beatport_match.model.evidence import MatchOutcome, Relation, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.parsed_track import ParsedTrack, is_compilation
from beatport_match.parsing.word_frequency import information_weight
from beatport_match.scoring import cases
from beatport_match.scoring.cases import CASES, Case
from beatport_match.scoring.coefficients import CONSTANT, WEIGHTS
from beatport_match.scoring.scorer import ScoreDetail, compare_bpm, length_gap, score_candidates
from beatport_match.settings.models import MatchSettings, settings_or_default

# No candidate is more certain than this; a contradiction allows only a low confidence.
MAX_CONFIDENCE_OF_RELATION: dict[Relation, float] = {
    "same_recording": 0.999,
    "other_version": 0.30,
    "different": 0.05,
}
# A trusted identifier is a proof: it gives at least this confidence, and no cap of a case applies.
MIN_PROVEN_CONFIDENCE = 0.99
# Fails here if a weight is for a case that is not in the table.
_WEIGHTS = {CASES[name]: weight for name, weight in WEIGHTS.items()}
# Difference in points between two recordings: below the first, they fit equally well; up to the
# second, one fits nearly as well.
_MIN_CLEAR_GAP_POINTS = 1.0
_MAX_NEAR_GAP_POINTS = 4.0
# (minimum information weight of the title's words, case)
_RARITIES = ((2.0, cases.LONE_RARE), (1.0, cases.LONE_USUAL), (-math.inf, cases.LONE_COMMON))
# Releases of one recording differ in length by a rounding or a fade. A larger difference means
# another edit. If one release credits more artists than the other, less difference is accepted.
_MAX_SAME_CREDIT_GAP_S = 15.0
_MAX_OTHER_CREDIT_GAP_S = 3.0


def rank(track: Track, candidates: Iterable[Candidate]) -> tuple[ScoredCandidate, ...]:
    """Score candidates against a track and sort them, best first.

    The function is pure: it uses no network and no global state. The order of the candidates does
    not change the result. Two candidates with the same `id` count once.

    The relation decides first, then the score. Several releases of one recording are sorted like
    this: first the release that agrees with more of the track's tags (album, label, year); then the
        one whose version has the same wording as the track's; then an original release before a
        compilation or a re-issue, recognised by the words of its name; then the earliest release.

    Args:
        track: The local track.
        candidates: The tracks on Beatport to compare it with; any iterable.

    Returns:
        One scored candidate for each different `id`; empty if there are no candidates. No candidate
        has a higher confidence than the first one.

    Raises:
        MisuseError: `track` is not a `Track`, or an entry of `candidates` is not a `Candidate`.

    Example:
        ```python
        with Matcher() as matcher:
            candidates = matcher.search_tracks("olvarin undertow")
        rank(Track("Undertow", "Olvarin"), candidates)[0].relation
        # 'same_recording'
        ```
    """
    if not isinstance(track, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("the track", track, "a Track", "for a text, use Track.from_text(text)")
    require_several("candidates", candidates, "candidates", "such as a list")
    candidates = tuple(candidates)
    for candidate in candidates:
        if not isinstance(candidate, Candidate):  # pyright: ignore[reportUnnecessaryIsInstance]
            remedy = "Matcher.search_tracks returns candidates"
            raise wrong_argument("a candidate", candidate, "a Candidate", remedy)
    return rank_scored(score_all(track, candidates))


def rank_scored(
    details: Sequence[ScoreDetail], limit: int | None = None
) -> tuple[ScoredCandidate, ...]:
    """Compute the confidence of scored candidates, which are sorted best first.

    Only the first `limit` are returned, but all of them count as rivals of the first.
    """
    if not details:
        return ()
    first = details[0]
    rivals = tuple(ranking_cases(details))
    best = _probability(first.relation, (*first.cases, *rivals))
    ranked = [_scored(first, best)]
    for detail in details[1:limit]:
        comparable = first.relation != "different" and detail.relation == first.relation
        if rerelease := comparable and is_same_recording(first, detail):
            # Another release of the first recording: its own evidence, with the first one's rivals.
            probability = min(best, _probability(detail.relation, (*detail.cases, *rivals)))
        else:
            # An alternative to the first: at most as probable as the first, and as the rest.
            probability = min(best, 1.0 - best, _probability(detail.relation, detail.cases))
        ranked.append(_scored(detail, probability, rerelease=rerelease))
    return tuple(ranked)


def score_all(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Score each candidate once and sort the candidates, best first."""
    unique: dict[int, Candidate] = {}
    for candidate in candidates:
        previous = unique.setdefault(candidate.id, candidate)
        if previous is not candidate and previous != candidate:
            # If two rows have the same id, the choice must not depend on which one came first.
            unique[candidate.id] = max(previous, candidate, key=repr)
    return sort_best_first(score_candidates(track, unique.values()))


def sort_best_first(details: Iterable[ScoreDetail]) -> list[ScoreDetail]:
    """Sort scored candidates, best first, in any order of the input."""
    return sorted(details, key=_best_first)


def ranking_cases(details: Sequence[ScoreDetail]) -> Iterator[Case]:
    """Yield the cases of the first candidate that are not in its evidence list.

    Other recordings may fit about as well. If the track has no artist, it counts how rare the title
    is, and what else agrees.
    """
    best = details[0]
    rivals = [
        detail
        for detail in details[1:]
        if detail.relation == best.relation == "same_recording"
        and not is_same_recording(best, detail)
    ]
    close = sum(
        best.raw - rival.raw < _MIN_CLEAR_GAP_POINTS or _has_better_length(rival, best)
        for rival in rivals
    )
    if close:
        yield cases.RIVALS_CLOSE if close == 1 else cases.RIVALS_CROWD
    elif any(best.raw - rival.raw <= _MAX_NEAR_GAP_POINTS for rival in rivals):
        yield cases.RIVALS_NEAR
    isrc = best.local.isrc
    if cases.ISRC_OTHER in best.cases and any(one.other.isrc == isrc for one in details[1:]):
        yield cases.RIVALS_ISRC
    if cases.ARTISTS_UNKNOWN in best.cases:
        information = information_weight(best.other.base.split())
        yield next(case for minimum, case in _RARITIES if information >= minimum)
        if {*best.cases} >= cases.LENGTH_AND_TEMPO:
            yield cases.LONE_VOUCHED


def is_match(scored: ScoredCandidate, settings: MatchSettings | None = None) -> bool:
    """Return whether a candidate that `rank` returned is accepted without review.

    It is the rule of `match_track`, for programs that have their own candidates. Use it for the
    first candidate, because no other one is more likely.

    Args:
        scored: A candidate that `rank` returned.
        settings: The settings with `accept_confidence`. Default: `MatchSettings()`.

    Returns:
        Whether the relation is `same_recording`, the confidence at least `accept_confidence`, and
        the candidate has artists and a version.

    Raises:
        SettingsError: `settings` is not a `MatchSettings`.
        MisuseError: `scored` is not a `ScoredCandidate`.

    Example:
        ```python
        ranked = rank(track, [one.candidate for one in match.candidates])
        is_match(ranked[0])
        # False
        ```
    """
    if not isinstance(scored, ScoredCandidate):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("scored", scored, "a ScoredCandidate", "rank returns them")
    settings = settings_or_default(settings)
    accepted = scored.confidence >= settings.accept_confidence and not scored.candidate.is_partial
    return scored.relation == "same_recording" and accepted


def outcome_of(ranked: tuple[ScoredCandidate, ...], settings: MatchSettings) -> MatchOutcome:
    """Return the outcome for ranked candidates, if no fault prevented a query."""
    if not ranked or ranked[0].relation == "different":
        return "not_found"
    best = ranked[0]
    if is_match(best, settings):
        return "matched"
    if best.relation == "other_version":
        # Another version is on sale. It is useful to DJs who only want genre and label.
        return "review"
    return "review" if best.confidence >= settings.review_confidence else "not_found"


def is_same_recording(one: ScoreDetail, other: ScoreDetail) -> bool:
    """Return whether two candidates are releases of one recording, according to Beatport's data."""
    mine, theirs = one.other, other.other
    if mine.isrc and mine.isrc == theirs.isrc:
        return True
    if mine.compact != theirs.compact or mine.version.key != theirs.version.key:
        return False
    if mine.remixer_words and theirs.remixer_words and mine.remixer_words != theirs.remixer_words:
        return False
    tempi = one.candidate.bpm, other.candidate.bpm
    if tempi[0] and tempi[1] and compare_bpm(tempi[0], tempi[1]).case is cases.BPM_OTHER:
        return False
    gap = length_gap(one.candidate.length_s, other.candidate.length_s)
    if mine.artist_words == theirs.artist_words:
        return gap is None or gap <= _MAX_SAME_CREDIT_GAP_S
    nested = mine.artist_words <= theirs.artist_words or theirs.artist_words <= mine.artist_words
    return nested and (gap is None or gap <= _MAX_OTHER_CREDIT_GAP_S)


def _has_better_length(rival: ScoreDetail, best: ScoreDetail) -> bool:
    """Return whether the rival's length agrees, while the length of the best one is unknown."""
    if best.raw - rival.raw > _MAX_NEAR_GAP_POINTS or cases.LENGTH_WITHIN_2 not in rival.cases:
        return False
    return length_gap(best.track.duration_s, best.candidate.length_s) is None


def _scored(detail: ScoreDetail, probability: float, *, rerelease: bool = False) -> ScoredCandidate:
    """Make the public value of a scored candidate."""
    cases_ = detail.cases
    limiting = () if any(case.proves for case in cases_) else _limiting(cases_)
    if detail.relation == "other_version":
        deciding = tuple(case for case in cases_ if case.contradicts == "version")
        limiting = (*deciding, *(case for case in limiting if case not in deciding))
    notes = {finding.case: finding.note for finding in detail.findings} if limiting else {}
    return ScoredCandidate(
        candidate=detail.candidate,
        score=detail.score,
        confidence=round(probability, 4),
        relation=detail.relation,
        evidence=detail.evidence,
        rerelease=rerelease,
        doubts=tuple([notes[case] for case in limiting]),
        title_similarity=_similarity(detail.local.base, detail.other.base),
        artist_similarity=_artist_similarity(detail.local, detail.other),
    )


def _artist_similarity(local: ParsedTrack, other: ParsedTrack) -> float | None:
    if not local.artist_words or not other.artist_words:
        return None
    if local.artist_words == other.artist_words:
        return 100.0
    return _similarity(" ".join(sorted(local.artist_words)), " ".join(sorted(other.artist_words)))


def _similarity(mine: str, theirs: str) -> float:
    """Return the similarity of the letters of two folded texts, 0-100."""
    return round(ratio(mine, theirs), 1)


@lru_cache(maxsize=4096)
def _probability(relation: Relation, found: tuple[Case, ...]) -> float:
    """Compute the probability from the cases.

    It is cached, because different tracks mostly have one of a few combinations of cases.
    """
    maximum = MAX_CONFIDENCE_OF_RELATION[relation]
    # math.fsum gives exactly the same sum in any order of the cases.
    odds = CONSTANT + math.fsum(_WEIGHTS.get(case, 0.0) for case in found)
    probability = 1 / (1 + math.exp(-odds))
    if any(case.proves for case in found) and cases.PAGE_PARTIAL not in found:
        return min(maximum, max(MIN_PROVEN_CONFIDENCE, probability))
    floor = max((case.floor for case in found), default=0.0)
    return min(maximum, max(floor, probability), *(case.cap for case in _limiting(found)))


@lru_cache(maxsize=4096)
def _limiting(found: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return the cases whose cap applies, the lowest first."""
    limiting = [
        case
        for case in found
        if case.cap < 1.0 and not any(facts <= {*found} for facts in case.unless)
    ]
    return tuple(sorted(limiting, key=lambda case: case.cap))


def _best_first(detail: ScoreDetail) -> tuple[int, float, bool, bool, str, int]:
    """Return the sort key: relation, points, wording, and then the release."""
    candidate = detail.candidate
    return (
        *detail.order,
        detail.local.version.folded != detail.other.version.folded,
        is_compilation(candidate.release),
        candidate.release_date or "9999",
        candidate.id,
    )
