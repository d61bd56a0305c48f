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
    cut_short,
)
from beatport_match.interpretations import read_track
from beatport_match.ledger import Evidence, Relation
from beatport_match.mixes import compare_versions
from beatport_match.readings import Reading, read_candidate
from beatport_match.text import fold
from beatport_match.tracks import Candidate, Track
from beatport_match.undivided import read_by

# A line of the ledger before it is written out: what was compared, both sides, what was found.
_Line: TypeAlias = tuple[str, str, str, Finding]

# What a proof comes to at least: title, artists and version that agree.
_PROVEN = 96.0
_OUTWEIGHS_PROOF = frozenset(
    "title.other version.names version.kind version.part version.year "
    "length.within_30 length.within_60 length.beyond".split()
)
# What a proof decides over only where the lengths are known to agree.
_NEEDS_A_LENGTH = frozenset({"version.length", "version.unsaid", "artists.other"})
_LENGTH_AGREES = frozenset({"length.within_2", "length.within_5", "length.within_10"})
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


@dataclass(frozen=True, slots=True)
class _Fit:
    """A candidate against one reading of the track, its lines not yet written out."""

    local: Reading
    lines: list[_Line]
    raw: float
    relation: Relation


def weigh(track: Track, candidate: Candidate) -> Weighed:
    """Weigh one candidate against what the DJ has; the score is 0-100.

    Where the title can be meant in several ways, the candidate is weighed against the one that
    fits it best; of equals, the likeliest.
    """
    other, readings = read_candidate(candidate), read_track(track)
    gap = length_gap(track.duration_s, candidate.length_s)
    # What stands beside the words is the same, however the words are read.
    beside = list(_beside(track, readings[0], candidate, other, gap))

    def fit(local: Reading) -> _Fit:
        return _fit(local, candidate, other, gap, beside)

    best = min(map(fit, readings), key=_order)
    if best.relation == "different" and (read := read_by(track, candidate, other)):
        best = min(best, fit(read), key=_order)
    return _written(best, candidate, other)


def length_gap(local_s: float | None, other_s: float | None) -> float | None:
    """The difference of two lengths in seconds, `None` where one is unknown."""
    if not local_s or not other_s or not math.isfinite(local_s + other_s):
        return None
    return abs(local_s - other_s) if local_s > 0 < other_s else None


def _order(fit: _Fit) -> tuple[int, float]:
    return RELATIONS.index(fit.relation), -fit.raw


def _fit(
    local: Reading, candidate: Candidate, other: Reading, gap: float | None, beside: list[_Line]
) -> _Fit:
    lines = [*_words(local, candidate, other, gap), *beside]
    proofs = list(_proofs(local, candidate, other, lines))
    lines += proofs
    raw = round(sum(finding.points for *_, finding in lines), 1)
    proven = any(finding.code == "same" for *_, finding in proofs)
    return _Fit(local, lines, raw, "same_recording" if proven else _relation(lines))


def _written(fit: _Fit, candidate: Candidate, other: Reading) -> Weighed:
    ledger = [
        Evidence(name, mine, theirs, found.points, found.note, found.code)
        for name, mine, theirs, found in fit.lines
    ]
    score = min(100.0, max(0.0, fit.raw))
    if over := round(score - fit.raw, 1):
        ledger.append(Evidence("limit", "", "", over, "a score stays within 0-100"))
    return Weighed(
        candidate=candidate,
        reading=other,
        score=score,
        raw=fit.raw,
        relation=fit.relation,
        evidence=tuple(ledger),
        codes=tuple(f"{name}.{found.code}" for name, _, _, found in fit.lines),
        verbatim=fit.local.version.folded == other.version.folded,
    )


def _relation(lines: list[_Line]) -> Relation:
    """A contradiction decides, however long the shared text is."""
    against = {finding.against for *_, finding in lines}
    if "recording" in against:
        return "different"
    return "other_version" if "version" in against else "same_recording"


