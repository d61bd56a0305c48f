"""The evidence cases: one row for each case that the comparisons and the ranking can find.

A comparison returns a `Finding` of one case. `scorer` adds up the points, and `confidence` uses the
caps. The fit of the weights and the table in the documentation read the same rows.

The scale of the points: equal titles (46), equal artists (30) and equal versions (20) give 96; an
equal length (4) completes 100. An unknown value gives no points, neither positive nor negative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

# All cases of this module by name; `Case` adds each of them.
CASES: dict[str, Case] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One evidence case; each case is one constant of this module, so identity is equality.

    Attributes:
        name: What is compared, and its code: `title.same` is the constant `TITLE_SAME`.
        points: The points in the score; for some cases, a comparison subtracts more.
        note: The reason, for people; a template for the values of a finding.
        cap: The maximum confidence, 0-1. It is low if two titles, names or recordings are possible,
            so that the case is not safe enough to accept.
        unless: Sets of cases. If all cases of one set are found as well, the cap does not apply.
        contradicts: `recording` (the candidate is another track), `version` (it is at best another
            version), `identifier` (an equal identifier is not trusted), or empty. The first
            two contradict an equal identifier as well.
        identifier_wins: Whether an equal identifier overrides the contradiction if the lengths are
            known to agree.
        floor: The minimum confidence, 0-1.
        proves: Whether the case, a trusted identifier, proves the recording.
        sign: 1 if the fitted weight is never negative (agreement), -1 if it is never positive, so
            that chance in the data has no such effect. 0 allows both, but the weight of a
            contradiction is never positive.
    """

    name: str
    points: float = 0.0
    note: str = ""
    cap: float = 1.0
    unless: tuple[frozenset[Case], ...] = ()
    contradicts: Literal["", "identifier", "version", "recording"] = ""
    identifier_wins: bool = False
    proves: bool = False
    floor: float = 0.0
    sign: Literal[-1, 0, 1] = 0

    def __post_init__(self) -> None:
        CASES[self.name] = self

    def found(self, *values: object, less: float = 0.0) -> Finding:
        """Make a finding with the values of the note; `less` is subtracted from the points."""
        return _new_finding(Finding, (self, self.points - less, values))

    def worth(self, points: float, *values: object) -> Finding:
        """Make a finding with points that a comparison computed."""
        return _new_finding(Finding, (self, points, values))

    def __reduce__(self) -> str:
        # `pickle` and `copy` then look up the constant, so that each case stays one object.
        return self.name.upper().replace(".", "_")


# Calling the class of a named tuple takes nearly three times as long.
_new_finding: Callable[..., Finding] = cast("Any", tuple).__new__


class Finding(NamedTuple):
    """The result of one comparison; `points` have one decimal.

    The note is formatted on request, because the notes of most candidates are never read.
    """

    case: Case
    points: float
    values: tuple[object, ...] = ()

    @property
    def note(self) -> str:
        """The reason, for people."""
        return self.case.note.format(*self.values) if self.values else self.case.note


# Lengths and tempos are first, because they lift the caps of other cases.
_APART = "{:.0f} s apart"
LENGTH_WITHIN_2 = Case("length.within_2", 4.0, _APART, sign=1)
LENGTH_WITHIN_5 = Case("length.within_5", 2.0, _APART)
LENGTH_WITHIN_10 = Case("length.within_10", 0.0, _APART, sign=-1)
LENGTH_WITHIN_30 = Case("length.within_30", -6.0, _APART, 0.85, contradicts="identifier")
LENGTH_WITHIN_60 = Case("length.within_60", -14.0, _APART, 0.6, contradicts="identifier")
# The file plays faster or slower, so that length and tempo differ by the same factor.
LENGTH_PITCHED = Case("length.pitched", 1.0, "played {:+.0%} faster, like the tempo")
# The tempo is equal and the file is 10 to 15 s longer: mostly silence at its end.
LENGTH_SILENCE = Case("length.silence", -2.0, "{:.0f} s longer, as with silence at the end")
LENGTH_BEYOND = Case("length.beyond", -24.0, _APART, 0.4, contradicts="identifier")
BPM_SAME = Case("bpm.same", 0.5, "same tempo", sign=1)
BPM_SHIFTED = Case("bpm.shifted", 0.0, "tempo pitched, like the length")
BPM_PITCHED = Case("bpm.pitched", -0.5, "tempo pitched", sign=-1)
BPM_OTHER = Case("bpm.other", -4.0, "another tempo", 0.75, sign=-1)

