"""The base of the settings models: frozen, strict, with errors of one sentence."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from beatport_match.errors import MAX_SHOWN_LENGTH, SettingsError, short_repr

# A file may hold any number of wrong settings.
_MAX_REPORTED = 5
_OWN_SENTENCE = "own_sentence"


# `frozen` is in each class statement, because type checkers do not inherit it.
class FrozenSettings(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Settings that cannot be changed, and report all wrong values as one `SettingsError`."""

    # The dotted name of the group that holds these settings.
    _name_prefix: ClassVar[str] = ""

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_as_sentence(type(self), self._name_prefix, error)) from None

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
            The new settings; the old ones do not change.

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


def own_sentence(sentence: str) -> PydanticCustomError:
    """Return the error of a validator whose message already names the setting.

    It is for values that a message must not show, such as a URL with a password.
    """
    return PydanticCustomError(_OWN_SENTENCE, "{sentence}", {"sentence": sentence.rstrip(".")})


def not_a_setting(name: str, prefix: str, known: Iterable[str]) -> str:
    """Return the sentence about a name that is not a setting, without the period at its end.

    The `known` names lack the prefix, which would make any two names similar.
    """
    close = get_close_matches(name.removeprefix(prefix), known, n=1)
    remedy = f"write {prefix}{close[0]}, or see" if close else "see"
    return (
        f"{short_repr(name)} is not a setting; {remedy} docs/settings.md, which lists all settings"
    )


def _as_sentence(model: type[FrozenSettings], prefix: str, error: ValidationError) -> str:
    """Return the first errors: the dotted name of each setting, its value and what is allowed."""
    errors = error.errors(include_url=False)
    clauses = [_clause(model, prefix, one) for one in errors[:_MAX_REPORTED]]
    if len(errors) > _MAX_REPORTED:
        clauses.append(f"{len(errors) - _MAX_REPORTED} more are wrong")
    return "; ".join(clauses) + "."


def _clause(model: type[FrozenSettings], prefix: str, error: ErrorDetails) -> str:
    name = prefix + ".".join(str(part) for part in error["loc"])
    if error["type"] == _OWN_SENTENCE:
        return error["msg"]
    if error["type"] == "extra_forbidden":
        return not_a_setting(name, prefix, model.model_fields)
    if error["type"] == "value_error":
        what = error["msg"].removeprefix("Value error, ")
    else:
        schema = model.model_json_schema()["properties"][error["loc"][0]]
        what = f"it must be {_allowed(schema, error['input'])}"
    # The sentence may end up in a log or a bug report.
    shown = "this value" if name == "access_token" else short_repr(error["input"])
    return f"{name[:MAX_SHOWN_LENGTH]} cannot be {shown}: {what}"


def _allowed(schema: dict[str, Any], value: object) -> str:
    """Return in words which values the JSON schema of a setting allows."""
    if "anyOf" in schema:
        return f"{_allowed(schema['anyOf'][0], value)}, or None (false in TOML)"
    if "enum" in schema:
        return " or ".join(f'"{one}"' for one in schema["enum"])
    match schema.get("type"):
        case "integer":
            return f"a whole number{_range(schema)}"
        case "number":
            return f"a number{_range(schema)}"
        case "boolean":
            return "true or false"
        case "array":
            example = value if isinstance(value, str) and value.isidentifier() else "isrc"
            return f'several names; write ["{example}"]'
        case "string" if schema.get("format") == "path":
            return "the path of a file"
        case "string":
            return f"text{_lengths(schema)}"
        case _:
            return "several settings: an AsyncSettings, or the table [async_io] in TOML"


def _range(schema: dict[str, Any]) -> str:
    maximum = schema["maximum"]
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']:g}, up to {maximum:.10g}"
    return f" from {schema['minimum']:g} to {maximum:.10g}"


def _lengths(schema: dict[str, Any]) -> str:
    if "maxLength" not in schema:
        return ""
    return f" of {schema['minLength']} to {schema['maxLength']} characters"
