"""The commands `track` and `playlist`: from the options to the matches, and to the output.

Results go to standard output, progress and notes to standard error. A problem that the user can
correct raises a `BeatportMatchError`. Ctrl-C ends a playlist run, and the finished tracks are shown
and written.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from itertools import islice
from logging import WARNING
from logging.handlers import BufferingHandler
from os.path import isdir
from pathlib import Path
from typing import NamedTuple, TypeVar

from beatport_match._logging import logger
from beatport_match.catalogue import Catalogue
from beatport_match.cli.match_table import (
    SHOWN_OUTCOMES,
    command_text,
    plural,
    show_match,
    show_matches,
    show_result,
)
from beatport_match.cli.process import ExitCode, writing_to
from beatport_match.cli.progress import show_progress, show_row_count
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.engine.arguments import MissingOnly, as_track, is_present_path
from beatport_match.engine.beatport_source import beatport_source
from beatport_match.engine.matcher import Matcher
from beatport_match.engine.track_functions import match_track
from beatport_match.errors import Failure, MisuseError
from beatport_match.matching.sources import Source, Sources
from beatport_match.model.evidence import OUTCOMES
from beatport_match.model.keys import parse_key
from beatport_match.model.tracks import Track
from beatport_match.model.validation import clean_isrc
from beatport_match.parsing import field_values
from beatport_match.performance.files import export_performance_metrics_json, plain_name
from beatport_match.playlists import PlaylistProblem, list_playlists, read_playlist
from beatport_match.results import PlaylistMatch
from beatport_match.settings.environment import settings_from_environment
from beatport_match.settings.models import MatchSettings
from beatport_match.transport.sqlite_cache import require_cache_file
from beatport_match.transport.token_store import read_tokens

T = TypeVar("T")

# The file of decisions that `review` writes beside the results.
DECISIONS_NAME = "decisions.jsonl"

# The settings that options of the same name override.
OPTION_SETTINGS = (
    "base_url",
    "proxy",
    "source",
    "api_url",
    "token_file",
    "cache_path",
    "rate_limit_file",
    "max_offline_wait_s",
    "retry_failed",
)
_MAX_WARNINGS = 1000
WRITE_STEPS = "Next: beatport-match tag, enrich, wants or report; each has --help."


def track(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Match one track, show the match and return the exit code."""
    if not options.text.strip():
        raise MisuseError('TEXT must not be blank; write it like "Artist - Title (Mix)".')
    if is_present_path(options.text):
        raise MisuseError(
            f"{options.text}: is a file or folder and not one track; match it with "
            "`beatport-match playlist`."
        )
    local_track = replace(
        as_track(options.text),
        bpm=_option_value("--bpm", options.bpm, field_values.bpm, "128 or 127.5"),
        key=_option_value("--key", options.key, _key, "Am, 'A Minor' or 8A"),
        duration_s=_option_value(
            "--duration", options.duration, field_values.seconds, "6:24 or 384"
        ),
        isrc=_option_value("--isrc", options.isrc, _isrc, "GBABC2400001"),
    )
    settings = settings_from(options)
    with show_warnings(err), sources_from(options, settings) as source:
        match = match_track(
            local_track, settings=settings, source=source, decisions=options.decisions
        )
    if options.json:
        show_json(match.to_dict(), out)
    elif options.explain:
        out.show(*match.explain().splitlines())
    else:
        show_match(match, out)
    return ExitCode.FAILURES if match.outcome == "failed" else ExitCode.DONE