LABEL_SAME = Case("label.same", 0.6, "same label", sign=1)
LENGTH_AND_TEMPO = frozenset({LENGTH_WITHIN_2, BPM_SAME})
# An equal length decides between two interpretations or two wordings.
_LENGTH = (frozenset({LENGTH_WITHIN_2}),)
_ABOUT_THE_LENGTH = (*_LENGTH, frozenset({LENGTH_WITHIN_5}), frozenset({LENGTH_PITCHED}))
# A slip is a difference of a few letters: a typo or another word. Two different tracks with such
# names rarely have the same length and the same tempo as well, so then it is a typo.
_TYPO = (LENGTH_AND_TEMPO,)

VERSION_SAME = Case("version.same", 20.0, "same version", sign=1)
# A mix with a name is stronger evidence than "Original Mix".
VERSION_NAMED = Case("version.named", 20.0, "same version", sign=1)
VERSION_PLAIN = Case("version.plain", 19.5, "the plain version")
VERSION_UNSAID_VOUCHED = Case(
    "version.unsaid_vouched", 17.0, "version not named, same length", 0.75, _LENGTH
)
VERSION_LENGTH_VOUCHED = Case("version.length_vouched", 18.0, "same version")
# Labels sell a "Night Mix" beside a "Night".
VERSION_NOUN = Case("version.noun", 17.5, "same version, worded differently")
# A remixer may have made several versions: "Night (Tor" for the "Torrek Dub" or his remix.
VERSION_CUT = Case("version.cut", 18.0, "the same version, truncated", 0.75, _LENGTH)
# A remixer, an artist or a title of one word that agrees only by a typo may be another one: "Anna"
# and "Hanna". An equal length confirms it. Less 1 for each typo.
VERSION_NAMES_MISTYPED = Case("version.names_mistyped", 20.0, "same version, mistyped")
VERSION_NAMES_TYPO = Case(
    "version.names_typo", 20.0, "same version, but a name differs by a letter", 0.75, _LENGTH
)
# "Sasha Remix" for the remix by Sasha Carassi: the rest of a name makes another person.
VERSION_NAMES_PART = Case("version.names_part", 15.0, "part of the remixer's name", 0.5)
# One side credits a remixer, and both name no version or the original.
# The library names a remix by the credited remixer, and Beatport's mix field does not.
VERSION_FROM_REMIXER = Case(
    "version.from_remixer", 17.0, "the remixer is credited, but no remix is named", 0.75, _TYPO
)
VERSION_HIDDEN_REMIX = Case(
    "version.hidden_remix", 15.0, "a remixer is credited, but no remix is named", 0.75
)
# "Remix" without a name, for a remix with a name.
VERSION_NAMELESS = Case(
    "version.nameless", 17.0, "a remix whose remixer the library does not name", 0.75, _TYPO
)
# "Version" may be the instrumental of a reggae track, and "Artist's Version" a new recording.
VERSION_BARE = Case("version.bare", 18.0, "a version whose name does not say its kind", 0.75)
VERSION_EXPLICIT = Case("version.explicit", 18.0, "same version, marked as explicit")
# "Edit" for the radio edit, "Club Extended" for the extended mix, a remaster for the original.
VERSION_WORDING = Case(
    "version.wording", 17.0, "a version of the same length, worded differently", 0.75, _LENGTH
)
VERSION_NAMES_SLIP = Case("version.names_slip", 19.0, "same version", 0.75, _TYPO)
VERSION_OWN_NAME = Case("version.own_name", 18.5, "same version")
VERSION_ONE_REMIXER = Case("version.one_remixer", 19.0, "same version")
VERSION_MIX_FOR_REMIX = Case("version.mix_for_remix", 17.5, "same version", 0.85, _LENGTH)
VERSION_ALBUM = Case("version.album", 18.0, "same version")
VERSION_UNSAID = Case(
    "version.unsaid",
    -45.0,
    "a version the library does not name",
    contradicts="version",
    identifier_wins=True,
)
VERSION_NAMES = Case("version.names", -45.0, "another remixer or mix", contradicts="version")
VERSION_KIND = Case("version.kind", -45.0, "another kind of version", contradicts="version")
VERSION_LENGTH = Case("version.length", -45.0, "{}", contradicts="version", identifier_wins=True)
VERSION_PART = Case("version.part", -45.0, "part {} against part {}", contradicts="version")
VERSION_YEAR = Case("version.year", -45.0, "year {} against year {}", contradicts="version")

