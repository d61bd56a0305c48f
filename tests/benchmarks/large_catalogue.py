"""Invented rows for a large offline catalogue, whose words repeat as in real titles.

A catalogue in which every title has its own words would be too easy to search. Here a few words are
in many titles, and most words are in few: the most common ones come from
`beatport_match.parsing.word_frequency`, the others are made of syllables, and their frequency falls
with their rank. A title has several versions, and some versions are on several releases. Some
artists have hundreds of titles, most have a few. A seed and a size always give the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from local_library import syllables

from beatport_match.model.tracks import Track
from beatport_match.parsing.word_frequency import _COMMON

Row = dict[str, Any]

# The shares of titles with 1 to 6 words.
_TITLE_LENGTH_SHARES = (0.30, 0.36, 0.19, 0.09, 0.04, 0.02)
_VERSIONS = (
    "Original Mix",
    "Extended Mix",
    "{} Remix",
    "Radio Edit",
    "Dub Mix",
    "{} Extended Remix",
)
_VERSION_SHARES = (0.56, 0.16, 0.17, 0.04, 0.03, 0.04)
_KEYS = tuple(f"{note} {mode}" for note in "A B C D E F G".split() for mode in ("Major", "Minor"))
_GENRES = (
    "House",
    "Techno (Peak Time / Driving)",
    "Trance (Main Floor)",
    "Drum & Bass",
    "Indie Dance",
)
# Above Beatport's own IDs, so that real rows can be added.
_FIRST_ID = 10_000_000_000
_BATCH = 4096


def rows(count: int, seed: int = 20261124) -> Iterator[Row]:
    """Yield so many rows of a catalogue, in the order of their IDs."""
    rng = Random(seed)
    titles, artists, labels = _titles(rng, count), _artists(rng, count), _labels(rng, count)
    number = 0
    while True:
        title, artist = next(titles), next(artists)
        names = [artist] if rng.random() < 0.7 else [artist, next(artists)]
        length_s = rng.randrange(180, 480)
        for _ in range(rng.choices((1, 2, 3, 5), (0.55, 0.25, 0.15, 0.05))[0]):
            if number == count:
                return
            number += 1
            yield _row(rng, number, title, names, next(artists), next(labels), length_s)


def write(path: Path, count: int, seed: int = 20261124) -> None:
    """Write the same rows as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows(count, seed):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def as_library_track(row: Row, rng: Random) -> Track:
    """Return a row as a DJ's library may have it, in one of six notations."""
    title, artists = row["name"], ", ".join(row["artists"])
    with_mix = f"{title} ({row['mix_name']})"
    match rng.randrange(6):
        case 0:
            return Track(with_mix, artists, duration_s=row["length_ms"] / 1000)
        case 1:
            return Track(f"{artists} - {with_mix}", duration_s=row["length_ms"] / 1000)
        case 2:
            return Track(title.upper(), artists, duration_s=row["length_ms"] / 1000)
        case 3:
            return Track(f"{row['artists'][0]} - {with_mix} [FREE DL]".lower())
        case 4:
            return Track(_with_typo(with_mix, rng), artists)
        case _:
            return Track(with_mix, row["artists"][0], bpm=row["bpm"])


def _with_typo(text: str, rng: Random) -> str:
    """Leave out a letter, or swap two."""
    at = rng.randrange(len(text) - 1)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _row(
    rng: Random, number: int, title: str, names: list[str], other: str, label: str, length_s: int
) -> Row:
    mix = rng.choices(_VERSIONS, _VERSION_SHARES)[0]
    return {
        # Beatport assigns IDs in order of time, and not all of them are on sale.
        "id": _FIRST_ID + 3 * number + rng.randrange(3),
        "name": title,
        "mix_name": mix.format(other),
        "artists": names,
        "remixers": [other] if "{}" in mix else [],
        "label": label,
        "release": title,
        "release_date": f"{2004 + number % 21}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "bpm": rng.randrange(100, 176),
        "key": rng.choice(_KEYS),
        "genre": rng.choice(_GENRES),
        "length_ms": 1000 * (length_s + (60 if "Extended" in mix else 0)) + rng.randrange(1000),
        "isrc": f"ZZ{number % 1000:03d}{number:07d}",
        "catalog_number": f"{label[:3].upper()}{number % 500:03d}",
    }


def _titles(rng: Random, count: int) -> Iterator[str]:
    words = _common_words() + [
        syllables(number) for number in range(2_000, 2_000 + 60 * _square_root(count))
    ]
    cumulative = list(accumulate(1 / (rank + 8) ** 0.95 for rank in range(len(words))))
    sizes = range(1, len(_TITLE_LENGTH_SHARES) + 1)
    while True:
        for size in rng.choices(sizes, _TITLE_LENGTH_SHARES, k=_BATCH):
            yield " ".join(
                dict.fromkeys(rng.choices(words, cum_weights=cumulative, k=size))
            ).title()


def _artists(rng: Random, count: int) -> Iterator[str]:
    first = [syllables(number) for number in range(700, 700 + 15 * _square_root(count))]
    last = [*first[::-3], "dj", "project", "sound", *_common_words()[60:300]]
    names = [
        f"{rng.choice(first)} {rng.choice(last)}" if rng.random() < 0.6 else f"{rng.choice(first)}"
        for _ in range(max(20, count // 8))
    ]
    cumulative = list(accumulate(1 / (rank + 50) ** 0.7 for rank in range(len(names))))
    while True:
        yield from (name.title() for name in rng.choices(names, cum_weights=cumulative, k=_BATCH))


def _labels(rng: Random, count: int) -> Iterator[str]:
    names = [
        f"{syllables(number)} Records".title() for number in range(50, 50 + max(5, count // 100))
    ]
    while True:
        yield from rng.choices(names, k=_BATCH)


def _common_words() -> list[str]:
    """Return the common words of real titles, the most common first."""
    return [word for words in _COMMON for word in words]


def _square_root(count: int) -> int:
    """Return the size of a vocabulary: it grows with the square root of the text.

    28,000 real titles hold 17,000 different words.
    """
    return max(10, round(count**0.5))
