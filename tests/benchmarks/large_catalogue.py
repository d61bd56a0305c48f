"""The invented stock of an offline catalogue: rows whose words repeat as those of real titles do.

A catalogue in which every title has words of its own would be too easy to search. Here a few words
stand in many titles and most in hardly any: the commonest are those of `beatport_match.parsing.word_frequency`, the
others are made of syllables, and their shares fall as ranks rise. A title comes in several
versions, on several releases now and then; some artists have hundreds of titles, most have a few.
Nothing is left to chance: a seed and a size give the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from local_library import word_of as syllables

from beatport_match.model.tracks import Track
from beatport_match.parsing.word_frequency import _COMMON

Row = dict[str, Any]

# 28,000 real titles hold 17,000 different words; vocabularies grow with the root of the text.
_WORDS_IN_A_TITLE = (0.30, 0.36, 0.19, 0.09, 0.04, 0.02)
_VERSIONS = (
    "Original Mix",
    "Extended Mix",
    "{} Remix",
    "Radio Edit",
    "Dub Mix",
    "{} Extended Remix",
)
_SHARES_OF_VERSIONS = (0.56, 0.16, 0.17, 0.04, 0.03, 0.04)
_KEYS = tuple(f"{note} {mode}" for note in "A B C D E F G".split() for mode in ("Major", "Minor"))
_GENRES = (
    "House",
    "Techno (Peak Time / Driving)",
    "Trance (Main Floor)",
    "Drum & Bass",
    "Indie Dance",
)
# Above Beatport's own, so that real rows can stand among these.
_FIRST_ID = 10_000_000_000
_AT_ONCE = 4096


def rows(count: int, seed: int = 20261124) -> Iterator[Row]:
    """So many rows of a catalogue, in the order of their ids."""
    dice = Random(seed)
    titles, artists, labels = _titles(dice, count), _artists(dice, count), _labels(dice, count)
    number = 0
    while True:
        title, artist = next(titles), next(artists)
        names = [artist] if dice.random() < 0.7 else [artist, next(artists)]
        length_s = dice.randrange(180, 480)
        for _ in range(dice.choices((1, 2, 3, 5), (0.55, 0.25, 0.15, 0.05))[0]):
            if number == count:
                return
            number += 1
            yield _row(dice, number, title, names, next(artists), next(labels), length_s)


def write(path: Path, count: int, seed: int = 20261124) -> None:
    """The same rows as JSON, one a line."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows(count, seed):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def asked(row: Row, dice: Random) -> Track:
    """How a DJ's library may have written a row down: one way out of six."""
    title, artists = row["name"], ", ".join(row["artists"])
    with_mix = f"{title} ({row['mix_name']})"
    match dice.randrange(6):
        case 0:
            return Track(with_mix, artists, duration_s=row["length_ms"] / 1000)
        case 1:
            return Track(f"{artists} - {with_mix}", duration_s=row["length_ms"] / 1000)
        case 2:
            return Track(title.upper(), artists, duration_s=row["length_ms"] / 1000)
        case 3:
            return Track(f"{row['artists'][0]} - {with_mix} [FREE DL]".lower())
        case 4:
            return Track(_slip(with_mix, dice), artists)
        case _:
            return Track(with_mix, row["artists"][0], bpm=row["bpm"])


def _slip(text: str, dice: Random) -> str:
    """A letter left out, or two the wrong way round."""
    at = dice.randrange(len(text) - 1)
    if dice.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _row(
    dice: Random, number: int, title: str, names: list[str], other: str, label: str, length_s: int
) -> Row:
    mix = dice.choices(_VERSIONS, _SHARES_OF_VERSIONS)[0]
    return {
        # Numbers are given out in the order of time, and not all of them are on sale.
        "id": _FIRST_ID + 3 * number + dice.randrange(3),
        "name": title,
        "mix_name": mix.format(other),
        "artists": names,
        "remixers": [other] if "{}" in mix else [],
        "label": label,
        "release": title,
        "release_date": f"{2004 + number % 21}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "bpm": dice.randrange(100, 176),
        "key": dice.choice(_KEYS),
        "genre": dice.choice(_GENRES),
        "length_ms": 1000 * (length_s + (60 if "Extended" in mix else 0)) + dice.randrange(1000),
        "isrc": f"ZZ{number % 1000:03d}{number:07d}",
        "catalog_number": f"{label[:3].upper()}{number % 500:03d}",
    }


def _titles(dice: Random, count: int) -> Iterator[str]:
    words = _common() + [syllables(number) for number in range(2_000, 2_000 + 60 * _root(count))]
    steps = list(accumulate(1 / (rank + 8) ** 0.95 for rank in range(len(words))))
    sizes = range(1, len(_WORDS_IN_A_TITLE) + 1)
    while True:
        for size in dice.choices(sizes, _WORDS_IN_A_TITLE, k=_AT_ONCE):
            yield " ".join(dict.fromkeys(dice.choices(words, cum_weights=steps, k=size))).title()


def _artists(dice: Random, count: int) -> Iterator[str]:
    first = [syllables(number) for number in range(700, 700 + 15 * _root(count))]
    last = [*first[::-3], "dj", "project", "sound", *_common()[60:300]]
    names = [
        f"{dice.choice(first)} {dice.choice(last)}"
        if dice.random() < 0.6
        else f"{dice.choice(first)}"
        for _ in range(max(20, count // 8))
    ]
    steps = list(accumulate(1 / (rank + 50) ** 0.7 for rank in range(len(names))))
    while True:
        yield from (name.title() for name in dice.choices(names, cum_weights=steps, k=_AT_ONCE))


def _labels(dice: Random, count: int) -> Iterator[str]:
    names = [
        f"{syllables(number)} Records".title() for number in range(50, 50 + max(5, count // 100))
    ]
    while True:
        yield from dice.choices(names, k=_AT_ONCE)


def _common() -> list[str]:
    """The common words of real titles, the commonest first."""
    return [word for words in _COMMON for word in words]


def _root(count: int) -> int:
    return max(10, round(count**0.5))
