"""Invented music for the tests of parsing and scoring.

A `Recording` is the ground truth. `as_track` writes it like a DJ's library, `as_candidate` like
Beatport; `other_than` makes a second recording that differs in exactly one property. All names are
invented. The title words differ so much that none is a typo of another.
"""

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from beatport_match.model.tracks import Candidate, Track
from beatport_match.scoring.confidence import outcome_of, rank
from beatport_match.scoring.scorer import score_candidates
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
# Names of versions that are not remixes; each is a different recording.
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
# A library may omit these; an equal length then identifies the version.
QUIET = frozenset({"Extended Mix", "Radio Edit", "Club Mix"})
REMIX_KINDS = ("Remix", "Dub", "Rework", "Bootleg", "Edit")


@dataclass(frozen=True)
class Recording:
    """One recording (the ground truth); `remixer` is empty if the version has none."""

    title: str = "Lantern Meridian"
    artists: tuple[str, ...] = ("Ana Solberg",)
    mix: str = "Original Mix"
    remixer: str = ""
    part: str = ""
    length_s: float = 400.0

    @property
    def mix_name(self):
        """The version as in Beatport's `mix_name`."""
        return f"{self.remixer} {self.mix}".strip()


@dataclass(frozen=True)
class Style:
    """How a library writes a track: place of the artist, brackets, available fields."""

    artist_in_title: bool = False
    brackets: str = "()"
    states_original_mix: bool = True
    has_length: bool = True
    separator: str = " & "


def as_candidate(recording, number=1, **more):
    """Return the recording as a candidate of Beatport."""
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


def unchecked(candidate, **values):
    """Change fields of a candidate without the checks of its constructor."""
    for name, value in values.items():
        object.__setattr__(candidate, name, value)
    return candidate


def as_track(recording, style=None, **more):
    """Return the recording as a track of a library in the given style."""
    style = style or Style()
    mix = recording.mix_name
    if mix == "Original Mix" and not style.states_original_mix:
        mix = ""
    title = recording.title
    if recording.part:
        title += f", Pt. {recording.part}"
    if mix:
        title += f" - {mix}" if style.brackets == "-" else f" {style.brackets[0]}{mix}"
        title += "" if style.brackets == "-" else style.brackets[1]
    artists = style.separator.join(recording.artists)
    if style.has_length:
        more.setdefault("duration_s", recording.length_s)
    if style.artist_in_title:
        return Track(f"{artists} - {title}", **more)
    return Track(title, artists, **more)


def styles():
    """Generate any style of a library."""
    return st.builds(
        Style,
        artist_in_title=st.booleans(),
        brackets=st.sampled_from(["()", "[]", "-"]),
        states_original_mix=st.booleans(),
        has_length=st.booleans(),
        separator=st.sampled_from([" & ", ", ", " and ", " vs. "]),
    )


@st.composite
def recordings(draw):
    """Generate any recording."""
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
# The relation of the other recording to the wanted one.
RELATION = {
    "title": "different",
    "artist": "different",
    "remixer": "other_version",
    "kind": "other_version",
    "part": "other_version",
}


@st.composite
def other_than(draw, recording, way):
    """Generate a recording that differs in one property, and perhaps in its length."""
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
    """Replace the title; the new one may share all words but one."""
    words = recording.title.lower().split()
    fresh = _another(draw, TITLE_WORDS, words)
    at = draw(st.integers(0, len(words) - 1))
    changed = draw(
        st.sampled_from([[*words, fresh], [*words[:at], fresh, *words[at + 1 :]], [fresh]])
    )
    return replace(recording, title=" ".join(changed).title())


def _another_remixer(draw, recording):
    """Replace the remixer, or add one."""
    other = _another(draw, REMIXERS, (recording.remixer,))
    mix = recording.mix if recording.remixer else draw(st.sampled_from(REMIX_KINDS))
    return replace(recording, remixer=other, mix=mix)


def _another(draw, choices, excluded):
    """Draw one of the choices that are not excluded."""
    return draw(st.sampled_from([choice for choice in choices if choice not in excluded]))


def vouched_for(style, recording, other):
    """Whether a track without a version fits the other recording because of its length."""
    is_unstated = recording.mix_name == "Original Mix" and not style.states_original_mix
    return is_unstated and other.mix_name in QUIET and other.length_s == recording.length_s


def version_summary(parsed):
    """Return the compared properties of a parsed track's version, in one line."""
    version = parsed.version
    kinds = [*sorted(version.kinds), version.length, version.part and f"part {version.part}"]
    return " ".join([*filter(None, kinds), *sorted(set(version.words))])


def score_one(track, candidate):
    return score_candidates(track, [candidate])[0]


def ask(track, *candidates, settings=None):
    """Return the outcome and the ranked candidates for a track."""
    ranked = rank(track, candidates)
    return outcome_of(ranked, settings or MatchSettings()), ranked


@contextmanager
def limit_executed_lines(limit):
    """Fail if the block executes more lines; a count is stable where a time is not."""
    executed = 0

    def count(frame, event, arg):
        nonlocal executed
        executed += event == "line"
        if executed > limit:
            raise AssertionError(f"the block executed more than {limit} lines")
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


# Any track and any candidate, including nonsense.
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
# Text with a visible character. Private characters are excluded here; test_titles.py covers them.
PRINTABLE_TEXT = st.text(st.characters(exclude_categories=("Cs", "Co")), min_size=1).filter(
    str.strip
)
