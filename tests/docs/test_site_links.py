"""The check of the links in signatures finds a name without one. The gate `docs` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_links
from docs_pages import ROOT

LINK = '<a class="autorefs autorefs-internal" href="values.html#beatport_match.Track">Track</a>'
PARAMETER = '<span title="beatport_match.Track.title">title</span>'


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (LINK + PARAMETER, ""),
        (
            f'{LINK}<span title="beatport_match.engine.x.Tracks">',
            "page.html: beatport_match.engine.",
        ),
        (f'{LINK}<span title="beatport_match.engine.x.T">', ""),
        (PARAMETER, "has mkdocstrings changed its HTML?"),
    ],
)
def test_a_type_without_a_link_is_reported(
    html: str,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Parameters and type variables need no link; pages without any link are not the reference."""
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "page.html").write_text(html, "utf-8")
    monkeypatch.setattr("sys.argv", ["site_links.py", str(tmp_path)])
    assert site_links.main() == bool(problem)
    assert problem in capsys.readouterr().out


def test_the_gate_runs_the_check() -> None:
    assert "tests/docs/site_links.py" in (ROOT / ".ci" / "gates" / "docs").read_text("utf-8")
