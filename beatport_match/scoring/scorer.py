"""Score a candidate against a track: the evidence list, its sum and the relation.

The score is exactly the sum of the effects in the evidence list. If that sum is outside 0-100, a
line named `limit` corrects it. The relation follows from the contradictions among the findings.

This module also compares the other attributes: length, tempo, key, year, label, album, identifiers
(ISRC, Beatport's track number), and the text that an interpretation of the title leaves out. It is
pure: no network, no clock, no global state. Its values can be pickled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from beatport_match.model.evidence import Evidence, Relation
from beatport_match.model.tracks import Candidate, Track, as_minutes
from beatport_match.parsing.interpretations import interpret, interpret_using_candidate
from beatport_match.parsing.normalize import fold
from beatport_match.parsing.parsed_track import ParsedTrack, parse_candidate
from beatport_match.parsing.typos import typo_count
from beatport_match.scoring.artist_comparison import compare_artists
from beatport_match.scoring.findings import Finding
from beatport_match.scoring.title_comparison import compare_titles
from beatport_match.scoring.version_comparison import compare_versions, is_truncated_version

# One line of the evidence list before its texts are made: what was compared, and the finding.
EvidenceItem: TypeAlias = tuple[str, Finding]

# An equal identifier raises the score to at least this: the points of an equal title (46), equal
# artists (30) and an equal version (20).
MIN_PROVEN_SCORE = 96.0
# If one of these cases is found, an equal identifier is reported but not trusted.
_OVERRIDES_IDENTIFIER = frozenset(
    "title.other version.names version.kind version.part version.year "
    "length.within_30 length.within_60 length.beyond".split()
)
# An equal identifier overrides these cases only if the lengths are known to agree.
_NEEDS_A_LENGTH = frozenset({"version.length", "version.unsaid", "artists.other"})
_LENGTH_AGREES = frozenset({"length.within_2", "length.within_5", "length.within_10"})
# Best first.
RELATIONS: tuple[Relation, ...] = ("same_recording", "other_version", "different")
# (largest difference in seconds, points), in ascending order.
LENGTH_POINTS = ((2.0, 4.0), (5.0, 2.0), (10.0, 0.0), (30.0, -6.0), (60.0, -14.0))


class ScoreDetail(NamedTuple):
    """A scored candidate, before its confidence is computed.

    `local` and `other` are the parsed track and the parsed candidate. `items` are the findings.
    `raw` is their sum, which may be outside 0-100. The evidence is made only on request, because
    most candidates are different tracks, whose evidence is never read.
    """

    track: Track
    candidate: Candidate
    local: ParsedTrack
    other: ParsedTrack
    items: tuple[EvidenceItem, ...]
    raw: float
    relation: Relation

    @property
    def score(self) -> float:
        """The sum of the evidence's effects, 0-100."""
        return min(100.0, max(0.0, self.raw))

    @property
    def codes(self) -> tuple[str, ...]:
        """The cases found, as `name.code`."""
        return tuple([f"{name}.{finding.code}" for name, finding in self.items])

    @property
    def has_same_wording(self) -> bool:
        """Whether the version has the same wording as in the library; this breaks ties."""
        return self.local.version.folded == self.other.version.folded

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence list; the sum of its effects is the score."""
        lines: list[Evidence] = []
        for name, (code, points, note, _) in self.items:
            local, catalogue = _display_pair(name, self)
            lines.append(Evidence(name, local, catalogue, points, note, code))
        if excess := self.score - self.raw:
            lines.append(Evidence("limit", "", "", round(excess, 1), "a score stays within 0-100"))
        return tuple(lines)


def score_one(track: Track, candidate: Candidate) -> ScoreDetail:
    """Score one candidate against the local track, 0-100."""
    return score_candidates(track, (candidate,))[0]


def score_candidates(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Score candidates, in the given order.

    If the title has several interpretations, each candidate is scored with the interpretation that
    fits it best. If two fit equally well, the more likely one is used.
    """
    interpretations = interpret(track)
    return [_score(track, interpretations, candidate) for candidate in candidates]


def length_gap(local_s: float | None, other_s: float | None) -> float | None:
    """Return the difference of two lengths in seconds, or `None` if one of them is unknown."""
    if not local_s or not other_s or not math.isfinite(local_s + other_s):
        return None
    return abs(local_s - other_s) if local_s > 0 < other_s else None


def compare_lengths(gap_s: float) -> Finding:
    """Compare lengths: up to 2 s is strong evidence for the recording, over 10 s against it."""
    note = f"{gap_s:.0f} s apart"
    for limit, points in LENGTH_POINTS:
        if gap_s <= limit:
            return Finding(f"within_{limit:.0f}", points, note)
    return Finding("beyond", -24.0, note)


