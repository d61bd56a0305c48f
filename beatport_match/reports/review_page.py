"""A page to decide about tracks in a browser: one HTML file that needs no other file.

`review_page.html`, `.css` and `.js` are its content, its style and its script; the results are
in it as JSON. The script sets texts as text only. The content security policy of the page names
the hashes of its style and script, so nothing else can run. It allows the covers and the previews
of Beatport, which the script loads only when the reader presses a button.

Choices stay in the storage of the browser. The page downloads them as lines of a decisions file.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from beatport_match._html_page import page, style_sheet
from beatport_match.beatport.urls import COVERS, PREVIEWS
from beatport_match.files.atomic_write import make_folder, write_text
from beatport_match.files.guarded_read import as_path
from beatport_match.matching.match import Match
from beatport_match.model.evidence import Evidence, MatchOutcome, ScoredCandidate
from beatport_match.model.tracks import Candidate, Track, as_dict
from beatport_match.model.validation import finite_number, is_web_url, single_line
from beatport_match.results import PlaylistMatch, require_results
from beatport_match.review.decision_lines import FORMAT
from beatport_match.review.session import MAX_CHOICES

FILE_NAME = "review.html"
# More candidates do not help a reader, and make a page of 5,000 tracks slow.
MAX_SHOWN: dict[MatchOutcome, int] = {
    "matched": 3,
    "review": MAX_CHOICES,
    "not_found": 4,
    "failed": 4,
}
_FIELDS = {
    "title": "title",
    "version": "mix",
    "artists": "artists",
    "length": "length",
    "bpm": "BPM",
    "key": "key",
    "label": "label",
    "album": "release",
    "year": "date",
    "isrc": "ISRC",
}
"""The name of evidence, and the field of the page in which its difference is marked."""
# The cases of evidence in which both values are equal; another case is marked as similar.
_EQUAL_CODES = {"", "same", "named", "plain", "within_2"}
_THEME = {
    "link": ("#1f5fae", "#7fb2f0"),
    "edge": ("#8b8f97", "#6d727c"),
    "chosen": ("#eef3fa", "#232b38"),
    "same": ("#1b7a4b", "#5cc29c"),
    "near": ("#7d5a00", "#e2b455"),
    "near-paper": ("#fdf3d8", "#352c17"),
    "other": ("#a8321a", "#f5937c"),
    "other-paper": ("#fde8e3", "#3b211c"),
}


def write_review_page(result: PlaylistMatch, folder: str | Path) -> Path:
    """Write a page on which a person decides about the tracks of a run in a browser.

    The page shows each track beside its candidates and marks the differences. It works with keys
    and on a phone. Choices stay in the browser until they are downloaded as a decisions file. The
    page sends no data, and loads covers and previews from Beatport only if the reader presses a
    button.

    Args:
        result: The results of a run, or of `PlaylistMatch.from_json`.
        folder: The folder in which `review.html` is written. It is created if it does not exist; an
            existing `review.html` is replaced.

    Returns:
        The path of the page.

    Raises:
        MisuseError: An argument has a wrong type.
        OutputError: The folder or the page cannot be written. It is also an `OSError`.

    Example:
        ```python
        print(write_review_page(PlaylistMatch.from_json("friday.json"), "review/"))
        ```
    """
    require_results(result)
    folder = as_path("folder", folder, "folder")
    make_folder(folder)
    path = folder / FILE_NAME
    write_text(path, review_page(result.matches))
    return path


def review_page(matches: Sequence[Match]) -> str:
    """Return the page."""
    style, script = (
        style_sheet(_THEME, "\n" + _content("review_page.css")),
        _content("review_page.js"),
    )
    # `<` could end the script element, or begin a comment in it.
    data = json.dumps(page_data(matches), separators=(",", ":")).replace("<", "\\u003c")
    policy = (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; img-src {COVERS}; media-src {PREVIEWS}"
    )
    body = (
        f'{_content("review_page.html")}<script type="application/json" id="data">{data}</script>\n'
        f"<script>{script}</script>"
    )
    return page("Review", style, body, policy=policy)


def page_data(matches: Sequence[Match]) -> dict[str, Any]:
    """Return the data that the script of the page reads."""
    return {
        "format": FORMAT,
        "covers": f"{COVERS}/",
        "previews": f"{PREVIEWS}/",
        "tracks": [_track_data(match) for match in matches],
    }


def _track_data(match: Match) -> dict[str, Any]:
    track = _json(match.track)
    return {
        # The same track has the same choice in every page.
        "key": sha256(track.encode()).hexdigest()[:20],
        "title": single_line(match.track.title),
        "artists": single_line(match.track.artist_text),
        "outcome": match.outcome,
        "reason": single_line(match.reason),
        # As text, because JavaScript rounds whole numbers of more than 53 bits.
        "track": track,
        "candidates": [
            _candidate_data(one) for one in match.candidates[: MAX_SHOWN[match.outcome]]
        ],
    }


def _candidate_data(scored: ScoredCandidate) -> dict[str, Any]:
    found = scored.candidate
    return {
        # Other catalogues use the numbers of Beatport for other tracks.
        "id": f"{found.id} {found.name}",
        "url": found.url if found.url and is_web_url(found.url) else None,
        "json": _json(found),
        "relation": scored.relation,
        "confidence": finite_number(scored.confidence) or 0,
        "marks": dict(filter(None, map(_mark, scored.evidence))),
        "why": [
            [finite_number(one.effect) or 0, single_line(one.note)]
            for one in scored.evidence
            if one.note
        ],
    }


def _mark(evidence: Evidence) -> tuple[str, tuple[str, str]] | None:
    """Return the field of a difference, its kind and the reason; `None` if there is none."""
    field = _FIELDS.get(evidence.name)
    if field is None or (evidence.effect >= 0 and evidence.code in _EQUAL_CODES):
        return None
    return field, ("other" if evidence.effect < 0 else "near", single_line(evidence.note))


def _json(value: Track | Candidate) -> str:
    """Return the fields of a value that are not empty, as in a decisions file.

    A results file may hold numbers that are too large for a float, which JSON cannot express.
    """
    filled = {
        name: one
        for name, one in as_dict(value).items()
        if one not in (None, "", ()) and not (isinstance(one, float) and not isfinite(one))
    }
    return json.dumps(filled, separators=(",", ":"))


@cache
def _content(name: str) -> str:
    return files("beatport_match.reports").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
