"""The commands `track` and `playlist`: from the options to the matches, and to the output.

Results go to standard output, progress and notes to standard error. A problem that the user can
correct raises a `BeatportMatchError`. Ctrl-C ends a playlist run and keeps the finished tracks.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from beatport_match._logging import logger
from beatport_match.catalogue import Catalogue
from beatport_match.cli import match_table
from beatport_match.cli.progress import show_progress
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import clean, text_line
from beatport_match.engine.functions import match_track
from beatport_match.engine.matcher import Matcher
from beatport_match.engine.playlist_run import RunClock, TrackQueue, beatport_source, build_result
from beatport_match.errors import MisuseError
from beatport_match.files.guarded_read import reason
from beatport_match.matching.match import Match, Progress
from beatport_match.matching.sources import Source, Sources
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Track
from beatport_match.parsing import field_values
from beatport_match.performance.files import export_performance_metrics_json, plain_name
from beatport_match.playlists import list_playlists
from beatport_match.results import PlaylistMatch, match_document
from beatport_match.settings.environment import settings_from_environment
from beatport_match.settings.models import MatchSettings

T = TypeVar("T")

DONE, FAILURES, INTERRUPTED = 0, 1, 130


def track(options: Namespace, out: Screen, err: Screen) -> int:
    """Match one track, show the match and return the exit code."""
    local_track = Track(
        options.text,
        bpm=_option_value("--bpm", options.bpm, field_values.bpm, "128 or 127.5"),
        key=_option_value("--key", options.key, _key, "Am, 'A Minor' or 8A"),
        duration_s=_option_value(
            "--duration", options.duration, field_values.seconds, "6:24 or 384"
        ),
        isrc=options.isrc,
    )
    settings = settings_from(options)
    with show_warnings(err), sources_from(options, settings) as source:
        match = match_track(local_track, settings=settings, source=source)
    if options.json:
        show_json(match_document(match), out)
    elif options.explain:
        out.show(*(text_line(clean(text)) for text in match.explain().splitlines()))
    else:
        out.show(*match_table.one_track(match))
    return FAILURES if match.outcome == "failed" else DONE


def playlist(options: Namespace, out: Screen, err: Screen) -> int:
    """Match a playlist, show and write the result, and return the exit code."""
    if options.list:
        return _list(options, out, err)
    folder = make_folder(options.out) if options.out else None
    metrics_folder = make_folder(options.metrics, "--metrics") if options.metrics else None
    tracks = PlaylistCommandRun(options.file, options.playlist, options.limit)
    settings = settings_from(options)
    with show_warnings(err), sources_from(options, settings) as source:
        run = tracks.run(settings, err, "matching", options.journal, source)
    if folder:
        write_results(run.result, folder)
    metrics_file = ""
    if metrics_folder:
        metrics_file = write_metrics(run.result, options.file.stem, metrics_folder)
    if options.json:
        show_json(run.result.document(), out)
    else:
        out.show(*match_table.table(run.result.matches, out.width), text_line(""))
        show_summary(run.result, out)
        if folder:
            out.show(text_line(clean(files_written_text(folder))))
        if metrics_file:
            out.show(text_line(clean(f"Metrics written to {metrics_file}")))
    if run.interrupted:
        report_interruption(run, err, kept=folder is not None or not options.json)
    return exit_code(run)


def _list(options: Namespace, out: Screen, err: Screen) -> int:
    names = list_playlists(options.file)
    if options.json:
        show_json(list(names), out)
        return DONE
    out.show(*(text_line(clean(name)) for name in names))
    if not names:
        err.show(text_line("This file is a single playlist without a name; omit --playlist."))
    return DONE


def settings_from(options: Namespace) -> MatchSettings:
    """Return the settings of a command.

    Options override environment variables, and these override the settings file.

    Raises:
        SettingsError: A setting is out of range, or the file cannot be read.
    """
    settings = MatchSettings.load(options.settings) if options.settings else MatchSettings()
    settings = settings_from_environment(settings)
    values = settings.values()
    for name, option in (
        ("base_url", options.base_url),
        ("source", options.source),
        ("api_url", options.api_url),
        ("token_file", options.token_file),
        ("cache_path", options.cache),
    ):
        if option is not None:
            values[name] = option
    if getattr(options, "unpaced", False):
        values["requests_per_second"] = None
    elif getattr(options, "pace", None) is not None:
        values["requests_per_second"] = options.pace
    if getattr(options, "async_engine", False):
        values["async_io"] = settings.async_io.model_copy(update={"enabled": True})
    return MatchSettings(**values)


@contextmanager
def sources_from(
    options: Namespace, settings: MatchSettings
) -> Generator[Sequence[Source | Catalogue] | None, None, None]:
    """Give the sources of a command: its catalogues, then Beatport if `--source` is given.

    Without a catalogue the value is `None`, and the settings name the source.

    Raises:
        CatalogueError: A catalogue is missing or damaged.
        MisuseError: The extra `offline` is not installed, or an option for requests to Beatport is
            given although the command sends none.
    """
    if not options.catalogue:
        yield None
        return
    for option in ("base_url", "token_file", "api_url"):
        if getattr(options, option) is not None and options.source is None:
            raise MisuseError(
                f"--{option.replace('_', '-')} only applies to requests to Beatport; with "
                "--catalogue, add --source web or --source api to search Beatport too."
            )
    with ExitStack() as opened:
        catalogues = [opened.enter_context(Catalogue.open(path)) for path in options.catalogue]
        beatport = [beatport_source(settings)] if options.source else []
        yield [*catalogues, *beatport]


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a playlist run; `total` is the number of tracks in the playlist."""

    result: PlaylistMatch
    interrupted: bool
    total: int


