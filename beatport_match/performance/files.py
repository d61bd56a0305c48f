"""The analysis file on disk: written whole or not at all, never over another, read with distrust.

Knows files and the wall clock; what the figures are is `metrics`' to say.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, NoReturn

from pydantic import ValidationError

from beatport_match.errors import MetricsFileError, MisuseError
from beatport_match.model.metrics import PerformanceStats

# What leaves a folder on any system we run on, and what no name may hold.
_PATH_SEPARATORS = re.compile(r"[\\/:\x00-\x1f\x7f]")
# A run over ten thousand tracks takes about 20 MB.
MAX_FILE_BYTES = 512 * 2**20
MAX_SHOWN_LENGTH = 100
# File systems take 255 bytes, and a character may be four; the rest is for the time and the ending.
MAX_NAME_LENGTH = 50


def export_performance_metrics_json(
    stats: PerformanceStats, base_filename: str, output_dir: str | Path = "output"
) -> str:
    """Write the analysis file and give its path.

    It is `{base_filename}_metrics_{YYYYmmdd_HHMMSS}.json`, by local time; where that name is taken,
    the next second that is free. The folder is made if it is not there. A file appears whole or
    not at all, and none is overwritten.

    Raises:
        MisuseError: `base_filename` is empty or would lead out of the folder.
        OSError: The folder or the file cannot be written.
    """
    _check_name(base_filename)
    now = datetime.now().astimezone()
    if stats.generated is None:
        stats = stats.model_copy(update={"generated": now})
    folder = Path(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(stats.model_dump(), ensure_ascii=False, allow_nan=False, indent=1)
    draft = _draft(text + "\n", folder)
    try:
        while True:
            path = folder / f"{base_filename}_metrics_{now:%Y%m%d_%H%M%S}.json"
            try:
                _publish(draft, path)
            except FileExistsError:
                now += timedelta(seconds=1)
            else:
                return str(path)
    finally:
        draft.unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """A base filename made of any name: what would lead out of a folder becomes `_`."""
    return _PATH_SEPARATORS.sub("_", name).strip(". ")[:MAX_NAME_LENGTH] or "run"


def load_metrics_from_json(path: str | Path) -> PerformanceStats:
    """Read an analysis file, also one of an older tool that lacks whole blocks.

    Raises:
        MetricsFileError: There is no such file, it is not JSON, of another version, or lacks a
            field; the text names the file and the field.
    """
    try:
        written = _read(Path(path)).decode("utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise MetricsFileError(f"{path}: cannot be read ({why}).") from None
    return _validated(path, written)


def _validated(path: str | Path, written: str) -> PerformanceStats:
    """The figures that a text holds; trouble is told with the name of the file."""
    try:
        return PerformanceStats.model_validate(json.loads(written, parse_constant=_no_number))
    except ValidationError as error:
        raise MetricsFileError(f"{path}: {_first_fault(error)}") from None
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else error
        raise MetricsFileError(
            f"{path}: is not a whole JSON document ({why}); export it again."
        ) from None


def _check_name(base_filename: str) -> None:
    if not base_filename.strip(". ") or _PATH_SEPARATORS.search(base_filename):
        raise MisuseError(
            f"base_filename cannot be {base_filename[:MAX_SHOWN_LENGTH]!r}: it must be a plain name "
            "without slashes or colons; say where to write with output_dir."
        )


def _draft(text: str, folder: Path) -> Path:
    """The text in a file of its own, safe on the disk."""
    # A title that is not text keeps its odd bytes as escapes; JSON reads them back.
    content = text.encode("utf-8", "backslashreplace")
    draft = folder / f".{token_hex(8)}.part"
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _publish(draft: Path, path: Path) -> None:
    """Give the draft its name, unless that is taken: `FileExistsError`."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links, such as the FAT of a USB stick: take the name first.
        path.touch(exist_ok=False)
        try:
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise MetricsFileError(f"{path}: is a folder; name the metrics file in it.")
    if path.exists() and not path.is_file():
        raise MetricsFileError(f"{path}: is not a file.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise MetricsFileError(f"{path}: is larger than any metrics file ({MAX_FILE_BYTES} bytes).")
    return path.read_bytes()


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number of JSON's")


def _first_fault(error: ValidationError) -> str:
    """The first thing wrong, by its dotted name; a missing field before any other."""
    faults = error.errors(include_url=False, include_context=False)
    first: Any = next((fault for fault in faults if fault["type"] == "missing"), faults[0])
    field = ".".join(str(part) for part in first["loc"])[:MAX_SHOWN_LENGTH]
    if first["type"] == "missing":
        return f"lacks the field {field}; it is not a metrics file, or not a whole one."
    if not field:
        return "is not a metrics file: it holds no object with `version` and `track_metrics`."
    shown = repr(first["input"])
    shown = shown if len(shown) <= MAX_SHOWN_LENGTH else shown[:MAX_SHOWN_LENGTH] + "…"
    if field == "version":
        return f"version is {shown}, and only '1.0' can be read: export it again."
    why = first["msg"]
    return f"{field} cannot be {shown}: {why[:1].lower()}{why[1:]}."
