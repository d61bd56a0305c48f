"""Helpers of the tag tests: a candidate, matches of files, and the content of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audio_files import KINDS, MP3_FRAME, mp3, opus

from beatport_match import Candidate, Match, ScoredCandidate, Track

FOUND = Candidate(
    id=77,
    url="https://www.beatport.com/track/tide/77",
    name="Tide",
    mix_name="Dub",
    artists=("Ana",),
    remixers=("Nørd", "Bo"),
    label="Quay",
    release_date="2019-05-03",
    bpm=124.5,
    key="Ab Minor",
    camelot="1A",
    genre="Techno",
    isrc="DEAB11900001",
    catalog_number="QUAY01",
)
VALUES = {
    "key": "1A",
    "bpm": "124.5",
    "label": "Quay",
    "date": "2019-05-03",
    "genre": "Techno",
    "remixer": "Nørd, Bo",
    "isrc": "DEAB11900001",
    "catalog_number": "QUAY01",
    "beatport_id": "77",
    "url": "https://www.beatport.com/track/tide/77",
}
OLD_TAGS = {"title": "Tide (Dub)", "artist": "Ana", "MOOD": "calm"}
# ID3v1: title, artist, album, year, comment, genre.
ID3V1 = b"TAG" + b"Tide".ljust(30, b"\0") + b"Ana".ljust(30, b"\0") + bytes(64) + b"\xff"
WRITERS = {
    **KINDS,
    "opus": opus,
    "v23.mp3": lambda tags: mp3(tags, version=3),
    "v1.mp3": lambda tags: mp3(tags, version=3) + ID3V1,
    "bare.mp3": lambda tags: MP3_FRAME * 38,
}


def match_of(
    file: Path | str | None, found: Candidate = FOUND, outcome: Any = "matched", **track: Any
) -> Match:
    scored = ScoredCandidate(found, 99.0, 0.99, "same_recording", ())
    local = Track("Tide", "Ana", file=None if file is None else str(file), **track)
    best = scored if outcome in {"matched", "review"} else None
    return Match(local, outcome, best, (scored,), 0.99, (), (), "enough")


def write_music(folder: Path, *names: str) -> list[Path]:
    """Write one file of each kind, or of the named kinds."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"a.{name}" for name in names or WRITERS]
    for file in files:
        file.write_bytes(WRITERS[file.name.removeprefix("a.")](OLD_TAGS))
    return files


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
