"""Match one track and print the evidence.

`python examples/one_track.py` queries a fake Beatport on this machine; leave `settings` out to
query the real one.
"""

from beatport_match import MatchSettings, Track, match_track
from beatport_match.testing import FakeBeatport


def main() -> None:
    with FakeBeatport().serve() as base_url:
        settings = MatchSettings(base_url=base_url)
        match = match_track(
            Track("Borrowed Umbrella [Harrow Vint Remix]", "Kestrel Dobbs"), settings=settings
        )

    print(match.outcome, f"{match.confidence:.2f}")
    if match.best:
        found = match.best.candidate
        print(found, found.key, found.bpm, found.label, found.release_date)
    print(match.explain())


if __name__ == "__main__":
    main()
