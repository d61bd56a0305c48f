"""Add every phrase to a plain title in every form, with only the Original Mix on sale.

    python tests/evaluation/adversaries.py [--rows 300] [--sample N] [--catalogue FILE]
        [--errors N] [--jobs 2] [--write]

A version phrase makes another version, so the Original Mix must not be accepted. A harmless phrase
changes nothing, so it must still be accepted. Each phrase is written with each separator, with
equal length and tempo and without both, for each of 300 invented tracks; `--catalogue` takes the
tracks of a catalogue in JSON lines instead. `--sample` takes N of the tracks for each of these
forms, always the same ones. `--errors` lists N errors of each half. `--write` writes the tables
between the marks of docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path

from adversary_phrases import BARE_HARMLESS, HARMLESS, UNMISTAKABLE, VERSIONS
from decisions import by_rank
from docs_marks import DOCS, put_between_marks
from result_tables import table

from beatport_match.model.tracks import Candidate, Track

SEED = 20261203
# The separators by their names in the tables, where a pipe would end the cell.
SEPARATORS = {
    "(x)": "{} ({})",
    "[x]": "{} [{}]",
    "{x}": "{} {{{}}}",
    "- x": "{} - {}",
    "– x": "{} – {}",
    "pipe x": "{} | {}",
    "• x": "{} • {}",
    ": x": "{} : {}",
    "// x": "{} // {}",
    "/ x": "{} / {}",
    "x": "{} {}",
}
# The phrases of each half, and those that are written without a separator as well.
HALVES = {"versions": (VERSIONS, UNMISTAKABLE), "harmless": (HARMLESS, BARE_HARMLESS)}

_FIRST = "Amber Basalt Cinder Driftwood Evening Fallow Granite Hollow Ivory Juniper Kelp Limestone"
_SECOND = "Anthem Bridge Carousel Daybreak Engine Furnace Garden Harbour Isobar Jetty Kite Ladder"
_TITLES = (
    *("{0} {1}", "{0} {1}", "{0}", "{1}", "The {0} {1}", "{1} of {0}", "{1} & {0}", "{0}'s {1}"),
    *("{0} {1} {2}", "{2} {1}s", "{0} (In The {1})", "{0}, {0} {1}", "{0} {1} Pt. 2"),
    *("{0} {1} feat. {3}", "{0} {1} (feat. {3})"),
)
_GUESTS = "Tamsin Voe, Okonda, Piet Larch, Sirelle, MC Tarrow, Anja Bloem"
_NAMES = "Abrel Bostin Corvane Dunmar Elsk Fennor Galdry Hestin Ivarne Jorrel Kastov Lumier Morvak"
_LABELS = "Anvil Brackish Cordwain Dunlin Ferrous Gantry Holm Inkwell Jetsam Kittiwake Larder Marl"
_LABEL_WORDS = ("", "", " Audio", " Works", " Tapes", " Sound")
_KEYS = {"A Minor": "8A", "F Minor": "4A", "A Major": "11B", "G Minor": "6A", "G Major": "9B"}


@dataclass(frozen=True)
class Form:
    """A phrase, its separator, and whether length and tempo are known and equal."""

    half: str
    kind: str
    phrase: str
    separator: str
    measured: bool

    def track(self, sold: Candidate) -> Track:
        """Return the local track: the title on sale with the phrase after it."""
        fields = ("label", "catalog_number", "bpm", "key", "camelot")
        known = {name: getattr(sold, name) for name in fields}
        phrase = self.phrase.format(artist=sold.artists[-1], **known)
        title = SEPARATORS[self.separator].format(sold.name, phrase)
        if self.measured:
            return Track(title, sold.artists, duration_s=sold.length_s, bpm=sold.bpm)
        return Track(title, sold.artists)


@dataclass
class Tally:
    """The number of cases and of errors of each form without its phrase, and the errors."""

    cases: Counter[Form] = field(default_factory=Counter[Form])
    errors: list[tuple[Form, Candidate]] = field(default_factory=list[tuple[Form, Candidate]])

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.errors += other.errors

    def of(self, half: str) -> Tally:
        """Return the part of one half."""
        cases = Counter({form: count for form, count in self.cases.items() if form.half == half})
        return Tally(cases, [one for one in self.errors if one[0].half == half])

    @property
    def size(self) -> int:
        return self.cases.total()


def forms() -> Iterator[Form]:
    """Yield every form of the version half, and then of the harmless half."""
    for half, (kinds, bare) in HALVES.items():
        for kind, phrases in kinds.items():
            for phrase in phrases:
                for separator in SEPARATORS:
                    if separator != "x" or phrase in bare:
                        yield Form(half, kind, phrase, separator, measured=True)
                        yield Form(half, kind, phrase, separator, measured=False)


def run(pairs: Iterable[tuple[Form, Candidate]]) -> Tally:
    """Decide each case and count the errors."""
    tally = Tally()
    for form, sold in pairs:
        tally.cases[Form(form.half, form.kind, "", form.separator, form.measured)] += 1
        if by_rank(form.track(sold), [sold]).accepted == (form.half == "versions"):
            tally.errors.append((form, sold))
    return tally


def run_every_form(sold: Candidate) -> Tally:
    """Decide every form of one track."""
    return run((form, sold) for form in forms())


def run_sample(candidates: Sequence[Candidate], each: int) -> Tally:
    """Decide every form with `each` of the tracks; the same number takes the same tracks."""
    rng = random.Random(SEED)
    return run((form, sold) for form in forms() for sold in rng.sample(candidates, each))


def invented_candidates(size: int) -> list[Candidate]:
    """Make tracks out of word lists; the same size always gives the same tracks."""
    rng = random.Random(SEED)
    titles: dict[str, None] = {}
    while len(titles) < size:
        first, second = rng.choice(_FIRST.split()), rng.choice(_SECOND.split())
        number, guest = rng.randrange(2, 60), rng.choice(_GUESTS.split(", "))
        titles[rng.choice(_TITLES).format(first, second, number, guest)] = None
    return [_invented(number, name, rng) for number, name in enumerate(titles)]


def _invented(number: int, name: str, rng: random.Random) -> Candidate:
    label = rng.choice(_LABELS.split())
    key = rng.choice(list(_KEYS))
    return Candidate(
        id=number,
        name=name,
        mix_name="Original Mix",
        artists=tuple(rng.sample(_NAMES.split(), rng.choice((1, 1, 2)))),
        label=label + rng.choice(_LABEL_WORDS),
        catalog_number=f"{label[:4].upper()}{rng.randrange(1, 200):03}",
        length_s=float(rng.randrange(170, 500)),
        bpm=float(rng.randrange(100, 176)),
        key=key,
        camelot=_KEYS[key],
    )


def catalogue_candidates(file: Path, size: int) -> list[Candidate]:
    """Draw original mixes from a catalogue; the same size always gives the same ones."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    needed = ("artists", "length_ms", "bpm", "label", "catalog_number")
    plain = [
        row
        for row in rows
        if row["mix_name"] == "Original Mix" and row["key"] in _KEYS and all(map(row.get, needed))
    ]
    copied = ("id", "name", "mix_name", "artists", "label", "catalog_number", "bpm", "key")
    return [
        Candidate(
            **{name: row[name] for name in copied},
            length_s=row["length_ms"] / 1000,
            camelot=_KEYS[row["key"]],
        )
        for row in random.Random(SEED).sample(plain, min(size, len(plain)))
    ]


