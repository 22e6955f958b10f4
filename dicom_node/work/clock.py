"""The clock: calls at intervals, one call of each at a time.  It does no work itself: what may take long is rung."""

import threading
from collections.abc import Callable
from types import TracebackType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

LOG = structlog.get_logger(__name__)


class Clock:
    """Context manager around APScheduler's memory store; late calls are coalesced."""

    def __init__(self, ticks: dict[str, tuple[float, Callable[[], None]]]) -> None:
        """`ticks`: name -> (seconds between calls, what to call)."""
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
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.shutdown(wait=True)


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
