"""The command `enrich`: write the matches of a results file into a copy of a library.

The command sends no request and starts no matcher.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import cast

from beatport_match.cli.match_table import NOTATIONS
from beatport_match.cli.process import ExitCode
from beatport_match.cli.terminal import Screen, show_json
from beatport_match.playlists import Enrichment, enrich_library
from beatport_match.playlists.enrichment_values import LibraryField
from beatport_match.playlists.read import detect_format
from beatport_match.results import PlaylistMatch

_REKORDBOX_STEPS = """\
To update the collection of Rekordbox:
1. Choose the new file under Preferences > Advanced > Database > rekordbox xml > Imported Library. \
Open the playlist "{playlist}" in the tree under "rekordbox xml".
2. Select all its tracks and choose "Import To Collection" in their menu. Do not import \
the whole file: since version 5.6.1, Rekordbox then does not change the tracks that it has."""
_TRAKTOR_STEPS = """\
To update the collection of Traktor: close Traktor, keep a copy of its collection.nml, and put the \
new file in its place, under the name collection.nml."""


def enrich(options: Namespace, out: Screen, err: Screen) -> ExitCode:  # noqa: ARG001
    """Write the enriched library, show what was written, and return the exit code."""
    results = PlaylistMatch.from_json(options.results)
    names = [name.strip() for name in (options.overwrite or "").split(",")]
    overwrite = cast("list[LibraryField]", [name for name in names if name])
    report = enrich_library(
        options.library,
        results.matches,
        options.out,
        overwrite=overwrite,
        notation=options.notation,
        playlist=options.playlist or None,
    )
    if options.json:
        show_json(asdict(report), out)
    else:
        out.show(*_lines(report))
    return ExitCode.DONE


def _lines(report: Enrichment) -> list[str]:
    lines = [str(report)]
    if report.enriched:
        lines.append(f"Keys are written as {NOTATIONS[report.notation]}.")
    if report.playlist:
        lines += _REKORDBOX_STEPS.format(playlist=report.playlist).splitlines()
    elif report.enriched and detect_format(Path(report.path)) == "traktor":
        lines.append(_TRAKTOR_STEPS)
    return lines
