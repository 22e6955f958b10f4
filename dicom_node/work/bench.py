"""A workbench: one warm process that does one job at a time, and may crash or hang without harm to the node.

The worker ends itself when its parent is gone, and is ended with its stack when a job takes longer than the limit.
"""

import faulthandler
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")
Other = TypeVar("Other")
Argument = TypeVar("Argument")
LONGEST_MESSAGE = 500
WARM_UP_LIMIT = 900.0
"""Seconds; converting a model of the paper's size takes minutes."""


class WorkerLost(Exception):
    """The process died or was ended in mid-job; the message holds its stack where there is one."""


class JobFailed(Exception):
    """`perform` raised; the message says what, `trace` is the worker's own traceback."""

    def __init__(self, fault: BaseException) -> None:
        super().__init__(f"{type(fault).__name__}: {fault}"[:LONGEST_MESSAGE])
        self.trace = str(fault.__cause__ or "")


class Closed(Exception):
    """The workbench was closed while the job ran or before it began."""


class Workbench(Generic[Answer]):
    """Runs `perform(argument)` in a spawned process that has run `warm()` first; both must be picklable."""

    def __init__(
        self, warm: Callable[[], None], perform: Callable[[Any], Answer], *, limit: float, trace: Path
    ) -> None:
        self._warm = warm
        self._perform = perform
        self._limit = limit
        self._trace = trace
        self._closed = False
        self._turn = threading.Lock()
        self._executor = self._open()

    def _open(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=(self._warm,))

    def wait_ready(self) -> int:
        """Block until the process is warm; its process ID.  Raises `WorkerLost` when warming up fails."""
        with self._turn:
            return self._submit(os.getpid)

    def run(self, argument: object) -> Answer:
        """The answer; raises `JobFailed` for whatever `perform` raised, `WorkerLost`, or `Closed`."""
        return self.do(self._perform, argument)

    def do(self, perform: Callable[[Argument], Other], argument: Argument) -> Other:
        """The answer of another function to its argument, in the same process and to the same limit."""
        with self._turn:
            return self._submit(_limited, perform, argument, self._limit, self._trace)

    def look_after(self) -> None:
        """Open it again when the process died with nothing to do, so that the next job need not wait; never waits."""
        if not self._turn.acquire(blocking=False):
            return  # whoever uses it will see
        try:
            self._executor.submit(os.getpid)
        except BrokenProcessPool:
            self._open_again()
            self._executor.submit(os.getpid)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process; a running job is not waited for, who waits for it gets `Closed`."""
        self._closed = True
        for process in list((self._executor._processes or {}).values()):
            process.kill()
        self._executor.shutdown(wait=True)

    def _submit(self, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            job = self._executor.submit(function, *arguments)
        except RuntimeError:  # it died while it had nothing to do, or is closed
            self._open_again()
            job = self._executor.submit(function, *arguments)
        fault = job.exception()
        if isinstance(fault, BrokenProcessPool):
            self._open_again()
            raise WorkerLost(self._last_stack() or "the worker process died")
        if fault is not None:
            raise JobFailed(fault) from fault
        return job.result()

    def _open_again(self) -> None:
        if self._closed:
            raise Closed
        self._executor.shutdown(wait=False)
        self._executor = self._open()

    def _last_stack(self) -> str:
        try:
            return self._trace.read_text(errors="replace")[-8000:]
        except FileNotFoundError:
            return ""
        finally:
            self._trace.unlink(missing_ok=True)


def _begin(warm: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the node, which ends us in order
    end_with_parent()
    faulthandler.dump_traceback_later(WARM_UP_LIMIT, exit=True)
    warm()
    faulthandler.cancel_dump_traceback_later()


def end_with_parent() -> None:
    """Leave no orphan: exit as soon as the parent process is gone."""
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()


def _limited(perform: Callable[[Any], Answer], argument: object, limit: float, trace: Path) -> Answer:
    with trace.open("w") as file:
        faulthandler.dump_traceback_later(limit, exit=True, file=file)
        try:
            return perform(argument)
        finally:
            faulthandler.cancel_dump_traceback_later()
