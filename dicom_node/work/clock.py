"""The clock: calls at intervals, one call of each at a time.  It does no work itself."""

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


def _surviving(name: str, call: Callable[[], None]) -> Callable[[], None]:
    def tick() -> None:
        try:
            call()
        except Exception:
            LOG.exception("clock.fault", tick=name)

    return tick
