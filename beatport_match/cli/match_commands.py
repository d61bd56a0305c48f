"""The commands `track` and `playlist`: from options to matches to what is shown and written.

Results go to stdout, progress and remarks to stderr. It knows the library and the screens, and
raises `BeatportMatchError` for whatever the person can put right.
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
from beatport_match.cli.progress import progress_on
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.cli.text_cells import clean, text_line
from beatport_match.engine.functions import match_playlist, match_track
from beatport_match.engine.playlist_run import RunClock, TrackQueue, beatport_source, build_result
from beatport_match.errors import MisuseError
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
    """Match one track and say what it is."""
    wanted = Track(
        options.text,
        bpm=_option_value("--bpm", options.bpm, field_values.bpm, "128 or 127.5"),
        key=_option_value("--key", options.key, _key, "Am, 'A Minor' or 8A"),
        duration_s=_option_value(
            "--duration", options.duration, field_values.seconds, "6:24 or 384"
        ),
        isrc=options.isrc,
    )
    settings = settings_from(options)
    with warnings_shown_on(err), sources_from(options, settings) as source:
        match = match_track(wanted, settings=settings, source=source)
    if options.json:
        show_json(match_document(match), out)
    elif options.explain:
        out.show(*(text_line(clean(text)) for text in match.explain().splitlines()))
    else:
        out.show(*match_table.one_track(match))
    return FAILURES if match.outcome == "failed" else DONE


def playlist(options: Namespace, out: Screen, err: Screen) -> int:
    """Match a playlist, show it and write it."""
    if options.list:
        return _list(options, out, err)
    folder = make_folder(options.out) if options.out else None
    figures = make_folder(options.metrics, "--metrics") if options.metrics else None
    tracks = PlaylistCommandRun(options.file, options.playlist, options.limit)
    settings = settings_from(options)
    with warnings_shown_on(err), sources_from(options, settings) as source:
        run = tracks.run(settings, err, "matching", options.journal, source)
    if folder:
        write_results(run.result, folder)
    file = write_metrics(run.result, options.file.stem, figures) if figures else ""
    if options.json:
        show_json(run.result.document(), out)
    else:
        out.show(*match_table.table(run.result.matches, out.width), text_line(""))
        show_summary(run.result, out)
        if folder:
            out.show(text_line(clean(files_written_text(folder))))
        if file:
            out.show(text_line(clean(f"Figures written to {file}")))
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
        err.show(text_line("This file is one playlist without a name: leave --playlist out."))
    return DONE


def settings_from(options: Namespace) -> MatchSettings:
    """The settings of a command: its options go before the environment, that before the file.

    Raises:
        SettingsError: One is out of range, or the file cannot be read.
    """
    settings = MatchSettings.load(options.settings) if options.settings else MatchSettings()
    settings = settings_from_environment(settings)
    given = settings.values()
    for name, option in (
        ("base_url", options.base_url),
        ("source", options.source),
        ("api_url", options.api_url),
        ("token_file", options.token_file),
        ("cache_path", options.cache),
    ):
        if option is not None:
            given[name] = option
    if getattr(options, "unpaced", False):
        given["requests_per_second"] = None
    elif getattr(options, "pace", None) is not None:
        given["requests_per_second"] = options.pace
    if getattr(options, "async_engine", False):
        given["async_io"] = settings.async_io.model_copy(update={"enabled": True})
    return MatchSettings(**given)


@contextmanager
def sources_from(
    options: Namespace, settings: MatchSettings
) -> Generator[Sequence[Source | Catalogue] | None, None, None]:
    """Whom a command asks: the catalogues it names, then Beatport where `--source` says so.

    `None` without a catalogue: what the settings say is asked, as ever.

    Raises:
        CatalogueError: A catalogue is missing or damaged.
        MisuseError: The extra `offline` is not installed, or an option is for asking Beatport,
            which is not to be asked.
    """
    if not options.catalogue:
        yield None
        return
    for option in ("base_url", "token_file", "api_url"):
        if getattr(options, option) is not None and options.source is None:
            raise MisuseError(
                f"--{option.replace('_', '-')} is for asking Beatport, which is asked after a "
                "--catalogue only where --source says what: web or api."
            )
    with ExitStack() as opened:
        catalogues = [opened.enter_context(Catalogue.open(path)) for path in options.catalogue]
        beatport = [beatport_source(settings)] if options.source else []
        yield [*catalogues, *beatport]


def make_folder(folder: Path, option: str = "--out") -> Path:
    """The folder that an option names, made before the work so that none is done in vain.

    Raises:
        MisuseError: It cannot be made.
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
        with _defer_sigint():
            result.to_json(folder / "results.json")
            result.to_csv(folder)
    except OSError as error:
        raise _output_error(folder, error) from None