_LENGTH_OR_REMIXER = (*_LENGTH, frozenset({VERSION_NAMED}))
TITLE_SAME = Case("title.same", 46.0, "same title", sign=1)
TITLE_SPACING = Case("title.spacing", 45.5, "same title, spaced differently")
TITLE_WORDS = Case("title.words", 45.0, "same words, split differently")
TITLE_ORDER = Case("title.order", 42.0, "same words in another order", 0.75)
_APART_FROM = "same title, apart from "
TITLE_SMALL_WORDS = Case("title.small_words", 45.0, _APART_FROM + "small words or a name")
# "The One" and "One", "Bang Bang" and "Bang": one distinctive word is not enough to decide.
TITLE_ONE_WORD = Case(
    "title.one_word",
    44.0,
    _APART_FROM + "a small word, and only one other word",
    0.75,
    _LENGTH_OR_REMIXER,
)
TITLE_REPEATED = Case("title.repeated", 42.0, _APART_FROM + "a repeated word", 0.75)
# "Lady" and "Lady (Hear Me Tonight)".
TITLE_SUBTITLE = Case(
    *("title.subtitle", 40.0, "same title, apart from a subtitle: {}", 0.75),
    (frozenset({LENGTH_WITHIN_2, VERSION_NAMED}),),
)
TITLE_OCCASION = Case(
    "title.occasion", 42.0, "same title, apart from the occasion: {}", 0.75, _LENGTH
)
TITLE_SPELLING = Case("title.spelling", 45.0, "same title, spelled differently")
# A title and its translation or transliteration share no letter.
TITLE_SCRIPT = Case("title.script", 30.0, "titles in two scripts", 0.75, _TYPO)
TITLE_SCRIPT_PART = Case(
    "title.script_part", 42.0, "same title in the script that both have", 0.75, _LENGTH
)
TITLE_CREDITED = Case(
    "title.credited", 45.0, _APART_FROM + "a word that may be an artist's name", 0.75, _LENGTH
)
# Text that is noise in a library may distinguish titles on Beatport: "Sequence [2]", "Move HD".
TITLE_NOISE = Case("title.noise", 42.0, "Beatport's title has more words: {}", 0.75, _LENGTH)
TITLE_ONE_OF = Case("title.one_of", 40.0, "one of several titles", 0.75, _LENGTH)
TITLE_FOUND = Case(
    *("title.found", 43.0, "title found among words without separators", 0.75),
    (*_LENGTH, frozenset({LABEL_SAME})),
)
# Less 1 (`typo`, `typos`) or 4 (`slip`) for each typo.
TITLE_TYPO = Case("title.typo", 46.0, "title with {}")
TITLE_WORD_TYPO = Case(
    "title.word_typo",
    46.0,
    "the title differs by a letter, and may be another one",
    0.75,
    _LENGTH_OR_REMIXER,
)
TITLE_TYPOS = Case("title.typos", 46.0, "title with {} typos")
TITLE_SLIP = Case("title.slip", 46.0, "almost the same title: a typo or another word", 0.75, _TYPO)
# The more similar the titles are, the less it costs.
TITLE_OTHER = Case("title.other", -46.0, "another title", contradicts="recording")

