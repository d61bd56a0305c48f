"""Fuzz the readers of pages and playlists, guided by coverage.

    pip install atheris
    python tests/faults/guided_faults.py pages|records|playlists -max_total_time=300 [CORPUS]

Only errors of this library may be raised, and a page that cannot be parsed must not become
`not_found`. Minimise each finding and add it to the tests of the reader.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris  # type: ignore[import-not-found]  # the test suite does not need it

with atheris.instrument_imports(include=["beatport_match", "json"]):
    from beatport_match.beatport import WebSource
    from beatport_match.errors import Failure, PlaylistError
    from beatport_match.matching.protocol import Response
    from beatport_match.playlists import list_playlists, read_playlist
    from beatport_match.testing import FakeBeatport, bundled_catalogue, demo_collection

WEB = WebSource(base_url="https://www.beatport.com", max_results=100, user_agent="fuzz")
SEARCH, TRACK = WEB.search("copper", "fuzz").parse, WEB.track(7002).parse
HEAD = b'<html><script id="__NEXT_DATA__" type="application/json">'


def read_page(data: bytes) -> None:
    """Parse the bytes as a search page and as a track page, plain and inside a page's HTML."""
    for body in (data, HEAD + data + b"</script></html>"):
        response = Response(status=200, url="", body=body)
        for read in (SEARCH, TRACK):
            value = read(response)
            if not isinstance(value, Failure) and not value.candidates:
                # Only an empty list, or the 404 page of Next.js, means that there is no result.
                assert b"[]" in b"".join(body.split()) or b"404" in body or b"_error" in body


def read_records(data: bytes) -> None:
    """Replace parts of a valid page by values from the bytes, and parse it."""
    bytes_left = atheris.FuzzedDataProvider(data)
    for page, read in ((json.loads(seed), read) for seed, read in zip(PAGES, READS, strict=True)):
        for _ in range(bytes_left.ConsumeIntInRange(1, 4)):
            node = page
            while True:
                keys = list(node) if isinstance(node, dict) else list(range(len(node)))
                if not keys:
                    break
                key = keys[bytes_left.ConsumeIntInRange(0, len(keys) - 1)]
                if (
                    not isinstance(node[key], dict | list)
                    or bytes_left.ConsumeIntInRange(0, 9) == 0
                ):
                    with suppress(ValueError, RecursionError):
                        node[key] = json.loads(bytes_left.ConsumeUnicode(40))
                    break
                node = node[key]
        read(Response(status=200, url="", body=HEAD + json.dumps(page).encode() + b"</script>"))


FILE = Path(tempfile.mkdtemp()) / "playlist"


def read_file(data: bytes) -> None:
    """Read the bytes as a playlist file."""
    FILE.write_bytes(data)
    with suppress(PlaylistError):
        for _ in read_playlist(FILE, on_problem=lambda _: None):
            pass
    with suppress(PlaylistError):
        list_playlists(FILE)


def pages() -> list[bytes]:
    """Return the JSON data of a search page and of a track page."""
    song = bundled_catalogue()[0]
    fake = FakeBeatport(bundled_catalogue()[:3], miss_rate=0)
    paths = ("/search/tracks?q=" + song.name.replace(" ", "+"), f"/track/-/{song.id}")
    bodies = [fake.respond("GET", path).body.split(b"__NEXT_DATA__")[1] for path in paths]
    return [body.split(b">", 1)[1].split(b"</script>")[0] for body in bodies]


PAGES, READS = pages(), (SEARCH, WEB.track(bundled_catalogue()[0].id).parse)


def seeds(target: str) -> list[bytes]:
    """Return the initial inputs: small pages, and playlists in every format."""
    if target != "playlists":
        return PAGES if target == "pages" else [bytes(range(256))]
    with demo_collection() as path:
        xml = path.read_bytes()[:4000]
    return [
        xml,
        b"#EXTM3U\n#EXTINF:120,Plinth - Copper\n/music/copper.mp3\n",
        b"title,artist,bpm\nCopper,Plinth,124\n",
        "Track Title\tArtist\r\nCopper\tPlinth\r\n".encode("utf-16"),
    ]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "pages": read_page,
    "records": read_records,
    "playlists": read_file,
}


def main() -> None:
    target, *options = sys.argv[1:]
    corpus = Path(tempfile.mkdtemp())
    for number, seed in enumerate(seeds(target)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
