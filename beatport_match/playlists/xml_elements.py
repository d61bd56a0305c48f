"""Parse the XML of a DJ program element by element, with limits.

Expat receives the file in pieces and no tree is built, so memory does not grow with the file. No
real export contains its own entities, a token over 64 KiB, elements nested more than 64 deep, or
more than 4,096 different names. A file with one of these is rejected before it can use much memory
or time. The only DOCTYPE that is accepted is the reference to Apple's definition in an iTunes
library; the definition is not loaded. The readers of the formats interpret the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate, errors

from beatport_match.errors import PlaylistError
from beatport_match.files.text_reader import MAX_LINE_LENGTH, chunks

# The file may come from a program whose XML is not read.
_OTHER_XML_REMEDY = "export an M3U or CSV playlist, or give a Rekordbox collection export (XML)"
MAX_ELEMENT_DEPTH = 64
# A format has at most a hundred names of elements and attributes. Expat keeps each name that it
# parses in memory, so their number is limited.
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


@dataclass(frozen=True, slots=True)
class XmlFormat:
    """An XML format of a program.

    Attributes:
        root: The name of the root element.
        name: The format in a sentence, such as `a Rekordbox export`.
        remedy: What the user can do if the file is damaged.
        texts: The elements whose text is wanted.
        doctype: The public identifier of the DOCTYPE that may come before the root, or `None`.
    """

    root: str
    name: str
    remedy: str
    texts: frozenset[str] = frozenset()
    doctype: str | None = None

    def check_root(self, file: Path) -> None:
        """Check the root element of a file.

        Raises:
            PlaylistError: The file cannot be read or has another root.
        """
        next(elements(file, self, frozenset({("", self.root)})), None)


class Element(NamedTuple):
    """A start tag; `depth` is 1 for the root, `parent` is the name of the enclosing element.

    `start` is the offset of its first byte in the file. An element whose text is wanted is given at
    its end tag, with its `text`.
    """

    name: str
    parent: str
    depth: int
    attributes: dict[str, str]
    line: int
    start: int
    text: str = ""


class _RootReached(Exception):  # noqa: N818 - no error: it ends the parsing
    """The name of the root element is known, or only the full scan can decide."""


def root_of(head: bytes) -> str:
    """Return the name of the root element from the first bytes of a file, or `""`.

    A DOCTYPE gives the name too. Nothing after it is parsed, because it may declare entities.
    """
    root = ""

    def on_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            raise _RootReached

    def on_name(name: str, *_: object) -> None:
        nonlocal root
        root = name
        raise _RootReached

    parser = ParserCreate()
    parser.XmlDeclHandler = on_declaration
    parser.StartDoctypeDeclHandler = on_name
    parser.StartElementHandler = on_name
    with suppress(_RootReached, ExpatError):  # the reader of the format reports the damage
        parser.Parse(head, False)  # noqa: FBT003 - expat's own signature
    return root


def elements(
    file: Path, xml_format: XmlFormat, wanted: frozenset[tuple[str, str]]
) -> Iterator[Element]:
    """Yield the elements of a file whose `(parent, name)` is wanted, in file order.

    Raises:
        PlaylistError: The file is not well-formed, is truncated, has another format, or exceeds a
            limit. Raised after the elements before that place.
    """
    scan = _Scanner(file, xml_format, wanted)
    for chunk in chunks(file):
        yield from scan.feed(chunk)
    yield from scan.feed(b"", last=True)


def grouped(
    file: Path, xml_format: XmlFormat, entry: tuple[str, str], children: frozenset[str]
) -> Iterator[tuple[Element, dict[str, Element]]]:
    """Yield the elements `entry` (parent and name), each with its children of the given names.

    Raises:
        PlaylistError: As `elements`.
    """
    wanted = frozenset({entry, *((entry[1], name) for name in children)})
    current: tuple[Element, dict[str, Element]] | None = None
    for element in elements(file, xml_format, wanted):
        if (element.parent, element.name) == entry:
            if current:
                yield current
            current = element, {}
        elif current and element.depth == current[0].depth + 1:
            # Elements of the same names elsewhere in the file, such as playlists, are deeper.
            current[1].setdefault(element.name, element)
    if current:
        yield current


class _Scanner:
    """One pass of expat over one file."""

    def __init__(
        self, file: Path, xml_format: XmlFormat, wanted: frozenset[tuple[str, str]]
    ) -> None:
        self._file, self._format, self._wanted = file, xml_format, wanted
        self._open: list[str] = []
        self._found: list[Element] = []
        self._fed_bytes = 0
        self._parser = ParserCreate()
        self._parser.XmlDeclHandler = self._on_declaration
        self._parser.StartDoctypeDeclHandler = self._on_doctype
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.SkippedEntityHandler = self._on_entity
        self._unfinished: Element | None = None
        self._text: list[str] = []
        self._text_length = 0
        if xml_format.texts:
            self._parser.CharacterDataHandler = self._on_text
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
            raise self._rejected(f"one tag or comment is longer than {MAX_LINE_LENGTH} bytes")
        if len(self._parser.intern) > MAX_DISTINCT_NAMES:
            raise self._rejected(
                f"it has more than {MAX_DISTINCT_NAMES} names of elements and attributes"
            )

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        if not parent and name != self._format.root:
            raise self._rejected(
                f"its root is <{name[:50]}>, not <{self._format.root}>", _OTHER_XML_REMEDY
            )
        if len(self._open) == MAX_ELEMENT_DEPTH:
            raise self._rejected(f"its elements are nested more than {MAX_ELEMENT_DEPTH} deep")
        self._open.append(name)
        if (parent, name) in self._wanted:
            line, start = self._parser.CurrentLineNumber, self._parser.CurrentByteIndex
            element = Element(name, parent, len(self._open), attributes, line, start)
            if name in self._format.texts:
                self._unfinished, self._text, self._text_length = element, [], 0
            else:
                self._found.append(element)

    def _on_end(self, name: str) -> None:
        self._open.pop()
        if self._unfinished and name == self._unfinished.name:
            self._found.append(self._unfinished._replace(text="".join(self._text)))
            self._unfinished = None

    def _on_text(self, text: str) -> None:
        if not self._unfinished:
            return
        self._text_length += len(text)
        if self._text_length > MAX_LINE_LENGTH:
            raise self._rejected(f"one text is longer than {MAX_LINE_LENGTH} characters")
        self._text.append(text)

    def _on_declaration(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002
        if encoding and encoding.lower() not in _ENCODINGS:
            raise self._rejected(
                f"it declares the encoding {encoding[:50]!r}, which is not supported"
            )

    def _on_doctype(
        self,
        name: str,  # noqa: ARG002 - the root element is checked
        system_id: str | None,  # noqa: ARG002 - it is not loaded
        public_id: str | None,
        has_internal_subset: bool,  # noqa: FBT001 - expat's own signature
    ) -> None:
        # An internal subset can declare entities.
        if has_internal_subset or public_id is None or public_id != self._format.doctype:
            raise self._rejected("it has a DOCTYPE")

    def _on_entity(self, name: str, is_parameter: bool) -> None:  # noqa: ARG002, FBT001
        raise self._rejected(f"it uses the entity {name[:50]!r}")

    def _rejected(self, why: str, remedy: str = "") -> PlaylistError:
        line, what = self._parser.CurrentLineNumber, self._format.name
        remedy = remedy or self._format.remedy
        return PlaylistError(f"{self._file}, line {line}: is not {what}: {why}; {remedy}.")

    def _malformed(self, error: ExpatError) -> PlaylistError:
        place, remedy = f"{self._file}, line {error.lineno}", self._format.remedy
        if error.code in _TRUNCATED:
            return PlaylistError(
                f"{place}: the file ends before it is complete; {self._format.remedy}."
            )
        why = ErrorString(error.code)
        if error.code == errors.codes[errors.XML_ERROR_INVALID_TOKEN]:
            why += ", or bytes that are not in the encoding it declares"
        return PlaylistError(f"{place}: is not well-formed XML ({why}); {remedy}.")