def compare_bpm(local: float, other: float) -> Finding:
    """Compare tempos: half and double count as equal, up to 6 % difference as pitched."""
    deviation = min(abs(local * factor / other - 1) for factor in (0.5, 1.0, 2.0))
    if deviation <= 0.01:
        return Finding("same", 0.5, "same tempo")
    if deviation <= 0.06:
        return Finding("pitched", -0.5, "tempo pitched")
    return Finding("other", -4.0, "another tempo")


def compare_unexplained(
    local: ParsedTrack, other: ParsedTrack, known: tuple[str, ...], release: str, *, has_label: bool
) -> Finding:
    """Compare the text that an interpretation left out with what Beatport knows.

    `known` are the candidate's label and catalogue number, folded. `has_label` says whether the
    label is among them: only then can it contradict text that was taken for a label. `release` must
    equal the whole phrase, because releases are named after their remixes.
    """
    unexplained = [
        phrase
        for phrase in local.unexplained
        if phrase != release and not _is_explained(phrase, known)
    ]
    unexplained += (
        [local.truncated_bracket]
        if local.truncated_bracket and not is_truncated_version(local, other)
        else []
    )
    label = [
        phrase for phrase in local.label if phrase != release and not _is_explained(phrase, known)
    ]
    points = -4.0 * len(unexplained) - 1.5 * len(label)
    if unexplained:
        return Finding("strange", points, f"not explained: {', '.join(unexplained + label)}")
    if not label:
        return Finding("known", 0.0, "the remaining text is a label, a release or a number")
    note = f"taken for the label: {', '.join(label)}"
    return Finding("other_label" if has_label else "unlabelled", points, note)


def _score(
    track: Track, interpretations: tuple[ParsedTrack, ...], candidate: Candidate
) -> ScoreDetail:
    """Score a candidate with the interpretation that fits it best."""
    other = parse_candidate(candidate)
    gap = length_gap(track.duration_s, candidate.length_s)
    # The attributes are the same for every interpretation of the words.
    attributes = list(_attribute_evidence(track, interpretations[0], candidate, other, gap))
    scored = [
        _score_with(track, local, candidate, other, gap, attributes) for local in interpretations
    ]
    best = min(scored, key=_best_first) if len(scored) > 1 else scored[0]
    if best.relation == "different" and (
        located := interpret_using_candidate(track, candidate, other)
    ):
        again = _score_with(track, located, candidate, other, gap, attributes)
        best = min(best, again, key=_best_first)
    return best


def _best_first(detail: ScoreDetail) -> tuple[int, float]:
    """Return the sort key of interpretations: the relation, then the points."""
    return RELATIONS.index(detail.relation), -detail.raw


def _score_with(
    track: Track,
    local: ParsedTrack,
    candidate: Candidate,
    other: ParsedTrack,
    gap: float | None,
    attributes: list[EvidenceItem],
) -> ScoreDetail:
    """Score a candidate with one interpretation of the track."""
    items: list[EvidenceItem] = [
        ("title", compare_titles(local, other)),
        ("artists", compare_artists(local, other)),
        ("version", compare_versions(local, other, gap)),
    ]
    if (
        local.unexplained
        or local.label
        or (local.truncated_bracket and not is_truncated_version(local, other))
    ):
        items.append(("aside", _unexplained_text(local, candidate, other)))
    items += attributes
    is_proven = False
    if local.isrc or local.beatport_id:
        proofs = list(_identifier_evidence(local, candidate, other, items))
        is_proven = any(finding.code == "same" for _, finding in proofs)
        items += proofs
    raw = round(sum([finding.points for _, finding in items]), 1)
    relation = "same_recording" if is_proven else _relation(items)
    return ScoreDetail(track, candidate, local, other, tuple(items), raw, relation)


def _relation(items: list[EvidenceItem]) -> Relation:
    """Return the relation; one contradiction decides, however much text is equal."""
    contradictions = {finding.contradicts for _, finding in items}
    if "recording" in contradictions:
        return "different"
    return "other_version" if "version" in contradictions else "same_recording"


def _unexplained_text(local: ParsedTrack, candidate: Candidate, other: ParsedTrack) -> Finding:
    """Compare the text that the interpretation left out with label, number and release."""
    texts = (candidate.label, candidate.catalog_number)
    known = tuple(fold(text) for text in texts if text)
    release = fold(candidate.release or "")
    return compare_unexplained(local, other, known, release, has_label=bool(candidate.label))


