"""What is asked next about a track, and when the asking stops: told as dialogues.

The source is an invented one: it shows that the conversation knows no catalogue, and the dialogue
says what was understood, so that every reason to go on or to stop can be told apart.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scripted_flow import InventedSource, SearchDialogue

from beatport_match.beatport import WebSource
from beatport_match.errors import BeatportUnavailable, Failure
from beatport_match.matching.match import Match
from beatport_match.matching.protocol import ParsedResult
from beatport_match.matching.query_plan import plan_queries
from beatport_match.matching.search_flow import fetch_flow, match_flow, query_flow
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
# Against a track of unknown length, these two cannot be told apart.
UNTIMED = replace(TRACK, duration_s=None)
TWIN = replace(RIGHT, id=104, length_s=250.0)
# Safe to apply, and yet short of a full score.
NEAR = replace(RIGHT, id=105, artists=("Mirrow",))

FULL = ("artist_title", "Mirrow Tam Oriel Slow Lantern Osk Vell Remix")
FIRST_ARTIST = ("first_artist", "Mirrow Slow Lantern")
REMIXER = ("remixer", "Slow Lantern Osk Vell")
TITLE_ONLY = ("title_only", "Slow Lantern")
KEYWORD = ("keyword", "Mirrow Lantern")
WEB = WebSource(base_url="https://shop.example", max_results=10, user_agent="test")
TIMEOUT = Failure("timeout", "late")
STOPPED = Failure("stopped", "by the host")


def begin(track: Track = TRACK, **settings: object) -> SearchDialogue:
    return SearchDialogue(match_flow(track, MatchSettings(**settings), InventedSource()))


def test_one_request_is_enough_when_the_answer_is() -> None:
    """ARCHITECTURE: "early exit is `return`": a good enough best ends the asking."""
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER, RIGHT, ORIGINAL]
    found = dialogue.ended
    assert (found.outcome, found.stopped) == ("matched", "enough")
    assert found.best.id == 101
    assert len(found.queries) == 1


def test_asking_goes_on_only_while_nothing_is_good_enough() -> None:
    """conversation.match: "ask while the best answer is not good enough and something is left"."""
    dialogue = begin()
    assert dialogue << FULL >> [] << FIRST_ARTIST >> [ORIGINAL] << REMIXER >> [RIGHT]
    assert dialogue.ended.outcome == "matched"
    assert dialogue.ended.stopped == "enough"
    assert [query.found for query in dialogue.ended.queries] == [0, 1, 1]


def test_two_looks_are_enough_once_the_names_have_turned_up() -> None:
    """How matching works: once the names are there, one more search looks for the version."""
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> [ORIGINAL, STRANGER]
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("review", "exhausted")


def test_a_search_that_found_no_names_is_no_look() -> None:
    """How matching works: a search without the names in its answer was no look."""
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [ORIGINAL] << REMIXER >> [ORIGINAL]
    assert dialogue.ended.outcome == "review"


def test_what_names_the_recording_is_asked_first() -> None:
    """Issue "Right answers": "ISRC or id first when known; then the strictest text query"."""
    dialogue = begin(replace(TRACK, isrc="de-ab1-19-00001", beatport_id=101))
    assert dialogue << ("beatport_id", "101") >> [] << ("isrc", "DEAB11900001") >> [ORIGINAL]
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_the_number_in_a_download_s_name_is_asked_first() -> None:
    """Track: `7654321_Title_(Mix).mp3` is how Beatport names its downloads."""
    dialogue = begin(replace(TRACK, file="/music/7654321_Slow_Lantern_(Osk_Vell_Remix).mp3"))
    assert dialogue << ("beatport_id", "7654321") >> [replace(RIGHT, id=7654321)]
    assert (dialogue.ended.outcome, len(dialogue.ended.queries)) == ("matched", 1)


def test_a_source_that_knows_no_codes_is_not_asked_for_one() -> None:
    """Source: `isrc` may refuse; the web pages do."""
    asked = next(match_flow(replace(TRACK, isrc="DEAB11900001"), MatchSettings(), WEB)).questions
    assert [one.query_type for one in asked] == ["artist_title"]


def test_a_match_below_the_enough_score_is_not_the_end() -> None:
    """Settings: `enough_score` is "a best score that ends the asking", not `accept_confidence`."""
    dialogue = begin(enough_score=100, accept_confidence=0.5)
    assert dialogue << FULL >> [NEAR] << FIRST_ARTIST >> [RIGHT]
    assert dialogue.ended.best.id == 101


def test_everything_asked_and_nothing_found_is_not_found() -> None:
    """API.md: `not_found` is "Beatport was asked and has none", after all words were tried."""
    dialogue = begin(max_queries=20)
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [] << REMIXER >> [] << TITLE_ONLY >> []
    assert dialogue << KEYWORD >> []
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("not_found", "exhausted")
    assert dialogue.ended.best is None
    assert dialogue.ended.failures == ()


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_the_budget_is_kept(budget: int) -> None:
    """Settings: `max_queries` is "the most searches for one track"; `stopped` says that it was."""
    dialogue = begin(max_queries=budget)
    for words in (FULL, FIRST_ARTIST, REMIXER)[:budget]:
        assert dialogue << words >> []
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("not_found", "budget")
    assert len(dialogue.ended.queries) == budget


def test_a_failure_ends_the_asking_and_is_never_not_found() -> None:
    """API.md: `failed` is "a fault kept us from knowing; never reported as not found"."""
    dialogue = begin()
    assert dialogue << FULL >> [] << FIRST_ARTIST >> TIMEOUT
    found = dialogue.ended
    assert (found.outcome, found.stopped, found.best) == ("failed", "failed", None)
    assert found.failures == (TIMEOUT,)
    assert [query.failure for query in found.queries] == [None, TIMEOUT]


def test_a_failure_after_a_likely_answer_keeps_it() -> None:
    """What was found before the fault stays for a person to see."""
    dialogue = begin(UNTIMED)
    assert dialogue << FULL >> [RIGHT, TWIN] << FIRST_ARTIST >> TIMEOUT
    found = dialogue.ended
    assert (found.outcome, found.stopped) == ("review", "failed")
    assert found.failures == (TIMEOUT,)


def test_a_failure_after_an_answer_too_unlikely_for_review_is_failed() -> None:
    """ "A fault is never not found", whatever `review_confidence` asks of an answer."""
    dialogue = begin(UNTIMED, review_confidence=0.9)
    assert dialogue << FULL >> [RIGHT, TWIN] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best) == ("failed", None)
    heard = begin(UNTIMED, review_confidence=0.9)
    assert heard << FULL >> [RIGHT, TWIN] << FIRST_ARTIST >> [RIGHT, TWIN]
    assert heard.ended.outcome == "not_found"


def test_a_failure_after_another_version_is_failed() -> None:
    """What we did not hear might have been the right version: nobody may take it for an answer."""
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best) == ("failed", None)
    assert dialogue.ended.candidates[0].id == 102


def test_a_failure_with_a_match_in_hand_stays_matched() -> None:
    """A fault takes nothing away from what is known already."""
    dialogue = begin(enough_score=100, accept_confidence=0.5)
    assert dialogue << FULL >> [NEAR] << FIRST_ARTIST >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "failed")
    assert dialogue.ended.failures == (TIMEOUT,)


def test_a_stop_ends_the_asking_and_says_so() -> None:
    """ARCHITECTURE: "a stop request yields a partial Match"."""
    dialogue = begin()
    assert dialogue << FULL >> [ORIGINAL] << FIRST_ARTIST >> STOPPED
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "stopped")
    assert dialogue.ended.candidates[0].id == 102


def test_the_number_in_the_tags_is_looked_up_first() -> None:
    """Track.beatport_id: a number "where a tag already says so" saves the search."""
    dialogue = begin(replace(TRACK, beatport_id=101))
    assert dialogue << ("beatport_id", "101") >> [RIGHT]
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "enough")


def test_a_dead_number_in_the_tags_is_no_answer() -> None:
    """An empty answer for one track "means that there is no such track": the search goes on."""
    dialogue = begin(replace(TRACK, beatport_id=999))
    assert dialogue << ("beatport_id", "999") >> [] << FULL >> [RIGHT]
    assert dialogue.ended.best.id == 101


RESTRICTED = Failure("restricted", "Track 999 is gone, or may not be shown in this country.")


def test_a_track_that_may_not_be_shown_does_not_end_the_asking() -> None:
    """API: 404 is "restricted or gone", which says nothing of what a search would find."""
    dialogue = begin(replace(TRACK, beatport_id=999))
    assert dialogue << ("beatport_id", "999") >> RESTRICTED << FULL >> [RIGHT]
    assert (dialogue.ended.outcome, dialogue.ended.best.id) == ("matched", 101)
    assert dialogue.ended.failures == (RESTRICTED,)


def test_a_track_that_may_not_be_shown_is_never_not_found() -> None:
    """API.md: "a fault kept us from knowing; never reported as not found"."""
    dialogue = begin(replace(TRACK, beatport_id=999), max_queries=1)
    assert dialogue << ("beatport_id", "999") >> RESTRICTED << FULL >> []
    assert (dialogue.ended.outcome, dialogue.ended.failures) == ("failed", (RESTRICTED,))


def test_the_number_does_not_count_against_the_budget() -> None:
    """`max_queries` counts searches; looking up a number is none."""
    dialogue = begin(replace(TRACK, beatport_id=999), max_queries=1)
    assert dialogue << ("beatport_id", "999") >> [] << FULL >> []
    assert dialogue.ended.stopped == "budget"


@pytest.mark.parametrize("number", [0, -5])
def test_a_number_that_cannot_be_one_is_not_asked_for(number: int) -> None:
    """Libraries write 0 for "unknown"."""
    dialogue = begin(replace(TRACK, beatport_id=number))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


@pytest.mark.parametrize("number", [10**18, 10**30, 12.5])
def test_a_monstrous_number_in_the_tags_is_skipped(number: int) -> None:
    """ "Input is hostile until read": a bad tag may not end a whole playlist."""
    track = replace(TRACK, beatport_id=number)
    dialogue = SearchDialogue(match_flow(track, MatchSettings(), WEB))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_the_page_is_asked_for_only_when_a_wanted_field_is_missing() -> None:
    """Settings: "the track's own page is asked for only when one is missing"."""
    dialogue = begin(wanted_fields=("preview_url", "length_s"))
    page = replace(RIGHT, preview_url="https://shop.example/101.mp3", genre="House", name="Other")
    assert dialogue << FULL >> [RIGHT] << ("track_page", "101") >> [page]
    best = dialogue.ended.best.candidate
    assert (best.preview_url, best.genre) == ("https://shop.example/101.mp3", "House")
    assert best.name == "Slow Lantern"
    assert dialogue.ended.candidates[0] == dialogue.ended.best
    assert [query.query_type for query in dialogue.ended.queries] == ["artist_title", "track_page"]


def test_no_page_is_asked_for_when_the_wanted_fields_are_there() -> None:
    """The same sentence, the other way round."""
    dialogue = begin(wanted_fields=("length_s", "mix_name"))
    assert dialogue << FULL >> [RIGHT]
    assert dialogue.ended.matched


def test_no_page_is_asked_for_without_an_answer() -> None:
    """Only "the page of the best candidate" is asked for, and `not_found` has none."""
    dialogue = begin(wanted_fields=("preview_url",), max_queries=1)
    assert dialogue << FULL >> [STRANGER]
    assert dialogue.ended.outcome == "not_found"


def test_a_page_that_fails_takes_nothing_from_a_match() -> None:
    """_Heard.complete: "the judgement stands"."""
    dialogue = begin(wanted_fields=("preview_url",))
    assert dialogue << FULL >> [RIGHT] << ("track_page", "101") >> TIMEOUT
    assert (dialogue.ended.outcome, dialogue.ended.best.id) == ("matched", 101)
    assert dialogue.ended.failures == (TIMEOUT,)


def test_a_page_that_fails_takes_nothing_from_a_review() -> None:
    """_Heard.complete: "the judgement stands", for another version on sale as well."""
    dialogue = begin(wanted_fields=("preview_url",), max_queries=1)
    assert dialogue << FULL >> [ORIGINAL] << ("track_page", "102") >> TIMEOUT
    assert dialogue.ended.outcome == "review"


@pytest.mark.parametrize("fault", [TIMEOUT, STOPPED])
def test_no_page_is_asked_for_after_a_fault(fault: Failure) -> None:
    """A fault and a stop end the asking, all of it."""
    dialogue = begin(UNTIMED, wanted_fields=("preview_url",))
    assert dialogue << FULL >> [RIGHT, TWIN] << FIRST_ARTIST >> fault
    assert dialogue.ended.outcome == "review"


@pytest.mark.parametrize("title", ["()", "[ - ]", "( ) [ ]"])
def test_a_title_without_a_word_is_failed(title: str) -> None:
    """Errors: `unaskable` is a fault of the title: nothing was asked, so nothing is not found."""
    found = begin(Track(title)).ended
    assert (found.outcome, found.best, found.queries) == ("failed", None, ())
    assert [failure.kind for failure in found.failures] == ["unaskable"]


def test_unreadable_records_are_counted() -> None:
    """QueryRecord: `unreadable` counts "the records that had to be dropped"."""
    dialogue = begin()
    assert dialogue << FULL >> ParsedResult(candidates=(RIGHT,), unreadable=3)
    assert (dialogue.ended.queries[0].found, dialogue.ended.queries[0].unreadable) == (1, 3)


def test_what_comes_in_several_answers_is_weighed_once() -> None:
    """Match: `candidates_weighed` counts all, and each candidate once."""
    dialogue = begin()
    assert dialogue << FULL >> [STRANGER] << FIRST_ARTIST >> [STRANGER, ORIGINAL, STRANGER]
    assert dialogue << REMIXER >> [ORIGINAL, RIGHT, ORIGINAL]
    assert dialogue.ended.candidates_weighed == 3
    ids = [one.id for one in dialogue.ended.candidates]
    assert len(ids) == len(set(ids))


def test_no_more_candidates_are_kept_than_asked_for() -> None:
    """Settings: `max_candidates` is "the most ranked candidates a match keeps"."""
    many = [replace(ORIGINAL, id=number) for number in range(200, 230)]
    dialogue = begin(max_candidates=4, max_queries=1)
    assert dialogue << FULL >> many
    assert len(dialogue.ended.candidates) == 4
    assert dialogue.ended.candidates_weighed == 30


def test_a_batch_is_asked_at_once_where_the_settings_say_so() -> None:
    """Settings: `queries_at_once` is "how many searches for one track go out together"."""
    dialogue = begin(queries_at_once=2)
    assert dialogue << (FULL, FIRST_ARTIST) >> ([], []) << (REMIXER, TITLE_ONLY) >> ([RIGHT], [])
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("matched", "enough")
    assert len(dialogue.ended.queries) == 4


def test_a_batch_is_no_larger_than_the_budget() -> None:
    """Settings: `max_queries` is "the most searches for one track", at once or not."""
    dialogue = begin(queries_at_once=20, max_queries=3)
    assert dialogue << (FULL, FIRST_ARTIST, REMIXER) >> ([], [], [])
    assert dialogue.ended.stopped == "budget"


@pytest.mark.parametrize("along", [[ORIGINAL, TWIN], TIMEOUT, STOPPED])
def test_what_was_asked_along_with_the_answer_changes_nothing(along: object) -> None:
    """conversation.match: "changes how soon the answer is there and what it costs, never the
    answer"; what came of it stays on record."""
    one_by_one, batch = begin(), begin(queries_at_once=2)
    assert one_by_one << FULL >> [RIGHT]
    assert batch << (FULL, FIRST_ARTIST) >> ([RIGHT], along)
    assert unasked(batch.ended) == unasked(one_by_one.ended)
    assert [query.text for query in batch.ended.queries] == [FULL[1], FIRST_ARTIST[1]]


