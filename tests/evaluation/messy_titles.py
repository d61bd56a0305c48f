"""Make questions from the bundled, invented catalogue: its rows, written as DJ libraries do.

The same seed makes the same questions. A share of the recordings is removed from the catalogue with
all their releases, so the questions about them have no right answer.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

from beatport_match.parsing.normalize import fold
from beatport_match.testing import CatalogueTrack, bundled_catalogue

SEED = 20261122
_REMOVED_SHARE = 0.2
_LENGTH_SHARE, _BPM_SHARE, _KEY_SHARE = 0.5, 0.4, 0.3
_NOISE = (
    *("{} [FREE DOWNLOAD]", "{} (Official Video)", "01. {}", "{} [320kbps]"),
    *("{}.mp3", "★★★ {}", "{} (Out Now)", "PREMIERE: {}"),
)
_SHORT_FORMS = (
    *(("Original Mix", "Original"), ("Original Mix", "Orig. Mix"), ("Extended Mix", "Ext. Mix")),
    *(("Extended Mix", "Extended"), ("Remix", "Rmx"), ("Instrumental", "Inst.")),
)
_STROKES = str.maketrans({**dict(zip("øØłŁđĐ", "oOlLdD", strict=True)), "ß": "ss", "æ": "ae"})

Words = tuple[str, str]
Rule = Callable[[CatalogueTrack, random.Random], Words]


def rows_and_questions(each: int = 40) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows that are on sale, and up to `each` questions of each kind."""
    rng = random.Random(SEED)
    tracks = bundled_catalogue()
    recordings = sorted({track.isrc for track in tracks})
    removed = set(rng.sample(recordings, round(len(recordings) * _REMOVED_SHARE)))
    on_sale = [track for track in tracks if track.isrc not in removed]
    questions = []
    for kind in RULES:
        suitable = [track for track in tracks if _fits(kind, track)]
        chosen = rng.sample(suitable, min(each, len(suitable)))
        questions += [
            _question(f"{kind}-{number}", kind, track, on_sale, rng)
            for number, track in enumerate(chosen)
        ]
    return [_row(track) for track in on_sale], questions


def _question(
    qid: str, kind: str, track: CatalogueTrack, on_sale: list[CatalogueTrack], rng: random.Random
) -> dict[str, Any]:
    title, artists = RULES[kind](track, rng)
    local: dict[str, Any] = {"title": title, "artists": artists}
    # If the title names no version, only the length distinguishes "Original" from "Extended".
    if rng.random() < _LENGTH_SHARE or kind == "no_mix":
        local["duration_s"] = round(track.length_ms / 1000 + rng.uniform(-0.8, 0.8), 1)
    if rng.random() < _BPM_SHARE:
        local["bpm"] = float(track.bpm)
    if rng.random() < _KEY_SHARE:
        local["key"] = track.key
    same = [one.id for one in on_sale if _same(one, track)]
    other_versions = [
        one.id for one in on_sale if _has_same_title(one, track) and one.id not in same
    ]
    answers = {"acceptable": same, "siblings": other_versions}
    return {"qid": qid, "cls": kind, "track": local, **answers}


def _same(one: CatalogueTrack, track: CatalogueTrack) -> bool:
    if one.isrc == track.isrc:
        return True
    same_length = abs(one.length_ms - track.length_ms) <= 2000
    return (
        same_length and _has_same_title(one, track) and fold(one.mix_name) == fold(track.mix_name)
    )


def _has_same_title(one: CatalogueTrack, track: CatalogueTrack) -> bool:
    return fold(one.name) == fold(track.name) and bool({*one.artists} & {*track.artists})


def _row(track: CatalogueTrack) -> dict[str, Any]:
    return {**asdict(track), "release": track.release_name}


@cache
def _mixes(isrc: str) -> bool:
    """Whether another mix of this recording has the same title and artist."""
    tracks = bundled_catalogue()
    track = next(one for one in tracks if one.isrc == isrc)
    return any(_has_same_title(one, track) and one.isrc != isrc for one in tracks)


def _fits(kind: str, track: CatalogueTrack) -> bool:
    """Whether the rule changes this track, and the question still has one answer."""
    plain = track.mix_name == "Original Mix"
    if kind == "no_mix":
        return plain
    if kind == "truncated":
        return plain or not _mixes(track.isrc)
    if kind in {"artist_join", "first_artist"}:
        return len(track.artists) > 1
    if kind == "feat_moved":
        return len(track.artists) > 1 and "feat" not in track.name.lower()
    if kind == "typo":
        return bool(_long_words(track.name))
    if kind == "abbr":
        return any(long in track.mix_name for long, _ in _SHORT_FORMS)
    return True


