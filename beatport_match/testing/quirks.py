"""Values of a track that are the same in every format, including quirks.

A quirk is decided by a hash of the track's id, so a track has it on every page and in every run.
"""

from __future__ import annotations

from beatport_match.testing.catalogue import CatalogueTrack
from beatport_match.testing.identifiers import guid, hash_fraction, hash_integer, release_id

MEDIA = "https://geo-media.beatport.com/image_size"
_PREVIEW_MS = 120_000


def has_quirk(track: CatalogueTrack, quirk: str, share: float) -> bool:
    """Return whether the track is in the `share` (0-1) of all tracks that have a quirk."""
    return hash_fraction(quirk, track.id) < share


def mix_name(track: CatalogueTrack) -> str:
    """Return the version; one original in twenty is spelled `Original mix`."""
    odd = track.mix_name == "Original Mix" and has_quirk(track, "small mix", 0.05)
    return "Original mix" if odd else track.mix_name


def label_name(label: str) -> str:
    """Return the label; one in six has a trailing space."""
    return f"{label} " if hash_fraction("label blank", label) < 1 / 6 else label


def downloads(track: CatalogueTrack) -> int:
    """Return the number of sales of a track."""
    return hash_integer(3, 4000, "downloads", track.id)


def release_id_of(track: CatalogueTrack) -> int:
    """Return the id of the release of a track."""
    return release_id(track.label, track.catalog_number, track.release_name)


def cover(track: CatalogueTrack) -> str:
    """Return the file name of the release's cover image."""
    return guid("cover", release_id_of(track))


def waveform(track: CatalogueTrack) -> str:
    """Return the file name of the track's waveform image."""
    return guid("wave", track.id)


def preview(track: CatalogueTrack) -> tuple[str, int, int]:
    """Return the URL of the preview, and its start and end in the track in milliseconds."""
    url = f"https://geo-samples.beatport.com/track/{guid('sample', track.id)}.LOFI.mp3"
    start = min(track.length_ms * 2 // 5, max(0, track.length_ms - _PREVIEW_MS))
    return url, start, min(track.length_ms, start + _PREVIEW_MS)