def playlist(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    """Match a playlist, show and write the result, and return the exit code."""
    if options.list:
        return _list(options, out, err)
    missing_only = _missing_only(options)
    folder = make_folder(options.out) if options.out else None
    metrics_folder = make_folder(options.metrics, "--metrics") if options.metrics else None
    with _reading_progress(options, err) as on_progress:
        tracks = PlaylistCommandRun(
            options.file,
            options.playlist,
            options.limit,
            encoding=options.encoding,
            tags=options.tags,
            on_progress=on_progress,
        )
    settings = settings_from(options)
    decisions = options.decisions or _decisions_in(folder, err)
    with show_warnings(err), sources_from(options, settings) as source:
        run = tracks.run(
            settings,
            err,
            "matching",
            options.journal,
            source,
            decisions,
            missing_only=missing_only,
        )
    if folder:
        write_results(run.result, folder)
    name = options.file.stem
    metrics_file = write_metrics(run.result, name, metrics_folder) if metrics_folder else None
    if options.json:
        show_json(run.result.document(), out)
    else:
        chosen = SHOWN_OUTCOMES[options.only] if options.only else frozenset(OUTCOMES)
        show_matches((one for one in run.result.matches if one.outcome in chosen), out)
        out.show("")
        show_result(run.result, out)
        if folder:
            out.show(files_written_text(folder))
            out.show(*_next_steps(run.result, options))
        if metrics_file:
            out.show(f"Metrics written to {metrics_file}")
    if run.interrupted:
        report_interruption(run, err, folder, options.journal)
    return exit_code(run)


def _decisions_in(folder: Path | None, err: Screen) -> Path | None:
    """Return the decisions of a review of earlier results in the output folder, with a note.

    Without them, the run would overwrite the reviewed results with undecided ones.
    """
    if folder is None or not (decisions := folder / DECISIONS_NAME).is_file():
        return None
    err.show(f"Note: the decisions in {decisions} are used; --decisions FILE names another file.")
    return decisions


def _next_steps(result: PlaylistMatch, options: Namespace) -> list[str]:
    """Return the next useful command: the review of doubtful tracks, or the writing."""
    if not result.review:
        return [WRITE_STEPS] if result.matched else []
    named = ("--decisions", options.decisions) if options.decisions else ()
    count = plural(len(result.review), "doubtful track")
    command = command_text("review", options.out / "results.json", *named)
    return [f"Decide the {count}: {command}"]


def _missing_only(options: Namespace) -> bool | Path:
    if options.results and not options.missing_only:
        raise MisuseError("--results only applies to --missing-only; add it.")
    if not options.missing_only:
        return False
    if not options.decisions or not (options.journal or options.results):
        raise MisuseError(
            "--missing-only needs --decisions FILE, and --journal FILE or --results FILE of the "
            "earlier run."
        )
    return options.results or True


def _reading_progress(
    options: Namespace, err: Screen
) -> AbstractContextManager[Callable[[int], None]]:
    """Show how many tracks were read if music files are opened, which takes long."""
    if options.tags or isdir(options.file):  # noqa: PTH112 - `Path` raises for an invalid path
        return show_row_count(err, "reading", "track")
    return nullcontext(lambda _count: None)


def _list(options: Namespace, out: Screen, err: Screen) -> ExitCode:
    names = list_playlists(options.file)
    if options.json:
        show_json(list(names), out)
        return ExitCode.DONE
    out.show(*names)
    if not names:
        err.show("This file is a single playlist without a name; omit --playlist.")
    return ExitCode.DONE


def settings_from(options: Namespace) -> MatchSettings:
    """Return the settings of a command.

    Options override environment variables, and these override the settings file.

    Raises:
        SettingsError: A setting is out of range, the settings file cannot be read, or the file of
        the cache is not a cache but, for example, a playlist.
    """
    settings = unchecked_settings(options)
    if settings.cache_path is not None:
        require_cache_file(settings.cache_path)
    return settings


def unchecked_settings(options: Namespace) -> MatchSettings:
    """Return the settings of a command, without checking the file of the cache.

    Raises:
        SettingsError: A setting is out of range, or the settings file cannot be read.
    """
    settings = MatchSettings.load(options.settings) if options.settings else MatchSettings()
    settings = settings_from_environment(settings)
    values = settings.values()
    for name in OPTION_SETTINGS:
        if (value := getattr(options, name, None)) is not None:
            values[name] = value
    if options.command == "playlist":
        if options.unpaced or options.pace is not None:
            values["requests_per_second"] = options.pace  # `None` is no rate limit
        if options.async_engine:
            values["async_io"] = settings.async_io.with_(enabled=True)
    return MatchSettings(**values)


@contextmanager
def sources_from(
    options: Namespace, settings: MatchSettings
) -> Generator[Sequence[Source | Catalogue] | None, None, None]:
    """Give the sources of a command: its catalogues, then Beatport if `--source` is given.

    Without a catalogue the value is `None`, and the settings name the source.

    Raises:
        CatalogueError: A catalogue is missing or damaged.
        MissingDependencyError: The extra `offline` is not installed.
        MisuseError: An option for requests to Beatport is given although the command sends none, or
            Beatport's API is searched without a token.
    """
    if options.source or not options.catalogue:
        _require_token(settings)
    if not options.catalogue:
        yield None
        return
    for option in ("base_url", "proxy", "token_file", "api_url"):
        if getattr(options, option) is not None and options.source is None:
            raise MisuseError(
                f"--{option.replace('_', '-')} only applies to requests to Beatport; with "
                "--catalogue, add --source web or --source api to search Beatport too."
            )
    with ExitStack() as opened:
        catalogues = [opened.enter_context(Catalogue.open(path)) for path in options.catalogue]
        beatport = [beatport_source(settings)] if options.source else []
        yield [*catalogues, *beatport]


def _require_token(settings: MatchSettings) -> None:
    """Reject a run that would fail for every track, because it has no token for the API."""
    if settings.source == "api" and isinstance(token := read_tokens(settings), Failure):
        raise MisuseError(
            f"{token.detail.rstrip('.')}; on the command line, name the file with --token-file."
        )


class Run(NamedTuple):
    """The result of a playlist run; `total` is the number of tracks in the playlist."""

    result: PlaylistMatch
    interrupted: bool
    total: int


class PlaylistCommandRun:
    """The tracks of a playlist file, and runs over them.

    The whole file is read before the first request. A file that is damaged at its end is therefore
    rejected before a request is sent, and every run has the same tracks. `on_progress` is that of
    `read_playlist`.

    Raises:
        PlaylistError: The file cannot be read.
    """

    def __init__(
        self,
        path: Path,
        name: str | None,
        limit: int | None = None,
        *,
        encoding: str | None = None,
        tags: bool = False,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        self._problems: list[PlaylistProblem] = []
        tracks = read_playlist(
            path,
            name,
            encoding=encoding,
            tags=tags,
            on_problem=self._problems.append,
            on_progress=on_progress,
        )
        self.tracks: tuple[Track, ...] = tuple(islice(tracks, limit))

    def run(
        self,
        settings: MatchSettings,
        screen: Screen,
        label: str,
        journal: Path | None = None,
        source: Sources | None = None,
        decisions: Path | None = None,
        *,
        missing_only: MissingOnly = False,
    ) -> Run:
        """Match the tracks; after Ctrl-C the result has the finished ones."""
        interrupted = False
        try:
            with (
                show_progress(screen, label, len(self.tracks)) as show,
                Matcher(
                    settings, source=source, decisions=decisions, missing_only=missing_only
                ) as matcher,
            ):
                result = matcher.match_playlist(self.tracks, on_progress=show, journal=journal)
        except KeyboardInterrupt as interrupt:
            partial: PlaylistMatch | None = getattr(interrupt, "partial", None)
            if partial is None:  # before the run began
                raise
            result, interrupted = partial, True
        result = replace(result, problems=(*self._problems, *result.problems))
        return Run(result, interrupted, total=len(self.tracks))


def make_folder(folder: Path, option: str = "--out") -> Path:
    """Make the folder that an option names; commands do this before the first request.

    Raises:
        OutputError: The folder cannot be made.
    """
    with writing_to(folder, option, is_folder=True):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_results(result: PlaylistMatch, folder: Path) -> None:
    """Write the results as JSON and CSV.

    Raises:
        OutputError: A file cannot be written.
    """
    with writing_to(folder, "--out", is_folder=True):
        result.to_json(folder / "results.json")
        result.to_csv(folder)


def write_metrics(result: PlaylistMatch, name: str, folder: Path, option: str = "--metrics") -> str:
    """Write the metrics file, named after the playlist, and return its path.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing_to(folder, option, is_folder=True):
        return export_performance_metrics_json(result.metrics, plain_name(name), folder)


def files_written_text(folder: Path) -> str:
    """Return a sentence with the names of the result files."""
    return f"Written to {folder}: results.json, and matches, review, candidates and queries as .csv"


def report_interruption(
    run: Run, err: Screen, folder: Path | None, journal: Path | None = None
) -> None:
    """Show how many tracks are finished, where they are kept, and how to resume."""
    done = f"{len(run.result.matches):,} of {plural(run.total, 'track')}"
    written = f"; they are written to {folder}" if folder else ""
    resume = "; the same command resumes" if journal else ""
    if not written and not resume:
        resume = "; give --journal FILE to resume next time"
    err.show(f"Interrupted after {done}{written}{resume}.")


def exit_code(run: Run) -> ExitCode:
    """Return the exit code of a run."""
    if run.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILURES if run.result.failed else ExitCode.DONE


@contextmanager
def show_warnings(err: Screen) -> Generator[None, None, None]:
    """Show the library's warnings at the end of the block, below the progress display."""
    collector = BufferingHandler(_MAX_WARNINGS)
    collector.setLevel(WARNING)
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        err.show(*(f"Note: {record.getMessage()}." for record in collector.buffer))


def _option_value(
    option: str, text: str | None, parse: Callable[[str | None], T | None], examples: str
) -> T | None:
    """Return the parsed value of an option; reject a text that cannot be parsed."""
    value = parse(text)
    if text is not None and value is None:
        raise MisuseError(f"{option} cannot be {text!r}; write it like {examples}.")
    return value


def _isrc(text: str | None) -> str | None:
    return text if clean_isrc(text) else None


def _key(text: str | None) -> str | None:
    return text if parse_key(text) else None