def _words(
    local: Reading, candidate: Candidate, other: Reading, gap: float | None
) -> Iterator[_Line]:
    """Title, artists, version, and what the reading had to leave out."""
    yield "title", local.shown, other.shown, compare_titles(local, other)
    yield "artists", local.artists_shown, other.artists_shown, compare_artists(local, other)
    mix = candidate.mix_name or other.version.text
    yield "version", local.version.text, mix, compare_versions(local, other, gap)
    if local.aside or local.label or (local.cut and not cut_short(local, other)):
        papers = (candidate.label, candidate.catalog_number)
        known = tuple(fold(text) for text in papers if text)
        release = fold(candidate.release or "")
        finding = compare_aside(local, other, known, release, labelled=bool(candidate.label))
        left_out = "; ".join(filter(None, (*local.aside, local.cut, *local.label)))
        yield "aside", left_out, candidate.label or "", finding


def _beside(
    track: Track, local: Reading, candidate: Candidate, other: Reading, gap: float | None
) -> Iterator[_Line]:
    """Length, tempo, key, and what stands on the sleeve: year, label, album."""
    if gap is not None:
        lengths = _minutes(track.duration_s), _minutes(candidate.length_s)
        yield "length", *lengths, compare_lengths(gap)
    if track.bpm and candidate.bpm and track.bpm > 0 < candidate.bpm:
        tempi = f"{track.bpm:g}", f"{candidate.bpm:g}"
        yield "bpm", *tempi, compare_bpm(track.bpm, candidate.bpm)
    if local.key and other.key:
        same = Finding("same", 0.5, "same key")
        finding = same if local.key == other.key else Finding("other", -0.5, "another key")
        yield "key", local.key.name, other.key.name, finding
    if track.year and candidate.release_date and (year := candidate.release_date[:4]).isdigit():
        off = abs(track.year - int(year))
        same = Finding("same", 0.4, "same year")
        finding = same if off <= 1 else Finding("other", -0.4, f"{off} years apart")
        yield "year", str(track.year), year, finding
    for name, mine, theirs in (
        ("label", track.label, candidate.label),
        ("album", track.album, candidate.release),
    ):
        if mine and theirs and fold(mine) == fold(theirs):
            yield name, mine, theirs, Finding("same", 0.6, f"same {name}")


def _proofs(
    local: Reading, candidate: Candidate, other: Reading, lines: list[_Line]
) -> Iterator[_Line]:
    """Codes that name one recording: ISRC, and Beatport's own number.

    Decisive where they agree, over another wording of the version or the artists; tags are wrong
    often enough that they are only reported where title, remixer, kind or length contradict.
    """
    if local.isrc and other.isrc and local.isrc != other.isrc:
        # A recording has one code mostly, and another on a release now and then.
        yield "isrc", local.isrc, other.isrc, Finding("other", -1.0, "another ISRC")
    if not (local.isrc and local.isrc == other.isrc) and local.number != candidate.id:
        return
    cases = {f"{name}.{found.code}" for name, *_, found in lines}
    against = cases & _OUTWEIGHS_PROOF or (cases & _NEEDS_A_LENGTH and not cases & _LENGTH_AGREES)
    over = "; ".join(found.note for *_, found in lines if found.against)
    lacking = round(_PROVEN - sum(finding.points for *_, finding in lines), 1)
    for name, what, mine, theirs in (
        ("isrc", "ISRC", local.isrc, other.isrc),
        ("beatport_id", "number on Beatport", local.number, candidate.id),
    ):
        if not mine or mine != theirs:
            continue
        code, points = ("contradicted", 0.0) if against else ("same", max(12.0, lacking))
        note = f", which decides over {over}" if over else ""
        note = ", not trusted: the rest contradicts it" if against else note
        yield name, str(mine), str(theirs), Finding(code, points, f"same {what}{note}")
        lacking = 0.0


def _minutes(seconds: float | None) -> str:
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"
