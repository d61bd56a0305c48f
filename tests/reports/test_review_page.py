"""The review page as text: its data, and a content security policy that allows nothing else."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from math import inf, nan
from pathlib import Path

import pytest
from invented_results import HOSTILE, PageContent, candidate, match, result_of, scored
from invented_tracks import unchecked
from tables import each_row

from beatport_match import Evidence, OutputError, ScoredCandidate, Track, write_review_page
from beatport_match.model.evidence import MatchOutcome
from beatport_match.reports.review_page import MAX_SHOWN, page_data, review_page


def test_the_data_of_the_page_are_the_matches() -> None:
    """Values are copied as JSON text: a script would round a large number."""
    track = Track("Tide \udcff", ("Ana", "Bo"), file="/a.mp3", beatport_id=2**63 - 1)
    found = candidate(2**63 - 1, bpm=124.5)
    (written,) = page_data([match(track, "review", scored(found, title=46.0))])["tracks"]
    assert (written["title"], written["artists"], written["outcome"]) == (
        "Tide",
        "Ana, Bo",
        "review",
    )
    assert Track(**json.loads(written["track"])) == track
    (one,) = written["candidates"]
    assert one["id"] == f"{2**63 - 1} Tide"
    assert json.loads(one["json"]) == {
        "id": 2**63 - 1,
        "url": found.url,
        "name": "Tide",
        "mix_name": "Dub",
        "artists": ["Ana"],
        "bpm": 124.5,
    }


def test_equal_tracks_have_equal_keys() -> None:
    """The browser stores a choice under the key, also for a page that is written later."""
    tracks = [Track("Tide"), Track("Tide"), Track("Tide", id="7")]
    first, again, other = (
        one["key"] for one in page_data([match(one, "failed") for one in tracks])["tracks"]
    )
    assert first == again != other


@each_row(
    "evidence, marks",
    [
        (Evidence("title", "a", "a", 46.0, "same title", "same"), {}),
        (Evidence("length", "1", "2", 4.0, "1 s apart", "within_2"), {}),
        (Evidence("title", "a", "b", 41.0, "a typo", "typo"), {"title": ("near", "a typo")}),
        (Evidence("version", "a", "b", -45.0, "other", "names"), {"mix": ("other", "other")}),
        (Evidence("isrc", "a", "b", -1.0, "another", "other"), {"ISRC": ("other", "another")}),
        (Evidence("rivals", "", "", -3.0, "a rival", "near"), {}),
    ],
)
def test_differences_are_marked(evidence: Evidence, marks: dict[str, tuple[str, str]]) -> None:
    one = ScoredCandidate(candidate(), 90.0, 0.9, "same_recording", (evidence,))
    (written,) = page_data([match(Track("Tide"), "review", one)])["tracks"]
    assert written["candidates"][0]["marks"] == marks
    assert written["candidates"][0]["why"] == [[evidence.effect, evidence.note]]


@each_row("outcome", MAX_SHOWN)
def test_a_page_shows_the_first_candidates(outcome: MatchOutcome) -> None:
    many = [scored(candidate(number)) for number in range(1, 10)]
    (written,) = page_data([match(Track("Tide"), outcome, *many)])["tracks"]
    shown = [one["id"] for one in written["candidates"]]
    assert shown == [f"{number} Tide" for number in range(1, MAX_SHOWN[outcome] + 1)]


def test_a_link_leads_to_a_web_page() -> None:
    hostile = candidate(1, url="javascript:alert(1)")
    (written,) = page_data([match(Track("Tide"), "review", scored(hostile))])["tracks"]
    assert written["candidates"][0]["url"] is None


def test_numbers_that_json_cannot_express_are_left_out() -> None:
    """In a results file, `1e999` is read as infinity."""
    hostile = unchecked(candidate(1), bpm=inf, length_s=-inf)
    one = replace(scored(hostile, title=inf), confidence=nan)
    (written,) = page_data([match(Track("Tide"), "review", one)])["tracks"]
    assert not {"bpm", "length_s"} & json.loads(written["candidates"][0]["json"]).keys()
    json.dumps(written, allow_nan=False)


def test_hostile_texts_cannot_end_the_data() -> None:
    found = candidate(1, HOSTILE, label=HOSTILE, artists=(HOSTILE,))
    page = review_page([match(Track(HOSTILE, HOSTILE), "review", scored(found, title=1.0))])
    content = PageContent(page)
    assert content.tags.count("script") == 2
    assert "img" not in content.tags
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert "<" not in data
    assert json.loads(json.loads(data)["tracks"][0]["track"])["title"] == HOSTILE


def test_the_policy_names_the_style_and_the_script() -> None:
    page = review_page([])
    (policy,) = [text for name, text in PageContent(page).attributes if "default-src" in text]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "img-src https://geo-media.beatport.com;" in policy
    assert policy.endswith("media-src https://geo-samples.beatport.com")
    style, script = (
        re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("style", "script")
    )
    for (content,), directive in ((style, "style-src"), (script, "script-src")):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_the_script_never_reads_a_text_as_markup() -> None:
    script = review_page([]).rpartition("<script>")[2]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_a_page_is_written_and_replaced(tmp_path: Path) -> None:
    results = result_of(match(Track("Odd \udcff", file="/\udcff.mp3"), "not_found"))
    path = write_review_page(results, tmp_path / "made" / "review")
    assert path == tmp_path / "made" / "review" / "review.html"
    assert write_review_page(results, path.parent) == path
    assert "\\udcff.mp3" in path.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_review_page(results, path)
