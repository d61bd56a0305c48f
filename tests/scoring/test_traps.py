"""Traps: pairs that look alike and are two recordings, and pairs that look odd and are one.

Each was found by trying what DJs' libraries hold against what catalogues hold. The first promise is
that no other recording is `matched`; a person may have to look, or it may be called another.
"""

import pytest
from invented_tracks import ask

from beatport_match.model.tracks import Candidate, Track

ISRC = "USABC1234567"


def sold(name, mix="Original Mix", artists=("Kolva",), number=1, **more):
    more.setdefault("label", "Quay Records")
    return Candidate(id=number, name=name, mix_name=mix, artists=artists, **more)


def of(title, artists="Kolva", **more):
    return Track(title, artists, **more)


TORREK = ("Torrek",)
TWO = {
    "a namesake in one field": (
        of("Mason - Moonrise", ""),
        sold("Moonrise", artists=("Mason Maynard",)),
    ),
    "names from two people": (
        of("Paul Kalbrand - Moonrise", ""),
        sold("Moonrise", artists=("Fritz Kalbrand", "Paul Oakden")),
    ),
    "a joint as an artist": (of("X - Moonrise", ""), sold("Moonrise", artists=("Brenn",))),
    "an article as an artist": (of("A - Moonrise", ""), sold("Moonrise", artists=("Brenn",))),
    "a name's word in the title": (
        of("Deep Inside", "Deep Dish"),
        sold("Inside", artists=("Deep Dish",)),
    ),
    "a title with the artist's one word": (
        of("Solo Love", "Solo"),
        sold("Love", artists=("Solo",)),
    ),
    "beat is not feat": (of("Night Beat Kolva"), sold("Night")),
    "a remixer in brackets, the release named after it": (
        of("Moonrise (Torrek)"),
        sold("Moonrise", release="Moonrise (Torrek Remix)"),
    ),
    "sped up, the release named after it": (
        of("Moonrise (Sped Up)"),
        sold("Moonrise", release="Moonrise (Sped Up)"),
    ),
    "a chapter taken for a label": (of("Odyssey (Chapter 2)"), sold("Odyssey", label=None)),
    "numbers in square brackets": (of("Sequence [1]"), sold("Sequence [2]")),
    "hours of the day": (of("Sunrise (AM)"), sold("Sunrise (PM)")),
    "Roman numbers in brackets": (of("Chapter (IX)"), sold("Chapter (XI)")),
    "volumes in capitals": (of("Atlas (VOL. 12)"), sold("Atlas (VOL. 13)")),
    "tempi in titles": (of("Kick Loop 125 BPM"), sold("Kick Loop 128 BPM")),
    "leading numbers": (of("12 - Night"), sold("13 - Night")),
    "sides": (of("B1 - Night"), sold("B2 - Night")),
    "a final": (of("The Countdown"), sold("The Countdown - Final")),
    "a remix of another year": (
        of("Signals (Torrek Remix)", year=2012),
        sold("Signals", "Torrek 2023 Remix", remixers=TORREK, release_date="2023-04-01"),
    ),
    "live in some year": (of("Signals (Live)"), sold("Signals", "Live 2019")),
    "the other member's own version": (
        of("Signals (Kolva Mix)", "Kolva & Brenn"),
        sold("Signals", "Brenn Mix", ("Kolva", "Brenn")),
    ),
    "a letter apart, with one remixer": (
        of("Night (Torrek Remix)"),
        sold("Light", "Torrek Remix", remixers=TORREK),
    ),
    "sides of one release": (of("Side A", duration_s=360), sold("Side B", length_s=361)),
    "a cut bracket that may begin anything": (of("Signals (Tor"), sold("Signals", "Torrek Dub")),
    "a code on radio and extended": (
        of("Home (Radio Edit)", isrc=ISRC),
        sold("Home", "Extended Mix", isrc=ISRC),
    ),
    "a number over another artist": (of("Home", beatport_id=1), sold("Home", artists=("Brenn",))),
    "a code on an acapella": (of("Home", isrc=ISRC), sold("Home", "Acapella", isrc=ISRC)),
    "a code on another year's remix": (
        of("Home (2019 Remix)", isrc=ISRC),
        sold("Home", "2021 Remix", isrc=ISRC),
    ),
    "a placeholder for a code": (
        of("Home", isrc="N/A"),
        sold("Home", "Torrek Remix", isrc="N/A", remixers=TORREK),
    ),
    "a title that goes on": (of("Alone (With You)"), sold("Alone")),
    "with me and with you": (of("Alone (With You)"), sold("Alone (With Me)")),
    "another guest": (
        of("Moonrise", "Kolva feat. Anna"),
        sold("Moonrise", artists=("Kolva", "Bella")),
    ),
    "in and to": (of("In Love"), sold("To Love")),
    "in motion": (of("In Motion"), sold("Motion")),
    "a letter behind": (of("Vitamin C"), sold("Vitamin")),
    "another letter behind": (of("Vitamin C"), sold("Vitamin A")),
    "phase one": (of("Phase I"), sold("Phase")),
    "a point in a number": (of("Night 1.5"), sold("Night 15")),
    "rain and train": (of("Rain"), sold("Train")),
    "love and lover": (of("Love"), sold("Lover")),
    "your and you": (of("Your Night"), sold("You Night")),
    "another tempo": (of("Home", bpm=100), sold("Home", bpm=128)),
}