def write_metrics(result: PlaylistMatch, name: str, folder: Path) -> str:
    """Write the analysis file, named after the playlist, and give its path.

    Raises:
        MisuseError: The file cannot be written.
    """
    try:
        with _defer_sigint():
            return export_performance_metrics_json(result.metrics, plain_name(name), folder)
    except OSError as error:
        raise _output_error(folder, error, "--metrics") from None


def files_written_text(folder: Path) -> str:
    """Where the results are, in one sentence."""
    return f"Written to {folder}: results.json; matches, review, candidates and queries as .csv"


def show_summary(result: PlaylistMatch, out: Screen) -> None:
    """The counts of a run, what failed and what could not be read."""
    out.show(
        *match_table.summary(result),
        *match_table.failures(result),
        *match_table.problems(result.problems),
    )


def report_interruption(run: Run, err: Screen, *, kept: bool = True) -> None:
    """Say that the run was broken off, and how far it came."""
    done = f"{len(run.result.matches):,} of {match_table.plural(run.wanted, 'track')}"
    err.show(text_line(f"Interrupted after {done}" + ("; what is done is kept." if kept else ".")))


def exit_code(run: Run) -> int:
    """The exit code that tells how a run ended."""
    if run.interrupted:
        return INTERRUPTED
    return FAILURES if run.result.failed else DONE


@contextmanager
def warnings_shown_on(err: Screen) -> Generator[None, None, None]:
    """Show what the library warns of, once the work is over and its progress out of the way."""
    remarks = _WarningCollector()
    logger.addHandler(remarks)
    try:
        yield
    finally:
        logger.removeHandler(remarks)
        err.show(*(text_line(clean(f"Note: {remark}.")) for remark in remarks.messages))


class _WarningCollector(logging.Handler):
    """Keeps the text of each warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _defer_sigint() -> Generator[None, None, None]:
    """Hold Ctrl-C off: an impatient second one must not leave half a file."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _output_error(folder: Path, error: Exception, option: str = "--out") -> MisuseError:
    why = getattr(error, "strerror", None) or error
    return MisuseError(f"{folder}: cannot hold the results ({why}); name another with {option}.")


def _option_value(
    option: str, written: str | None, read: Callable[[str | None], T | None], like: str
) -> T | None:
    """What an option says, where it is given; one that would count for nothing is refused."""
    value = read(written)
    if written is not None and value is None:
        raise MisuseError(f"{option} cannot be {written!r}: write it like {like}.")
    return value


def _key(written: str | None) -> str | None:
    return written if parse_key(written) else None


# MERGED A playlist run as the command line does it: progress shown, Ctrl-C keeps what is done.
@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run; `wanted` counts the tracks it was to match."""

    result: PlaylistMatch
    interrupted: bool
    wanted: int


class PlaylistCommandRun:
    """The tracks of a playlist file, read whole before anything is asked.

    So a file damaged at its end is refused before a request goes out, and every run over it has
    the same tracks.

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
        """Match the tracks; when interrupted, the result holds those that were finished."""
        finished: dict[int, Match] = {}
        session = RunClock(
            "async" if settings.async_io.enabled else "sync", settings, time.monotonic
        )
        try:
            with progress_on(screen, label, len(self.tracks)) as tell:

                def keep(progress: Progress) -> None:
                    finished[progress.place] = progress.match
                    tell(progress)

                result = match_playlist(
                    self.tracks,
                    settings=settings,
                    source=source,
                    on_progress=keep,
                    journal=journal,
                )
        except KeyboardInterrupt:
            result = build_result(finished, self._queue, (), session)
            return Run(result, interrupted=True, wanted=len(self.tracks))
        result = replace(result, problems=(*self._queue.problems, *result.problems))
        return Run(result, interrupted=False, wanted=len(self.tracks))
