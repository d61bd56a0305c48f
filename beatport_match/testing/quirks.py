"""What a track looks like in every shape it is served in, quirks included.

Quirks are dice on the track's id, so a track keeps its own on every page and in every run.
"""

from __future__ import annotations

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import guid, hash_fraction, number, release_id

MEDIA = "https://geo-media.beatport.com/image_size"
_PREVIEW_MS = 120_000


def has_quirk(track: CatalogueTrack, what: str, share: float) -> bool:
    """Whether this track is one of the `share` (0-1) of all tracks to which `what` happened."""
    return hash_fraction(what, track.id) < share


def mix_name(track: CatalogueTrack) -> str:
    """The version as served; one in twenty originals is spelled `Original mix`."""
    odd = track.mix_name == "Original Mix" and has_quirk(track, "small mix", 0.05)
    return "Original mix" if odd else track.mix_name


def label_name(label: str) -> str:
    """The label as served; one in six carries a trailing blank."""
    return f"{label} " if hash_fraction("label blank", label) < 1 / 6 else label


def downloads(track: CatalogueTrack) -> int:
    """How often the track was sold."""
    return number(3, 4000, "downloads", track.id)


def release_number(track: CatalogueTrack) -> int:
    """Beatport's number of the release the track is on."""
    return release_id(track.label, track.catalog_number, track.release_name)


def cover(track: CatalogueTrack) -> str:
    """The name of the release's picture."""
    return guid("cover", release_number(track))


def waveform(track: CatalogueTrack) -> str:
    """The name of the track's waveform picture, which is no cover."""
    return guid("wave", track.id)


def preview(track: CatalogueTrack) -> tuple[str, int, int]:
    """The address of the preview, and where in the track it starts and ends in milliseconds."""
    url = f"https://geo-samples.beatport.com/track/{guid('sample', track.id)}.LOFI.mp3"
    start = min(track.length_ms * 2 // 5, max(0, track.length_ms - _PREVIEW_MS))
    return url, start, min(track.length_ms, start + _PREVIEW_MS)
