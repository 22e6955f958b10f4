"""`l3node serve` of one host with a stub member that tells what it does and takes its time."""

import os
import random
import signal
import sys
import time
from pathlib import Path

from dicom_node import app, cli, worker
from dicom_node.job import Job, Outcome
from dicom_node.work import hosts
from tests.chaos import stub
from tests.chaos.points import VARIABLE

SECONDS = (0.1, 1.0)
"""One analysis takes from .. to."""


def perform(opening: object, job: Job) -> Outcome:
    """Three small objects that no other attempt would make alike, after a while."""
    (Path(os.environ[VARIABLE]) / "doing").write_text(f"{job.id} {job.attempt}")
    time.sleep(random.uniform(*SECONDS))
    return stub.perform(opening, job)


def nursery() -> None:
    """Bear hosts: `FOLDER LOG ARGUMENTS` bears one and tells its process ID; `bury PID` waits for its end."""
    assert app  # imported here, not at each birth
    assert hosts
    born: set[int] = set()
    for line in sys.stdin:
        first, *words = line.split()
        if first == "bury":
            born.discard(int(words[0]))
            os.waitpid(int(words[0]), 0)
            _say("buried")
        else:
            born.add(child := os.fork() or _live(first, *words))
            _say(str(child))
    for child in born:  # whoever gave the orders is gone
        os.killpg(child, signal.SIGKILL)


def _say(answer: str) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


def _live(folder: str, log: str, *arguments: str) -> int:
    os.setsid()
    os.environ[VARIABLE] = folder
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, opened in ((0, os.open(os.devnull, os.O_RDONLY)), (1, descriptor), (2, descriptor)):
        os.dup2(opened, number)
    sys.argv[1:] = arguments
    worker.warm, worker.perform = stub.warm, perform
    try:
        cli.main()
    finally:
        os._exit(1)
