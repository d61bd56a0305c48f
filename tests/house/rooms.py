"""The plan of the house: every module, the room it stands in, and what it may import.

Rooms stand from the bottom up. A row reads `module: package modules | other families`; a module
that is not on the plan cannot be added unseen. What every module may import is `FURNITURE`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import beatport_match

# The package that is under test, which is the wheel's where the source folder is gone.
PACKAGE = Path(beatport_match.__file__).parent
FURNITURE = frozenset(
    "__future__ collections contextlib dataclasses functools itertools types typing".split()
)

PLAN = {
    "ground": """
        drafts: | os pathlib shutil tempfile
        settings_files: drafts | inspect json pathlib re textwrap tomllib
    """,
    "values": """
        _version:
        errors:
        keys: | re
        tracks: errors | math
        wire: errors tracks | urllib
        sources: errors wire
        metrics: | datetime pydantic
        ledger: tracks
        settings: _version errors settings_files tracks | pathlib pydantic
    """,
    "judgement": """
        text: | re unicodedata
        vocabulary:
        weights:
        spelling: rarity | rapidfuzz re
        rarity:
        versions: spelling text vocabulary | rapidfuzz re
        noise: text vocabulary | rapidfuzz re
        titles: noise text versions vocabulary | re
        readings: keys noise spelling text titles tracks versions vocabulary | re
        interpretations: keys readings text titles tracks versions | re
        undivided: interpretations keys noise readings text tracks versions vocabulary
        comparisons: rarity readings spelling vocabulary | rapidfuzz
        mixes: comparisons readings spelling versions
        scoring: comparisons interpretations ledger mixes readings text tracks undivided | math
        confidence: comparisons ledger rarity readings scoring settings tracks weights | math
        changes: confidence ledger settings titles tracks | math
    """,
    "talk": """
        matches: changes errors ledger metrics settings tracks wire
        queries: interpretations rarity readings text titles tracks | re
        pace: errors wire
        exchange: errors wire | email urllib
        conversation: confidence errors ledger matches queries readings scoring settings sources
            tracks wire
        beatport: beatport.addresses beatport.api beatport.web
        beatport.fields: | datetime unicodedata
        beatport.addresses: beatport.fields errors | re unicodedata urllib
        beatport.pages: beatport.fields errors wire | json parsel
        beatport.records: beatport.addresses beatport.fields keys tracks
        beatport.web: beatport.addresses beatport.fields beatport.pages beatport.records errors
            wire | re
        beatport.api: beatport.addresses beatport.fields beatport.pages beatport.records errors
            wire | json
        beatport.tokens: beatport.api beatport.fields errors wire | datetime json math
    """,
    "record": """
        measuring: errors matches metrics wire | datetime math pydantic
        analysis: errors metrics | math
        report: analysis metrics | textwrap
        pictures: measuring metrics | html math
        report_page: analysis metrics pictures report | html
    """,
    "files": """
        playlists: errors playlists.delimited playlists.enriching playlists.m3u playlists.problems
            playlists.recognition playlists.rekordbox tracks | os pathlib
        playlists.problems:
        playlists.fields: tracks | re urllib
        playlists.opening: errors | io pathlib stat
        playlists.elements: errors playlists.opening | pathlib xml
        playlists.delimited: errors playlists.fields playlists.opening playlists.problems tracks
            | csv pathlib re
        playlists.m3u: playlists.fields playlists.opening playlists.problems tracks | pathlib re
        playlists.rekordbox: errors playlists.elements playlists.fields playlists.problems tracks
            | pathlib unicodedata
        playlists.attributes: keys playlists.fields playlists.opening tracks | html re
        playlists.enriching: drafts errors matches playlists.elements playlists.attributes
            playlists.opening playlists.rekordbox tracks | os pathlib re
        playlists.recognition: errors playlists.delimited playlists.fields playlists.opening
            | pathlib re
        results: drafts ledger matches metrics playlists tracks | csv json pathlib
    """,
    "shelves": """
        catalogue: catalogue.opened catalogue.problems catalogue.rows
        catalogue.words: text tracks
        catalogue.rows: keys playlists.fields tracks | datetime math re
        catalogue.problems:
        catalogue.parquet: errors | pathlib pyarrow
        catalogue.files: catalogue.parquet errors | csv gzip json os pathlib
            pydantic_core zlib
        catalogue.soundness: | json pathlib struct zlib
        catalogue.complaints: errors | pathlib
        catalogue.engine: catalogue.complaints catalogue.soundness catalogue.words errors readings
            tracks
            | importlib pathlib pydantic tantivy
        catalogue.folder: errors | json pathlib shutil tempfile
        catalogue.building: catalogue.complaints catalogue.engine catalogue.files catalogue.folder
            catalogue.problems catalogue.rows errors tracks | pathlib
        catalogue.opened: catalogue.building catalogue.complaints catalogue.engine catalogue.files
            catalogue.folder catalogue.problems catalogue.source errors readings tracks | os pathlib
        catalogue.source: errors readings tracks wire | pathlib
    """,
    "hands": """
        _log: | logging
        _tokens: _log beatport.tokens drafts errors settings wire | time
        _packing: tracks wire | math operator pydantic re zlib
        _cache: _log _packing _version wire | os pathlib sqlite3 stat threading time
        _memory: _cache _packing settings wire | anyio threading time
        _journal: _log _version errors matches playlists.problems settings sources tracks weights
            | hashlib json os pathlib pydantic pydantic_core re sys msvcrt fcntl
        _pacing: _log errors pace settings wire | threading
        _environment: errors settings | os tomllib
        _drive: errors exchange wire | anyio
        _bodies: errors | zlib
        _lanes: | anyio httpx
        _http: _bodies _lanes errors settings wire | anyio httpx inspect time
        _runs: _pacing beatport errors matches measuring metrics playlists results settings sources
            tracks wire | datetime os pathlib
        _metrics_files: errors metrics | datetime json os pathlib pydantic re secrets
        _stream: matches | anyio asyncio contextvars sys
        _line: _http _memory _pacing _runs _tokens errors settings wire
            | httpx random threading time
        _aline: _http _lanes _memory _pacing _runs _tokens errors settings wire | anyio random
        _sync: _bridge _drive _http _journal _line _runs conversation matches results settings
            sources tracks | time
        _async: _aline _drive _http _journal _runs _stream conversation matches results settings
            sources tracks | anyio
        _bridge: _async _http _journal _runs errors results settings sources wire | anyio asyncio
        _functions: _async _http _journal _runs _stream _sync matches results settings sources
            tracks
    """,
    "testing": """
        testing: testing.catalogue testing.demo testing.fake testing.faults testing.shop
            testing.tokens testing.transport testing.visits
        testing.api: testing.catalogue testing.faults testing.search testing.tokens
            testing.v4_envelope testing.v4_groups testing.v4_shape | urllib
        testing.catalogue: errors keys | datetime importlib json
        testing.demo: | importlib json pathlib
        testing.detail_shape: testing.catalogue testing.identities testing.traits
        testing.envelope: testing.translations | html json
        testing.fake: testing.catalogue testing.faults testing.server testing.shop testing.tokens
            testing.transport testing.visits
        testing.faults: errors testing.envelope testing.identities testing.v4_envelope | gzip
        testing.groups: testing.catalogue testing.identities testing.search testing.search_shape
            testing.traits
        testing.identities: errors keys | hashlib re unicodedata
        testing.pages: testing.catalogue testing.envelope testing.identities testing.traits
            | html urllib
        testing.search: | hashlib math re unicodedata
        testing.search_shape: testing.catalogue testing.identities testing.traits
        testing.server: testing.faults testing.visits | http socket struct sys threading
        testing.shop: testing.api testing.catalogue testing.detail_shape testing.envelope
            testing.faults testing.groups testing.pages testing.search testing.search_shape
            testing.tokens testing.traits testing.v4_envelope testing.v4_shape | urllib
        testing.tokens: errors | threading
        testing.traits: testing.catalogue testing.identities
        testing.translations:
        testing.transport: testing.faults testing.visits | anyio httpx time
        testing.v4_envelope: | json
        testing.v4_groups: testing.catalogue testing.groups testing.pages testing.v4_shape
        testing.v4_shape: testing.catalogue testing.identities testing.traits
        testing.visits: testing.faults testing.identities testing.shop testing.tokens | threading
    """,
    "command line": """
        _cells: | unicodedata
        _screen: _cells errors | errno json os rich shutil
        _table: _cells ledger matches playlists results tracks wire
        _progress: _runs _screen _table matches | os rich time
        _playlist_run: _functions _progress _runs _screen matches results settings sources tracks
            | pathlib time
        _commands: _cells _environment _functions _log _metrics_files _playlist_run _runs _screen
            _table catalogue errors keys playlists playlists.fields results settings sources tracks
            | argparse logging pathlib signal threading
        _catalogue: _cells _commands _progress _screen _table catalogue catalogue.folder
            | argparse pathlib signal threading
        _analyze: _cells _metrics_files _screen analysis drafts errors metrics report report_page
            | argparse pathlib
        _demo: _cells _commands _playlist_run _screen _table analysis matches metrics report results
            settings testing | argparse os
        cli: _analyze _catalogue _cells _commands _demo _screen _version errors
            | argparse pathlib sys
        __main__: cli | sys
    """,
    "front door": """
        __init__: _async _environment _functions _metrics_files _runs _stream _sync _version
            analysis catalogue changes confidence errors ledger matches metrics playlists report
            results settings sources titles tracks versions
    """,
}
CENTRE = ("values", "judgement", "talk", "record")


@dataclass(frozen=True)
class Row:
    """One module on the plan."""

    room: str
    package: frozenset[str]
    families: frozenset[str]


def rows() -> dict[str, Row]:
    """The plan, read."""
    read: dict[str, Row] = {}
    for room, text in PLAN.items():
        for line in _entries(text):
            module, _, imports = line.partition(":")
            package, _, families = imports.partition("|")
            assert module not in read, f"{module} stands on the plan twice"
            read[module] = Row(room, frozenset(package.split()), frozenset(families.split()))
    return read


def modules() -> dict[str, Path]:
    """The modules that there are, by name within the package."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        found[name] = path
    return found


def tree(path: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Everything a module imports, wherever in it, with the line: within functions and for type
    checkers alone as well. Package modules come as `beatport_match.name`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            assert node.level == 0, f"{path.name}:{node.lineno}: a relative import hides its arrow"
            for alias in node.names:
                within = origin == "beatport_match" or origin.startswith("beatport_match.")
                full = f"{origin}.{alias.name}"
                is_module = within and full.removeprefix("beatport_match.") in modules()
                yield (full if is_module else origin), node.lineno


def _entries(text: str) -> list[str]:
    """The rows of a room; a line without a colon goes on from the one before."""
    entries: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if ":" in line:
            entries.append(line)
        else:
            entries[-1] += f" {line}"
    return entries