def test_a_fault_before_the_answer_ends_a_batch_as_well() -> None:
    """What came behind it would not have been asked one by one."""
    dialogue = begin(queries_at_once=2)
    assert dialogue << (FULL, FIRST_ARTIST) >> (TIMEOUT, [RIGHT])
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "failed")


heard = st.sampled_from([TIMEOUT, STOPPED]) | st.lists(
    st.sampled_from([RIGHT, ORIGINAL, STRANGER, TWIN, NEAR]), max_size=4
)


@given(
    st.sampled_from([TRACK, UNTIMED, replace(TRACK, beatport_id=999)]),
    st.lists(heard, min_size=7, max_size=7),
    st.integers(min_value=2, max_value=8),
    st.integers(min_value=1, max_value=6),
)
def test_asking_at_once_gives_the_answer_of_asking_one_by_one(
    track: Track, replies: list[object], at_once: int, most: int
) -> None:
    """Settings: of `queries_at_once`, "the answers are the same", whatever is heard."""
    one_by_one = begin(track, max_queries=most)
    batches = begin(track, max_queries=most, queries_at_once=at_once)
    for dialogue in (one_by_one, batches):
        left = iter(replies)
        while not dialogue.has_ended:
            dialogue >> tuple(next(left) for _ in dialogue.step.questions)
    assert unasked(batches.ended) == unasked(one_by_one.ended)
    count = len(one_by_one.ended.queries)
    assert batches.ended.queries[:count] == one_by_one.ended.queries


