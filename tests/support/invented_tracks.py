"""Invented music for the tests of judgement: recordings, and how libraries and Beatport write them.

A `Recording` is the truth. `as_track` writes it the way some DJ's library does, `as_candidate` the
way Beatport does; `other_than` makes a second recording that differs in exactly one way. All names
are made up. Title words lie far apart, so that no two of them are one word mistyped.
"""

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.settings.models import MatchSettings

TITLE_WORDS = (
    "lantern driftwood meridian saffron orchard velvet tundra glacier copperline harbour "
    "kingfisher monsoon paraffin quarry zeppelin".split()
)
ARTISTS = (
    "Ana Solberg",
    "Tomek Brzoza",
    "Nørdlys",
    "Kaveh Rostamian",
    "Óskar Þór",
    "Quilt & Thimble",
    "Лада Ветрова",
    "夜の鉄道",
)
REMIXERS = ("Dunja Petrovac", "Marwick", "Hollis Öberg", "Jörg Zwirn", "Basalto", "Ines & Ugo")
# What a version may be called, apart from remixes; each is another recording than each other.
MIXES = (
    "Original Mix",
    "Extended Mix",
    "Radio Edit",
    "Club Mix",
    "Dub Mix",
    "Instrumental Mix",
    "Acapella",
    "VIP Mix",
    "Live",
    "Mixed",
    "Remastered",
    "Acoustic Version",
    "Reprise",
)
# A library may leave these unsaid, and an equal length then vouches for them.
QUIET = frozenset({"Extended Mix", "Radio Edit", "Club Mix"})
REMIX_KINDS = ("Remix", "Dub", "Rework", "Bootleg", "Edit")


@dataclass(frozen=True)
class Recording:
    """One recording, as it truly is; `remixer` is empty where `mix` stands for itself."""

    title: str = "Lantern Meridian"
    artists: tuple[str, ...] = ("Ana Solberg",)
    mix: str = "Original Mix"
    remixer: str = ""
    part: str = ""
    length_s: float = 400.0

    @property
    def mix_name(self):
        """The version as Beatport's `mix_name` says it."""
        return f"{self.remixer} {self.mix}".strip()


@dataclass(frozen=True)
class Style:
    """How a library writes: where the artist stands, which brackets, what it knows."""

    artist_in_title: bool = False
    brackets: str = "()"
    says_original: bool = True
    knows_length: bool = True
    joint: str = " & "


def as_candidate(recording, number=1, **more):
    """The recording as Beatport lists it."""
    name = f"{recording.title}{' Part ' + recording.part if recording.part else ''}"
    return Candidate(
        id=number,
        name=name,
        mix_name=recording.mix_name,
        artists=recording.artists,
        remixers=(recording.remixer,) if recording.remixer else (),
        length_s=recording.length_s,
        **more,
    )


def as_track(recording, style=None, **more):
    """The recording as a library in some style lists it."""
    style = style or Style()
    mix = recording.mix_name
    if mix == "Original Mix" and not style.says_original:
        mix = ""
    title = recording.title
    if recording.part:
        title += f", Pt. {recording.part}"
    if mix:
        title += f" - {mix}" if style.brackets == "-" else f" {style.brackets[0]}{mix}"
        title += "" if style.brackets == "-" else style.brackets[1]
    artists = style.joint.join(recording.artists)
    if style.knows_length:
        more.setdefault("duration_s", recording.length_s)
    if style.artist_in_title:
        return Track(f"{artists} - {title}", **more)
    return Track(title, artists, **more)


def styles():
    """Any way of writing a library."""
    return st.builds(
        Style,
        artist_in_title=st.booleans(),
        brackets=st.sampled_from(["()", "[]", "-"]),
        says_original=st.booleans(),
        knows_length=st.booleans(),
        joint=st.sampled_from([" & ", ", ", " and ", " vs. "]),
    )


@st.composite
def recordings(draw):
    """Any recording."""
    words = draw(st.lists(st.sampled_from(TITLE_WORDS), min_size=1, max_size=3, unique=True))
    remixer = draw(st.sampled_from(("", *REMIXERS)))
    return Recording(
        title=" ".join(words).title(),
        artists=tuple(
            draw(st.lists(st.sampled_from(ARTISTS), min_size=1, max_size=2, unique=True))
        ),
        mix=draw(st.sampled_from(REMIX_KINDS if remixer else MIXES)),
        remixer=remixer,
        part=draw(st.sampled_from(("", "", "", "1", "2", "3"))),
        length_s=float(draw(st.integers(150, 600))),
    )


WAYS_TO_DIFFER = ("title", "artist", "remixer", "kind", "part")
# What the other one is to the recording asked for.
RELATION = {
    "title": "different",
    "artist": "different",
    "remixer": "other_version",
    "kind": "other_version",
    "part": "other_version",
}