# Less for each missing, additional or mistyped name; at least 15.
ARTISTS_SAME = Case("artists.same", 30.0, "same artists", sign=1)
ARTISTS_EXTRA = Case("artists.extra", 30.0, "Beatport credits more artists")
# A remake may name its own artist first, and then the artist of the original.
ARTISTS_LED = Case(
    *("artists.led", 30.0, "on Beatport another artist comes first", 0.75),
    (LENGTH_AND_TEMPO, frozenset({VERSION_NAMED})),
)
ARTISTS_MISSING = Case("artists.missing", 30.0, "some artists are not credited on Beatport")
ARTISTS_EXCHANGED = Case(
    "artists.exchanged", 30.0, "another artist beside the same one", 0.75, _LENGTH
)
# Two different artists with such names rarely have the same remixer.
_TYPO_OR_REMIXER = (LENGTH_AND_TEMPO, frozenset({VERSION_NAMED}))
ARTISTS_TYPO = Case("artists.typo", 30.0, "one of the artists with a typo")
ARTISTS_NAME_TYPO = Case(
    "artists.name_typo", 30.0, "the artist's name differs by a letter", 0.75, _LENGTH_OR_REMIXER
)
# "M. Brenn" for "Mira Brenn", and perhaps for "Mona Brenn".
ARTISTS_INITIAL = Case(
    "artists.initial", 30.0, "the artist's name has only an initial", 0.75, _LENGTH_OR_REMIXER
)
# A remake credits the original artist as its guest: "Track (feat. Old)" by New.
ARTISTS_GUEST = Case(
    "artists.guest", 25.0, "on Beatport the artist is only a guest of another one", 0.75
)
# The DJ of a compilation is in the artist field and in the name of the album.
ARTISTS_COMPILER = Case(
    "artists.compiler", 15.0, "the artist compiled the album", 0.75, (LENGTH_AND_TEMPO,)
)
# "Track feat. Guest" may be another version of a track without the guest.
ARTISTS_GUEST_MISSING = Case(
    "artists.guest_missing", 30.0, "the guest is not credited on Beatport", 0.75, _LENGTH
)
ARTISTS_VERSION = Case("artists.version", 30.0, "the artist field may name a version", 0.75)
ARTISTS_SCRIPT = Case("artists.script", 20.0, "artists in two scripts", 0.75, _TYPO)
ARTISTS_SLIP = Case(
    "artists.slip", 28.5, "almost the same artist: a typo or another artist", 0.75, _TYPO_OR_REMIXER
)
ARTISTS_PART = Case(
    "artists.part",
    15.0,
    "part of the artist's name",
    0.5,
    (frozenset({LENGTH_WITHIN_2, VERSION_NAMED}),),
    sign=-1,
)
ARTISTS_REMIXER = Case(
    "artists.remixer", 12.0, "one side names only the remixer", 0.75, _LENGTH_OR_REMIXER
)
# Several artists use the same title: in the evaluation data, 21 % of the rows with a plain version
# share it. Of the rows with a named mix, 0.1 % share title and mix, so the remixer can replace the
# artist.
ARTISTS_UNKNOWN = Case(
    *("artists.unknown", 18.0, "no artist to compare", 0.75),
    (*_ABOUT_THE_LENGTH, frozenset({VERSION_NAMED})),
    sign=-1,
)
ARTISTS_OTHER = Case(
    "artists.other", -30.0, "another artist", contradicts="recording", identifier_wins=True
)

