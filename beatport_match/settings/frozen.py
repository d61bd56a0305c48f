"""The base of the settings models: frozen, strict, with errors of one sentence."""

from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ValidationError

from beatport_match.errors import MAX_SHOWN_LENGTH, SettingsError, short_repr


# `frozen` stands in each class statement, because type checkers do not inherit it.
class FrozenSettings(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Settings that cannot be changed, and report a wrong value as a `SettingsError`."""

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_first_error_as_sentence(error)) from None

    # Type checkers report an assignment by themselves, because of `frozen`.
    if not TYPE_CHECKING:  # pragma: no branch

        def __setattr__(self, name: str, value: object) -> None:
            raise SettingsError(
                f"{name} cannot be set, because settings are frozen; make new ones with "
                f"{type(self).__name__}({name}=...) or settings.with_({name}=...)."
            )

    def values(self) -> dict[str, Any]:
        """Return all values by name, from which equal settings can be built.

        Returns:
            The values; those of inner settings are a dict.

        Example:
            ```python
            copy = MatchSettings(**settings.values())
            ```
        """
        return self.model_dump()

    def with_(self, **changes: Any) -> Self:
        """Return a copy with some settings changed, checked as by the constructor.

        Args:
            changes: The new values by the name of the setting. A dict for `async_io` changes only
                the settings that it names.

        Returns:
            The new settings; these stay as they are.

        Raises:
            SettingsError: A name is unknown, or a value is out of range.

        Example:
            ```python
            faster = settings.with_(max_queries=2, async_io={"enabled": True})
            ```
        """
        values = self.values()
        for name, value in changes.items():
            if isinstance(value, dict) and isinstance(values.get(name), dict):
                values[name] = values[name] | value
            else:
                values[name] = value
        return type(self)(**values)


def false_as_none(value: object) -> object:
    """Return `None` for `False`: TOML has no null, so a settings file uses `false` for it."""
    return None if value is False else value


def _first_error_as_sentence(error: ValidationError) -> str:
    """Return the first error: the dotted name of the setting, its value and what is allowed."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:MAX_SHOWN_LENGTH]
    name = name if name.isprintable() else repr(name)
    if first["type"] == "extra_forbidden":
        return f"{name} is not a setting; MatchSettings lists all settings."
    what = first["msg"].removeprefix("Value error, ")
    # The sentence may end up in a log or a bug report.
    shown = "this value" if name == "access_token" else short_repr(first["input"])
    return f"{name} cannot be {shown}: {what[:1].lower()}{what[1:]}."
