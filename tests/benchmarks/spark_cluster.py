"""A standalone Spark cluster on this machine, whose workers can be measured and killed.

The master and each worker are separate processes, as on several machines; they share only the
disk. A worker has one core. Its processes form one session of the operating system: the JVM of the
worker, the JVM of its executor, and the executor's Python processes. Needs Linux, Java and PySpark.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_DEPLOY = "org.apache.spark.deploy"
_MAX_START_S = 180.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """What a process has used: CPU time in seconds, peak and private memory in MB.

    The CPU time includes children that have ended. Private memory leaves out mapped files, which
    processes share.
    """

    pid: int
    parent: int
    session: int
    name: str
    cpu_s: float
    peak_mb: float
    private_mb: float


def usage_of(pid: int | str = "self") -> Usage:
    """Return the usage of a process; raise `OSError` if there is none."""
    folder = Path("/proc", str(pid))
    # The name of a program stands in brackets, and may hold brackets.
    before, _, after = (folder / "stat").read_text().rpartition(")")
    number, _, name = before.partition(" (")
    fields = after.split()
    lines = (folder / "status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    peak, private = (int(status.get(one, "0").split()[0]) / 1000 for one in ("VmHWM", "RssAnon"))
    ticks = sum(map(int, fields[11:15]))
    parent, session = int(fields[1]), int(fields[3])
    return Usage(int(number), parent, session, name, ticks / _TICKS_PER_S, peak, private)


def usages_of(sessions: Iterable[int]) -> list[Usage]:
    """Return the usage of all running processes of some sessions."""
    wanted, found = set(sessions), []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # the process has ended meanwhile
            found.append(usage_of(folder.name))
    # A process that has ended, but that its parent has not noticed, has no memory.
    return [one for one in found if one.session in wanted and one.peak_mb]


def machine_cpu_s() -> float:
    """Return the CPU time in seconds that all programs of the machine have used since its start."""
    user, nice, system, _, _, *rest = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *rest))) / _TICKS_PER_S


@dataclass
class Cluster:
    """A running cluster: the URL of its master, and the process IDs of its workers."""

    url: str
    workers: list[int]
    _killed: list[Usage] = field(default_factory=list)

    def usages(self) -> list[Usage]:
        """Return the usage of all processes of the workers, killed ones as they were killed."""
        return [*self._killed, *usages_of(self.workers)]

    def kill_worker(self) -> None:
        """Kill all processes of one worker at once, as when its machine fails."""
        self._killed += usages_of([self.workers[-1]])
        _kill([self.workers[-1]])


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[Cluster]:
    """Start a cluster whose files are in `folder`, and end it after the block."""
    folder.mkdir(parents=True)
    log = folder / "master.log"
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start("master.Master", log, "--port", "0"))
        (url,) = _lines(log, r"Starting Spark master at (spark://\S+)", 1)
        for number in range(workers):
            files = folder / f"worker{number}"
            arguments = ["--cores", "1", "--memory", "1g", "--work-dir", str(files), url]
            started.append(_start("worker.Worker", files.with_suffix(".log"), *arguments))
        _lines(log, "Registering worker", workers)
        yield Cluster(url, [one.pid for one in started[1:]])
    finally:
        for process in started:
            process.terminate()
            process.wait()
        _kill([one.pid for one in started])


def _kill(sessions: list[int]) -> None:
    """Kill all processes of some sessions, and wait until they have ended."""
    while left := usages_of(sessions):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.01)


def _start(name: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    # Imported here because the measurement of other engines needs no Spark.
    import pyspark

    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    command = [str(spark_class), f"{_DEPLOY}.{name}", "--host", "127.0.0.1", "--webui-port", "0"]
    return subprocess.Popen(
        [*command, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=log.open("wb"),
        start_new_session=True,
        env=os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
    )


def _lines(log: Path, pattern: str, count: int) -> list[str]:
    """Wait until a log holds `count` matches of a pattern, and return them."""
    deadline = time.monotonic() + _MAX_START_S
    while len(found := re.findall(pattern, log.read_text("utf-8", "replace"))) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"Spark did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.1)
    return found