ASIDE_KNOWN = Case(
    "aside.known", 0.0, "the remaining text is a label, a release or a number", sign=1
)
# These points count for each phrase.
ASIDE_UNLABELLED = Case("aside.unlabelled", -1.5, "read as the label: {}")
ASIDE_OTHER_LABEL = Case("aside.other_label", -1.5, "read as the label: {}", 0.75, _LENGTH)
ASIDE_STRANGE = Case("aside.strange", -4.0, "not explained: {}", 0.75, sign=-1)
# An interpretation that depends on an assumption; about the same length or the same remixer
# confirms it.
_ABOUT_THE_LENGTH_OR_REMIXER = (*_ABOUT_THE_LENGTH, frozenset({VERSION_NAMED}))
ASIDE_POSITION = Case(
    "aside.position", -1.0, "read as a track number: {}", 0.75, _ABOUT_THE_LENGTH_OR_REMIXER
)
ASIDE_UPLOADER = Case(
    "aside.uploader", -2.0, "read as the uploader: {}", 0.75, _ABOUT_THE_LENGTH_OR_REMIXER
)
ASIDE_SWAPPED = Case(
    "aside.swapped", -3.0, "title and artist are exchanged", 0.75, _ABOUT_THE_LENGTH_OR_REMIXER
)

# The artists and the version are unknown, so an equal identifier is no proof either.
PAGE_PARTIAL = Case(
    "page.partial", -1.0, "Beatport's page has changed: it does not name the {}", 0.75, sign=-1
)

KEY_SAME = Case("key.same", 0.5, "same key", sign=1)
KEY_OTHER = Case("key.other", -0.5, "another key", sign=-1)
YEAR_SAME = Case("year.same", 0.4, "same year", sign=1)
YEAR_OTHER = Case("year.other", -0.4, "{} years apart", sign=-1)
ALBUM_SAME = Case("album.same", 0.6, "same album", sign=1)

# An equal identifier also gives the points that the score lacks to `MIN_PROVEN_SCORE`.
_NOT_TRUSTED = ", not trusted: the rest contradicts it"
ISRC_SAME = Case("isrc.same", 12.0, "same ISRC{}", proves=True, sign=1)
# Most recordings have one ISRC; some have another one on another release, with the same artists or
# about the same length.
_ARTISTS = (ARTISTS_SAME, ARTISTS_EXTRA, ARTISTS_MISSING, ARTISTS_TYPO)
ISRC_OTHER = Case(
    *("isrc.other", -1.0, "another ISRC", 0.75),
    (*_ABOUT_THE_LENGTH, *(frozenset({case}) for case in _ARTISTS)),
    sign=-1,
)
ISRC_CONTRADICTED = Case("isrc.contradicted", 0.0, "same ISRC" + _NOT_TRUSTED)
# Titles differ by language, by a subtitle or by a mistake; the rest says that it is the recording.
ISRC_DESPITE_TITLE = Case(
    "isrc.despite_title", 20.0, "same ISRC and length, but another title", 0.5, floor=0.3
)
BEATPORT_ID_SAME = Case("beatport_id.same", 12.0, "same number on Beatport{}", proves=True, sign=1)
BEATPORT_ID_CONTRADICTED = Case(
    "beatport_id.contradicted", 0.0, "same number on Beatport" + _NOT_TRUSTED
)

# The ranking finds these cases; they have no line in the evidence list.
RIVALS_NEAR = Case("rivals.near", sign=-1)
RIVALS_CLOSE = Case("rivals.close", cap=0.5, sign=-1)
RIVALS_CROWD = Case("rivals.crowd", cap=0.3, sign=-1)
# The track's ISRC is that of another candidate.
RIVALS_ISRC = Case("rivals.isrc", cap=0.75, sign=-1)
LONE_COMMON = Case("lone.common", sign=-1)
LONE_USUAL = Case("lone.usual")
LONE_RARE = Case("lone.rare")
LONE_VOUCHED = Case("lone.vouched", sign=1)

# `matching` adds these after the ranking: from the other tracks of a folder or album, and from a
# decision of a person.
RELEASE_SIBLINGS = Case(
    "release.siblings", 2.0, "{} of the {} other tracks of the {} are on it", sign=1
)
DECISION_REJECTED = Case("decision.rejected", 0.0, "rejected by {}", 0.0)
