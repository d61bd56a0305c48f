"""Read decisions: a local track, its candidates, and which of them is right.

The shipped decisions are text files, one for each kind. A blank line ends a decision:

    E ¦ Title (Some Remix) ¦ Artist ¦ 6:12 ¦ 124 ¦ isrc=…
    - Title ¦ Original Mix ¦ Artist + Other Artist ¦ 6:12 ¦ 124 ¦ Label ¦ isrc=…
    * Title ¦ {Some} Remix ¦ Artist + Other Artist ¦ 7:01 ¦ 124 ¦ Label
    ? Why this is the answer, in one sentence.

The first line is the local track, with its flag. `*` is the right candidate, `=` another release of
the same recording, `-` any other one. `-` instead of a length or a tempo means that it is unknown.
Braces hold the remixers of a mix name. A line that begins with `#` is a comment.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beatport_match.model.tracks import Candidate, Track

SHIPPED = Path(__file__).parent / "shipped_decisions"
PRIVATE_FILE = "decisions.jsonl.gz"
FLAGS = {
    "E": "everyday",
    "A": "should be accepted",
    "T": "right first",
    "N": "nothing right",
}
_LOCAL_FIELDS = ("album", "isrc", "key", "label", "year")
_SOLD_FIELDS = {"cat": "catalog_number", "date": "release_date"}


@dataclass(frozen=True)
class Decision:
    """A local track with its candidates, whose `id` is their position.

    `flag` is a key of `FLAGS`. `E` must be accepted, `A` should be accepted, for `T` the right
    candidate must be first, and for `N` no candidate may be accepted. `right` holds the ids of the
    right candidates: of the wanted one, and of other releases of the same recording.
    """

    id: str
    kind: str
    flag: str
    track: Track
    candidates: tuple[Candidate, ...]
    right: frozenset[int]
    why: str


def read_shipped(folder: Path = SHIPPED) -> list[Decision]:
    """Read the decisions of this repository."""
    return [one for file in sorted(folder.glob("*.txt")) for one in _blocks(file)]


def read_rows(folder: Path) -> list[Decision]:
    """Read the decisions of the evaluation data, which are JSON lines."""
    with gzip.open(folder / PRIVATE_FILE, "rt", encoding="utf-8") as file:
        return [_from_row(json.loads(line)) for line in file]


def _from_row(row: dict[str, Any]) -> Decision:
    local = row["local"]
    known = {name: local[name] for name in _LOCAL_FIELDS if local.get(name)}
    track = Track(
        local["title"],
        local["artist"] or (),
        duration_s=local["length_s"],
        bpm=local["bpm"],
        **known,
    )
    wanted = [] if row["want"] is None else [row["want"]]
    return Decision(
        id=row["id"],
        # The text after a colon describes the single decision.
        kind=row["kind"].partition(":")[0],
        flag=row["flag"],
        track=track,
        candidates=tuple(Candidate(id=at, **one) for at, one in enumerate(row["candidates"])),
        right=frozenset([*wanted, *row.get("also", ())]),
        why=row["why"],
    )


def _blocks(file: Path) -> Iterator[Decision]:
    text = re.sub(r"^#.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    for number, block in enumerate(filter(None, text.strip().split("\n\n")), 1):
        first, *sold, last = block.strip().splitlines()
        title, artist, length, bpm, *more = _cells(first[1:].lstrip(" ¦"))
        track = Track(title, artist, duration_s=_seconds(length), bpm=_number(bpm), **_named(more))
        if last[0] != "?" or not sold:
            raise ValueError(f"{file.name}: decision {number} lacks candidates or its reason")
        yield Decision(
            id=f"{file.stem}/{number}",
            kind=file.stem,
            flag=first[0],
            track=track,
            candidates=tuple(_candidate(at, line[1:]) for at, line in enumerate(sold)),
            right=frozenset(at for at, line in enumerate(sold) if line[0] in "*="),
            why=last[1:].strip(),
        )


def _candidate(number: int, text: str) -> Candidate:
    name, mix, artists, length, bpm, label, *more = _cells(text)
    remixers = [one for found in re.findall(r"{(.+?)}", mix) for one in found.split(" & ")]
    fields = {_SOLD_FIELDS.get(key, key): value for key, value in _named(more).items()}
    given: dict[str, Any] = {"remixers": remixers, "release": name, **fields}
    return Candidate(
        id=number,
        name=name,
        mix_name=re.sub("[{}]", "", mix),
        artists=tuple(artists.split(" + ")),
        length_s=_seconds(length),
        bpm=_number(bpm),
        label=label,
        **given,
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("¦")]


def _named(cells: list[str]) -> dict[str, Any]:
    pairs = dict(cell.split("=", 1) for cell in cells)
    return {key: int(value) if key == "year" else value for key, value in pairs.items()}


def _seconds(text: str) -> float | None:
    minutes, _, seconds = text.partition(":")
    return None if text == "-" else 60.0 * int(minutes) + int(seconds)


def _number(text: str) -> float | None:
    return None if text == "-" else float(text)
