"""The options, subcommands and help texts of the command line.

`tests/docs/generated.py --write` copies the help texts to docs/command-line.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, get_args

from beatport_match._version import __version__
from beatport_match.cli.completion import SHELLS, PrintCompletion
from beatport_match.errors import MisuseError
from beatport_match.model.keys import KeyNotation

MAX_LATENCY_S = 10.0
# The search of `probe` and `doctor`: a common word, so that Beatport has tracks for it.
PROBE_QUERY = "undertow"

_EXAMPLE_TRACK = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"


class _Parser(argparse.ArgumentParser):
    """A parser of one command. Its options are written as in the help, such as `--cache FILE`.

    `examples` are arguments of the command; the help ends with them.
    """

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.examples = tuple(f"{self.prog} {arguments}".rstrip() for arguments in examples)

    def format_help(self) -> str:
        """Return the help text. argparse itself would join the examples into one paragraph."""
        lines = ["", "examples:", *(f"  {example}" for example in self.examples), ""]
        return super().format_help() + ("\n".join(lines) if self.examples else "")

    def error(self, message: str) -> NoReturn:
        """Raise `MisuseError` where argparse would print its usage and exit."""
        raise MisuseError(f"{message}; see `{self.prog} --help`.")

    def value(self, usage: str, help_text: str, **options: Any) -> None:
        """Add an option or an argument with a value."""
        name, metavar = usage.split()
        self.add_argument(name, metavar=metavar, help=help_text, **options)

    def path(self, usage: str, help_text: str, **options: Any) -> None:
        """Add an option or an argument that names a file or a folder."""
        self.value(usage, help_text, type=Path, **options)

    def flag(self, name: str, help_text: str, **options: Any) -> None:
        """Add an option without a value."""
        self.add_argument(name, action="store_true", help=help_text, **options)


_AddParser: TypeAlias = Callable[..., _Parser]


def new_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line with all subcommands."""
    parser = _Parser(
        prog="beatport-match",
        description="Find local tracks on Beatport: the right version, a confidence for each "
        "answer, few requests.",
        epilog="Exit codes: 0 done, 1 finished with failures, 2 usage error, 130 interrupted.",
        examples=(
            "demo",
            "playlist collection.xml --playlist Sets/Friday --out results/",
            "playlist --help",
        ),
    )
    parser.add_argument("--version", action="version", version=f"beatport-match {__version__}")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print the completion script of this shell (needs the extra cli), and exit",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands.add_parser)
    _add_track(commands.add_parser)
    _add_playlist(commands.add_parser)
    _add_review(commands.add_parser)
    _add_decisions_command(commands.add_parser)
    _add_enrich(commands.add_parser)
    _add_tag(commands.add_parser)
    _add_catalogue(commands.add_parser)
    _add_wants(commands.add_parser)
    _add_report(commands.add_parser)
    _add_analyze(commands.add_parser)
    _add_probe(commands.add_parser)
    _add_doctor(commands.add_parser)
    return parser


def _add_demo(add_parser: _AddParser) -> None:
    demo = add_parser(
        "demo",
        help="match a messy collection against a fake Beatport on this machine",
        description="Match a bundled messy collection, sync and async, against a fake Beatport on "
        "this machine. No request leaves the machine; all music is invented.",
        examples=("", "--latency 0.05 --only review"),
    )
    latency = "delay of each answer of the fake (default: %(default)s)"
    demo.value("--latency SECONDS", latency, type=_latency, default=0.2)
    demo.value("--playlist NAME", "match only this playlist of the collection")
    out = "write the results to this folder, as JSON and CSV (default: %(default)s)"
    demo.path("--out DIR", out, default=Path("output", "demo"))
    demo.flag("--all", "show all tracks, not only those to look at and some samples")
    _add_only(demo)
    _add_json(demo)


def _add_track(add_parser: _AddParser) -> None:
    track = add_parser(
        "track",
        help="match one track",
        description="Match one track. More details, such as the length, give a better answer.",
        examples=(
            f'"{_EXAMPLE_TRACK}" --duration 6:25 --explain',
            f'"{_EXAMPLE_TRACK}" --catalogue pool.catalogue --json',
        ),
    )
    track.value("text TEXT", 'the track: "Artist - Title (Mix)"')
    track.flag("--explain", "show the score breakdown")
    track.value("--bpm N", "tempo in beats per minute")
    track.value("--key KEY", "musical key, such as Am, 'A Minor' or 8A")
    track.value("--duration M:SS", "length, as M:SS or in seconds")
    track.value("--isrc CODE", "International Standard Recording Code")
    _add_decisions(track)
    _add_cache_and_rate_limit(track)
    _add_settings(track)
    _add_json(track)


