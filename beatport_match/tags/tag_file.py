"""Read and change the tags of one music file with mutagen (the extra `tags`).

mutagen is under the GPL (2 or later), so it is optional and imported only here. If programs use
different names, the library writes the name that most programs read, and reads all of them;
docs/tags.md has the table.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from beatport_match.errors import MissingDependencyError
from beatport_match.files.guarded_read import reason
from beatport_match.tags.audio_part import AudioKind, UnwritableFileError, id3_size, size_of

_ID3_TEXTS: dict[str, str] = {
    "key": "TKEY",
    "bpm": "TBPM",
    "label": "TPUB",
    "genre": "TCON",
    "remixer": "TPE4",
    "isrc": "TSRC",
    "catalog_number": "TXXX:CATALOGNUMBER",
    "beatport_id": "TXXX:BEATPORT_TRACK_ID",
    "url": "WOAS",
}
# The date is one frame in ID3v2.4. ID3v2.3 has the year, and the day and month as `DDMM`.
_ID3_DATES = ("TDRC", "TYER", "TDAT")
# The name in the standard; OneTagger and Picard write `LABEL`.
_VORBIS_LABEL = "ORGANIZATION"
_VORBIS_NAMES: dict[str, tuple[str, ...]] = {
    "key": ("INITIALKEY", "KEY"),
    "bpm": ("BPM", "TEMPO"),
    "label": ("LABEL", _VORBIS_LABEL, "PUBLISHER"),
    "date": ("DATE", "YEAR"),
    "genre": ("GENRE",),
    "remixer": ("REMIXER", "MIXARTIST"),
    "isrc": ("ISRC",),
    "catalog_number": ("CATALOGNUMBER",),
    "beatport_id": ("BEATPORT_TRACK_ID",),
    "url": ("WWWAUDIOSOURCE",),
}
_MP4_NAMES: dict[str, str] = {"bpm": "tmpo", "date": "\xa9day", "genre": "\xa9gen"}
_MP4_FREE_FORM = "----:com.apple.iTunes:"
_MP4_FREE_NAMES: dict[str, str] = {
    "key": "initialkey",
    "label": "LABEL",
    "remixer": "REMIXER",
    "isrc": "ISRC",
    "catalog_number": "CATALOGNUMBER",
    "beatport_id": "BEATPORT_TRACK_ID",
    "url": "WWWAUDIOSOURCE",
}
# ID3v2.3 has no UTF-8, so mutagen writes such a text in UTF-16.
_ENCODING = re.compile(r"encoding=<[^>]*>(?:, )?")


class TagFile(Protocol):
    """The tags of one open file."""

    def texts(self) -> dict[str, str]:
        """Return the present values; a field without one is absent."""
        ...

    def set(self, field: str, text: str) -> None:
        """Replace the value of a field."""
        ...

    def save(self, original: Path, draft: Path) -> None:
        """Write the original with the changed tags to an empty file."""
        ...

    def others(self, changed: Iterable[str]) -> Mapping[str, str]:
        """Describe all tags except those of the changed fields, to compare two files."""
        ...


def require_mutagen(what: str) -> None:
    """Check that the extra is installed.

    Raises:
        MissingDependencyError: It is not installed.
    """
    if find_spec("mutagen") is None:
        raise MissingDependencyError(
            f"{what} needs mutagen; run: pip install 'beatport-match[tags]'.", name="mutagen"
        )


def stored_text(kind: AudioKind, field: str, text: str) -> str:
    """Return a value as a kind of file stores it: the BPM of M4A is a whole number."""
    return str(int(float(text) + 0.5)) if kind == "m4a" and field == "bpm" else text


def open_tags(path: Path, kind: AudioKind) -> TagFile:
    """Read the tags of a file.

    Raises:
        UnwritableFileError: The tags are damaged.
    """
    with tag_errors("read"):
        if kind == "m4a":
            return _Mp4Tags(path)
        if kind in {"flac", "ogg"}:
            return _VorbisTags(path, kind)
        return _Id3Tags(path, kind)


@contextmanager
def tag_errors(action: str) -> Generator[None, None, None]:
    """Raise an `UnwritableFileError` for an error of mutagen; an `OSError` of the system passes.

    Args:
        action: What cannot be done, such as `read`.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a damaged file raises many kinds of errors
        # mutagen reports a full disk with its own error.
        for one in (error, error.__cause__, error.__context__):
            if isinstance(one, OSError) and one.errno:
                raise one from None
        detail = reason(error) or type(error).__name__
        raise UnwritableFileError(f"mutagen cannot {action} its tags, {detail}") from None


