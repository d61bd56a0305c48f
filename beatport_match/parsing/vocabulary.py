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
    "remx": "remix",
    "rmix": "remix",
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
    "instr": "instrumental",
    "acapella": "acapella",
    "acca": "acapella",
    "acap": "acapella",
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
    {"original", "orig", "org", "og", "orginal", "origional", "main", "full", "length", "lp"}
)
# Words in the name of a version that do not distinguish it from others ("Mix", "Version", "by").
NEUTRAL_WORDS = frozenset(
    {"mix", "mixx", "version", "vers", "ver", "inch", "a", "the", "of", "by", "re"}
)
MARKERS = frozenset(KINDS) | frozenset(LENGTHS) | PLAIN_WORDS | NEUTRAL_WORDS

# A phrase that ends in one of these words names a version, even if other words (a remixer's name)
# come before it: "Nørd Remix".
CLOSING = frozenset(
    "mix mixx remix rmx remx rmix edit reedit version dub rework bootleg flip refix remake mashup "
    "vip instrumental acca acap acapella accapella acappella cappella rerub remaster remastered "
    "extended interpretation reinterpretation reconstruction redux update revision cut dubmix "
    "mixcut".split()
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

# After a guest's name, one of these words is no part of the name: "feat. Ana Sol Intro".
UNBRACKETED_KINDS = frozenset({"intro", "outro"})

# Phrases that DJ software, record pools and sites add to a title: they do not describe the music.
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
        "16 44",
        "16bit",
        "24 48",
        "24 96",
        "24bit",
        "cd",
        "cdr",
        "clean rip",
        "digital",
        "lossless",
        "no ads",
        "vinyl",
        "vinyl rip",
        "web",
        "white",
        "white label",
    }
)

# A phrase of two or more of these words is noise as well: "Official Video HD", "Final Master".
NOISE_WORDS = frozenset(
    "4k 320 320kbps aiff audio cd clip digital dl download exclusive file final flac free full hd "
    "hq kbps lyric lyrics master mp3 music now official out premiere preview promo quality rip "
    "ripped snippet tape track uhd unreleased video vinyl visualiser visualizer wav web".split()
)

# Words that labels use in their names. A phrase with one of them is read as a label.
LABEL_WORDS = frozenset("records recordings recs rec label".split())

# A subtitle with one of these words names the occasion of a track and not its version.
OCCASION_WORDS = frozenset("anthem hymn soundtrack ost".split())

# Texts in the artist field of libraries if the artist is unknown, or if there are many artists.
PLACEHOLDER_ARTISTS = frozenset(
    {
        "artist",
        "artist unknown",
        "n a",
        "na",
        "no artist",
        "none",
        "track artist",
        "unbekannt",
        "unknown",
        "unknown artist",
        "unknown artists",
        "v a",
        "va",
        "various",
        "various artist",
        "various artists",
        "verschiedene",
        "verschiedene interpreten",
        "artistes divers",
        "artisti vari",
        "blandade artister",
        "compilation",
        "divers",
        "diversen",
        "sampler",
        "soundtrack",
        "varios",
        "varios artistas",
    }
)

# Spellings of one word. Each row has the common spelling first.
SPELLINGS = {
    spelling: row[0]
    for row in (
        line.split()
        for line in """
        you u ya
        your ur
        are r
        night nite
        tonight tonite
        light lite
        right rite
        through thru
        love luv
        because cuz coz cause
        mister mr
        missis mrs
        doctor dr
        saint st
        brothers bros
        volume vol
        number no nr
        and n
        with w
        versus vs
        featuring feat ft
        okay ok
        0 zero
        1 one
        2 two
        3 three
        4 four
        5 five
        6 six
        7 seven
        8 eight
        9 nine
        10 ten
        11 eleven
        12 twelve
        """.strip().splitlines()
    )
    for spelling in row
}

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

# Titles before a name; libraries often leave them out.
TITLES_OF_NAMES = frozenset({"dj", "mc"})

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
