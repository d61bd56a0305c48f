"""CHANGELOG.md has the format of Keep a Changelog, and its newest release is this version."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from beatport_match import __version__

TEXT = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8")
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
HEADINGS = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
RELEASE = re.compile(r"\[(?P<version>\d+\.\d+\.\d+)\] - (?P<date>\d{4}-\d{2}-\d{2})")
RELEASES = [found for heading in HEADINGS if (found := RELEASE.fullmatch(heading))]


def numbers(release: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, release["version"].split(".")))


def test_unreleased_changes_come_first_then_releases_with_dates() -> None:
    assert HEADINGS[0] == "[Unreleased]"
    assert HEADINGS[1:] == [release[0] for release in RELEASES]


def test_the_newest_release_is_this_version() -> None:
    assert RELEASES[0]["version"] == __version__


def test_the_newest_release_comes_first() -> None:
    """The order holds for version numbers and for dates."""
    for newer, older in pairwise(RELEASES):
        assert numbers(newer) > numbers(older)
        assert newer["date"] >= older["date"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release["version"])
def test_a_release_has_an_iso_date(release: re.Match[str]) -> None:
    assert date.fromisoformat(release["date"]).isoformat() == release["date"]


def test_changes_are_grouped() -> None:
    """A release has sections with six possible names, each at most once and never empty."""
    for entry in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        heading, *sections = re.split(r"^### ", entry, flags=re.MULTILINE)
        names = [section.partition("\n")[0] for section in sections]
        assert set(names) <= set(SECTIONS)
        assert len(names) == len(set(names))
        assert all(section.partition("\n")[2].strip() for section in sections)
        assert sections or heading.startswith("[Unreleased]")
