"""Parse the XML of a Rekordbox export element by element, with limits.

Expat receives the file in pieces and no tree is built, so memory does not grow with the file. No
real export contains a DOCTYPE (and with it entities), a token over 64 KiB, elements nested more
than 64 deep, or more than 4,096 different names. A file with one of these is rejected before it can
use much memory or time. `rekordbox_reader` interprets the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate, errors

from beatport_match.errors import PlaylistError
from beatport_match.files.text_reader import MAX_LINE_LENGTH, chunks

ROOT = "DJ_PLAYLISTS"
_REMEDY = "export it again from Rekordbox (File > Export Collection in xml format)"
# The file may come from another program, such as Traktor.
_OTHER_XML_REMEDY = "export an M3U or CSV playlist, or give a Rekordbox collection export (XML)"
MAX_DEPTH = 64
# The format has about forty names of elements and attributes. Expat keeps each name that it parses
# in memory, so their number is limited.
MAX_DISTINCT_NAMES = 4096
# Python would use any codec that a file names, and some codecs do more than map bytes.
_ENCODINGS = {
    *("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "iso-8859-15"),
    *(f"windows-125{number}" for number in range(9)),
}
_TRUNCATED = {
    errors.codes[errors.XML_ERROR_NO_ELEMENTS],
    errors.codes[errors.XML_ERROR_UNCLOSED_TOKEN],
    errors.codes[errors.XML_ERROR_PARTIAL_CHAR],
    errors.codes[errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
}


class Element(NamedTuple):
    """A start tag; `depth` is 1 for the root, `parent` is the name of the enclosing element.

    `start` is the offset of its first byte in the file.
    """

    name: str
    parent: str
    depth: int
    attributes: dict[str, str]
    line: int
    start: int


def elements(file: Path, wanted: frozenset[tuple[str, str]]) -> Iterator[Element]:
    """Yield the elements of a Rekordbox export whose `(parent, name)` is wanted, in file order.

    Raises:
        PlaylistError: The file is not well-formed, is truncated, is not a Rekordbox export, or
            exceeds a limit. Raised after the elements before that place.
    """
    scan = _Scanner(file, wanted)
    for chunk in chunks(file):
        yield from scan.feed(chunk)
    yield from scan.feed(b"", last=True)


class _Scanner:
    """One pass of expat over one file."""

    def __init__(self, file: Path, wanted: frozenset[tuple[str, str]]) -> None:
        self._file, self._wanted = file, wanted
        self._open: list[str] = []
        self._found: list[Element] = []
        self._fed_bytes = 0
        self._parser = ParserCreate()
        self._parser.XmlDeclHandler = self._on_declaration
        self._parser.StartDoctypeDeclHandler = self._on_doctype
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        # Newer versions of expat delay the parsing of long tokens to save time. The limit on tokens
        # makes this unnecessary.
        if hasattr(self._parser, "SetReparseDeferralEnabled"):
            self._parser.SetReparseDeferralEnabled(False)  # noqa: FBT003 - expat's own signature

    def feed(self, chunk: bytes, *, last: bool = False) -> Iterator[Element]:
        failure: PlaylistError | None = None
        try:
            self._parser.Parse(chunk, last)
            self._fed_bytes += len(chunk)
            self._check_limits()
        except ExpatError as error:
            failure = self._malformed(error)
        except PlaylistError as error:
            failure = error
        found, self._found = self._found, []
        yield from found
        if failure:
            raise failure

    def _check_limits(self) -> None:
        if self._fed_bytes - self._parser.CurrentByteIndex > MAX_LINE_LENGTH:
            raise self._not_an_export(f"one tag or comment is longer than {MAX_LINE_LENGTH} bytes")
        if len(self._parser.intern) > MAX_DISTINCT_NAMES:
            raise self._not_an_export(
                f"it has more than {MAX_DISTINCT_NAMES} names of elements and attributes"
            )

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        if not parent and name != ROOT:
            raise self._not_an_export(f"its root is <{name[:50]}>, not <{ROOT}>", _OTHER_XML_REMEDY)
        if len(self._open) == MAX_DEPTH:
            raise self._not_an_export(f"its elements are nested more than {MAX_DEPTH} deep")
        self._open.append(name)
        if (parent, name) in self._wanted:
            line, start = self._parser.CurrentLineNumber, self._parser.CurrentByteIndex
            self._found.append(Element(name, parent, len(self._open), attributes, line, start))

    def _on_end(self, name: str) -> None:  # noqa: ARG002 - expat checks the name
        self._open.pop()

    def _on_declaration(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002
        if encoding and encoding.lower() not in _ENCODINGS:
            raise self._not_an_export(
                f"it declares the encoding {encoding[:50]!r}, which is not supported"
            )

    def _on_doctype(self, *_: object) -> None:
        raise self._not_an_export("it has a DOCTYPE")

    def _not_an_export(self, why: str, remedy: str = _REMEDY) -> PlaylistError:
        line = self._parser.CurrentLineNumber
        return PlaylistError(
            f"{self._file}, line {line}: is not a Rekordbox export: {why}; {remedy}."
        )

    def _malformed(self, error: ExpatError) -> PlaylistError:
        place = f"{self._file}, line {error.lineno}"
        if error.code in _TRUNCATED:
            return PlaylistError(f"{place}: the file ends before it is complete; {_REMEDY}.")
        why = ErrorString(error.code)
        if error.code == errors.codes[errors.XML_ERROR_INVALID_TOKEN]:
            why += ", or bytes that are not in the encoding it declares"
        return PlaylistError(f"{place}: is not well-formed XML ({why}); {_REMEDY}.")
