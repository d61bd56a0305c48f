"""A fake Beatport far away: a process of its own, so that its work is not taken for the client's.

It serves the pages of `beatport_match.testing`, each written once, and keeps a book of when each
request came. One thread waits for all, so a hundred connections cost it little.

    with far_shop(latency_s=0.2, jitter_s=0.05) as shop:
        match_playlist(..., settings=MatchSettings(base_url=shop.url))
        visits = shop.visits()
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
from hashlib import blake2b
from typing import NamedTuple
from urllib.request import urlopen

from local_library import sold

from beatport_match.testing import FakeBeatport

_BOOK = "/visits"


class Visit(NamedTuple):
    """A request: when it came, on the shop's clock, and how long it had to wait, in seconds."""

    came: float
    pause_s: float
    target: str


@dataclass(frozen=True)
class FarShop:
    """The shop as its client sees it."""

    url: str

    def visits(self) -> list[Visit]:
        """Who came since this was last asked."""
        with urlopen(self.url + _BOOK) as answer:
            return [Visit(*one) for one in json.loads(answer.read())]


@contextmanager
def far_shop(
    *,
    latency_s: float = 0.0,
    jitter_s: float = 0.0,
    size: int = 600,
    all_on_sale: bool = False,
    slow: str = "",
    slow_s: float = 0,
) -> Iterator[FarShop]:
    """Open a shop: `size` titles in three versions, `latency_s` ± `jitter_s` seconds an answer.

    One title in 25 is not on sale, unless `all_on_sale`.
    Whoever asks for an address with all words of `slow` in it waits `slow_s` seconds.
    """
    given = {
        "--latency": latency_s,
        "--jitter": jitter_s,
        "--size": size,
        "--all-on-sale": int(all_on_sale),
        "--slow": slow,
        "--slow-s": slow_s,
    }
    command = [sys.executable, __file__, *(f"{name}={value}" for name, value in given.items())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield FarShop(process.stdout.readline().strip())
        finally:
            process.terminate()


class _Shop:
    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._fake = FakeBeatport(sold(given.size, all_on_sale=bool(given.all_on_sale)))
        self._pages: dict[str, bytes] = {}
        self._visits: list[Visit] = []

    async def serve(self) -> None:
        server = await asyncio.start_server(self._visit, "127.0.0.1", 0, backlog=256)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode("ascii")
                if target == _BOOK:
                    writer.write(_answer(json.dumps(self._visits).encode()))
                    self._visits = []
                    continue
                came = time.perf_counter()
                pause_s = self._pause_s(target)
                self._visits.append(Visit(came, pause_s, target))
                page = self._page(target)
                await asyncio.sleep(came + pause_s - time.perf_counter())
                writer.write(page)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _pause_s(self, target: str) -> float:
        words = set(self._given.slow.split())
        if words and words.issubset(re.split("[^A-Za-z]+", target)):
            return float(self._given.slow_s)
        dice = int.from_bytes(blake2b(target.encode(), digest_size=8).digest(), "big") / 2**64
        return float(self._given.latency + self._given.jitter * (2 * dice - 1))

    def _page(self, target: str) -> bytes:
        if target not in self._pages:
            if len(self._pages) > 5000:
                self._pages.clear()
            self._pages[target] = _answer(self._fake.respond("GET", target).body)
        return self._pages[target]


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("--latency", "--jitter", "--slow-s"):
        parser.add_argument(name, type=float, default=0.0)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--all-on-sale", type=int, default=0)
    parser.add_argument("--slow", default="")
    asyncio.run(_Shop(parser.parse_args()).serve())
