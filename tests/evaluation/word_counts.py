"""Count the words that many titles share, for the table in `beatport_match.parsing.word_frequency`.

    python tests/evaluation/word_counts.py [--data FOLDER]

Prints the four rows of the table: words in more than 10, 3, 1 and 0.25 of 1,000 titles.
"""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from pathlib import Path

from questions import DATA, fingerprint, rows

from beatport_match.parsing.normalize import fold
from beatport_match.parsing.titles import parse_title
from beatport_match.parsing.word_frequency import SHARES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    titles = {fold(parse_title(row["name"]).base) for row in rows(folder, "catalogue.jsonl.gz")}
    counts = Counter(word for title in titles for word in set(title.split()))
    print(f"{len(titles):,} titles of data {fingerprint(folder)}")
    highest = 1.0
    for share in SHARES:
        words = [one for one, times in counts.items() if share < times / len(titles) <= highest]
        print(f"\nmore than {1000 * share:g} in 1,000:")
        print(textwrap.fill(" ".join(sorted(words)), 88))
        highest = share


if __name__ == "__main__":
    main()
