"""Score a candidate against a track: the evidence list, its sum and the relation.

The score is exactly the sum of the effects in the evidence list. If that sum is outside 0-100, a
line named `limit` corrects it. The relation follows from the contradictions among the findings.

This module also compares the other attributes: length, tempo, key, year, label, album and the
identifiers (ISRC, Beatport's track number). It is pure: no network, no clock, no global state. Its
values can be pickled.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from beatport_match.model.evidence import Evidence, Relation
from beatport_match.model.tracks import Candidate, Track, as_minutes
from beatport_match.parsing.damaged_text import readable
from beatport_match.parsing.interpretations import (
    LocatingWords,
    interpret,
    interpret_using_candidate,
    locating_words,
    with_number_as_part,
)
from beatport_match.parsing.normalize import fold
from beatport_match.parsing.parsed_track import ParsedTrack, parse_candidate
from beatport_match.scoring import cases
from beatport_match.scoring.artist_comparison import compare_artists
from beatport_match.scoring.aside_comparison import compare_aside, release_year
from beatport_match.scoring.cases import CASES, Case, Finding
from beatport_match.scoring.title_comparison import compare_titles
from beatport_match.scoring.version_comparison import compare_versions

# An equal identifier raises the score to at least this: the points of an equal title (46), equal
# artists (30) and an equal version (20).
MIN_PROVEN_SCORE = 96.0
# Best first.
RELATIONS: tuple[Relation, ...] = ("same_recording", "other_version", "different")
# Split once, because every line of evidence needs them.
_NAME_AND_CODE = {case: case.name.split(".") for case in CASES.values()}
# The largest difference of each case of length, and the cases in the order of the table.
_LENGTH_LIMITS_S = (2.0, 5.0, 10.0, 30.0, 60.0)
_LENGTH_CASES = (
    cases.LENGTH_WITHIN_2,
    cases.LENGTH_WITHIN_5,
    cases.LENGTH_WITHIN_10,
    cases.LENGTH_WITHIN_30,
    cases.LENGTH_WITHIN_60,
    cases.LENGTH_BEYOND,
)
# Turntables and players change the tempo by up to 8 %.
_MAX_PITCH = 0.08
_MAX_SILENCE_S = 15.0
_NOT_OTHER_ARTISTS = frozenset(
    {cases.ARTISTS_SAME, cases.ARTISTS_TYPO, cases.ARTISTS_EXTRA, cases.ARTISTS_UNKNOWN}
)


class ScoreDetail(NamedTuple):
    """A scored candidate, before its confidence is computed.

    `local` and `other` are the parsed track and the parsed candidate. `raw` is the sum of the
    findings, which may be outside 0-100. The evidence is made only on request, because most
    candidates are different tracks, whose evidence is never read.
    """

    track: Track
    candidate: Candidate
    local: ParsedTrack
    other: ParsedTrack
    findings: tuple[Finding, ...]
    raw: float
    relation: Relation

    @property
    def order(self) -> tuple[int, float]:
        """The sort key: the better relation first, then more points."""
        return RELATIONS.index(self.relation), -self.raw

    @property
    def score(self) -> float:
        """The sum of the evidence's effects, 0-100."""
        return min(100.0, max(0.0, self.raw))

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases that the comparisons found."""
        return tuple([finding.case for finding in self.findings])

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence list; the sum of its effects is the score."""
        lines: list[Evidence] = []
        for finding in self.findings:
            name, code = _NAME_AND_CODE[finding.case]
            local, catalogue = _SHOWN[name](self)
            lines.append(Evidence(name, local, catalogue, finding.points, finding.note, code))
        if excess := self.score - self.raw:
            lines.append(Evidence("limit", "", "", round(excess, 1), "a score stays within 0-100"))
        return tuple(lines)


# Calling the class of a named tuple takes nearly three times as long.
_new_detail: Callable[..., ScoreDetail] = cast("Any", tuple).__new__


def score_candidates(track: Track, candidates: Iterable[Candidate]) -> list[ScoreDetail]:
    """Score candidates, in the given order.

    If the title has several interpretations, each candidate is scored with the interpretation that
    fits it best. If two fit equally well, the more likely one is used. Of each text of the track,
    the first `MAX_COMPARED_LENGTH` characters count.
    """
    track = readable(track)
    interpretations, locating = interpret(track), locating_words(track)
    return [_score(track, interpretations, locating, candidate) for candidate in candidates]


def length_gap(local_s: float | None, other_s: float | None) -> float | None:
    """Return the difference of two lengths in seconds, or `None` if one of them is unknown."""
    if not local_s or not other_s or not math.isfinite(local_s + other_s):
        return None
    return abs(local_s - other_s) if local_s > 0 < other_s else None


