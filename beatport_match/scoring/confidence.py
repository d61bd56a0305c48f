"""Rank scored candidates: order, confidence and outcome.

`confidence` is the probability that a candidate is the recording the DJ has. It is a logistic
regression over the cases of the evidence list and over the other candidates; `coefficients` holds
its weights. A contradiction or a doubtful case limits the confidence, regardless of the weights.

The order of the candidates as given never changes the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from beatport_match.errors import wrong_argument
from beatport_match.model.evidence import MatchOutcome, Relation, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.parsed_track import is_compilation
from beatport_match.parsing.word_frequency import information_weight
from beatport_match.scoring.coefficients import CONSTANT, WEIGHTS
from beatport_match.scoring.scorer import (
    RELATIONS,
    ScoreDetail,
    compare_bpm,
    length_gap,
    score_candidates,
)
from beatport_match.settings.models import MatchSettings

# No candidate is more certain than this; a contradiction allows only a low confidence.
MAX_CONFIDENCE_OF_RELATION: dict[Relation, float] = {
    "same_recording": 0.999,
    "other_version": 0.30,
    "different": 0.05,
}
# No measured rate makes these cases safe: two titles, names or recordings are possible.
MAX_CONFIDENCE_OF_CASE = {
    "title.slip": 0.75,
    "title.order": 0.75,
    "title.one_of": 0.75,
    "title.found": 0.75,
    "artists.slip": 0.75,
    "artists.remixer": 0.75,
    "version.names_slip": 0.75,
    "version.mix_for_remix": 0.85,
    "artists.part": 0.5,
    "title.credited": 0.75,
    "title.noise": 0.75,
    "artists.exchanged": 0.75,
    "bpm.other": 0.75,
    "length.within_30": 0.85,
    "length.within_60": 0.6,
    "length.beyond": 0.4,
    "aside.strange": 0.75,
    "aside.other_label": 0.75,
    "rivals.close": 0.5,
    "rivals.crowd": 0.3,
}
# An equal length lifts the maximum of these cases: it decides between two interpretations or two
# wordings.
_DECIDED_BY_LENGTH = frozenset(
    {
        "aside.other_label",
        "version.mix_for_remix",
        "title.found",
        "title.one_of",
        "title.credited",
        "title.noise",
        "artists.exchanged",
        "artists.remixer",
        "artists.part",
    }
)
# A trusted identifier is a proof: it gives at least this confidence, and no maximum of a case
# applies.
_IDENTIFIER_CASES = frozenset({"isrc.same", "beatport_id.same"})
MIN_PROVEN_CONFIDENCE = 0.99
# A slip is a difference of a few letters: a typo or another word. If length and tempo both agree,
# it is a typo.
_SLIP_CASES = frozenset({"title.slip", "artists.slip", "version.names_slip"})
_LENGTH_AND_TEMPO_AGREE = frozenset({"length.within_2", "bpm.same"})
# Difference in points between two recordings: below the first, they fit equally well; up to the
# second, one fits nearly as well.
_MIN_CLEAR_GAP_POINTS = 1.0
_MAX_NEAR_GAP_POINTS = 4.0
# (minimum information weight of the title's words, case): few titles, or some titles, have these
# words. Below both, the title is `common`.
_RARE = ((2.0, "rare"), (1.0, "usual"))
# Releases of one recording differ in length by a rounding or a fade. A larger difference means
# another edit. If one release credits more artists than the other, less difference is accepted.
_MAX_SAME_CREDIT_GAP_S = 15.0
_MAX_OTHER_CREDIT_GAP_S = 3.0


def rank(track: Track, candidates: Iterable[Candidate]) -> tuple[ScoredCandidate, ...]:
    """Score candidates against a track and sort them, best first.

    The function is pure: it uses no network and no global state. The order of the candidates does
    not change the result. Two candidates with the same `id` count once.

    The relation decides first, then the score. Several releases of one recording are sorted like
    this: first the release that more of the track's tags fit (album, label, year); then the one
    whose version has the same wording as the track's; then an original release before a
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
        `rank(Track("Some Title", "Artist"), search_results)[0].confidence`
    """
    if not isinstance(track, Track):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("the track", track, "a Track", "for a text, use Track.from_text(text)")
    if not isinstance(candidates, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise wrong_argument("candidates", candidates, "several candidates, such as a list")
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
    first, *others = details
    cases = cases_of(details)
    best = _probability(first.relation, cases)
    ranked = [_scored(first, best)]
    for detail in others if limit is None else others[: limit - 1]:
        comparable = first.relation != "different" and detail.relation == first.relation
        if rerelease := comparable and is_same_recording(first, detail):
            # Another release of the first recording: its own evidence, with the first one's rivals.
            shared = set(cases) - set(first.codes)
            probability = min(best, _probability(detail.relation, (*detail.codes, *shared)))
        else:
            # An alternative to the first: at most as probable as the first, and as the rest.
            probability = min(best, 1.0 - best, _probability(detail.relation, detail.codes))
        ranked.append(_scored(detail, probability, rerelease=rerelease))
    return tuple(ranked)


def score_all(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Score every candidate once and sort them, best first."""
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


