"""The HTML report: one page that loads and runs nothing, with charts of the metrics."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from invented_results import PageContent
from invented_runs import answer, make_query, make_track, metrics_of_track, parsed, stats_of
from tables import each_row

from beatport_match import PerformanceStats, compare_runs
from beatport_match.model.metrics import SentMetrics
from beatport_match.performance.html_report import (
    report_page,
    requests_in_flight,
    score_distribution,
    time_by_query_type,
)

HOSTILE = "</title><script src='https://elsewhere.example/x.js'>alert(1)</script>\" onload=\"x"
EMPTY = stats_of([], total_time=0.0)


def stats_of_run(*scores: float, name: str = "artist_title") -> PerformanceStats:
    one = answer(parsed(3), waits=(0.25,), sends=(0.5,), parse_s=0.25, query_type=name)
    return stats_of([metrics_of_track(one, score=score, total=1.0) for score in scores])


def shapes(chart: str, kind: str) -> list[ET.Element]:
    """Return the shapes of one CSS class; a chart must be well-formed XML."""
    return [one for one in ET.fromstring(chart).iter() if kind in one.get("class", "").split()]


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


@pytest.mark.parametrize("stats", [EMPTY, stats_of_run(99.0), stats_of_run(60.0, name=HOSTILE)])
def test_page_loads_and_runs_nothing(stats: PerformanceStats) -> None:
    """The content security policy forbids it too, also if a metrics file contains markup."""
    comparison = compare_runs(stats, stats.model_copy(update={"mode": "async"}))
    page = report_page(stats, comparison)
    content = PageContent(page)
    assert not set(content.tags) & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "a",
        "image",
    }
    names = {name for name, _ in content.attributes}
    assert not [name for name in names if name.startswith("on")]
    assert not names & {"src", "href", "xlink:href", "srcset", "style"}
    assert "url(" not in page
    assert "@import" not in page
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in content.attributes


def test_markup_in_a_metrics_file_is_escaped() -> None:
    """Titles and query types come from untrusted sources."""
    track = make_track(make_query(query_type=HOSTILE), track_title=HOSTILE)
    stats = stats_of([track])
    other = track.model_copy(update={"match_score": 1.0})
    comparison = compare_runs(stats, stats_of([other], mode="async"))
    content = PageContent(report_page(stats, comparison))
    assert "script" not in content.tags
    shown = "".join(content.texts)
    assert HOSTILE[:40] in shown
    assert "DIFFERENT answers" in shown


def test_every_css_variable_has_a_light_and_a_dark_value() -> None:
    style = report_page(EMPTY).partition("<style>")[2].partition("</style>")[0]
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r"var\((--\w+)\)", style))
    assert used
    for block in (light, dark.partition("}")[0]):
        assert used <= set(re.findall(r"(--\w+):", block))


def test_page_has_every_section() -> None:
    page = report_page(stats_of_run(99.0))
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [
        "Is async worth it here?",
        "Where the time went",
        "Requests in flight",
        "Scores of the matched tracks",
    ]
    assert page.count("<svg") == 3
    assert "Use async: " in page


def test_bar_widths_are_proportional_to_the_times() -> None:
    stats = stats_of(
        [
            make_track(
                make_query(execution_time=4.0, network_time=2.0, parse_time=1.0, wait_time=1.0),
                make_query(
                    execution_time=1.0, network_time=1.0, parse_time=0.0, query_type="remixer"
                ),
            )
        ]
    )
    chart = time_by_query_type(stats)
    networks = [float(one.get("width", 0)) for one in shapes(chart, "network")]
    (parse,) = [float(one.get("width", 0)) for one in shapes(chart, "parse")]
    assert networks == pytest.approx([2 * parse, parse], abs=0.2)
    assert "artist_title, network: 2.0 s (50.0 %)" in chart
    assert shapes(chart, "rest") == []


def test_timeline_shows_requests_in_flight() -> None:
    """Two requests begin a second apart and overlap for half of their time."""
    sent = [SentMetrics(started=at, ended=at + 2, status=200) for at in (0, 1)]
    tracks = [make_track(make_query(sent=(one,), query_type=str(one.started))) for one in sent]
    stats = stats_of(tracks, total_time=4.0)
    (area,) = shapes(requests_in_flight(stats), "network")
    heights = {y for _, y in re.findall(r"L([\d.]+) ([\d.]+)", area.get("d", ""))}
    # One, two, one, and none in the last second.
    assert len(heights) == 3
    begin, top, *_, bottom = numbers(area.get("d", ""))
    assert (begin, top) == (44, bottom)


def test_run_without_duration_is_drawn() -> None:
    """A file may contain extremely short times; there is no division by zero."""
    sent = SentMetrics(started=0, ended=5e-324, status=200)
    stats = stats_of([make_track(make_query(sent=(sent,)))], total_time=0.0)
    assert "1 at most" in requests_in_flight(stats)


def test_long_run_gives_a_small_chart_with_the_true_peak() -> None:
    """Columns narrower than a pixel are joined and show their highest value."""
    sent = tuple(
        SentMetrics(started=place / 10, ended=place / 10 + 0.25, status=200)
        for place in range(50_000)
    )
    stats = stats_of([make_track(make_query(sent=sent))], total_time=5000.0)
    chart = requests_in_flight(stats)
    assert len(chart) < 60_000
    assert "3 at most" in chart


@each_row(
    "scores, bars",
    [
        ((97.5, 97.5, 99.9), [2, 1]),
        ((60.0, 99.0), [1, 1]),
        ((100.0,), [1]),
        ((-5.0, 130.0), [1, 1]),
    ],
)
def test_every_accepted_score_is_in_one_bar(scores: tuple[float, ...], bars: list[int]) -> None:
    """Scores of 100 and scores out of range are included."""
    titles = re.findall(r"<title>.*?: (\d+)</title>", score_distribution(stats_of_run(*scores)))
    assert [int(count) for count in titles] == bars


def test_chart_without_data_is_replaced_by_a_sentence() -> None:
    """This happens with older files and with empty runs."""
    older = stats_of([make_track(make_query(), match_score=None, match_found=False)])
    assert "does not contain the times" in requests_in_flight(older)
    assert "No track was matched" in score_distribution(older)
    assert "No request was sent" in requests_in_flight(EMPTY)
    assert "contains no queries" in time_by_query_type(EMPTY)