def summary(tally: Tally) -> str:
    """Format the errors of one half by kind of phrase and by separator."""
    wrong = Counter((form.kind, form.separator) for form, _ in tally.errors)
    cases: Counter[tuple[str, str]] = Counter()
    for form, count in tally.cases.items():
        cases[form.kind, form.separator] += count
    kinds = list(dict.fromkeys(kind for kind, _ in cases))

    def line(name: str, kinds: Sequence[str]) -> list[str]:
        groups = [[(kind, one) for kind in kinds] for one in SEPARATORS]
        groups.append([key for group in groups for key in group])
        counts = [
            (sum(wrong[key] for key in one), sum(cases[key] for key in one)) for one in groups
        ]
        return [name, *(f"{bad:,}/{whole:,}" if whole else "–" for bad, whole in counts)]

    lines = [*(line(kind, [kind]) for kind in kinds), line("**all**", kinds)]
    measured = sum(form.measured for form, _ in tally.errors)
    return (
        f"{table(('', *(f'`{name}`' for name in SEPARATORS), 'all'), lines)}\n\n"
        f"{measured:,} of these errors have equal length and tempo, "
        f"{len(tally.errors) - measured:,} have neither."
    )


def report(tally: Tally, rows: int) -> str:
    """Format the tables of both halves, with their goals."""
    return (
        f"{tally.size:,} cases about {rows} tracks; a cell is errors/cases.\n\n"
        "A version that is not on sale: the Original Mix is accepted (goal: 0).\n\n"
        f"{summary(tally.of('versions'))}\n\n"
        "A phrase that changes nothing: the Original Mix is not accepted (goal: at most 1 %).\n\n"
        f"{summary(tally.of('harmless'))}"
    )


def main() -> None:
    given = _arguments()
    if given.catalogue:
        candidates = catalogue_candidates(given.catalogue, given.rows)
    else:
        candidates = invented_candidates(given.rows)
    tally = Tally()
    if given.sample:
        tally = run_sample(candidates, given.sample)
    else:
        with Pool(given.jobs) as pool:
            done = pool.imap(run_every_form, candidates)
            for number, part in enumerate(done, 1):
                tally.add(part)
                if number % 10 == 0:
                    print(f"{number} of {len(candidates)} tracks", file=sys.stderr, flush=True)
    tables = report(tally, len(candidates))
    print(tables)
    for half in HALVES:
        errors = tally.of(half).errors
        for form, sold in random.Random(SEED).sample(errors, min(given.errors, len(errors))):
            known = ", equal length and tempo" if form.measured else ""
            print(f"{half}: {form.track(sold)}{known}")
    if given.write:
        put_between_marks(DOCS / "evaluation.md", "adversaries", tables)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
