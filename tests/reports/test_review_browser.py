"""The review page in a real Chromium, which all tests share because it takes a second to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, Page, chromium, find_chromium
from invented_results import HOSTILE, candidate, match, result_of, scored

from beatport_match import Candidate, Decisions, Match, Track, write_review_page

PROGRAM = find_chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed")

PREVIEW = "https://geo-samples.beatport.com/track/1.mp3"
COVER = "https://geo-media.beatport.com/1.jpg"
TIDE = Track("Tide", "Ana", duration_s=300, beatport_id=2**62 + 1, file="/\udcff.mp3")
FIRST = candidate(2**62 + 1, artwork_url=COVER, preview_url=PREVIEW, length_s=301.5)
SECOND = candidate(2, mix_name="Live", artwork_url="https://elsewhere.example/2.jpg")
OpenPage = Callable[..., Page]


def some_matches() -> list[Match]:
    return [
        match(
            TIDE,
            "review",
            scored(FIRST, length=4.0),
            scored(SECOND, "other_version", version=-45.0),
        ),
        match(Track("Foam", "Bo"), "review", scored(candidate(3, "Foam"))),
        match(Track("Sand", "Cy"), "matched", scored(candidate(4, "Sand"))),
        match(Track("Gone", "Di"), "not_found"),
        match(Track("Fault", "Ed"), "failed"),
    ]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert PROGRAM is not None
    with chromium(PROGRAM, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Page:
    """The tab that the tests share, because a new one takes longer than most of them."""
    return Page(browser)


@pytest.fixture
def open_page(tab: Page, tmp_path: Path) -> Iterator[OpenPage]:
    def open_(matches: list[Match] | None = None, **options: Any) -> Page:
        tab.open(write_review_page(result_of(*(matches or some_matches())), tmp_path), **options)
        return tab

    yield open_
    tab.run("localStorage.clear()")


def rows(page: Page) -> list[str]:
    return [text.replace("\n", " ") for text in page.texts("#list button")]


def test_the_page_shows_what_to_look_at(open_page: OpenPage) -> None:
    page = open_page()
    assert page.texts("#filters button") == [
        "To look at 2",
        "Found 1",
        "Missing 1",
        "Failed 1",
        "Decided 0",
        "All 5",
    ]
    assert rows(page) == ["? Tide Ana to look at", "? Foam Bo to look at"]
    assert page.texts("#title") == ["Tide Ana"]
    assert page.texts(".card h3") == [
        "Your track",
        "Candidate 1 · 90 %",
        "Candidate 2 · 90 % · another version",
    ]
    assert page.texts(".fact.other dd") == ["≠ Live\ndiffers:\nnote about version"]
    assert "5:00" in page.texts(".mine dd")
    assert (page.errors(), page.requests()) == ([], [])


def test_filters_and_search_choose_the_rows(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#filters button[value=not_found]")
    assert rows(page) == ["– Gone Di missing"]
    assert "Beatport has no candidate" in page.texts("#nothing")[0]
    page.click("#filters button[value=all]")
    page.press("/")
    for key in "SAND":
        page.press(key)
    assert rows(page) == ["● Sand Cy found"]
    page.press("x")
    assert page.texts("#empty") == ["No track is listed here."]


def test_keys_decide_and_undo(open_page: OpenPage) -> None:
    page = open_page()
    page.press("2")
    page.press("n")
    assert rows(page) == ["✓ Tide Ana accepted", "✕ Foam Bo none of these"]
    assert page.texts("#filters button[value=decided]") == ["Decided 2"]
    page.press("u")
    assert rows(page)[1] == "? Foam Bo to look at"
    page.press("b")
    assert page.texts("#title") == ["Tide Ana"]
    page.press("j")
    page.press("k")
    page.press("y")
    assert page.run("[...choices.values()].map((one) => one.accept)") == [f"{FIRST.id} Tide"]
    page.click("#keys")
    page.press("n")
    assert page.texts("#status") == ["Accepted: Tide"]


def reopen(page: Page, path: Path, first_row: str) -> None:
    """Open the page again; on a busy machine Chromium can give a new page an old storage."""
    for _ in range(10):
        page.open(path)
        if rows(page)[0] == first_row:
            return
    stored = page.run("JSON.stringify([isStored, ...Object.entries(localStorage)])")
    pytest.fail(f"the first row is {rows(page)[0]!r}, and the storage is {stored}")


def test_choices_are_there_when_the_page_is_opened_again(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.press("1")
    reopen(page, tmp_path / "review.html", "✓ Tide Ana accepted")
    assert page.texts("#title") == ["Foam Bo"]


def test_a_choice_about_an_unknown_candidate_does_not_count(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.press("1")
    page.run("setChoice(tracks[0], '9 Tide')")
    page.run("localStorage.setItem(PREFIX + tracks[1].key, 'no JSON')")
    page.open(tmp_path / "review.html")
    assert page.texts("#filters button[value=decided]") == ["Decided 0"]
    assert page.errors() == []


def downloaded(page: Page, folder: Path) -> Decisions:
    """Download the choices and read them as the library does."""
    (folder / "decisions.jsonl").unlink(missing_ok=True)
    page.download("#download", folder)
    return Decisions(folder / "decisions.jsonl")


def verdicts(decisions: Decisions) -> list[tuple[str, Track, Candidate | None]]:
    return [(one.verdict, one.track, one.candidate) for one in decisions]


def test_choices_are_downloaded_as_decisions(open_page: OpenPage, tmp_path: Path) -> None:
    """No value is lost: a large number, a file name that is not text."""
    page = open_page()
    page.press("1")
    page.press("n")
    decisions = downloaded(page, tmp_path)
    assert decisions.problems == []
    assert verdicts(decisions) == [
        ("accepted", TIDE, FIRST),
        ("rejected", Track("Foam", "Bo"), candidate(3, "Foam")),
    ]
    assert {one.by for one in decisions} == {"person"}
    assert decisions.about(TIDE).accepted is not None


def test_downloaded_choices_that_are_undone_are_withdrawn(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """Also one that was replaced by another one, and those of an earlier page."""
    page = open_page()
    kept = tmp_path / "kept.jsonl"
    steps = [("1", FIRST), ("b2", SECOND), ("u", FIRST), ("u", None), ("n", None)]
    for keys, expected in steps:
        for key in keys:
            page.press(key)
        new = downloaded(page, tmp_path)
        decisions = Decisions(kept)
        decisions.merge(new)
        accepted = decisions.about(TIDE).accepted
        assert (accepted and accepted.candidate) == expected
    assert len(decisions.about(TIDE).rejected) == 2
    reopen(page, tmp_path / "review.html", "✕ Tide Ana none of these")
    page.press("b")
    page.press("1")
    assert [one[0] for one in verdicts(downloaded(page, tmp_path))] == ["accepted", "withdrawn"]


def test_hostile_texts_stay_texts(open_page: OpenPage) -> None:
    found = candidate(
        1, HOSTILE, label=HOSTILE, artists=(HOSTILE,), url="https://www.beatport.com/'\"><b>"
    )
    page = open_page([match(Track(HOSTILE, HOSTILE), "review", scored(found, title=-9.0))])
    page.press("1")
    assert page.run("document.title") == "Review"
    assert page.run("document.images.length + document.querySelectorAll('b').length") == 0
    (title,) = page.texts("#title > bdi")
    assert title == HOSTILE.replace("\u202e", " ").replace("  ", " ")
    assert (page.errors(), page.requests()) == ([], [])


def test_covers_and_previews_are_loaded_only_on_request(open_page: OpenPage) -> None:
    """Only those of Beatport: the cover of the second candidate is somewhere else."""
    page = open_page()
    page.press("j")
    assert page.requests() == []
    page.click("#covers")
    page.wait_for_request(COVER)
    assert page.requests() == [COVER]
    page.click(".actions button:not(.accept)")
    page.wait_for_request(PREVIEW)
    assert page.requests() == [COVER, PREVIEW]
    page.click("#covers")
    assert page.run("document.images.length") == 0


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        ("fetch('https://www.beatport.com/').catch(() => 0)", "connect-src"),
        ("document.body.append(make('img', {src: 'https://elsewhere.example/'}))", "img-src"),
        ("document.body.append(make('script', {textContent: '1'}))", "script-src-elem"),
        ("document.body.append(make('style', {textContent: 'b {}'}))", "style-src-elem"),
    ],
)
def test_the_policy_stops_everything_else(open_page: OpenPage, script: str, directive: str) -> None:
    page = open_page()
    stopped = page.run(
        "new Promise((done) => { document.addEventListener('securitypolicyviolation', "
        f"(event) => done(event.effectiveDirective)); {script} }})"
    )
    assert stopped == directive


def test_a_screen_reader_gets_a_name_for_each_control(open_page: OpenPage) -> None:
    page = open_page()
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "searchbox", "checkbox", "article", "region", "navigation"}
    named = [
        (one["role"]["value"], one.get("name", {}).get("value", "").strip())
        for one in nodes
        if not one["ignored"] and one["role"]["value"] in roles
    ]
    assert {role for role, _ in named} == roles
    assert [role for role, name in named if not name] == []
    assert ("button", "Accept 1") in named
    assert ("button", "Tide Ana to look at") in named


def test_a_phone_shows_the_list_or_the_track(open_page: OpenPage) -> None:
    many = [match(TIDE, "review", *[scored(SECOND, version=-45.0)] * 6)] * 30
    page = open_page(many, width=390, height=844)
    visible = "[byId('list'), byId('detail')].map((one) => one.offsetParent !== null)"
    overflow = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.run(visible) == [True, False]
    page.click("#list button")
    assert page.run(visible) == [False, True]
    # Only the lists in the page scroll.
    assert page.run(overflow) == [390, 844]
    page.click("#back")
    assert page.run(overflow) == [390, 844]
    assert page.run(visible) == [True, False]


def test_dark_and_light_have_readable_text(open_page: OpenPage) -> None:
    """The contrast of each text with its background is at least 4.5 (WCAG AA)."""
    contrast = """(() => {
      const light = (rgb) => rgb.match(/\\d+/g).slice(0, 3).map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
      const paper = (one) => {
        const found = getComputedStyle(one).backgroundColor;
        return found === "rgba(0, 0, 0, 0)" ? paper(one.parentElement) : found;
      };
      return [...document.querySelectorAll("bdi, .mark, dt, .chip, button, a, p, h1, h3, .state")]
        .filter((one) => one.offsetParent && !one.disabled).map((one) => {
          const pair = [light(getComputedStyle(one).color), light(paper(one))];
          return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        });
    })()"""
    papers: set[str] = set()
    for dark in (False, True):
        page = open_page(dark=dark)
        page.press("1")
        page.press("b")
        ratios = page.run(contrast)
        assert len(ratios) > 40
        assert min(ratios) >= 4.5
        papers.add(page.run("getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2


def test_a_long_list_has_few_rows_in_the_page(open_page: OpenPage) -> None:
    """Rows are added when the reader gets there, so that thousands of tracks stay usable."""
    found = scored(candidate(1))
    page = open_page([match(Track(f"Tide {place}"), "review", found) for place in range(1000)])
    assert page.texts("#filters button[value=review]") == ["To look at 1,000"]
    assert len(rows(page)) == 200
    page.run("select(650)")
    assert page.texts("#title") == ["Tide 650"]
    assert len(rows(page)) == 800
    page.press("1")
    assert page.texts("#place") == ["652 of 1000"]


def test_a_browser_without_storage_says_so(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    assert page.run("byId('unstored').hidden")
    source = "Storage.prototype.getItem = () => { throw new Error('no storage'); }"
    script = page.send("Page.addScriptToEvaluateOnNewDocument", source=source)
    page.open(tmp_path / "review.html")
    page.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])
    assert not page.run("byId('unstored').hidden")
    page.press("1")
    assert rows(page)[0] == "✓ Tide Ana accepted"


def test_two_tabs_share_their_choices(
    open_page: OpenPage, browser: Browser, tmp_path: Path
) -> None:
    page, other = open_page(), Page(browser)
    other.open(tmp_path / "review.html")
    other.press("1")
    # Chromium may hold back the events of a tab in the background.
    page.send("Page.bringToFront")
    page.run(
        "new Promise((done) => { window.addEventListener('storage', done); "
        "if (choices.size) done(); }).then(() => 0)"
    )
    other.close()
    assert rows(page)[0] == "✓ Tide Ana accepted"
