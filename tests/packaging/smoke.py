"""What an installed package does with some extras, or none: `python smoke.py [EXTRA …]`.

A program of its own, for it runs where there is neither pytest nor the repository. It matches one
track in both colours, and sees to it that what needs an absent extra says which.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from beatport_match import (
    Candidate,
    Catalogue,
    MatchSettings,
    MisuseError,
    Track,
    amatch_track,
    match_track,
    rank,
)
from beatport_match.cli import main
from beatport_match.testing import FakeBeatport

# What each extra brings along.
BRINGS = {
    "cli": ("rich",),
    "offline": ("tantivy",),
    "parquet": ("pyarrow", "tantivy"),
    "web": ("starlette", "uvicorn"),
}
TRACK = Track("Paper Satellites (Extended Mix)", "Corvane")
ROW = {
    "id": 7,
    "name": "Paper Satellites",
    "mix_name": "Extended Mix",
    "artists": ["Corvane"],
}


def there(family: str) -> bool:
    return find_spec(family) is not None


def matches() -> None:
    """Judgement, both colours and the fake need no extra."""
    sold = Candidate(id=7, name=TRACK.title, mix_name="Extended Mix", artists=("Corvane",))
    assert rank(TRACK, [sold])[0].relation == "same_recording"
    with FakeBeatport().serve() as base_url:
        settings = MatchSettings(base_url=base_url, requests_per_second=None)
        match = match_track(TRACK, settings=settings)
        assert match.matched, match.explain()
        assert asyncio.run(amatch_track(TRACK, settings=settings)) == match


def commands() -> None:
    """The command needs no extra; `cli` only makes it look well."""
    with FakeBeatport().serve() as base_url, contextlib.redirect_stdout(io.StringIO()) as told:
        code = main(["track", f"{TRACK.artist_text} - {TRACK.title}", "--base-url", base_url])
    assert code == 0, told.getvalue()
    assert "Paper Satellites" in told.getvalue()


def catalogues(folder: Path) -> None:
    """Offline catalogues need `offline`, Parquet needs `parquet`; each is named where absent."""
    built = folder / "mine"
    if not there("tantivy"):
        needs("offline", [ROW], built)
        return
    Catalogue.build([ROW], built)
    with Catalogue.open(built) as opened:
        assert match_track(TRACK, source=opened.source()).matched
    file = folder / "rows.parquet"
    if not there("pyarrow"):
        file.touch()
        needs("parquet", file, built)
        return
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist([ROW]), file)
    assert Catalogue.build(file, built).rows == 1


def needs(extra: str, rows: object, path: Path) -> None:
    """Building is refused in a sentence that names the extra."""
    try:
        Catalogue.build(rows, path)
    except MisuseError as error:
        told = str(error)
    else:
        told = "it was built"
    assert f"pip install 'beatport-match[{extra}]'" in told, told


def smoke(extras: list[str], *, alone: bool) -> None:
    brought = {family for extra in extras for family in BRINGS[extra]}
    for family in {family for families in BRINGS.values() for family in families}:
        assert not alone or there(family) == (family in brought), f"{family}: {there(family)}"
    matches()
    commands()
    with tempfile.TemporaryDirectory() as folder:
        catalogues(Path(folder))
    print(f"extras {', '.join(extras) or 'none'}: as it should be")


if __name__ == "__main__":
    smoke(sys.argv[1:], alone=True)
