"""The figures of the last run in each mode, stored as metrics files of the library."""

from __future__ import annotations

from pathlib import Path

from beatport_match import (
    MetricsFileError,
    PerformanceStats,
    RunComparison,
    compare_runs,
    export_performance_metrics_json,
    load_metrics_from_json,
)


class LastRuns:
    """The figures of the last runs: `latest` in any mode, `sync`, and `other` (async)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sync = self._newest("last_sync")
        self.other = self._newest("last_async")
        known = [stats for stats in (self.sync, self.other) if stats is not None]
        self.latest = max(known, key=_start_time, default=None)

    def take(self, stats: PerformanceStats) -> bool:
        """Take over the figures of a run; return `False` if it sent no requests."""
        if not stats.requests:
            return False
        self.latest = stats
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

    def comparison(self) -> RunComparison | None:
        """Compare the two modes, if both ran with the same number of tracks."""
        if self.sync is None or self.other is None:
            return None
        if self.sync.session_info.total_tracks != self.other.session_info.total_tracks:
            return None
        return compare_runs(self.sync, self.other)

    def _newest(self, name: str) -> PerformanceStats | None:
        for file in reversed(self._files(name)):
            try:
                return load_metrics_from_json(file)
            except MetricsFileError:
                continue
        return None

    def _files(self, name: str) -> list[Path]:
        return sorted(self._folder.glob(f"{name}_metrics_*.json"))


def _start_time(stats: PerformanceStats) -> float:
    start = stats.session_info.start_time
    return start.timestamp() if start else 0.0
