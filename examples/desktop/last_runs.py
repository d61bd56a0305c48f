"""The figures of the last run in each mode, stored as metrics files of the library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from beatport_match import (
    MetricsFileError,
    MisuseError,
    PerformanceStats,
    RunComparison,
    Track,
    compare_runs,
    export_performance_metrics_json,
    load_metrics_from_json,
)

Mode = Literal["sync", "async"]


class LastRuns:
    """The figures of the last runs: `latest` in any mode, `sync`, and `other` (async)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sync = self._newest("last_sync")
        self.other = self._newest("last_async")
        known = [stats for stats in (self.sync, self.other) if stats is not None]
        self.latest = max(known, key=_start_time, default=None)
        self.incomplete = ""

    def take(self, stats: PerformanceStats, incomplete: str = "") -> bool:
        """Store the figures of a run.

        Args:
            stats: The figures.
            incomplete: Why the run did not send all requests of its playlist; empty if it did. The
                figures of such a run are not compared.

        Returns:
            Whether the figures are those of a whole run, which `write` keeps.
        """
        self.incomplete = incomplete
        if not stats.requests:
            return False
        self.latest = stats
        if incomplete:
            return False
        if stats.mode == "async":
            self.other = stats
        else:
            self.sync = stats
        return True

    def write(self, stats: PerformanceStats) -> str:
        """Write a run to the disk (may block); return a sentence for the user if that fails."""
        name = f"last_{stats.mode}"
        try:
            written = Path(export_performance_metrics_json(stats, name, self._folder))
            for file in self._files(name):
                if file != written:
                    file.unlink()
        except OSError as error:
            return f"The figures of this run cannot be kept: {error}"
        return ""

    @property
    def basis(self) -> PerformanceStats | None:
        """The run for a recommendation: the sync run, if it was over the tracks of the last one.

        Only a sync run gives a forecast.
        """
        if self.sync and self.latest and _tracks(self.sync) == _tracks(self.latest):
            return self.sync
        return self.latest

    def comparison(self) -> RunComparison | str:
        """Compare the last whole run of each mode, or say why they cannot be compared."""
        if self.incomplete:
            return f"The last run is not compared: {self.incomplete}."
        if self.sync is None or self.other is None:
            return "Both modes must run before a comparison: the button below runs what is missing."
        if _tracks(self.sync) != _tracks(self.other):
            return "The last runs of the two modes were over different tracks."
        try:
            return compare_runs(self.sync, self.other)
        except MisuseError as error:
            return str(error)

    def modes_to_run(self, tracks: Sequence[Track], mode: Mode) -> list[Mode]:
        """Return the modes that must run, so that both have figures of these tracks.

        If both have them already, the mode that does not run next (with `mode`) runs again.
        """
        wanted = [str(track) for track in tracks]
        known = {
            stats.mode: [title for _, title in _tracks(stats)]
            for stats in (self.sync, self.other)
            if stats is not None
        }
        modes: tuple[Mode, Mode] = ("sync", "async")
        missing = [one for one in modes if known.get(one) != wanted]
        return missing or [one for one in modes if one != mode]

    def _newest(self, name: str) -> PerformanceStats | None:
        for file in reversed(self._files(name)):
            try:
                return load_metrics_from_json(file)
            except MetricsFileError:
                continue
        return None

    def _files(self, name: str) -> list[Path]:
        return sorted(self._folder.glob(f"{name}_metrics_*.json"))


def _tracks(stats: PerformanceStats) -> list[tuple[str, str]]:
    return [(track.track_id, track.track_title) for track in stats.track_metrics]


def _start_time(stats: PerformanceStats) -> float:
    start = stats.session_info.start_time
    return start.timestamp() if start else 0.0
