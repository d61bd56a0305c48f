"""One minimal track with candidates for each evidence case.

The evidence table in docs/how-matching-works.md takes its phrases and points from these examples,
and a test checks that every case has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from beatport_match.model.tracks import Candidate, Track


@dataclass(frozen=True)
class Example:
    """A case (`name.code`), its meaning in plain words, and a track with candidates that has it."""

    case: str
    phrase: str
    track: Track
    candidates: tuple[Candidate, ...]


_ARTIST = "Lea Quint"
_NAME = "Small Hours"


def _on_sale(**given: Any) -> Candidate:
    fields: dict[str, Any] = {"id": 1, "name": _NAME, "mix_name": "Original Mix"}
    return Candidate(**{**fields, "artists": (_ARTIST,), **given})


def _title(code: str, phrase: str, mine: str, theirs: str, **more: Any) -> Example:
    return Example(f"title.{code}", phrase, Track(mine, _ARTIST), (_on_sale(name=theirs, **more),))


def _artists(code: str, phrase: str, mine: str, *theirs: str, **more: Any) -> Example:
    track = Track(more.pop("title", _NAME), mine)
    return Example(f"artists.{code}", phrase, track, (_on_sale(artists=theirs, **more),))


def _version(code: str, phrase: str, mine: str, theirs: str, **more: Any) -> Example:
    length = more.pop("length", None)
    track = Track(f"{_NAME} {mine}".strip(), _ARTIST, duration_s=length)
    sold = _on_sale(mix_name=theirs, length_s=length, **more)
    return Example(f"version.{code}", phrase, track, (sold,))


def _figure(case: str, phrase: str, mine: dict[str, Any], theirs: dict[str, Any]) -> Example:
    return Example(case, phrase, Track(_NAME, _ARTIST, **mine), (_on_sale(**theirs),))


def _length(code: str, phrase: str, apart: float) -> Example:
    return _figure(f"length.{code}", phrase, {"duration_s": 300}, {"length_s": 300.0 + apart})


def _aside(code: str, phrase: str, mine: str, **more: Any) -> Example:
    track = Track(mine, more.pop("artists", _ARTIST))
    return Example(f"aside.{code}", phrase, track, (_on_sale(**more),))


def _rivals(code: str, phrase: str, *lengths: float) -> Example:
    sold = tuple(_on_sale(id=at, length_s=length) for at, length in enumerate(lengths, 1))
    return Example(f"rivals.{code}", phrase, Track(_NAME, _ARTIST), sold)


def _lone(code: str, phrase: str, title: str, **more: Any) -> Example:
    sold = _on_sale(name=title, length_s=more.get("duration_s"), bpm=more.get("bpm"))
    return Example(f"lone.{code}", phrase, Track(title, **more), (sold,))


EXAMPLES: tuple[Example, ...] = (
    _title("same", "the same words", "Small Hours", "small hours"),
    _title("spacing", "the same letters, spaced differently", "Smallhours", "Small Hours"),
    _title("words", "the same words, split differently into title and version",
           "Small Hours Basalto", "Small Hours", mix_name="Basalto"),
    _title("order", "the same words in another order", "Hours Small", "Small Hours"),
    _title("small_words", "the same, except small words or an artist's name", "The Small Hours",
           _NAME),
    Example("title.credited",
            "the same, except a word that may be an artist's name",
            Track("Solo Small Hours", "Solo"), (_on_sale(artists=("Solo",)),)),
    _title("one_word", "the same, except a small word, and only one other word", "The Ember",
           "Ember"),
    _title("repeated", "the same, except a repeated word", "Ember Ember", "Ember"),
    _title("subtitle", "Beatport's title has a subtitle", "Ember", "Ember (Small Hours)"),
    _title("occasion", "Beatport's subtitle names the occasion", "Ember",
           "Ember (Kiln 2019 Anthem)"),
    _title("spelling", "the same words, spelled differently", "Nite 4 U", "Night Four You"),
    _title("script", "one title in another script: a translation or transliteration",
           "Малые часы", _NAME),
    _title("script_part", "the same in the script that both titles have", "夜 (Small Hours)",
           _NAME),
    _title("word_typo", "one word differs by a letter, and may be another word", "Flourish",
           "Nourish"),
    _title("noise", "Beatport's title has extra words that are usually noise",
           "Small Hours", "Small Hours [2]"),
    _title("one_of", "one of several titles that a track combines", _NAME,
           "Small Hours / Kiln Road"),
    Example("title.found", "found among words without separators",
            Track("Lea Quint Small Hours Basalto Remix"), (_on_sale(mix_name="Basalto Remix"),)),
    _title("typo", "one word has a typo", "Smal Hours", "Small Hours"),
    _title("typo", "one word has a typo", "Lanttern Driftwood", "Lantern Driftwood"),
    _title("typos", "several words have typos", "Lanttern Dirftwood Bay", "Lantern Driftwood Bay"),
    _title("slip", "almost the same: a typo or another word", "Night Ferry", "Light Ferry"),
    _title("other", "another title", "Small Hours", "Xylographic Ember"),
    _title("other", "another title", "Small Hours 2", "Small Hours 3"),
    _artists("same", "the same names in any order", "Lea Quint & Ugo", "Ugo", "Lea Quint"),
    _artists("extra", "Beatport credits more names", "Lea Quint", "Lea Quint", "Ugo"),
    _artists("extra", "Beatport credits more names", "Lea Quint", "Lea Quint", "Ugo", "Nord"),
    _artists("missing", "a name in the library is not credited on Beatport", "Lea Quint, Ugo",
             "Lea Quint"),
    _artists("exchanged", "one artist equal, another different", "Lea Quint, Ugo", "Lea Quint",
             "Nord"),
    _artists("typo", "a name has a typo", "Tomek Brzoza", "Tomek Brzoaz"),
    _artists("name_typo", "the only name has a letter more or less; it may be another name",
             "Tomek Brzoza", "Tomek Brzozan"),
    _artists("guest", "Beatport credits the artist only as a guest of another one", "Lea Quint",
             "Ugo", name=f"{_NAME} (feat. Lea Quint)"),
    _artists("guest_missing", "a guest in the title is not credited on Beatport", "Lea Quint",
             "Lea Quint", title=f"{_NAME} (feat. Ugo)"),
    _artists("version", "the artist field may name a version", "Lea Quint, Instrumental",
             "Lea Quint"),
    _artists("script", "the names are in two scripts, and sound alike", "Лада Ветрова",
             "Lada Vetrova"),
    Example("artists.compiler", "the artist is in the name of the album",
            Track(_NAME, "Tomek Brzoza", album="Kiln 7: Tomek Brzoza"), (_on_sale(),)),
    _artists("slip", "almost the same name: a typo or another artist", "Marco", "Mario"),
    _artists("led", "another artist comes first", "Lea Quint", "Tomek Brzoza", "Lea Quint"),
    _artists("initial", "a name has an initial instead of a word", "L. Quint", "Lea Quint"),
    _artists("part", "part of a name", "Brzoza", "Tomek Brzoza"),
    _artists("remixer", "one side names only the remixer", "Basalto", "Lea Quint",
             title=f"{_NAME} (Basalto Remix)", mix_name="Basalto Remix", remixers=("Basalto",)),
    _artists("unknown", "one side has no artist", "", "Lea Quint"),
    _artists("other", "another artist", "Lea Quint", "Tomek Brzoza"),
    _version("same", "the same version, or none named and the plain version", "(Dub Mix)",
             "Dub Mix"),
    _version("named", "the same, and the version has its own name", "(Basalto Remix)",
             "Basalto Remix"),
    Example("version.plain", "no version named and the plain version; the title differs slightly",
            Track("Smal Hours", _ARTIST), (_on_sale(),)),
    _version("unsaid_vouched", "no version named; the lengths are equal", "", "Club Mix",
             length=300),
    _version("length_vouched", "only one side names a length class; the lengths are equal",
             "(Basalto Extended Remix)", "Basalto Remix", length=300),
    _version("noun", "the same with another noun", "(Basalto Version)", "Basalto Mix"),
    _version("cut", "the same, truncated", "(Basalto Re", "Basalto Reprise"),
    _version("names_mistyped", "a name in it has a typo", "(Basaltto Remix)", "Basalto Remix"),
    _version("names_typo", "a name in it has a letter more or less; it may be another name",
             "(Anna Remix)", "Hanna Remix"),
    _version("names_part", "part of the remixer's name", "(Tomek Remix)", "Tomek Brzoza Remix",
             remixers=("Tomek Brzoza",)),
    _version("hidden_remix", "Beatport credits a remixer, and its mix is the plain one", "",
             "Original Mix", remixers=("Basalto",)),
    _version("from_remixer", "Beatport credits the remixer, and its mix is the plain one",
             "(Basalto Remix)", "Original Mix", remixers=("Basalto",)),
    _version("nameless", "a remix without a name", "(Remix)", "Basalto Remix"),
    _version("bare", "a version whose name does not say its kind", "(Version)", "Original Mix"),
    _version("explicit", "only the library says explicit", "[Explicit]", "Original Mix"),
    _version("wording", "another wording; the lengths are equal", "(Edit)", "Radio Edit",
             length=300),
    _version("names_slip", "almost the same name in it: a typo or another remixer",
             "(Marco Remix)", "Mario Remix"),
    _version("own_name", "the artist's own version, with or without the name", "(Lea Quint VIP)",
             "VIP"),
    _version("one_remixer", "one of several remixers", "(Basalto Remix)",
             "Basalto & Marwick Remix", remixers=("Basalto", "Marwick")),
    _version("mix_for_remix", '"X Mix" for "X Remix"', "(Basalto Mix)", "Basalto Remix"),
    _version("album", "only one side says album version", "(Album Version)", "Original Mix"),
    _version("unsaid", "a version that the library does not name", "", "Basalto Remix"),
    _version("names", "another remixer or mix", "(Basalto Remix)", "Dunja Petrovac Remix"),
    _version("kind", "another kind", "(Dub Mix)", "Instrumental Mix"),
    _version("length", "another length class: long against short or plain", "(Extended Mix)",
             "Original Mix"),
    _version("part", "another part", "(Part 1)", "Part 2"),
    _version("year", "another year", "(Basalto 2012 Remix)", "Basalto 2019 Remix"),
    _aside("known", "known as label, release or catalogue number", "Small Hours [Tallow Lane]",
           label="Tallow Lane"),
    _aside("unlabelled", "looks like a label; Beatport names none",
           "Small Hours [Tallow Records]"),
    _aside("other_label", "looks like a label; Beatport names another",
           "Small Hours [Tallow Records]", label="Kiln"),
    _aside("strange", "not explained: possibly another version", "Small Hours [Tallow Lane]",
           label="Kiln"),
    _aside("position", "read as a track number or a side of vinyl", "A1 Small Hours"),
    _aside("uploader", "the artist field is read as an uploader", "Lea Quint - Small Hours",
           artists="Kiln Channel"),
    _aside("swapped", "title and artist are exchanged", _ARTIST, artists=_NAME),
    Example("page.partial", "a changed page that does not name the artists or the version",
            Track(_NAME, _ARTIST), (_on_sale(mix_name=None, read_from="html"),)),
    _length("within_2", "up to 2 s apart", 1),
    _length("within_5", "up to 5 s apart", 4),
    _length("within_10", "up to 10 s apart", 8),
    _figure("length.pitched", "apart by the same factor as the tempo",
            {"duration_s": 288, "bpm": 125}, {"length_s": 300, "bpm": 120}),
    _figure("length.silence", "10 to 15 s longer with the same tempo",
            {"duration_s": 312, "bpm": 124}, {"length_s": 300, "bpm": 124}),
    _figure("bpm.shifted", "off by the same factor as the length",
            {"duration_s": 288, "bpm": 125}, {"length_s": 300, "bpm": 120}),
    _length("within_30", "up to 30 s apart", 20),
    _length("within_60", "up to 60 s apart", 50),
    _length("beyond", "more than 60 s apart", 120),
    _figure("bpm.same", "equal, half or double", {"bpm": 62}, {"bpm": 124}),
    _figure("bpm.pitched", "up to 6 % off", {"bpm": 120}, {"bpm": 124}),
    _figure("bpm.other", "another tempo", {"bpm": 100}, {"bpm": 124}),
    _figure("key.same", "the same key in any notation", {"key": "8A"}, {"key": "A Minor"}),
    _figure("key.other", "another key", {"key": "9A"}, {"key": "A Minor"}),
    _figure("year.same", "up to a year apart", {"year": 2019}, {"release_date": "2020-01-10"}),
    _figure("year.other", "more than a year apart", {"year": 2009}, {"release_date": "2020-01-10"}),
    _figure("label.same", "the same label", {"label": "Kiln"}, {"label": "KILN"}),
    _figure("album.same", "the same album or release", {"album": "Ferries"},
            {"release": "Ferries"}),
    _figure("isrc.same", "the same code", {"isrc": "XX-AB1-23-00001"}, {"isrc": "XXAB12300001"}),
    _figure("isrc.other", "another code", {"isrc": "XXAB12300002"}, {"isrc": "XXAB12300001"}),
    _figure("isrc.contradicted", "the same code, but not the same recording",
            {"isrc": "XXAB12300001", "duration_s": 300},
            {"isrc": "XXAB12300001", "length_s": 420}),
    Example("isrc.despite_title", "the same code and length with another title",
            Track("Ember", _ARTIST, isrc="XXAB12300001", duration_s=300),
            (_on_sale(isrc="XXAB12300001", length_s=300),)),
    _figure("beatport_id.same", "the same number, in the tags or the file name",
            {"beatport_id": 1}, {}),
    _figure("beatport_id.contradicted", "the same number, but not the same recording",
            {"beatport_id": 1, "duration_s": 300}, {"length_s": 420}),
    Example("rivals.near", "another recording scores nearly as high",
            Track(_NAME, _ARTIST, duration_s=300),
            (_on_sale(length_s=300), _on_sale(id=2, length_s=304, artists=(_ARTIST, "Ugo")))),
    _rivals("close", "another recording scores equally high", 300, 420),
    _rivals("crowd", "several recordings score equally high", 300, 420, 510),
    Example("rivals.isrc", "another candidate has the track's code",
            Track(_NAME, _ARTIST, isrc="XXAB12300002"),
            (_on_sale(isrc="XXAB12300001"),
             _on_sale(id=2, mix_name="Extended Mix", isrc="XXAB12300002"))),
    _lone("common", "no artist; all title words are common", "Night"),
    _lone("usual", "no artist; one rare title word", "Ember"),
    _lone("rare", "no artist; several rare title words", "Small Hours"),
    _lone("vouched", "no artist; length and tempo agree", "Ember", duration_s=300, bpm=124),
)  # fmt: skip

# What `matching` adds to the evidence after the ranking.
ADDED = {
    "release.siblings": "most other tracks of the folder or album are on this release",
    "decision.rejected": "a person has rejected the candidate",
}