@st.composite
def other_than(draw, recording, way):
    """A recording that differs from the given one in one way only, its length included or not."""
    if way == "title":
        other = _another_title(draw, recording)
    elif way == "artist":
        other = replace(recording, artists=(_another(draw, ARTISTS, recording.artists),))
    elif way == "remixer":
        other = _another_remixer(draw, recording)
    elif way == "kind":
        mixes = REMIX_KINDS if recording.remixer else MIXES
        other = replace(recording, mix=_another(draw, mixes, (recording.mix,)))
    else:
        other = replace(recording, part=_another(draw, ("", "1", "2", "3"), (recording.part,)))
    return replace(other, length_s=draw(st.sampled_from((recording.length_s, 700.0))))


def _another_title(draw, recording):
    """Another title, which may share all words but one."""
    words = recording.title.lower().split()
    fresh = _another(draw, TITLE_WORDS, words)
    at = draw(st.integers(0, len(words) - 1))
    changed = draw(
        st.sampled_from([[*words, fresh], [*words[:at], fresh, *words[at + 1 :]], [fresh]])
    )
    return replace(recording, title=" ".join(changed).title())


def _another_remixer(draw, recording):
    other = _another(draw, REMIXERS, (recording.remixer,))
    mix = recording.mix if recording.remixer else draw(st.sampled_from(REMIX_KINDS))
    return replace(recording, remixer=other, mix=mix)


def _another(draw, choices, but):
    return draw(st.sampled_from([choice for choice in choices if choice not in but]))


def vouched_for(style, recording, other):
    """Whether a library that names no version means the other one by its length."""
    unsaid = recording.mix_name == "Original Mix" and not style.says_original
    return unsaid and other.mix_name in QUIET and other.length_s == recording.length_s


def structure(reading):
    """What is compared of a version, in one line."""
    version = reading.version
    kinds = [*sorted(version.kinds), version.length, version.part and f"part {version.part}"]
    return " ".join([*filter(None, kinds), *sorted(set(version.words))])


def ask(track, *candidates, settings=None):
    """What a DJ is told about a track when Beatport has these candidates."""
    ranked = rank(track, candidates)
    return outcome_of(ranked, settings or MatchSettings()), ranked


@contextmanager
def steps_at_most(limit):
    """Fail when the code inside runs more lines than that: work is counted, not timed."""
    taken = 0

    def count(frame, event, arg):
        nonlocal taken
        taken += event == "line"
        if taken > limit:
            raise AssertionError(f"more than {limit} lines were run")
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


# Any track and any candidate, sensible or not.
TITLES = st.one_of(
    st.text(min_size=1), st.sampled_from(["Tide", "Tide (Dub)", "Tide (Nørd Remix)", "Ana - Tide"])
).filter(str.strip)
NAMES = st.one_of(
    st.text(), st.lists(st.sampled_from(["Ana", "Tom", "Nørd"]), max_size=3).map(tuple)
)
TRACKS = st.builds(
    Track,
    TITLES,
    NAMES,
    album=st.none() | st.sampled_from(["Harbour EP", ""]),
    label=st.none() | st.sampled_from(["Quay", ""]),
    year=st.none() | st.integers(-10, 10_000),
    bpm=st.none() | st.floats(-10, 1e9),
    key=st.none() | st.sampled_from(["Am", "8A", "nonsense"]),
    duration_s=st.none() | st.floats(-10, 1e9),
    isrc=st.none() | st.sampled_from(["DEAB11900001", "DE-AB1-19-00002", ""]),
    beatport_id=st.none() | st.integers(-1, 3),
    remixers=NAMES,
)
CANDIDATES = st.builds(
    Candidate,
    id=st.integers(1, 3),
    name=TITLES,
    mix_name=st.none() | st.sampled_from(["Original Mix", "Dub", "Nørd Remix", ""]) | st.text(),
    artists=st.lists(st.sampled_from(["Ana", "Tom", "Nørd"]) | st.text(), max_size=3),
    remixers=st.lists(st.sampled_from(["Nørd", "Tom"]), max_size=2),
    label=st.none() | st.sampled_from(["Quay", "Other"]),
    release=st.none() | st.sampled_from(["Harbour EP", "Best Of"]),
    release_date=st.none() | st.sampled_from(["2019-05-03", "2001-01-01", "", "soon"]),
    bpm=st.none() | st.floats(-10, 1e9),
    key=st.none() | st.sampled_from(["A Minor", "G# Minor"]),
    length_s=st.none() | st.floats(-10, 1e9),
    isrc=st.none() | st.sampled_from(["DEAB11900001", "GBXX22000003"]),
)
# Private characters alone are a known fault, stated in the tests of titles.
SHOWN = st.text(st.characters(exclude_categories=("Cs", "Co")), min_size=1).filter(str.strip)
