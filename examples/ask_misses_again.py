"""Ask again, from cron, for the tracks of a run that were not found or failed.

    0 6 * * *  cd dj && .venv/bin/python examples/ask_misses_again.py results.json >> log

A track is due 1, 2, 4, 8, 16 and then every 32 days after its last miss; `decisions.jsonl` holds
the misses. The exit code is 0, 1 after a fault, or 2 if the run could not start. Without a file it
is a demo with a fake Beatport.
"""

import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from beatport_match import (
    BeatportMatchError,
    MatchSettings,
    PlaylistMatch,
    match_playlist,
    settings_from_environment,
)
from beatport_match.testing import FakeBeatport, bundled_catalogue


def ask_again(file: Path, settings: MatchSettings) -> int:
    now = datetime.now().astimezone().isoformat(" ", "minutes")
    try:
        before = PlaylistMatch.from_json(file)
        after = match_playlist(
            [match.track for match in before.matches],
            settings=settings,
            missing_only=before,
            decisions=file.with_name("decisions.jsonl"),
            journal=file.with_suffix(".journal"),  # its lock keeps a second run from starting
        )
        after.to_json(file)  # it is replaced completely, or does not change
    except BeatportMatchError as error:
        print(now, error)
        return 2
    missing, failed = len(after.not_found), len(after.failed)
    found = len(before.not_found) + len(before.failed) - missing - failed
    print(f"{now} {found} found, {missing} still missing, {failed} failed")
    return int(failed > 0)


def demo(file: Path) -> None:
    today = [track for track in bundled_catalogue() if track.name != "Undertow"]
    with FakeBeatport(today).serve() as url:
        tracks = ["Olvarin - Undertow", "Olvarin - Nothing at All"]
        match_playlist(tracks, settings=MatchSettings(base_url=url)).to_json(file)
    with FakeBeatport().serve() as url:  # "Undertow" has appeared
        ask_again(file, MatchSettings(base_url=url))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(ask_again(Path(sys.argv[1]), settings_from_environment()))
    with TemporaryDirectory() as folder:
        demo(Path(folder, "results.json"))
