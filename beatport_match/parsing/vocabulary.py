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
PLAIN_WORDS = frozenset("original orig org og orginal origional main full length lp".split())
# Words in the name of a version that do not distinguish it from others ("Mix", "Version", "by").
NEUTRAL_WORDS = frozenset("mix mixx version vers ver inch a the of by re".split())
# The words of the tables above in other languages. Each row has the English word first.
FOREIGN_WORDS = {
    foreign: row[0]
    for row in (
        line.split()
        for line in """
        version versione versao versie wersja verze versio versiyon fassung verzia версия верзия
        version バージョン ヴァージョン 버전
        mix mezcla mistura микс ミックス 믹스
        edit edicion edicao edizione edycja
        extended extendida extendido estesa esteso estendida estendido etendue allongee
        extended verlangerte verlangerter verlengde forlangd forlenget forlaenget wydluzona
        extended prodlouzena uzatilmis расширенная расширенныи
        long lange langer larga longue lunga longa lang uzun dluga длинная ロング
        short kurze kurz corta courte korte kort kisa krotka короткая ショート
        radio radiofonica radiofonico радио ラジオ
        original originale originalny originalna originell orijinal dorigine oryginalny
        original oryginalna оригинальныи оригинальная オリジナル 오리지널
        instrumental instrumentale strumentale instrumentalna instrumentalne instrumentaal
        instrumental instrumentell enstrumantal инструментал инструментальная インストゥルメンタル
        remix remezcla ремикс リミックス 리믹스
        live vivo
        acoustic acustica acustico acoustique akustisch akustische akustik акустическая
        of de di du da des del
        """.strip().splitlines()
    )
    for foreign in row[1:]
}
# Words that say how a remaster was made: "2014 Digital Remaster".
REMASTER_WORDS = frozenset({"digital", "digitally", "newly", "hd", "vinyl"})
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
        "unmixed",
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
        "cbr",
        "cd",
        "cdr",
        "clean rip",
        "digital",
        "lossless",
        "no ads",
        "vbr",
        "vinyl",
        "vinyl rip",
        "web",
        "white",
        "white label",
    }
)

# A phrase of two or more of these words is noise as well: "Official Video HD", "Final Master".
NOISE_WORDS = frozenset(
    "16bit 24bit 320 320kbps 4k aiff audio cbr cd clip digital dj dl download "
    "exclusive file final flac free full hd hq kbps lyric lyrics master mp3 music "
    "needledrop now official officiel officielle oficial out pool premiere preview promo "
    "quality rip ripped snippet tape track transfer ufficiale uhd unreleased upload vbr "
    "video videoclip vinyl visualiser visualizer wav web".split()
)

# Words that labels use in their names. A phrase with one of them is read as a label.
LABEL_WORDS = frozenset("records recordings recs rec label".split())

# A subtitle with one of these words names the occasion of a track and not its version.
OCCASION_WORDS = frozenset("anthem hymn soundtrack ost".split())

# Texts in the artist field of libraries if the artist is unknown or there are many artists: one of
# these phrases, or a word for "unknown" or "various" with a word for "artist" ("Interprete
# Desconocido"). Players write them in the language of the system.
PLACEHOLDER_PHRASES = frozenset(
    {
        "?",
        "artist",
        "compilation",
        "aa vv",
        "divers",
        "diverse",
        "diversen",
        "n a",
        "na",
        "no artist",
        "none",
        "sampler",
        "soundtrack",
        "track artist",
        "unbekannt",
        "unknown",
        "v a",
        "va",
        "varios",
        "vv aa",
        "various",
        "verschiedene",
        "不明なアーティスト",
        "未知艺术家",
        "未知藝人",
        "알 수 없는 아티스트",
    }
)
UNKNOWN_OR_VARIOUS = frozenset(
    "unknown unbekannt unbekannter unbekannte inconnu inconnue desconocido desconhecido "
    "sconosciuto onbekend onbekende okand ukjent ukendt tuntematon nieznany neznamy ismeretlen "
    "necunoscut bilinmeyen неизвестныи неизвестен various verschiedene diverse divers diversen "
    "varie vari varies varios varias vari blandade diversos разные".split()
)
WORDS_FOR_ARTIST = frozenset(
    "artist artists artista artistas artiste artistes artisti artiest artiesten artister "
    "interpret interprete interpreten interpretes kunstler kunstlerin kunstner esittaja "
    "wykonawca eloado sanatci исполнитель исполнители".split()
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
        midnight midnite
        tonight tonite 2nite
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
        part pt
        number no nr
        and n
        with w wit
        the da tha
        that dat
        this dis
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

# Digits that replace words with the same sound: "Luv 4 U", "Back 2 Love".
SOUNDS = {"2": frozenset({"to", "too"}), "4": frozenset({"for"})}

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
