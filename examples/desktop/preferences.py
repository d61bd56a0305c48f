"""The settings file of this program: read at the start, saved when a setting changes.

The program starts even if the file cannot be used, and it never overwrites such a file. Each
function returns a problem as a sentence for the user; an empty text means no problem.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from beatport_match import MatchSettings, SettingsError

MAX_AT_ONCE = 20
"""The maximum that this window offers; `AsyncSettings` allows more."""
_NAME = "settings.toml"
# `MatchSettings` has no such setting, and an empty file cannot be damaged.
_NO_DECISIONS = "decisions.off"


def load(folder: Path) -> tuple[MatchSettings, str]:
    """Load the saved settings; on a problem, return the defaults and the reason."""
    file = folder / _NAME
    if not file.exists():
        return MatchSettings(), ""
    try:
        return _clamped(MatchSettings.load(file))
    except SettingsError as error:
        return MatchSettings(), f"{_set_aside(file)} {error}"


def save(settings: MatchSettings, folder: Path) -> str:
    """Save the settings; if that fails, they are lost when the program ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings.save(folder / _NAME)
    except (OSError, SettingsError) as error:
        return f"Settings cannot be saved and are lost when the program ends: {error}"
    return ""


def cache_file(folder: Path) -> Path:
    """Return the file in which answers are kept, if the user wants that."""
    return folder / "answers.cache"


def keeps_decisions(folder: Path) -> bool:
    """Return whether the user's decisions are kept for later runs; they are by default."""
    return not (folder / _NO_DECISIONS).exists()


def save_keeps_decisions(folder: Path, *, keep: bool) -> str:
    """Save whether decisions are kept; the file of decisions itself stays as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if keep:
            (folder / _NO_DECISIONS).unlink(missing_ok=True)
        else:
            (folder / _NO_DECISIONS).touch()
    except OSError as error:
        return f"Settings cannot be saved and are lost when the program ends: {error}"
    return ""


def _clamped(settings: MatchSettings) -> tuple[MatchSettings, str]:
    """Clamp the settings to the range of the window's fields."""
    engine = settings.async_io
    names = ("max_concurrent_tracks", "max_concurrent_requests")
    most = {name: min(getattr(engine, name), MAX_AT_ONCE) for name in names}
    shown = settings.with_(async_io=most)
    return shown, "" if shown == settings else f"This window offers up to {MAX_AT_ONCE} at once."


def _set_aside(file: Path) -> str:
    """Rename the file and return a sentence that says so."""
    aside = next(
        place
        for number in count(1)
        if not (place := file.with_name(f"{file.name}.set-aside-{number}")).exists()
    )
    try:
        file.rename(aside)
    except OSError:
        return "The settings file cannot be used, so the defaults are in effect."
    return f"The settings file was damaged. It is now {aside.name}, and the defaults are in effect."
