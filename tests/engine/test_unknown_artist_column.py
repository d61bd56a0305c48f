"""A CSV file whose artist column is not recognised: its titles alone are never accepted."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from modes import EXACT_SEARCH, Mode, with_attempts

from beatport_match import PlaylistMatch
from beatport_match.testing import CatalogueTrack, FakeBeatport, bundled_catalogue

SOLD = [
    one
    for one in bundled_catalogue()
    if one.mix_name == "Original Mix" and one.isrc and one.length_ms
][:6]
OTHER_ISRC = "ZZZZZ9900001"


def found(
    path: Path, header: str, row: Callable[[CatalogueTrack], tuple[object, ...]]
) -> PlaylistMatch:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *map(row, SOLD)])
    fake = FakeBeatport(**EXACT_SEARCH)
    return Mode("sync").call(
        "match_playlist", path, transport=fake.transport(), settings=with_attempts()
    )


def test_songs_of_another_band_are_not_accepted(tmp_path: Path) -> None:
    """Their titles are on sale. With a known artist column, the right artists are accepted."""
    path = tmp_path / "songs.csv"
    other = found(path, "Track name,Band,Album", lambda one: (one.name, "The Oddments", "Loft"))
    assert "not used are: Band" in str(other.problems[0])
    assert (other.matched, other.failed) == ((), ())
    assert len(other.review) >= len(SOLD) / 2
    right = found(path, "Track name,Artist", lambda one: (one.name, ", ".join(one.artists)))
    assert len(right.matched) == len(SOLD)


def test_another_isrc_needs_review_where_artist_and_length_are_unknown(tmp_path: Path) -> None:
    """With the artist or the length, it is the code of another release."""
    path = tmp_path / "songs.csv"
    alone = found(path, "Track name,ISRC", lambda one: (one.name, OTHER_ISRC))
    assert alone.matched == ()
    same = found(path, "Track name,ISRC", lambda one: (one.name, one.isrc))
    artist = found(
        path,
        "Track name,Artist,ISRC",
        lambda one: (one.name, ", ".join(one.artists), OTHER_ISRC),
    )
    length = found(
        path, "Track name,Duration (ms),ISRC", lambda one: (one.name, one.length_ms, OTHER_ISRC)
    )
    assert [len(result.matched) for result in (same, artist, length)] == 3 * [len(SOLD)]
