"""A version that is not on sale is not accepted, and a harmless phrase changes nothing."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import adversaries
import pytest
from adversaries import Form, Tally, catalogue_candidates, invented_candidates, run, run_sample
from adversary_phrases import BARE_HARMLESS, HARMLESS, UNMISTAKABLE, VERSIONS
from docs_marks import between_marks
from floors import MAX_ACCEPTED_VERSIONS, MIN_HARMLESS_ACCEPTED

ROWS = invented_candidates(300)


@pytest.fixture(scope="module")
def tally() -> Tally:
    return run_sample(ROWS, 1)


def listed(tally: Tally) -> str:
    return "\n".join(str(form.track(sold)) for form, sold in tally.errors[:20])


def test_versions_that_are_not_on_sale_are_not_accepted(tally: Tally) -> None:
    found = tally.of("versions")
    assert found.size > 4000
    assert len(found.errors) <= MAX_ACCEPTED_VERSIONS, listed(found)


def test_harmless_phrases_are_accepted(tally: Tally) -> None:
    found = tally.of("harmless")
    assert found.size > 600
    assert 1 - len(found.errors) / found.size >= MIN_HARMLESS_ACCEPTED, listed(found)


def test_the_lists_are_large_and_do_not_overlap() -> None:
    """The phrases without a separator are in the lists as well."""
    versions = [phrase for some in VERSIONS.values() for phrase in some]
    harmless = [phrase for some in HARMLESS.values() for phrase in some]
    assert len(versions) >= 120
    assert len({*versions, *harmless}) == len(versions) + len(harmless)
    assert set(versions) >= UNMISTAKABLE
    assert set(harmless) >= BARE_HARMLESS


def test_each_half_counts_its_own_errors() -> None:
    """An accepted version is an error, and so is a harmless phrase that is not accepted."""
    sold = ROWS[0]
    wrong = (
        Form("versions", "planted", "Original Mix", "(x)", measured=True),
        Form("harmless", "planted", "Dub", "(x)", measured=False),
    )
    right = (
        Form("versions", "planted", "Dub", "(x)", measured=True),
        Form("harmless", "planted", "Original Mix", "(x)", measured=False),
    )
    tally = run((form, sold) for form in wrong + right)
    assert tally.errors == [(form, sold) for form in wrong]
    assert tally.of("versions").size == tally.of("harmless").size == 2
    report = adversaries.report(tally, 1)
    assert report.count("| planted | ") == 2
    assert report.count(" 1/2 |") == 8  # per half: by kind and in the last line, twice each
    assert "1 of these errors have equal length and tempo, 0 have neither." in report


def test_the_same_size_gives_the_same_tracks() -> None:
    assert invented_candidates(40) == invented_candidates(40)
    assert len({one.name for one in ROWS}) == 300


def test_a_catalogue_can_replace_the_invented_tracks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only original mixes with all fields are drawn. `--write` puts the tables on the page."""
    full = {
        "id": 7,
        "name": "Small Hours",
        "mix_name": "Original Mix",
        "artists": ["Lea Quint"],
        "label": "Kiln",
        "catalog_number": "KILN01",
        "bpm": 121,
        "key": "A Minor",
        "length_ms": 365000,
    }
    rows = [full, {**full, "mix_name": "Dub"}, {**full, "label": None}, {**full, "key": None}]
    file, page = tmp_path / "catalogue.jsonl.gz", tmp_path / "evaluation.md"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(row)}\n" for row in rows)
    page.write_text("<!-- adversaries: begin -->\n<!-- adversaries: end -->\n", "utf-8")
    (sold,) = catalogue_candidates(file, 5)
    assert (sold.id, sold.length_s, sold.camelot) == (7, 365, "8A")
    monkeypatch.setattr(adversaries, "DOCS", tmp_path)
    monkeypatch.setattr(adversaries, "HALVES", {"harmless": ({"noise": ("MP3",)}, ())})
    given = ["adversaries.py", "--catalogue", str(file), "--sample", "1", "--errors", "1"]
    monkeypatch.setattr(sys, "argv", [*given, "--write"])
    adversaries.main()
    assert between_marks(page, "adversaries") in capsys.readouterr().out
