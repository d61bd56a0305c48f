"""Catalogues in turn, and catalogues at hand: where candidates come from is all that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_flow import FRESH, After, ConversationPlaybook, ExchangePlaybook, Shop, question

from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.protocol import CacheGet, ParsedResult, Question, RunLocalLookup
from beatport_match.matching.request_flow import question_flow
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


class Shelf(Shop):
    """A second catalogue, of one's own."""

    name = "a shelf"

    def search(self, text: str, query_type: str) -> Question:
        return replace(question(f"/shelf?{text}", text, query_type), where="on the shelf")

    def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
        return replace(super().track(url_or_id, query_type), where="on the shelf")


def begin(settings: MatchSettings = ONE) -> ConversationPlaybook:
    return ConversationPlaybook(match_flow(TRACK, settings, (Shelf(), Shop())))


def asked(playbook: ConversationPlaybook) -> list[str]:
    return [one.where for one in playbook.ended.queries]


def test_one_source_is_asked_as_several_are() -> None:
    """`Sources`: "one catalogue, or several"."""
    shop, shelf = Shop(), Shelf()
    assert resolve_sources(shop) == (shop,)
    assert resolve_sources([shelf, shop]) == (shelf, shop)


class Sourced:
    """A catalogue that is asked through its source, and is empty."""

    def source(self) -> Shelf:
        return Shelf()

    def __len__(self) -> int:
        return 0


def test_a_catalogue_stands_for_its_source() -> None:
    """docs/sources.md: "an open `Catalogue` is asked as its `source()` is", alone or in turn."""
    assert [one.name for one in resolve_sources(Sourced())] == ["a shelf"]
    shop = Shop()
    assert [one.name for one in resolve_sources((Sourced(), shop))] == ["a shelf", shop.name]


@pytest.mark.parametrize("given", ["web", ["web"], [], (), 7, [None]])
def test_what_is_no_source_is_refused(given: object) -> None:
    """`Matcher`: "MisuseError: … `source` is no source", with what to do instead."""
    with pytest.raises(MisuseError, match=r"^source= .*Beatport\.$") as caught:
        resolve_sources(given)
    assert "'w'" not in str(caught.value)


def test_what_the_first_source_has_is_not_asked_of_the_next() -> None:
    """ "offline first, then the network for what is missing"."""
    playbook = begin()
    assert playbook << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    assert (playbook.ended.outcome, asked(playbook)) == ("matched", ["on the shelf"])


@pytest.mark.parametrize("there", [[], [ORIGINAL], [OTHER]])
def test_what_is_missing_is_asked_of_the_next(there: list[Candidate]) -> None:
    """Neither nothing, nor another version, nor another track of the same number, is a match."""
    playbook = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert playbook << words >> there << words >> [RIGHT]
    assert playbook.ended.outcome == "matched"
    assert playbook.ended.best.candidate == RIGHT
    assert asked(playbook) == ["on the shelf", "on Beatport"]


def test_a_miss_says_where() -> None:
    """ "A miss there is `not_found` in that catalogue, said so"."""
    playbook = begin()
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert playbook << words >> [] << words >> []
    assert playbook.ended.outcome == "not_found"
    assert "Not on the shelf or on Beatport: " in playbook.ended.explain()


def test_a_source_that_fails_is_never_not_found() -> None:
    """API.md: "a fault kept us from knowing; never reported as not found"; the next is asked."""
    words = ("artist_title", "Ana Sol Fjordline Nørd Remix")
    playbook = begin()
    assert playbook << words >> BROKEN << words >> []
    assert (playbook.ended.outcome, playbook.ended.failures) == ("failed", (BROKEN,))
    playbook = begin()
    assert playbook << words >> BROKEN << words >> [RIGHT]
    assert playbook.ended.outcome == "matched"


def test_a_stop_asks_nobody_else() -> None:
    """API.md: `stop` is "asked at every decision"."""
    playbook = begin()
    assert playbook << ("artist_title", "Ana Sol Fjordline Nørd Remix")
    assert playbook >> Failure("stopped", "stopped by the host")
    assert (playbook.ended.outcome, playbook.ended.stopped) == ("failed", "stopped")


def test_a_page_is_asked_of_the_source_it_came_from() -> None:
    """`wanted_fields`: the track's own page, which is the shelf's for what stands on the shelf."""
    playbook = begin(MatchSettings(max_queries=1, wanted_fields=("preview_url",)))
    assert playbook << ("artist_title", "Ana Sol Fjordline Nørd Remix") >> [RIGHT]
    (page,) = playbook.said.questions
    assert (page.query_type, page.where) == ("track_page", "on the shelf")


def test_searches_and_pages_go_on_to_the_next_source() -> None:
    """The first source that finds something answers a search; a page is asked for until found."""
    found = ConversationPlaybook(query_flow("fjord", (Shelf(), Shop())))
    assert found << ("search", "fjord") >> [] << ("search", "fjord") >> [RIGHT]
    assert found.ended == (RIGHT,)
    pages = ConversationPlaybook(fetch_flow((7, 8, 9), (Shelf(), Shop())))
    assert pages << tuple(("track_page", one) for one in "789") >> ([], [ORIGINAL], [])
    assert pages << (("track_page", "7"), ("track_page", "9")) >> ([RIGHT], [])
    assert pages.ended == (RIGHT, ORIGINAL, None)


def test_an_address_is_asked_of_the_source_that_knows_it() -> None:
    """fetch: "an address that one does not know may be another's; the last one's word counts"."""

    class Numbers(Shelf):
        def track(self, url_or_id: int | str, query_type: str = "track_page") -> Question:
            if not str(url_or_id).isdigit():
                raise MisuseError("no number")
            return super().track(url_or_id, query_type)

    pages = ConversationPlaybook(fetch_flow(("https://shop.example/7", 8), (Numbers(), Shop())))
    assert pages << ("track_page", "8") >> [ORIGINAL]
    assert pages << ("track_page", "https://shop.example/7") >> [RIGHT]
    assert pages.ended == (RIGHT, ORIGINAL)
    with pytest.raises(MisuseError):
        ConversationPlaybook(fetch_flow(("https://shop.example/7",), (Shop(), Numbers()))) >> []


def test_what_is_at_hand_is_looked_up_and_not_sent() -> None:
    """Question: with `look` "it is called, and nothing is sent", kept or paced."""
    found = ParsedResult(candidates=(RIGHT,))
    asked = replace(question("/shelf"), local_lookup=lambda: found)
    playbook = ExchangePlaybook(question_flow(asked, attempts=3, max_ages_s=FRESH), aside=False)
    assert playbook << CacheGet(asked.request) >> None
    assert asked.local_lookup
    assert playbook << RunLocalLookup(asked.local_lookup) >> After(0.003, found)
    answer = playbook.ended
    assert (answer.value, answer.sent, answer.wait_s) == (found, (), 0.0)
    assert answer.parse_s == pytest.approx(0.003)
