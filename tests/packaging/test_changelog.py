"""CHANGELOG: "The form is that of Keep a Changelog", and its newest release is this one."""

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


def test_every_entry_is_of_a_release_or_of_none_yet() -> None:
    """Keep a Changelog: "an Unreleased section at the top", then releases with their dates."""
    assert HEADINGS[0] == "[Unreleased]"
    assert HEADINGS[1:] == [release[0] for release in RELEASES]


def test_the_newest_release_is_this_version() -> None:
    """ "Version in one place": what the code says of itself is what the changelog says."""
    assert RELEASES[0]["version"] == __version__


def test_the_newest_release_comes_first() -> None:
    """Keep a Changelog: "The latest version comes first", by its number and by its day."""
    for newer, older in pairwise(RELEASES):
        assert numbers(newer) > numbers(older)
        assert newer["date"] >= older["date"]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release["version"])
def test_a_release_has_its_date(release: re.Match[str]) -> None:
    """Keep a Changelog: "The release date of each version is displayed", as ISO 8601 has it."""
    assert date.fromisoformat(release["date"]).isoformat() == release["date"]


def test_changes_are_grouped() -> None:
    """Keep a Changelog: "The same types of changes should be grouped": in sections of six names,
    each at most once in a release and never empty."""
    for entry in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        heading, *sections = re.split(r"^### ", entry, flags=re.MULTILINE)
        names = [section.partition("\n")[0] for section in sections]
        assert set(names) <= set(SECTIONS)
        assert len(names) == len(set(names))
        assert all(section.partition("\n")[2].strip() for section in sections)
        assert sections or heading.startswith("[Unreleased]")
