"""The command `probe`: send one search to Beatport's web pages, and show how its page can be read.

The output names formats, fields and counts, but no title, name, token or IP address, so that a user
can put it into a bug report.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from beatport_match._version import __version__
from beatport_match.beatport import WebSource
from beatport_match.beatport.page_data import without_personal_data
from beatport_match.beatport.track_records import row_shape
from beatport_match.beatport.web import read_search
from beatport_match.cli.match_commands import settings_from, show_warnings
from beatport_match.cli.process import ExitCode, writing_to
from beatport_match.cli.remedies import with_remedy
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import fact_lines
from beatport_match.engine.arguments import never_stop
from beatport_match.engine.sync_engine import SyncEngine
from beatport_match.errors import Failure
from beatport_match.files.atomic_write import atomic_write
from beatport_match.matching.protocol import (
    Answer,
    Ask,
    ParsedResult,
    Question,
    Response,
    SearchFlow,
)
from beatport_match.model.tracks import READ_FROM_TEXTS, Candidate, as_dict
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.shared import own_state

# The fields of a search row today. Many tracks have no remixer and no sub-genre.
_EXPECTED_FIELDS = (
    "name mix_name artists label release release_date bpm key camelot genre length_s isrc "
    "catalog_number artwork_url"
).split()
_DATA_SCRIPT = "data_script"
_READ_FROM = {_DATA_SCRIPT: "the data script, as this version expects", **READ_FROM_TEXTS}


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The result of reading one search page; the fields are those of the JSON document.

    `status` and `size_bytes` are `None` if there was no response. `read_from` is `data_script`, or
    the method that read a changed page. `shape` is that of the rows; `None` without rows. `missing`
    has the expected fields that no track has, `partly_missing` the number of tracks without a field
    that others have.
    """

    version: str
    status: int | None
    size_bytes: int | None
    read_from: str | None
    shape: str | None
    tracks: int
    unreadable: int
    missing: tuple[str, ...]
    partly_missing: dict[str, int]
    failure: dict[str, str] | None


def probe(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Send one search, show how its page can be read, and return the exit code."""
    settings = settings_from(options)
    with show_warnings(err):
        response, value = search_once(options.query, settings)
    if options.save and response is not None:
        with writing_to(options.save, "--save"), atomic_write(options.save) as draft:
            draft.write_bytes(without_personal_data(response.body))
    report = _report(response, value, settings.base_url)
    if options.json:
        show_json(asdict(report), out)
    else:
        out.show(*_lines(report, out.width))
    if options.save:
        saved = f"Page written to {options.save}"
        no_page = f"No page to write to {options.save}: there was no response."
        (err if options.json else out).show(no_page if response is None else saved)
    return ExitCode.FAILURES if report.failure else ExitCode.DONE


def search_once(
    query: str, settings: MatchSettings
) -> tuple[Response | None, ParsedResult | Failure]:
    """Send one search without a retry and without a cache; return its response and result."""
    settings = settings.with_(async_io={"retry_attempts": 1}, cache_path=None)
    web = WebSource(settings.base_url, settings.max_results, settings.user_agent)
    question = web.search(query, "probe")
    responses: list[Response] = []

    def parse(response: Response) -> ParsedResult | Failure:
        responses.append(response)
        return question.parse(response)

    runner = SyncEngine(settings, None, own_state(settings))
    try:
        answer = runner.run(_ask(replace(question, parse=parse)), never_stop).value
    finally:
        runner.close()
    return (responses[-1] if responses else None), answer.value


def _ask(question: Question) -> SearchFlow[Answer]:
    (answer,) = yield Ask(questions=(question,))
    return answer


def _report(response: Response | None, value: ParsedResult | Failure, base_url: str) -> ProbeReport:
    result = value if isinstance(value, ParsedResult) else ParsedResult(candidates=())
    absent = {name: _count_without(name, result.candidates) for name in _EXPECTED_FIELDS}
    found = len(result.candidates)
    # The URL holds the query.
    failure = {"kind": value.kind, "detail": value.detail} if isinstance(value, Failure) else None
    is_read = failure is None
    return ProbeReport(
        version=__version__,
        status=response.status if response else None,
        size_bytes=len(response.body) if response else None,
        read_from=(result.read_from or _DATA_SCRIPT) if is_read else None,
        shape=_shape(response, base_url),
        tracks=found,
        unreadable=result.unreadable,
        missing=tuple(name for name, count in absent.items() if found and count == found),
        partly_missing={name: count for name, count in absent.items() if 0 < count < found},
        failure=failure,
    )


def _count_without(name: str, candidates: tuple[Candidate, ...]) -> int:
    return sum(1 for candidate in candidates if not as_dict(candidate)[name])


def _shape(response: Response | None, base_url: str) -> str | None:
    """Return the shape of the first row that has one."""
    reading = read_search(response, base_url) if response else None
    if reading is None or isinstance(reading, Failure):
        return None
    if reading.result.read_from == "html":
        return "html"
    return next(filter(None, map(row_shape, reading.rows)), None)


def _lines(report: ProbeReport, width: int) -> Iterator[str]:
    yield f"Search page of Beatport, read by beatport-match {report.version}"
    answer = "no response"
    if report.status is not None and report.size_bytes is not None:
        answer = f"HTTP {report.status}, {report.size_bytes / 1e3:,.0f} kB"
    rows = [("answer", answer)]
    if report.failure:
        rows.append(("failed", with_remedy(**report.failure)))
    elif not report.tracks:
        rows.append(("tracks", "none; choose another search with --query"))
    else:
        partly = (f"{name} ({count})" for name, count in report.partly_missing.items())
        rows += [
            ("read from", _READ_FROM[report.read_from or _DATA_SCRIPT]),
            ("shape", report.shape or "no rows"),
            ("tracks", f"{report.tracks:,}, and {report.unreadable:,} unreadable rows"),
            ("missing", ", ".join(report.missing) or "none of the expected fields"),
            ("missing in some", ", ".join(partly) or "none of the expected fields"),
        ]
    yield from fact_lines(rows, width)