def unasked(found: Match) -> Match:
    """The answer without the record of what was asked for it."""
    return replace(found, queries=(), failures=())


words = st.text(alphabet="abcäñ ()-,&'[]…中", min_size=1, max_size=30)


@given(words.filter(str.strip), words)
def test_the_same_words_are_never_asked_twice(title: str, artists: str) -> None:
    """queries: "never the same words twice", whatever the title."""
    track = Track(title, artists)
    asked = [frozenset(words_of_text(query.text)) for query in plan_queries(track)]
    assert len(asked) == len(set(asked))
    dialogue = SearchDialogue(match_flow(track, MatchSettings(max_queries=20), InventedSource()))
    for query in plan_queries(track):
        assert dialogue << (query.query_type, query.text) >> []
    assert dialogue.ended.outcome in {"not_found", "failed"}


anything = st.text(st.characters(), max_size=60)


@given(anything.filter(str.strip), anything)
@example("\x1b", "0")
def test_no_title_is_beyond_asking(title: str, artists: str) -> None:
    """ "Expected network trouble is never raised from matching", nor is a strange title."""
    dialogue = SearchDialogue(match_flow(Track(title, artists), MatchSettings(), WEB))
    while not dialogue.has_ended:
        assert dialogue >> []
    assert dialogue.ended.outcome in {"not_found", "failed"}


