"""The figures of the last run in each mode, kept as the library's own analysis files."""

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
    """What the last runs took: `latest` of either mode, `sync` and `other` (async) by mode."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sync = self._newest("last_sync")
        self.other = self._newest("last_async")
        known = [stats for stats in (self.sync, self.other) if stats is not None]
        self.latest = max(known, key=_when, default=None)

    def take(self, stats: PerformanceStats) -> bool:
        """Take in a run, if it asked something."""
        if not stats.requests:
            return False
        self.latest = stats
        if stats.mode == "async":
            self.other = stats
        else:
            self.sync = stats
        return True

    def write(self, stats: PerformanceStats) -> str:
        """Keep a run on the disk, which may take its time; a sentence where it cannot be."""
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
        """Both modes held against each other, if both ran over the same tracks."""
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


def _when(stats: PerformanceStats) -> float:
    start = stats.session_info.start_time
    return start.timestamp() if start else 0.0
