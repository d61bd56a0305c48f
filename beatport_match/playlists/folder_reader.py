"""Read a folder of music: the tags of all files below it, sorted by path.

Links to folders are not followed, so a link to a parent folder cannot cause endless reading.
Hidden files are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import reason
from beatport_match.model.tracks import Track
from beatport_match.parsing.noise import AUDIO_SUFFIX
from beatport_match.playlists.audio_tags import read_tags, require_tinytag
from beatport_match.playlists.source import Entry, PlaylistSource


def read(source: PlaylistSource) -> Iterator[Track]:
    """Read the music files below a folder.

    Raises:
        MissingDependencyError: The extra `files` is not installed.
        PlaylistError: The folder has no music files.
    """
    require_tinytag(source.file)
    paths = _paths(source)
    first = next(paths, None)
    if first is None:
        raise PlaylistError(
            f"{source.file}: this folder has no music files; give a folder of music, or a playlist."
        )
    return filter(None, (_track(source, path) for path in chain([first], paths)))


def _track(source: PlaylistSource, path: Path) -> Track | None:
    place = str(path.relative_to(source.file))
    try:
        return source.track(Entry(place, read_tags(path)))
    except PlaylistError as error:
        detail = str(error).removeprefix(f"{path}: ").removesuffix(".")
        source.report(place, detail)
        return None


def _paths(source: PlaylistSource) -> Iterator[Path]:
    """Yield the music files below the folder; only the names of open folders are in memory."""
    folders = [_sorted(source, source.file)]
    while folders:
        entry = next(folders[-1], None)
        if entry is None:
            folders.pop()
        elif entry.is_dir(follow_symlinks=False):
            folders.append(_sorted(source, Path(entry)))
        elif AUDIO_SUFFIX.search(entry.name):
            yield Path(entry)


def _sorted(source: PlaylistSource, folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        source.report(str(folder), f"the folder cannot be read ({reason(error)})")
        return iter(())
    return iter(sorted(visible, key=lambda entry: entry.name))