def _opened(path: Path, name: str, **options: Any) -> Any:
    """Open a file with mutagen, which types few of its functions; add tags if it has none."""
    from mutagen.aiff import AIFF
    from mutagen.flac import FLAC
    from mutagen.mp4 import MP4
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis
    from mutagen.wave import WAVE

    kinds: dict[str, Any] = {"aiff": AIFF, "wav": WAVE, "flac": FLAC, "m4a": MP4}
    file = (kinds | {"opus": OggOpus, "vorbis": OggVorbis})[name](path, **options)
    if file.tags is None:
        file.add_tags()
    return file


def _id3() -> Any:
    from mutagen import id3

    return id3


def _tags_of_id3v1(path: Path) -> Any:
    """Copy the values of an ID3v1 tag, because programs ignore it once there is an ID3v2 tag."""
    try:
        return _id3().ID3(path)
    except _id3().ID3NoHeaderError:
        return _id3().ID3()


def _pad_last_chunk(draft: Path) -> None:
    """Add the byte after a last chunk of odd length, which some programs leave out.

    Without it, mutagen would write the tag to a place where no program looks for it.
    """
    with draft.open("r+b") as file:
        if (size := size_of(file)) % 2 == 0:
            return
        order = "<I" if file.read(4) == b"RIFF" else ">I"
        (length,) = struct.unpack(order, file.read(4))
        if length + 8 == size:
            file.seek(4)
            file.write(struct.pack(order, length + 1))
        file.seek(size)
        file.write(b"\0")


class _Id3Tags:
    def __init__(self, path: Path, kind: AudioKind) -> None:
        self._head = b""
        # Without `translate`, the frames of ID3v2.3 stay as they are. An ID3v1 tag at the end must
        # not add to them.
        options = {"translate": False, "load_v1": False}
        self._in_chunk = kind != "mp3"
        if self._in_chunk:
            self._tags = _opened(path, kind, **options).tags
            has_tag = self._tags.size > 0
        else:
            with path.open("rb") as file:
                size = id3_size(file.read(10))
                file.seek(0)
                self._head = file.read(size)
            has_tag = size > 0
            self._tags = _id3().ID3(path, **options) if has_tag else _tags_of_id3v1(path)
        self._version: int = self._tags.version[1] if has_tag else 4
        if self._version == 2:
            # mutagen cannot write ID3v2.2.
            self._tags.update_to_v23()
            self._version = 3

    def texts(self) -> dict[str, str]:
        found = {name: self._text(frame) for name, frame in _ID3_TEXTS.items()}
        year, day_month = self._text("TYER"), self._text("TDAT")
        if re.fullmatch(r"[0-9]{4}", day_month) and re.fullmatch(r"[0-9]{4}", year):
            year = f"{year}-{day_month[2:]}-{day_month[:2]}"
        date = self._text("TDRC") or year
        found |= {"date": date, "year": date}
        return {name: text for name, text in found.items() if text}

    def set(self, field: str, text: str) -> None:
        if field in {"date", "year"}:
            self._set_date(text)
            return
        name, _, description = _ID3_TEXTS[field].partition(":")
        for key in self._keys(_ID3_TEXTS[field]):
            del self._tags[key]
        if field == "url":
            self._tags.add(_id3().WOAS(url=text))
        else:
            self._add_text(name, text, **({"desc": description} if description else {}))

    def save(self, original: Path, draft: Path) -> None:
        # Without a separator, several values of a frame stay apart in ID3v2.3 too.
        options: dict[str, Any] = {"v2_version": self._version, "v23_sep": None}
        if self._in_chunk:
            shutil.copyfile(original, draft)
            _pad_last_chunk(draft)
            self._tags.save(draft, **options)
            return
        # mutagen gets only the tag; otherwise it would also rewrite an ID3v1 tag at the end.
        head = BytesIO(self._head)
        self._tags.save(head, v1=0, **options)
        with original.open("rb") as source, draft.open("wb") as target:
            target.write(head.getvalue())
            source.seek(len(self._head))
            shutil.copyfileobj(source, target, 2**20)

    def others(self, changed: Iterable[str]) -> Mapping[str, str]:
        ours = {key for field in changed for key in self._keys(_ID3_TEXTS.get(field, ""))}
        if {"date", "year"} & set(changed):
            ours.update(_ID3_DATES)
        found = {
            key: _ENCODING.sub("", repr(frame))
            for key, frame in self._tags.items()
            if key not in ours
        }
        return found | {"unknown": repr(self._tags.unknown_frames)}

    def _set_date(self, text: str) -> None:
        for key in _ID3_DATES:
            self._tags.pop(key, None)
        if self._version == 4:
            self._add_text("TDRC", text)
            return
        self._add_text("TYER", text[:4])
        if len(text) == len("2019-05-03"):
            self._add_text("TDAT", text[8:] + text[5:7])

    def _add_text(self, name: str, text: str, **options: str) -> None:
        encodings = _id3().Encoding
        encoding = encodings.LATIN1 if text.isascii() else encodings.UTF16
        if self._version == 4:
            encoding = encodings.UTF8
        self._tags.add(_id3().Frames[name](encoding=encoding, text=[text], **options))

    def _text(self, name: str) -> str:
        values: list[Any] = []
        for key in self._keys(name):
            frame = self._tags[key]
            values += [frame.url] if name == "WOAS" else frame.text
        texts = [str(value) for value in values]
        return ", ".join(dict.fromkeys(text for text in texts if text))

    def _keys(self, name: str) -> list[str]:
        """Return the keys of a frame; the description of `TXXX` may be written in any case."""
        return [key for key in self._tags if key.upper() == name]


