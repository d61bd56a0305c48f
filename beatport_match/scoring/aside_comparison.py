"""Compare the text that an interpretation leaves out of the title with texts that explain it.

A title may have text beside its base, version and artists: a label, a catalogue number, the name of
the release, the genre. If nothing explains the text, it may name another version, such as "Slowed"
or "Japanese Ver.". Such a version often has the same length and tempo, so an equal length or tempo
is no explanation.
"""

from __future__ import annotations

from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.noise import is_catalogue_number
from beatport_match.parsing.normalize import fold
from beatport_match.parsing.parsed_track import ParsedTrack
from beatport_match.parsing.typos import typo_count
from beatport_match.parsing.vocabulary import LABEL_WORDS
from beatport_match.scoring import cases
from beatport_match.scoring.cases import Finding
from beatport_match.scoring.version_comparison import is_truncated_version

_ASSUMPTIONS = {
    "position": cases.ASIDE_POSITION,
    "uploader": cases.ASIDE_UPLOADER,
    "swapped": cases.ASIDE_SWAPPED,
}


def compare_aside(
    track: Track, local: ParsedTrack, candidate: Candidate, other: ParsedTrack
) -> Finding | None:
    """Compare the text that an interpretation left out; `None` if it left out nothing."""
    is_cut = bool(local.truncated_bracket) and not is_truncated_version(local, other)
    if not (local.unexplained or local.label or is_cut or local.assumption):
        return None
    known = _explanations(track, local, candidate)
    # A release must equal the whole phrase, because releases are named after their remixes.
    release = fold(candidate.release or "")
    strange, label = (
        [
            phrase
            for phrase in phrases
            if phrase != release
            and not _is_explained(phrase, known)
            and not _is_measured(phrase, track, local)
        ]
        for phrases in (local.unexplained, local.label)
    )
    if local.assumption and not (strange or label or is_cut):
        assumed, text = local.assumption
        if assumed == "uploader" and _is_explained(fold(text), known):
            return cases.ASIDE_KNOWN.found()
        return _ASSUMPTIONS[assumed].found(text)
    # "Title (Phrase)" may be the name of the release.
    harmless = {*local.label_like, *(it for it in strange if release == f"{local.base} {it}")}
    # Beatport names a label for every track, but an offline catalogue may not. Then the title of an
    # upload ("Artist - Title [Label]", "Artist - Title (LABEL7)") is the only place with a label.
    is_upload = not candidate.label and not track.artist_text
    labels = [it for it in label if is_upload or it in harmless]
    labels += [it for it in strange if it in harmless or (is_upload and _has_digit(it))]
    strange = [it for it in (*strange, *label) if it not in labels]
    if is_cut:
        strange.append(local.truncated_bracket)
    if not strange and not labels:
        return cases.ASIDE_KNOWN.found()
    if strange:
        case = cases.ASIDE_STRANGE
    elif not candidate.label and harmless.issuperset(labels):
        case = cases.ASIDE_UNLABELLED
    else:
        # Only a label on Beatport can contradict text that looks like a label.
        case = cases.ASIDE_OTHER_LABEL
    points = cases.ASIDE_STRANGE.points * len(strange)
    points += cases.ASIDE_UNLABELLED.points * len(labels)
    return case.worth(points, ", ".join((*strange, *labels)))


def release_year(candidate: Candidate) -> str:
    """Return the year of the release as text; empty if it is unknown."""
    year = (candidate.release_date or "")[:4]
    return year if year.isdigit() else ""


def _explanations(track: Track, local: ParsedTrack, candidate: Candidate) -> tuple[str, ...]:
    """Return the folded texts that explain a phrase."""
    number = " ".join(filter(None, (candidate.label, candidate.catalog_number)))
    texts = (
        candidate.label,
        candidate.catalog_number,
        number,
        track.label,
        release_year(candidate),
        candidate.genre,
        candidate.sub_genre,
        f"{local.shown} EP",
    )
    return tuple(fold(text) for text in texts if text)


def _is_measured(phrase: str, track: Track, local: ParsedTrack) -> bool:
    """Return whether a phrase is the tempo or the key of the track."""
    if local.key and parse_key(phrase) == local.key:
        return True
    return bool(track.bpm) and phrase in {f"{track.bpm:.0f}", f"{track.bpm:.2f}".replace(".", " ")}


def _has_digit(phrase: str) -> bool:
    """Return whether a phrase has a digit, like a catalogue number."""
    return any(map(str.isdigit, phrase))


def _is_explained(phrase: str, known: tuple[str, ...]) -> bool:
    """Return whether a phrase is a known one, a part of one ("Quay" of "Quay Records"), or a typo.

    Beside a whole known phrase it may have numbers and words that labels use.
    """
    words, compact = set(phrase.split()), phrase.replace(" ", "")
    for text in known:
        name = text.replace(" ", "")
        if compact.startswith(name) and compact[len(name) :].isdecimal():
            return True  # "QUAY012" on Quay
        others = set(text.split())
        if words <= others or typo_count(phrase, text):
            return True
        if others <= words:
            rest = [word for word in phrase.split() if word not in others]
            is_number = is_catalogue_number(" ".join(rest).upper())
            if is_number or all(word.isdigit() or word in LABEL_WORDS for word in rest):
                return True
    return False
