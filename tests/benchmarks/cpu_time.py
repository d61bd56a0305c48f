"""What the processor does for a track: reading a page, weighing its rows, keeping it."""

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
_TIMES = 15


def page() -> Response:
    """A search page of a hundred rows, as the fake writes it."""
    artist = "Odd Harbour"
    sold = [
        CatalogueTrack(id=number + 1, name=title(number), artists=(artist, title(number + 5000)))
        for number in range(_ROWS)
    ]
    reply = FakeBeatport(sold, miss_rate=0.0).respond(
        "GET", f"/search/tracks?q={artist}&per_page=100"
    )
    return Response(status=200, url="http://shop.example/", body=reply.body)


def data(response: Response) -> bytes:
    """The JSON in the page."""
    start = response.body.index(b">", response.body.index(b'id="__NEXT_DATA__"')) + 1
    return response.body[start : response.body.index(b"</script>", start)]


def least(act: Callable[[], object], times: int = _TIMES) -> float:
    """Seconds of the processor, the least of several."""
    spent = []
    for _ in range(times):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return min(spent)


def weigh(track: Track, understood: ParsedResult) -> object:
    """Weigh a page's candidates as a run does, which writes out the ledgers that it keeps."""
    weighed = sort_best_first(score_candidates(track, understood.candidates))
    return rank_scored(weighed, MatchSettings().max_candidates)


def work(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Time of the processor for one track, in parts; each sample is the least of fifteen."""
    del quick
    response, track = page(), Track(title(7), "Odd Harbour", duration_s=360.0)
    script, read = data(response), lambda: parse_search(response, base_url="http://shop.example")
    understood = read()
    assert isinstance(understood, ParsedResult)
    assert len(understood.candidates) == _ROWS
    parts: dict[str, list[float]] = {name: [] for name in ("read", "weigh", "keep", "all")}
    for _ in range(runs):
        floor = least(lambda: json.loads(script))
        one = {
            "read": least(read) / floor,
            "weigh": least(lambda: weigh(track, understood)) / floor,
            "keep": least(lambda: encode(understood)) / floor,
        }
        for name, over in {**one, "all": sum(one.values())}.items():
            parts[name].append(over)
    name = "processor for a track over the floor of its JSON"
    yield Figure(name, tuple(parts["all"]), "×", at_most=2.0, judged="min")
    for name, shown in (("read", "reading the page"), ("weigh", "weighing"), ("keep", "keeping")):
        yield Figure(f"… {shown}", tuple(parts[name]), "×", judged="min")
    yield from _judging(runs, track, understood)


def _judging(runs: int, track: Track, understood: ParsedResult) -> Iterator[Figure]:
    weighed = tuple(1e6 * least(lambda: weigh(track, understood)) / _ROWS for _ in range(runs))
    yield Figure("weighing, titles already read", weighed, "µs", at_most=15, judged="min")
    written = tuple(
        1e6 * least(lambda: rank(track, understood.candidates)) / _ROWS for _ in range(runs)
    )
    name = "… all hundred ledgers written out, as `rank` does"
    yield Figure(name, written, "µs", at_most=15, judged="min")
    new, turn = [], 0
    for _ in range(runs):
        spent = []
        for _ in range(_TIMES):
            turn += 1
            fresh = [f"{title(10_000 * turn + number)} (Extended Mix)" for number in range(_ROWS)]
            began = time.process_time()
            for text in fresh:
                parse_title(text)
            spent.append(time.process_time() - began)
        new.append(1e6 * min(spent) / _ROWS)
    yield Figure("reading a new title", tuple(new), "µs", at_most=25, judged="min")
    first = []
    for _ in range(runs):
        spent = []
        for _ in range(5):
            turn += 1
            fresh_rows = [
                replace(one, name=title(10_000 * turn + place))
                for place, one in enumerate(understood.candidates)
            ]
            began = time.process_time()
            rank(track, fresh_rows)
            spent.append(time.process_time() - began)
        first.append(1e6 * min(spent) / _ROWS)
    yield Figure(
        "weighing a candidate never seen, reading included", tuple(first), "µs", judged="min"
    )
