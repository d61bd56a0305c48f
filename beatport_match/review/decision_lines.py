"""One decision as a line of JSON or as a row of a CSV file, and back. This module opens no file.

A line is a JSON object with the fields `decision` (the version of the format, 1), `verdict`, `at`
(ISO 8601 with a time zone), `by`, `track` and `candidate`. Empty fields are left out. No line
depends on another one, so two files are merged by concatenation.

A line may come from another program or from the network, so each value is checked. A wrong value
raises a `ValueError`, whose text names it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, cast, get_args

from beatport_match.errors import short_repr
from beatport_match.model.decisions import Decision, Verdict
from beatport_match.model.tracks import READ_FROM_TEXTS, Candidate, Track, as_dict
from beatport_match.model.validation import (
    MAX_ID,
    finite_number,
    is_web_url,
    parse_json,
    spreadsheet_safe,
)

FORMAT = 1
# A track with its candidate takes about 1 KB.
MAX_DECISION_BYTES = 64 * 1024
# 250,000 decisions.
MAX_DECISIONS_BYTES = 256 * 2**20
MAX_BY_LENGTH = 100
# A clock that was not set shows 1970.
MIN_YEAR, MAX_YEAR = 2000, 2200

_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_NAMES = {"artists", "remixers"}
_URLS = {"url", "artwork_url", "preview_url"}
_CANDIDATE_NUMBERS = {"bpm", "length_s"}
_NUMBERS = {"year", "bpm", "duration_s", "beatport_id", "id", "length_s"}
_TRACK_FIELDS = [one.name for one in fields(Track)]
_CANDIDATE_FIELDS = [one.name for one in fields(Candidate)]
_PREFIX = "candidate_"
CSV_COLUMNS = (
    *("verdict", "at", "by"),
    *_TRACK_FIELDS,
    *(_PREFIX + name for name in _CANDIDATE_FIELDS),
)


def checked(decision: Decision) -> Decision:
    """Return a decision with its time in UTC, if it can be written and read again.

    Raises:
        ValueError: A value is wrong; the text names it.
    """
    return parse_line(to_line(decision))


def to_line(decision: Decision) -> bytes:
    """Return the line of a decision, with its line feed."""
    values = {
        "decision": FORMAT,
        "verdict": decision.verdict,
        "at": decision.at.isoformat(),
        "by": decision.by,
        "track": _filled(as_dict(decision.track)),
    }
    if decision.candidate:
        values["candidate"] = _filled(as_dict(decision.candidate))
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    # A file name can hold bytes that are not text, as surrogates. JSON has escapes for them.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def parse_line(line: bytes) -> Decision:
    """Return the decision of a line.

    Raises:
        ValueError: The line is no decision, has another version, or a value is wrong.
    """
    if len(line) > MAX_DECISION_BYTES:
        raise ValueError(f"the line is longer than {MAX_DECISION_BYTES:,} bytes")
    parsed = parse_json(line)
    values = cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}
    if "decision" not in values:
        raise ValueError("the line is not a JSON object with the field `decision`")
    if values["decision"] != FORMAT:
        format_ = values["decision"]
        is_later = type(format_) is int and format_ > FORMAT
        remedy = "; it comes from a newer beatport_match: update it" if is_later else ""
        raise ValueError(f"the format must be {FORMAT}, not {short_repr(format_)}{remedy}")
    return _decision(values)


def to_row(decision: Decision) -> dict[str, str]:
    """Return the cells of a decision by their columns; a list of names is written as JSON."""
    values: dict[str, Any] = {
        "verdict": decision.verdict,
        "at": decision.at.isoformat(),
        "by": decision.by,
        **as_dict(decision.track),
    }
    if decision.candidate:
        values |= {_PREFIX + name: one for name, one in as_dict(decision.candidate).items()}
    return {column: _cell(value) for column, value in _filled(values).items()}


def parse_row(row: Mapping[str, str]) -> Decision:
    """Return the decision of a row of a CSV file.

    Raises:
        ValueError: A cell is wrong; the text names its column.
    """
    track = {name: _value(name, row.get(name, "")) for name in _TRACK_FIELDS}
    found = {name: _value(name, row.get(_PREFIX + name, "")) for name in _CANDIDATE_FIELDS}
    # Both have an `id`; that of the track is text.
    track["id"] = _text(row.get("id", "")) or None
    head = {name: _text(row.get(name, "")) for name in ("verdict", "at", "by")}
    candidate = _filled(found) or None
    return _decision({**head, "track": _filled(track), "candidate": candidate})


def _decision(values: Mapping[str, Any]) -> Decision:
    verdict, by = values.get("verdict"), values.get("by")
    if verdict not in _VERDICTS:
        raise _wrong("verdict", verdict, "one of " + ", ".join(_VERDICTS))
    if not isinstance(by, str) or not by.strip() or len(by) > MAX_BY_LENGTH:
        raise _wrong("by", by, f"a name of up to {MAX_BY_LENGTH} characters")
    raw = _as_object(values.get("track"), "track")
    known = {name: raw[name] for name in _TRACK_FIELDS if raw.get(name) is not None}
    track = Track(**cast("dict[str, Any]", {"title": "", **known}))
    candidate = None
    if verdict != "missed":
        candidate = _candidate(_as_object(values.get("candidate"), "candidate"))
    return Decision(
        verdict=verdict, track=track, candidate=candidate, by=by, at=_time(values.get("at"))
    )


def _time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not MIN_YEAR < at.year < MAX_YEAR:
        raise _wrong("at", value, "a time with a time zone, such as 2026-02-03T12:00:00+00:00")
    return at.astimezone(UTC)


def _candidate(raw: Mapping[str, Any]) -> Candidate:
    """Check the fields of a candidate, and make it."""
    values: dict[str, Any] = {
        name: raw[name] for name in _CANDIDATE_FIELDS if raw.get(name) is not None
    }
    number = values.get("id")
    if type(number) is not int or not 0 < number <= MAX_ID:
        raise _wrong("candidate.id", number, "a whole number from 1")
    for name, value in values.items():
        if not _is_valid(name, value):
            raise _wrong(f"candidate.{name}", value, "a value of this field")
    if "name" not in values:
        raise _wrong("candidate.name", None, "the title")
    return Candidate(**values)


def _is_valid(name: str, value: object) -> bool:
    """Return whether a value can be that of a field of a candidate."""
    if name == "id":
        return True
    if name in _NAMES:
        names = cast("list[object]", value) if isinstance(value, list | tuple) else [None]
        return all(isinstance(one, str) for one in names)
    if name in _CANDIDATE_NUMBERS:
        return (finite_number(value) or 0) > 0
    if not isinstance(value, str) or not value.strip():
        return False
    if name in _URLS:
        return is_web_url(value)
    return name != "read_from" or value in READ_FROM_TEXTS


def _as_object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, value, "a JSON object")
    return cast("dict[str, Any]", value)


def _wrong(name: str, value: object, expected: str) -> ValueError:
    return ValueError(f"{name} must be {expected}, not {short_repr(value)}")


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are neither missing nor empty."""
    return {name: value for name, value in values.items() if value not in (None, "", ())}


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    # `_text` removes the apostrophe that protects a text in a spreadsheet, so an apostrophe of the
    # text itself is doubled.
    return f"'{text}" if text.startswith("'") else spreadsheet_safe(text)


def _text(cell: str) -> str:
    return cell.removeprefix("'")


def _value(name: str, cell: str) -> object:
    """Return the value of a cell; `None` for an empty one."""
    text = _text(cell)
    if name in _NAMES and text.startswith("["):
        names = parse_json(text)
        return cast("object", names) if isinstance(names, list) else text
    if name in _NUMBERS and text:
        try:
            return int(text) if text.isdigit() else float(text)
        except ValueError:
            raise _wrong(f"the column {name}", text, "a number") from None
    return text or None