def compare_lengths(gap_s: float) -> Finding:
    """Compare lengths: up to 2 s is strong evidence for the recording, over 10 s against it."""
    return _LENGTH_CASES[bisect_left(_LENGTH_LIMITS_S, gap_s)].found(gap_s)


def compare_bpm(local: float, other: float) -> Finding:
    """Compare tempos: half and double count as equal, up to 6 % difference as pitched."""
    deviation = min(abs(local * factor / other - 1) for factor in (0.5, 1.0, 2.0))
    if deviation <= 0.01:
        return cases.BPM_SAME.found()
    return (cases.BPM_PITCHED if deviation <= 0.06 else cases.BPM_OTHER).found()


def _score(
    track: Track, parsed: tuple[ParsedTrack, ...], locating: LocatingWords, candidate: Candidate
) -> ScoreDetail:
    """Score a candidate with the parsed interpretation that fits it best."""
    other = parse_candidate(candidate)
    gap = length_gap(track.duration_s, candidate.length_s)
    # The attributes are the same for every interpretation of the words.
    attributes = list(_attribute_evidence(track, parsed[0], candidate, other, gap))
    best = _score_with(track, candidate, other, gap, attributes, parsed[0])
    for local in parsed[1:]:
        best = _better(best, _score_with(track, candidate, other, gap, attributes, local))
    if best.relation == "different" and other.version.part != parsed[0].version.part:
        for local in filter(None, map(with_number_as_part, parsed)):
            best = _better(best, _score_with(track, candidate, other, gap, attributes, local))
    if (
        best.relation == "different"
        and locating.may_locate(other)
        and (located := interpret_using_candidate(track, candidate, other))
    ):
        best = _better(best, _score_with(track, candidate, other, gap, attributes, located))
    return best


def _better(one: ScoreDetail, other: ScoreDetail) -> ScoreDetail:
    """Return the better one; the first one if both are equal."""
    return other if other.order < one.order else one


def _score_with(
    track: Track,
    candidate: Candidate,
    other: ParsedTrack,
    gap: float | None,
    attributes: list[Finding],
    local: ParsedTrack,
) -> ScoreDetail:
    """Score a candidate with one interpretation of the track."""
    aside = compare_aside(track, local, candidate, other)
    findings = (
        compare_titles(local, other),
        compare_artists(local, other),
        compare_versions(local, other, gap),
        *((aside,) if aside else ()),
        *attributes,
    )
    if local.isrc or local.beatport_id:
        findings += tuple(_identifier_evidence(local, candidate, other, findings))
    raw = round(sum([finding.points for finding in findings]), 1)
    relation = _relation(findings)
    return _new_detail(ScoreDetail, (track, candidate, local, other, findings, raw, relation))


def _relation(findings: Sequence[Finding]) -> Relation:
    """Return the relation; one contradiction decides, unless a trusted identifier overrides it."""
    last = findings[-1].case
    if last.proves or last is cases.ISRC_DESPITE_TITLE:
        return "same_recording"
    relation: Relation = "same_recording"
    for finding in findings:
        contradicts = finding.case.contradicts
        if contradicts == "recording":
            return "different"
        if contradicts == "version":
            relation = "other_version"
    return relation


def _attribute_evidence(
    track: Track, local: ParsedTrack, candidate: Candidate, other: ParsedTrack, gap: float | None
) -> Iterator[Finding]:
    """Compare length, tempo, key, year, label and album; a value only one side knows is skipped."""
    if candidate.is_partial:
        unknown = [("artists", candidate.artists), ("version", candidate.mix_name)]
        yield cases.PAGE_PARTIAL.found(" and ".join(name for name, value in unknown if not value))
    tempo = None
    if track.bpm and candidate.bpm and track.bpm > 0 < candidate.bpm:
        tempo = compare_bpm(track.bpm, candidate.bpm)
    if gap is not None and track.duration_s and candidate.length_s:
        speed = candidate.length_s / track.duration_s
        longer = track.duration_s - candidate.length_s
        if tempo and tempo.case is not cases.BPM_SAME and _is_pitched(track, candidate, speed):
            yield cases.LENGTH_PITCHED.found(speed - 1)
            tempo = cases.BPM_SHIFTED.found()
        elif tempo and tempo.case is cases.BPM_SAME and 10.0 < longer <= _MAX_SILENCE_S:
            yield cases.LENGTH_SILENCE.found(longer)
        else:
            yield compare_lengths(gap)
    if local.stated_bpm and candidate.bpm:
        # A file that was sped up may state its tempo only in the title.
        stated = compare_bpm(local.stated_bpm, candidate.bpm)
        tempo = stated if stated.case is cases.BPM_OTHER else tempo
    if tempo:
        yield tempo
    if local.key and other.key:
        yield (cases.KEY_SAME if local.key == other.key else cases.KEY_OTHER).found()
    if track.year and (year := release_year(candidate)):
        gap_years = abs(track.year - int(year))
        yield (cases.YEAR_SAME if gap_years <= 1 else cases.YEAR_OTHER).found(gap_years)
    if track.label and candidate.label and fold(track.label) == fold(candidate.label):
        yield cases.LABEL_SAME.found()
    if track.album and candidate.release and fold(track.album) == fold(candidate.release):
        yield cases.ALBUM_SAME.found()


