"""Weights of the ledger's cases, in log-odds; written by `tests/evaluation/fit.py`.

Do not edit by hand: fit again. A case that is not listed weighs nothing.
"""

FITTED = "2026-11-22"
DATA = "923ca7ff5bb6"
EXAMPLES = 4781
CONSTANT = -0.913
WEIGHTS: dict[str, float] = {
    "album.same": 0.242,
    "artists.extra": 0.550,
    "artists.missing": -0.945,
    "artists.other": -2.629,
    "artists.same": 0.739,
    "artists.typo": 0.129,
    "artists.unknown": 0.000,
    "aside.known": 0.049,
    "aside.strange": -1.869,
    "bpm.other": -1.562,
    "bpm.pitched": -1.852,
    "bpm.same": 0.000,
    "key.other": -0.625,
    "key.same": 0.227,
    "label.same": 1.555,
    "length.beyond": -2.043,
    "length.within_10": -0.579,
    "length.within_2": 2.726,
    "length.within_30": -2.102,
    "length.within_5": -1.038,
    "length.within_60": -0.580,
    "lone.vouched": 2.900,
    "lone.words_1": 0.753,
    "lone.words_2": 0.740,
    "lone.words_3": 0.663,
    "rivals.close": -2.710,
    "rivals.crowd": 0.000,
    "rivals.near": 0.000,
    "title.other": -3.636,
    "title.same": 1.401,
    "title.small_words": 1.432,
    "title.spacing": 0.314,
    "title.typo": 1.030,
    "title.words": -0.773,
    "version.kind": -2.060,
    "version.length": -2.480,
    "version.mix_for_remix": 0.360,
    "version.names": -2.584,
    "version.names_typo": 1.520,
    "version.noun": -0.751,
    "version.plain": 2.938,
    "version.same": 3.114,
    "version.unsaid": -0.045,
    "year.other": 0.000,
    "year.same": 1.281,
}
