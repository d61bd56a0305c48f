"""The analysis file on disk: whole or not at all, never over another, and read with distrust."""

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


def a_run(name: Name = "sync") -> PerformanceStats:
    """A real run over two tracks, one of which nobody sells."""
    tracks = [Track("Lido in Winter", "Copperhythe"), Track("Nothing of the Kind", "Nobody \udcff")]
    transport = FakeBeatport(**EXACT_SEARCH).transport()
    found: PerformanceStats = Mode(name).call("match_playlist", tracks, transport=transport).metrics
    return found


STATS = a_run()
DUMPED = STATS.model_dump()


def fresh() -> dict[str, Any]:
    """The document of that run, to be changed at will."""
    document: dict[str, Any] = json.loads(json.dumps(DUMPED))
    return document


def saved(document: object, folder: Path) -> Path:
    path = folder / "metrics.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    """The one sentence of a refusal, which names the file."""
    with pytest.raises(MetricsFileError) as caught:
        load_metrics_from_json(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert said.endswith(".")
    assert "\n" not in said
    return said


def use_all(stats: PerformanceStats) -> None:
    """Everything that can be made of figures, made."""
    analyze(stats)
    generate_async_io_analysis_report(stats)
    report_page(stats)
    sync, other = (stats.model_copy(update={"mode": mode}) for mode in ("sync", "async"))
    report_page(stats, compare_runs(sync, other))


@pytest.mark.parametrize("name", ["sync", "asyncio", "trio"])
def test_a_file_is_read_as_it_was_written(name: Name, tmp_path: Path) -> None:
    """API.md: "path of {base}_metrics_{YYYYmmdd_HHMMSS}.json"; read again, the figures are equal,
    also where a title is not text."""
    stats = a_run(name)
    path = Path(export_performance_metrics_json(stats, "run", tmp_path / "made" / "for it"))
    assert path.parent == tmp_path / "made" / "for it"
    assert NAME.fullmatch(path.name)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert load_metrics_from_json(path) == stats
    assert load_metrics_from_json(str(path)) == stats
    json.loads(path.read_text(encoding="utf-8"))


def test_the_folder_is_output_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """API.md: `output_dir="output"`."""
    monkeypatch.chdir(tmp_path)
    assert Path(export_performance_metrics_json(STATS, "run")).parent == Path("output")
    assert len(list((tmp_path / "output").iterdir())) == 1


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """ "Never overwrites": five within a second are five files."""
    paths = {export_performance_metrics_json(STATS, "run", tmp_path) for _ in range(5)}
    assert len(paths) == len(list(tmp_path.iterdir())) == 5
    assert all(NAME.fullmatch(Path(path).name) for path in paths)


def test_a_file_says_when_it_was_generated(tmp_path: Path) -> None:
    """`generated` is when the figures were taken; figures that do not say so get the time of
    writing, with its zone."""
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
def test_a_name_that_would_leave_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    """ "A base filename that tries to leave the folder is refused", on every system alike."""
    folder = tmp_path / "output"
    with pytest.raises(MisuseError, match="base_filename cannot be"):
        export_performance_metrics_json(STATS, name, folder)
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_name_can_be_made_plain(name: str) -> None:
    """plain_name: "what would lead out of a folder becomes `_`", and it fits a file system."""
    plain = files.plain_name(name)
    files._check_name(plain)
    assert 1 <= len(plain) <= 50


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_file_appears_whole_or_not_at_all(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Atomic write": a disk that is full, or a kill in between, leaves nothing that looks like a
    metrics file, and no litter."""

    def full(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, call, full)
    with pytest.raises(KeyboardInterrupt):
        export_performance_metrics_json(STATS, "run", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The FAT of a USB stick knows no hard link: written all the same, and over nothing."""

    def unsupported(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", unsupported)
    paths = [export_performance_metrics_json(STATS, "run", tmp_path) for _ in range(3)]
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 3
    assert all(load_metrics_from_json(path) == STATS for path in paths)


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    """export: "OSError: The folder or the file cannot be written"."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
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
    "retries failures wait_time pace_time retry_time concurrency peak_memory_bytes"
).split()


def without(field: str) -> dict[str, Any]:
    """The document without one field, named by its dotted path."""
    document = fresh()
    *way, last = [int(part) if part.isdigit() else part for part in field.split(".")]
    inner: Any = document
    for part in way:
        inner = inner[part]
    del inner[last]
    return document


