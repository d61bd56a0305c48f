"""Catalogues in turn, and catalogues at hand: where candidates come from is all that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import InventedSource, SearchDialogue, question

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import Question
from beatport_match.matching.search_flow import fetch_flow, match_flow, query_flow
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
    """A second catalogue, of one's own."""

    name = "a shelf"

    def search(self, text: str, query_type: str) -> Question:
        return replace(question(f"/shelf?{text}", text, query_type), where="on the shelf")

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return replace(super().track(url_or_id, query_type), where="on the shelf")


def begin(settings: MatchSettings = ONE) -> SearchDialogue:
    return SearchDialogue(match_flow(TRACK, settings, (LocalSource(), InventedSource())))


def asked(dialogue: SearchDialogue) -> list[str]:
    return [one.where for one in dialogue.ended.queries]


def test_one_source_is_asked_as_several_are() -> None:
    """`Sources`: "one catalogue, or several"."""
    shop, shelf = InventedSource(), LocalSource()
    assert resolve_sources(shop) == (shop,)
    assert resolve_sources([shelf, shop]) == (shelf, shop)


class Sourced:
    """A catalogue that is asked through its source, and is empty."""

    def source(self) -> LocalSource:
        return LocalSource()

    def __len__(self) -> int:
        return 0


def test_a_catalogue_stands_for_its_source() -> None:
    """docs/sources.md: "an open `Catalogue` is asked as its `source()` is", alone or in turn."""
    assert [one.name for one in resolve_sources(Sourced())] == ["a shelf"]
    shop = InventedSource()
    assert [one.name for one in resolve_sources((Sourced(), shop))] == ["a shelf", shop.name]


@pytest.mark.parametrize("given", ["web", ["web"], [], (), 7, [None]])
def test_what_is_no_source_is_refused(given: object) -> None:
    """`Matcher`: "MisuseError: … `source` is no source", with what to do instead."""
    with pytest.raises(MisuseError, match=r"^source= .*Beatport\.$") as caught:
        resolve_sources(given)
    assert "'w'" not in str(caught.value)


def test_what_the_first_source_has_is_not_asked_of_the_next() -> None:
    """ "offline first, then the network for what is missing"."""
    dialogue = begin()
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    assert (dialogue.ended.outcome, asked(dialogue)) == ("matched", ["on the shelf"])


@pytest.mark.parametrize("there", [[], [ORIGINAL], [OTHER]])
def test_what_is_missing_is_asked_of_the_next(there: list[Candidate]) -> None:
    """Neither nothing, nor another version, nor another track of the same number, is a match."""
    dialogue = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue << words >> there << words >> [RIGHT]
    assert dialogue.ended.outcome == "matched"
    assert dialogue.ended.best.candidate == RIGHT
    assert asked(dialogue) == ["on the shelf", "on Beatport"]


def test_a_miss_says_where() -> None:
    """ "A miss there is `not_found` in that catalogue, said so"."""
    dialogue = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue << words >> [] << words >> []
    assert dialogue.ended.outcome == "not_found"
    assert "Not on the shelf or on Beatport: " in dialogue.ended.explain()


def test_a_source_that_fails_is_never_not_found() -> None:
    """API.md: "a fault kept us from knowing; never reported as not found"; the next is asked."""
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    dialogue = begin()
    assert dialogue << words >> BROKEN << words >> []
    assert (dialogue.ended.outcome, dialogue.ended.failures) == ("failed", (BROKEN,))
    dialogue = begin()
    assert dialogue << words >> BROKEN << words >> [RIGHT]
    assert dialogue.ended.outcome == "matched"


def test_a_stop_asks_nobody_else() -> None:
    """API.md: `stop` is "asked at every decision"."""
    dialogue = begin()
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert dialogue >> Failure("stopped", "stopped by the host")
    assert (dialogue.ended.outcome, dialogue.ended.stopped) == ("failed", "stopped")


def test_a_page_is_asked_of_the_source_it_came_from() -> None:
    """`wanted_fields`: the track's own page, which is the shelf's for what stands on the shelf."""
    dialogue = begin(MatchSettings(max_queries=1, wanted_fields=("preview_url",)))
    assert dialogue << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    (page,) = dialogue.step.questions
    assert (page.query_type, page.where) == ("track_page", "on the shelf")


def test_searches_and_pages_go_on_to_the_next_source() -> None:
    """The first source that finds something answers a search; a page is asked for until found."""
    found = SearchDialogue(query_flow("fjord", (LocalSource(), InventedSource())))
    assert found << ("search", "fjord") >> [] << ("search", "fjord") >> [RIGHT]
    assert found.ended == (RIGHT,)
    pages = SearchDialogue(fetch_flow((7, 8, 9), (LocalSource(), InventedSource())))
    assert pages << tuple(("track_page", one) for one in "789") >> ([], [ORIGINAL], [])
    assert pages << (("track_page", "7"), ("track_page", "9")) >> ([RIGHT], [])
    assert pages.ended == (RIGHT, ORIGINAL, None)


def test_an_address_is_asked_of_the_source_that_knows_it() -> None:
    """fetch: "an address that one does not know may be another's; the last one's word counts"."""

    class Numbers(LocalSource):
        def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
            if not str(url_or_id).isdigit():
                raise MisuseError("no number")
            return super().track(url_or_id, query_type)

    pages = SearchDialogue(fetch_flow(("https://shop.example/7", 8), (Numbers(), InventedSource())))
    assert pages << ("track_page", "8") >> [ORIGINAL]
    assert pages << ("track_page", "https://shop.example/7") >> [RIGHT]
    assert pages.ended == (RIGHT, ORIGINAL)
    with pytest.raises(MisuseError):
        SearchDialogue(fetch_flow(("https://shop.example/7",), (InventedSource(), Numbers()))) >> []
