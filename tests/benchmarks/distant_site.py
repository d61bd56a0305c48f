"""A fake Beatport with network latency, in its own process, so that its CPU time is not counted.

It serves the pages of `beatport_match.testing`, each rendered once, and logs when each request
arrived. One thread serves all connections, so a hundred connections cost it little.

    with distant_site(latency_s=0.2, jitter_s=0.05) as site:
        match_playlist(..., settings=MatchSettings(base_url=site.url))
        requests = site.take_requests()
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from urllib.request import urlopen

from local_library import catalogue_tracks, title

from beatport_match.testing import FakeBeatport

MAX_CACHED_PAGES = 5000
_LOG_PATH = "/request-log"


class LoggedRequest(NamedTuple):
    """A request: its arrival on the site's clock and the delay of its answer, in seconds."""

    arrived: float
    delay_s: float
    target: str


@dataclass(frozen=True)
class DistantSite:
    """The site as its client sees it."""

    url: str

    def take_requests(self) -> list[LoggedRequest]:
        """Return the requests since the last call."""
        with urlopen(self.url + _LOG_PATH) as response:
            return [LoggedRequest(*entry) for entry in json.loads(response.read())]


@contextmanager
def distant_site(
    *,
    latency_s: float = 0.0,
    jitter_s: float = 0.0,
    size: int = 600,
    all_on_sale: bool = False,
    slow: str = "",
    slow_s: float = 0,
    block: int = 0,
) -> Iterator[DistantSite]:
    """Start a site: `size` titles in three versions, each answer after `latency_s` ± `jitter_s`.

    One title in 25 is not on sale, unless `all_on_sale`. A request whose URL contains all words of
    `slow` is answered after `slow_s` seconds. With a `block`, each query is searched only among the
    `block` titles around its own, so that a search costs the same in a catalogue of any size.
    """
    options = {
        "--latency": latency_s,
        "--jitter": jitter_s,
        "--size": size,
        "--all-on-sale": int(all_on_sale),
        "--slow": slow,
        "--slow-s": slow_s,
        "--block": block,
    }
    command = [sys.executable, __file__, *(f"{name}={value}" for name, value in options.items())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield DistantSite(process.stdout.readline().strip())
        finally:
            process.terminate()


class _Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._block = options.block or options.size
        self._number_of_word = {
            word: number
            for number in range(options.size if options.block else 0)
            for word in title(number).casefold().split()
        }
        # A run over a playlist in order needs a few blocks at a time.
        self._fake = lru_cache(maxsize=4)(self._fake_of_block)
        self._pages: dict[str, bytes] = {}
        self._requests: list[LoggedRequest] = []

    async def serve(self) -> None:
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0, backlog=256)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode("ascii")
                if target == _LOG_PATH:
                    writer.write(_http_response(json.dumps(self._requests).encode()))
                    self._requests = []
                    continue
                arrived = time.perf_counter()
                delay_s = self._delay_s(target)
                self._requests.append(LoggedRequest(arrived, delay_s, target))
                page = self._page(target)
                await asyncio.sleep(arrived + delay_s - time.perf_counter())
                writer.write(page)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _delay_s(self, target: str) -> float:
        slow_words = set(self._options.slow.split())
        if slow_words and slow_words.issubset(re.split("[^A-Za-z]+", target)):
            return float(self._options.slow_s)
        digest = blake2b(target.encode(), digest_size=8).digest()
        # The same target always has the same delay.
        fraction = int.from_bytes(digest, "big") / 2**64
        return float(self._options.latency + self._options.jitter * (2 * fraction - 1))

    def _fake_of_block(self, block: int) -> FakeBeatport:
        numbers = range(block * self._block, min((block + 1) * self._block, self._options.size))
        return FakeBeatport(catalogue_tracks(numbers, all_on_sale=bool(self._options.all_on_sale)))

    def _block_of(self, target: str) -> int:
        words = re.findall("[a-z]+", target.casefold())
        return next(
            (
                self._number_of_word[word] // self._block
                for word in words
                if word in self._number_of_word
            ),
            0,
        )

    def _page(self, target: str) -> bytes:
        if target not in self._pages:
            if len(self._pages) > MAX_CACHED_PAGES:
                self._pages.clear()
            fake = self._fake(self._block_of(target))
            self._pages[target] = _http_response(fake.respond("GET", target).body)
        return self._pages[target]


def _http_response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("--latency", "--jitter", "--slow-s"):
        parser.add_argument(name, type=float, default=0.0)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--all-on-sale", type=int, default=0)
    parser.add_argument("--slow", default="")
    parser.add_argument("--block", type=int, default=0)
    asyncio.run(_Server(parser.parse_args()).serve())