class _VorbisTags:
    def __init__(self, path: Path, kind: AudioKind) -> None:
        with path.open("rb") as file:
            is_opus = b"OpusHead" in file.read(512)
        name = "flac" if kind == "flac" else "opus" if is_opus else "vorbis"
        self._file = _opened(path, name)
        self._tags = self._file.tags

    def texts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for field, names in _VORBIS_NAMES.items():
            texts = [", ".join(dict.fromkeys(self._values(name))) for name in names]
            if any(texts):
                found[field] = next(text for text in texts if text)
        return found | ({"year": found["date"]} if "date" in found else {})

    def set(self, field: str, text: str) -> None:
        first, *others = self._names(field)
        self._tags[first] = [text]
        for name in others:
            # Other programs may read the value under the other name.
            if name in self._tags or name == _VORBIS_LABEL:
                self._tags[name] = [text[:4] if name == "YEAR" else text]

    def save(self, original: Path, draft: Path) -> None:
        shutil.copyfile(original, draft)
        self._file.save(draft)

    def others(self, changed: Iterable[str]) -> Mapping[str, str]:
        ours = {name.lower() for field in changed for name in self._names(field)}
        return {
            name: repr(values)
            for name, values in self._tags.as_dict().items()
            if name.lower() not in ours
        }

    def _values(self, name: str) -> list[str]:
        return [value for value in self._tags.get(name, ()) if value.strip()]

    @staticmethod
    def _names(field: str) -> tuple[str, ...]:
        return _VORBIS_NAMES["date" if field == "year" else field]


class _Mp4Tags:
    def __init__(self, path: Path) -> None:
        self._file = _opened(path, "m4a")
        self._tags = self._file.tags

    def texts(self) -> dict[str, str]:
        fields = {*_MP4_NAMES, *_MP4_FREE_NAMES, "year"}
        found = {field: self._text(field) for field in fields}
        return {field: text for field, text in found.items() if text}

    def set(self, field: str, text: str) -> None:
        for key in self._keys(field):
            del self._tags[key]
        if field in _MP4_FREE_NAMES:
            self._tags[_MP4_FREE_FORM + _MP4_FREE_NAMES[field]] = [text.encode()]
        else:
            self._tags[_name_in_mp4(field)] = [int(text) if field == "bpm" else text]

    def save(self, original: Path, draft: Path) -> None:
        shutil.copyfile(original, draft)
        self._file.save(draft)

    def others(self, changed: Iterable[str]) -> Mapping[str, str]:
        ours = {key for field in changed for key in self._keys(field)}
        return {key: repr(value) for key, value in self._tags.items() if key not in ours}

    def _text(self, field: str) -> str:
        values = [value for key in self._keys(field) for value in self._tags[key]]
        texts = [
            str(one, "utf-8", "replace") if isinstance(one, bytes) else str(one) for one in values
        ]
        return ", ".join(dict.fromkeys(text for text in texts if text))

    def _keys(self, field: str) -> list[str]:
        """Return the keys of a field; programs write free names in upper or lower case."""
        if field not in _MP4_FREE_NAMES:
            return [key for key in self._tags if key == _name_in_mp4(field)]
        wanted = (_MP4_FREE_FORM + _MP4_FREE_NAMES[field]).lower()
        return [key for key in self._tags if key.lower() == wanted]


def _name_in_mp4(field: str) -> str:
    return _MP4_NAMES["date" if field == "year" else field]
