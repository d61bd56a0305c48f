"""Check an installed package with the given extras: `python smoke.py [EXTRA …]`.

It is a separate program, because it runs without pytest and without the repository. It matches one
track in sync and async mode. It also checks that a feature whose extra is missing names that extra.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from beatport_match import (
    Candidate,
    Catalogue,
    MatchSettings,
    MissingDependencyError,
    Track,
    amatch_track,
    match_track,
    plan_tags,
    rank,
)
from beatport_match.cli import main
from beatport_match.testing import FakeBeatport

# The packages that each extra installs.
PACKAGES_OF = {
    "cli": ("rich", "shtab"),
    "files": ("tinytag",),
    "offline": ("tantivy",),
    "parquet": ("pyarrow", "tantivy"),
    "socks": ("socksio",),
    "tags": ("mutagen",),
    "web": ("fastapi", "starlette", "uvicorn"),
}
TRACK = Track("Paper Satellites (Extended Mix)", "Corvane")
ROW = {
    "id": 7,
    "name": "Paper Satellites",
    "mix_name": "Extended Mix",
    "artists": ["Corvane"],
}


def is_installed(package: str) -> bool:
    return find_spec(package) is not None


def matches() -> None:
    """Scoring, both modes and the fake Beatport need no extra."""
    candidate = Candidate(id=7, name=TRACK.title, mix_name="Extended Mix", artists=("Corvane",))
    assert rank(TRACK, [candidate])[0].relation == "same_recording"
    with FakeBeatport().serve() as base_url:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)
        match = match_track(TRACK, settings=settings)
        assert match.matched, match.explain()
        assert asyncio.run(amatch_track(TRACK, settings=settings)) == match


def commands() -> None:
    """The command needs no extra; `cli` only adds colours and a progress bar."""
    with FakeBeatport().serve() as base_url, contextlib.redirect_stdout(io.StringIO()) as output:
        code = main(["track", f"{TRACK.artist_text} - {TRACK.title}", "--base-url", base_url])
    assert code == 0, output.getvalue()
    assert "Paper Satellites" in output.getvalue()


def catalogues(folder: Path) -> None:
    """Offline catalogues need `offline`, Parquet needs `parquet`; an error names a missing one."""
    built = folder / "mine"
    if not is_installed("tantivy"):
        check_refused("offline", lambda: Catalogue.build([ROW], built))
        return
    Catalogue.build([ROW], built)
    with Catalogue.open(built) as opened:
        assert match_track(TRACK, source=opened.source()).matched
    file = folder / "rows.parquet"
    if not is_installed("pyarrow"):
        file.touch()
        check_refused("parquet", lambda: Catalogue.build(file, built))
        return
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist([ROW]), file)
    assert Catalogue.build(file, built).rows == 1


def tags() -> None:
    """Tags need `tags`."""
    if is_installed("mutagen"):
        assert plan_tags([]).files == ()
    else:
        check_refused("tags", lambda: plan_tags([]))


def check_refused(extra: str, action: Callable[[], object]) -> None:
    """Check that the error of an action names the missing extra."""
    try:
        action()
    except MissingDependencyError as error:
        message = str(error)
    else:
        message = "no error was raised"
    assert f"pip install 'beatport-match[{extra}]'" in message, message


def smoke(extras: list[str], *, alone: bool) -> None:
    expected = {package for extra in extras for package in PACKAGES_OF[extra]}
    for package in {package for packages in PACKAGES_OF.values() for package in packages}:
        installed = is_installed(package)
        assert not alone or installed == (package in expected), f"{package}: {installed}"
    matches()
    commands()
    with tempfile.TemporaryDirectory() as folder:
        catalogues(Path(folder))
    tags()
    print(f"extras {', '.join(extras) or 'none'}: ok")


if __name__ == "__main__":
    smoke(sys.argv[1:], alone=True)
