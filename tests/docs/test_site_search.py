"""The check of the site's search finds a missing word. The gate `docs` runs it on the site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import site_search
from docs_pages import DOCS, ROOT


def test_a_word_must_be_in_a_title_of_each_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another page with the word, or a longer word, is not enough."""
    index = tmp_path / "search" / "search_index.json"
    index.parent.mkdir()
    monkeypatch.setattr(site_search, "WORDS", {"token": ("sources.html",)})
    monkeypatch.setattr("sys.argv", ["site_search.py", str(tmp_path)])
    for title, location, code in (
        ("OAuth tokens", "sources.html#oauth", 0),
        ("OAuth tokens", "how-to.html", 1),
        ("Tokenise", "sources.html", 1),
    ):
        index.write_text(json.dumps({"docs": [{"title": title, "location": location}]}), "utf-8")
        assert site_search.main() == code
    assert "'token' is in no title of sources.html" in capsys.readouterr().out


def test_the_pages_exist_and_the_gate_runs_the_check() -> None:
    wanted = {page for pages in site_search.WORDS.values() for page in pages}
    assert [page for page in wanted if not (DOCS / page).with_suffix(".md").exists()] == []
    assert "tests/docs/site_search.py" in (ROOT / ".ci" / "gates" / "docs").read_text("utf-8")
