"""Metrics files on disk: written atomically, never overwritten, and read as untrusted input."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modes import EXACT_SEARCH, Mode, Name

from beatport_match import (
    MetricsFileError,
    MisuseError,
    OutputError,
    PerformanceStats,
    Track,
    analyze,
    compare_runs,
    export_performance_metrics_json,
    generate_async_io_analysis_report,
    load_metrics_from_json,
)
from beatport_match.performance import files
from beatport_match.performance.html_report import report_page
from beatport_match.testing import FakeBeatport

NAME = re.compile(r"run_metrics_\d{8}_\d{6}\.json")


def stats_of_run(name: Name = "sync") -> PerformanceStats:
    """Run two tracks, one of which is not on sale."""
    tracks = [Track("Lido in Winter", "Copperhythe"), Track("Nothing of the Kind", "Nobody \udcff")]
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    found: PerformanceStats = Mode(name).call("match_playlist", tracks, transport=transport).metrics
    return found


STATS = stats_of_run()
DUMPED = STATS.model_dump()


def fresh_document() -> dict[str, Any]:
    """Return a copy of the document of that run."""
    document: dict[str, Any] = json.loads(json.dumps(DUMPED))
    return document


def saved(document: object, folder: Path) -> Path:
    path = folder / "metrics.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def rejection(path: Path) -> str:
    """Return the message of the rejection: one sentence that begins with the file."""
    with pytest.raises(MetricsFileError) as caught:
        load_metrics_from_json(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.endswith(".")
    assert "\n" not in message
    return message


def use_all(stats: PerformanceStats) -> None:
    """Compute everything that can be computed from metrics."""
    analyze(stats)
    generate_async_io_analysis_report(stats)
    report_page(stats)
    sync, other = (stats.model_copy(update={"mode": mode}) for mode in ("sync", "async"))
    report_page(stats, compare_runs(sync, other))


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
def test_written_file_is_read_back_equal(name: Name, tmp_path: Path) -> None:
    """This includes a title that is not valid text. The folder is created."""
    stats = stats_of_run(name)
    path = Path(export_performance_metrics_json(stats, "run", tmp_path / "made" / "for it"))
    assert path.parent == tmp_path / "made" / "for it"
    assert NAME.fullmatch(path.name)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert load_metrics_from_json(path) == stats
    assert load_metrics_from_json(str(path)) == stats
    json.loads(path.read_text(encoding="utf-8"))


def test_default_folder_is_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Path(export_performance_metrics_json(STATS, "run")).parent == Path("output")
    assert len(list((tmp_path / "output").iterdir())) == 1


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """Five files written within a second have five names."""
    paths = {export_performance_metrics_json(STATS, "run", tmp_path) for _ in range(5)}
    assert len(paths) == len(list(tmp_path.iterdir())) == 5
    assert all(NAME.fullmatch(Path(path).name) for path in paths)


def test_generated_is_kept_or_set_to_the_time_of_writing(tmp_path: Path) -> None:
    path = export_performance_metrics_json(STATS, "run", tmp_path)
    assert load_metrics_from_json(path).generated == STATS.generated
    older = STATS.model_copy(update={"generated": None})
    stamped = load_metrics_from_json(
        export_performance_metrics_json(older, "run", tmp_path)
    ).generated
    assert stamped is not None
    assert abs((datetime.now(UTC) - stamped).total_seconds()) < 3600


@pytest.mark.parametrize(
    "name", ["../run", "a/b", "a\\b", "/run", "C:run", "..", ".", "", " ", "a\0b", "a\nb"]
)
def test_base_filename_that_leaves_the_folder_is_rejected(name: str, tmp_path: Path) -> None:
    """The same names are rejected on every system."""
    folder = tmp_path / "output"
    with pytest.raises(MisuseError, match="base_filename cannot be"):
        export_performance_metrics_json(STATS, name, folder)
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_plain_name_is_always_a_valid_base_filename(name: str) -> None:
    plain = files.plain_name(name)
    files._check_name(plain)
    assert 1 <= len(plain) <= 50


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_interrupted_write_leaves_no_file(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for a full disk and for a kill at any moment; no draft is left."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, call, interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_performance_metrics_json(STATS, "run", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_file_system_without_hard_links_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT on a USB stick has no hard links; no file is overwritten there either."""

    def unsupported(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", unsupported)
    paths = [export_performance_metrics_json(STATS, "run", tmp_path) for _ in range(3)]
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 3
    assert all(load_metrics_from_json(path) == STATS for path in paths)


def test_folder_that_cannot_be_created_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: cannot be written"):
        export_performance_metrics_json(STATS, "run", tmp_path / "file")


REQUIRED = [
    "version",
    "session_info",
    "track_metrics",
    *(f"session_info.{name}" for name in "total_time total_tracks matched_tracks".split()),
    *(f"aggregate_stats.{name}" for name in DUMPED["aggregate_stats"]),
    "network_analysis.total_network_time",
    "network_analysis.network_time_by_query_type.artist_title.count",
    "track_metrics.0.match_score",
    "track_metrics.0.queries",
    "track_metrics.0.queries.0.network_time",
    "query_metrics.0.query_type",
]
OPTIONAL = (
    "generated cache_stats query_metrics aggregate_stats network_analysis mode settings requests "
    "retries failures wait_time pace_time retry_time concurrency cpu_time "
    "peak_memory_bytes"
).split()


def document_without(field: str) -> dict[str, Any]:
    """Return the document without one field, given as a dotted path."""
    document = fresh_document()
    *path, last = [int(part) if part.isdigit() else part for part in field.split(".")]
    inner: Any = document
    for part in path:
        inner = inner[part]
    del inner[last]
    return document


@pytest.mark.parametrize("field", REQUIRED)
def test_missing_field_is_named_in_the_error(field: str, tmp_path: Path) -> None:
    assert f"lacks the field {field};" in rejection(saved(document_without(field), tmp_path))


def test_file_without_optional_blocks_is_read(tmp_path: Path) -> None:
    """Missing figures are unknown, not zero."""
    kept = {name: part for name, part in fresh_document().items() if name not in OPTIONAL}
    for track in kept["track_metrics"]:
        for name in ("outcome", "beatport_id", "started"):
            del track[name]
        for query in track["queries"]:
            for name in list(query)[7:]:
                del query[name]
    del kept["session_info"]["start_time"]
    del kept["session_info"]["end_time"]
    old = load_metrics_from_json(saved(kept, tmp_path))
    assert {name for name in OPTIONAL if getattr(old, name) is not None} == set()
    assert [old.queries[0].wait_time, old.queries[0].requests, old.queries[0].sent] == [None] * 3
    # Its figures are enough for the same recommendation.
    new_analysis, old_analysis = analyze(STATS), analyze(old)
    assert old_analysis.percentage == pytest.approx(new_analysis.percentage)
    assert old_analysis.recommendation == new_analysis.recommendation
    use_all(old)


@pytest.mark.parametrize("field", OPTIONAL)
def test_each_optional_block_may_be_missing(field: str, tmp_path: Path) -> None:
    stats = load_metrics_from_json(saved(document_without(field), tmp_path))
    assert getattr(stats, field) is None
    use_all(stats)


@pytest.mark.parametrize(("number", "known"), [(12_345.678, False), (1_760_000_000.5, True)])
def test_reading_of_another_clock_is_no_date(number: float, tmp_path: Path, *, known: bool) -> None:
    """Older tools wrote `time.perf_counter()`, whose zero is not 1970."""
    document = fresh_document()
    document["session_info"] |= {"start_time": number, "end_time": number + 2}
    loaded = load_metrics_from_json(saved(document, tmp_path))
    assert (loaded.session_info.start_time is not None) is known
    assert loaded.session_info.start_epoch_s == (number if known else None)
    assert "1970" not in generate_async_io_analysis_report(loaded)


def test_times_are_written_as_text_and_as_seconds_since_1970(tmp_path: Path) -> None:
    text = Path(export_performance_metrics_json(STATS, "run", tmp_path)).read_text("utf-8")
    session = json.loads(text)["session_info"]
    for name in ("start", "end"):
        moment = datetime.fromisoformat(session[f"{name}_time"])
        assert session[f"{name}_epoch_s"] == pytest.approx(moment.timestamp())
    assert '\n  "session_info": {\n    "start_time": ' in text
    document = fresh_document()
    document["session_info"]["start_time"] = "2026-02-03T12:00:00"
    loaded = load_metrics_from_json(saved(document, tmp_path))
    assert loaded.session_info.start_epoch_s is None


def test_share_above_100_percent_by_rounding_is_read(tmp_path: Path) -> None:
    document = document_with("aggregate_stats.match_rate", 100.00000000000001)
    loaded = load_metrics_from_json(saved(document, tmp_path))
    assert loaded.aggregate_stats
    assert loaded.aggregate_stats.match_rate == 100.0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("wait_time", float("nan"), "wait_time cannot be nan"),
        ("settings", {"path": object()}, "settings.path cannot be <object"),
        ("requests", float("inf"), "requests cannot be inf"),
        ("generated", 5, "a value cannot be written as JSON"),
    ],
)
def test_metrics_that_are_not_json_are_rejected(
    field: str, value: object, says: str, tmp_path: Path
) -> None:
    """`model_copy` checks nothing. No file is left."""
    with pytest.raises(MetricsFileError, match=f"^run: {re.escape(says)}"):
        export_performance_metrics_json(STATS.model_copy(update={field: value}), "run", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    more = fresh_document() | {"machine": {"cores": 2}}
    more["track_metrics"][0]["mood"] = "bright"
    more["session_info"]["start_time"] = 1_760_000_000.5
    loaded = load_metrics_from_json(saved(more, tmp_path))
    assert loaded.track_metrics == STATS.track_metrics
    assert loaded.session_info.start_time.tzinfo is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a complete JSON document"),
        (b"Artist - Title", "is not a complete JSON document"),
        (json.dumps(DUMPED).encode()[:-100], "is not a complete JSON document"),
        (b"\xff\xfe\x00\x01", "cannot be read"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "is not a metrics file"),
        (b'"1.0"', "is not a metrics file"),
        (b"{}", "lacks the field version"),
        (b'{"version": 1e999}', "lacks the field session_info"),
        (b'{"version": NaN}', "NaN is not a JSON number"),
    ],
)
def test_content_that_is_not_a_metrics_file_is_rejected(
    content: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "metrics.json"
    path.write_bytes(content)
    assert says in rejection(path)


def document_with(field: str, value: object) -> dict[str, Any]:
    document = fresh_document()
    *path, last = field.split(".")
    inner: Any = document
    for part in path:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = value
    return document


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("version", "2.0", "it comes from a newer beatport_match: update it, or export it again"),
        ("version", "0.9", "version is '0.9', but only '1.0' can be read; export it again"),
        ("version", None, "version is None"),
        ("session_info.total_time", -1, "session_info.total_time cannot be -1"),
        ("session_info.total_time", "soon", "session_info.total_time cannot be 'soon'"),
        ("session_info.total_tracks", 1.5, "session_info.total_tracks cannot be 1.5"),
        ("query_metrics.0.network_time", 1e300, "query_metrics.0.network_time cannot be 1e+300"),
        ("aggregate_stats.cache_hit_rate", 101, "aggregate_stats.cache_hit_rate cannot be 101"),
        ("mode", "threads", "mode cannot be 'threads'"),
        ("generated", "yesterday", "generated cannot be 'yesterday'"),
        ("track_metrics", "x" * 10_000, "track_metrics cannot be 'xxx"),
    ],
)
def test_invalid_value_is_named_in_a_short_error(
    field: str, value: object, says: str, tmp_path: Path
) -> None:
    message = rejection(saved(document_with(field, value), tmp_path))
    assert says in message
    assert len(message) < 400 + len(str(tmp_path))