class PlaylistCommandRun:
    """The tracks of a playlist file, and runs over them.

    The whole file is read before the first request. A file that is damaged at its end is therefore
    rejected before a request is sent, and every run has the same tracks.

    Raises:
        PlaylistError: The file cannot be read.
    """

    def __init__(self, path: Path, name: str | None, limit: int | None = None) -> None:
        self._queue = TrackQueue(path, name, count=False)
        self.tracks: tuple[Track, ...] = tuple(track for _, track in islice(self._queue, limit))

    def run(
        self,
        settings: MatchSettings,
        screen: Screen,
        label: str,
        journal: Path | None = None,
        source: Sources | None = None,
    ) -> Run:
        """Match the tracks; after Ctrl-C the result has the finished ones."""
        finished: dict[int, Match] = {}
        clock = RunClock("async" if settings.async_io.enabled else "sync", settings, time.monotonic)
        try:
            with show_progress(screen, label, len(self.tracks)) as show:

                def on_progress(progress: Progress) -> None:
                    finished[progress.place] = progress.match
                    show(progress)

                with Matcher(settings, source=source) as matcher:
                    result = matcher.match_playlist(
                        self.tracks, on_progress=on_progress, journal=journal
                    )
        except KeyboardInterrupt:
            result = build_result(finished, self._queue, (), clock)
            return Run(result, interrupted=True, total=len(self.tracks))
        result = replace(result, problems=(*self._queue.problems, *result.problems))
        return Run(result, interrupted=False, total=len(self.tracks))


def make_folder(folder: Path, option: str = "--out") -> Path:
    """Make the folder that an option names; commands do this before the first request.

    Raises:
        MisuseError: The folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _output_error(folder, error, option) from None
    return folder


def write_results(result: PlaylistMatch, folder: Path) -> None:
    """Write the results as JSON and CSV.

    Raises:
        MisuseError: A file cannot be written.
    """
    try:
        with _interrupts_ignored():
            result.to_json(folder / "results.json")
            result.to_csv(folder)
    except OSError as error:
        raise _output_error(folder, error) from None


def write_metrics(result: PlaylistMatch, name: str, folder: Path) -> str:
    """Write the metrics file, named after the playlist, and return its path.

    Raises:
        MisuseError: The file cannot be written.
    """
    try:
        with _interrupts_ignored():
            return export_performance_metrics_json(result.metrics, plain_name(name), folder)
    except OSError as error:
        raise _output_error(folder, error, "--metrics") from None


def files_written_text(folder: Path) -> str:
    """Return a sentence with the names of the result files."""
    return f"Written to {folder}: results.json, and matches, review, candidates and queries as .csv"


def show_summary(result: PlaylistMatch, out: Screen) -> None:
    """Show the counts of a run, the causes of failures and the unreadable entries."""
    out.show(
        *match_table.summary(result),
        *match_table.failures(result),
        *match_table.problems(result.problems),
    )


def report_interruption(run: Run, err: Screen, *, kept: bool = True) -> None:
    """Show that the run was interrupted, and the number of finished tracks."""
    done = f"{len(run.result.matches):,} of {match_table.plural(run.total, 'track')}"
    err.show(
        text_line(
            f"Interrupted after {done}" + ("; the finished tracks are kept." if kept else ".")
        )
    )


def exit_code(run: Run) -> int:
    """Return the exit code of a run."""
    if run.interrupted:
        return INTERRUPTED
    return FAILURES if run.result.failed else DONE


@contextmanager
def show_warnings(err: Screen) -> Generator[None, None, None]:
    """Show the library's warnings at the end of the block, below the progress display."""
    collector = _WarningCollector()
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        err.show(*(text_line(clean(f"Note: {message}.")) for message in collector.messages))


class _WarningCollector(logging.Handler):
    """Collect the text of each warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _interrupts_ignored() -> Generator[None, None, None]:
    """Ignore Ctrl-C while files are written, so that no file stays incomplete."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _output_error(folder: Path, error: Exception, option: str = "--out") -> MisuseError:
    return MisuseError(
        f"{folder}: cannot write to this folder ({reason(error)}); "
        f"choose another folder with {option}."
    )


def _option_value(
    option: str, text: str | None, parse: Callable[[str | None], T | None], examples: str
) -> T | None:
    """Return the parsed value of an option; reject a text that cannot be parsed."""
    value = parse(text)
    if text is not None and value is None:
        raise MisuseError(f"{option} cannot be {text!r}; write it like {examples}.")
    return value


def _key(text: str | None) -> str | None:
    return text if parse_key(text) else None