@pytest.mark.parametrize("field", REQUIRED)
def test_a_field_that_is_missing_is_named(field: str, tmp_path: Path) -> None:
    """ "… or lacks fields: `MetricsFileError` naming the field"."""
    assert f"lacks the field {field};" in refusal(saved(without(field), tmp_path))


def test_a_file_of_an_older_tool_is_read(tmp_path: Path) -> None:
    """ "Files in the layout above that lack optional blocks still load: absent figures count as
    unknown, not as zero"."""
    kept = {name: part for name, part in fresh().items() if name not in OPTIONAL}
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
    # What it does say is enough for the same advice.
    ours, theirs = analyze(STATS), analyze(old)
    assert theirs.percentage == pytest.approx(ours.percentage)
    assert theirs.recommendation == ours.recommendation
    use_all(old)


@pytest.mark.parametrize("field", OPTIONAL)
def test_each_block_alone_may_be_absent(field: str, tmp_path: Path) -> None:
    """The same, one by one."""
    stats = load_metrics_from_json(saved(without(field), tmp_path))
    assert getattr(stats, field) is None
    use_all(stats)


def test_more_keys_may_stand_beside(tmp_path: Path) -> None:
    """ "More keys may stand beside them": those of a tool that knows more are passed over."""
    more = fresh() | {"machine": {"cores": 2}}
    more["track_metrics"][0]["mood"] = "bright"
    more["session_info"]["start_time"] = 1_760_000_000.5
    loaded = load_metrics_from_json(saved(more, tmp_path))
    assert loaded.track_metrics == STATS.track_metrics
    assert loaded.session_info.start_time.tzinfo is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a whole JSON document"),
        (b"Artist - Title", "is not a whole JSON document"),
        (json.dumps(DUMPED).encode()[:-100], "is not a whole JSON document"),
        (b"\xff\xfe\x00\x01", "cannot be read"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "is not a metrics file"),
        (b'"1.0"', "is not a metrics file"),
        (b"{}", "lacks the field version"),
        (b'{"version": 1e999}', "lacks the field session_info"),
        (b'{"version": NaN}', "NaN is no number of JSON's"),
    ],
)
def test_what_is_no_metrics_file_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    """ "A metrics file that is … truncated, not JSON …: `MetricsFileError`"."""
    path = tmp_path / "metrics.json"
    path.write_bytes(content)
    assert says in refusal(path)


def changed(field: str, value: object) -> dict[str, Any]:
    document = fresh()
    *way, last = field.split(".")
    inner: Any = document
    for part in way:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = value
    return document


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("version", "2.0", "version is '2.0'"),
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
def test_a_value_that_cannot_be_is_named(
    field: str, value: object, says: str, tmp_path: Path
) -> None:
    """ "… of another version …", or with a figure that is none: the text names the field, and
    stays short whatever stands there."""
    said = refusal(saved(changed(field, value), tmp_path))
    assert says in said
    assert len(said) < 400 + len(str(tmp_path))


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "A metrics file that is missing", a folder, a name that cannot be one, or one too large."""
    assert "No such file" in refusal(tmp_path / "nope.json")
    assert "is a folder" in refusal(tmp_path)
    with pytest.raises(MetricsFileError):
        load_metrics_from_json("a\0b")
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    assert "larger than any metrics file" in refusal(saved(DUMPED, tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """A pipe that nobody writes to would be read for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refusal(tmp_path / "pipe")


def places(part: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner: Any = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    return [way, *(place for name, one in inner for place in places(one, (*way, name)))]


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
damage = st.lists(
    st.tuples(st.sampled_from(places(fresh())[1:]), json_values), min_size=1, max_size=4
)


def damaged(wounds: list[tuple[tuple[Any, ...], object]]) -> Any:
    document = fresh()
    for place, value in wounds:
        inner = document
        try:
            for part in place[:-1]:
                inner = inner[part]
            inner[place[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue
    return document


@pytest.mark.fuzz
@given(damage)
def test_any_file_is_read_or_refused(wounds: list[tuple[tuple[Any, ...], object]]) -> None:
    """ "Input from outside is hostile until read": a file with anything anywhere is either refused
    in a sentence, or all that can be made of it can be made."""
    document = damaged(wounds)
    try:
        stats = files._validated("it", json.dumps(document))
    except MetricsFileError as error:
        said = str(error)
    else:
        use_all(stats)
        said = "it: fine"
    assert said.startswith("it: ")
    assert "\n" not in said
