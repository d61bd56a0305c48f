"""Questions made from the bundled, invented catalogue by writing its rows as DJs' libraries do.

Deterministic: the same seed makes the same questions. A share of the recordings is taken off the
shop's shelf with all their releases; what is asked about those has no right answer.
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
_OFF_THE_SHELF = 0.2
_KNOWS_LENGTH, _KNOWS_BPM, _KNOWS_KEY = 0.5, 0.4, 0.3
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
    """The rows of a shop with its gaps, and so many questions of each kind."""
    dice = random.Random(SEED)
    tracks = bundled_catalogue()
    recordings = sorted({track.isrc for track in tracks})
    gone = set(dice.sample(recordings, round(len(recordings) * _OFF_THE_SHELF)))
    shelf = [track for track in tracks if track.isrc not in gone]
    questions = []
    for kind in RULES:
        fitting = [track for track in tracks if _fits(kind, track)]
        asked = dice.sample(fitting, min(each, len(fitting)))
        questions += [
            _question(f"{kind}-{number}", kind, track, shelf, dice)
            for number, track in enumerate(asked)
        ]
    return [_row(track) for track in shelf], questions


def _question(
    qid: str, kind: str, track: CatalogueTrack, shelf: list[CatalogueTrack], dice: random.Random
) -> dict[str, Any]:
    title, artists = RULES[kind](track, dice)
    asked: dict[str, Any] = {"title": title, "artists": artists}
    # Without a word about the version, only the length can tell "Original" from "Extended".
    if dice.random() < _KNOWS_LENGTH or kind == "no_mix":
        asked["duration_s"] = round(track.length_ms / 1000 + dice.uniform(-0.8, 0.8), 1)
    if dice.random() < _KNOWS_BPM:
        asked["bpm"] = float(track.bpm)
    if dice.random() < _KNOWS_KEY:
        asked["key"] = track.key
    same = [one.id for one in shelf if _same(one, track)]
    kin = [one.id for one in shelf if _kin(one, track) and one.id not in same]
    return {"qid": qid, "cls": kind, "track": asked, "acceptable": same, "siblings": kin}


def _same(one: CatalogueTrack, track: CatalogueTrack) -> bool:
    if one.isrc == track.isrc:
        return True
    close = abs(one.length_ms - track.length_ms) <= 2000
    return close and _kin(one, track) and fold(one.mix_name) == fold(track.mix_name)


def _kin(one: CatalogueTrack, track: CatalogueTrack) -> bool:
    return fold(one.name) == fold(track.name) and bool({*one.artists} & {*track.artists})


def _row(track: CatalogueTrack) -> dict[str, Any]:
    return {**asdict(track), "release": track.release_name}


@cache
def _mixes(isrc: str) -> bool:
    """Whether another mix of this recording's track has the same title and credit."""
    tracks = bundled_catalogue()
    track = next(one for one in tracks if one.isrc == isrc)
    return any(_kin(one, track) and one.isrc != isrc for one in tracks)


def _fits(kind: str, track: CatalogueTrack) -> bool:
    """Whether the rule changes this track, and leaves a question that has one answer."""
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


def _case(track: CatalogueTrack, dice: random.Random) -> Words:
    change = dice.choice((str.upper, str.lower))
    return change(_title(track)), change(_names(track))


def _no_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return track.name, _names(track)


def _square_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{track.name} [{track.mix_name}]", _names(track)


def _dash_mix(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{track.name} - {track.mix_name}", _names(track)


def _in_title(track: CatalogueTrack, _: random.Random) -> Words:
    return f"{_names(track)} - {_title(track)}", ""


def _filename(track: CatalogueTrack, dice: random.Random) -> Words:
    whole = f"{_names(track)} - {_title(track)}"
    if dice.random() < 0.3:
        return f"{dice.randrange(1, 20):02d}_{whole.replace(' ', '_')}.mp3", ""
    lead = dice.choice(("{:02d} - ", "8A - 124 - ", "{:02d}. ")).format(dice.randrange(1, 20))
    return lead + whole, ""


def _noise(track: CatalogueTrack, dice: random.Random) -> Words:
    return dice.choice(_NOISE).format(_title(track)), _names(track)


def _abbr(track: CatalogueTrack, dice: random.Random) -> Words:
    long, short = dice.choice([pair for pair in _SHORT_FORMS if pair[0] in track.mix_name])
    return f"{track.name} ({track.mix_name.replace(long, short)})", _names(track)


def _feat_moved(track: CatalogueTrack, _: random.Random) -> Words:
    first, *guests = track.artists
    return f"{track.name} feat. {' & '.join(guests)} ({track.mix_name})", first


def _artist_join(track: CatalogueTrack, dice: random.Random) -> Words:
    names = list(track.artists)
    dice.shuffle(names)
    return _title(track), dice.choice((" & ", " / ", " x ", " vs. ", "; ")).join(names)


def _first_artist(track: CatalogueTrack, _: random.Random) -> Words:
    return _title(track), track.artists[0]


def _plain_ascii(track: CatalogueTrack, _: random.Random) -> Words:
    return _ascii(_title(track)), _ascii(_names(track))


def _typo(track: CatalogueTrack, dice: random.Random) -> Words:
    word = dice.choice(_long_words(track.name))
    return _title(track).replace(word, _mistyped(word, dice), 1), _names(track)


def _truncated(track: CatalogueTrack, _: random.Random) -> Words:
    return _title(track)[:-4], _names(track)


def _combo(track: CatalogueTrack, dice: random.Random) -> Words:
    title, artists = dice.choice((_exact, _square_mix, _dash_mix))(track, dice)
    if dice.random() < 0.5:
        title = dice.choice(_NOISE[:4]).format(title)
    title, artists = (f"{artists} - {title}", "") if dice.random() < 0.5 else (title, artists)
    if dice.random() < 0.4:
        title, artists = title.upper(), artists.upper()
    return (_ascii(title), _ascii(artists)) if dice.random() < 0.4 else (title, artists)


def _ascii(text: str) -> str:
    """Latin letters without what stands on them; other scripts pass."""
    return "".join(_bare(sign) for sign in text.translate(_STROKES))


def _bare(sign: str) -> str:
    letter = unicodedata.normalize("NFD", sign)[0]
    return letter if letter.isascii() else sign


def _long_words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{6,}", text)


def _mistyped(word: str, dice: random.Random) -> str:
    """A letter lost, doubled, or out of place; never the first, which people get right."""
    at = dice.randrange(1, len(word) - 2)
    return dice.choice(
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
