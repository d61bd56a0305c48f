"""The settings of this program between its starts: read at the beginning, saved when they change.

A file that cannot be used never keeps the program from starting, and is never written over. Trouble
is told as a sentence for the user; none is an empty one.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from beatport_match import AsyncSettings, MatchSettings, SettingsError

MOST_AT_ONCE = 20
"""What this window offers; a program may ask for more (`AsyncSettings`)."""
_NAME = "settings.toml"


def load(folder: Path) -> tuple[MatchSettings, str]:
    """The settings of the last time, or the defaults and why."""
    file = folder / _NAME
    if not file.exists():
        return MatchSettings(), ""
    try:
        return _within_reach(MatchSettings.load(file))
    except SettingsError as error:
        return MatchSettings(), f"{_set_aside(file)} {error}"


def save(settings: MatchSettings, folder: Path) -> str:
    """Save the settings; where that cannot be, they hold until the program ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings.save(folder / _NAME)
    except (OSError, SettingsError) as error:
        return f"Settings cannot be saved and hold until the program ends: {error}"
    return ""


def _within_reach(settings: MatchSettings) -> tuple[MatchSettings, str]:
    """The settings as far as the window's fields can show them."""
    engine = settings.async_io
    most = {
        name: min(getattr(engine, name), MOST_AT_ONCE)
        for name in ("max_concurrent_tracks", "max_concurrent_requests")
    }
    shown = engine.model_copy(update=most)
    note = "" if shown == engine else f"This window offers up to {MOST_AT_ONCE} at once."
    return with_engine(settings, shown), note


def with_engine(settings: MatchSettings, engine: AsyncSettings) -> MatchSettings:
    """The same settings with another async engine."""
    return settings.model_copy(update={"async_io": engine})


def _set_aside(file: Path) -> str:
    """Move a file out of the way, and say so."""
    aside = next(
        place
        for number in count(1)
        if not (place := file.with_name(f"{file.name}.set-aside-{number}")).exists()
    )
    try:
        file.rename(aside)
    except OSError:
        return "The settings file cannot be used, so the defaults hold."
    return f"The settings file was damaged: the defaults hold, and it is kept as {aside.name}."
