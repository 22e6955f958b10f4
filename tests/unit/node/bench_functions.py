"""What the workbench tests let a spawned process do; importable there by name."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from dicom_node.work.bench import Workbench


def nothing() -> None:
    pass


def cannot_warm() -> None:
    raise RuntimeError("no model")


def double(number: int) -> int:
    return 2 * number


def who_am_i(_nothing: object) -> int:
    return os.getpid()


def crash_unless(argument: str) -> str:
    if argument == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    return argument


def refuse(argument: str) -> None:
    raise ValueError(argument)


def hang_here_unless(argument: float) -> float:
    time.sleep(argument)
    return argument


def hang_in(marker: str) -> None:
    Path(marker).write_text(str(os.getpid()))
    time.sleep(600)


def parent(folder: str) -> None:
    """A node in small: starts a worker, gives it a job that hangs, and waits to be killed."""
    bench = Workbench(nothing, hang_in, limit=600, trace=Path(folder) / "trace")
    threading.Thread(target=bench.run, args=(str(Path(folder) / "worker"),), daemon=True).start()
    time.sleep(600)


if __name__ == "__main__":
    parent(sys.argv[1])