def test_missing_file_folder_and_large_file_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No such file" in rejection(tmp_path / "nope.json")
    assert "is a folder" in rejection(tmp_path)
    with pytest.raises(MetricsFileError):
        load_metrics_from_json("a\0b")
    monkeypatch.setattr(files, "MAX_METRICS_BYTES", 10)
    assert "it is larger than 10 bytes" in rejection(saved(DUMPED, tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_pipe_is_rejected(tmp_path: Path) -> None:
    """Reading a pipe without a writer would block forever."""
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in rejection(tmp_path / "pipe")


def paths(part: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a document."""
    inner: Any = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    return [way, *(place for name, one in inner for place in paths(one, (*way, name)))]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([0, -0.0, 5e-324, 1e10, 10**400, "<script>", "\ud800", "1970-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
faults = st.lists(
    st.tuples(st.sampled_from(paths(fresh_document())[1:]), json_values), min_size=1, max_size=4
)


def damaged(faults: list[tuple[tuple[Any, ...], object]]) -> Any:
    document = fresh_document()
    for place, value in faults:
        inner = document
        try:
            for part in place[:-1]:
                inner = inner[part]
            inner[place[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue
    return document


@pytest.mark.fuzz
@given(faults)
def test_any_damaged_file_is_read_or_rejected(faults: list[tuple[tuple[Any, ...], object]]) -> None:
    """Either the file is rejected with one sentence, or every report can be computed from it."""
    document = damaged(faults)
    try:
        stats = files._validated("it", json.dumps(document))
    except MetricsFileError as error:
        message = str(error)
    else:
        use_all(stats)
        message = "it: fine"
    assert message.startswith("it: ")
    assert "\n" not in message
