"""A folder with the files that examples in the docs use, and a fake Beatport for them."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from beatport_match import Catalogue, MatchSettings
from beatport_match.testing import (
    CatalogueTrack,
    FakeBeatport,
    FakeTokens,
    bundled_catalogue,
    demo_collection,
)

TRACKS = 30
TOKENS = FakeTokens(access="good", refresh="again", client_id="my-tool")


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A page may configure logging; the tests after it would log more."""
    loggers = [logging.getLogger(name) for name in ("", "beatport_match", "httpx", "httpcore")]
    before = [(one, one.level, [*one.handlers]) for one in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        for handler in {*logger.handlers} - {*handlers}:
            logger.removeHandler(handler)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with FakeBeatport(api=TOKENS).serve() as url:
        yield url


@pytest.fixture(scope="module")
def page_files(tmp_path_factory: pytest.TempPathFactory, base_url: str) -> Path:
    """The files in the folder of every page."""
    folder = tmp_path_factory.mktemp("page-files")
    (folder / "sample").mkdir()
    with demo_collection() as collection:
        write_shorter(collection, folder / "collection.xml")
        shutil.copy(collection, folder / "sample" / "collection.xml")
    (folder / "sample" / "settings.toml").write_text(f'base_url = "{base_url}"\n', "utf-8")
    names = [one.name for one in fields(CatalogueTrack)]
    rows = [{name: getattr(one, name) for name in names} for one in bundled_catalogue()]
    for name, some in (("pool.jsonl", rows), ("new.jsonl", rows[:3])):
        (folder / name).write_text("\n".join(json.dumps(row) for row in some), "utf-8")
    Catalogue.build(folder / "pool.jsonl", folder / "pool.catalogue")
    tokens = {"access_token": "good", "refresh_token": "again", "client_id": "my-tool"}
    (folder / "beatport-tokens.json").write_text(json.dumps(tokens), "utf-8")
    return folder


def write_shorter(collection: Path, path: Path) -> None:
    """Write the first `TRACKS` tracks of a collection: most pages show no number of the whole."""
    document = ET.parse(collection)
    tracks = document.find("COLLECTION")
    assert tracks is not None
    kept = {track.get("TrackID") for track in tracks[:TRACKS]}
    for node in (tracks, *document.iter("NODE")):
        for track in node.findall("TRACK"):
            if (track.get("TrackID") or track.get("Key")) not in kept:
                node.remove(track)
    document.write(path, "utf-8", xml_declaration=True)


@pytest.fixture
def folder(
    page_files: Path, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of a page; settings without a `base_url` use the fake Beatport."""
    shutil.copytree(page_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    plain = MatchSettings.__init__
    here = {"base_url": base_url, "api_url": f"{base_url}/v4", "requests_per_second": None}

    def against_the_fake(self: MatchSettings, /, **values: Any) -> None:
        plain(self, **(here | values))

    monkeypatch.setattr(MatchSettings, "__init__", against_the_fake)
    return tmp_path