def _names(track: CatalogueTrack) -> str:
    return ", ".join(track.artists)


def _title(track: CatalogueTrack) -> str:
    return f"{track.name} ({track.mix_name})"


def _exact(track: CatalogueTrack, _: random.Random) -> Words:
    return _title(track), _names(track)


def _case(track: CatalogueTrack, rng: random.Random) -> Words:
    change = rng.choice((str.upper, str.lower))
    return change(_title(track)), change(_names(track))


def _no_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return track.name, _names(track)


def _square_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{track.name} [{track.mix_name}]", _names(track)


def _dash_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{track.name} - {track.mix_name}", _names(track)


def _in_title(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{_names(track)} - {_title(track)}", ""


def _filename(track: CatalogueTrack, rng: random.Random) -> Words:
    whole = f"{_names(track)} - {_title(track)}"
    if rng.random() < 0.3:
        return f"{rng.randrange(1, 20):02d}_{whole.replace(' ', '_')}.mp3", ""
    lead = rng.choice(("{:02d} - ", "8A - 124 - ", "{:02d}. ")).format(rng.randrange(1, 20))
    return lead + whole, ""


def _noise(track: CatalogueTrack, rng: random.Random) -> Words:
    return rng.choice(_NOISE).format(_title(track)), _names(track)


def _abbr(track: CatalogueTrack, rng: random.Random) -> Words:
    long, short = rng.choice([pair for pair in _SHORT_FORMS if pair[0] in track.mix_name])
    return f"{track.name} ({track.mix_name.replace(long, short)})", _names(track)


def _feat_moved(track: CatalogueTrack, _: random.Random) -> Words:
    first, *guests = track.artists
    return f"{track.name} feat. {' & '.join(guests)} ({track.mix_name})", first


def _artist_join(track: CatalogueTrack, rng: random.Random) -> Words:
    names = list(track.artists)
    rng.shuffle(names)
    return _title(track), rng.choice((" & ", " / ", " x ", " vs. ", "; ")).join(names)


def _first_artist(track: CatalogueTrack, _: random.Random) -> Words:
    return _title(track), track.artists[0]


def _plain_ascii(track: CatalogueTrack, _: random.Random) -> Words:
    return _ascii(_title(track)), _ascii(_names(track))


def _typo(track: CatalogueTrack, rng: random.Random) -> Words:
    word = rng.choice(_long_words(track.name))
    return _title(track).replace(word, _mistyped(word, rng), 1), _names(track)


def _truncated(track: CatalogueTrack, _: random.Random) -> Words:
    return _title(track)[:-4], _names(track)


def _combo(track: CatalogueTrack, rng: random.Random) -> Words:
    title, artists = rng.choice((_exact, _square_mix, _dash_mix))(track, rng)
    if rng.random() < 0.5:
        title = rng.choice(_NOISE[:4]).format(title)
    title, artists = (f"{artists} - {title}", "") if rng.random() < 0.5 else (title, artists)
    if rng.random() < 0.4:
        title, artists = title.upper(), artists.upper()
    return (_ascii(title), _ascii(artists)) if rng.random() < 0.4 else (title, artists)


def _ascii(text: str) -> str:
    """Remove the accents from Latin letters; other scripts stay."""
    return "".join(_without_accent(character) for character in text.translate(_STROKES))


def _without_accent(character: str) -> str:
    letter = unicodedata.normalize("NFD", character)[0]
    return letter if letter.isascii() else character


def _long_words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{6,}", text)


def _mistyped(word: str, rng: random.Random) -> str:
    """Drop, double or swap a letter; never the first one, which people rarely get wrong."""
    at = rng.randrange(1, len(word) - 2)
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


RULES: dict[str, Rule] = {
    "exact": _exact,
    "case": _case,
    "no_mix": _no_mix,
    "square_mix": _square_mix,
    "dash_mix": _dash_mix,
    "in_title": _in_title,
    "filename": _filename,
    "noise": _noise,
    "abbr": _abbr,
    "feat_moved": _feat_moved,
    "artist_join": _artist_join,
    "first_artist": _first_artist,
    "plain_ascii": _plain_ascii,
    "typo": _typo,
    "truncated": _truncated,
    "combo": _combo,
}
