"""The workbench: a worker may crash or hang, and leaves no orphan."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dicom_node.work.bench import Closed, JobFailed, Workbench, WorkerLost
from tests.factories import REPOSITORY, eventually
from tests.unit.node import bench_functions as work


@contextmanager
def bench(
    tmp_path: Path, perform: Callable[[Any], Any], *, warm: Callable[[], None] = work.nothing, limit: float = 60
) -> Iterator[Workbench[Any]]:
    opened: Workbench[Any] = Workbench(warm, perform, limit=limit, trace=tmp_path / "worker.trace")
    try:
        yield opened
    finally:
        opened.close()


def is_alive(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_one_process_that_is_not_ours_does_every_job(tmp_path: Path) -> None:
    with bench(tmp_path, work.who_am_i) as opened:
        ready = opened.wait_ready()
        assert {opened.run(None), opened.run(None)} == {ready}
        assert ready != os.getpid()


def test_what_the_job_raises_comes_back_and_the_worker_stays(tmp_path: Path) -> None:
    with bench(tmp_path, work.refuse) as opened:
        ready = opened.wait_ready()
        with pytest.raises(JobFailed, match="ValueError: told so"):
            opened.run("told so")
        assert opened.wait_ready() == ready


def test_a_crashed_worker_is_lost_and_the_next_job_works(tmp_path: Path) -> None:
    with bench(tmp_path, work.crash_unless) as opened:
        with pytest.raises(WorkerLost, match="died"):
            opened.run("crash")
        assert opened.run("well") == "well"


def test_a_hanging_worker_is_ended_at_its_limit_and_tells_its_stack(tmp_path: Path) -> None:
    with bench(tmp_path, work.hang_here_unless, limit=0.5) as opened:
        with pytest.raises(WorkerLost, match="hang_here_unless"):
            opened.run(60.0)
        assert opened.run(0.0) == 0
    assert not (tmp_path / "worker.trace").read_text()


def test_a_worker_that_cannot_warm_up_is_lost(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with bench(tmp_path, work.double, warm=work.cannot_warm) as opened, pytest.raises(WorkerLost):
        opened.wait_ready()
    assert "no model" in capfd.readouterr().err


def test_closing_ends_the_worker_and_does_not_wait_for_its_job(tmp_path: Path) -> None:
    with bench(tmp_path, work.hang_in) as opened:
        ended: list[Closed] = []

        def run() -> None:
            try:
                opened.run(str(tmp_path / "worker"))
            except Closed as fault:
                ended.append(fault)

        thread = threading.Thread(target=run)
        thread.start()
        process = worker_of(tmp_path)
    thread.join(20)
    assert ended
    assert not is_alive(process)


def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.node.bench_functions", str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY) as parent:
        process = worker_of(tmp_path)
        assert is_alive(process)
        parent.kill()
        parent.wait()
    eventually(lambda: not is_alive(process), 10, "the end of the worker")


def worker_of(folder: Path) -> int:
    """Process ID of the worker that has written its marker."""
    marker = folder / "worker"
    return int(eventually(lambda: marker.exists() and marker.read_text(), 30, "the worker's job"))
