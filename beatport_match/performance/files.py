"""Write and read metrics files (JSON).

A file is written completely or not at all, and it never overwrites another one. A file that is read
is checked as untrusted input. `beatport_match.model.metrics` defines the content.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from beatport_match.errors import (
    MAX_SHOWN_LENGTH,
    MetricsFileError,
    MisuseError,
    short_repr,
    unsupported_version,
)
from beatport_match.files.atomic_write import make_folder, write_text
from beatport_match.files.guarded_read import as_path, read_text, reason, strict_json
from beatport_match.model.run_metrics import PerformanceStats

# Characters that lead out of a folder on any supported system, and characters that no file name may
# have.
_PATH_SEPARATORS = re.compile(r"[\\/:\x00-\x1f\x7f]")
# A run over ten thousand tracks takes about 20 MB.
MAX_METRICS_BYTES = 512 * 2**20
# File systems allow 255 bytes, and a character can take four. The rest is for the time and suffix.
MAX_NAME_LENGTH = 50


def export_performance_metrics_json(
    stats: PerformanceStats, base_filename: str, output_dir: str | Path = "output"
) -> str:
    """Write the metrics of a run to a JSON file.

    The name is `{base_filename}_metrics_{YYYYmmdd_HHMMSS}.json`, in local time. If a file with this
    name exists, the next free second is used, so no file is overwritten. The file is written
    completely or not at all.

    Args:
        stats: The metrics. If `generated` is `None`, the file gets the current time there.
        base_filename: The beginning of the name, without slashes and colons.
        output_dir: The folder, `output` by default. It is created if it does not exist.

    Returns:
        The path of the new file.

    Raises:
        MisuseError: `base_filename` is empty or would lead out of the folder.
        MetricsFileError: A value cannot be written as JSON, such as NaN or an object in the
            settings. The message names the field.
        OutputError: The folder or the file cannot be written. It is also an `OSError`.

    Example:
        ```python
        path = export_performance_metrics_json(result.metrics, "friday")
        stats = load_metrics_from_json(path)
        ```
    """
    _check_name(base_filename)
    now = datetime.now().astimezone()
    if stats.generated is None:
        stats = stats.model_copy(update={"generated": now})
    text = _as_json(stats, base_filename)
    folder = as_path("output_dir", output_dir, "folder")
    make_folder(folder)
    while True:
        path = folder / f"{base_filename}_metrics_{now:%Y%m%d_%H%M%S}.json"
        try:
            write_text(path, text, exclusive=True)
        except FileExistsError:
            now += timedelta(seconds=1)
        else:
            return str(path)


def plain_name(name: str) -> str:
    """Convert any name to a valid base filename; invalid characters become `_`."""
    return _PATH_SEPARATORS.sub("_", name).strip(". ")[:MAX_NAME_LENGTH] or "run"


def load_metrics_from_json(path: str | Path) -> PerformanceStats:
    """Read a metrics file, also an older one without the optional blocks.

    Args:
        path: The file. It may have at most 512 MiB.

    Returns:
        The metrics. A value that the file does not have is `None`: unknown, not zero.

    Raises:
        MetricsFileError: The file does not exist, is not JSON, has another version, lacks a field
            or has an invalid value. The message names the file and the field.

    Example:
        ```python
        stats = load_metrics_from_json("friday_metrics.json")
        stats.session_info.total_tracks
        # 3
        ```
    """
    try:
        text = read_text(as_path("path", path), MAX_METRICS_BYTES)
    except OSError as error:
        raise MetricsFileError(f"{path}: cannot be read ({reason(error)}).") from None
    return _validated(path, text)


def _validated(path: str | Path, text: str) -> PerformanceStats:
    try:
        return PerformanceStats.model_validate(strict_json(text))
    except ValidationError as error:
        raise MetricsFileError(f"{path}: {_first_fault(error)}") from None
    except (ValueError, RecursionError) as error:
        raise MetricsFileError(
            f"{path}: is not a complete JSON document ({reason(error)}); export it again."
        ) from None


def _as_json(stats: PerformanceStats, name: str) -> str:
    """Return the text of the file; `model_copy` can put any value into metrics."""
    document: dict[str, Any] | None = None
    try:
        document = stats.model_dump(warnings=False)
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        fault = f"a value cannot be written as JSON ({reason(error)})."
    if document is not None:
        try:
            PerformanceStats.model_validate(document)
        except ValidationError as errors:
            fault = _first_fault(errors)
    raise MetricsFileError(f"{name}: {fault}")


def _check_name(base_filename: str) -> None:
    if not base_filename.strip(". ") or _PATH_SEPARATORS.search(base_filename):
        raise MisuseError(
            f"base_filename cannot be {base_filename[:MAX_SHOWN_LENGTH]!r}: it must be a name "
            "without slashes or colons; choose the folder with output_dir."
        )


def _first_fault(error: ValidationError) -> str:
    """Describe the first fault, with the dotted name of its field; missing fields come first."""
    faults = error.errors(include_url=False, include_context=False)
    first: Any = next((fault for fault in faults if fault["type"] == "missing"), faults[0])
    field = ".".join(str(part) for part in first["loc"])[:MAX_SHOWN_LENGTH]
    if first["type"] == "missing":
        return f"lacks the field {field}; it is not a metrics file, or it is incomplete."
    if not field:
        return "is not a metrics file: it is not an object with `version` and `track_metrics`."
    shown = short_repr(first["input"])
    if field == "version":
        return f"{unsupported_version(first['input'], ('1.0',), 'export it again')}."
    why = first["msg"]
    return f"{field} cannot be {shown}: {why[:1].lower()}{why[1:]}."
