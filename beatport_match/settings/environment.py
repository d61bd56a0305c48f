"""Settings from environment variables, for programs that request it.

No other module of the library reads environment variables.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from beatport_match.errors import SettingsError
from beatport_match.settings.frozen import not_a_setting
from beatport_match.settings.models import AsyncSettings, MatchSettings, settings_or_default

_PREFIX = "BEATPORT_MATCH_"
# Two underscores, because the names of settings contain single ones.
_LEVEL_SEPARATOR = "__"


def settings_from_environment(
    settings: MatchSettings | None = None, environ: Mapping[str, str] | None = None
) -> MatchSettings:
    """Return settings in which environment variables override the given ones.

    The name of a variable is `BEATPORT_MATCH_` and the name of the setting in capitals, with `__`
    in place of the dot: `BEATPORT_MATCH_MAX_QUERIES` is `max_queries`,
    `BEATPORT_MATCH_ASYNC_IO__ENABLED` is `async_io.enabled`. A value is read as in a TOML file
    (`5`, `true`, `["isrc"]`); one that is not valid TOML is read as text. An empty variable counts
    as not set.

    Args:
        settings: The settings to start from. Default: all defaults.
        environ: The environment variables. Default: those of the process.

    Returns:
        The settings, with the values of the variables.

    Raises:
        SettingsError: A variable with the prefix names no setting, its value is invalid, or
            `settings` is not a `MatchSettings`.

    Example:
        ```python
        settings_from_environment(environ={"BEATPORT_MATCH_MAX_QUERIES": "6"}).max_queries
        # 6
        ```
    """
    settings = settings_or_default(settings)
    environ = os.environ if environ is None else environ
    async_values = settings.async_io.model_dump()
    values: dict[str, Any] = settings.values() | {"async_io": async_values}
    variables = settings_variables(environ)
    for variable, setting in variables.items():
        if setting is None:
            sentence = not_a_setting(variable, _PREFIX, _known_variables())
            raise SettingsError(f"{sentence}.")
        group, _, name = setting.rpartition(".")
        (async_values if group else values)[name] = _parse_value(environ[variable].strip())
    try:
        return MatchSettings(**values)
    except SettingsError as error:
        raise SettingsError(f"environment ({', '.join(sorted(variables))}): {error}") from None


def settings_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables with the prefix and a value, and the dotted name of their setting.

    The name is `None` for a variable that names no setting.
    """
    known = _known_variables()
    return {
        variable: known.get(variable.removeprefix(_PREFIX))
        for variable, text in environ.items()
        if variable.startswith(_PREFIX) and text.strip()
    }


def _known_variables() -> dict[str, str]:
    """Return the name of each variable without the prefix, and the dotted name of its setting."""
    names = [
        *(name for name in MatchSettings.model_fields if name != "async_io"),
        *(f"async_io.{name}" for name in AsyncSettings.model_fields),
    ]
    return {name.replace(".", _LEVEL_SEPARATOR).upper(): name for name in names}


def _parse_value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    # A text of several lines must not set other keys.
    return parsed["value"] if len(parsed) == 1 else text