def _add_playlist(add_parser: _AddParser) -> None:
    playlist = add_parser(
        "playlist",
        help="match a playlist, a library or a folder of music",
        description="Match every track of a playlist. Ctrl-C ends the run and keeps the finished "
        "tracks. With --journal, the finished tracks are also kept after a crash.",
        examples=(
            "collection.xml --list",
            "collection.xml --playlist Sets/Friday --out results/ --metrics metrics/",
            "collection.xml --async --limit 10 --journal all.journal --cache beatport.cache",
        ),
    )
    playlist.path(
        "file FILE", "playlist (M3U, CSV, text …), library of a DJ program, or folder of music"
    )
    playlist.value("--playlist NAME", "`Folder/Name` in a library (default: all tracks)")
    playlist.flag("--tags", "fill in missing values from the tags of the music files")
    playlist.value("--encoding NAME", "encoding of a text file, such as windows-1250")
    playlist.flag("--list", "list the playlists in the file and match nothing")
    playlist.value("--limit N", "match only the first N tracks", type=_count)
    playlist.path("--out DIR", "write the results to this folder, as JSON and CSV")
    _add_only(playlist)
    playlist.path("--metrics DIR", "write the time measurements to this folder, for `analyze`")
    playlist.path(
        "--journal FILE",
        "record each finished track in this file; a later run with the same file resumes",
    )
    _add_decisions(playlist)
    playlist.flag(
        "--missing-only",
        "ask only for tracks that an earlier run did not find, 1, 2, 4 … 32 days after each miss; "
        "needs --decisions, and --journal or --results",
    )
    playlist.path("--results FILE", "the results.json of the earlier run, for --missing-only")
    _add_cache_and_rate_limit(playlist)
    playlist.flag("--async", "match several tracks at the same time", dest="async_engine")
    rate = playlist.add_mutually_exclusive_group()
    rate.add_argument(
        "--pace", type=float, metavar="R", help="maximum number of requests per second (default: 5)"
    )
    rate.add_argument(
        "--unpaced", action="store_true", help="no rate limit; only for a server of your own"
    )
    playlist.value(
        "--offline-wait SECONDS",
        "wait up to this time for the network to come back (default: 0)",
        type=float,
        dest="max_offline_wait_s",
    )
    playlist.value(
        "--retry-failed N",
        "try failed tracks again up to N times at the end of the run (default: 1)",
        type=int,
    )
    _add_settings(playlist)
    _add_json(playlist)


def _add_review(add_parser: _AddParser) -> None:
    review = add_parser(
        "review",
        help="decide the doubtful tracks of a results file, one at a time",
        description="Show each track that needs review with its candidates, and read one key: "
        "y accept, 1-6 accept that candidate, n none of them, s skip, u undo, o open the page, "
        "j/k mark another candidate, q quit. Each decision is written at once, so the next review "
        "resumes. Without a terminal, each line of standard input is one key.",
        examples=("results/results.json", "results/results.json --html review/"),
    )
    review.path("file RESULTS", "the results.json that `playlist --out` wrote; it is updated")
    review.path(
        "--decisions FILE",
        "the file of decisions (default: decisions.jsonl beside RESULTS)",
    )
    review.path(
        "--html DIR",
        "write review.html to this folder, a page to decide about the tracks in a browser, and ask "
        "nothing",
    )


def _add_decisions_command(add_parser: _AddParser) -> None:
    command = add_parser(
        "decisions",
        help="show, merge and export a file of decisions",
        description="Show how many decisions a file holds. Decisions that cannot be read are left "
        "out and reported; the exit code is then 1.",
        examples=("results/decisions.jsonl", "all.jsonl --add results/decisions.jsonl"),
    )
    command.path("file FILE", "the file of decisions; --add creates it")
    command.path(
        "--add FILE",
        "add the decisions of this file: .csv, or a file of decisions; repeat the option for more",
        action="append",
    )
    command.path("--to-csv FILE", "write all decisions to this CSV file", dest="to_csv")
    _add_json(command)


def _add_enrich(add_parser: _AddParser) -> None:
    enrich = add_parser(
        "enrich",
        help="write keys, labels, years and remixers into a copy of a library",
        description="Write the accepted matches of a run into a copy of a Rekordbox export (XML) "
        "or a Traktor collection (NML). Blank values are filled in; the rest of the file stays the "
        "same, byte for byte. No request is sent.",
        examples=(
            "collection.xml --results results/results.json --out enriched.xml",
            "collection.xml --results results/results.json --out new.xml --overwrite key,label",
        ),
    )
    enrich.path("library LIBRARY", "the library that was matched")
    enrich.path("--results FILE", "the results.json that `playlist --out` wrote", required=True)
    enrich.path("--out FILE", "the new library; the file must not exist yet", required=True)
    enrich.value(
        "--overwrite FIELDS",
        "also replace existing values of these fields: any of key, label, year, remixer and mix, "
        "separated by commas",
    )
    enrich.add_argument(
        "--notation",
        choices=get_args(KeyNotation),
        help="how keys are written: Am, 8A or 1m (default: as in most of the library)",
    )
    enrich.value(
        "--playlist NAME",
        "name of the new playlist with the changed tracks, in Rekordbox (default: %(default)s)",
        default="Beatport",
    )
    _add_json(enrich)


