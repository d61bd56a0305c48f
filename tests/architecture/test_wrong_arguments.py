"""A public function that gets an argument of a wrong type raises an error of one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from beatport_match import (
    Candidate,
    Catalogue,
    Decisions,
    MatchSettings,
    MisuseError,
    PlaylistMatch,
    Track,
    enrich_library,
    is_match,
    list_playlists,
    load_metrics_from_json,
    plan_tags,
    rank,
    read_playlist,
    undo_tags,
    write_match_report,
    write_review_page,
    write_tags,
    write_wants,
)

A_FILE = "must be the path of a file, not 5."
A_FOLDER = "must be the path of a folder, not 5."
NAMES = "must be several names, not 'key'; write [\"key\"]."
MATCHES = "matches must be several matches, not 1; such as result.matches."
ENRICH = partial(enrich_library, "collection.xml")
CALLS: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any], str]] = [
    (read_playlist, (5,), {}, f"path {A_FILE}"),
    (list_playlists, (5,), {}, f"path {A_FILE}"),
    (ENRICH, ([], "new.xml"), {"overwrite": "key"}, f"overwrite= {NAMES}"),
    (ENRICH, ([], "new.xml"), {"overwrite": [["key"]]}, "['key'] cannot be overwritten, only "),
    (ENRICH, ([1], "new.xml"), {}, MATCHES),
    (ENRICH, ([], 5), {}, f"out {A_FILE}"),
    (plan_tags, ([1],), {}, MATCHES),
    (plan_tags, (1,), {}, MATCHES),
    (plan_tags, ("x",), {}, "matches must be several matches, not 'x'; such as result.matches."),
    (plan_tags, ([], 5), {}, f"folder {A_FOLDER}"),
    (plan_tags, ([],), {"fields": "key"}, f"fields= {NAMES}"),
    (plan_tags, ([],), {"overwrite": "key"}, f"overwrite= {NAMES}"),
    (plan_tags, ([],), {"fields": 5}, "fields= must be several names, not 5; "),
    (write_tags, (1, 2), {}, "plan must be a TagPlan, not 1; plan_tags returns one."),
    (undo_tags, (5,), {}, f"backup {A_FILE}"),
    (write_match_report, (1, "x.html"), {}, "result must be a PlaylistMatch, not 1; "),
    (write_review_page, (1, "x"), {}, "result must be a PlaylistMatch, not 1; "),
    (write_wants, (1, "x"), {}, "result must be a PlaylistMatch, not 1; "),
    (PlaylistMatch.from_json, (5,), {}, f"path {A_FILE}"),
    (MatchSettings.load, (5,), {}, f"path {A_FILE}"),
    (MatchSettings().save, (5,), {}, f"path {A_FILE}"),
    (load_metrics_from_json, (5,), {}, f"path {A_FILE}"),
    (Decisions, (5,), {}, f"decisions {A_FILE}"),
    (Catalogue.open, (5,), {}, f"path {A_FOLDER}"),
    (Catalogue.build, ([], 5), {}, f"path {A_FOLDER}"),
    (Catalogue.build, (5, "x"), {}, "rows_or_file must be several rows, not 5; or give the path"),
    (is_match, (5,), {}, "scored must be a ScoredCandidate, not 5; rank returns them."),
    (rank, (Track("x"), 5), {}, "candidates must be several candidates, not 5; such as a list."),
    (rank, (Track("x"), "y"), {}, "candidates must be several candidates, not 'y'; such as a"),
    (Candidate, (), {"id": 1, "name": "x", "bpm": "128"}, "Candidate.bpm must be a finite "),
]


def test_decisions_are_about_a_track(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"the track must be a Track, not 'x'; such as match"):
        Decisions(tmp_path / "decisions.jsonl").about("x")  # type: ignore[arg-type]


@pytest.mark.parametrize(("function", "arguments", "named", "sentence"), CALLS)
def test_wrong_argument_is_one_sentence(
    function: Callable[..., object],
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MisuseError) as caught:
        function(*arguments, **named)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    assert list(tmp_path.iterdir()) == []
