"""What the choice of parser does: finding the data in a page, and reading its JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from cpu_time import data, least, page
from goals import Figure
from parsel import Selector
from timed_runs import installed

from beatport_match.beatport.page_data import open_page
from beatport_match.beatport.web import parse_search
from beatport_match.matching.protocol import Response

# What reads JSON, by module.
_READERS = {"json": "loads", "msgspec.json": "decode", "orjson": "loads"}
_ROW = b'<div class="row"><a class="title" href="/track/odd/%d"><span>Odd Harbour</span></a></div>'


def parsers(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Each way's time of the processor over ours, for a page of a hundred rows."""
    times = 3 if quick else 15
    response = _as_served(page())
    readers = {
        name: getattr(module, act) for name, act in _READERS.items() if (module := installed(name))
    }
    samples: dict[tuple[str, str], list[float]] = {}
    for _ in range(runs):
        for place, over in _once(response, readers, partial(least, times=times)):
            samples.setdefault(place, []).append(over)
    for (row, column), over in samples.items():
        yield Figure(row, tuple(over), "×", judged="min", table="parsers", column=column)


def _as_served(response: Response) -> Response:
    """As much markup as JSON: Beatport serves a hundred rows as 0.4 and 0.3 MB, the fake none."""
    markup = b"".join(_ROW % number for number in range(len(data(response)) // len(_ROW)))
    return replace(response, body=response.body.replace(b"<body>", b"<body>" + markup, 1))


def _once(
    response: Response,
    readers: dict[str, Callable[[bytes], object]],
    spent: Callable[[Callable[[], object]], float],
) -> Iterator[tuple[tuple[str, str], float]]:
    """Every way once, by row and column, over the search in the bytes with the JSON of `json`."""
    script = data(response)
    search = spent(lambda: data(response))
    select = spent(lambda: _selected(response))
    read = {name: spent(lambda act=act: act(script)) for name, act in readers.items()}
    ours = search + read["json"]
    ways = [("search in the bytes", search, name) for name in readers]
    for find, found_s, name in [*ways, ("parsel", select, "json")]:
        row = f"{find}, {name.partition('.')[0]}"
        yield (row, "finding the script"), found_s / ours
        yield (row, "reading its JSON"), read[name] / ours
        yield (row, "together"), (found_s + read[name]) / ours
    whole = spent(lambda: parse_search(response, base_url="http://shop.example"))
    rows = whole - spent(lambda: open_page(response))
    yield ("… and our reading of its rows", "together"), rows / ours


def _selected(response: Response) -> str | None:
    return Selector(text=response.body.decode()).css("script#__NEXT_DATA__::text").get()
