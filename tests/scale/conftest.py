"""What every engine is given, and what one process makes of it."""

from __future__ import annotations

from pathlib import Path

import large_catalogue
import playlist_tables
import pytest
from playlist_tables import CATALOGUE_ROWS, SETTINGS, Row, known
from table_match import match_rows

from beatport_match import Catalogue


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scale") / "pool.catalogue"
    Catalogue.build(large_catalogue.rows(CATALOGUE_ROWS), path)
    return path


@pytest.fixture(scope="session")
def table() -> list[Row]:
    return playlist_tables.rows()


@pytest.fixture(scope="session")
def expected(table: list[Row], pool: Path) -> list[Row]:
    return known(match_rows(table, str(pool), SETTINGS))
