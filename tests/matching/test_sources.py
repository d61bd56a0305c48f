"""Sources: several in order, and catalogues on this machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import InventedSource, SearchDialogue, question
from tables import each_row

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.lookup_flows import fetch_flow, query_flow
from beatport_match.matching.protocol import Question
from beatport_match.matching.search_flow import match_flow
from beatport_match.matching.sources import resolve_sources
from beatport_match.model.tracks import Candidate, Track
from beatport_match.settings.models import MatchSettings

TRACK = Track("Fjordline (Nørd Remix)", "Ana Sol")
RIGHT = Candidate(id=7, name="Fjordline", mix_name="Nørd Remix", artists=("Ana Sol",))
OTHER = Candidate(id=7, name="Countersunk", mix_name="Original Mix", artists=("Brenn",))
ORIGINAL = Candidate(id=8, name="Fjordline", mix_name="Original Mix", artists=("Ana Sol",))
BROKEN = Failure("catalogue_changed", "the catalogue is damaged")
ONE = MatchSettings(max_queries=1)


class LocalSource(InventedSource):
    """A second catalogue, which answers on this machine."""

    name = "a local catalogue"

    def search(self, text: str, query_type: str) -> Question:
        return replace(question(f"/local?{text}", text, query_type), where="in the local catalogue")

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return replace(super().track(url_or_id, query_type), where="in the local catalogue")


def begin(settings: MatchSettings = ONE) -> SearchDialogue:
    return SearchDialogue(match_flow(TRACK, settings, (LocalSource(), InventedSource())))


def queried(dialogue: SearchDialogue) -> list[str]:
    return [one.where for one in dialogue.ended.queries]


def test_one_source_and_a_sequence_of_sources_are_accepted() -> None:
    site, local = InventedSource(), LocalSource()
    assert resolve_sources(site) == (site,)
    assert resolve_sources([local, site]) == (local, site)


class Provider:
    """An object that provides a source; its length is 0, so it is false."""

    def source(self) -> LocalSource:
        return LocalSource()

    def __len__(self) -> int:
        return 0


def test_a_catalogue_is_replaced_by_its_source() -> None:
    """An empty catalogue is not mistaken for an empty sequence."""
    assert [one.name for one in resolve_sources(Provider())] == ["a local catalogue"]
    site = InventedSource()
    names = [one.name for one in resolve_sources((Provider(), site))]
    assert names == ["a local catalogue", site.name]


@each_row("given", ["web", ["web"], [], (), 7, [None]])
def test_an_object_that_is_not_a_source_is_rejected(given: object) -> None:
    """The message says what to pass instead."""
    with pytest.raises(MisuseError, match=r"^source= .*Beatport\.$") as caught:
        resolve_sources(given)
    assert "'w'" not in str(caught.value)


def test_a_match_in_the_first_source_ends_the_search() -> None:
    dialogue = begin()
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    assert (dialogue.ended.outcome, queried(dialogue)) == ("matched", ["in the local catalogue"])


@pytest.mark.parametrize("first", [[], [ORIGINAL], [OTHER]])
def test_the_next_source_is_queried_without_a_match_in_the_first(first: list[Candidate]) -> None:
    """An empty answer, another version and another track with the same number are no match."""
    dialogue = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue << words >> first << words >> [RIGHT]
    assert dialogue.ended.outcome == "matched"
    assert dialogue.ended.best.candidate == RIGHT
    assert queried(dialogue) == ["in the local catalogue", "on Beatport"]


def test_each_source_gets_all_queries_for_the_wanted_version() -> None:
    """The first source has the right names twice, which ends the search only there."""
    dialogue = begin(MatchSettings())
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    fewer_words = ("first_artist", "Ana Sol Fjordline")
    assert dialogue << words >> [ORIGINAL] << fewer_words >> [ORIGINAL]
    assert dialogue << words >> [ORIGINAL] << fewer_words >> [RIGHT]
    assert dialogue.ended.best.candidate == RIGHT


def test_a_track_that_was_not_found_names_the_sources() -> None:
    dialogue = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue << words >> [] << words >> []
    assert dialogue.ended.outcome == "not_found"
    assert "Not in the local catalogue or on Beatport: " in dialogue.ended.explain()


def test_a_failed_source_gives_failed_unless_the_next_has_a_match() -> None:
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    dialogue = begin()
    assert dialogue << words >> BROKEN << words >> []
    assert (dialogue.ended.outcome, dialogue.ended.failures) == ("failed", (BROKEN,))
    dialogue = begin()
    assert dialogue << words >> BROKEN << words >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_after_a_stop_no_other_source_is_queried() -> None:
    dialogue = begin()
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue >> Failure("stopped", "stopped by the calling program")
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "stopped")


def test_the_page_is_requested_from_the_source_of_the_candidate() -> None:
    dialogue = begin(MatchSettings(max_queries=1, wanted_fields=("preview_url",)))
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    (page,) = dialogue.step.questions
    assert (page.query_type, page.where) == ("track_page", "in the local catalogue")


def test_queries_and_pages_without_a_result_go_to_the_next_source() -> None:
    found = SearchDialogue(query_flow("fjord", (LocalSource(), InventedSource())))
    assert found << ("search", "fjord") >> [] << ("search", "fjord") >> [RIGHT]
    assert found.ended == (RIGHT,)
    pages = SearchDialogue(fetch_flow((7, 8, 9), (LocalSource(), InventedSource())))
    assert pages << tuple(("track_page", one) for one in "789") >> ([], [ORIGINAL], [])
    assert pages << (("track_page", "7"), ("track_page", "9")) >> ([RIGHT], [])
    assert tuple(pages.ended) == (RIGHT, ORIGINAL, None)


def test_a_url_goes_to_the_source_that_accepts_it() -> None:
    """Only the error of the last source is raised."""

    class NumbersOnly(LocalSource):
        def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
            if not str(url_or_id).isdigit():
                raise MisuseError("not a number")
            return super().track(url_or_id, query_type)

    pages = SearchDialogue(
        fetch_flow(("https://shop.example/7", 8), (NumbersOnly(), InventedSource()))
    )
    assert pages << ("track_page", "8") >> [ORIGINAL]
    assert pages << ("track_page", "https://shop.example/7") >> [RIGHT]
    assert tuple(pages.ended) == (RIGHT, ORIGINAL)
    with pytest.raises(MisuseError):
        (
            SearchDialogue(
                fetch_flow(("https://shop.example/7",), (InventedSource(), NumbersOnly()))
            )
            >> []
        )
