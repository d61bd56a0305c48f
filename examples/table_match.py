"""Match rows of a table against a catalogue: workers import `examples/table_match.py`."""

from collections.abc import Iterable
from functools import cache
from threading import Lock

from table_rows import Row, plain_cell, track_of

from beatport_match import BeatportMatchError, Catalogue, Matcher, MatchSettings, MisuseError

# Column names as in matches.csv; type names as in Spark.
RESULT = (
    "id string, outcome string, kind string, reason string, confidence double, score double, "
    "relation string, beatport_id bigint, url string, found_title string, found_mix string, "
    "found_artists string, label string, release_date string, bpm double, key string, "
    "length_s double"
)
RESULT_COLUMNS = dict(map(str.split, RESULT.split(", ")))
_OPEN_LOCK = Lock()


def match_rows(rows: Iterable[Row], catalogue: str, settings: MatchSettings) -> list[Row]:
    """Return one result per row, in order; an unusable row is `failed` with a reason."""
    try:
        with _OPEN_LOCK:
            matcher = opened(catalogue, settings)
    except BeatportMatchError as error:
        return [_result(row, _failed("catalogue_changed", error)) for row in rows]
    return [_result(row, _matched(row, matcher)) for row in rows]


@cache
def opened(catalogue: str, settings: MatchSettings) -> Matcher:
    """Open the catalogue once per process: for the first rows, then from the `functools` cache."""
    return Matcher(settings, source=Catalogue.open(catalogue).source())


def _matched(row: Row, matcher: Matcher) -> Row:
    try:
        match = matcher.match_track(track_of(row))
    except MisuseError as error:
        return _failed("unaskable", error)
    result: Row = {"outcome": match.outcome, "reason": match.reason, "confidence": match.confidence}
    result["kind"] = match.failures[-1].kind if match.outcome == "failed" else None
    if best := match.best:
        candidate = best.candidate
        result = {name: getattr(candidate, name, None) for name in RESULT_COLUMNS} | result
        result |= {"score": best.score, "relation": best.relation, "beatport_id": best.id}
        result |= {"found_title": candidate.name, "found_mix": candidate.mix_name}
        result["found_artists"] = ", ".join(candidate.artists)
    return result


def _failed(kind: str, why: object) -> Row:
    return {"outcome": "failed", "kind": kind, "reason": f"{kind}: {why}", "confidence": 0.0}


def _result(row: Row, result: Row) -> Row:
    return dict.fromkeys(RESULT_COLUMNS) | result | {"id": plain_cell("id", row.get("id"))}
