"""Compare parsers: finding the script in a page, and parsing its JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from cpu_time import min_cpu_s, page, script_json
from goals import Figure
from parsel import Selector
from timed_runs import import_if_installed

from beatport_match.beatport.page_data import open_page
from beatport_match.beatport.web import parse_search
from beatport_match.matching.protocol import Response

# The function that parses JSON, by module.
_JSON_PARSERS = {
    "json": "loads",
    "pydantic_core": "from_json",
    "msgspec.json": "decode",
    "orjson": "loads",
}
_ROW = b'<div class="row"><a class="title" href="/track/odd/%d"><span>Odd Harbour</span></a></div>'


def parsers(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure the CPU time of each method over byte search with `json`, for a hundred rows."""
    repeats = 3 if quick else 15
    response = _with_markup(page())
    json_parsers = {
        name: getattr(module, function)
        for name, function in _JSON_PARSERS.items()
        if (module := import_if_installed(name))
    }
    samples: dict[tuple[str, str], list[float]] = {}
    for _ in range(runs):
        for cell, ratio in _cells(response, json_parsers, partial(min_cpu_s, repeats=repeats)):
            samples.setdefault(cell, []).append(ratio)
    for (row, column), ratios in samples.items():
        yield Figure(row, tuple(ratios), "×", judged="min", table="parsers", column=column)


def _with_markup(response: Response) -> Response:
    """Add as much markup as JSON.

    A page of Beatport with a hundred rows has 0.4 MB and 0.3 MB of them; the fake's has no markup.
    """
    rows = len(script_json(response)) // len(_ROW)
    markup = b"".join(_ROW % number for number in range(rows))
    return replace(response, body=response.body.replace(b"<body>", b"<body>" + markup, 1))


def _cells(
    response: Response,
    json_parsers: dict[str, Callable[[bytes], object]],
    cpu_s: Callable[[Callable[[], object]], float],
) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield each method's CPU time, by row and column, over byte search with `json`."""
    script = script_json(response)
    search_s = cpu_s(lambda: script_json(response))
    select_s = cpu_s(lambda: _select_script(response))
    parse_s = {
        name: cpu_s(lambda parse=parse: parse(script)) for name, parse in json_parsers.items()
    }
    json_s = search_s + parse_s["json"]
    methods = [("byte search", search_s, name) for name in json_parsers]
    for finder, find_s, name in [*methods, ("parsel", select_s, "json")]:
        row = f"{finder}, {name.partition('.')[0]}"
        yield (row, "finding the script"), find_s / json_s
        yield (row, "parsing its JSON"), parse_s[name] / json_s
        yield (row, "total"), (find_s + parse_s[name]) / json_s
    whole_s = cpu_s(lambda: parse_search(response, base_url="http://site.example"))
    rows_s = whole_s - cpu_s(lambda: open_page(response))
    yield ("… parsing its rows, in our code", "total"), rows_s / json_s


def _select_script(response: Response) -> str | None:
    return Selector(text=response.body.decode()).css("script#__NEXT_DATA__::text").get()
