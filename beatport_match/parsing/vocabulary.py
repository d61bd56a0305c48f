"""Vocabulary: the words that DJs, labels and Beatport use to name the version of a track.

The module contains only tables, and all words are folded. Add a new word here and nowhere else.
"""

from __future__ import annotations

# Words that name the kind of a version ("Nørd Remix", "Dub"), with that kind. Scoring treats two
# versions of different kinds as different recordings; `scoring.version_comparison` has the
# exceptions.
KINDS: dict[str, str] = {
    "remix": "remix",
    "remixed": "remix",
    "rmx": "remix",
    "rework": "rework",
    "reworked": "rework",
    "reinterpretation": "rework",
    "interpretation": "rework",
    "reconstruction": "rework",
    "remake": "rework",
    "rerub": "rework",
    "refix": "rework",
    "bootleg": "bootleg",
    "redux": "rework",
    "update": "rework",
    "revision": "rework",
    "mashup": "bootleg",
    "flip": "bootleg",
    "edit": "edit",
    "reedit": "edit",
    "dub": "dub",
    "dubmix": "dub",
    "instrumental": "instrumental",
    "inst": "instrumental",
    "acapella": "acapella",
    "accapella": "acapella",
    "acappella": "acapella",
    "cappella": "acapella",
    "vocal": "vocal",
    "vox": "vocal",
    "vip": "vip",
    "live": "live",
    "unplugged": "live",
    "mixed": "mixed",
    "remaster": "remaster",
    "remastered": "remaster",
    "reprise": "reprise",
    "intro": "intro",
    "outro": "outro",
    "beats": "tool",
    "tool": "tool",
    "acoustic": "acoustic",
    "demo": "demo",
    "club": "club",
    "album": "album",
    "clean": "clean",
    "dirty": "dirty",
    "explicit": "dirty",
    "cut": "cut",
    "mixcut": "cut",
}

# Words for the length of a version ("Extended Mix", "Radio Edit"). `long` and `short` exclude each
# other.
LENGTHS: dict[str, str] = {
    "extended": "long",
    "ext": "long",
    "xtended": "long",
    "long": "long",
    "radio": "short",
    "short": "short",
    "single": "short",
}

# Words for the track as first made ("Original Mix", "Full Length").
PLAIN_WORDS = frozenset(
    {"original", "orig", "org", "orginal", "origional", "main", "full", "length", "lp"}
)
# Words in the name of a version that do not distinguish it from others ("Mix", "Version", "by").
NEUTRAL_WORDS = frozenset(
    {"mix", "mixx", "version", "vers", "ver", "inch", "a", "the", "of", "by", "re"}
)
MARKERS = frozenset(KINDS) | frozenset(LENGTHS) | PLAIN_WORDS | NEUTRAL_WORDS

# A phrase that ends in one of these words names a version, even if other words (a remixer's name)
# stand before it: "Nørd Remix".
CLOSING = frozenset(
    "mix mixx remix rmx edit reedit version dub rework bootleg flip refix remake mashup vip "
    "instrumental acapella accapella acappella cappella rerub remaster remastered extended "
    "interpretation reinterpretation reconstruction redux update revision cut dubmix mixcut".split()
)
# A phrase names a version if it starts with one of these words and a word of `LINKS` follows
# ("Remixed by X", "Live at Y").
OPENING = frozenset("remix remixed mixed live remaster remastered edit version".split())
LINKS = frozenset("by at from in of".split())

# Two words that name a version at the end of a title, even without brackets or a dash:
# "Night Ferry Extended Mix".
UNBRACKETED_VERSIONS = (
    "original mix",
    "original version",
    "extended mix",
    "extended version",
    "extended remix",
    "radio edit",
    "radio mix",
    "club mix",
    "dub mix",
)

# Phrases that DJ software, record pools and sites add to a title: they say nothing about the
# music.
NOISE_PHRASES = frozenset(
    {
        "free download",
        "free dl",
        "freedownload",
        "free",
        "download",
        "official",
        "official audio",
        "official video",
        "official music video",
        "official visualizer",
        "music video",
        "lyric video",
        "lyrics",
        "audio",
        "video",
        "visualizer",
        "hq",
        "hd",
        "full hd",
        "4k",
        "preview",
        "snippet",
        "out now",
        "premiere",
        "exclusive",
        "promo",
        "unreleased",
        "master",
        "final",
        "wav",
        "mp3",
        "aiff",
        "flac",
        "320",
        "320kbps",
        "320 kbps",
        "copy",
    }
)

# Words in the name of a compilation or a reissue ("Best Of", "Sampler", "Deluxe").
COMPILATION_WORDS = frozenset(
    "anniversary annual anthology best classics collected collection compilation compiled deluxe "
    "essential essentials festival gems greatest hits ibiza miami mixed reissue remastered sampler "
    "selected selection selections summer top va various vol volume winter years".split()
)

FEATURING_WORDS = frozenset("feat ft featuring".split())
# Words between names; none of them is a name by itself.
NAME_CONNECTIVES = frozenset(
    "and aka feat ft featuring vs versus x with pres presents presenting meets".split()
)

PARTS = frozenset("part pt".split())
# Roman numerals of sequels; "I" is left out because it is also a word.
ROMAN_NUMERALS = {
    numeral: str(number)
    for number, numeral in enumerate("ii iii iv v vi vii viii ix x xi xii".split(), 2)
}
# The numbers of parts ("Part One", "Pt. I").
NUMERALS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
} | {"i": "1", **ROMAN_NUMERALS}
