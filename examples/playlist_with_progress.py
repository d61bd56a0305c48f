"""Match a whole Rekordbox collection at once, with progress and a way to stop.

Runs against the fake Beatport on this machine; leave `base_url` out to ask the real one.
"""

import anyio

from beatport_match import MatchSettings, Progress, amatch_playlist
from beatport_match.testing import FakeBeatport, demo_collection

ENOUGH = 40


def report(progress: Progress) -> None:
    if progress.done % 10 == 0:
        print(f"{progress.done}/{progress.total}, {progress.requests} requests")


async def main() -> None:
    done = 0

    def count(progress: Progress) -> None:
        nonlocal done
        done = progress.done
        report(progress)

    # The pace is for the real Beatport; the fake one needs none.
    with FakeBeatport().serve() as base_url, demo_collection() as collection:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)
        result = await amatch_playlist(
            collection, settings=settings, on_progress=count, stop=lambda: done >= ENOUGH
        )

    print(f"{len(result.matched)} matched, {len(result.review)} to look at")
    print(f"{len(result.failed)} not asked, because we stopped")


if __name__ == "__main__":
    anyio.run(main)
