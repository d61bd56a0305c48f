"""The processes of a Spark worker are measured and killed; no test starts Spark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

if sys.platform != "linux":
    pytest.skip("the measurement reads /proc", allow_module_level=True)

from spark_cluster import Cluster, machine_cpu_s, usage_of, usages_of


def test_a_process_is_measured_with_its_session() -> None:
    used = usage_of()
    assert (used.pid, used.parent, used.session) == (os.getpid(), os.getppid(), os.getsid(0))
    assert 0 < used.private_mb < used.peak_mb
    assert 0 < used.cpu_s < machine_cpu_s()
    assert used.pid in {one.pid for one in usages_of([used.session])}


def test_a_killed_worker_keeps_its_usage() -> None:
    """All processes of its session end at once; those of other workers stay."""
    # The shell and the program that it starts represent a JVM and a Python process.
    command = ["sh", "-c", "sleep 60 & echo started; wait"]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) for _ in range(2)
    ]
    assert all(one.stdout and one.stdout.readline() for one in workers)
    running = Cluster("", [one.pid for one in workers])
    try:
        before = {one.pid: one.name for one in running.usages()}
        assert sorted(before.values()) == ["sh", "sh", "sleep", "sleep"]
        running.kill_worker()
        assert {one.session for one in usages_of(running.workers)} == {workers[0].pid}
        assert {one.pid for one in running.usages()} == before.keys()
    finally:
        for one in workers:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.communicate()
    assert workers[1].returncode == -signal.SIGKILL
