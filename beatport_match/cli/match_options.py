"""The options of the commands that send requests: demo, track, playlist, probe and doctor."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from beatport_match.cli.options import AddParser, CommandParser, add_json, whole_number

MAX_LATENCY_S = 10.0
# The search of `probe` and `doctor`: a common word, so that Beatport has tracks for it.
PROBE_QUERY = "undertow"

_EXAMPLE_TRACK = "Kestrel Dobbs - Borrowed Umbrella (Harrow Vint Remix)"


def add_demo(add_parser: AddParser) -> None:
    """Add the command `demo`."""
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
    demo.flag("--all", "show all tracks, not only the doubtful ones and some samples")
    _add_only(demo)
    add_json(demo)


def add_track(add_parser: AddParser) -> None:
    """Add the command `track`."""
    track = add_parser(
        "track",
        help="match one track",
        description="Match one track. More details, such as the length, give a better answer.",
        examples=(
            f'"{_EXAMPLE_TRACK}" --duration 6:25 --explain',
            f'"{_EXAMPLE_TRACK}" --catalogue pool.catalogue --json',
        ),
    )
    track.value(
        "text TEXT", 'the track: "Artist - Title (Mix)", or the URL of its page on Beatport'
    )
    track.flag("--explain", "show the score breakdown")
    track.value("--bpm N", "tempo in beats per minute")
    track.value("--key KEY", "musical key, such as Am, 'A Minor' or 8A")
    track.value("--duration M:SS", "length, as M:SS or in seconds")
    track.value("--isrc CODE", "International Standard Recording Code")
    _add_decisions(track)
    _add_cache_and_rate_limit(track)
    _add_settings(track)
    add_json(track)


def add_playlist(add_parser: AddParser) -> None:
    """Add the command `playlist`."""
    playlist = add_parser(
        "playlist",
        help="match a playlist, a library or a folder of music",
        description="Match every track of a playlist. Ctrl-C ends the run, and the finished tracks "
        "are shown and written. With --journal they are also kept after a crash, and the same "
        "command resumes.",
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
    playlist.value("--limit N", "match only the first N tracks", type=whole_number)
    playlist.path(
        "--out DIR",
        "write the results to this folder, as JSON and CSV; decisions.jsonl in it, which `review` "
        "writes, is used without --decisions",
    )
    _add_only(playlist)
    playlist.path("--metrics DIR", "write the time measurements to this folder, for `analyze`")
    playlist.path(
        "--journal FILE",
        "record each finished track in this file; a later run with the same file resumes",
    )
    _add_decisions(playlist)
    playlist.flag(
        "--missing-only",
        "search only for tracks that an earlier run did not find, 1, 2, 4 … 32 days after each "
        "miss; needs --decisions, and --journal or --results",
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
    add_json(playlist)


def add_probe(add_parser: AddParser) -> None:
    """Add the command `probe`."""
    probe = add_parser(
        "probe",
        help="show how Beatport's search page can be read today, for a bug report",
        description="Send one search to Beatport's web pages and show how its page can be read: "
        "where the data is, its shape, the number of tracks, and the expected fields that are "
        "missing. The output has no personal data. The exit code is 1 if the page cannot be read.",
        examples=("", "--save page.html"),
    )
    probe.value("--query TEXT", "the search (default: %(default)s)", default=PROBE_QUERY)
    probe.path("--save FILE", "write the page to this file, without tokens and your IP address")
    _add_web_settings(probe)
    add_json(probe)


def add_doctor(add_parser: AddParser) -> None:
    """Add the command `doctor`."""
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
    doctor.path("--token-file FILE", "check this file with the user's API tokens")
    doctor.path("--cache FILE", "check this cache", dest="cache_path")
    doctor.path("--rate-limit-file FILE", "check this file of a shared rate limit")
    doctor.path("--decisions FILE", "check this file of decisions")
    doctor.path("--journal FILE", "check this journal")
    add_json(doctor)


def _add_web_settings(parser: CommandParser) -> None:
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


def _add_settings(parser: CommandParser) -> None:
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


def _add_token_file(parser: CommandParser) -> None:
    parser.path("--token-file FILE", "file with the user's API tokens, as JSON")


def _add_decisions(parser: CommandParser) -> None:
    parser.path(
        "--decisions FILE",
        "file of earlier decisions: accepted candidates are the answer without a request, rejected "
        "ones are not proposed, and tracks that are not found are recorded",
    )


def _add_cache_and_rate_limit(parser: CommandParser) -> None:
    parser.path(
        "--cache FILE",
        "store Beatport's answers in this file and use them in later runs",
        dest="cache_path",
    )
    parser.path(
        "--rate-limit-file FILE",
        "share the rate limit with the other programs on this machine that name the same file",
    )


def _add_only(parser: CommandParser) -> None:
    parser.add_argument(
        "--only",
        choices=("matched", "review", "missing"),
        help="show only these tracks; `missing` are those that were not found or failed",
    )


def _latency(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (seconds := float(text)) <= MAX_LATENCY_S:
            return seconds
    raise argparse.ArgumentTypeError(f"must be from 0 to {MAX_LATENCY_S:g} seconds, not {text!r}")


MATCH_COMMANDS = (add_demo, add_track, add_playlist)
DIAGNOSTIC_COMMANDS = (add_probe, add_doctor)
