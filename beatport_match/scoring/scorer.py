"""A number out of a track and a candidate: the ledger of evidence, and its sum.

Pure and picklable: no network, no clock, no global state. The score is exactly the sum of the
ledger's effects; where the sum would leave 0-100, a line named `limit` says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from beatport_match.model.evidence import Evidence, Relation
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.interpretations import interpret, interpret_using_candidate
from beatport_match.parsing.normalize import fold
from beatport_match.parsing.parsed_track import ParsedTrack, parse_candidate
from beatport_match.parsing.typos import typo_count
from beatport_match.scoring.artist_comparison import compare_artists
from beatport_match.scoring.findings import Finding
from beatport_match.scoring.title_comparison import compare_titles
from beatport_match.scoring.version_comparison import compare_versions, is_truncated_version

# A line of the ledger before it is written out: what was compared, and what was found.
EvidenceItem: TypeAlias = tuple[str, Finding]

# What a proof comes to at least: title, artists and version that agree.
MIN_PROVEN_SCORE = 96.0
_OUTWEIGHS_IDENTIFIER = frozenset(
    "title.other version.names version.kind version.part version.year "
    "length.within_30 length.within_60 length.beyond".split()
)
# What a proof decides over only where the lengths are known to agree.
_NEEDS_A_LENGTH = frozenset({"version.length", "version.unsaid", "artists.other"})
_LENGTH_AGREES = frozenset({"length.within_2", "length.within_5", "length.within_10"})
# Best first.
RELATIONS: tuple[Relation, ...] = ("same_recording", "other_version", "different")
LENGTH_POINTS = ((2.0, 4.0), (5.0, 2.0), (10.0, 0.0), (30.0, -6.0), (60.0, -14.0))


class ScoreDetail(NamedTuple):
    """A candidate on the scale, before anybody asked how sure that makes us.

    `local` and `other` are both sides as they were read, `raw` the sum before it was kept within
    0-100. The ledger is written out when it is asked for: most candidates are strangers, whose
    ledger nobody reads.
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
        """The sum of the ledger, 0-100."""
        return min(100.0, max(0.0, self.raw))

    @property
    def codes(self) -> tuple[str, ...]:
        """The cases found, as `name.code`."""
        return tuple([f"{name}.{found.code}" for name, found in self.items])

    @property
    def verbatim(self) -> bool:
        """Whether the version is worded as in the library, which breaks ties."""
        return self.local.version.folded == self.other.version.folded

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The ledger; its effects come to the score."""
        ledger: list[Evidence] = []
        for name, (code, points, note, _) in self.items:
            mine, theirs = _display_pair(name, self)
            ledger.append(Evidence(name, mine, theirs, points, note, code))
        if over := self.score - self.raw:
            ledger.append(Evidence("limit", "", "", round(over, 1), "a score stays within 0-100"))
        return tuple(ledger)


def score_one(track: Track, candidate: Candidate) -> ScoreDetail:
    """Weigh one candidate against what the DJ has; the score is 0-100."""
    return score_candidates(track, (candidate,))[0]


def score_candidates(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Weigh candidates, in the order given.

    Where the title can be meant in several ways, a candidate is weighed against the one that fits
    it best; of equals, the likeliest.
    """
    readings = interpret(track)
    return [_score(track, readings, candidate) for candidate in candidates]


def _score(track: Track, readings: tuple[ParsedTrack, ...], candidate: Candidate) -> ScoreDetail:
    other = parse_candidate(candidate)
    gap = length_gap(track.duration_s, candidate.length_s)
    # What stands beside the words is the same, however the words are read.
    beside = list(_attribute_evidence(track, readings[0], candidate, other, gap))
    fits = [_fit(track, local, candidate, other, gap, beside) for local in readings]
    best = min(fits, key=_order) if len(fits) > 1 else fits[0]
    if best.relation == "different" and (
        read := interpret_using_candidate(track, candidate, other)
    ):
        best = min(best, _fit(track, read, candidate, other, gap, beside), key=_order)
    return best


def length_gap(local_s: float | None, other_s: float | None) -> float | None:
    """The difference of two lengths in seconds, `None` where one is unknown."""
    if not local_s or not other_s or not math.isfinite(local_s + other_s):
        return None
    return abs(local_s - other_s) if local_s > 0 < other_s else None


def _order(fit: ScoreDetail) -> tuple[int, float]:
    return RELATIONS.index(fit.relation), -fit.raw


def _fit(
    track: Track,
    local: ParsedTrack,
    candidate: Candidate,
    other: ParsedTrack,
    gap: float | None,
    beside: list[EvidenceItem],
) -> ScoreDetail:
    """A candidate against one reading of the track."""
    lines: list[EvidenceItem] = [
        ("title", compare_titles(local, other)),
        ("artists", compare_artists(local, other)),
        ("version", compare_versions(local, other, gap)),
    ]
    if (
        local.unexplained
        or local.label
        or (local.truncated_bracket and not is_truncated_version(local, other))
    ):
        lines.append(("aside", _unexplained_text(local, candidate, other)))
    lines += beside
    proven = False
    if local.isrc or local.beatport_id:
        proofs = list(_identifier_evidence(local, candidate, other, lines))
        proven = any(found.code == "same" for _, found in proofs)
        lines += proofs
    raw = round(sum([found.points for _, found in lines]), 1)
    relation = "same_recording" if proven else _relation(lines)
    return ScoreDetail(track, candidate, local, other, tuple(lines), raw, relation)


def _relation(lines: list[EvidenceItem]) -> Relation:
    """A contradiction decides, however long the shared text is."""
    against = {found.contradicts for _, found in lines}
    if "recording" in against:
        return "different"
    return "other_version" if "version" in against else "same_recording"


