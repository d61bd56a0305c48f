"""The settings of the window: kept, ranged, recommended by figures, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from beatport_match import AsyncSettings, MatchSettings

Until = Callable[[Callable[[], Any]], None]


def test_settings_are_loaded_at_start_and_saved(make: Callable[..., Any]) -> None:
    """Issue: "persistence": what is changed stands there the next time, and in the file."""
    window = make()
    assert not window.notes.isVisible()
    assert not window.async_group.enabled.isChecked()
    window.async_group.enabled.setChecked(True)
    window.async_group.tracks.setValue(7)
    again = make()
    assert again.async_group.enabled.isChecked()
    assert again.async_group.tracks.value() == 7
    assert "Async I/O is on: up to 7 tracks at once" in again.notes.text.text()
    again.notes.away.click()
    assert not again.notes.isVisible()


def test_numbers_are_disabled_while_the_box_is_off(make: Callable[..., Any]) -> None:
    """Issue: "disabled while the box is off"; "(1–20, default 5) … (1–20, default 10)"."""
    group = make().async_group
    for field, default in ((group.tracks, 5), (group.requests, 10)):
        assert (field.minimum(), field.maximum(), field.value()) == (1, 20, default)
        assert field.toolTip()
        assert not field.isEnabled()
        group.enabled.setChecked(True)
        assert field.isEnabled()
        group.enabled.setChecked(False)
    assert "When to use it" in group.enabled.toolTip()


def test_a_file_that_asks_for_more_is_bounded(make: Callable[..., Any], tmp_path: Path) -> None:
    """Issue: "ranges 1–20 in the desktop, wider … for programs"."""
    engine = AsyncSettings(enabled=True, max_concurrent_tracks=50)
    MatchSettings(async_io=engine).save(tmp_path / "settings.toml")
    window = make(tmp_path)
    assert window.settings.async_io.max_concurrent_tracks == 20
    assert "up to 20 at once" in window.notes.text.text()


def test_the_recommendation_follows_figures_and_values(opened: Any, until: Until) -> None:
    """Issue: "updates as values change and is computed from the last run's metrics"."""
    text = opened.async_group.recommendation.text
    assert "No run has been measured" in text()
    opened.run_bar.begin.click()
    until(lambda: opened.state == "ready")
    assert "The network takes" in text()
    before = text()
    opened.async_group.tracks.setValue(1)
    assert "With one track at once, at most 1.0 times as fast" in text()
    assert text() != before


def test_the_dialog_tells_the_thresholds(make: Callable[..., Any]) -> None:
    """Issue: an "information dialog … with the thresholds of the analysis"."""
    window = make()
    window.async_group.when.click()
    dialog = window.findChild(QMessageBox)
    assert all(limit in dialog.text() for limit in ("40 %", "50 %", "20 %", "80 %", "1.5 times"))
    dialog.close()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"max_querys = 3", b"max_queries = 0"])
def test_a_damaged_file_is_set_aside(
    make: Callable[..., Any], tmp_path: Path, content: bytes
) -> None:
    """Issue: "starts with defaults, says so, keeps the bad file aside"."""
    (tmp_path / "settings.toml").write_bytes(content)
    window = make(tmp_path)
    assert window.settings == MatchSettings()
    assert "settings.toml.set-aside-1" in window.notes.text.text()
    assert (tmp_path / "settings.toml.set-aside-1").read_bytes() == content


def test_without_permission_it_says_so_and_goes_on(
    make: Callable[..., Any], tmp_path: Path, collection: Path, until: Until
) -> None:
    """Issue: "No write permission: says so and goes on" (here a file stands where the folder would
    be, which stops the superuser, too)."""
    (tmp_path / "taken").write_bytes(b"")
    window = make(tmp_path / "taken" / "program")
    window.async_group.enabled.setChecked(True)
    assert "Settings cannot be saved" in window.notes.text.text()
    window.open(collection)
    until(lambda: window.state == "ready")
    window.run_bar.begin.click()
    until(lambda: window.state == "ready")
    notes = window.notes.text.text()
    assert "This run is not kept for later" in notes
    until(lambda: "The figures of this run cannot be kept" in window.notes.text.text())
    assert not [row for row in window.results.table.rows if row.outcome == "waiting"]
