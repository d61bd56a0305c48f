"""The search flow, step by step: which query is sent next, and when the search ends.

The source is invented, which shows that the search flow depends on no catalogue. The dialogue sends
parsed results, so each reason to continue or to stop can be tested on its own.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scripted_flow import InventedSource, SearchDialogue
from tables import each_row

from beatport_match.beatport import WebSource
from beatport_match.errors import BeatportUnavailable, Failure
from beatport_match.matching.fetched_tracks import FetchedTracks
from beatport_match.matching.lookup_flows import fetch_flow, fetch_one_flow, query_flow
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import Answer, ParsedResult
from beatport_match.matching.query_plan import own_queries, plan_queries
from beatport_match.matching.search_flow import match_flow
from beatport_match.model.tracks import Candidate, Track
from beatport_match.parsing.normalize import words_of_text
from beatport_match.settings.models import MatchSettings

TRACK = Track("Slow Lantern (Osk Vell Remix)", "Mirrow, Tam Oriel", duration_s=372.0)
RIGHT = Candidate(
    id=101,
    url="https://shop.example/track/101",
    name="Slow Lantern",
    mix_name="Osk Vell Remix",
    artists=("Mirrow", "Tam Oriel"),
    remixers=("Osk Vell",),
    length_s=372.0,
)
ORIGINAL = replace(RIGHT, id=102, mix_name="Original Mix", remixers=(), length_s=401.0)
STRANGER = Candidate(id=103, name="Copper Tide", mix_name="Original Mix", artists=("Hale",))
# Without the length of the track, these two candidates fit equally well.
UNTIMED = replace(TRACK, duration_s=None)
OTHER_LENGTH = replace(RIGHT, id=104, length_s=250.0)
# Certain enough for `matched`, but without a full score.
NEAR = replace(RIGHT, id=105, artists=("Mirrow",))

FULL = ("artist_title", "Mirrow Tam Oriel Slow Lantern Osk Vell Remix")
FIRST_ARTIST = ("first_artist", "Mirrow Slow Lantern")
REMIXER = ("remixer", "Slow Lantern Osk Vell")
TITLE_ONLY = ("title_only", "Slow Lantern")
KEYWORD = ("keyword", "Mirrow Lantern")
WEB = WebSource(base_url="https://shop.example", max_results=10, user_agent="test")
TIMEOUT = Failure("timeout", "late")
STOPPED = Failure("stopped", "by the calling program")


def begin(track: Track = TRACK, **settings: object) -> SearchDialogue:
    return SearchDialogue(match_flow(track, MatchSettings(**settings), InventedSource()))


def test_a_good_enough_first_result_ends_the_search() -> None:
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER, RIGHT, ORIGINAL]
    found = dialogue.ended
    assert (found.outcome, found.stopped) == ("matched", "enough")
    assert found.best.id == 101
    assert len(found.queries) == 1


def test_the_search_continues_until_a_result_is_good_enough() -> None:
    dialogue = begin()
    assert dialogue << FULL >> [] << FIRST_ARTIST >> [ORIGINAL] << REMIXER >> [RIGHT]
    assert dialogue.ended.outcome == "matched"
    assert dialogue.ended.stopped == "enough"
    assert [query.found for query in dialogue.ended.queries] == [0, 1, 1]


def test_the_search_ends_one_query_after_the_names_were_found() -> None:
    """The second query looks for the wanted version."""
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> [ORIGINAL, STRANGER]
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("review", "exhausted")


def test_a_query_that_finds_other_names_does_not_count_as_a_name_hit() -> None:
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [ORIGINAL] << REMIXER >> [ORIGINAL]
    assert dialogue.ended.outcome == "review"


def test_beatport_id_and_isrc_come_before_text_queries() -> None:
    dialogue = begin(replace(TRACK, isrc="de-ab1-19-00001", beatport_id=101))
    assert dialogue << ("beatport_id", "101") >> [] << ("isrc", "DEAB11900001") >> [ORIGINAL]
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_the_number_in_the_file_name_of_a_download_comes_first() -> None:
    """Beatport names its downloads like `7654321_Title_(Mix).mp3`."""
    dialogue = begin(replace(TRACK, file="/music/7654321_Slow_Lantern_(Osk_Vell_Remix).mp3"))
    assert dialogue << ("beatport_id", "7654321") >> [replace(RIGHT, id=7654321)]
    assert (dialogue.ended.outcome, len(dialogue.ended.queries)) == ("matched", 1)


def test_a_source_without_isrc_search_gets_no_isrc_query() -> None:
    """`Source.isrc` may raise `MisuseError`; that of the web pages does."""
    track = replace(TRACK, isrc="DEAB11900001")
    questions = next(match_flow(track, MatchSettings(), WEB)).questions
    assert [one.query_type for one in questions] == ["artist_title"]


def test_a_match_below_enough_score_does_not_end_the_search() -> None:
    """`accept_confidence` alone does not end the search."""
    dialogue = begin(enough_score=100, accept_confidence=0.5)
    assert dialogue << FULL >> [NEAR] << FIRST_ARTIST >> [RIGHT]
    assert dialogue.ended.best.id == 101


@pytest.mark.parametrize("budget", [5, 20])
def test_all_queries_without_a_fitting_result_give_not_found(budget: int) -> None:
    dialogue = begin(max_queries=budget)
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [] << REMIXER >> [] << TITLE_ONLY >> []
    assert dialogue << KEYWORD >> []
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("not_found", "exhausted")
    assert dialogue.ended.best is None
    assert dialogue.ended.failures == ()


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_max_queries_limits_the_searches(budget: int) -> None:
    """`stopped` is `budget` if the plan had more queries."""
    dialogue = begin(max_queries=budget)
    for words in (FULL, FIRST_ARTIST, REMIXER)[:budget]:
        assert dialogue << words >> []
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("not_found", "budget")
    assert len(dialogue.ended.queries) == budget


def test_a_failure_ends_the_search_as_failed() -> None:
    """A fault is never reported as `not_found`."""
    dialogue = begin()
    assert dialogue << FULL >> [] << FIRST_ARTIST >> TIMEOUT
    found = dialogue.ended
    assert (found.outcome, found.stopped, found.best) == ("failed", "failed", None)
    assert found.failures == (TIMEOUT,)
    assert [query.failure for query in found.queries] == [None, TIMEOUT]


def test_a_failure_after_a_likely_answer_keeps_the_review() -> None:
    """A person can still see what was found before the fault."""
    dialogue = begin(UNTIMED)
    assert dialogue << FULL >> [RIGHT, OTHER_LENGTH] << FIRST_ARTIST >> TIMEOUT
    found = dialogue.ended
    assert (found.outcome, found.stopped) == ("review", "failed")
    assert found.failures == (TIMEOUT,)


def test_a_failure_after_an_answer_too_unlikely_for_review_is_failed() -> None:
    """Without the fault, the outcome is `not_found`; a fault never gives `not_found`."""
    dialogue = begin(UNTIMED, review_confidence=0.9)
    assert dialogue << FULL >> [RIGHT, OTHER_LENGTH] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best) == ("failed", None)
    without_fault = begin(UNTIMED, review_confidence=0.9)
    assert without_fault << FULL >> [RIGHT, OTHER_LENGTH] << FIRST_ARTIST >> [RIGHT, OTHER_LENGTH]
    assert without_fault.ended.outcome == "not_found"


def test_a_failure_after_another_version_is_failed() -> None:
    """The query that failed might have found the wanted version."""
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best) == ("failed", None)
    assert dialogue.ended.candidates[0].id == 102


def test_a_failure_after_a_match_stays_matched() -> None:
    dialogue = begin(enough_score=100, accept_confidence=0.5)
    assert dialogue << FULL >> [NEAR] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "failed")
    assert dialogue.ended.failures == (TIMEOUT,)


def test_a_stop_ends_the_search_and_keeps_the_candidates() -> None:
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> STOPPED
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "stopped")
    assert dialogue.ended.candidates[0].id == 102


def test_the_track_number_of_the_tags_is_queried_first() -> None:
    dialogue = begin(replace(TRACK, beatport_id=101))
    assert dialogue << ("beatport_id", "101") >> [RIGHT]
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "enough")


def test_after_an_unknown_track_number_the_search_continues() -> None:
    """An empty answer for one track means that there is no such track."""
    dialogue = begin(replace(TRACK, beatport_id=999))
    assert dialogue << ("beatport_id", "999") >> [] << FULL >> [RIGHT]
    assert dialogue.ended.best.id == 101


RESTRICTED = Failure("restricted", "Track 999 is gone, or may not be shown in this country.")


def test_a_restricted_track_does_not_end_the_search() -> None:
    """A 404 for one track does not predict the result of a search."""
    dialogue = begin(replace(TRACK, beatport_id=999))
    assert dialogue << ("beatport_id", "999") >> RESTRICTED << FULL >> [RIGHT]
    assert (dialogue.ended.outcome, dialogue.ended.best.id) == ("matched", 101)
    assert dialogue.ended.failures == (RESTRICTED,)


def test_a_restricted_track_without_another_match_is_failed() -> None:
    """It might have been the right one, so the outcome is not `not_found`."""
    dialogue = begin(replace(TRACK, beatport_id=999), max_queries=1)
    assert dialogue << ("beatport_id", "999") >> RESTRICTED << FULL >> []
    assert (dialogue.ended.outcome, dialogue.ended.failures) == ("failed", (RESTRICTED,))


def test_the_track_number_does_not_count_for_max_queries() -> None:
    dialogue = begin(replace(TRACK, beatport_id=999), max_queries=1)
    assert dialogue << ("beatport_id", "999") >> [] << FULL >> []
    assert dialogue.ended.stopped == "budget"


@pytest.mark.parametrize("number", [0, -5])
def test_an_impossible_track_number_is_not_queried(number: int) -> None:
    """Libraries write 0 for "unknown"."""
    dialogue = begin(replace(TRACK, beatport_id=number))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


@pytest.mark.parametrize("number", [10**18, 10**30, 12.5])
def test_a_huge_or_fractional_track_number_is_skipped(number: int) -> None:
    """A bad tag must not end the run of a whole playlist."""
    track = replace(TRACK, beatport_id=number)
    dialogue = SearchDialogue(match_flow(track, MatchSettings(), WEB))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_a_missing_wanted_field_is_filled_from_the_track_page() -> None:
    """Fields that the search gave stay as they are."""
    dialogue = begin(wanted_fields=("preview_url", "length_s"))
    page = replace(RIGHT, preview_url="https://shop.example/101.mp3", genre="House", name="Other")
    assert dialogue << FULL >> [RIGHT, ORIGINAL] << ("track_page", "101") >> [page]
    best = dialogue.ended.best.candidate
    assert (best.preview_url, best.genre) == ("https://shop.example/101.mp3", "House")
    assert best.name == "Slow Lantern"
    assert dialogue.ended.candidates[0] == dialogue.ended.best
    assert [one.id for one in dialogue.ended.candidates] == [101, 102]
    assert [query.query_type for query in dialogue.ended.queries] == ["artist_title", "track_page"]


def test_no_page_is_requested_if_all_wanted_fields_are_present() -> None:
    dialogue = begin(wanted_fields=("length_s", "mix_name"))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.matched


def test_no_page_is_requested_for_not_found() -> None:
    dialogue = begin(wanted_fields=("preview_url",), max_queries=1)
    assert dialogue << FULL >> [STRANGER]
    assert dialogue.ended.outcome == "not_found"


def test_a_failed_page_does_not_change_a_match() -> None:
    dialogue = begin(wanted_fields=("preview_url",))
    assert dialogue << FULL >> [RIGHT] << ("track_page", "101") >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best.id) == ("matched", 101)
    assert dialogue.ended.failures == (TIMEOUT,)


def test_a_failed_page_does_not_change_a_review() -> None:
    dialogue = begin(wanted_fields=("preview_url",), max_queries=1)
    assert dialogue << FULL >> [ORIGINAL] << ("track_page", "102") >> TIMEOUT
    assert dialogue.ended.outcome == "review"


@pytest.mark.parametrize("fault", [TIMEOUT, STOPPED])
def test_no_page_is_requested_after_a_fault_or_a_stop(fault: Failure) -> None:
    dialogue = begin(UNTIMED, wanted_fields=("preview_url",))
    assert dialogue << FULL >> [RIGHT, OTHER_LENGTH] << FIRST_ARTIST >> fault
    assert dialogue.ended.outcome == "review"


@each_row("title", ["()", "[ - ]", "( ) [ ]", "(((", "--- ()", "---", "— _"])
def test_a_title_without_a_word_is_failed_as_unaskable(title: str) -> None:
    """No query was sent, so the outcome cannot be `not_found`."""
    found = begin(Track(title)).ended
    assert (found.outcome, found.best, found.queries) == ("failed", None, ())
    assert [failure.kind for failure in found.failures] == ["unaskable"]


def test_unreadable_records_are_counted() -> None:
    dialogue = begin()
    assert dialogue << FULL >> ParsedResult(candidates=(RIGHT,), unreadable=3)
    assert (dialogue.ended.queries[0].found, dialogue.ended.queries[0].unreadable) == (1, 3)


def test_a_candidate_of_several_answers_is_scored_once() -> None:
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [STRANGER, ORIGINAL, STRANGER]
    assert dialogue << REMIXER >> [ORIGINAL, RIGHT, ORIGINAL]
    assert dialogue.ended.candidates_weighed == 3
    ids = [one.id for one in dialogue.ended.candidates]
    assert len(ids) == len(set(ids))


def test_max_candidates_limits_the_kept_candidates() -> None:
    """`candidates_weighed` still counts all."""
    many = [replace(ORIGINAL, id=number) for number in range(200, 230)]
    dialogue = begin(max_candidates=4, max_queries=1)
    assert dialogue << FULL >> many
    assert len(dialogue.ended.candidates) == 4
    assert dialogue.ended.candidates_weighed == 30


def test_all_candidates_are_kept_on_request() -> None:
    many = [replace(ORIGINAL, id=number) for number in range(200, 350)]
    more = [replace(ORIGINAL, id=number) for number in range(300, 400)]
    dialogue = begin(max_candidates=None, max_queries=2)
    assert dialogue << FULL >> many << FIRST_ARTIST >> more
    assert len(dialogue.ended.candidates) == dialogue.ended.candidates_weighed == 200


def test_a_candidate_names_the_first_query_that_found_it_and_its_place() -> None:
    """A later query that finds the candidate again, at another place, changes nothing."""
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [STRANGER, ORIGINAL]
    assert dialogue << REMIXER >> [ORIGINAL, STRANGER, RIGHT]
    origins = {
        one.id: (one.query_index, one.query_type, one.query_text, one.place)
        for one in dialogue.ended.candidates
    }
    assert origins == {103: (0, *FULL, 1), 102: (1, *FIRST_ARTIST, 2), 101: (2, *REMIXER, 3)}
    assert dialogue.ended.best == dialogue.ended.candidates[0]


def test_a_candidate_of_a_batch_names_its_own_query() -> None:
    dialogue = begin(queries_at_once=2)
    assert dialogue << (FULL, FIRST_ARTIST) >> ([STRANGER], [RIGHT])
    assert (dialogue.ended.best.query_index, dialogue.ended.best.place) == (1, 1)


@each_row(
    "track, results, codes",
    [
        (TRACK, [RIGHT, ORIGINAL, STRANGER], [None, "other_version", "different"]),
        (TRACK, [RIGHT, replace(RIGHT, id=110, release="Best Of")], [None, "rerelease"]),
        (TRACK, [ORIGINAL], ["other_version"]),
        (TRACK, [STRANGER], ["different"]),
        (UNTIMED, [RIGHT, OTHER_LENGTH], ["unsure", "less_likely"]),
        (TRACK, [replace(RIGHT, mix_name=None, read_from="html")], ["incomplete"]),
    ],
)
def test_each_candidate_that_was_not_taken_has_a_reason(
    track: Track, results: list[Candidate], codes: list[str | None]
) -> None:
    dialogue = begin(track, max_queries=1)
    assert dialogue << FULL >> results
    reasons = [one.reject_reason for one in dialogue.ended.candidates]
    assert [reason and reason.code for reason in reasons] == codes
    texts = [str(reason) for reason in reasons if reason]
    assert all(text[0].isupper() and text.endswith(".") and text.count(". ") == 0 for text in texts)


def test_a_reject_reason_names_the_evidence_or_the_threshold() -> None:
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> [RIGHT, ORIGINAL]
    assert "another version: another remixer" in str(dialogue.ended.candidates[1].reject_reason)
    dialogue = begin(UNTIMED, max_queries=1, accept_confidence=0.95)
    assert dialogue << FULL >> [RIGHT, OTHER_LENGTH]
    first = dialogue.ended.candidates[0]
    assert str(first.reject_reason) == (
        f"Its confidence is {first.confidence:.2f}, and a candidate is accepted from 0.95."
    )


@each_row(
    "track, results, artists",
    [
        (Track("Mirrow, Tam Oriel - Slow Lantern (Osk Vell Remix)"), [RIGHT], "Mirrow, Tam Oriel"),
        (Track("Mirrow - Slow Lantern"), [], "Mirrow"),
        (Track("Mirrow - Slow Lantern", "Unknown Artist"), [], "Mirrow"),
        (Track("Mirrow - Slow Lantern", "Mirrow"), [], ""),
        (Track("Slow Lantern"), [], ""),
    ],
)
def test_artists_that_were_read_out_of_the_title_are_visible(
    track: Track, results: list[Candidate], artists: str
) -> None:
    flow = match_flow(track, MatchSettings(max_queries=1), InventedSource())
    question = next(flow).questions[0]
    with pytest.raises(StopIteration) as ended:
        flow.send(
            (
                Answer(
                    question=question,
                    value=ParsedResult(candidates=tuple(results)),
                    started=2.0,
                    ended=2.5,
                ),
            )
        )
    assert ended.value.value.artists_from_title == artists
    assert ended.value.value.queries[0].elapsed_s == 0.5


def test_queries_at_once_sets_the_batch_size() -> None:
    dialogue = begin(queries_at_once=2)
    assert dialogue << (FULL, FIRST_ARTIST) >> ([], []) << (REMIXER, TITLE_ONLY) >> ([RIGHT], [])
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "enough")
    assert len(dialogue.ended.queries) == 4


def test_a_batch_is_no_larger_than_max_queries() -> None:
    dialogue = begin(queries_at_once=20, max_queries=3)
    assert dialogue << (FULL, FIRST_ARTIST, REMIXER) >> ([], [], [])
    assert dialogue.ended.stopped == "budget"


@pytest.mark.parametrize("other", [[ORIGINAL, OTHER_LENGTH], TIMEOUT, STOPPED])
def test_other_queries_of_the_deciding_batch_do_not_change_the_answer(other: object) -> None:
    """They are still listed in `queries`."""
    one_by_one, batch = begin(), begin(queries_at_once=2)
    assert one_by_one << FULL >> [RIGHT]
    assert batch << (FULL, FIRST_ARTIST) >> ([RIGHT], other)
    assert without_queries(batch.ended) == without_queries(one_by_one.ended)
    assert [query.text for query in batch.ended.queries] == [FULL[1], FIRST_ARTIST[1]]


def test_results_after_a_fault_in_the_same_batch_are_ignored() -> None:
    """Without batches, their queries would not have been sent."""
    dialogue = begin(queries_at_once=2)
    assert dialogue << (FULL, FIRST_ARTIST) >> (TIMEOUT, [RIGHT])
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "failed")


results = st.sampled_from([TIMEOUT, STOPPED]) | st.lists(
    st.sampled_from([RIGHT, ORIGINAL, STRANGER, OTHER_LENGTH, NEAR]), max_size=4
)


@given(
    st.sampled_from([TRACK, UNTIMED, replace(TRACK, beatport_id=999)]),
    st.lists(results, min_size=7, max_size=7),
    st.integers(min_value=2, max_value=8),
    st.integers(min_value=1, max_value=6),
)
def test_batches_give_the_same_answer_as_single_queries(
    track: Track, replies: list[object], batch_size: int, max_queries: int
) -> None:
    one_by_one = begin(track, max_queries=max_queries)
    batches = begin(track, max_queries=max_queries, queries_at_once=batch_size)
    for dialogue in (one_by_one, batches):
        remaining = iter(replies)
        while not dialogue.has_ended:
            dialogue >> tuple(next(remaining) for _ in dialogue.step.questions)
    assert without_queries(batches.ended) == without_queries(one_by_one.ended)
    count = len(one_by_one.ended.queries)
    assert batches.ended.queries[:count] == one_by_one.ended.queries


def without_queries(found: Match) -> Match:
    """Return the match without the record of its queries."""
    return replace(found, queries=(), failures=())


words = st.text(alphabet="abcäñ ()-,&'[]…中", min_size=1, max_size=30)


@given(words.filter(str.strip), words)
def test_no_two_queries_have_the_same_words(title: str, artists: str) -> None:
    track = Track(title, artists)
    word_sets = [frozenset(words_of_text(query.text)) for query in plan_queries(track)]
    assert len(word_sets) == len(set(word_sets))
    dialogue = SearchDialogue(match_flow(track, MatchSettings(max_queries=20), InventedSource()))
    for query in plan_queries(track):
        assert dialogue << (query.query_type, query.text) >> []
    assert dialogue.ended.outcome in {"not_found", "failed"}


anything = st.text(st.characters(), max_size=60)


@given(anything.filter(str.strip), anything)
@example("\x1b", "0")
def test_any_title_gives_a_match_without_an_exception(title: str, artists: str) -> None:
    dialogue = SearchDialogue(match_flow(Track(title, artists), MatchSettings(), WEB))
    while not dialogue.has_ended:
        assert dialogue >> []
    assert dialogue.ended.outcome in {"not_found", "failed"}


def test_query_flow_keeps_the_order_of_the_source() -> None:
    dialogue = SearchDialogue(query_flow("copper", InventedSource()))
    assert dialogue << ("search", "copper") >> [STRANGER, RIGHT]
    assert dialogue.ended == (STRANGER, RIGHT)


def test_fetch_flow_asks_for_all_pages_in_one_batch() -> None:
    """The result has their order, with `None` for a track that does not exist."""
    dialogue = SearchDialogue(fetch_flow([101, "999"], InventedSource()))
    assert dialogue << (("track_page", "101"), ("track_page", "999")) >> ([RIGHT], [])
    assert dialogue.ended == FetchedTracks((RIGHT, None), {})


def test_fetch_flow_of_an_empty_list_asks_nothing() -> None:
    assert SearchDialogue(fetch_flow([], InventedSource())).ended == FetchedTracks((), {})


def test_query_flow_and_fetch_one_flow_raise_the_failure() -> None:
    for steps in (query_flow("copper", InventedSource()), fetch_one_flow(101, InventedSource())):
        dialogue = SearchDialogue(steps)
        with pytest.raises(BeatportUnavailable) as caught:
            dialogue >> TIMEOUT
        assert caught.value.failure == TIMEOUT
        # A worker process passes the exception to its parent by pickling.
        assert pickle.loads(pickle.dumps(caught.value)).failure == TIMEOUT


def test_fetch_flow_keeps_the_pages_that_did_not_fail() -> None:
    dialogue = SearchDialogue(fetch_flow([101, 102, 103], InventedSource()))
    unsure = ParsedResult(candidates=(STRANGER,), doubt=DOUBT)
    dialogue >> ([RIGHT], TIMEOUT, unsure)
    assert list(dialogue.ended) == [RIGHT, None, None]
    assert dialogue.ended.failures == {1: TIMEOUT, 2: DOUBT}


def test_a_failed_page_is_not_requested_from_the_next_source() -> None:
    """There, the same number may be that of another track."""
    dialogue = SearchDialogue(fetch_flow([101, 102], (InventedSource(), InventedSource())))
    assert dialogue >> (TIMEOUT, []) << ("track_page", "102") >> [ORIGINAL]
    assert list(dialogue.ended) == [None, ORIGINAL]
    assert dialogue.ended.failures == {0: TIMEOUT}


def test_fetched_tracks_are_a_read_only_sequence() -> None:
    found = FetchedTracks((RIGHT, None), {1: TIMEOUT})
    assert (len(found), found[0], found[-1], found[:1]) == (2, RIGHT, None, (RIGHT,))
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(TypeError):
        found.failures[0] = TIMEOUT  # type: ignore[index]


def test_fetch_flow_passes_on_the_limit_of_concurrent_requests() -> None:
    assert next(fetch_flow([101], InventedSource(), 3)).max_concurrent == 3
    assert next(fetch_flow([101], InventedSource())).max_concurrent is None


def test_a_search_has_its_own_timeout_and_number_of_results() -> None:
    dialogue = SearchDialogue(query_flow("copper", InventedSource(), timeout_s=2.5, max_results=1))
    assert dialogue.step.questions[0].request.timeout_s == 2.5
    assert (dialogue >> [STRANGER, RIGHT]).ended == (STRANGER,)


OWN = own_queries(["slow lantern", "mirrow"])


def test_own_queries_replace_the_planned_ones() -> None:
    """Also the number and the ISRC of the track, and beyond `max_queries`."""
    track = replace(TRACK, isrc="DEAB11900001", beatport_id=101)
    flow = match_flow(track, MatchSettings(max_queries=1), InventedSource(), OWN)
    dialogue = SearchDialogue(flow)
    assert dialogue << ("search", "slow lantern") >> [] << ("search", "mirrow") >> [STRANGER]
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("not_found", "exhausted")


def test_own_queries_end_at_a_good_answer() -> None:
    dialogue = SearchDialogue(match_flow(TRACK, MatchSettings(), InventedSource(), OWN))
    assert (dialogue >> [RIGHT]).ended.stopped == "enough"


def test_run_all_queries_sends_every_query_to_every_source_at_once() -> None:
    settings = MatchSettings(run_all_queries=True, max_queries=2)
    dialogue = SearchDialogue(match_flow(TRACK, settings, (InventedSource(), InventedSource())))
    assert dialogue << (FULL, FIRST_ARTIST) * 2 >> ([RIGHT], [], [ORIGINAL], [STRANGER])
    found = dialogue.ended
    assert (found.outcome, found.stopped, found.best.id) == ("matched", "budget", 101)
    assert {one.id for one in found.candidates} >= {101, 102}
    assert len(found.queries) == 4


def test_run_all_queries_of_a_track_without_a_word_asks_nothing() -> None:
    settings = MatchSettings(run_all_queries=True)
    dialogue = SearchDialogue(match_flow(Track("()"), settings, InventedSource()))
    assert [one.kind for one in dialogue.ended.failures] == ["unaskable"]


OUT_OF_TIME = Failure("time_budget", "late")


@each_row("fault", [TIMEOUT, STOPPED, OUT_OF_TIME])
@each_row("found, outcome", [(RIGHT, "matched"), (STRANGER, "failed")])
def test_run_all_queries_uses_the_answers_beside_a_failure(
    fault: Failure, found: Candidate, outcome: str
) -> None:
    """A fault is never reported as "not found", in any source."""
    settings = MatchSettings(run_all_queries=True, max_queries=2)
    dialogue = SearchDialogue(match_flow(TRACK, settings, (InventedSource(), InventedSource())))
    dialogue >> (fault, [], [found], [])
    assert dialogue.ended.outcome == outcome
    assert dialogue.ended.failures == (fault,)
    assert dialogue.ended.stopped == ("budget" if fault is TIMEOUT else fault.kind)


@pytest.mark.parametrize(("found", "outcome"), [(NEAR, "matched"), (STRANGER, "failed")])
def test_the_end_of_the_time_ends_the_search_but_is_never_not_found(
    found: Candidate, outcome: str
) -> None:
    """No other source is queried."""
    settings = MatchSettings(enough_score=100, accept_confidence=0.5)
    dialogue = SearchDialogue(match_flow(TRACK, settings, (InventedSource(), InventedSource())))
    assert dialogue << FULL >> [found] << FIRST_ARTIST >> OUT_OF_TIME
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == (outcome, "time_budget")


DOUBT = Failure("catalogue_changed", "the page answers another search")


def test_page_of_another_search_never_means_not_found() -> None:
    """Its candidates are still used."""
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> ParsedResult(candidates=(STRANGER,), doubt=DOUBT)
    match = dialogue.ended
    assert (match.outcome, match.failures) == ("failed", (DOUBT,))
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> ParsedResult(candidates=(RIGHT,), doubt=DOUBT)
    assert dialogue.ended.outcome == "matched"


def test_search_in_your_own_words_raises_for_a_page_of_another_search() -> None:
    dialogue = SearchDialogue(query_flow("copper tide", InventedSource()))
    with pytest.raises(BeatportUnavailable, match="another search"):
        _ = dialogue << ("search", "copper tide") >> ParsedResult(candidates=(RIGHT,), doubt=DOUBT)


BLANK = Candidate(id=0, name="")


@each_row(
    "row",
    [
        BLANK,
        replace(RIGHT, id=0),
        replace(RIGHT, id=0, artists=()),
        replace(RIGHT, id=0, name=""),
        Candidate(id=0, name="", artists=("Tam Oriel",)),
    ],
)
def test_an_unreadable_row_that_could_be_the_track_is_a_failure(row: Candidate) -> None:
    """A row that a later run may read is not "not found"."""
    result = ParsedResult(candidates=(STRANGER, STRANGER), unreadable=1, partial=(row,))
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> result
    assert dialogue.ended.outcome == "failed"
    assert dialogue.ended.failures[-1].kind == "catalogue_changed"
    assert "could be the track; update" in dialogue.ended.reason


@pytest.mark.parametrize(
    "row",
    [
        replace(STRANGER, id=0),
        Candidate(id=0, name="", artists=("Hale",)),
        replace(RIGHT, id=0, name="Copper Tide"),
    ],
)
def test_an_unreadable_row_that_is_clearly_another_track_changes_nothing(row: Candidate) -> None:
    result = ParsedResult(candidates=(STRANGER,), unreadable=1, partial=(row,))
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> result
    assert (dialogue.ended.outcome, dialogue.ended.failures) == ("not_found", ())


def test_if_most_rows_are_unreadable_nothing_is_not_found() -> None:
    dialogue = begin(max_queries=1)
    assert dialogue << FULL >> ParsedResult(candidates=(STRANGER,), unreadable=2)
    assert dialogue.ended.outcome == "failed"


def test_unreadable_rows_do_not_change_a_match() -> None:
    dialogue = begin()
    result = ParsedResult(candidates=(RIGHT,), unreadable=9, partial=(BLANK,) * 9)
    assert dialogue << FULL >> result
    assert dialogue.ended.outcome == "matched"
