"""Traps: different recordings that look alike, and one recording in unusual spellings.

Each pair was found by comparing entries of DJs' libraries with entries of catalogues. Different
recordings must never be `matched`; `review` and `not_found` are both acceptable.
"""

import pytest
from invented_tracks import ask, unchecked
from tables import each_row

from beatport_match.model.tracks import Candidate, Track

ISRC = "USABC1234567"


def candidate_of(name, mix="Original Mix", artists=("Kolva",), number=1, **more):
    more.setdefault("label", "Quay Records")
    return Candidate(id=number, name=name, mix_name=mix, artists=artists, **more)


def track_of(title, artists="Kolva", **more):
    return Track(title, artists, **more)


TORREK = ("Torrek",)
PLAYED = {"duration_s": 360, "bpm": 124}
SOLD = {"length_s": 360, "bpm": 124}
DIFFERENT = {
    "another artist with the same first name, one field": (
        track_of("Mason - Moonrise", ""),
        candidate_of("Moonrise", artists=("Mason Maynard",)),
    ),
    "first and last name from two artists": (
        track_of("Paul Kalbrand - Moonrise", ""),
        candidate_of("Moonrise", artists=("Fritz Kalbrand", "Paul Oakden")),
    ),
    "a separator word as an artist": (
        track_of("X - Moonrise", ""),
        candidate_of("Moonrise", artists=("Brenn",)),
    ),
    "an article as an artist": (
        track_of("A - Moonrise", ""),
        candidate_of("Moonrise", artists=("Brenn",)),
    ),
    "a word of the artist's name in the title": (
        track_of("Deep Inside", "Deep Dish"),
        candidate_of("Inside", artists=("Deep Dish",)),
    ),
    "artist's name of one word in the title": (
        track_of("Solo Love", "Solo"),
        candidate_of("Love", artists=("Solo",)),
    ),
    "beat is not feat": (track_of("Night Beat Kolva"), candidate_of("Night")),
    "remixer in brackets, release named after the remix": (
        track_of("Moonrise (Torrek)"),
        candidate_of("Moonrise", release="Moonrise (Torrek Remix)"),
    ),
    "sped up, release named after it": (
        track_of("Moonrise (Sped Up)"),
        candidate_of("Moonrise", release="Moonrise (Sped Up)"),
    ),
    "a chapter in the place of a label": (
        track_of("Odyssey (Chapter 2)"),
        candidate_of("Odyssey", label=None),
    ),
    "numbers in square brackets": (track_of("Sequence [1]"), candidate_of("Sequence [2]")),
    "hours of the day": (track_of("Sunrise (AM)"), candidate_of("Sunrise (PM)")),
    "Roman numbers in brackets": (track_of("Chapter (IX)"), candidate_of("Chapter (XI)")),
    "volumes in capitals": (track_of("Atlas (VOL. 12)"), candidate_of("Atlas (VOL. 13)")),
    "tempi in titles": (track_of("Kick Loop 125 BPM"), candidate_of("Kick Loop 128 BPM")),
    "leading numbers": (track_of("12 - Night"), candidate_of("13 - Night")),
    "sides of a record": (track_of("B1 - Night"), candidate_of("B2 - Night")),
    "a final": (track_of("The Countdown"), candidate_of("The Countdown - Final")),
    "a remix of another year": (
        track_of("Signals (Torrek Remix)", year=2012),
        candidate_of("Signals", "Torrek 2023 Remix", remixers=TORREK, release_date="2023-04-01"),
    ),
    "live in some year": (track_of("Signals (Live)"), candidate_of("Signals", "Live 2019")),
    "the other member's own version": (
        track_of("Signals (Kolva Mix)", "Kolva & Brenn"),
        candidate_of("Signals", "Brenn Mix", ("Kolva", "Brenn")),
    ),
    "titles that differ in one letter, same remixer": (
        track_of("Night (Torrek Remix)"),
        candidate_of("Light", "Torrek Remix", remixers=TORREK),
    ),
    "sides of one release": (
        track_of("Side A", duration_s=360),
        candidate_of("Side B", length_s=361),
    ),
    "a truncated bracket that may begin several versions": (
        track_of("Signals (Tor"),
        candidate_of("Signals", "Torrek Dub"),
    ),
    "equal ISRC on radio edit and extended mix": (
        track_of("Home (Radio Edit)", isrc=ISRC),
        candidate_of("Home", "Extended Mix", isrc=ISRC),
    ),
    "equal Beatport number, another artist": (
        track_of("Home", beatport_id=1),
        candidate_of("Home", artists=("Brenn",)),
    ),
    "equal ISRC on an acapella": (
        track_of("Home", isrc=ISRC),
        candidate_of("Home", "Acapella", isrc=ISRC),
    ),
    "equal ISRC on a remix of another year": (
        track_of("Home (2019 Remix)", isrc=ISRC),
        candidate_of("Home", "2021 Remix", isrc=ISRC),
    ),
    "a placeholder instead of an ISRC": (
        track_of("Home", isrc="N/A"),
        candidate_of("Home", "Torrek Remix", isrc="N/A", remixers=TORREK),
    ),
    "a title that continues in brackets": (track_of("Alone (With You)"), candidate_of("Alone")),
    "with me and with you": (track_of("Alone (With You)"), candidate_of("Alone (With Me)")),
    "another guest": (
        track_of("Moonrise", "Kolva feat. Anna"),
        candidate_of("Moonrise", artists=("Kolva", "Bella")),
    ),
    "in and to": (track_of("In Love"), candidate_of("To Love")),
    "in motion": (track_of("In Motion"), candidate_of("Motion")),
    "a final letter on one side": (track_of("Vitamin C"), candidate_of("Vitamin")),
    "another final letter": (track_of("Vitamin C"), candidate_of("Vitamin A")),
    "phase one": (track_of("Phase I"), candidate_of("Phase")),
    "a decimal point in a number": (track_of("Night 1.5"), candidate_of("Night 15")),
    "rain and train": (track_of("Rain"), candidate_of("Train")),
    "love and lover": (track_of("Love"), candidate_of("Lover")),
    "your and you": (track_of("Your Night"), candidate_of("You Night")),
    "another tempo": (track_of("Home", bpm=100), candidate_of("Home", bpm=128)),
    "another letter in the remixer's name, equal length": (
        track_of("Night (Mr. C Remix)", **PLAYED),
        candidate_of("Night", "Mr. G Remix", remixers=("Mr. G",), **SOLD),
    ),
    "another letter in the artist's name, equal length": (
        track_of("Night", "Mira K", **PLAYED),
        candidate_of("Night", artists=("Mira F",), **SOLD),
    ),
    "an initial, without a length": (
        track_of("Night Ferry", "M. Brenn"),
        candidate_of("Night Ferry", artists=("Mira Brenn",)),
    ),
    "initials of the remixer, without a length": (
        track_of("Night (MvB Remix)"),
        candidate_of("Night", "Mira van Brenn Remix", remixers=("Mira van Brenn",)),
    ),
    "a remake that credits the artist, equal length": (
        track_of("Night", **PLAYED),
        candidate_of("Night (feat. Kolva)", artists=("Kolva", "Brenn"), **SOLD),
    ),
    "another name beside the title, equal length": (
        track_of("Night w/ Brenn", **PLAYED),
        candidate_of("Night", **SOLD),
    ),
    "a remake by another artist, named first": (
        track_of("Night", year=1989),
        candidate_of("Night", artists=("Brenn", "Kolva"), release_date="2024-05-01"),
    ),
    "a remake by another artist, equal length, another tempo": (
        track_of("Night", duration_s=360, bpm=120),
        candidate_of("Night", artists=("Brenn", "Kolva"), **SOLD),
    ),
    "tempos in brackets, one of them the track's": (
        track_of("Night (Transition 124-140)", **PLAYED),
        candidate_of("Night", **SOLD),
    ),
    "a name that is a word for long": (
        track_of("Night (Lang Remix)", **PLAYED),
        candidate_of("Night", "Extended Remix", **SOLD),
    ),
    "a guest in brackets that Beatport does not credit, equal length": (
        track_of("Night (with spoken words by Brenn)", **PLAYED),
        candidate_of("Night", **SOLD),
    ),
    "a version in the artist field that is not on sale": (
        track_of("Night", "Kolva (Brenn Dub)", **PLAYED),
        candidate_of("Night", **SOLD),
    ),
    "another title with a part": (track_of("Home"), candidate_of("Night Pt. 2")),
    "a word after the guest's name, equal length": (
        track_of("Night feat. Mira Brenn Karaoke", **PLAYED),
        candidate_of("Night", artists=("Kolva", "Mira Brenn"), **SOLD),
    ),
    "another sequel": (track_of("Night II"), candidate_of("Night Pt. 3")),
    "a sequel and the first one": (track_of("Night II"), candidate_of("Night")),
    "a digit is no word": (track_of("Night 4"), candidate_of("Night")),
    "equal ISRC and length, another title and part": (
        track_of("Session Part 9", isrc=ISRC, **PLAYED),
        candidate_of("Home", isrc=ISRC, **SOLD),
    ),
}

