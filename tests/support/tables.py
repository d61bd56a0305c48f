"""One test for a table of rows, in place of a test for each row."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any


def each_row(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Any]:
    """Run a test with each row of a table: the arguments are those of `pytest.mark.parametrize`.

    A test of its own for each row would take pytest longer than the rows. All rows run, and each
    row that fails is named in the failure. It is for tests that leave nothing behind.
    """
    keys, table = [name.strip() for name in names.split(",")], tuple(rows)
    assert table, "a table without rows would prove nothing"

    def decorate(test: Callable[..., None]) -> Any:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            errors: list[Exception] = []
            for row in table:
                values = row if len(keys) > 1 else (row,)
                try:
                    test(**dict(zip(keys, values, strict=True)), **fixtures)
                except Exception as error:  # noqa: BLE001 - reported below
                    error.add_note(f"in the row {names} = {row!r}")
                    errors.append(error)
            if len(errors) == 1:
                raise errors[0]
            if errors:
                raise ExceptionGroup(f"{len(errors)} of {len(table)} rows failed", errors)

        signature = inspect.signature(test)
        others = [one for name, one in signature.parameters.items() if name not in keys]
        # pytest asks the signature which fixtures the test needs.
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return decorate