def _attribute_evidence(
    track: Track, local: ParsedTrack, candidate: Candidate, other: ParsedTrack, gap: float | None
) -> Iterator[EvidenceItem]:
    """Compare length, tempo, key, year, label and album; a value only one side knows is skipped."""
    if gap is not None:
        yield "length", compare_lengths(gap)
    if track.bpm and candidate.bpm and track.bpm > 0 < candidate.bpm:
        yield "bpm", compare_bpm(track.bpm, candidate.bpm)
    if local.key and other.key:
        same = Finding("same", 0.5, "same key")
        yield "key", same if local.key == other.key else Finding("other", -0.5, "another key")
    if track.year and (year := _year(candidate)):
        gap_years = abs(track.year - int(year))
        same = Finding("same", 0.4, "same year")
        note = f"{gap_years} years apart"
        yield "year", same if gap_years <= 1 else Finding("other", -0.4, note)
    if track.label and candidate.label and fold(track.label) == fold(candidate.label):
        yield "label", Finding("same", 0.6, "same label")
    if track.album and candidate.release and fold(track.album) == fold(candidate.release):
        yield "album", Finding("same", 0.6, "same album")


def _identifier_evidence(
    local: ParsedTrack, candidate: Candidate, other: ParsedTrack, items: list[EvidenceItem]
) -> Iterator[EvidenceItem]:
    """Compare the identifiers of a recording: ISRC and Beatport's track number.

    An equal identifier decides, even if version or artists are written differently. But tags are
    often wrong: if title, remixer, kind or length contradict it, it is only reported.
    """
    if local.isrc and other.isrc and local.isrc != other.isrc:
        # Most recordings have one ISRC; some have another one on another release.
        yield "isrc", Finding("other", -1.0, "another ISRC")
    if not (local.isrc and local.isrc == other.isrc) and local.beatport_id != candidate.id:
        return
    cases = {f"{name}.{finding.code}" for name, finding in items}
    contradicting = cases & _OVERRIDES_IDENTIFIER or (
        cases & _NEEDS_A_LENGTH and not cases & _LENGTH_AGREES
    )
    overridden = "; ".join(finding.note for _, finding in items if finding.contradicts)
    lacking = round(MIN_PROVEN_SCORE - sum(finding.points for _, finding in items), 1)
    for name, what, mine, theirs in (
        ("isrc", "ISRC", local.isrc, other.isrc),
        ("beatport_id", "number on Beatport", local.beatport_id, candidate.id),
    ):
        if not mine or mine != theirs:
            continue
        code, points = ("contradicted", 0.0) if contradicting else ("same", max(12.0, lacking))
        note = f", which decides over {overridden}" if overridden else ""
        note = ", not trusted: the rest contradicts it" if contradicting else note
        yield name, Finding(code, points, f"same {what}{note}")
        lacking = 0.0


def _display_pair(name: str, detail: ScoreDetail) -> tuple[str, str]:
    """Return the local and the catalogue value of one line of evidence, as text."""
    track, candidate, local, other = detail[:4]
    match name:
        case "title":
            return local.shown, other.shown
        case "artists":
            return local.artists_shown, other.artists_shown
        case "version":
            return local.version.text, candidate.mix_name or other.version.text
        case "aside":
            left_out = "; ".join(
                filter(None, (*local.unexplained, local.truncated_bracket, *local.label))
            )
            return left_out, candidate.label or ""
        case "length":
            return as_minutes(track.duration_s or 0), as_minutes(candidate.length_s or 0)
        case "bpm":
            return f"{track.bpm:g}", f"{candidate.bpm:g}"
        case "key":
            return local.key.name if local.key else "", other.key.name if other.key else ""
        case "year":
            return str(track.year), _year(candidate)
        case "album":
            return track.album or "", candidate.release or ""
        case "isrc":
            return local.isrc, other.isrc
        case "beatport_id":
            return str(local.beatport_id), str(candidate.id)
        case _:  # the label
            return track.label or "", candidate.label or ""


def _year(candidate: Candidate) -> str:
    """Return the year of the release as text; empty if it is unknown."""
    year = (candidate.release_date or "")[:4]
    return year if year.isdigit() else ""


def _is_explained(phrase: str, known: tuple[str, ...]) -> bool:
    """Tell whether a phrase is a known one, a part of one ("Quay" of "Quay Records"), or a typo."""
    words = set(phrase.split())
    return any(
        words <= set(text.split()) or set(text.split()) <= words or typo_count(phrase, text)
        for text in known
    )
