"""A number out of a track and a candidate: the ledger of evidence, and its sum.

Pure and picklable: no network, no clock, no global state. The score is exactly the sum of the
ledger's effects; where the sum would leave 0-100, a line named `limit` says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from beatport_match.comparisons import (
    Finding,
    compare_artists,
    compare_aside,
    compare_bpm,
    compare_lengths,
    compare_titles,
)
from beatport_match.interpretations import read_track
from beatport_match.ledger import Evidence, Relation
from beatport_match.mixes import compare_versions
from beatport_match.readings import Reading, beatport_number, read_candidate
from beatport_match.text import fold
from beatport_match.tracks import Candidate, Track
from beatport_match.undivided import read_by

_Line: TypeAlias = tuple[Evidence, Finding]

_PROOFS = frozenset({"isrc", "beatport_id"})
# What a proof comes to at least: title, artists and version that agree.
_PROVEN = 96.0
_OUTWEIGHS_PROOF = frozenset(
    "title.other version.names version.kind version.part "
    "length.within_30 length.within_60 length.beyond".split()
)
# Best first.
RELATIONS: tuple[Relation, ...] = ("same_recording", "other_version", "different")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate on the scale, before anybody asked how sure that makes us.

    `raw` is the sum before it was kept within 0-100; `codes` are the cases found, as `name.code`.
    `verbatim` tells whether the version is worded as in the library, which breaks ties.
    """

    candidate: Candidate
    reading: Reading
    score: float
    raw: float
    relation: Relation
    evidence: tuple[Evidence, ...]
    codes: tuple[str, ...]
    verbatim: bool


def weigh(track: Track, candidate: Candidate) -> Weighed:
    """Weigh one candidate against what the DJ has; the score is 0-100.

    Where the title can be meant in several ways, the candidate is weighed against the one that
    fits it best; of equals, the likeliest.
    """
    other = read_candidate(candidate)
    best: Weighed | None = None
    for local in read_track(track):
        weighed = _weigh(track, local, candidate, other)
        if best is None or _order(weighed) < _order(best):
            best = weighed
    assert best is not None
    if best.relation == "different" and (read := read_by(track, candidate, other)):
        return min(best, _weigh(track, read, candidate, other), key=_order)
    return best


def _order(weighed: Weighed) -> tuple[int, float]:
    return RELATIONS.index(weighed.relation), -weighed.raw


def _weigh(track: Track, local: Reading, candidate: Candidate, other: Reading) -> Weighed:
    findings = list(_findings(track, local, candidate, other))
    findings += _proofs(track, local, candidate, other, findings)
    ledger = [line for line, _ in findings]
    raw = round(sum(line.effect for line in ledger), 1)
    score = min(100.0, max(0.0, raw))
    if over := round(score - raw, 1):
        ledger.append(Evidence("limit", "", "", over, "a score stays within 0-100"))
    codes = tuple(f"{line.name}.{finding.code}" for line, finding in findings)
    return Weighed(
        candidate=candidate,
        reading=other,
        score=score,
        raw=raw,
        relation=_relation(findings),
        evidence=tuple(ledger),
        codes=codes,
        verbatim=fold(local.version.text) == fold(other.version.text),
    )


def length_gap(local_s: float | None, other_s: float | None) -> float | None:
    """The difference of two lengths in seconds, `None` where one is unknown."""
    if not local_s or not other_s or not math.isfinite(local_s + other_s):
        return None
    return abs(local_s - other_s) if local_s > 0 < other_s else None


def _findings(
    track: Track, local: Reading, candidate: Candidate, other: Reading
) -> Iterator[_Line]:
    gap = length_gap(track.duration_s, candidate.length_s)
    yield _line("title", local.shown, other.shown, compare_titles(local, other))
    yield _line("artists", local.artists_shown, other.artists_shown, compare_artists(local, other))
    mix = candidate.mix_name or other.version.text
    yield _line("version", local.version.text, mix, compare_versions(local, other, gap))
    if local.aside or local.label or local.cut:
        papers = (candidate.label, candidate.release, candidate.catalog_number)
        known = tuple(fold(text) for text in papers if text)
        finding = compare_aside(local, other, known, labelled=bool(candidate.label))
        left_out = "; ".join(filter(None, (*local.aside, local.cut, *local.label)))
        yield _line("aside", left_out, candidate.label or "", finding)
    if gap is not None:
        lengths = _minutes(track.duration_s), _minutes(candidate.length_s)
        yield _line("length", *lengths, compare_lengths(gap))
    if track.bpm and candidate.bpm and track.bpm > 0 < candidate.bpm:
        tempi = f"{track.bpm:g}", f"{candidate.bpm:g}"
        yield _line("bpm", *tempi, compare_bpm(track.bpm, candidate.bpm))
    if local.key and other.key:
        same = local.key == other.key
        finding = (
            Finding("same", 0.5, "same key") if same else Finding("other", -0.5, "another key")
        )
        yield _line("key", local.key.name, other.key.name, finding)
    yield from _papers(track, candidate)


def _papers(track: Track, candidate: Candidate) -> Iterator[_Line]:
    """What stands on the sleeve: year, label, album."""
    if track.year and candidate.release_date and (year := candidate.release_date[:4]).isdigit():
        off = abs(track.year - int(year))
        finding = (
            Finding("same", 0.4, "same year")
            if off <= 1
            else Finding("other", -0.4, f"{off} years apart")
        )
        yield _line("year", str(track.year), year, finding)
    for name, mine, theirs in (
        ("label", track.label, candidate.label),
        ("album", track.album, candidate.release),
    ):
        if mine and theirs and fold(mine) == fold(theirs):
            yield _line(name, mine, theirs, Finding("same", 0.6, f"same {name}"))


def _proofs(
    track: Track, local: Reading, candidate: Candidate, other: Reading, lines: list[_Line]
) -> Iterator[_Line]:
    """Codes that name one recording: ISRC, and Beatport's own number.

    Decisive where they agree, over another wording of the version or the artists; tags are wrong
    often enough that they are only reported where title, remixer, kind or length contradict.
    """
    against = {f"{line.name}.{finding.code}" for line, finding in lines} & _OUTWEIGHS_PROOF
    lacking = _PROVEN - sum(line.effect for line, _ in lines)
    if local.isrc and other.isrc and local.isrc != other.isrc:
        # A recording has one code mostly, and another on a release now and then.
        yield _line("isrc", local.isrc, other.isrc, Finding("other", -1.0, "another ISRC"))
    number = beatport_number(track)
    for name, what, mine, theirs in (
        ("isrc", "ISRC", local.isrc, other.isrc),
        ("beatport_id", "number on Beatport", str(number or ""), str(candidate.id)),
    ):
        if not mine or mine != theirs:
            continue
        if against:
            note = f"same {what}, not trusted: the rest contradicts it"
            yield _line(name, mine, theirs, Finding("contradicted", 0.0, note))
        else:
            yield _line(name, mine, theirs, Finding("same", max(12.0, lacking), f"same {what}"))
            lacking = 0.0


def _line(name: str, local: str, other: str, finding: Finding) -> _Line:
    points = round(finding.points, 1)
    return Evidence(name, local, other, points, finding.note, finding.code), finding


def _relation(lines: list[_Line]) -> Relation:
    """A contradiction decides, however long the shared text is; a proof decides over it."""
    if any(line.name in _PROOFS and finding.code == "same" for line, finding in lines):
        return "same_recording"
    against = {finding.against for _, finding in lines}
    if "recording" in against:
        return "different"
    return "other_version" if "version" in against else "same_recording"


def _minutes(seconds: float | None) -> str:
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"
