"""The lists of wanted tracks: which track is in which list, and that each file is safe to open."""

from __future__ import annotations

import csv
from math import inf
from pathlib import Path

import pytest
from invented_results import HOSTILE, PageContent, candidate, match, result_of, scored
from invented_tracks import unchecked
from tables import each_row

from beatport_match import OutputError, PlaylistMatch, Track, Wants, read_playlist, write_wants
from beatport_match.model.evidence import MatchOutcome, Relation
from beatport_match.reports.wants import (
    MISSING_COLUMNS,
    candidates_to_buy,
    group_of,
    m3u_text,
    wants_page,
)

FILES = ["found.m3u8", "missing.csv", "missing.m3u8", "unsure.m3u8", "wants.html", "wants.txt"]
OTHER = scored(candidate(9, "Tide", mix_name="Live", label="Quay"), "other_version")


def tracks(*titles: str) -> list[Track]:
    return [Track(title, "Ana", duration_s=301.4, file=f"/music/{title}.mp3") for title in titles]


def some_results() -> PlaylistMatch:
    bought, unsure, sold_live, missing, failed = tracks("Tide", "Maybe", "Live", "Gone", "Fault")
    return result_of(
        match(bought, "matched", scored(candidate(1))),
        match(unsure, "review", scored(candidate(2, "Maybe"))),
        match(sold_live, "review", OTHER),
        match(missing, "not_found"),
        match(failed, "failed"),
    )


def missing_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "missing.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@each_row(
    "outcome, relations, group",
    [
        ("matched", ["same_recording"], "found"),
        ("review", ["same_recording", "other_version"], "unsure"),
        ("review", ["other_version", "same_recording"], "unsure"),
        ("review", ["other_version", "different"], "missing"),
        ("not_found", ["same_recording"], "missing"),
        ("not_found", [], "missing"),
        ("failed", ["same_recording"], "failed"),
    ],
)
def test_each_outcome_has_its_list(
    outcome: MatchOutcome, relations: list[Relation], group: str
) -> None:
    """A track that is only in another version on sale is missing; a failed one is not."""
    candidates = [scored(candidate(number), one) for number, one in enumerate(relations, 1)]
    assert group_of(match(Track("Tide"), outcome, *candidates)) == group


def test_every_list_is_written_and_counted(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "wants"
    written = write_wants(some_results(), folder)
    assert sorted(file.name for file in folder.iterdir()) == FILES
    assert written == Wants(
        str(folder), found=1, unsure=1, missing=2, failed=1, to_buy=1, without_file=0
    )
    assert str(written) == (
        f"{folder}: 1 found (1 Beatport link), 1 unsure, 2 missing; 1 failed and are in no list."
    )
    links = (folder / "wants.txt").read_text(encoding="utf-8")
    assert links == "Ana - Tide (Dub)\thttps://www.beatport.com/track/tide/1\n"
    page = PageContent((folder / "wants.html").read_text(encoding="utf-8"))
    assert ("href", "https://www.beatport.com/track/tide/1") in page.attributes
    assert "script" not in page.tags


def test_missing_tracks_name_the_other_version(tmp_path: Path) -> None:
    write_wants(some_results(), tmp_path)
    sold_live, missing = missing_rows(tmp_path)
    assert list(sold_live) == MISSING_COLUMNS
    assert (sold_live["title"], sold_live["status"]) == ("Live", "other_version")
    assert sold_live["other_mix"] == "Live"
    assert sold_live["other_url"] == "https://www.beatport.com/track/tide/9"
    assert (missing["title"], missing["status"], missing["other_url"]) == ("Gone", "not_found", "")


@pytest.mark.parametrize(("name", "title"), [("found", "Tide"), ("unsure", "Maybe")])
def test_playlists_can_be_read_again(tmp_path: Path, name: str, title: str) -> None:
    write_wants(some_results(), tmp_path)
    (track,) = read_playlist(tmp_path / f"{name}.m3u8")
    assert (track.title, track.file) == (f"Ana - {title}", f"/music/{title}.mp3")
    assert track.duration_s == 301


def test_tracks_without_a_usable_file_are_counted(tmp_path: Path) -> None:
    """A line break in a path would become another entry of the playlist."""
    unusable = [Track("A"), Track("B", file=""), Track("C", file="/a\n/etc/b.mp3")]
    found = [match(track, "not_found") for track in [*unusable, *tracks("D")]]
    written = write_wants(result_of(*found), tmp_path)
    assert (written.missing, written.without_file) == (4, 3)
    assert "; 3 without a file are in no M3U." in str(written)
    playlist = (tmp_path / "missing.m3u8").read_text(encoding="utf-8")
    assert playlist == "#EXTM3U\n#EXTENC:UTF-8\n#EXTINF:301,Ana - D\n/music/D.mp3\n"


@pytest.mark.parametrize(
    ("path", "line"), [("#1 hit.mp3", "./#1 hit.mp3"), (" a.mp3", "./ a.mp3"), ("C:\\a.mp3", None)]
)
def test_a_path_is_never_read_as_a_comment(path: str, line: str | None) -> None:
    text = m3u_text([match(Track("A\nB", file=path, duration_s=-3), "matched")])
    assert text.splitlines()[2:] == ["#EXTINF:-1,A B", line or path]


def test_bytes_of_a_file_name_are_kept(tmp_path: Path) -> None:
    """Python reads bytes that are not text as surrogates; other surrogates are no bytes."""
    track = Track("Odd \udcff", file="/music/\udcff \ud800.mp3")
    write_wants(result_of(match(track, "not_found")), tmp_path)
    assert b"\n/music/\xff \xef\xbf\xbd.mp3\n" in (tmp_path / "missing.m3u8").read_bytes()


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    found = candidate(1, HOSTILE, url="javascript:alert(1)", label=HOSTILE, artists=(HOSTILE,))
    formula = Track("=1+1", "@a", file="+b.mp3")
    result = result_of(match(Track("Tide"), "matched", scored(found)), match(formula, "not_found"))
    write_wants(result, tmp_path)
    page = PageContent((tmp_path / "wants.html").read_text(encoding="utf-8"))
    assert not {"script", "img", "a"} & set(page.tags)
    assert any("<img src=x" in text for text in page.texts)
    assert "\u202e" not in "".join(page.texts)
    (row,) = missing_rows(tmp_path)
    assert (row["title"], row["artists"], row["file"]) == ("'=1+1", "'@a", "'+b.mp3")


def test_impossible_numbers_are_not_shown() -> None:
    page = wants_page(
        [
            unchecked(candidate(1), bpm=inf, length_s=inf),
            unchecked(candidate(2), bpm=-inf, length_s=-5),
        ]
    )
    assert "inf" not in page
    assert "5:00" in wants_page([candidate(1, length_s=300)])


def test_a_track_is_bought_once() -> None:
    """Two files may be the same Beatport track."""
    matches = [match(track, "matched", scored(candidate(1))) for track in tracks("A", "B")]
    assert candidates_to_buy(matches) == [candidate(1)]


def test_empty_results_give_empty_lists(tmp_path: Path) -> None:
    """An empty list replaces the longer one of an earlier run."""
    write_wants(some_results(), tmp_path)
    write_wants(result_of(), tmp_path)
    assert (tmp_path / "wants.txt").read_bytes() == b""
    assert missing_rows(tmp_path) == []
    assert "No track was found" in (tmp_path / "wants.html").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_wants(result_of(), tmp_path / "file" / "wants")