def _add_tag(add_parser: _AddParser) -> None:
    tag = add_parser(
        "tag",
        help="write Beatport's values into the tags of your music files",
        description="Show which tags of the matched files would change; write them with --write. "
        "Only blank fields are filled. The audio stays equal bit for bit, and --undo restores the "
        "old files.",
        examples=("collection.xml --results results/results.json",),
    )
    tag.path("source PATH", "the folder, playlist or library that was matched", nargs="?")
    tag.path("--results FILE", "the results.json of `playlist --out`")
    tag.flag("--write", "write the changes; without it nothing is written")
    tag.path(
        "--backup FILE",
        "store the old tags in this file (default: a new file beside the results)",
    )
    tag.path("--undo BACKUP", "restore the files of this backup")
    tag.value(
        "--fields FIELDS",
        "the fields to write, such as key,bpm (default: key, bpm, label, date, genre, remixer, "
        "isrc, catalog_number, beatport_id, url); year is the year without the day",
        type=_names,
    )
    tag.value(
        "--overwrite FIELDS",
        "the fields that replace a present value, such as key,label (default: none)",
        type=_names,
        default=(),
    )
    tag.add_argument(
        "--notation",
        choices=get_args(KeyNotation),
        help="how keys are written: Am, 8A or 1m (default: as in most of the files)",
    )
    _add_json(tag)


def _add_catalogue(add_parser: _AddParser) -> None:
    catalogue = add_parser(
        "catalogue",
        help="build an offline catalogue from your own rows, change it, or show what it contains",
        description="Build and change an offline catalogue. `track` and `playlist` search it with "
        "--catalogue.",
    )
    actions = catalogue.add_subparsers(dest="action", required=True, metavar="ACTION")
    summaries = {
        "build": "build a catalogue from rows",
        "update": "add rows and replace the rows with the same ids",
        "remove": "remove rows by their ids",
        "info": "show the number of rows, the size, and the version that built it",
    }
    left_out = "Rows that cannot be read are left out and reported; the exit code is then 1."
    details = {
        "build": "A catalogue that already exists at PATH is replaced when the new one is "
        f"complete. {left_out}",
        "update": f"The update is applied completely or not at all. {left_out}",
        "remove": "An id that is not in the catalogue is reported and is not an error.",
        "info": "It also verifies that the catalogue is complete.",
    }
    examples = {
        "build": "pool.jsonl mine.catalogue",
        "update": "new.jsonl mine.catalogue",
        "remove": "mine.catalogue 1040 1041",
        "info": "mine.catalogue",
    }
    for name, summary in summaries.items():
        description = f"{summary.capitalize()}. {details[name]}"
        action = actions.add_parser(
            name, help=summary, description=description, examples=(examples[name],)
        )
        if name in {"build", "update"}:
            action.path("rows ROWS", "the rows: .jsonl or .csv (each also as .gz), or .parquet")
        action.path("path PATH", "the folder of the catalogue")
        if name == "remove":
            action.value("ids ID", "the id of a row", type=_count, nargs="+")
        _add_json(action)


def _add_wants(add_parser: _AddParser) -> None:
    wants = add_parser(
        "wants",
        help="write lists of the tracks to buy and of the missing ones",
        description="Write lists from the results of a run: Beatport links of the found tracks "
        "(wants.html, wants.txt), the tracks that are not on Beatport or only in another version "
        "(missing.csv), and M3U playlists of your found, unsure and missing files. No request is "
        "sent.",
        examples=("results/results.json --out wants/",),
    )
    _add_results(wants)
    wants.path("--out DIR", "write the lists to this folder", required=True)
    _add_json(wants)


def _add_report(add_parser: _AddParser) -> None:
    report = add_parser(
        "report",
        help="write a page that shows what was found and what Beatport adds",
        description="Write one HTML page from the results of a run: how many tracks were found, "
        "the keys, tempos, labels and years before and after, and links. No request is sent.",
        examples=("results/results.json --html report.html",),
    )
    _add_results(report)
    report.path("--html FILE", "write the page to this file", required=True)


def _add_results(parser: _Parser) -> None:
    parser.path("file RESULTS", "the results.json that `playlist --out` wrote")