def _is_pitched(track: Track, candidate: Candidate, speed: float) -> bool:
    """Return whether the tempo of the file differs by the same factor as its length."""
    faster = (track.bpm or 0) / (candidate.bpm or 1)
    return abs(faster - 1) <= _MAX_PITCH and abs(faster / speed - 1) <= 0.01


def _identifier_evidence(
    local: ParsedTrack, candidate: Candidate, other: ParsedTrack, findings: Sequence[Finding]
) -> Iterator[Finding]:
    """Compare the identifiers of a recording: ISRC and Beatport's track number.

    An equal identifier decides, even if version or artists are written differently. But tags are
    often wrong: if title, remixer, kind or length contradict it, it is only reported.
    """
    if local.isrc and other.isrc and local.isrc != other.isrc:
        yield cases.ISRC_OTHER.found()
    equal: list[tuple[Case, Case]] = []
    if local.isrc and local.isrc == other.isrc:
        equal.append((cases.ISRC_SAME, cases.ISRC_CONTRADICTED))
    if local.beatport_id and local.beatport_id == candidate.id:
        equal.append((cases.BEATPORT_ID_SAME, cases.BEATPORT_ID_CONTRADICTED))
    if not equal:
        return
    overridden = [finding for finding in findings if finding.case.contradicts]
    # A known length that does not agree is itself a contradiction.
    has_length = any(finding.case in _LENGTH_CASES for finding in findings)
    is_trusted = all(finding.case.identifier_wins and has_length for finding in overridden)
    found = {finding.case for finding in findings}
    if (
        not is_trusted
        and local.isrc
        and local.isrc == other.isrc
        and cases.TITLE_OTHER in found
        and found & _NOT_OTHER_ARTISTS
        and cases.LENGTH_WITHIN_2 in found
    ):
        yield cases.ISRC_DESPITE_TITLE.found()
        return
    lacking = round(MIN_PROVEN_SCORE - sum(finding.points for finding in findings), 1)
    notes = "; ".join(finding.note for finding in overridden)
    for same, contradicted in equal:
        if is_trusted:
            note = f", which decides over {notes}" if notes else ""
            yield same.worth(max(same.points, lacking), note)
        else:
            yield contradicted.found()
        lacking = 0.0


# The local and the catalogue value of one line of the evidence list, as text.
_SHOWN: dict[str, Callable[[ScoreDetail], tuple[str, str]]] = {
    "title": lambda it: (it.local.shown, it.other.shown),
    "artists": lambda it: (it.local.artists_shown, it.other.artists_shown),
    "version": lambda it: (it.local.version.text, it.candidate.mix_name or it.other.version.text),
    "aside": lambda it: (_left_out(it.local), it.candidate.label or ""),
    "page": lambda it: ("", it.candidate.read_from or ""),
    "length": lambda it: (
        as_minutes(it.track.duration_s or 0),
        as_minutes(it.candidate.length_s or 0),
    ),
    "bpm": lambda it: (f"{it.track.bpm or it.local.stated_bpm or 0:g}", f"{it.candidate.bpm:g}"),
    "key": lambda it: (_key_name(it.local), _key_name(it.other)),
    "year": lambda it: (str(it.track.year), release_year(it.candidate)),
    "label": lambda it: (it.track.label or "", it.candidate.label or ""),
    "album": lambda it: (it.track.album or "", it.candidate.release or ""),
    "isrc": lambda it: (it.local.isrc, it.other.isrc),
    "beatport_id": lambda it: (str(it.local.beatport_id), str(it.candidate.id)),
}


def _left_out(parsed: ParsedTrack) -> str:
    """Return the text that the interpretation leaves out of the title."""
    return "; ".join(filter(None, (*parsed.unexplained, parsed.truncated_bracket, *parsed.label)))


def _key_name(parsed: ParsedTrack) -> str:
    """Return the key in Beatport's notation; empty if it is unknown."""
    return parsed.key.name if parsed.key else ""
