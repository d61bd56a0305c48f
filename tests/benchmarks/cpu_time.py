"""CPU time for one track: parsing a page, scoring its rows, encoding them for the cache."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from goals import Figure
from local_library import title

from beatport_match import MatchSettings, Track, parse_title, rank
from beatport_match.beatport.web import parse_search
from beatport_match.matching.protocol import ParsedResult, Response
from beatport_match.scoring.confidence import rank_scored, sort_best_first
from beatport_match.scoring.scorer import score_candidates
from beatport_match.testing import CatalogueTrack, FakeBeatport
from beatport_match.transport.cache_codec import encode

_ROWS = 100
_REPEATS = 15
_NEW_ROW_REPEATS = 5


def page() -> Response:
    """Return a search page of a hundred rows, as the fake renders it."""
    artist = "Odd Harbour"
    sold = [
        CatalogueTrack(id=number + 1, name=title(number), artists=(artist, title(number + 5000)))
        for number in range(_ROWS)
    ]
    reply = FakeBeatport(sold, miss_rate=0.0).respond(
        "GET", f"/search/tracks?q={artist}&per_page=100"
    )
    return Response(status=200, url="http://site.example/", body=reply.body)


def script_json(response: Response) -> bytes:
    """Return the JSON in a page."""
    start = response.body.index(b">", response.body.index(b'id="__NEXT_DATA__"')) + 1
    return response.body[start : response.body.index(b"</script>", start)]


def min_cpu_s(call: Callable[[], object], repeats: int = _REPEATS) -> float:
    """Return the least CPU time of several calls, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def score(track: Track, parsed: ParsedResult) -> object:
    """Score a page as a run does: only the kept candidates get a score breakdown."""
    scored = sort_best_first(score_candidates(track, parsed.candidates))
    return rank_scored(scored, MatchSettings().max_candidates)


def cpu_time(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the CPU time of one track, in parts; each sample is the least of fifteen."""
    del quick
    response, track = page(), Track(title(7), "Odd Harbour", duration_s=360.0)
    script = script_json(response)

    def parse() -> object:
        return parse_search(response, base_url="http://site.example")

    parsed = parse()
    assert isinstance(parsed, ParsedResult)
    assert len(parsed.candidates) == _ROWS
    parts: dict[str, list[float]] = {name: [] for name in ("parsing", "scoring", "caching")}
    totals, totals_ms = [], []
    for _ in range(runs):
        json_s = min_cpu_s(lambda: json.loads(script))
        ratios = {
            "parsing": min_cpu_s(parse) / json_s,
            "scoring": min_cpu_s(lambda: score(track, parsed)) / json_s,
            "caching": min_cpu_s(lambda: encode(parsed)) / json_s,
        }
        totals.append(sum(ratios.values()))
        totals_ms.append(1000 * json_s * totals[-1])
        for name, ratio in ratios.items():
            parts[name].append(ratio)
    name = "CPU time per track, without HTTP, for an answer of a hundred candidates"
    yield Figure(name, tuple(totals_ms), "ms", judged="min", table="overview")
    name = "CPU time per track over JSON parsing"
    yield Figure(name, tuple(totals), "×", at_most=2.0, judged="min")
    for name, samples in parts.items():
        yield Figure(f"… {name}", tuple(samples), "×", judged="min")
    yield from _per_candidate(runs, track, parsed)


def _per_candidate(runs: int, track: Track, parsed: ParsedResult) -> Iterator[Figure]:
    """Measure the microseconds for one candidate."""
    scoring = tuple(1e6 * min_cpu_s(lambda: score(track, parsed)) / _ROWS for _ in range(runs))
    yield Figure("scoring, titles already parsed", scoring, "µs", at_most=15, judged="min")
    breakdowns = tuple(
        1e6 * min_cpu_s(lambda: rank(track, parsed.candidates)) / _ROWS for _ in range(runs)
    )
    name = "… with all 100 score breakdowns, as in `rank`"
    yield Figure(name, breakdowns, "µs", at_most=15, judged="min")
    # The parser caches titles, so every repeat needs new ones.
    batches = iter(range(1, 1 + runs * (_REPEATS + _NEW_ROW_REPEATS)))
    parsing = []
    for _ in range(runs):
        times = []
        for _ in range(_REPEATS):
            texts = [f"{one} (Extended Mix)" for one in _new_titles(next(batches))]
            start = time.process_time()
            for text in texts:
                parse_title(text)
            times.append(time.process_time() - start)
        parsing.append(1e6 * min(times) / _ROWS)
    yield Figure("parsing a new title", tuple(parsing), "µs", at_most=25, judged="min")
    new_rows = []
    for _ in range(runs):
        times = []
        for _ in range(_NEW_ROW_REPEATS):
            names = _new_titles(next(batches))
            rows = [
                replace(one, name=name) for one, name in zip(parsed.candidates, names, strict=True)
            ]
            start = time.process_time()
            rank(track, rows)
            times.append(time.process_time() - start)
        new_rows.append(1e6 * min(times) / _ROWS)
    yield Figure("parsing and scoring a new candidate", tuple(new_rows), "µs", judged="min")


def _new_titles(batch: int) -> list[str]:
    return [title(10_000 * batch + place) for place in range(_ROWS)]
