"""Child processes of a training: a line of JSON for each thing done, everything else into a log file."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from inference.training.workshop import Workshop

Told = dict[str, Any]
_LAST_LINES = 6


class ChildFailed(RuntimeError):
    """A child ended badly; the message has the end of its log and where it lies."""


@contextlib.contextmanager
def tell() -> Iterator[Callable[[Told], None]]:
    """In a child: keep stdout for lines of JSON, send everything that is printed to stderr, the log."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with pipe:
        yield lambda told: _write(pipe, told)


def _write(pipe: TextIO, told: Told) -> None:
    pipe.write(json.dumps(told) + "\n")


def told_by(module: str, workshop: Workshop, *arguments: str, log: str, threads: int = 1) -> Iterator[Told]:
    """Run a module as a child and pass on what it tells; raises `ChildFailed`.

    Closing the iterator ends the child.
    """
    path = workshop.log(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", module, str(workshop.root), *arguments]
    with path.open("w") as errors:
        child = subprocess.Popen(
            command, env=workshop.environment(threads), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert child.stdout is not None
        try:
            for line in child.stdout:
                yield json.loads(line)
        finally:
            if child.poll() is None and sys.exc_info()[0] is not None:
                child.terminate()
            child.stdout.close()
            code = child.wait()
    if code:
        last = "\n".join(path.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        raise ChildFailed(f"{log} ended with code {code}; all of it is in {path}:\n{last}")
