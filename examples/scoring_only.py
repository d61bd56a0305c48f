"""Score candidates that you already have: no network, no settings, only values.

`python examples/scoring_only.py` prints each candidate with its evidence, best first.
"""

from beatport_match import Candidate, Track, rank

TRACK = Track("Paper Satellites (Extended Mix)", "Corvane", duration_s=372)

CANDIDATES = [
    Candidate(
        id=1, name="Paper Satellites", mix_name="Radio Edit", artists=("Corvane",), length_s=201
    ),
    Candidate(
        id=2, name="Paper Satellites", mix_name="Extended Mix", artists=("Corvane",), length_s=372
    ),
    Candidate(
        id=3, name="Paper Satellites", mix_name="Extended Mix", artists=("Olvarin",), length_s=372
    ),
]


def main() -> None:
    for scored in rank(TRACK, CANDIDATES):
        print(f"{scored.score:5.1f}  {scored.confidence:.2f}  {scored.relation:15}", end="")
        print(scored.candidate)
        for line in scored.evidence:
            print(f"       {line.effect:+6.1f}  {line.name}: {line.note}")


if __name__ == "__main__":
    main()
