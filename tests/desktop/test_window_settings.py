"""The settings of the window: storage, ranges, recommendation, and damaged files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from beatport_match import AsyncSettings, MatchSettings

Until = Callable[[Callable[[], Any]], None]


def test_settings_are_loaded_at_start_and_saved(make: Callable[..., Any]) -> None:
    """The next window shows the changed settings."""
    window = make()
    assert not window.notes.isVisible()
    assert not window.settings_view.async_group.enabled.isChecked()
    window.settings_view.async_group.enabled.setChecked(True)
    window.settings_view.async_group.tracks.setValue(7)
    again = make()
    assert again.settings_view.async_group.enabled.isChecked()
    assert again.settings_view.async_group.tracks.value() == 7


def test_pace_threshold_cache_and_account_are_settings(
    make: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next window shows them; in the window of the demo the pace and the source are fixed."""
    assert not make().settings_view.pace.isEnabled()
    assert not make().settings_view.source.isEnabled()
    window = make(tmp_path, fixed=False)
    view = window.settings_view
    view.pace.setValue(2.5)
    view.threshold.setValue(97.5)
    view.cache.setChecked(True)
    view.source.setCurrentIndex(view.source.findData("api"))
    tokens = str(tmp_path / "tokens.json")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (tokens, ""))
    view.choose.click()
    again = make(tmp_path, fixed=False)
    saved = again.settings
    assert (saved.requests_per_second, saved.accept_confidence) == (2.5, 0.975)
    assert (saved.source, saved.token_file) == ("api", Path(tokens))
    assert saved.cache_path == tmp_path / "answers.cache"
    view = again.settings_view
    assert (view.pace.value(), view.threshold.value()) == (2.5, 97.5)
    assert (view.source.currentData(), view.tokens.text()) == ("api", tokens)
    view.cache.setChecked(False)
    assert again.settings.cache_path is None
    assert view.threshold.minimum() == pytest.approx(100 * saved.review_confidence)


def test_a_wrong_value_is_refused_with_a_sentence(make: Callable[..., Any], tmp_path: Path) -> None:
    MatchSettings(api_url="http://api.example").save(tmp_path / "settings.toml")
    window = make(tmp_path)
    window.settings_view.tokens.setText("tokens.json")
    window.settings_view.tokens.editingFinished.emit()
    assert "must begin with https://" in window.notes.text.text()
    assert window.settings_view.tokens.text() == ""
    assert window.settings.token_file is None


def test_numbers_are_disabled_while_the_box_is_off(make: Callable[..., Any]) -> None:
    """Their ranges are 1-20, with the defaults 5 and 10."""
    group = make().settings_view.async_group
    for field, default in ((group.tracks, 5), (group.requests, 10)):
        assert (field.minimum(), field.maximum(), field.value()) == (1, 20, default)
        assert field.toolTip()
        assert not field.isEnabled()
        group.enabled.setChecked(True)
        assert field.isEnabled()
        group.enabled.setChecked(False)
    assert "When to use it" in group.enabled.toolTip()


def test_larger_values_of_a_file_are_limited(make: Callable[..., Any], tmp_path: Path) -> None:
    """The window allows 1-20; the library allows more."""
    engine = AsyncSettings(enabled=True, max_concurrent_tracks=50)
    MatchSettings(async_io=engine).save(tmp_path / "settings.toml")
    window = make(tmp_path)
    assert window.settings.async_io.max_concurrent_tracks == 20
    assert "up to 20 at once" in window.notes.text.text()


def test_the_recommendation_uses_figures_and_settings(opened: Any, until: Until) -> None:
    """It is computed from the last run, and changes with the settings."""
    opened.settings_view.async_group.enabled.setChecked(True)
    text = opened.settings_view.async_group.recommendation.text
    assert "No run has been measured" in text()
    opened.settings_view.async_group.enabled.setChecked(False)
    assert text() == ""
    opened.run_bar.begin.click()
    until(lambda: opened.state == "ready")
    opened.settings_view.async_group.enabled.setChecked(True)
    assert "The network takes" in text()
    assert "Use async: about" in text()
    opened.settings_view.async_group.tracks.setValue(1)
    assert "async is at most 1.0 times as fast here" in text()


def test_the_dialog_shows_the_thresholds(make: Callable[..., Any]) -> None:
    window = make()
    window.settings_view.async_group.when.click()
    dialog = window.findChild(QMessageBox)
    assert all(limit in dialog.text() for limit in ("40 %", "50 %", "20 %", "80 %", "1.5 times"))
    assert all(part in dialog.text() for part in ("3–10", "5–15", "MiB", "off by default"))
    dialog.close()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"max_querys = 3", b"max_queries = 0"])
def test_a_damaged_settings_file_is_renamed(
    make: Callable[..., Any], tmp_path: Path, content: bytes
) -> None:
    """The window starts with the defaults and shows a note."""
    (tmp_path / "settings.toml").write_bytes(content)
    window = make(tmp_path)
    assert window.settings == MatchSettings()
    assert "settings.toml.set-aside-1" in window.notes.text.text()
    assert (tmp_path / "settings.toml.set-aside-1").read_bytes() == content


def test_a_run_continues_without_write_permission(
    make: Callable[..., Any], tmp_path: Path, collection: Path, until: Until
) -> None:
    """The window shows notes. A file in place of the folder also blocks the superuser."""
    (tmp_path / "taken").write_bytes(b"")
    window = make(tmp_path / "taken" / "program")
    window.settings_view.async_group.enabled.setChecked(True)
    assert "Settings cannot be saved" in window.notes.text.text()
    window.open(collection)
    until(lambda: window.state == "ready")
    window.run_bar.begin.click()
    until(lambda: window.state == "ready")
    notes = window.notes.text.text()
    assert "This run is not kept for later" in notes
    until(lambda: "The figures of this run cannot be kept" in window.notes.text.text())
    assert not [row for row in window.results.table.rows if row.outcome == "waiting"]
