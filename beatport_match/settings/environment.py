"""Settings out of the environment, for the programs that want them there; nothing else reads it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from beatport_match.errors import SettingsError
from beatport_match.settings.models import AsyncSettings, MatchSettings

_PREFIX = "BEATPORT_MATCH_"
# Two, since names of settings hold single ones.
_WITHIN = "__"


def settings_from_environment(
    settings: MatchSettings | None = None, environ: Mapping[str, str] | None = None
) -> MatchSettings:
    """The settings with what the environment says in their place.

    `BEATPORT_MATCH_MAX_QUERIES` is `max_queries`, `BEATPORT_MATCH_ASYNC_IO__ENABLED` is
    `async_io.enabled`. A value is read as in a TOML file (`5`, `true`, `["isrc"]`), and what is no
    TOML as text; an empty one counts as not set. `settings` are the defaults if not given,
    `environ` is the process's.

    Raises:
        SettingsError: A variable with our prefix names no setting, or its value is refused.
    """
    settings = settings or MatchSettings()
    engine = settings.async_io.model_dump()
    values: dict[str, Any] = settings.values() | {"async_io": engine}
    names = {_variable(name): (values, name) for name in MatchSettings.model_fields}
    names |= {_variable("async_io", name): (engine, name) for name in AsyncSettings.model_fields}
    del names[_variable("async_io")]
    environ = os.environ if environ is None else environ
    given = {
        name: text for name, text in environ.items() if name.startswith(_PREFIX) and text.strip()
    }
    for variable, text in given.items():
        if variable not in names:
            raise SettingsError(
                f"{variable} is not a setting; see MatchSettings for those there are."
            )
        target, name = names[variable]
        target[name] = _value(text.strip())
    try:
        return MatchSettings(**values)
    except SettingsError as error:
        raise SettingsError(f"environment ({', '.join(sorted(given))}): {error}") from None


def _variable(*parts: str) -> str:
    return _PREFIX + _WITHIN.join(parts).upper()


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    # Lines that follow would be keys of their own.
    return read["value"] if len(read) == 1 else text
