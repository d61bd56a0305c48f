"""The table and catalogue for every engine, and the expected answers of one process."""

from __future__ import annotations

from pathlib import Path

import playlist_tables
import pytest
from playlist_tables import SETTINGS, Row, catalogue_rows, sort_by_id
from table_match import match_rows

from beatport_match import Catalogue


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scale") / "pool.catalogue"
    Catalogue.build(catalogue_rows(), path)
    return path


@pytest.fixture(scope="session")
def table() -> list[Row]:
    return playlist_tables.rows()


@pytest.fixture(scope="session")
def expected(table: list[Row], pool: Path) -> list[Row]:
    return sort_by_id(match_rows(table, str(pool), SETTINGS))