ONE = {
    "mix said or not": (of("Night (Brenn Dub Mix)"), sold("Night", "Brenn Dub")),
    "radio mix and edit": (of("Night (Radio Mix)"), sold("Night", "Radio Edit")),
    "two brackets for one": (
        of("Night (Brenn Remix) (Extended Mix)"),
        sold("Night", "Brenn Extended Remix", remixers=("Brenn",)),
    ),
    "a possessive": (of("Night (Brenn Late Mix)"), sold("Night", "Brenn's Late Mix")),
    "a part without a blank": (of("Night Pt1"), sold("Night Pt. 1")),
    "a part in words": (of("Night (Part Six)"), sold("Night (Part 6)")),
    "a part in Roman": (of("Night Part VII"), sold("Night Part 7")),
    "a tempo in both titles": (of("Kick Loop 128 BPM"), sold("Kick Loop 128 BPM")),
    "an album's own name": (of("Odyssey (Dawn)"), sold("Odyssey", release="Dawn")),
    "a code, unsaid, of one length": (
        of("Home", isrc=ISRC, duration_s=360),
        sold("Home", "Extended Mix", isrc=ISRC, length_s=361),
    ),
    "artist and title with a colon": (of("Kolva : Moonrise", ""), sold("Moonrise")),
    "the artist before the title as well": (of("Kolva - Moonrise"), sold("Moonrise")),
    "an alias": (of("Moonrise", "Kolva aka Brenn"), sold("Moonrise")),
    "an alias in brackets": (of("Moonrise", "Kolva (a.k.a. Brenn)"), sold("Moonrise")),
    "a presenter": (of("Moonrise", "Brenn"), sold("Moonrise", artists=("Kolva pres. Brenn",))),
    "feat mistyped": (
        of("Moonrise eat. Anna Berg"),
        sold("Moonrise", artists=("Kolva", "Anna Berg")),
    ),
}


@pytest.mark.parametrize(("track", "candidate"), TWO.values(), ids=TWO.keys())
def test_two_recordings_are_never_one(track, candidate):
    """DJs do not forgive the wrong remix applied silently."""
    outcome, ranked = ask(track, candidate)
    assert outcome != "matched", ranked[0]


@pytest.mark.parametrize(("track", "candidate"), ONE.values(), ids=ONE.keys())
def test_one_recording_in_two_spellings_is_found(track, candidate):
    """However a library writes it."""
    outcome, ranked = ask(track, candidate)
    assert outcome == "matched", ranked[0]


def test_two_remixes_of_one_name_are_two_recordings():
    """Releases of one recording agree in who made it, its tempo and its year."""
    for one, two in (
        (
            sold("Signals", "Remix", remixers=TORREK),
            sold("Signals", "Remix", number=2, remixers=("Brenn",)),
        ),
        (sold("Signals", "Torrek 2019 Remix"), sold("Signals", "Torrek 2021 Remix", number=2)),
        (sold("Signals", bpm=124), sold("Signals", bpm=140, number=2)),
    ):
        track = of(f"Signals ({one.mix_name})")
        assert not any(each.rerelease for each in ask(track, one, two)[1])


def test_what_is_not_finite_is_not_supposed():
    """Input is hostile until read: JSON can say 1e999, which no length is."""
    for strange in ({"length_s": float("inf")}, {"length_s": float("nan")}, {"bpm": float("inf")}):
        _, ranked = ask(of("Night (Brenn Remix)"), sold("Night", **strange))
        assert ranked


@pytest.mark.parametrize(
    ("mine", "theirs"), [("Stefan", "Stefano"), ("Carl", "Carlo"), ("Simon", "Simone")]
)
def test_a_vowel_more_is_another_remixer(mine, theirs):
    """Two remixers whose names are a vowel apart are for a person to tell apart."""
    candidate = sold("Signals", f"{theirs} Remix", remixers=(theirs,))
    assert ask(of(f"Signals ({mine} Remix)"), candidate)[0] == "review"
