"""The options of the commands that work on files and send no request, such as review and tag."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from beatport_match.cli.options import AddParser, CommandParser, add_json, whole_number
from beatport_match.model.keys import KeyNotation


def add_review(add_parser: AddParser) -> None:
    """Add the command `review`."""
    review = add_parser(
        "review",
        help="decide about the doubtful tracks of a results file, one at a time",
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
    instead = review.add_mutually_exclusive_group()
    instead.add_argument(
        "--html",
        type=Path,
        metavar="DIR",
        help="instead of the review, write review.html to this folder: a page to decide about the "
        "tracks in a browser",
    )
    instead.add_argument(
        "--withdraw",
        metavar="TRACK",
        help="instead of the review, withdraw the decisions about the track whose name has this "
        "text; the next review shows the track again",
    )


def add_decisions_command(add_parser: AddParser) -> None:
    """Add the command `decisions`."""
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
    add_json(command)


def add_enrich(add_parser: AddParser) -> None:
    """Add the command `enrich`."""
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
    add_json(enrich)


def add_tag(add_parser: AddParser) -> None:
    """Add the command `tag`."""
    tag = add_parser(
        "tag",
        help="write Beatport's values into the tags of your music files",
        description="Show which tags of the matched files would change; write them with --write. "
        "Only blank fields are filled. The audio stays equal bit for bit, and --undo restores the "
        "old files.",
        examples=(
            "collection.xml --results results/results.json",
            "collection.xml --results results/results.json --write --backup old-tags.jsonl",
            "--undo old-tags.jsonl",
        ),
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
    add_json(tag)


def add_catalogue(add_parser: AddParser) -> None:
    """Add the command `catalogue`."""
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
            action.value("ids ID", "the id of a row", type=whole_number, nargs="+")
        add_json(action)


def add_wants(add_parser: AddParser) -> None:
    """Add the command `wants`."""
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
    add_json(wants)


def add_report(add_parser: AddParser) -> None:
    """Add the command `report`."""
    report = add_parser(
        "report",
        help="write a page that shows what was found and what Beatport adds",
        description="Write one HTML page from the results of a run: how many tracks were found, "
        "the keys, tempos, labels and years before and after, and links. No request is sent.",
        examples=("results/results.json --html report.html",),
    )
    _add_results(report)
    report.path("--html FILE", "write the page to this file", required=True)


def _add_results(parser: CommandParser) -> None:
    parser.path("file RESULTS", "the results.json that `playlist --out` wrote")


def add_analyze(add_parser: AddParser) -> None:
    """Add the command `analyze`."""
    analyze = add_parser(
        "analyze",
        help="show where the time of a run goes, and whether async saves time",
        description="Report on a metrics file that `playlist --metrics` wrote. If you give several "
        "files, the report is about the newest run. No request is sent.",
        examples=("metrics/*.json", "metrics/*.json --html speed.html"),
    )
    analyze.path("files METRICS", "the metrics file (JSON)", nargs="+")
    analyze.path(
        "--compare FILE", "compare with the metrics file of a run in the other mode (sync or async)"
    )
    analyze.path(
        "--html FILE", "write the report with charts to this file, as one self-contained HTML page"
    )
    add_json(analyze)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


FILE_COMMANDS = (
    add_review,
    add_decisions_command,
    add_enrich,
    add_tag,
    add_catalogue,
    add_wants,
    add_report,
    add_analyze,
)