def test_a_search_gives_the_candidates_as_they_were_served() -> None:
    """Matcher.search_tracks: "the candidates stand as Beatport ranks them"."""
    dialogue = SearchDialogue(query_flow("copper", InventedSource()))
    assert dialogue << ("search", "copper") >> [STRANGER, RIGHT]
    assert dialogue.ended == (STRANGER, RIGHT)


def test_pages_are_fetched_in_one_batch() -> None:
    """fetch: "`None` where Beatport has no such track", in the order asked."""
    dialogue = SearchDialogue(fetch_flow([101, "999"], InventedSource()))
    assert dialogue << (("track_page", "101"), ("track_page", "999")) >> ([RIGHT], [])
    assert dialogue.ended == (RIGHT, None)


def test_nothing_to_fetch_asks_nothing() -> None:
    """An empty list is answered without a word."""
    assert SearchDialogue(fetch_flow([], InventedSource())).ended == ()


def test_a_fault_while_fetching_is_raised_with_its_failure() -> None:
    """API.md: "both raise `BeatportUnavailable` (carrying the `Failure`)"."""
    for steps in (query_flow("copper", InventedSource()), fetch_flow([101], InventedSource())):
        dialogue = SearchDialogue(steps)
        with pytest.raises(BeatportUnavailable) as caught:
            dialogue >> TIMEOUT
        assert caught.value.failure == TIMEOUT
        # A worker's error is raised again in the process that waits for it.
        assert pickle.loads(pickle.dumps(caught.value)).failure == TIMEOUT
