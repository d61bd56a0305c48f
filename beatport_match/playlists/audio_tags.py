"""Read the tags of one music file with tinytag (the extra `files`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from beatport_match.errors import MissingDependencyError, PlaylistError
from beatport_match.files.guarded_read import reason, require_regular_file
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.playlists.source import track_from

# The names of tinytag for values that are not its own fields: of ID3 frames (`tpe4`), of
# Vorbis comments and of fields that programs add (`TXXX` in ID3).
_OTHER = {
    "mix": ("mixname", "version", "tit3", "subtitle"),
    "label": ("publisher", "label", "organization"),
    "bpm": ("bpm", "tempo"),
    "key": ("initial_key", "key"),
    "isrc": ("isrc",),
    "remixer": ("tpe4", "remixer", "mixartist"),
}
_BEATPORT_NAMES = {"beatportid", "beatporttrackid"}
# A unique file identifier (`UFID` in ID3) of Beatport: the owner, a zero byte, the number.
_BEATPORT_UFID = re.compile(
    r"[^\0]{0,100}beatport[^\0]{0,100}\0\D{0,100}([0-9]{1,15})\0*", re.IGNORECASE
)
# The start of a file name of Beatport's downloads: `7654321_Title_(Mix).mp3`. A date may be there
# too: `20240131_Set.mp3`.
_DOWNLOAD = re.compile(
    r"(?!(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])_)([0-9]{6,9})_[^\W_]"
)
# Real ones have a few hundred characters.
_MAX_TAG_LENGTH = 10_000
_FIELDS = ("album", "label", "year", "bpm", "key", "duration_s", "isrc", "beatport_id", "remixers")


def require_tinytag(file: Path) -> None:
    """Check that the extra is installed.

    Raises:
        MissingDependencyError: It is not installed.
    """
    if find_spec("tinytag") is None:
        raise MissingDependencyError(
            f"{file}: reading the tags of music files needs tinytag; run: "
            f"pip install 'beatport-match[files]'.",
            name="tinytag",
        )


def read_tags(file: Path) -> dict[str, str | None]:
    """Read the raw texts of a music file, under the names of an `Entry`.

    Tags of a kind that tinytag does not know give only the path.

    Raises:
        PlaylistError: The file cannot be read or is damaged.
    """
    from tinytag import TinyTag, UnsupportedFormatError

    # File systems may hold names that are not UTF-8.
    path = str(file).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    values: dict[str, str | None] = {"file": path}
    try:
        require_regular_file(file)
        tag = TinyTag.get(file)
    except UnsupportedFormatError:
        return {**values, "beatport_id": _beatport_id({}, file.name)}
    except Exception as error:  # noqa: BLE001 - a damaged file raises many kinds of errors
        raise PlaylistError(
            f"{file}: its tags cannot be read ({reason(error) or type(error).__name__}); "
            f"write them again with a tag editor."
        ) from None
    other: Mapping[str, Sequence[Any]] = tag.other
    artists = [tag.artist, *other.get("artist", ())]
    return {
        **values,
        **{name: _first(other, keys) for name, keys in _OTHER.items()},
        "title": _limited(tag.title),
        "artist": _limited(", ".join(dict.fromkeys(filter(None, artists)))),
        "album": _limited(tag.album),
        "year": _limited(tag.year),
        "duration": f"{tag.duration:.3f}" if tag.duration else None,
        "beatport_id": _beatport_id(other, file.name),
    }


def completed(track: Track, folder: Path) -> Track:
    """Return a track whose missing values are filled in from the tags of its file.

    The title is replaced only if the playlist has no artist, because it is then a file name or one
    line with both.

    Args:
        track: The track, with the path of its file.
        folder: The folder to which a relative path belongs.
    """
    try:
        values = read_tags(folder / track.file) if track.file else {}
    except PlaylistError:
        return track  # the file is elsewhere, or is a stream
    found = track_from(values)
    if found is None:
        return track
    missing = {name: getattr(found, name) for name in _FIELDS if not getattr(track, name)}
    if not track.artists and found.artists and field_values.text(values.get("title")):
        missing |= {"title": found.title, "artists": found.artists}
    return replace(track, **missing)


def _first(other: Mapping[str, Sequence[Any]], names: Sequence[str]) -> str | None:
    values = (value for name in names for value in other.get(name, ()) if value)
    return _limited(str(next(values, "")))


def _limited(value: str | None) -> str:
    return (value or "")[:_MAX_TAG_LENGTH]


def _beatport_id(other: Mapping[str, Sequence[Any]], file_name: str) -> str | None:
    """Return the number of the track on Beatport from its tags, otherwise from its file name."""
    for name, found in other.items():
        for value in (_limited(str(one)) for one in found):
            ufid = _BEATPORT_UFID.fullmatch(value) if name == "ufid" else None
            if ufid:
                return ufid[1]
            if re.sub(r"[\W_]", "", name) in _BEATPORT_NAMES and field_values.whole(value):
                return value
            if number := field_values.beatport_id(value):
                return str(number)
    download = _DOWNLOAD.match(file_name)
    return download[1] if download else None
