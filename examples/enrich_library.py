"""Enrich a library of Rekordbox or Traktor: key, label, year and remixer, as a new file.

`python examples/enrich_library.py` uses a collection of invented music and a fake Beatport on
this machine. With the arguments `EXPORT.xml NEW.xml` it uses your export and the real Beatport.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread

from beatport_match import (
    MatchSettings,
    PlaylistError,
    amatch_playlist,
    enrich_library,
    read_playlist,
    settings_from_environment,
)
from beatport_match.testing import FakeBeatport, demo_collection


async def enrich(export: Path, new: Path, settings: MatchSettings) -> None:
    """Match all tracks with async and write the accepted matches; a killed run can be resumed."""
    journal = new.with_suffix(".journal")
    result = await amatch_playlist(export, settings=settings, journal=journal)
    # A worker thread writes the file, so that the event loop is not blocked.
    written = await anyio.to_thread.run_sync(enrich_library, export, result.matches, new)
    print(written)
    print(f"{len(result.review)} need your review, {len(result.failed)} could not be looked up")


async def demo(folder: Path) -> None:
    with FakeBeatport().serve() as base_url, demo_collection() as export:
        new = folder / "enriched.xml"
        settings = MatchSettings(base_url=base_url, requests_per_second=None)
        await enrich(export, new, settings)

        for before, after in list(zip(read_playlist(export), read_playlist(new), strict=True))[:4]:
            print(f"{before}: {before.key}, {before.label}, {before.year}")
            print(f"    now {after.key}, {after.label}, {after.year}")
        try:
            enrich_library(export, (), export)
        except PlaylistError as error:
            print(str(error).removeprefix(f"{export.parent}/"))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        anyio.run(enrich, Path(sys.argv[1]), Path(sys.argv[2]), settings_from_environment())
    else:
        with TemporaryDirectory() as temporary:
            anyio.run(demo, Path(temporary))
