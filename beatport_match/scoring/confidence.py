"""From the ledger to a verdict: how probable, in which order, and what to do with it.

`confidence` is the probability that a candidate is the recording the DJ has: a logistic regression
over the ledger's cases and over what else was on offer, with the weights in `weights`. A
contradiction bounds it, whatever the weights say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

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

# No more is known of any candidate than this; and a contradiction leaves little.
MAX_CONFIDENCE_OF_RELATION: dict[Relation, float] = {
    "same_recording": 0.999,
    "other_version": 0.30,
    "different": 0.05,
}
# Cases that no figure makes safe: two titles, names or recordings may be meant.
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
# An equal length settles which of two readings or wordings was meant.
_LENGTH_SETTLES = frozenset(
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
# Proofs: where they were trusted, nothing else is asked.
_IDENTIFIER_CASES = frozenset({"isrc.same", "beatport_id.same"})
MIN_PROVEN_CONFIDENCE = 0.99
_LETTERS = frozenset({"title.slip", "artists.slip", "version.names_slip"})
_VOUCHED = frozenset({"length.within_2", "bpm.same"})
# Points between two recordings: below the first they are alike, up to the second one is worse.
_CLOSE = 1.0
_NEAR = 4.0
# From what weight of its words on a title is one of few or of some.
_RARE = ((2.0, "rare"), (1.0, "usual"))
# Releases of one recording differ by a rounding or a fade; more is another edit. Where one release
# credits more artists than the other, less is taken for chance.
_SAME_CREDIT_S = 15.0
_OTHER_CREDIT_S = 3.0


def rank(track: Track, candidates: Iterable[Candidate]) -> tuple[ScoredCandidate, ...]:
    """Judge candidates and put the best first; the order they come in does not matter.

    Pure and picklable: no network, no global state. A candidate given twice is judged once. Of
    several releases of one recording the one stands first that more of the tags fit (album, label,
    year); else an original release before a compilation or re-issue, as its name tells; else the
    earliest.
    """
    return judge(score_all(track, candidates))


def judge(weighed: Sequence[ScoreDetail], most: int | None = None) -> tuple[ScoredCandidate, ...]:
    """The same of candidates that are weighed already, best first; the first `most` are judged."""
    if not weighed:
        return ()
    first, *others = weighed
    cases = cases_of(weighed)
    best = _probability(first.relation, cases)
    ranked = [_scored(first, best)]
    for one in others if most is None else others[: most - 1]:
        known = first.relation != "different"
        if again := known and one.relation == first.relation and is_same_recording(first, one):
            # As right as the first, as far as its own ledger goes.
            around = set(cases) - set(first.codes)
            chance = min(best, _probability(one.relation, (*one.codes, *around)))
        else:
            # As the answer instead of the first: no surer than it, nor than what it leaves.
            chance = min(best, 1.0 - best, _probability(one.relation, one.codes))
        ranked.append(_scored(one, chance, rerelease=again))
    return tuple(ranked)


def score_all(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Every candidate once, weighed, best first."""
    unique: dict[int, Candidate] = {}
    for one in candidates:
        known = unique.setdefault(one.id, one)
        if known is not one and known != one:
            # Two rows with one id must not be told apart by which came first.
            unique[one.id] = max(known, one, key=repr)
    return in_order(score_candidates(track, unique.values()))


def in_order(weighed: Iterable[ScoreDetail]) -> list[ScoreDetail]:
    """The best first; the order they come in does not matter."""
    return sorted(weighed, key=_best_first)


def cases_of(weighed: Sequence[ScoreDetail]) -> tuple[str, ...]:
    """What speaks for and against the first of a ranking: its ledger's cases, and its rivals."""
    best = weighed[0]
    return (*best.codes, *_rival_cases(weighed), *_no_artist_cases(best))


