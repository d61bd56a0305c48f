"""An invented music library of any size, and the invented Beatport catalogue that belongs to it.

Every title is different, so that no search answers another one. One track in 25 is not on sale, and
takes all queries of its plan. Together with the rows that the fake's search leaves out, a track
costs about 1.2 requests, as in the evaluation. Nothing is random: a number always gives the same
track.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from beatport_match import Track
from beatport_match.testing import CatalogueTrack

_SYLLABLES = (
    "ba do fe gi hu ka lo me ni pu ra so te vi wu za bri clo dru fla gro kle pli tra".split()
)
_VERSIONS = (("Original Mix", ()), ("Extended Mix", ()), ("{} Remix", ("{}",)))
_TRACKS_PER_ARTIST = 4
# From these numbers on, the words of all titles have four syllables, and those of all artists five.
# With longer words for the later tracks, these would cost more.
_FIRST_OF_TITLES, _FIRST_OF_ARTISTS = 14_000, 900_000
_NOT_ON_SALE_EVERY = 25


def title(number: int) -> str:
    """Return two words that no other number has."""
    first = _FIRST_OF_TITLES + 2 * number
    return f"{syllables(first)} {syllables(first + 1)}".title()


def artist(number: int) -> str:
    """Return a name that a few tracks share."""
    last_name = syllables(number % 7 + 3)
    first_name = syllables(_FIRST_OF_ARTISTS + number // _TRACKS_PER_ARTIST)
    return f"{first_name} {last_name}".title()


def catalogue_tracks(
    numbers: Iterable[int], *, all_on_sale: bool = False
) -> Iterator[CatalogueTrack]:
    """Yield three versions of every track that is on sale."""
    for number in numbers:
        if number % _NOT_ON_SALE_EVERY == 7 and not all_on_sale:
            continue
        remixer = artist(number + 50_000_000)
        for place, (mix, remixers) in enumerate(_VERSIONS):
            yield CatalogueTrack(
                id=10 * number + place + 1,
                name=title(number),
                mix_name=mix.format(remixer),
                artists=(artist(number),),
                remixers=tuple(name.format(remixer) for name in remixers),
                length_ms=1000 * _length_s(number, place),
                bpm=118 + number % 20,
            )


def tracks(count: int) -> Iterator[Track]:
    """Yield the DJ's library: one version of every track, alternating."""
    for number in range(count):
        place = number % len(_VERSIONS)
        mix = _VERSIONS[place][0].format(artist(number + 50_000_000))
        yield Track(
            f"{title(number)} ({mix})",
            artist(number),
            duration_s=float(_length_s(number, place)),
            id=str(number),
        )


def write_collection(path: Path, count: int) -> None:
    """Write the same tracks as a Rekordbox export."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<DJ_PLAYLISTS Version="1.0.0">\n')
        file.write(f'<COLLECTION Entries="{count}">\n')
        for track in tracks(count):
            file.write(
                f"<TRACK TrackID={quoteattr(track.id or '')} Name={quoteattr(track.title)} "
                f"Artist={quoteattr(track.artist_text)} "
                f"TotalTime={quoteattr(f'{track.duration_s:.0f}')}/>\n"
            )
        file.write("</COLLECTION>\n</DJ_PLAYLISTS>\n")


def _length_s(number: int, place: int) -> int:
    return 200 + number % 90 + 70 * place


def syllables(number: int) -> str:
    """Return a word for a number: its digits, written as syllables."""
    word = ""
    while number:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return word
