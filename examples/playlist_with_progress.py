"""Match a whole Rekordbox collection with async, with progress and a way to stop.

`python examples/playlist_with_progress.py` queries a fake Beatport on this machine; leave
`settings` out to query the real one.
"""

import anyio

from beatport_match import MatchSettings, Progress, amatch_playlist
from beatport_match.testing import FakeBeatport, demo_collection

STOP_AFTER = 40


async def main() -> None:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.done % 10 == 0:
            print(f"{progress.done}/{progress.total}, {progress.requests} requests")

    # The rate limit is for the real Beatport; the fake one needs none.
    with FakeBeatport().serve() as base_url, demo_collection() as collection:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)
        result = await amatch_playlist(
            collection, settings=settings, on_progress=report, stop=lambda: len(seen) >= STOP_AFTER
        )

    print(f"{len(result.matched)} matched, {len(result.review)} need review")
    print(f"{len(result.failed)} not processed, because the run was stopped")


if __name__ == "__main__":
    anyio.run(main)
