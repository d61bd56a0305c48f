"""The options, subcommands and help texts of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TypeAlias

from beatport_match._version import __version__
from beatport_match.errors import MisuseError

_AddParser: TypeAlias = Callable[..., argparse.ArgumentParser]

MAX_LATENCY_S = 10.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise MisuseError(f"{message}; see `{self.prog} --help`.")


def new_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="beatport-match",
        description="Find local tracks on Beatport: the right version, honest about doubt.",
        epilog="Exit codes: 0 done, 1 finished with failures, 2 misuse, 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"beatport-match {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands.add_parser)
    _add_track(commands.add_parser)
    _add_playlist(commands.add_parser)
    _add_catalogue(commands.add_parser)
    _add_analyze(commands.add_parser)
    return parser


def _add_demo(add_parser: _AddParser) -> None:
    demo = add_parser(
        "demo",
        help="see it work: a messy collection against a fake Beatport on this machine",
        description="Match a bundled messy collection, sync and async, against a fake Beatport "
        "on the loopback. Nothing leaves this machine; all music in it is invented.",
        allow_abbrev=False,
    )
    demo.add_argument(
        "--latency",
        type=_latency,
        default=0.2,
        metavar="SECONDS",
        help="how long the fake takes for an answer (default: %(default)s)",
    )
    demo.add_argument("--playlist", metavar="NAME", help="only this playlist of the collection")
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("output", "demo"),
        metavar="DIR",
        help="where the results go, as JSON and CSV (default: %(default)s)",
    )
    _add_json(demo)


def _add_track(add_parser: _AddParser) -> None:
    track = add_parser(
        "track",
        help="match one track",
        description="Match one track. What else you know of it makes the answer surer.",
        allow_abbrev=False,
    )
    track.add_argument("text", metavar="TEXT", help='the track: "Artist - Title (Mix)"')
    track.add_argument("--explain", action="store_true", help="show the evidence, line by line")
    track.add_argument("--bpm", metavar="N", help="beats per minute")
    track.add_argument("--key", metavar="KEY", help="such as Am, 'A Minor' or 8A")
    track.add_argument("--duration", metavar="M:SS", help="length, also in seconds")
    track.add_argument("--isrc", metavar="CODE", help="International Standard Recording Code")
    _add_cache(track)
    _add_settings(track)
    _add_json(track)


def _add_playlist(add_parser: _AddParser) -> None:
    playlist = add_parser(
        "playlist",
        help="match a playlist: Rekordbox XML, M3U/M3U8 or CSV",
        description="Match every track of a playlist. Ctrl-C keeps what is done; with --journal "
        "so does whatever else ends the run.",
        allow_abbrev=False,
    )
    playlist.add_argument("file", type=Path, metavar="FILE", help="Rekordbox XML, M3U/M3U8 or CSV")
    playlist.add_argument(
        "--playlist", metavar="NAME", help="`Folder/Name` in a Rekordbox file (default: all tracks)"
    )
    playlist.add_argument("--list", action="store_true", help="only list the playlists in the file")
    playlist.add_argument("--limit", type=_count, metavar="N", help="only the first N tracks")
    playlist.add_argument(
        "--out", type=Path, metavar="DIR", help="write the results there, as JSON and CSV"
    )
    playlist.add_argument(
        "--metrics", type=Path, metavar="DIR", help="write there where the time went, for `analyze`"
    )
    playlist.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        help="write each finished track there; a later run goes on where this one stopped",
    )
    _add_cache(playlist)
    playlist.add_argument(
        "--async", action="store_true", dest="async_engine", help="match several tracks at once"
    )
    pace = playlist.add_mutually_exclusive_group()
    pace.add_argument("--pace", type=float, metavar="R", help="requests per second (default: 5)")
    pace.add_argument(
        "--unpaced", action="store_true", help="as fast as it goes; for servers of your own"
    )
    _add_settings(playlist)
    _add_json(playlist)


def _add_catalogue(add_parser: _AddParser) -> None:
    catalogue = add_parser(
        "catalogue",
        help="build an offline catalogue of your own rows, change it, or see what is in it",
        description="An offline catalogue is searched by `track` and `playlist` with --catalogue.",
        allow_abbrev=False,
    )
    actions = catalogue.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, what, more in (
        ("build", "build a catalogue out of rows", "What stands at PATH stays until it is whole."),
        ("update", "add rows, and replace those of the same id", "All of it counts, or nothing."),
    ):
        action = actions.add_parser(
            name,
            help=what,
            description=f"{what.capitalize()}. {more} Rows that cannot be read are left out and "
            "told of; then the exit code is 1.",
            allow_abbrev=False,
        )
        action.add_argument(
            "rows",
            type=Path,
            metavar="ROWS",
            help=".jsonl or .csv, either also as .gz, or .parquet",
        )
        _add_path(action)
    remove = actions.add_parser("remove", help="remove rows by their ids", allow_abbrev=False)
    _add_path(remove)
    remove.add_argument("ids", type=_count, nargs="+", metavar="ID", help="the id of a row")
    info = actions.add_parser(
        "info",
        help="say how many rows it has, how large it is and what built it",
        allow_abbrev=False,
    )
    _add_path(info)
    for action in actions.choices.values():
        _add_json(action)


def _add_path(action: argparse.ArgumentParser) -> None:
    action.add_argument("path", type=Path, metavar="PATH", help="the catalogue's folder")


def _add_analyze(add_parser: _AddParser) -> None:
    analyze = add_parser(
        "analyze",
        help="say where a run's time went, and whether async is worth it",
        description="Read a file that `playlist --metrics` wrote. Nothing is asked of Beatport.",
        allow_abbrev=False,
    )
    analyze.add_argument("file", type=Path, metavar="METRICS", help="a metrics file, as JSON")
    analyze.add_argument(
        "--compare", type=Path, metavar="FILE", help="the other run: one of the two sync, one async"
    )
    analyze.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page with pictures, which needs no network",
    )
    _add_json(analyze)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="settings, as TOML or JSON; the environment (BEATPORT_MATCH_…) and options go before",
    )
    parser.add_argument("--base-url", metavar="URL", help="another Beatport, such as a fake one")
    parser.add_argument(
        "--source",
        choices=("web", "api"),
        help="Beatport's web pages (the default), or its API, for users with an account; with "
        "--catalogue, what is asked for the tracks that no catalogue has a match for",
    )
    parser.add_argument(
        "--catalogue",
        type=Path,
        action="append",
        metavar="PATH",
        help="look in this offline catalogue, and ask Beatport only where --source is given; may "
        "be given several times, to be looked in one after the other",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="the user's tokens for the API, as JSON"
    )
    parser.add_argument("--api-url", metavar="URL", help="another API, such as a fake one")


def _add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help="keep Beatport's answers there for later runs"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="write one JSON document to stdout instead"
    )


def _latency(written: str) -> float:
    with suppress(ValueError):
        if 0 <= (seconds := float(written)) <= MAX_LATENCY_S:
            return seconds
    raise argparse.ArgumentTypeError(
        f"must be from 0 to {MAX_LATENCY_S:g} seconds, not {written!r}"
    )


def _count(written: str) -> int:
    with suppress(ValueError):
        if (count := int(written)) >= 1:
            return count
    raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {written!r}")
