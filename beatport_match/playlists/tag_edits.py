"""Copy an XML file with changes in some of its start tags; all other bytes stay the same.

The bytes are copied in pieces, so memory does not grow with the file. A tag is found by the offset
at which the XML parser met it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import IO

from beatport_match.errors import PlaylistError
from beatport_match.files.guarded_read import open_input
from beatport_match.files.text_reader import MAX_LINE_LENGTH, head
from beatport_match.playlists.xml_elements import Element

_READ_BYTES = 4 * 1024
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
# A quoted value may contain `>`, so the pattern skips quoted values as a whole.
_TAG = re.compile(rb"""<([^\s/>"'=]+)(?=[\s/>])(?:[^"'>]+|"[^"]*"|'[^']*')*+>""")
_ATTRIBUTE = re.compile(rb"""(\s+([^\s=]+)\s*=\s*)("[^"]*"|'[^']*')""")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class TagEdit:
    """A change of one start tag.

    Attributes:
        element: The element whose tag changes.
        changes: The new values of its attributes.
        content: XML that becomes the first content of the element.
        applied: Whether the tag was changed; `rewritten` sets it before it takes the next edit.
    """

    element: Element
    changes: Mapping[str, str]
    content: str = ""
    applied: bool = False


def rewritten(source: Path, edits: Iterable[TagEdit]) -> Iterator[bytes]:
    """Yield the bytes of a file with its edits, which must be in file order.

    Raises:
        PlaylistError: The file cannot be read, or a tag is not where the parser found it.
    """
    declared = _ENCODING.search(head(source)[:1024])
    encoding = declared[1].decode() if declared else "utf-8"
    position = 0
    with open_input(source, PlaylistError) as file:
        for edit in edits:
            yield from _read_pieces(file, edit.element.start - position)
            tag = _read_tag(file, source, edit.element)
            position = edit.element.start + len(tag)
            new_tag = rewrite_tag(tag, edit.changes, encoding, edit.content)
            edit.applied = new_tag != tag
            yield new_tag
        yield from iter(lambda: file.read(MAX_LINE_LENGTH), b"")


def rewrite_tag(tag: bytes, changes: Mapping[str, str], encoding: str, content: str = "") -> bytes:
    """Change or add attributes of a start tag, and add content; its other bytes stay the same.

    If the new tag would be longer than the parser accepts, the old tag is returned.
    """
    missing = dict(changes)

    def replace(attribute: re.Match[bytes]) -> bytes:
        value = missing.pop(attribute[2].decode("latin-1"), None)
        return attribute[0] if value is None else attribute[1] + _quoted(value, encoding)

    changed = _ATTRIBUTE.sub(replace, tag)
    is_empty = changed.endswith(b"/>")
    end = len(changed) - (2 if is_empty else 1)
    added = [b" %b=%b" % (name.encode(), _quoted(missing[name], encoding)) for name in missing]
    closing = changed[end:]
    if content and is_empty:
        name = _TAG.match(tag)
        closing = b"></%b>" % name[1] if name else closing
    changed = b"".join((changed[:end], *added))
    if len(changed) + len(closing) > MAX_LINE_LENGTH:
        return tag
    if not content:
        return changed + closing
    return b"".join((changed, b">", _encoded(content, encoding), closing[1:]))


def _read_pieces(file: IO[bytes], count: int) -> Iterator[bytes]:
    while count > 0 and (piece := file.read(min(count, MAX_LINE_LENGTH))):
        count -= len(piece)
        yield piece


def _read_tag(file: IO[bytes], source: Path, element: Element) -> bytes:
    """Read the start tag at this position; the file is then positioned after the tag."""
    data = b""
    while (piece := file.read(_READ_BYTES)) and len(data) < 2 * MAX_LINE_LENGTH:
        data += piece
        found = _TAG.match(data)
        if found and found[1] == element.name.encode():
            file.seek(found.end() - len(data), os.SEEK_CUR)
            return found[0]
    raise PlaylistError(
        f"{source}, line {element.line}: the tag {element.name} is not where the reader found it: "
        f"the file is UTF-16, or it changed during the run; export it again."
    )


def _quoted(value: str, encoding: str) -> bytes:
    return b'"%b"' % _encoded(escape(value), encoding)


def _encoded(text: str, encoding: str) -> bytes:
    return _NOT_XML.sub("\ufffd", text).encode(encoding, "xmlcharrefreplace")
