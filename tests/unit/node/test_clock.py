"""The clock calls, and goes on calling."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicom_node.receive.arrival import read_arrival
from dicom_node.work import clock as module
from dicom_node.work.clock import Bell, Clock, Leaps, steady
from tests.factories import eventually
from tests.unit.node.factories import make_image, part10


def test_a_call_that_raises_is_made_again_and_the_others_too() -> None:
    calls: list[str] = []

    def raising() -> None:
        calls.append("raising")
        raise RuntimeError("told so")

    with Clock({"raising": (0.05, raising), "quiet": (0.05, lambda: calls.append("quiet"))}):
        eventually(lambda: min(calls.count("raising"), calls.count("quiet")) >= 3, 10)


def test_a_slow_call_is_never_made_twice_at_once() -> None:
    inside, most = threading.Semaphore(0), []

    def slow() -> None:
        inside.release()
        most.append(inside._value)
        time.sleep(0.15)
        inside.acquire()

    with Clock({"slow": (0.05, slow)}):
        eventually(lambda: len(most) >= 3, 10)
    assert set(most) == {1}


def test_no_call_is_made_or_left_running_after_the_end() -> None:
    calls: list[float] = []

    def call() -> None:
        time.sleep(0.1)
        calls.append(time.monotonic())

    with Clock({"call": (0.05, call)}):
        eventually(lambda: calls, 10)
    ended = len(calls)
    time.sleep(0.25)
    assert len(calls) == ended


def test_a_bell_is_heard_once_after_a_call_during_which_it_was_rung() -> None:
    bell, stop, inside, go_on = Bell(), threading.Event(), threading.Semaphore(0), threading.Semaphore(0)

    def call() -> None:
        inside.release()
        go_on.acquire()
        raise RuntimeError("told so")

    thread = threading.Thread(target=bell.answer, args=("bell", call, stop))
    thread.start()
    bell.ring()
    inside.acquire()
    for _ in range(3):
        bell.ring()
    go_on.release(2)
    assert inside.acquire(timeout=20)
    assert not inside.acquire(timeout=0.1)
    stop.set()
    bell.ring()
    thread.join(20)
    assert not thread.is_alive()


class SetBack(datetime):
    """The time of day of a machine whose clock can be set."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead  # type: ignore[arg-type]


def test_calls_go_on_when_the_clock_is_set_back_by_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []
    for where in ("apscheduler.schedulers.base", "apscheduler.triggers.interval", module.__name__):
        monkeypatch.setattr(f"{where}.datetime", SetBack)
    leaps = Leaps(wall=lambda: SetBack.now(UTC).timestamp())
    with Clock({"call": (0.05, lambda: calls.append(time.monotonic()))}, leaps):
        eventually(lambda: calls, 10)
        monkeypatch.setattr(SetBack, "ahead", timedelta(days=-1))
        before = len(calls)
        eventually(lambda: len(calls) > before + 3, 20, "calls after the clock was set back")


def test_a_leap_is_told_once_and_drift_is_none() -> None:
    wall, elapsed = [1000.0], [50.0]
    leaps = Leaps(lambda: wall[0], lambda: elapsed[0])
    wall[0], elapsed[0] = 1010.0, 60.5
    assert leaps() == timedelta()
    wall[0], elapsed[0] = 1010.0 + 3600, 60.5
    assert leaps() == timedelta(hours=1)
    assert leaps() == timedelta()
    wall[0] -= 7200
    assert leaps() == timedelta(hours=-2)


def test_a_steady_clock_does_not_follow_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "datetime", SetBack)
    now = steady()
    first = now()
    monkeypatch.setattr(SetBack, "ahead", timedelta(hours=5))
    assert timedelta() <= now() - first < timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["America/St_Johns", "Europe/Berlin", "Pacific/Chatham"])
def test_a_file_s_time_is_utc_in_any_zone_also_in_the_hour_that_comes_twice(
    zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.dcm"
    path.write_bytes(part10(make_image()))
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # 02:30 twice in Berlin
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        seen = []
        for at in twice:
            os.utime(path, (at.timestamp(), at.timestamp()))
            seen.append(read_arrival(path, "1.dcm").received_at)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert seen == twice
