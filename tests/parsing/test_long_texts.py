"""The work on any text grows with its length, and not with the square of its length."""

from contextlib import suppress
from functools import partial
from time import process_time

from hypothesis import given
from hypothesis import strategies as st
from tables import each_row

from beatport_match import Candidate, MisuseError, Track, rank
from beatport_match.beatport import urls
from beatport_match.catalogue import index_terms
from beatport_match.matching.query_plan import plan_queries
from beatport_match.model import validation
from beatport_match.model.keys import parse_key
from beatport_match.parsing import (
    damaged_text,
    field_values,
    noise,
    normalize,
    parsed_track,
    titles,
    versions,
)
from beatport_match.parsing.damaged_text import MAX_COMPARED_LENGTH, shortened

LISTED = Candidate(id=1, name="Night Ferry", mix_name="Nørd Remix", artists=("Ana Sol",))


def rank_track(field, text):
    rank(Track(**{"title": "Night Ferry", field: text}), [LISTED])


def rank_candidate(field, text):
    value = (text,) if field in {"artists", "remixers"} else text
    mine = Track("Ana - Night Ferry (X Remix) [Quay]", album="x", label="x")
    rank(mine, [Candidate(**{"id": 1, "name": "Night Ferry", field: value})])


TEXT_FIELDS = ("title", "artists", "remixers", "album", "label", "key", "isrc", "file")
CANDIDATE_FIELDS = ("name", "mix_name", "artists", "remixers", "label", "release", "key", "isrc")
FUNCTIONS = {
    **{f"rank, {field}": partial(rank_track, field) for field in TEXT_FIELDS},
    **{f"rank, candidate's {field}": partial(rank_candidate, field) for field in CANDIDATE_FIELDS},
    "plan_queries": lambda text: plan_queries(Track(text, text)),
    "with_mix": lambda text: field_values.with_mix(text, text[1:] + "y"),
    "track_url": lambda text: urls.track_url("https://catalogue.invalid", text, 1),
    "parse_key": parse_key,
    **{
        name: getattr(module, name)
        for module, names in (
            (titles, "parse_title split_names has_nothing_to_strip"),
            (normalize, "fold normalize_spacing"),
            (versions, "names_version parse_version completes_to_marker"),
            (noise, "is_noise strip_noise strip_file_marks download_number is_catalogue_number"),
            (parsed_track, "credited_names with_aliases is_compilation"),
            (damaged_text, "repair"),
            (field_values, "text bpm year seconds whole path_of stem is_path"),
            (validation, "clean_isrc single_line single_line_path terminal_safe is_web_url"),
            (validation, "spreadsheet_safe is_header_token parse_json"),
            (urls, "safe_query track_id"),
            (index_terms, "query_terms"),
        )
        for name in names.split()
    },
}
FRAGMENTS = (
    *(" ", "a ", " hq", " - 8A", " a & ", "x", "(", "( ", "feat. a ", "-", " -", "- ", "1"),
    *("#a ", "*a", "@a", "a.", "%41", "&amp;", "Ã©", "/", "\\", " | ", "e\u0301", "'a", "remix - "),
)
LENGTH = 32_000
# The time of a linear function at this length is a few milliseconds, of a quadratic one a second.
CLEARLY_LINEAR_S = 0.1


def seconds(function, text):
    """Return the processor time of one call, which other programs do not lengthen."""
    start = process_time()
    with suppress(MisuseError):  # the text is no track's URL, or has no word to search for
        function(text)
    return process_time() - start


@each_row("name", FUNCTIONS)
def test_work_does_not_grow_with_the_square_of_the_length(name):
    """At four times the length, a quadratic function takes sixteen times as long."""
    function = FUNCTIONS[name]
    for fragment in FRAGMENTS:
        text = f"a{fragment * (LENGTH // len(fragment))}b"
        if seconds(function, text) < CLEARLY_LINEAR_S:
            continue
        # Each call gets another text, because results are cached.
        short, long = (
            min(seconds(function, f"{n}{text[:length]}") for n in range(3))
            for length in (LENGTH // 4, LENGTH)
        )
        assert long < 8 * short, f"{name} of {fragment!r} takes {short:.3f} s, then {long:.3f} s"


@given(st.sampled_from(TEXT_FIELDS), st.text(min_size=1, max_size=4), st.integers(1, 5000))
def test_scoring_sees_a_copy_of_limited_length(field, fragment, times):
    """The track itself keeps its texts."""
    text = f"x{fragment * times}x"
    track = Track(**{"title": "Night Ferry", field: text})
    short = getattr(shortened(track), field)
    assert len(short) <= MAX_COMPARED_LENGTH
    assert getattr(track, field) == text
    compared = text if field == "file" else " ".join(text.split())
    kept = compared[-MAX_COMPARED_LENGTH:] if field == "file" else compared[:MAX_COMPARED_LENGTH]
    assert short == kept


def test_a_credit_of_many_names_is_cut_as_a_whole():
    names = shortened(Track("Night Ferry", ["Ana Sol"] * 5000)).artists
    assert sum(map(len, names)) <= MAX_COMPARED_LENGTH
    assert len(shortened(Track("Night Ferry", [""] * 5000)).artists) <= MAX_COMPARED_LENGTH
    usual = Track("Night Ferry", ["Ana Sol"] * 30)
    assert shortened(usual) is usual


def test_the_beginning_of_a_long_text_still_decides():
    long = Track("Night Ferry (Nørd Remix)" + " " * 50_000, "Ana Sol" + ", Tom" * 20_000)
    best = rank(long, [LISTED])[0]
    assert best.relation == "same_recording"


def test_a_download_number_is_found_behind_a_long_path():
    track = Track("Night Ferry", file="x" * 50_000 + "/7654321_Night_Ferry.mp3")
    assert parsed_track.beatport_id_of(track) == 7654321