def _unexplained_text(local: ParsedTrack, candidate: Candidate, other: ParsedTrack) -> Finding:
    """What the reading had to leave out."""
    papers = (candidate.label, candidate.catalog_number)
    known = tuple(fold(text) for text in papers if text)
    release = fold(candidate.release or "")
    return compare_unexplained(local, other, known, release, labelled=bool(candidate.label))


def _attribute_evidence(
    track: Track, local: ParsedTrack, candidate: Candidate, other: ParsedTrack, gap: float | None
) -> Iterator[EvidenceItem]:
    """Length, tempo, key, and what stands on the sleeve: year, label, album."""
    if gap is not None:
        yield "length", compare_lengths(gap)
    if track.bpm and candidate.bpm and track.bpm > 0 < candidate.bpm:
        yield "bpm", compare_bpm(track.bpm, candidate.bpm)
    if local.key and other.key:
        same = Finding("same", 0.5, "same key")
        yield "key", same if local.key == other.key else Finding("other", -0.5, "another key")
    if track.year and (year := _year(candidate)):
        off = abs(track.year - int(year))
        same = Finding("same", 0.4, "same year")
        yield "year", same if off <= 1 else Finding("other", -0.4, f"{off} years apart")
    if track.label and candidate.label and fold(track.label) == fold(candidate.label):
        yield "label", Finding("same", 0.6, "same label")
    if track.album and candidate.release and fold(track.album) == fold(candidate.release):
        yield "album", Finding("same", 0.6, "same album")


def _identifier_evidence(
    local: ParsedTrack, candidate: Candidate, other: ParsedTrack, lines: list[EvidenceItem]
) -> Iterator[EvidenceItem]:
    """Codes that name one recording: ISRC, and Beatport's own number.

    Decisive where they agree, over another wording of the version or the artists; tags are wrong
    often enough that they are only reported where title, remixer, kind or length contradict.
    """
    if local.isrc and other.isrc and local.isrc != other.isrc:
        # A recording has one code mostly, and another on a release now and then.
        yield "isrc", Finding("other", -1.0, "another ISRC")
    if not (local.isrc and local.isrc == other.isrc) and local.beatport_id != candidate.id:
        return
    cases = {f"{name}.{found.code}" for name, found in lines}
    against = cases & _OUTWEIGHS_IDENTIFIER or (
        cases & _NEEDS_A_LENGTH and not cases & _LENGTH_AGREES
    )
    over = "; ".join(found.note for _, found in lines if found.contradicts)
    lacking = round(MIN_PROVEN_SCORE - sum(found.points for _, found in lines), 1)
    for name, what, mine, theirs in (
        ("isrc", "ISRC", local.isrc, other.isrc),
        ("beatport_id", "number on Beatport", local.beatport_id, candidate.id),
    ):
        if not mine or mine != theirs:
            continue
        code, points = ("contradicted", 0.0) if against else ("same", max(12.0, lacking))
        note = f", which decides over {over}" if over else ""
        note = ", not trusted: the rest contradicts it" if against else note
        yield name, Finding(code, points, f"same {what}{note}")
        lacking = 0.0


def _display_pair(name: str, weighed: ScoreDetail) -> tuple[str, str]:
    """Both sides of a line, as a person reads them."""
    track, candidate, local, other = weighed[:4]
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
            return _as_minutes(track.duration_s), _as_minutes(candidate.length_s)
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
    """The year of the release; empty where it is not known."""
    year = (candidate.release_date or "")[:4]
    return year if year.isdigit() else ""


def _as_minutes(seconds: float | None) -> str:
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"


def compare_lengths(gap_s: float) -> Finding:
    """Compare lengths: within 2 s is strong, over 10 s speaks against one recording."""
    note = f"{gap_s:.0f} s apart"
    for limit, points in LENGTH_POINTS:
        if gap_s <= limit:
            return Finding(f"within_{limit:.0f}", points, note)
    return Finding("beyond", -24.0, note)


def compare_bpm(local: float, other: float) -> Finding:
    """Compare tempo; half and double count as equal, up to 6 % off as pitched."""
    off = min(abs(local * factor / other - 1) for factor in (0.5, 1.0, 2.0))
    if off <= 0.01:
        return Finding("same", 0.5, "same tempo")
    if off <= 0.06:
        return Finding("pitched", -0.5, "tempo pitched")
    return Finding("other", -4.0, "another tempo")


def compare_unexplained(
    local: ParsedTrack, other: ParsedTrack, known: tuple[str, ...], release: str, *, labelled: bool
) -> Finding:
    """What a reading left out costs, unless Beatport knows it.

    `known` are the candidate's label and catalogue number, folded; `labelled` tells whether the
    label is among them: only then can it speak against what was taken for one. `release` must be
    the whole phrase: releases are named after their remixes.
    """
    aside = [one for one in local.unexplained if one != release and not _is_explained(one, known)]
    aside += (
        [local.truncated_bracket]
        if local.truncated_bracket and not is_truncated_version(local, other)
        else []
    )
    label = [one for one in local.label if one != release and not _is_explained(one, known)]
    points = -4.0 * len(aside) - 1.5 * len(label)
    if aside:
        return Finding("strange", points, f"leaves out {', '.join(aside + label)}")
    if not label:
        return Finding("known", 0.0, "the rest is label or number")
    note = f"takes {', '.join(label)} for the label"
    return Finding("other_label" if labelled else "unlabelled", points, note)


def _is_explained(phrase: str, known: tuple[str, ...]) -> bool:
    """Whether a phrase is one of those, part of one ("Quay" of "Quay Records"), or nearly."""
    words = set(phrase.split())
    return any(
        words <= set(one.split()) or set(one.split()) <= words or typo_count(phrase, one)
        for one in known
    )