def cases_of(details: Sequence[ScoreDetail]) -> tuple[str, ...]:
    """Return all cases that decide the confidence of the first candidate: evidence and rivals."""
    best = details[0]
    return (*best.codes, *_rival_cases(details), *_no_artist_cases(best))


def outcome_of(ranked: tuple[ScoredCandidate, ...], settings: MatchSettings) -> MatchOutcome:
    """Return the outcome for ranked candidates, if no fault prevented a query."""
    if not ranked or ranked[0].relation == "different":
        return "not_found"
    best = ranked[0]
    if best.relation == "same_recording":
        if best.confidence >= settings.accept_confidence:
            return "matched"
        return "review" if best.confidence >= settings.review_confidence else "not_found"
    # Another version is on sale. It is useful to DJs who only want genre and label.
    return "review"


def is_same_recording(one: ScoreDetail, other: ScoreDetail) -> bool:
    """Tell whether two candidates are releases of one recording, according to Beatport's data."""
    mine, theirs = one.other, other.other
    if mine.isrc and mine.isrc == theirs.isrc:
        return True
    if mine.base.replace(" ", "") != theirs.base.replace(" ", ""):
        return False
    if mine.version.key != theirs.version.key:
        return False
    if mine.remixer_words and theirs.remixer_words and mine.remixer_words != theirs.remixer_words:
        return False
    tempi = one.candidate.bpm, other.candidate.bpm
    if tempi[0] and tempi[1] and compare_bpm(tempi[0], tempi[1]).code == "other":
        return False
    gap = length_gap(one.candidate.length_s, other.candidate.length_s)
    if mine.artist_words == theirs.artist_words:
        return gap is None or gap <= _MAX_SAME_CREDIT_GAP_S
    nested = mine.artist_words <= theirs.artist_words or theirs.artist_words <= mine.artist_words
    return nested and (gap is None or gap <= _MAX_OTHER_CREDIT_GAP_S)


def _rival_cases(details: Sequence[ScoreDetail]) -> tuple[str, ...]:
    """Return the case for other recordings that fit about as well as the first."""
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
        return ("rivals.close" if close == 1 else "rivals.crowd",)
    near = any(best.raw - rival.raw <= _MAX_NEAR_GAP_POINTS for rival in rivals)
    return ("rivals.near",) if near else ()


def _has_better_length(rival: ScoreDetail, best: ScoreDetail) -> bool:
    """Tell whether the rival's length agrees, while the length of the best one is unknown."""
    if best.raw - rival.raw > _MAX_NEAR_GAP_POINTS or "length.within_2" not in rival.codes:
        return False
    return not any(code.startswith("length.") for code in best.codes)


def _no_artist_cases(best: ScoreDetail) -> tuple[str, ...]:
    """Return the cases for a title without an artist: how rare it is, and what else agrees."""
    if "artists.unknown" not in best.codes:
        return ()
    information = information_weight(best.other.base.split())
    rarity = next((name for minimum, name in _RARE if information >= minimum), "common")
    confirmed = set(best.codes) >= _LENGTH_AND_TEMPO_AGREE
    return (f"lone.{rarity}", *(("lone.vouched",) if confirmed else ()))


def _scored(detail: ScoreDetail, probability: float, *, rerelease: bool = False) -> ScoredCandidate:
    """Make the public value of a scored candidate."""
    return ScoredCandidate(
        candidate=detail.candidate,
        score=detail.score,
        confidence=round(probability, 4),
        relation=detail.relation,
        evidence=detail.evidence,
        rerelease=rerelease,
    )


@lru_cache(maxsize=4096)
def _probability(relation: Relation, codes: tuple[str, ...]) -> float:
    """Compute the probability from the cases.

    It is cached, because different tracks mostly have one of a few combinations of cases.
    """
    maximum, cases = MAX_CONFIDENCE_OF_RELATION[relation], frozenset(codes)
    doubts = MAX_CONFIDENCE_OF_CASE.keys() & cases
    # Two different tracks whose names differ in a few letters seldom have the same length and the
    # same tempo as well, or the same remixer.
    if cases >= _LENGTH_AND_TEMPO_AGREE:
        doubts -= _SLIP_CASES
    elif "version.named" in cases:
        doubts -= {"artists.slip"}
    if "length.within_2" in cases:
        doubts -= _DECIDED_BY_LENGTH
    # math.fsum gives exactly the same sum in any order of the cases.
    odds = CONSTANT + math.fsum(WEIGHTS.get(case, 0.0) for case in cases)
    probability = 1 / (1 + math.exp(-odds))
    if cases & _IDENTIFIER_CASES:
        return min(maximum, max(MIN_PROVEN_CONFIDENCE, probability))
    return min(maximum, probability, *(MAX_CONFIDENCE_OF_CASE[doubt] for doubt in doubts))


def _best_first(detail: ScoreDetail) -> tuple[int, float, bool, bool, str, int]:
    """Return the sort key: relation, points, wording, and then the release."""
    candidate = detail.candidate
    release = is_compilation(candidate.release), candidate.release_date or "9999", candidate.id
    return RELATIONS.index(detail.relation), -detail.raw, not detail.has_same_wording, *release
