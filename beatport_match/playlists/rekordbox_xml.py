"""The XML of a Rekordbox export, element by element, and guarded.

Expat is fed piece by piece and no tree is built, so memory does not grow with the file. What no
export holds is refused before it can cost anything: a DOCTYPE (and with it every entity), a token
over 64 KiB, deep nesting, endlessly many names. What the elements mean is `rekordbox`'s business.
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
MAX_DEPTH = 64
# The format has some forty names of elements and attributes; expat keeps each one it ever saw.
MAX_DISTINCT_NAMES = 4096
# Python would look up any codec that a file names, and some of them do more than map bytes.
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
    """A start tag; `depth` is 1 for the root, `parent` the name of the element around it.

    `start` is the place of its first byte in the file.
    """

    name: str
    parent: str
    depth: int
    attributes: dict[str, str]
    line: int
    start: int


def elements(file: Path, wanted: frozenset[tuple[str, str]]) -> Iterator[Element]:
    """The elements of a Rekordbox export whose `(parent, name)` is wanted, in file order.

    Raises:
        PlaylistError: When iteration comes to the place where the file is not well-formed, ends
            too soon, is not Rekordbox's, or is refused; the elements before it have been given.
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
        self._fed = 0
        self._parser = ParserCreate()
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        # Newer expats put off long tokens to save time; the limit below does that better.
        if hasattr(self._parser, "SetReparseDeferralEnabled"):
            self._parser.SetReparseDeferralEnabled(False)  # noqa: FBT003 - expat's own signature

    def feed(self, chunk: bytes, *, last: bool = False) -> Iterator[Element]:
        trouble: PlaylistError | None = None
        try:
            self._parser.Parse(chunk, last)
            self._fed += len(chunk)
            self._check_limits()
        except ExpatError as error:
            trouble = self._malformed(error)
        except PlaylistError as error:
            trouble = error
        found, self._found = self._found, []
        yield from found
        if trouble:
            raise trouble

    def _check_limits(self) -> None:
        if self._fed - self._parser.CurrentByteIndex > MAX_LINE_LENGTH:
            raise self._refused(f"one tag or comment is longer than {MAX_LINE_LENGTH} bytes")
        if len(self._parser.intern) > MAX_DISTINCT_NAMES:
            raise self._refused(
                f"it has more than {MAX_DISTINCT_NAMES} names of elements and attributes"
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        if not parent and name != ROOT:
            raise self._refused(f"its root is <{name[:50]}>, not <{ROOT}>")
        if len(self._open) == MAX_DEPTH:
            raise self._refused(f"its elements are nested more than {MAX_DEPTH} deep")
        self._open.append(name)
        if (parent, name) in self._wanted:
            line, start = self._parser.CurrentLineNumber, self._parser.CurrentByteIndex
            self._found.append(Element(name, parent, len(self._open), attributes, line, start))

    def _end(self, name: str) -> None:  # noqa: ARG002 - expat has checked that it is the open one
        self._open.pop()

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002
        if encoding and encoding.lower() not in _ENCODINGS:
            raise self._refused(f"it declares the encoding {encoding[:50]!r}, which is not read")

    def _doctype(self, *_: object) -> None:
        raise self._refused("it has a DOCTYPE")

    def _refused(self, why: str) -> PlaylistError:
        line = self._parser.CurrentLineNumber
        return PlaylistError(
            f"{self._file}, line {line}: is not a Rekordbox export: {why}; {_REMEDY}."
        )

    def _malformed(self, error: ExpatError) -> PlaylistError:
        place = f"{self._file}, line {error.lineno}"
        if error.code in _TRUNCATED:
            return PlaylistError(f"{place}: the file ends before it is complete; {_REMEDY}.")
        why = ErrorString(error.code)
        if error.code == errors.codes[errors.XML_ERROR_INVALID_TOKEN]:
            why += ", or bytes that are not in the encoding it declares"
        return PlaylistError(f"{place}: is not well-formed XML ({why}); {_REMEDY}.")
