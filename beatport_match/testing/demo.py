"""A DJ's messy library to try the library on, and the right answers to it.

This room knows only the files it hands out. The collection is a Rekordbox export written as DJs'
libraries are; ten of its tracks are not on sale (six in another version only, four not at all).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType


def demo_collection() -> AbstractContextManager[Path]:
    """The bundled Rekordbox XML as a file, for a `with` block that gives its path.

    The path is good inside the block only: a library installed as a zip unpacks it there.
    """
    return as_file(files("beatport_match.testing").joinpath("collection.xml"))


@cache
def demo_answers() -> Mapping[str, tuple[int, ...]]:
    """The catalogue ids that are right for each `TrackID` of `demo_collection()`.

    Every release of the wanted recording is right; an empty tuple means that nothing right is on
    sale, so that any match is a mistake.
    """
    text = files("beatport_match.testing").joinpath("answers.json").read_text(encoding="utf-8")
    answers: dict[str, list[int]] = json.loads(text)
    return MappingProxyType({track: tuple(ids) for track, ids in answers.items()})
