"""Match rows of a table against a catalogue: `examples/table_match.py` is what workers are sent."""

from collections.abc import Iterable
from functools import cache
from threading import Lock

from table_rows import Row, plain_cell, track_of

from beatport_match import Catalogue, CatalogueError, Matcher, MatchSettings, MisuseError

# Named as in matches.csv; the types are Spark's words.
RESULT = (
    "id string, outcome string, kind string, reason string, confidence double, score double, "
    "relation string, beatport_id bigint, url string, found_title string, found_mix string, "
    "found_artists string, label string, release_date string, bpm double, key string, "
    "length_s double"
)
RESULT_COLUMNS = dict(column.split() for column in RESULT.split(", "))
_OPENING = Lock()


def match_rows(rows: Iterable[Row], catalogue: str, settings: MatchSettings) -> list[Row]:
    """What became of each row, in their order; what cannot be matched is `failed` and says why."""
    try:
        with _OPENING:
            matcher = opened(catalogue, settings)
    except (CatalogueError, MisuseError) as error:
        return [_result(row, _failed("catalogue_changed", error)) for row in rows]
    return [_result(row, _matched(row, matcher)) for row in rows]


@cache
def opened(catalogue: str, settings: MatchSettings) -> Matcher:
    """Opened for the first rows that a process is given, and kept for all others."""
    return Matcher(settings, source=Catalogue.open(catalogue).source())


def _matched(row: Row, matcher: Matcher) -> Row:
    try:
        match = matcher.match_track(track_of(row))
    except MisuseError as error:
        return _failed("unaskable", error)
    told = {"outcome": match.outcome, "reason": match.reason, "confidence": match.confidence}
    told["kind"] = match.failures[-1].kind if match.outcome == "failed" else None
    if best := match.best:
        found = best.candidate
        told = {name: getattr(found, name, None) for name in RESULT_COLUMNS} | told
        told |= {"score": best.score, "relation": best.relation, "beatport_id": best.id}
        told |= {"found_title": found.name, "found_mix": found.mix_name}
        told["found_artists"] = ", ".join(found.artists)
    return told


def _failed(kind: str, why: object) -> Row:
    return {"outcome": "failed", "kind": kind, "reason": f"{kind}: {why}", "confidence": 0.0}


def _result(row: Row, told: Row) -> Row:
    return dict.fromkeys(RESULT_COLUMNS) | told | {"id": plain_cell("id", row.get("id"))}