SAME = {
    "the word mix on one side only": (
        track_of("Night (Brenn Dub Mix)"),
        candidate_of("Night", "Brenn Dub"),
    ),
    "radio mix and edit": (track_of("Night (Radio Mix)"), candidate_of("Night", "Radio Edit")),
    "two brackets on one side, one on the other": (
        track_of("Night (Brenn Remix) (Extended Mix)"),
        candidate_of("Night", "Brenn Extended Remix", remixers=("Brenn",)),
    ),
    "a possessive": (track_of("Night (Brenn Late Mix)"), candidate_of("Night", "Brenn's Late Mix")),
    "a part without a space": (track_of("Night Pt1"), candidate_of("Night Pt. 1")),
    "a part in words": (track_of("Night (Part Six)"), candidate_of("Night (Part 6)")),
    "a part in Roman": (track_of("Night Part VII"), candidate_of("Night Part 7")),
    "a tempo in both titles": (track_of("Kick Loop 128 BPM"), candidate_of("Kick Loop 128 BPM")),
    "the name of the release in brackets": (
        track_of("Odyssey (Dawn)"),
        candidate_of("Odyssey", release="Dawn"),
    ),
    "equal ISRC, version not named, equal length": (
        track_of("Home", isrc=ISRC, duration_s=360),
        candidate_of("Home", "Extended Mix", isrc=ISRC, length_s=361),
    ),
    "artist and title with a colon": (track_of("Kolva : Moonrise", ""), candidate_of("Moonrise")),
    "the artist before the title as well": (track_of("Kolva - Moonrise"), candidate_of("Moonrise")),
    "an alias": (track_of("Moonrise", "Kolva aka Brenn"), candidate_of("Moonrise")),
    "an alias in brackets": (
        track_of("Moonrise", "Kolva (a.k.a. Brenn)"),
        candidate_of("Moonrise"),
    ),
    "a presenter": (
        track_of("Moonrise", "Brenn"),
        candidate_of("Moonrise", artists=("Kolva pres. Brenn",)),
    ),
    "a placeholder in another language": (
        track_of("Moonrise Over Quay", "Interprete Desconocido", **PLAYED),
        candidate_of("Moonrise Over Quay", **SOLD),
    ),
    "a disc and a track number": (
        track_of("CD 2 - Track 03 - Moonrise", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "a side and about the same length": (
        track_of("B2 Moonrise", duration_s=364),
        candidate_of("Moonrise", length_s=360),
    ),
    "digits for words": (track_of("Made 4 U"), candidate_of("Made For You")),
    "digits for letters": (track_of("Mo0nr1se", "K0lva"), candidate_of("Moonrise")),
    "a short and between apostrophes": (track_of("Rum 'n' Rye"), candidate_of("Rum And Rye")),
    "an article at the end": (track_of("Quay, The"), candidate_of("The Quay")),
    "a channel's name with a blank": (track_of("Moonrise", "Kolva VEVO"), candidate_of("Moonrise")),
    "dots between initials": (
        track_of("Moonrise", "B.R.E.N.N."),
        candidate_of("Moonrise", artists=("Brenn",)),
    ),
    "a slash within a name": (track_of("Moonrise", "K/olva"), candidate_of("Moonrise")),
    "an initial and the same length": (
        track_of("Moonrise", "M. Brenn", **PLAYED),
        candidate_of("Moonrise", artists=("Mira Brenn",), **SOLD),
    ),
    "initials of the remixer and the same length": (
        track_of("Moonrise (MvB Remix)", **PLAYED),
        candidate_of("Moonrise", "Mira van Brenn Remix", remixers=("Mira van Brenn",), **SOLD),
    ),
    "initials of the artist in the mix": (
        track_of("Moonrise (Harbour Mix)", "Mira Brenn", **PLAYED),
        candidate_of("Moonrise", "MB Harbour Mix", artists=("Mira Brenn",), **SOLD),
    ),
    "names joined by a word of another language": (
        track_of("Moonrise", "Kolva con Mira Brenn"),
        candidate_of("Moonrise", artists=("Kolva", "Mira Brenn")),
    ),
    "two artists joined by n": (
        track_of("Moonrise", "Kolva n Brenn"),
        candidate_of("Moonrise", artists=("Kolva", "Brenn")),
    ),
    "another name in brackets": (
        track_of("Moonrise", "Brenn (Kolva)", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "a name in both scripts": (
        track_of("Moonrise", "Колва Kolva"),
        candidate_of("Moonrise"),
    ),
    "a Greek name": (
        track_of("Moonrise", "Νίκος Βαρδής", **PLAYED),
        candidate_of("Moonrise", artists=("Nikos Vardis",), **SOLD),
    ),
    "a guest after f.": (
        track_of("Moonrise f. Brenn"),
        candidate_of("Moonrise", artists=("Kolva", "Brenn")),
    ),
    "a guest after f/ in brackets": (
        track_of("Moonrise (f/ Brenn)"),
        candidate_of("Moonrise", artists=("Kolva", "Brenn")),
    ),
    "the artist before a colon without a blank": (
        track_of("Kolva: Moonrise", ""),
        candidate_of("Moonrise"),
    ),
    "artist and title exchanged, with the version": (
        track_of("Kolva (Brenn Remix)", "Moonrise"),
        candidate_of("Moonrise", "Brenn Remix", remixers=("Brenn",)),
    ),
    "title, version, by artist": (
        track_of("Moonrise (Brenn Remix) by Kolva", ""),
        candidate_of("Moonrise", "Brenn Remix", remixers=("Brenn",)),
    ),
    "parts between underscores": (
        track_of("Mira Brenn_Moonrise Over Quay_124.00", "", bpm=124),
        candidate_of("Moonrise Over Quay", artists=("Mira Brenn",), bpm=124),
    ),
    "the key between underscores": (
        track_of("Mira Brenn_Moonrise Over Quay_Amin_124.00", "", key="Am", bpm=124),
        candidate_of("Moonrise Over Quay", artists=("Mira Brenn",), key="A Minor", bpm=124),
    ),
    "the number of a shop at the end": (
        track_of("Moonrise_Original_Mix_Kolva_Quay_Records_17654321", "", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "tempo and key after the title": (track_of("Moonrise - 124 - 8A"), candidate_of("Moonrise")),
    "a bitrate": (track_of("Moonrise (128kbps)"), candidate_of("Moonrise")),
    "an offer": (track_of("Moonrise // BUY = FREE"), candidate_of("Moonrise")),
    "label and number in one bracket": (
        track_of("Moonrise [Quay Records / QR031]"),
        candidate_of("Moonrise"),
    ),
    "the label as the uploader": (
        track_of("Brenn - Moonrise", "Quay Records"),
        candidate_of("Moonrise", artists=("Brenn",)),
    ),
    "a number with a dot": (
        track_of("2.11 Moonrise", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "tempo and key before the title": (track_of("124 8A Moonrise"), candidate_of("Moonrise")),
    "a number before a number": (track_of("03 7 Moonrises"), candidate_of("7 Moonrises")),
    "doubled underscores": (
        track_of("Moonrise_Over_Quay__Mira_Brenn__124__8A.mp3", "", **PLAYED),
        candidate_of("Moonrise Over Quay", artists=("Mira Brenn",), **SOLD),
    ),
    "doubled dashes": (
        track_of("Mira Brenn--Moonrise (Extended Mix).aiff", ""),
        candidate_of("Moonrise", "Extended Mix", artists=("Mira Brenn",)),
    ),
    "an advertisement": (track_of("OUT NOW! Moonrise"), candidate_of("Moonrise")),
    "escapes of JSON": (track_of("M\\u00f6we Am Kai"), candidate_of("Möwe am Kai")),
    "a digital remaster": (
        track_of("Moonrise (2014 Digital Remaster)", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "played 8 % faster": (
        track_of("Moonrise", duration_s=360 / 1.078, bpm=124 * 1.078),
        candidate_of("Moonrise", **SOLD),
    ),
    "the extended mix in German": (
        track_of("Moonrise (verlängerte Fassung)"),
        candidate_of("Moonrise", "Extended Mix"),
    ),
    "a compound": (track_of("Moonrise (Clubmix)"), candidate_of("Moonrise", "Club Mix")),
    "a compound in German": (
        track_of("Moonrise (Radiofassung)"),
        candidate_of("Moonrise", "Radio Edit"),
    ),
    "a site before the title": (
        track_of("www.example.invalid - Moonrise", **PLAYED),
        candidate_of("Moonrise", **SOLD),
    ),
    "a whole path": (
        track_of("C:\\Music\\New_2021\\Kolva - Moonrise.aiff", ""),
        candidate_of("Moonrise"),
    ),
    "what a key finder writes": (
        track_of("Moonrise // 124 // F#min // Energy 6", bpm=124),
        candidate_of("Moonrise", bpm=124),
    ),
    "where it is sold": (track_of("Moonrise *OUT NOW on Quay*"), candidate_of("Moonrise")),
    "the rates of a rip": (track_of("Moonrise (vinyl rip 24-96)"), candidate_of("Moonrise")),
    "the original mix in Japanese": (
        track_of("Moonrise（オリジナル・ミックス）"),
        candidate_of("Moonrise"),
    ),
    "the version in the artist field": (
        track_of("Moonrise", "Kolva (Brenn Remix)"),
        candidate_of("Moonrise", "Brenn Remix", remixers=("Brenn",)),
    ),
    "a second copy": (track_of("Moonrise (Original Mix) (1)"), candidate_of("Moonrise")),
    "the ID of a video": (track_of("Moonrise [k7QxT2bW_9e]"), candidate_of("Moonrise")),
    "title, mix, artist": (
        track_of("Moonrise - Extended Mix - Kolva - QUAY012", ""),
        candidate_of("Moonrise", "Extended Mix"),
    ),
    "dots for blanks": (track_of("Kolva.-.Moonrise.Quay", ""), candidate_of("Moonrise Quay")),
    "the format of the samples": (track_of("Moonrise 24bit-48kHz"), candidate_of("Moonrise")),
    "what a pool adds": (track_of("Moonrise [DJ pool upload]"), candidate_of("Moonrise")),
    "a bar before noise": (track_of("Moonrise | HQ"), candidate_of("Moonrise")),
    "a sequel in Roman": (
        track_of("Moonrise II"),
        candidate_of("Moonrise Pt. 2"),
    ),
    "a sequel in Roman on Beatport": (
        track_of("Moonrise Pt. 2"),
        candidate_of("Moonrise II"),
    ),
    "a record's format": (
        track_of("Moonrise", **PLAYED),
        candidate_of("Moonrise", '12" Club Mix', **SOLD),
    ),
    "a remixer's mix of the same length": (
        track_of("Moonrise (Brenn Mix)", **PLAYED),
        candidate_of("Moonrise", "Brenn Club Mix", **SOLD),
    ),
    "the extended mix in Spanish": (
        track_of("Moonrise (Version Extendida)"),
        candidate_of("Moonrise", "Extended Mix"),
    ),
    "a remix of a track with a subtitle, equal length": (
        track_of("Moonrise (Brenn Remix)", **PLAYED),
        candidate_of("Moonrise (Over Quay)", "Brenn Remix", remixers=("Brenn",), **SOLD),
    ),
    "feat mistyped": (
        track_of("Moonrise eat. Anna Berg"),
        candidate_of("Moonrise", artists=("Kolva", "Anna Berg")),
    ),
}


@each_row("track, candidate", DIFFERENT.values())
def test_different_recordings_that_look_alike_are_not_matched(track, candidate):
    """DJs do not accept a wrong remix that was applied without review."""
    outcome, ranked = ask(track, candidate)
    assert outcome != "matched", ranked[0]


@each_row("track, candidate", SAME.values())
def test_same_recording_in_unusual_spellings_is_matched(track, candidate):
    outcome, ranked = ask(track, candidate)
    assert outcome == "matched", ranked[0]


def test_remixes_that_differ_in_remixer_year_or_tempo_are_no_rereleases():
    for one, two in (
        (
            candidate_of("Signals", "Remix", remixers=TORREK),
            candidate_of("Signals", "Remix", number=2, remixers=("Brenn",)),
        ),
        (
            candidate_of("Signals", "Torrek 2019 Remix"),
            candidate_of("Signals", "Torrek 2021 Remix", number=2),
        ),
        (candidate_of("Signals", bpm=124), candidate_of("Signals", bpm=140, number=2)),
    ):
        track = track_of(f"Signals ({one.mix_name})")
        assert not any(each.rerelease for each in ask(track, one, two)[1])


def test_candidates_with_values_that_are_not_finite_are_ranked():
    """JSON can contain 1e999, which is parsed as infinity."""
    for strange in ({"length_s": float("inf")}, {"length_s": float("nan")}, {"bpm": float("inf")}):
        _, ranked = ask(
            track_of("Night (Brenn Remix)"), unchecked(candidate_of("Night"), **strange)
        )
        assert ranked


@pytest.mark.parametrize(
    ("mine", "theirs"), [("Stefan", "Stefano"), ("Carl", "Carlo"), ("Simon", "Simone")]
)
def test_remixers_that_differ_in_a_final_vowel_need_review(mine, theirs):
    candidate = candidate_of("Signals", f"{theirs} Remix", remixers=(theirs,))
    assert ask(track_of(f"Signals ({mine} Remix)"), candidate)[0] == "review"


def test_equal_isrc_and_length_with_another_title_need_review():
    for title, artists in (("Session Part 9", "Kolva"), ("Track 02", "Unknown Artist")):
        track = track_of(title, artists, isrc=ISRC, **PLAYED)
        assert ask(track, candidate_of("Home", isrc=ISRC, **SOLD))[0] == "review"


def test_isrc_of_another_candidate_needs_review():
    track = track_of("Moonrise", isrc=ISRC, bpm=124)
    plain = candidate_of("Moonrise", isrc="USABC7654321", bpm=124)
    extended = candidate_of("Moonrise", "Extended Mix", number=2, isrc=ISRC, bpm=124)
    assert ask(track, plain)[0] == "matched"
    assert ask(track, plain, extended)[0] == "review"
