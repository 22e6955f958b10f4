"""The clock: calls at intervals, one call of each at a time.  It does no work itself: what may take long is rung.

The time of day may be set at any moment, by a person or NTP: calls go on, and `Leaps` tells those who count on it.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TypeAlias

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

LOG = structlog.get_logger(__name__)
Ticks: TypeAlias = dict[str, tuple[float, Callable[[], None]]]
"""Name -> seconds between calls, what to call."""
LOOK = 0.5
"""Seconds between looks whether the clock was set."""
DRIFT = timedelta(seconds=2)
"""What a clock that nobody sets may gain or lose between two looks."""


class Leaps:
    """How far the time of day has run ahead (or fallen behind) of elapsed time since the last call."""

    def __init__(self, wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._elapsed = wall, elapsed
        self._apart = wall() - elapsed()

    def __call__(self) -> timedelta:
        """Zero while nobody sets the clock."""
        apart = self._wall() - self._elapsed()
        leap = timedelta(seconds=apart - self._apart)
        self._apart = apart
        return leap if abs(leap) > DRIFT else timedelta()


def steady() -> Callable[[], datetime]:
    """A clock that nobody can set: now, and from then on by elapsed time.  For waits, not for records."""
    began, since = datetime.now(UTC), time.monotonic()
    return lambda: began + timedelta(seconds=time.monotonic() - since)


class Clock:
    """Context manager around APScheduler's memory store; late calls are coalesced.

    APScheduler goes by the time of day: set back by a day it would call nobody for a day.  A thread looks after that.
    """

    def __init__(self, ticks: Ticks, leaps: Leaps | None = None) -> None:
        self._leaps = leaps or Leaps()
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="clock")
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for name, (seconds, call) in ticks.items():
            self._scheduler.add_job(
                _surviving(name, call),
                "interval",
                seconds=seconds,
                id=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    def __enter__(self) -> "Clock":
        self._scheduler.start()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._watch.join()
        self._scheduler.shutdown(wait=True)

    def _look_after(self) -> None:
        """When the clock was set back, call everybody now and count from there."""
        while not self._stop.wait(LOOK):
            if self._leaps() < timedelta():
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))


class Bell:
    """Wakes one thread, for the clock at intervals and for whoever has news at once.

    Rings while the call runs are heard once, after it: nothing rung is missed, nothing piles up.
    """

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """From any thread; returns at once."""
        self._rung.set()

    def answer(self, name: str, call: Callable[[], None], stop: threading.Event) -> None:
        """`call` whenever it was rung, until it is rung with `stop` set; a fault is logged and outlived."""
        call = _surviving(name, call)
        while self._rung.wait() and not stop.is_set():
            self._rung.clear()
            call()


def _surviving(name: str, call: Callable[[], None]) -> Callable[[], None]:
    def tick() -> None:
        try:
            call()
        except Exception:
            LOG.exception("clock.fault", tick=name)

    return tick
