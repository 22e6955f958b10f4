"""The clock calls, and goes on calling."""

import threading
import time

from dicom_node.work.clock import Bell, Clock
from tests.factories import eventually


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
