"""How long a program needs before it can match, and for its first match, in new processes.

All times are CPU times, and the processes of all cases run alternately, so that other programs on
the machine affect all cases equally. The first match is compared with `httpx` alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from distant_site import distant_site
from goals import Figure

import beatport_match

_PACKAGE = Path(beatport_match.__file__).parent
_COMPILE_VARIABLES = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
_PYDANTIC = "import pydantic"
_OURS = "import beatport_match"
_MATCHING = "from beatport_match import match_track"
_HTTPX = """
import httpx
with httpx.Client() as client:
    client.get(site + "/search/tracks?q=bado").raise_for_status()
"""
_FIRST_MATCH = """
from beatport_match import MatchSettings
settings = MatchSettings(base_url=site, max_queries=1)
assert not match_track("Bado - Bafe", settings=settings).failures
"""
_TIMED = """
import json, sys, time
site = sys.argv[1]
def timed(code):
    start = time.process_time()
    exec(code, globals())
    return 1000 * (time.process_time() - start)
print(json.dumps([timed(code) for code in sys.argv[2:]]))
"""


def imports(runs: int, *, quick: bool) -> Iterator[Figure]:
    """Measure imports and the first match, with compiled modules, as pip installs them."""
    cpu_ms: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, distant_site(size=50) as site:
        without_cache = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_PACKAGE, Path(folder, _PACKAGE.name), ignore=without_cache)
        compiled = {"PYTHONPYCACHEPREFIX": str(Path(folder, "compiled")), "PYTHONPATH": folder}
        # Turn 0 compiles the modules and does not count.
        for turn in range(1 + (1 if quick else 7 * runs)):
            for cases in (
                {_PYDANTIC: _PYDANTIC},
                {_OURS: _OURS},
                {_MATCHING: _MATCHING, "first match": _FIRST_MATCH},
                {"httpx": _HTTPX},
            ):
                times = _times_ms(site.url, list(cases.values()), compiled)
                for name, time_ms in zip(cases, times, strict=True):
                    cpu_ms.setdefault(name, []).extend([time_ms] if turn else [])
    for name, goal in ((_OURS, 150.0), (_MATCHING, None)):
        yield Figure(f"CPU time of {name}", tuple(cpu_ms[name]), "ms", at_most=goal)
    ratio = median(cpu_ms[_OURS]) / median(cpu_ms[_PYDANTIC])
    yield Figure(f"{_OURS} over {_PYDANTIC}", (ratio,), "×", at_most=1.6)
    firsts, imported = cpu_ms["first match"], cpu_ms[_MATCHING]
    over = tuple(first - alone for first, alone in zip(firsts, cpu_ms["httpx"], strict=True))
    name = "CPU time of the first match_track over httpx with its import and one request"
    yield Figure(name, over, "ms", at_most=100)
    with_import = tuple(map(sum, zip(over, imported, strict=True)))
    yield Figure("… with our import", with_import, "ms")
    name = "CPU time of import and first match in a new process"
    yield Figure(name, tuple(map(sum, zip(firsts, imported, strict=True))), "ms", table="overview")


def _times_ms(url: str, codes: list[str], environment: dict[str, str]) -> list[float]:
    """Run the pieces of code in one new process; return the CPU time of each in milliseconds."""
    ours = {name: value for name, value in os.environ.items() if name not in _COMPILE_VARIABLES}
    command = [sys.executable, "-c", _TIMED, url, *codes]
    ran = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**ours, **environment}
    )
    times_ms: list[float] = json.loads(ran.stdout)
    return times_ms
