"""The page: one file that loads nothing and runs nothing, and pictures of what was measured."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from invented_runs import a_query, a_track, answer, found, of_a_run, of_a_track

from beatport_match import PerformanceStats, compare_runs
from beatport_match.model.metrics import SentMetrics
from beatport_match.performance.html_report import (
    report_page,
    requests_in_flight,
    score_distribution,
    time_by_query_type,
)

VILLAIN = "</title><script src='https://elsewhere.example/x.js'>alert(1)</script>\" onload=\"x"
EMPTY = of_a_run([], total_time=0.0)


def a_run(*scores: float, name: str = "artist_title") -> PerformanceStats:
    one = answer(found(3), waits=(0.25,), sends=(0.5,), parse_s=0.25, query_type=name)
    return of_a_run([of_a_track(one, score=score, total=1.0) for score in scores])


class Reader(HTMLParser):
    """What a browser would find in a page: its tags, attributes and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def drawn(picture: str, kind: str) -> list[ET.Element]:
    """The shapes of one class; a picture is well-formed XML."""
    return [one for one in ET.fromstring(picture).iter() if kind in one.get("class", "").split()]


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


@pytest.mark.parametrize("stats", [EMPTY, a_run(99.0), a_run(60.0, name=VILLAIN)])
def test_the_page_stands_alone(stats: PerformanceStats) -> None:
    """ "One self-contained page (no network, no script from elsewhere)", and a policy that tells
    the browser so, whatever a file says."""
    comparison = compare_runs(stats, stats.model_copy(update={"mode": "async"}))
    page = report_page(stats, comparison)
    read = Reader(page)
    assert not set(read.tags) & {"script", "link", "img", "iframe", "object", "form", "a", "image"}
    names = {name for name, _ in read.attributes}
    assert not [name for name in names if name.startswith("on")]
    assert not names & {"src", "href", "xlink:href", "srcset", "style"}
    assert "url(" not in page
    assert "@import" not in page
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes


def test_what_a_file_says_stays_text() -> None:
    """Titles and query types come from strangers: they are shown, not obeyed."""
    track = a_track(a_query(query_type=VILLAIN), track_title=VILLAIN)
    stats = of_a_run([track])
    comparison = compare_runs(stats, of_a_run([], mode="async"))
    read = Reader(report_page(stats, comparison))
    assert "script" not in read.tags
    shown = "".join(read.words)
    assert VILLAIN[:40] in shown
    assert "DIFFERENT answers" in shown


def test_light_and_dark() -> None:
    """ "Readable in light and dark": every colour that is used has both."""
    style = report_page(EMPTY).partition("<style>")[2].partition("</style>")[0]
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r"var\((--\w+)\)", style))
    assert used
    for block in (light, dark.partition("}")[0]):
        assert used <= set(re.findall(r"(--\w+):", block))


def test_every_section_is_there() -> None:
    """ "Where the time went by query type, the timeline of requests in flight, and score
    distribution", beside the advice."""
    page = report_page(a_run(99.0))
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [
        "Is async worth it here?",
        "Where the time went",
        "Requests in flight",
        "Scores of the matched tracks",
    ]
    assert page.count("<svg") == 3
    assert "Recommendation: implement" in page


def test_bars_are_as_long_as_the_times() -> None:
    """Each part of a bar has its share of the longest one's width."""
    stats = of_a_run(
        [
            a_track(
                a_query(execution_time=4.0, network_time=2.0, parse_time=1.0, wait_time=1.0),
                a_query(execution_time=1.0, network_time=1.0, parse_time=0.0, query_type="remixer"),
            )
        ]
    )
    picture = time_by_query_type(stats)
    networks = [float(one.get("width", 0)) for one in drawn(picture, "network")]
    (parse,) = [float(one.get("width", 0)) for one in drawn(picture, "parse")]
    assert networks == pytest.approx([2 * parse, parse], abs=0.2)
    assert "artist_title, network: 2.0 s (50.0 %)" in picture
    assert drawn(picture, "rest") == []


def test_the_timeline_shows_what_was_in_flight() -> None:
    """Two requests, a second apart, that overlap for half of their time."""
    sent = [SentMetrics(started=at, ended=at + 2, status=200) for at in (0, 1)]
    tracks = [a_track(a_query(sent=(one,), query_type=str(one.started))) for one in sent]
    stats = of_a_run(tracks, total_time=4.0)
    (area,) = drawn(requests_in_flight(stats), "network")
    heights = {y for _, y in re.findall(r"L([\d.]+) ([\d.]+)", area.get("d", ""))}
    # One, two, one, and none in the last second.
    assert len(heights) == 3
    begin, top, *_, bottom = numbers(area.get("d", ""))
    assert (begin, top) == (44, bottom)


def test_a_run_of_no_length_is_drawn() -> None:
    """A file may hold times that are next to nothing: they divide nothing by zero."""
    sent = SentMetrics(started=0, ended=5e-324, status=200)
    stats = of_a_run([a_track(a_query(sent=(sent,)))], total_time=0.0)
    assert "1 at most" in requests_in_flight(stats)


def test_a_long_run_is_a_small_picture() -> None:
    """Steps too thin to be seen are joined to their highest: small, and with a true peak."""
    sent = tuple(
        SentMetrics(started=place / 10, ended=place / 10 + 0.25, status=200)
        for place in range(50_000)
    )
    stats = of_a_run([a_track(a_query(sent=sent))], total_time=5000.0)
    picture = requests_in_flight(stats)
    assert len(picture) < 60_000
    assert "3 at most" in picture


@pytest.mark.parametrize(
    ("scores", "bars"),
    [
        ((97.5, 97.5, 99.9), [2, 1]),
        ((60.0, 99.0), [1, 1]),
        ((100.0,), [1]),
        ((-5.0, 130.0), [1, 1]),
    ],
)
def test_scores_are_counted(scores: tuple[float, ...], bars: list[int]) -> None:
    """Every accepted score stands in one bar, 100 included."""
    titles = re.findall(r"<title>.*?: (\d+)</title>", score_distribution(a_run(*scores)))
    assert [int(count) for count in titles] == bars


def test_what_cannot_be_drawn_is_said() -> None:
    """An older file, an empty run: a sentence stands where a picture would."""
    older = of_a_run([a_track(a_query(), match_score=None, match_found=False)])
    assert "does not say when" in requests_in_flight(older)
    assert "No track was matched" in score_distribution(older)
    assert "No request was sent" in requests_in_flight(EMPTY)
    assert "No query" in time_by_query_type(EMPTY)