def outcome_of(ranked: tuple[ScoredCandidate, ...], settings: MatchSettings) -> MatchOutcome:
    """What to do with the ranking, if nothing kept us from asking."""
    if not ranked or ranked[0].relation == "different":
        return "not_found"
    best = ranked[0]
    if best.relation == "same_recording":
        if best.confidence >= settings.accept_confidence:
            return "matched"
        return "review" if best.confidence >= settings.review_confidence else "not_found"
    # Another version is on sale: for those who only want genre and label.
    return "review"


def is_same_recording(one: ScoreDetail, other: ScoreDetail) -> bool:
    """Whether two candidates are releases of one recording, as far as Beatport's figures tell."""
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
        return gap is None or gap <= _SAME_CREDIT_S
    nested = mine.artist_words <= theirs.artist_words or theirs.artist_words <= mine.artist_words
    return nested and (gap is None or gap <= _OTHER_CREDIT_S)


def _rival_cases(weighed: Sequence[ScoreDetail]) -> tuple[str, ...]:
    """Other recordings that fit about as well."""
    best = weighed[0]
    rivals = [
        one
        for one in weighed[1:]
        if one.relation == best.relation == "same_recording" and not is_same_recording(best, one)
    ]
    close = sum(best.raw - one.raw < _CLOSE or _has_better_length(one, best) for one in rivals)
    if close:
        return ("rivals.close" if close == 1 else "rivals.crowd",)
    near = any(best.raw - one.raw <= _NEAR for one in rivals)
    return ("rivals.near",) if near else ()


def _has_better_length(one: ScoreDetail, best: ScoreDetail) -> bool:
    """Whether a rival's length agrees, and nothing is known of the best one's."""
    if best.raw - one.raw > _NEAR or "length.within_2" not in one.codes:
        return False
    return not any(code.startswith("length.") for code in best.codes)


def _no_artist_cases(best: ScoreDetail) -> tuple[str, ...]:
    """A title without an artist is worth the more, the rarer it is and the more agrees with it."""
    if "artists.unknown" not in best.codes:
        return ()
    told = information_weight(best.other.base.split())
    rare = next((name for least, name in _RARE if told >= least), "common")
    vouched = set(best.codes) >= _VOUCHED
    return (f"lone.{rare}", *(("lone.vouched",) if vouched else ()))


def _scored(one: ScoreDetail, chance: float, *, rerelease: bool = False) -> ScoredCandidate:
    return ScoredCandidate(
        candidate=one.candidate,
        score=one.score,
        confidence=round(chance, 4),
        relation=one.relation,
        evidence=one.evidence,
        rerelease=rerelease,
    )


@lru_cache(maxsize=4096)
def _probability(relation: Relation, told: tuple[str, ...]) -> float:
    """How likely a ledger is right by its cases; strangers share a few of them."""
    ceiling, cases = MAX_CONFIDENCE_OF_RELATION[relation], frozenset(told)
    # Two tracks a letter apart seldom have one length and one tempo, or one remixer, as well.
    doubts = MAX_CONFIDENCE_OF_CASE.keys() & cases
    if cases >= _VOUCHED:
        doubts -= _LETTERS
    elif "version.named" in cases:
        doubts -= {"artists.slip"}
    if "length.within_2" in cases:
        doubts -= _LENGTH_SETTLES
    # Exactly the same sum in whatever order the cases come.
    odds = CONSTANT + math.fsum(WEIGHTS.get(case, 0.0) for case in cases)
    chance = 1 / (1 + math.exp(-odds))
    if cases & _IDENTIFIER_CASES:
        return min(ceiling, max(MIN_PROVEN_CONFIDENCE, chance))
    return min(ceiling, chance, *(MAX_CONFIDENCE_OF_CASE[doubt] for doubt in doubts))


def _best_first(one: ScoreDetail) -> tuple[int, float, bool, bool, str, int]:
    candidate = one.candidate
    release = is_compilation(candidate.release), candidate.release_date or "9999", candidate.id
    return RELATIONS.index(one.relation), -one.raw, not one.verbatim, *release
