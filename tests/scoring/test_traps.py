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