def _add_analyze(add_parser: _AddParser) -> None:
    analyze = add_parser(
        "analyze",
        help="show where the time of a run goes, and whether async is worth it",
        description="Report on a metrics file that `playlist --metrics` wrote. No request is sent.",
        examples=("metrics/*.json", "metrics/*.json --html speed.html"),
    )
    analyze.path("file METRICS", "the metrics file (JSON)")
    analyze.path(
        "--compare FILE", "compare with the metrics file of a run in the other mode (sync or async)"
    )
    analyze.path(
        "--html FILE", "write the report with charts to this file, as one self-contained HTML page"
    )
    _add_json(analyze)


def _add_probe(add_parser: _AddParser) -> None:
    probe = add_parser(
        "probe",
        help="show how Beatport's search page can be read today, for a bug report",
        description="Send one search to Beatport's web pages and show how its page can be read: "
        "where the data is, its shape, the number of tracks, and the expected fields that are "
        "missing. The output has no personal data. The exit code is 1 if the page cannot be read.",
        examples=("", "--save page.html"),
    )
    probe.value("--query TEXT", "the search (default: %(default)s)", default=PROBE_QUERY)
    probe.path("--save FILE", "write the page to this file, without tokens and your address")
    _add_web_settings(probe)
    _add_json(probe)


def _add_doctor(add_parser: _AddParser) -> None:
    doctor = add_parser(
        "doctor",
        help="show versions, settings and files, and what does not work, for a bug report",
        description="Show the versions of Python and of the packages, the proxy, each setting that "
        "is not the default and where it comes from, and whether the given files can be used. No "
        "request is sent without --online. The output has no tokens, and paths in your home folder "
        "begin with ~. The exit code is 1 if something does not work.",
        examples=("", "--online --cache beatport.cache"),
    )
    doctor.flag("--online", "also send one search to Beatport's web pages, without a retry")
    _add_web_settings(doctor)
    _add_token_file(doctor)
    _add_cache_and_rate_limit(doctor)
    doctor.path("--decisions FILE", "check this file of decisions")
    doctor.path("--journal FILE", "check this journal")
    _add_json(doctor)


def _add_web_settings(parser: _Parser) -> None:
    parser.path(
        "--settings FILE",
        "settings file, TOML or JSON; environment variables (BEATPORT_MATCH_…) override it, and "
        "options override both",
    )
    parser.value(
        "--base-url URL",
        "send requests to this URL instead of Beatport's site, for example to a fake",
    )
    parser.value(
        "--proxy URL",
        "send requests through this proxy (default: those of the environment, such as HTTPS_PROXY)",
    )


def _add_settings(parser: _Parser) -> None:
    _add_web_settings(parser)
    parser.add_argument(
        "--source",
        choices=("web", "api"),
        help="search Beatport's web pages (web, the default) or its API (api, needs an account); "
        "with --catalogue, search Beatport for the tracks whose outcome is not `matched` after the "
        "catalogues",
    )
    parser.path(
        "--catalogue PATH",
        "search this offline catalogue, and Beatport only if --source is also given; repeat the "
        "option to search several catalogues in order",
        action="append",
    )
    _add_token_file(parser)
    parser.value(
        "--api-url URL",
        "send API requests to this URL instead of Beatport's API, for example to a fake",
    )


def _add_token_file(parser: _Parser) -> None:
    parser.path("--token-file FILE", "file with the user's API tokens, as JSON")


def _add_decisions(parser: _Parser) -> None:
    parser.path(
        "--decisions FILE",
        "file of earlier decisions: accepted candidates are the answer without a request, rejected "
        "ones are not proposed, and tracks that are not found are noted",
    )


def _add_cache_and_rate_limit(parser: _Parser) -> None:
    parser.path(
        "--cache FILE",
        "store Beatport's answers in this file and use them in later runs",
        dest="cache_path",
    )
    parser.path(
        "--rate-limit-file FILE",
        "share the rate limit with the other programs on this machine that name the same file",
    )


def _add_only(parser: _Parser) -> None:
    parser.add_argument(
        "--only",
        choices=("matched", "review", "missing"),
        help="show only these tracks; `missing` are those that were not found or failed",
    )


def _add_json(parser: _Parser) -> None:
    parser.flag("--json", "write one JSON document to standard output instead of text")


def _latency(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (seconds := float(text)) <= MAX_LATENCY_S:
            return seconds
    raise argparse.ArgumentTypeError(f"must be from 0 to {MAX_LATENCY_S:g} seconds, not {text!r}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _count(text: str) -> int:
    with suppress(ValueError):
        if (count := int(text)) >= 1:
            return count
    raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, not {text!r}")
